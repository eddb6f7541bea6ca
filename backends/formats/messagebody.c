/* SPDX-License-Identifier: ISC */
/*
 * The body: which type, from which parts, how much of it ([MS-ASAIRS] 2.2.2.9, 3.2.5).  The phone's
 * native type comes first if it is asked for, else what is asked first is made from what is there.
 */
#include <string.h>

#include "backends/formats/calendarmail.h"
#include "backends/formats/html.h"
#include "backends/formats/mimeclean.h"
#include "backends/formats/parttext.h"
#include "backends/formats/steps.h"
#include "bridge/base/arena.h"
#include "bridge/base/body.h"
#include "bridge/base/buf.h"
#include "bridge/base/codec.h"

enum { PREVIEW_MAX = 255 };

/* A body as it was made, before it is cut. */
struct made {
	struct buf text;
	bool is_cut;		/* not all of the message's text went into it */
	bool has_more;		/* and the rest can be had */
	bool is_missing;	/* a part was not fetched at all */
	double scale;		/* whole text : what we have */
};

static bool
is_smime(enum protection protection)
{
	return protection == PROTECTION_SIGNED || protection == PROTECTION_OPAQUE;
}

/* Is MIME allowed for this message?  A phone that asks for nothing but MIME gets it. */
static bool
may_send_mime(const struct message_source *source, const struct body_wish *wish)
{
	if (wish->mime_support == 2 || (wish->n == 1 && wish->want[0].type == BODY_MIME))
		return true;
	return wish->mime_support == 1 && is_smime(choice_protection(source->root));
}

static void
order_add(struct preferences *order, const struct body_wish *wish, enum body_type type)
{
	for (unsigned i = 0; i < order->n; i++)
		if (order->list[i].type == type)
			return;
	for (unsigned i = 0; i < wish->n && i < 4; i++)
		if (wish->want[i].type == type)
			order->list[order->n++] = wish->want[i];
}

void
preferences_order(const struct message_source *source, const struct body_wish *wish,
    struct preferences *ret)
{
	struct choice choice;

	memset(ret, 0, sizeof(*ret));
	choice_make(source->root, true, &choice);
	if (may_send_mime(source, wish))
		order_add(ret, wish, BODY_MIME);
	order_add(ret, wish, choice.has_html ? BODY_HTML : BODY_PLAIN);
	for (unsigned i = 0; i < wish->n && i < 4; i++)
		if (wish->want[i].type == BODY_PLAIN || wish->want[i].type == BODY_HTML)
			order_add(ret, wish, wish->want[i].type);
	if (ret->n == 0) {
		ret->list[0].type = BODY_PLAIN;
		ret->n = 1;
	}
}

/* Are n bytes of the part just what an economical plan asks for? */
static bool
is_economy(const struct conversion *conversion, const struct mime_part *part, size_t n)
{
	const struct message_needs *economy = &conversion->economy;

	for (unsigned i = 0; i < economy->n; i++)
		if (strcmp(economy->list[i].section, part->section) == 0)
			return n < PARTTEXT_ENCODED_MAX && n == economy->list[i].max;
	return false;
}

bool
text_read(const struct conversion *conversion, const struct mime_part *part, struct part_text *ret)
{
	const struct message_text *fetched = text_find(conversion->texts, part->section);
	struct buf text;
	const void *data;
	size_t n;

	if (fetched == NULL || !body_view(fetched->data, &data, &n))
		return false;
	n = n < PARTTEXT_ENCODED_MAX ? n : PARTTEXT_ENCODED_MAX;
	ret->has_more = n < part->octets && is_economy(conversion, part, n);
	ret->is_cut = n < part->octets && (ret->has_more || n == PARTTEXT_ENCODED_MAX);
	ret->scale = ret->is_cut && n > 0 ? (double)part->octets / (double)n : 1.0;
	buf_init(&text, PARTTEXT_MAX * 2);
	parttext_put_joined(conversion->arena, part, data, n, !ret->is_cut, &text);
	ret->text = arena_memdup(conversion->arena, buf_str(&text), text.len + 1);
	ret->len = text.len;
	buf_free(&text);
	return true;
}

static void
put_as_text(struct conversion *conversion, const struct mime_part *part,
    const struct part_text *text, struct buf *out)
{
	struct buf plain;

	buf_init(&plain, PARTTEXT_MAX * 2);
	if (choice_is_html(part)) {
		conversion->html = text->text;
		conversion->html_len = text->len;
		html_to_text(&plain, text->text, text->len, 0);
		if (plain.len == 0) /* nothing but images: better their names than nothing */
			html_to_text(&plain, text->text, text->len, HTML_SHOW_IMAGES);
	} else {
		buf_put(&plain, text->text, text->len);
	}
	if (out->len > 0 && plain.len > 0)
		buf_puts(out, "\r\n\r\n");
	buf_put(out, plain.data, plain.len);
	buf_free(&plain);
}

