/* SPDX-License-Identifier: ISC */
/*
 * Printing.  One loop over the pieces of the document; the only lookahead is that behind a start
 * tag, to tell `Tag value` and `Tag {}` from `Tag { ... }`.
 */
#include "wbxml/text.h"

#include <stdio.h>
#include <string.h>

#include "wbxml/lexer.h"
#include "wbxml/limits.h"
#include "wbxml/reader.h"
#include "wbxml/utf8.h"

struct printer {
	const struct text_options *options;
	struct outlet outlet;
	struct lexer lexer;
	unsigned char pages[WBXML_DEPTH_MAX + 1]; /* of the element open at each depth */
	unsigned masked;                          /* depth at which hiding began, 0: none */
	bool is_first;                            /* no sibling before this one */
};

static void
put_format(struct printer *printer, const char *format, unsigned long number)
{
	char line[48];
	int len = snprintf(line, sizeof(line), format, number);

	outlet_put(&printer->outlet, line, (size_t)len);
}

/* What stands between the last thing printed and one inside of depth elements. */
static void
put_gap(struct printer *printer, unsigned depth, bool is_close)
{
	if (printer->options->one_line) {
		if (depth > 0 || is_close)
			outlet_string(&printer->outlet, is_close || printer->is_first ? " " : "  ");
		return;
	}
	if (depth > 0 || is_close)
		outlet_string(&printer->outlet, "\n");
	for (unsigned i = 0; i < depth; i++)
		outlet_string(&printer->outlet, "  ");
}

/* True if the name without its page leads back to the token. */
static bool
is_plain(enum token token, unsigned depth, unsigned parent_page)
{
	if (!token_name(token))
		return false;
	if (depth > 0)
		return token_page(token) == parent_page;
	return token_find(NULL, token_name(token)) == token;
}

static void
put_name(struct printer *printer, enum token token, unsigned depth)
{
	const char *name = token_name(token);
	const char *page = token_page_name(token_page(token));

	if (!is_plain(token, depth, printer->pages[depth])) {
		if (page)
			outlet_string(&printer->outlet, page);
		else
			put_format(printer, "%lu", token_page(token));
		outlet_string(&printer->outlet, ":");
	}
	if (name)
		outlet_string(&printer->outlet, name);
	else
		put_format(printer, "0x%02lX", token_code(token));
}

/* Words need no quotes; they must not look like anything else of the language. */
static bool
is_word(const unsigned char *bytes, size_t len)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_.:+/=@,*";

	for (size_t i = 0; i < len; i++)
		if (bytes[i] == 0 || !strchr(letters, bytes[i]))
			return false;
	return len > 0;
}

static void
put_escape(struct printer *printer, unsigned char byte)
{
	static const char plain[] = "\n\r\t\"\\";
	static const char letters[] = "nrt\"\\";
	const char *found = byte ? strchr(plain, byte) : NULL;

	if (!found) {
		put_format(printer, "\\x%02lX", byte);
		return;
	}
	outlet_string(&printer->outlet, "\\");
	outlet_byte(&printer->outlet, (unsigned char)letters[found - plain]);
}

/* True if the character may stand in a line of a log or terminal as it is. */
static bool
is_shown(const unsigned char *bytes, size_t len)
{
	if (len == 1)
		return bytes[0] >= 0x20 && bytes[0] < 0x7f && !strchr("\"\\", bytes[0]);
	return !(bytes[0] == 0xc2 && bytes[1] < 0xa0); /* C1 controls */
}

static void
put_string(struct printer *printer, const unsigned char *bytes, size_t len)
{
	outlet_string(&printer->outlet, "\"");
	for (size_t at = 0; at < len;) {
		enum utf8_kind kind;
		size_t step = utf8_scan(bytes + at, len - at, &kind);

		if (kind == UTF8_LEGAL && is_shown(bytes + at, step))
			outlet_put(&printer->outlet, bytes + at, step);
		else
			for (size_t i = 0; i < step; i++)
				put_escape(printer, bytes[at + i]);
		at += step;
	}
	outlet_string(&printer->outlet, "\"");
}

static void
put_hex(struct printer *printer, const unsigned char *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	outlet_string(&printer->outlet, "x\"");
	for (size_t i = 0; i < len; i++) {
		outlet_byte(&printer->outlet, (unsigned char)digits[bytes[i] >> 4]);
		outlet_byte(&printer->outlet, (unsigned char)digits[bytes[i] & 15]);
	}
	outlet_string(&printer->outlet, "\"");
}

/* True if OPAQUE bytes read well as text, as a MIME message does. */
static bool
is_readable(const unsigned char *bytes, size_t len)
{
	if (utf8_legal(bytes, len) < len)
		return false;
	for (size_t i = 0; i + 1 < len; i++)
		if (bytes[i] == 0xc2 && bytes[i + 1] < 0xa0)
			return false;
	return len > 0 && !memchr(bytes, 0x7f, len);
}

