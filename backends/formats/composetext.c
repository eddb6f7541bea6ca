/* SPDX-License-Identifier: ISC */
/*
 * New text above, original below.  Plain text is always made; HTML too if either side has it, so a
 * phone that writes plain text does not flatten the original.  A reply quotes with "> " or a
 * blockquote, a forward shows the source's header lines.
 */
#include <string.h>

#include "backends/formats/address.h"
#include "backends/formats/composing.h"
#include "backends/formats/headers.h"
#include "backends/formats/flowed.h"
#include "backends/formats/html.h"
#include "backends/formats/parttext.h"
#include "bridge/base/arena.h"
#include "bridge/base/codec.h"

enum {
	TEXT_MAX = 4 * PARTTEXT_MAX,
	LINE_TEXT_MAX = 2000,	/* of one header line of the source */
};

#define QUOTE_STYLE \
	"margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex"

/* A side's text as plain text. */
static void
put_plain(struct composing *composing, const struct side *side, struct buf *out)
{
	struct choice text;
	struct buf part, plain;

	buf_init(&part, TEXT_MAX);
	buf_init(&plain, TEXT_MAX);
	choice_make(side->read.root, false, &text);
	for (unsigned i = 0; i < text.n; i++) {
		buf_reset(&part);
		buf_reset(&plain);
		parttext_put_raw(composing->arena, side->body, text.parts[i], &part);
		if (choice_is_html(text.parts[i]))
			html_to_text(&plain, buf_str(&part), part.len, HTML_SHOW_LINKS);
		else
			buf_put(&plain, part.data, part.len);
		if (out->len > 0 && plain.len > 0)
			buf_puts(out, "\r\n\r\n");
		buf_put(out, plain.data, plain.len);
	}
	buf_free(&part);
	buf_free(&plain);
}

/* A side's text as HTML: the whole document of its first part, or fragments of all. */
static void
put_html(struct composing *composing, const struct side *side, bool as_fragment, struct buf *out)
{
	struct choice text;
	struct buf part;

	buf_init(&part, TEXT_MAX);
	choice_make(side->read.root, true, &text);
	for (unsigned i = 0; i < text.n; i++) {
		size_t start, end;

		buf_reset(&part);
		parttext_put_raw(composing->arena, side->body, text.parts[i], &part);
		if (!choice_is_html(text.parts[i])) {
			buf_puts(out, "<div>");
			html_from_text(out, buf_str(&part), part.len);
			buf_puts(out, "</div>\r\n");
		} else if (as_fragment || text.n > 1) {
			html_find_body(buf_str(&part), part.len, &start, &end);
			html_put_styles(out, buf_str(&part), start);
			buf_put(out, buf_str(&part) + start, end - start);
		} else {
			html_put_utf8(out, buf_str(&part), part.len);
		}
	}
	buf_free(&part);
}

static char *
source_field(const struct composing *composing, const char *name)
{
	const struct mimeread *read = &composing->source.read;
	char *text = header_text(composing->arena, read->header, read->header_len, name);

	if (text != NULL)
		text[utf8_cut(text, strlen(text), LINE_TEXT_MAX)] = '\0';
	return text;
}

static char *
source_people(const struct composing *composing, const char *name)
{
	const struct mimeread *read = &composing->source.read;
	char *raw = header_raw(composing->arena, read->header, read->header_len, name);
	struct addresses list;

	if (raw == NULL)
		return NULL;
	address_parse(composing->arena, raw, true, &list);
	return list.n == 0 ? NULL : address_print(composing->arena, &list, ", ", LINE_TEXT_MAX);
}

/* What stands above the original, as plain text with CRLF. */
static void
put_introduction(const struct composing *composing, struct buf *out)
{
	static const struct {
		const char *field;
		bool is_people;
	} lines[] = {
		{ "From", true }, { "Date", false }, { "To", true }, { "Cc", true },
		{ "Subject", false },
	};
	const char *from = source_people(composing, "From");
	const char *date = source_field(composing, "Date");

	if (composing->out->kind == OUTGOING_REPLY) {
		if (date != NULL)
			buf_printf(out, "On %s, ", date);
		buf_printf(out, "%s wrote:\r\n", from != NULL ? from : "someone");
		return;
	}
	buf_puts(out, "---------- Forwarded message ----------\r\n");
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		const char *value = lines[i].is_people ? source_people(composing, lines[i].field) :
		    source_field(composing, lines[i].field);

		if (value != NULL)
			buf_printf(out, "%s: %s\r\n", lines[i].field, value);
	}
	buf_puts(out, "\r\n");
}

static void
join_plain(struct composing *composing, struct buf *out)
{
	struct buf original;

	buf_init(&original, TEXT_MAX);
	put_plain(composing, &composing->phone, out);
	if (out->len > 0)
		buf_puts(out, "\r\n\r\n");
	put_introduction(composing, out);
	put_plain(composing, &composing->source, &original);
	if (composing->out->kind == OUTGOING_REPLY)
		flowed_quote(out, buf_str(&original), original.len);
	else
		buf_put(out, original.data, original.len);
	if (out->len > 0 && out->data[out->len - 1] != '\n')
		buf_puts(out, "\r\n");
	buf_free(&original);
}

/* The original goes to the end of the new text's body. */
static void
join_html(struct composing *composing, struct buf *out)
{
	bool is_reply = composing->out->kind == OUTGOING_REPLY;
	struct buf own, introduction;
	size_t start, end;

	buf_init(&own, TEXT_MAX);
	buf_init(&introduction, TEXT_MAX);
	put_html(composing, &composing->phone, false, &own);
	html_find_body(buf_str(&own), own.len, &start, &end);
	buf_put(out, buf_str(&own), end);
	buf_puts(out, "<br>\r\n<div>");
	put_introduction(composing, &introduction);
	html_from_text(out, buf_str(&introduction), introduction.len);
	buf_puts(out, is_reply ? "</div><blockquote type=\"cite\" style=\"" QUOTE_STYLE "\">\r\n" :
	    "</div><div>\r\n");
	put_html(composing, &composing->source, true, out);
	buf_puts(out, is_reply ? "\r\n</blockquote>" : "\r\n</div>");
	if (end < own.len)
		buf_put(out, buf_str(&own) + end, own.len - end);
	buf_puts(out, "\r\n");
	buf_free(&own);
	buf_free(&introduction);
}

void
compose_texts(struct composing *composing, struct compose_texts *ret)
{
	struct choice phone, source;

	buf_init(&ret->plain, TEXT_MAX);
	buf_init(&ret->html, TEXT_MAX);
	choice_make(composing->phone.read.root, true, &phone);
	choice_make(composing->source.read.root, true, &source);
	ret->has_html = phone.has_html || source.has_html;
	join_plain(composing, &ret->plain);
	if (ret->has_html)
		join_html(composing, &ret->html);
}

void
compose_texts_free(struct compose_texts *texts)
{
	buf_free(&texts->plain);
	buf_free(&texts->html);
}