static void
put_as_html(struct conversion *conversion, const struct choice *choice, unsigned i,
    const struct part_text *text, struct buf *out)
{
	const struct mime_part *part = choice->parts[i];
	bool is_alone = choice->n == 1;

	if (choice_is_html(part)) {
		conversion->html = text->text;
		conversion->html_len = text->len;
		html_put_utf8(out, text->text, text->len);
		return;
	}
	buf_puts(out, is_alone ? "<html><body><div>" : "<div>");
	html_from_text(out, text->text, text->len);
	buf_puts(out, is_alone ? "</div></body></html>\r\n" : "</div>\r\n");
}

/* A sentence in place of a text that is not there. */
static void
put_note(const struct conversion *conversion, bool html, struct buf *out)
{
	const char *note = NULL;

	if (conversion->protection == PROTECTION_OPAQUE)
		note = "This message is encrypted or signed with S/MIME. Its content is in the "
		    "attachment smime.p7m.";
	else if (conversion->protection == PROTECTION_PGP_ENCRYPTED)
		note = "This message is encrypted with PGP. Its content is in the attachments.";
	else if (conversion->calendar_text != NULL)
		note = calendar_description(conversion->arena, conversion->calendar_text,
		    conversion->calendar_len);
	if (note == NULL)
		return;
	if (html)
		html_from_text(out, note, strlen(note));
	else
		buf_puts(out, note);
}

static bool
is_blank(const struct buf *text)
{
	for (size_t i = 0; i < text->len; i++)
		if (text->data[i] > ' ')
			return false;
	return true;
}

static void
make_from(struct conversion *conversion, const struct choice *choice, bool html, struct made *made)
{
	made->is_cut = made->has_more = made->is_missing = false;
	made->scale = 1.0;
	for (unsigned i = 0; i < choice->n; i++) {
		struct part_text text;

		if (!text_read(conversion, choice->parts[i], &text)) {
			made->is_missing = true;
			continue;
		}
		made->is_cut |= text.is_cut;
		made->has_more |= text.has_more;
		if (text.scale > made->scale)
			made->scale = text.scale;
		if (html)
			put_as_html(conversion, choice, i, &text, &made->text);
		else
			put_as_text(conversion, choice->parts[i], &text, &made->text);
	}
	if (choice->n == 0)
		put_note(conversion, html, &made->text);
	made->is_cut |= made->text.failed;
}

/* Makes the text; false: the HTML is needed and was not fetched. */
static bool
make_text(struct conversion *conversion, bool html, struct made *made)
{
	struct choice choice, rich;

	choice_make(conversion->source->root, html, &choice);
	make_from(conversion, &choice, html, made);
	if (html || choice.has_html || made->is_missing || !is_blank(&made->text))
		return true;
	choice_make(conversion->source->root, true, &rich);
	if (!rich.has_html)
		return true;
	buf_reset(&made->text);
	make_from(conversion, &rich, false, made);
	return !made->is_missing;
}

/* White space folded to single blanks, at most n characters. */
static char *
preview_of(struct arena *arena, const char *text, size_t len, unsigned n)
{
	char *preview = arena_alloc(arena, (size_t)n * 4 + 1);
	char *to = preview;
	bool space = false;

	for (size_t i = 0; i < len && n > 0;) {
		size_t size;

		if ((unsigned char)text[i] <= ' ') {
			space = to > preview;
			i++;
			continue;
		}
		for (size = 1; i + size < len && ((unsigned char)text[i + size] & 0xc0) == 0x80;)
			size++;
		if (space && n > 1) {
			*to++ = ' ';
			n--;
		}
		space = false;
		if (size > 4)
			break;
		memcpy(to, text + i, size);
		to += size;
		i += size;
		n--;
	}
	*to = '\0';
	return preview;
}

static void
fill_preview(struct conversion *conversion, const struct body_preference *preference,
    const struct buf *text)
{
	struct item_body *body = &conversion->email->body;
	unsigned n = preference->preview < PREVIEW_MAX ? preference->preview : PREVIEW_MAX;
	struct buf plain;

	/* not beside a plain text: that is its own preview */
	if (n == 0 || (body->type == BODY_PLAIN && body->has_data))
		return;
	if (body->type == BODY_PLAIN) {
		body->preview = preview_of(conversion->arena, (const char *)text->data, text->len,
		    n);
		return;
	}
	buf_init(&plain, (size_t)n * 64);
	html_to_text(&plain, (const char *)text->data, text->len, 0);
	body->preview = preview_of(conversion->arena, (const char *)plain.data, plain.len, n);
	buf_free(&plain);
}

static uint32_t
clamp(double size)
{
	return size < 0 ? 0 : size > 4294967295.0 ? UINT32_MAX : (uint32_t)size;
}

