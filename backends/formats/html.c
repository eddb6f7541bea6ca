/* SPDX-License-Identifier: ISC */
/*
 * HTML for other uses than reading it: made from text, cut to a size, relabelled as UTF-8, and its
 * body found for joining two documents.
 */
#include "backends/formats/html.h"

#include <string.h>
#include <strings.h>

#include "backends/formats/entity.h"
#include "backends/formats/htmlscan.h"
#include "bridge/base/buf.h"
#include "bridge/base/codec.h"

static const char *
escape_of(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	default:
		return NULL;
	}
}

bool
html_escape(struct buf *out, const char *text, size_t n)
{
	size_t plain = 0;

	for (size_t i = 0; i < n; i++) {
		const char *escape = escape_of(text[i]);

		if (escape == NULL)
			continue;
		buf_put(out, text + plain, i - plain);
		buf_puts(out, escape);
		plain = i + 1;
	}
	if (plain < n)
		buf_put(out, text + plain, n - plain);
	return !out->failed;
}

/* One line: a blank that HTML would swallow becomes a hard one. */
static void
put_line(struct buf *out, const char *line, size_t n)
{
	size_t plain = 0;

	for (size_t i = 0; i < n; i++) {
		bool is_hard = line[i] == ' ' && (i == 0 || line[i - 1] == ' ' || i + 1 == n);

		if (!is_hard && line[i] != '\t')
			continue;
		html_escape(out, line + plain, i - plain);
		buf_puts(out, is_hard ? "&nbsp;" : "&nbsp;&nbsp;&nbsp; ");
		plain = i + 1;
	}
	html_escape(out, line + plain, n - plain);
}

bool
html_from_text(struct buf *out, const char *text, size_t n)
{
	const char *end = text + n;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline == NULL ? end : newline;

		if (stop > text && stop[-1] == '\r')
			stop--;
		put_line(out, text, (size_t)(stop - text));
		if (newline == NULL)
			break;
		buf_puts(out, "<br>\r\n");
		text = newline + 1;
	}
	return !out->failed;
}

/* Cuts inside a text so that no reference and no character is broken. */
static size_t
cut_text(const char *text, size_t n, size_t max)
{
	size_t cut = utf8_cut(text, n, max);
	size_t from = cut > ENTITY_MAX ? cut - ENTITY_MAX : 0;
	const char *ampersand = memrchr(text + from, '&', cut - from);
	uint32_t code;

	if (ampersand == NULL)
		return cut;
	from = (size_t)(ampersand - text);
	return entity_read(ampersand, n - from, &code) > cut - from ? from : cut;
}

size_t
html_cut(const char *html, size_t n, size_t max)
{
	struct html_scan scan;
	struct html_token token;

	if (n <= max)
		return n;
	html_scan_init(&scan, html, n);
	while (html_scan_next(&scan, &token)) {
		size_t start = (size_t)(token.text - html);

		if (start + token.len <= max)
			continue;
		switch (token.kind) {
		case HTML_TEXT:
			return start + cut_text(token.text, token.len, max - start);
		case HTML_HIDDEN: /* browsers read on to the end inside these */
			return start + utf8_cut(token.text, token.len, max - start);
		case HTML_OPEN:
		case HTML_CLOSE:
			break;
		}
		return start;
	}
	return n;
}

static bool
is_charset_char(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '-' ||
	    c == '_' || c == ':' || c == '.';
}

/* The charset's name within a <meta>; false: it names none. */
static bool
meta_charset(const struct html_token *token, const char **ret_start, const char **ret_end)
{
	const char *at = token->text;
	const char *end = at + token->len;

	for (; end - at > 8; at++) {
		if (strncasecmp(at, "charset=", 8) != 0)
			continue;
		for (at += 8; at < end && (*at == '"' || *at == '\'' || *at == ' ');)
			at++;
		*ret_start = at;
		while (at < end && is_charset_char(*at))
			at++;
		*ret_end = at;
		return at > *ret_start;
	}
	return false;
}

bool
html_put_utf8(struct buf *out, const char *html, size_t n)
{
	struct html_scan scan;
	struct html_token token;
	const char *plain = html;

	html_scan_init(&scan, html, n);
	while (html_scan_next(&scan, &token) && strcmp(token.name, "body") != 0) {
		const char *start, *end;

		if (token.kind != HTML_OPEN || strcmp(token.name, "meta") != 0 ||
		    !meta_charset(&token, &start, &end))
			continue;
		buf_put(out, plain, (size_t)(start - plain));
		buf_puts(out, "utf-8");
		plain = end;
	}
	if (plain < html + n)
		buf_put(out, plain, (size_t)(html + n - plain));
	return !out->failed;
}

bool
html_put_styles(struct buf *out, const char *html, size_t n)
{
	struct html_scan scan;
	struct html_token token;
	bool in_style = false;

	html_scan_init(&scan, html, n);
	while (html_scan_next(&scan, &token)) {
		bool is_style = strcmp(token.name, "style") == 0;

		if (is_style || (in_style && token.kind == HTML_HIDDEN))
			buf_put(out, token.text, token.len);
		in_style = is_style && token.kind == HTML_OPEN;
		if (token.kind == HTML_OPEN && strcmp(token.name, "body") == 0)
			break;
	}
	return !out->failed;
}

void
html_find_body(const char *html, size_t n, size_t *ret_start, size_t *ret_end)
{
	struct html_scan scan;
	struct html_token token;

	*ret_start = 0;
	*ret_end = n;
	html_scan_init(&scan, html, n);
	while (html_scan_next(&scan, &token)) {
		size_t start = (size_t)(token.text - html);
		bool is_open = token.kind == HTML_OPEN;

		if (token.kind != HTML_OPEN && token.kind != HTML_CLOSE)
			continue;
		if (strcmp(token.name, "body") == 0 && is_open && *ret_start == 0)
			*ret_start = start + token.len;
		else if (strcmp(token.name, "body") == 0 || strcmp(token.name, "html") == 0)
			*ret_end = is_open ? *ret_end : start;
		if (!is_open && *ret_end == start)
			return;
	}
}