static void
put_bytes(struct printer *printer, const unsigned char *bytes, size_t len)
{
	if (is_readable(bytes, len)) {
		outlet_string(&printer->outlet, "b");
		put_string(printer, bytes, len);
	} else {
		put_hex(printer, bytes, len);
	}
}

/* may_be_word: the value stands directly behind a name. */
static void
put_value(struct printer *printer, const struct piece *piece, bool may_be_word)
{
	const unsigned char *bytes = piece_data(piece);
	size_t max = printer->options->text_max;
	bool is_cut = max > 0 && piece->len > max;
	size_t len = is_cut ? max : piece->len;

	if (printer->masked) {
		put_format(printer, "<%lu bytes>", piece->len);
		return;
	}
	if (piece->kind == PIECE_OPAQUE)
		put_bytes(printer, bytes, len);
	else if (may_be_word && !is_cut && is_word(bytes, len))
		outlet_put(&printer->outlet, bytes, len);
	else
		put_string(printer, bytes, len);
	if (is_cut)
		put_format(printer, "...<%lu bytes>", piece->len);
}

static bool
is_hidden(const struct printer *printer, enum token token)
{
	switch (token_privacy(token)) {
	case TOKEN_SECRET:
		return printer->options->mask >= TEXT_MASK_SECRETS;
	case TOKEN_CONTENT:
		return printer->options->mask >= TEXT_MASK_CONTENT;
	case TOKEN_OPEN:
		break;
	}
	return false;
}

/* Next piece that is shown: literal tags are not.  False at the end of the document too. */
static bool
next_shown(struct lexer *lexer, struct piece *ret)
{
	while (lexer_next(lexer, ret)) {
		if (ret->kind != PIECE_LITERAL)
			return true;
		if (!lexer_skip(lexer, lexer->depth - ret->has_content) || lexer->depth == 0)
			return false;
	}
	return false;
}

/* Prints content that is nothing or one text together with its start tag. */
static bool
print_short(struct printer *printer)
{
	struct lexer look = printer->lexer;
	struct piece text;
	struct piece end;

	if (!next_shown(&look, &text))
		return false;
	if (text.kind == PIECE_END) {
		outlet_string(&printer->outlet, " {}");
		printer->lexer = look;
		return true;
	}
	if (!piece_is_text(&text) || !next_shown(&look, &end) || end.kind != PIECE_END)
		return false;
	outlet_string(&printer->outlet, " ");
	put_value(printer, &text, true);
	printer->lexer = look;
	return true;
}

static void
print_start(struct printer *printer, const struct piece *piece)
{
	unsigned depth = printer->lexer.depth - piece->has_content;
	bool begins_mask = !printer->masked && is_hidden(printer, piece->token);

	put_gap(printer, depth, false);
	put_name(printer, piece->token, depth);
	printer->is_first = false;
	if (!piece->has_content) {
		outlet_string(&printer->outlet, " ~");
		return;
	}
	if (begins_mask)
		printer->masked = printer->lexer.depth;
	printer->pages[printer->lexer.depth] = (unsigned char)token_page(piece->token);
	if (print_short(printer)) {
		if (begins_mask)
			printer->masked = 0;
		return;
	}
	outlet_string(&printer->outlet, " {");
	printer->is_first = true;
}

static void
print_end(struct printer *printer)
{
	if (printer->masked > printer->lexer.depth)
		printer->masked = 0;
	put_gap(printer, printer->lexer.depth, true);
	outlet_string(&printer->outlet, "}");
	printer->is_first = false;
}

static void
print_piece(struct printer *printer, const struct piece *piece)
{
	switch (piece->kind) {
	case PIECE_START:
		print_start(printer, piece);
		break;
	case PIECE_END:
		print_end(printer);
		break;
	case PIECE_LITERAL:
		break;
	case PIECE_TEXT:
	case PIECE_OPAQUE:
	case PIECE_ENTITY:
		put_gap(printer, printer->lexer.depth, false);
		put_value(printer, piece, false);
		printer->is_first = false;
		break;
	}
}

bool
text_print(const void *data, size_t len, const struct text_options *options,
	struct text_problem *ret_problem)
{
	struct printer printer = { .options = options, .is_first = true };
	struct piece piece;

	outlet_init(&printer.outlet, options->sink);
	lexer_init(&printer.lexer, data, len);
	do {
		if (next_shown(&printer.lexer, &piece))
			print_piece(&printer, &piece);
	} while (printer.lexer.fault == READER_OK && printer.lexer.depth > 0);
	lexer_finish(&printer.lexer);
	if (printer.outlet.written > 0 && !options->one_line)
		outlet_string(&printer.outlet, "\n");
	ret_problem->offset = printer.lexer.at;
	ret_problem->line = 0;
	ret_problem->reason = NULL;
	if (printer.lexer.fault != READER_OK)
		ret_problem->reason = reader_fault_name(printer.lexer.fault);
	if (!outlet_flush(&printer.outlet))
		ret_problem->reason = "cannot write";
	return !ret_problem->reason;
}

bool
text_put_file(void *ctx, const void *data, size_t len)
{
	return fwrite(data, 1, len, ctx) == len;
}