/* Size of a text that was not fetched, for EstimatedDataSize. */
static double
unfetched_size(const struct conversion *conversion, bool html)
{
	struct choice choice;
	double size = 0;

	choice_make(conversion->source->root, html, &choice);
	for (unsigned i = 0; i < choice.n; i++)
		size += (double)message_part_size(choice.parts[i]);
	return size;
}

/* Puts the first bytes of the text into the item.  false: there may be more than we have. */
static bool
fill_cut(struct conversion *conversion, const struct body_preference *preference,
    struct made *made)
{
	struct item_body *body = &conversion->email->body;
	const char *text = buf_str(&made->text);
	size_t len = made->text.len, cut = len;

	if (preference->has_truncation && len > preference->truncation)
		cut = body->type == BODY_HTML ? html_cut(text, len, preference->truncation) :
		    utf8_cut(text, len, preference->truncation);
	if (preference->all_or_none && (cut < len || made->is_cut))
		cut = 0;
	body->truncated = cut < len || made->is_cut;
	body->estimated_size = clamp((double)len * made->scale);
	body->has_data = cut > 0 || len == 0;
	if (preference->has_truncation && preference->truncation == 0)
		body->has_data = false;
	body->data = arena_alloc(conversion->arena, sizeof(*body->data));
	body_from_memory(body->data, arena_memdup(conversion->arena, text, cut), cut);
	return !made->has_more || preference->all_or_none ||
	    (preference->has_truncation && cut < len);
}

/* true: the text is as good as it can get; ret_fits: AllOrNone was kept. */
static bool
fill_text(struct conversion *conversion, const struct body_preference *preference, bool *ret_fits)
{
	struct item_body *body = &conversion->email->body;
	bool html = preference->type == BODY_HTML;
	struct made made = { 0 };
	bool is_enough;

	memset(body, 0, sizeof(*body));
	body->type = preference->type;
	*ret_fits = true;
	if (preference->has_truncation && preference->truncation == 0 && preference->preview == 0) {
		body->estimated_size = clamp(unfetched_size(conversion, html));
		body->truncated = body->estimated_size > 0;
		return true;
	}
	buf_init(&made.text, PARTTEXT_MAX * 3);
	is_enough = make_text(conversion, html, &made);
	is_enough &= fill_cut(conversion, preference, &made);
	fill_preview(conversion, preference, &made.text);
	*ret_fits = !preference->all_or_none || !body->truncated;
	buf_free(&made.text);
	return is_enough;
}

/* Type 4.  The message as it is stored, unless it cannot travel as text. */
static bool
fill_mime(struct conversion *conversion, const struct body_preference *preference, bool *ret_fits)
{
	const struct message_text *fetched = text_find(conversion->texts, "");
	struct item_body *body = &conversion->email->body;
	uint64_t size = conversion->source->size;
	struct body *mime;
	const void *data;
	size_t len;

	memset(body, 0, sizeof(*body));
	body->type = BODY_MIME;
	body->estimated_size = clamp((double)size);
	*ret_fits = true;
	if (fetched == NULL) {
		body->truncated = true;
		return preference->has_truncation && preference->truncation == 0;
	}
	body->data = mimeclean(conversion->arena, fetched->data, conversion->protection);
	len = body_len(body->data);
	/* less than was asked for is all there is, whatever size the server claims */
	body->truncated = preference->has_truncation && body_len(fetched->data) < size &&
	    body_len(fetched->data) >= preference->truncation;
	if (!body->truncated)
		body->estimated_size = clamp((double)len);
	body->has_data = true;
	if (!preference->has_truncation || (len <= preference->truncation && !body->truncated))
		return true;
	body->truncated = true;
	*ret_fits = !preference->all_or_none;
	body->has_data = !preference->all_or_none && preference->truncation > 0;
	mime = body->data;
	body->data = arena_alloc(conversion->arena, sizeof(*body->data));
	body_init(body->data, conversion->arena, preference->truncation);
	if (body->has_data && body_view(mime, &data, &len))
		body_write(body->data, data, utf8_cut(data, len, preference->truncation));
	if (mime != fetched->data)
		body_close(mime);
	return true;
}

bool
message_fill_body(struct conversion *conversion)
{
	struct email *email = conversion->email;
	struct preferences order;
	struct choice native;
	bool is_enough = true, fits = false;

	preferences_order(conversion->source, conversion->wish, &order);
	for (unsigned i = 0; i < order.n && !fits; i++) {
		const struct body_preference *one = &order.list[i];

		is_enough = one->type == BODY_MIME ? fill_mime(conversion, one, &fits) :
		    fill_text(conversion, one, &fits);
	}
	email->has.body = true;
	choice_make(conversion->source->root, true, &native);
	ITEM_SET(email, native_body_type, native.has_html ? BODY_HTML : BODY_PLAIN);
	return is_enough;
}
