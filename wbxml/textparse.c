/* SPDX-License-Identifier: ISC */
/*
 * Parsing of the language described in wbxml/text.h.  The text is in memory; the document goes to
 * the sink as it is read.  What is written is exactly what the text says, also things that our
 * writer would not do (empty strings, control characters): the test phone wants to be rude.
 */
#include "wbxml/text.h"

#include <stdlib.h>
#include <string.h>

#include "wbxml/limits.h"

/* [WBXML 1.3] 7.1 */
enum {
	SWITCH_PAGE = 0x00,
	END = 0x01,
	STR_I = 0x03,
	OPAQUE = 0xc3,
	HAS_CONTENT = 0x40,
	FIRST_TAG = 0x05,
	LAST_TAG = 0x3f,
};

#define NAME_MAX_LEN 64

struct parser {
	const struct text_input *input;
	const char *at;
	const char *end;
	const char *reason; /* NULL while all is well */
	struct outlet outlet;
	unsigned depth;
	unsigned char page;                       /* switched on in the output */
	unsigned char pages[WBXML_DEPTH_MAX + 1]; /* of the element open at each depth */
};

static bool
fail(struct parser *parser, const char *reason)
{
	if (!parser->reason)
		parser->reason = reason;
	return false;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Next byte that is neither blank nor comment; 0 at the end. */
static char
peek(struct parser *parser)
{
	while (parser->at < parser->end) {
		if (*parser->at == '#') {
			size_t rest = (size_t)(parser->end - parser->at);
			const char *newline = memchr(parser->at, '\n', rest);

			parser->at = newline ? newline : parser->end;
		} else if (is_blank(*parser->at)) {
			parser->at++;
		} else {
			return *parser->at;
		}
	}
	return 0;
}

static bool
is_word_byte(char c)
{
	return (unsigned char)c > ' ' && c != 0x7f && !strchr("{}\"~#", c);
}

static size_t
word_length(const struct parser *parser)
{
	const char *at = parser->at;

	while (at < parser->end && is_word_byte(*at))
		at++;
	return (size_t)(at - parser->at);
}

static bool
is_here(const struct parser *parser, const char *mark)
{
	size_t len = strlen(mark);

	return (size_t)(parser->end - parser->at) >= len && memcmp(parser->at, mark, len) == 0;
}

/* Copies the word here into a NUL-terminated name. */
static bool
read_name(struct parser *parser, char name[NAME_MAX_LEN])
{
	size_t len = word_length(parser);

	if (len == 0)
		return fail(parser, "name expected");
	if (len >= NAME_MAX_LEN)
		return fail(parser, "name too long");
	memcpy(name, parser->at, len);
	name[len] = '\0';
	parser->at += len;
	return true;
}

/* 0x2B or 43, no more than max. */
static bool
is_number(const char *word, unsigned long max, unsigned *ret)
{
	char *end;
	unsigned long value;

	if (*word < '0' || *word > '9')
		return false;
	value = strtoul(word, &end, 0);
	if (*end || value > max)
		return false;
	*ret = (unsigned)value;
	return true;
}

static enum token
find_on_page(unsigned page, const char *tag)
{
	const char *name = token_page_name(page);
	unsigned code;

	if (is_number(tag, LAST_TAG, &code))
		return code < FIRST_TAG ? TOKEN_NONE : (enum token)(page << 8 | code);
	return name ? token_find(name, tag) : TOKEN_NONE;
}

static bool
find_page(const char *name, unsigned *ret)
{
	if (is_number(name, 0xff, ret))
		return true;
	for (unsigned page = 0; page < WBXML_PAGES; page++)
		if (strcmp(token_page_name(page), name) == 0) {
			*ret = page;
			return true;
		}
	return false;
}

/* Turns a name into a token: page named, page of the parent, or unique anywhere. */
static bool
find_token(struct parser *parser, char *name, enum token *ret)
{
	char *colon = strchr(name, ':');
	unsigned page;

	*ret = TOKEN_NONE;
	if (colon) {
		*colon = '\0';
		if (!find_page(name, &page))
			return fail(parser, "unknown page");
		*ret = find_on_page(page, colon + 1);
	} else {
		if (parser->depth > 0)
			*ret = find_on_page(parser->pages[parser->depth], name);
		if (!*ret)
			*ret = token_find(NULL, name);
	}
	return *ret || fail(parser, "unknown element, or on several pages");
}

static void
put_tag(struct parser *parser, enum token token, unsigned content)
{
	unsigned page = token_page(token);

	if (page != parser->page) {
		outlet_byte(&parser->outlet, SWITCH_PAGE);
		outlet_byte(&parser->outlet, page);
		parser->page = (unsigned char)page;
	}
	outlet_byte(&parser->outlet, token_code(token) | content);
}

static int
hex_value(char c)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *found = c ? strchr(digits, c) : NULL;

	return found ? (int)((found - digits) & 15) : -1;
}

