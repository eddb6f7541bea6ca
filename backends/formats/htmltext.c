/* SPDX-License-Identifier: ISC */
/*
 * HTML to readable text.  Line breaks and blanks are only noted when they are met and written when
 * a visible character follows; so runs of empty blocks, as layout tables leave them, vanish, and
 * the text neither begins nor ends with them.
 */
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "backends/formats/entity.h"
#include "backends/formats/html.h"
#include "backends/formats/htmlscan.h"
#include "bridge/base/buf.h"

enum {
	LISTS_MAX = 8,		/* deeper lists are drawn as this deep */
	QUOTES_MAX = 8,
	BREAKS_MAX = 3,
	HREF_MAX = 2048,
};

struct writer {
	struct buf *out;
	unsigned flags;
	unsigned breaks;	/* line ends owed */
	bool space;		/* a blank owed */
	bool cell;		/* ... between two table cells */
	bool line_is_empty;
	unsigned pre;
	unsigned quotes;	/* open blockquotes */
	unsigned lists;		/* open lists */
	unsigned numbers[LISTS_MAX]; /* next number; 0: bullets */
	char bullet[16];	/* owed before the next text */
	const char *href;
	size_t href_len;
	size_t link_at;		/* out->len where the link's text began */
};

static void
owe_breaks(struct writer *writer, unsigned n)
{
	if (writer->breaks < n)
		writer->breaks = n;
	writer->space = false;
	writer->cell = false;
}

static void
start_line(struct writer *writer)
{
	unsigned quotes = writer->quotes < QUOTES_MAX ? writer->quotes : QUOTES_MAX;

	for (unsigned i = 0; i < quotes; i++)
		buf_puts(writer->out, i + 1 < quotes ? ">" : "> ");
}

/* Writes what is owed; a visible character follows. */
static void
settle(struct writer *writer)
{
	if (writer->out->len == 0) {
		start_line(writer);
	} else if (writer->breaks > 0) {
		for (; writer->breaks > 0; writer->breaks--) {
			buf_puts(writer->out, "\r\n");
			if (writer->breaks == 1)
				start_line(writer);
			else if (writer->quotes > 0)
				buf_putc(writer->out, '>');
		}
	} else if (writer->cell) {
		buf_puts(writer->out, "  ");
	} else if (writer->space) {
		buf_putc(writer->out, ' ');
	}
	writer->breaks = 0;
	writer->space = false;
	writer->cell = false;
	if (writer->bullet[0] != '\0') {
		unsigned depth = writer->lists < LISTS_MAX ? writer->lists : LISTS_MAX;

		for (unsigned i = 1; i < depth; i++)
			buf_puts(writer->out, "  ");
		buf_puts(writer->out, writer->bullet);
		writer->bullet[0] = '\0';
	}
	writer->line_is_empty = false;
}

static void
put_visible(struct writer *writer, const char *text, size_t n)
{
	settle(writer);
	buf_put(writer->out, text, n);
}

static void
put_blank(struct writer *writer, char c)
{
	if (writer->pre == 0) {
		writer->space = !writer->line_is_empty;
	} else if (c == '\n') {
		if (writer->breaks < BREAKS_MAX)
			writer->breaks++;
		writer->line_is_empty = true;
	} else if (c != '\r') {
		put_visible(writer, c == '\t' ? "    " : " ", c == '\t' ? 4 : 1);
	}
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f';
}

/* Characters that are there to be invisible: mailers pad previews with them. */
static bool
is_invisible(const struct writer *writer, uint32_t code)
{
	if (code == 0x200c || code == 0x200d) /* joiners: real inside of words */
		return writer->space || writer->line_is_empty;
	return code == 0xad || code == 0x34f || code == 0x200b || code == 0x2060 || code == 0xfeff;
}