/* The byte written as \xHH; at stands behind the x. */
static bool
read_hex_escape(struct parser *parser, unsigned *ret)
{
	int high = parser->end - parser->at >= 2 ? hex_value(parser->at[0]) : -1;
	int low = high >= 0 ? hex_value(parser->at[1]) : -1;

	if (low < 0)
		return fail(parser, "two hex digits expected");
	parser->at += 2;
	*ret = (unsigned)(high << 4 | low);
	return true;
}

/* at stands behind the backslash. */
static bool
read_escape(struct parser *parser, bool may_be_nul)
{
	static const char letters[] = "nrt\"\\";
	static const char meanings[] = "\n\r\t\"\\";
	char letter = parser->at < parser->end ? *parser->at : '\0';
	const char *found = letter ? strchr(letters, letter) : NULL;
	unsigned byte;

	if (!found && letter != 'x')
		return fail(parser, "unknown escape");
	parser->at++;
	byte = found ? (unsigned char)meanings[found - letters] : 0;
	if (!found && !read_hex_escape(parser, &byte))
		return false;
	if (byte == 0 && !may_be_nul)
		return fail(parser, "NUL in a string");
	outlet_byte(&parser->outlet, byte);
	return true;
}

/* Run of bytes up to the next quote or backslash. */
static size_t
plain_length(const struct parser *parser)
{
	const char *at = parser->at;

	while (at < parser->end && *at != '"' && *at != '\\' && *at != '\0')
		at++;
	return (size_t)(at - parser->at);
}

/* Bytes that the string here stands for, if all is well with it. */
static size_t
measure_string(const struct parser *parser)
{
	size_t len = 0;

	for (const char *at = parser->at; at < parser->end && *at != '"'; at++) {
		if (*at == '\\')
			at += parser->end - at >= 4 && at[1] == 'x' ? 3 : 1;
		len++;
	}
	return len;
}

/* Writes what stands up to the closing quote.  at stands behind the opening one. */
static bool
parse_quoted(struct parser *parser, bool may_be_nul)
{
	const char *start = parser->at;

	for (;;) {
		size_t len = plain_length(parser);

		outlet_put(&parser->outlet, parser->at, len);
		parser->at += len;
		if (parser->at == parser->end) {
			parser->at = start;
			return fail(parser, "string without end");
		}
		if (*parser->at == '"')
			break;
		if (*parser->at++ == '\0')
			return fail(parser, "NUL in a string");
		if (!read_escape(parser, may_be_nul))
			return false;
	}
	parser->at++;
	return true;
}

static bool
parse_string(struct parser *parser)
{
	outlet_byte(&parser->outlet, STR_I);
	if (!parse_quoted(parser, false))
		return false;
	outlet_byte(&parser->outlet, 0);
	return true;
}

static bool
parse_text_bytes(struct parser *parser)
{
	size_t len = measure_string(parser);

	if (len > WBXML_TEXT_MAX)
		return fail(parser, "bytes too long");
	outlet_byte(&parser->outlet, OPAQUE);
	outlet_number(&parser->outlet, len);
	return parse_quoted(parser, true);
}

/* Counts the bytes of a hex string and finds its end; false if it is not well formed. */
static bool
measure_hex(struct parser *parser, size_t *ret_bytes)
{
	size_t digits = 0;
	const char *at = parser->at;

	for (; at < parser->end && *at != '"'; at++) {
		if (is_blank(*at))
			continue;
		if (hex_value(*at) < 0)
			break;
		digits++;
	}
	if (at == parser->end || *at != '"')
		return fail(parser, "hex digits and a quote expected");
	if (digits % 2 || digits / 2 > WBXML_TEXT_MAX)
		return fail(parser, digits % 2 ? "odd number of hex digits" : "bytes too long");
	*ret_bytes = digits / 2;
	return true;
}

/* at stands behind the opening quote. */
static bool
parse_hex_bytes(struct parser *parser)
{
	size_t len;
	int high = -1;

	if (!measure_hex(parser, &len))
		return false;
	outlet_byte(&parser->outlet, OPAQUE);
	outlet_number(&parser->outlet, len);
	for (; *parser->at != '"'; parser->at++) {
		int digit = hex_value(*parser->at);

		if (digit < 0)
			continue;
		if (high < 0) {
			high = digit;
			continue;
		}
		outlet_byte(&parser->outlet, (unsigned)(high << 4 | digit));
		high = -1;
	}
	parser->at++;
	return true;
}