static void
put_code(struct writer *writer, uint32_t code)
{
	char text[4];
	size_t n;

	if (code == 0xa0 || code == 0x2007 || code == 0x202f) {
		put_blank(writer, ' ');
		return;
	}
	if (code < 128 && is_blank((char)code)) {
		put_blank(writer, (char)code);
		return;
	}
	n = is_invisible(writer, code) ? 0 : entity_print(code, text);
	if (n > 0)
		put_visible(writer, text, n);
}

/* Code point of the valid UTF-8 at text. */
static uint32_t
code_at(const char *text, size_t n, size_t *ret_len)
{
	uint8_t lead = (uint8_t)text[0];
	size_t len = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	uint32_t code = len == 1 ? lead : lead & (0x7fu >> len);

	if (len > n)
		len = n;
	for (size_t i = 1; i < len; i++)
		code = code << 6 | ((uint8_t)text[i] & 63);
	*ret_len = len;
	return code;
}

static void
put_text(struct writer *writer, const char *text, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t run = i, len;
		uint32_t code;

		while (run < n && text[run] > 32 && text[run] < 127 && text[run] != '&')
			run++;
		if (run > i) {
			put_visible(writer, text + i, run - i);
			i = run;
			continue;
		}
		if (text[i] == '&' && (len = entity_read(text + i, n - i, &code)) > 0) {
			put_code(writer, code);
			i += len;
			continue;
		}
		code = code_at(text + i, n - i, &len);
		put_code(writer, code);
		i += len;
	}
}

static void
list_open(struct writer *writer, bool is_ordered)
{
	owe_breaks(writer, writer->lists == 0 ? 2 : 1);
	if (writer->lists < LISTS_MAX)
		writer->numbers[writer->lists] = is_ordered ? 1 : 0;
	writer->lists++;
}

static void
list_close(struct writer *writer)
{
	if (writer->lists > 0)
		writer->lists--;
	writer->bullet[0] = '\0';
	owe_breaks(writer, writer->lists == 0 ? 2 : 1);
}

static void
list_item(struct writer *writer)
{
	unsigned level = writer->lists == 0 ? 0 : writer->lists - 1;
	unsigned *number = &writer->numbers[level < LISTS_MAX ? level : LISTS_MAX - 1];
	unsigned n = *number;
	char *to = writer->bullet;

	owe_breaks(writer, 1);
	if (writer->lists == 0 || n == 0 || n > 99999) {
		memcpy(to, "- ", 3);
		return;
	}
	(*number)++;
	for (unsigned unit = 10000; unit > 0; unit /= 10)
		if (n >= unit)
			*to++ = (char)('0' + n / unit % 10);
	memcpy(to, ". ", 3);
}

static void
image(struct writer *writer, const struct html_token *token)
{
	const char *alt;
	size_t n;

	if ((writer->flags & HTML_SHOW_IMAGES) == 0 || !html_attribute(token, "alt", &alt, &n) ||
	    n == 0)
		return;
	put_visible(writer, "[", 1);
	put_text(writer, alt, n);
	put_visible(writer, "]", 1);
}

static void
link_open(struct writer *writer, const struct html_token *token)
{
	writer->href = NULL;
	writer->link_at = writer->out->len;
	if ((writer->flags & HTML_SHOW_LINKS) == 0 ||
	    !html_attribute(token, "href", &writer->href, &writer->href_len) ||
	    writer->href_len > HREF_MAX || (strncasecmp(writer->href, "http", 4) != 0 &&
	    strncasecmp(writer->href, "ftp", 3) != 0))
		writer->href = NULL;
}

static void
link_close(struct writer *writer)
{
	size_t at = writer->link_at;

	/* a link whose text is its target needs saying once */
	if (writer->href != NULL && writer->out->len > at && memmem(writer->out->data + at,
	    writer->out->len - at, writer->href, writer->href_len) == NULL) {
		put_visible(writer, " <", 2);
		put_text(writer, writer->href, writer->href_len);
		put_visible(writer, ">", 1);
	}
	writer->href = NULL;
}

enum effect { LINE, PARAGRAPH, BREAK, CELL, ITEM, LIST, NUMBERS, QUOTE, PRE, RULE, IMAGE, LINK };