/* Writes a text as a value of the element: bytes where these are the rule. */
static bool
put_text(struct parser *parser, enum token token, const char *text, size_t len)
{
	bool is_opaque = token_is_opaque(token);

	if (len > WBXML_TEXT_MAX)
		return fail(parser, "value too long");
	outlet_byte(&parser->outlet, is_opaque ? OPAQUE : STR_I);
	if (is_opaque)
		outlet_number(&parser->outlet, len);
	outlet_put(&parser->outlet, text, len);
	if (!is_opaque)
		outlet_byte(&parser->outlet, 0);
	return true;
}

/* at stands behind the dollar. */
static bool
parse_variable(struct parser *parser, enum token token)
{
	const char *start = parser->at - 1;
	const char *value = NULL;
	char name[NAME_MAX_LEN];

	if (!read_name(parser, name))
		return false;
	if (parser->input->find)
		value = parser->input->find(parser->input->ctx, name);
	if (value)
		return put_text(parser, token, value, strlen(value));
	parser->at = start;
	return fail(parser, "unknown variable");
}

static bool
parse_word(struct parser *parser)
{
	const char *word = parser->at;
	size_t len = word_length(parser);

	if (len == 0)
		return fail(parser, "value, { or ~ expected");
	parser->at += len;
	return put_text(parser, TOKEN_NONE, word, len);
}

/* Passes the mark if it is here. */
static bool
take(struct parser *parser, const char *mark)
{
	if (!is_here(parser, mark))
		return false;
	parser->at += strlen(mark);
	return true;
}

/* True if a value begins here that cannot be taken for a name. */
static bool
is_marked_value(const struct parser *parser)
{
	return is_here(parser, "\"") || is_here(parser, "$") || is_here(parser, "x\"") ||
		is_here(parser, "b\"");
}

/* token: the element if this is its only value, else TOKEN_NONE. */
static bool
parse_value(struct parser *parser, enum token token)
{
	if (take(parser, "x\""))
		return parse_hex_bytes(parser);
	if (take(parser, "b\""))
		return parse_text_bytes(parser);
	if (take(parser, "\""))
		return parse_string(parser);
	if (take(parser, "$"))
		return parse_variable(parser, token);
	return parse_word(parser);
}

/* A name and its value, ~ or opening brace. */
static bool
parse_element(struct parser *parser)
{
	const char *start = parser->at;
	char name[NAME_MAX_LEN];
	enum token token;

	if (!read_name(parser, name))
		return false;
	if (!find_token(parser, name, &token) || parser->depth == WBXML_DEPTH_MAX) {
		parser->at = start;
		return fail(parser, "too deep");
	}
	if (peek(parser) == '~') {
		parser->at++;
		put_tag(parser, token, 0);
		return true;
	}
	put_tag(parser, token, HAS_CONTENT);
	if (peek(parser) == '{') {
		parser->at++;
		parser->depth++;
		parser->pages[parser->depth] = (unsigned char)token_page(token);
		return true;
	}
	if (!parse_value(parser, token))
		return false;
	outlet_byte(&parser->outlet, END);
	return true;
}

/* One step inside an element: its end, a value, an element. */
static bool
parse_content(struct parser *parser)
{
	char next = peek(parser);

	if (next == '\0')
		return fail(parser, "} expected");
	if (next == '}') {
		parser->at++;
		parser->depth--;
		outlet_byte(&parser->outlet, END);
		return true;
	}
	return is_marked_value(parser) ? parse_value(parser, TOKEN_NONE) : parse_element(parser);
}

static void
parse_document(struct parser *parser)
{
	static const unsigned char prologue[] = { 0x03, 0x01, 0x6a, 0x00 };

	outlet_put(&parser->outlet, prologue, sizeof(prologue));
	peek(parser);
	if (!parse_element(parser))
		return;
	while (parser->depth > 0)
		if (!parse_content(parser))
			return;
	if (parser->input->is_part)
		return;
	peek(parser);
	if (parser->at < parser->end)
		fail(parser, "text behind the root element");
}

static unsigned
count_lines(const char *text, const char *at)
{
	unsigned lines = 1;

	for (; text < at; text++)
		lines += *text == '\n';
	return lines;
}

bool
text_parse(const char *text, size_t len, const struct text_input *input,
	struct text_problem *ret_problem)
{
	struct parser parser = { .input = input, .at = text, .end = text + len };

	outlet_init(&parser.outlet, input->sink);
	if (len > WBXML_DOCUMENT_MAX)
		fail(&parser, "text too long");
	else
		parse_document(&parser);
	if (!outlet_flush(&parser.outlet))
		fail(&parser, "cannot write");
	ret_problem->offset = (size_t)(parser.at - text);
	ret_problem->line = count_lines(text, parser.at);
	ret_problem->reason = parser.reason;
	return !parser.reason;
}