static const struct {
	const char *name;
	enum effect effect;
} effects[] = {
	{ "a", LINK }, { "address", LINE }, { "article", LINE }, { "aside", LINE },
	{ "blockquote", QUOTE }, { "br", BREAK }, { "caption", LINE }, { "center", LINE },
	{ "dd", LINE }, { "dir", LIST }, { "div", LINE }, { "dl", PARAGRAPH }, { "dt", LINE },
	{ "fieldset", LINE }, { "figcaption", LINE }, { "figure", LINE }, { "footer", LINE },
	{ "form", LINE }, { "h1", PARAGRAPH }, { "h2", PARAGRAPH }, { "h3", PARAGRAPH },
	{ "h4", PARAGRAPH }, { "h5", PARAGRAPH }, { "h6", PARAGRAPH }, { "header", LINE },
	{ "hr", RULE }, { "img", IMAGE }, { "li", ITEM }, { "main", LINE }, { "menu", LIST },
	{ "nav", LINE }, { "ol", NUMBERS }, { "option", LINE }, { "p", PARAGRAPH }, { "pre", PRE },
	{ "section", LINE }, { "table", LINE }, { "tbody", LINE }, { "td", CELL }, { "th", CELL },
	{ "thead", LINE }, { "tr", LINE }, { "ul", LIST },
};

static bool
find_effect(const char *name, enum effect *ret_effect)
{
	size_t low = 0, high = sizeof(effects) / sizeof(effects[0]);

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(name, effects[middle].name);

		if (order == 0) {
			*ret_effect = effects[middle].effect;
			return true;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

/* Opens (or closes) something that can be nested: only counted. */
static void
nest(unsigned *depth, bool is_open)
{
	if (is_open)
		(*depth)++;
	else if (*depth > 0)
		(*depth)--;
}

static void
apply_block(struct writer *writer, enum effect effect, bool is_open)
{
	switch (effect) {
	case LIST:
	case NUMBERS:
		if (is_open)
			list_open(writer, effect == NUMBERS);
		else
			list_close(writer);
		break;
	case QUOTE:
		owe_breaks(writer, 2);
		nest(&writer->quotes, is_open);
		break;
	case PRE:
		owe_breaks(writer, 2);
		nest(&writer->pre, is_open);
		break;
	default:
		owe_breaks(writer, effect == PARAGRAPH ? 2 : 1);
	}
	writer->line_is_empty = true;
}

static void
put_tag(struct writer *writer, const struct html_token *token)
{
	bool is_open = token->kind == HTML_OPEN;
	enum effect effect;

	if (!find_effect(token->name, &effect))
		return;
	switch (effect) {
	case BREAK:
		if (writer->breaks < BREAKS_MAX)
			writer->breaks++;
		writer->space = false;
		writer->line_is_empty = true;
		break;
	case CELL:
		writer->cell = writer->out->len > 0 && writer->breaks == 0;
		break;
	case ITEM:
		if (is_open)
			list_item(writer);
		break;
	case RULE:
		owe_breaks(writer, 1);
		put_visible(writer, "--------", 8);
		owe_breaks(writer, 1);
		break;
	case IMAGE:
		image(writer, token);
		break;
	case LINK:
		if (is_open)
			link_open(writer, token);
		else
			link_close(writer);
		break;
	default:
		apply_block(writer, effect, is_open);
	}
}

bool
html_to_text(struct buf *out, const char *html, size_t n, unsigned flags)
{
	struct writer writer = { .out = out, .flags = flags, .line_is_empty = true };
	struct html_token token;
	struct html_scan scan;

	html_scan_init(&scan, html, n);
	while (html_scan_next(&scan, &token) && !out->failed) {
		if (token.kind == HTML_TEXT)
			put_text(&writer, token.text, token.len);
		else if (token.kind != HTML_HIDDEN)
			put_tag(&writer, &token);
	}
	return !out->failed;
}
