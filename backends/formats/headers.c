/* SPDX-License-Identifier: ISC */
/*
 * Finding, unfolding, decoding and encoding header fields.  Encoded words that follow each other in
 * one charset and encoding are joined as bytes before the charset is converted, because mailers cut
 * characters in two between words although RFC 2047 forbids it.
 */
#include "backends/formats/headers.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "backends/formats/charset.h"
#include "backends/formats/transfer.h"
#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "bridge/base/codec.h"

enum {
	CHARSET_MAX_LEN = 60,
	WORD_BYTES = 42,	/* UTF-8 bytes in one encoded word: 75 characters at most in all */
	LINE_MAX_LEN = 76,
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_space(char c)
{
	return is_blank(c) || c == '\r' || c == '\n';
}

/* End of the line at `at`, its line end included. */
static size_t
line_end(const char *block, size_t len, size_t at)
{
	const char *newline = memchr(block + at, '\n', len - at);

	return newline == NULL ? len : (size_t)(newline - block) + 1;
}

static bool
is_empty_line(const char *block, size_t at, size_t end)
{
	return end - at <= 2 && (block[at] == '\n' || (block[at] == '\r' && end - at == 2));
}

/* Splits block[at, end) at its colon. */
static bool
split_field(const char *block, size_t at, size_t end, struct header_field *ret)
{
	size_t colon = at, name_end;

	while (colon < end && block[colon] != ':' && (uint8_t)block[colon] > 31 &&
	    (uint8_t)block[colon] < 127)
		colon++;
	if (colon == at || colon >= end || block[colon] != ':' || is_blank(block[at]))
		return false;
	for (name_end = colon; name_end > at && is_blank(block[name_end - 1]);)
		name_end--;
	if (memchr(block + at, ' ', name_end - at) != NULL)
		return false; /* "From someone Mon Jan 1 10:00:00": an mbox line */
	ret->name = block + at;
	ret->name_len = name_end - at;
	ret->raw = block + at;
	ret->raw_len = end - at;
	while (end > colon + 1 && (block[end - 1] == '\n' || block[end - 1] == '\r'))
		end--;
	ret->value = block + colon + 1;
	ret->value_len = end - colon - 1;
	return true;
}

bool
header_next(const char *block, size_t len, size_t *cursor, struct header_field *ret_field)
{
	while (*cursor < len) {
		size_t at = *cursor;
		size_t end = line_end(block, len, at);

		if (is_empty_line(block, at, end))
			return false;
		while (end < len && is_blank(block[end]))
			end = line_end(block, len, end);
		*cursor = end;
		if (split_field(block, at, end, ret_field))
			return true;
	}
	return false;
}

bool
header_is(const struct header_field *field, const char *name)
{
	return strlen(name) == field->name_len &&
	    strncasecmp(field->name, name, field->name_len) == 0;
}

bool
header_find(const char *block, size_t len, const char *name, struct header_field *ret_field)
{
	struct header_field field;
	size_t cursor = 0;

	while (header_next(block, len, &cursor, &field))
		if (header_is(&field, name)) {
			*ret_field = field;
			return true;
		}
	return false;
}

char *
header_unfold(struct arena *arena, const char *value, size_t n)
{
	char *text = arena_alloc(arena, n + 1);
	char *to = text;

	while (n > 0 && is_space(value[n - 1]))
		n--;
	for (size_t i = 0; i < n; i++) {
		if (value[i] == '\r' || value[i] == '\n') {
			while (i + 1 < n && is_space(value[i + 1]))
				i++;
			if (to > text && to[-1] != ' ')
				*to++ = ' ';
		} else if (value[i] != '\0' && (to > text || !is_blank(value[i]))) {
			*to++ = value[i];
		}
	}
	*to = '\0';
	return text;
}

char *
header_raw(struct arena *arena, const char *block, size_t len, const char *name)
{
	struct header_field field;

	if (!header_find(block, len, name, &field))
		return NULL;
	return header_unfold(arena, field.value, field.value_len);
}

char *
header_text(struct arena *arena, const char *block, size_t len, const char *name)
{
	char *raw = header_raw(arena, block, len, name);

	return raw == NULL ? NULL : header_decode(arena, raw, strlen(raw));
}

/* An encoded word as found: =?charset?Q?text?= */
struct word {
	const char *charset;
	size_t charset_len;	/* without the language */
	bool is_base64;
	const char *text;
	size_t text_len;
	size_t len;		/* of all of it */
};

/* What is being decoded: bytes of joined words wait until another charset or plain text comes. */
struct decoding {
	struct buf *out;
	struct buf pending;
	char charset[CHARSET_MAX_LEN + 1];
	bool has_no_end;	/* no "?=" in the rest: search no more, or it gets quadratic */
};

/* Is there an encoded word at the start of text? */
static bool
word_parse(struct decoding *decoding, const char *text, size_t n, struct word *ret)
{
	const char *limit = text + (n < CHARSET_MAX_LEN + 3 ? n : CHARSET_MAX_LEN + 3);
	const char *mark, *star, *end;

	if (n < 7 || text[0] != '=' || text[1] != '?' || decoding->has_no_end)
		return false;
	mark = memchr(text + 2, '?', (size_t)(limit - text - 2));
	if (mark == NULL || mark == text + 2 || text + n - mark < 4 || mark[2] != '?')
		return false;
	if ((mark[1] | 32) != 'q' && (mark[1] | 32) != 'b')
		return false;
	end = memmem(mark + 3, (size_t)(text + n - mark - 3), "?=", 2);
	if (end == NULL) {
		decoding->has_no_end = true;
		return false;
	}
	star = memchr(text + 2, '*', (size_t)(mark - text - 2));
	ret->charset = text + 2;
	ret->charset_len = (size_t)((star != NULL ? star : mark) - text - 2);
	ret->is_base64 = (mark[1] | 32) == 'b';
	ret->text = mark + 3;
	ret->text_len = (size_t)(end - mark - 3);
	ret->len = (size_t)(end + 2 - text);
	return true;
}

static void
pending_flush(struct decoding *decoding)
{
	if (decoding->pending.len > 0)
		charset_convert(decoding->charset, decoding->pending.data, decoding->pending.len,
		    decoding->out);
	buf_reset(&decoding->pending);
}

static void
put_q(struct buf *out, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t byte;

		if (text[i] == '=' && i + 2 < n && hex_decode((char[]){ text[i + 1],
		    text[i + 2], '\0' }, 2, &byte)) {
			buf_putc(out, (char)byte);
			i += 2;
		} else {
			buf_putc(out, text[i] == '_' ? ' ' : text[i]);
		}
	}
}

static void
word_put(struct decoding *decoding, const struct word *word)
{
	struct transfer_decoder base64;

	if (strlen(decoding->charset) != word->charset_len ||
	    strncasecmp(decoding->charset, word->charset, word->charset_len) != 0) {
		pending_flush(decoding);
		memcpy(decoding->charset, word->charset, word->charset_len);
		decoding->charset[word->charset_len] = '\0';
	}
	if (!word->is_base64) {
		put_q(&decoding->pending, word->text, word->text_len);
		return;
	}
	transfer_init(&base64, TRANSFER_BASE64);
	transfer_feed(&base64, word->text, word->text_len, &decoding->pending);
}

/* Length of the plain text at the start of text, up to the next possible word. */
static size_t
plain_length(const char *text, size_t n)
{
	const char *next = n > 1 ? memmem(text + 1, n - 1, "=?", 2) : NULL;

	return next == NULL ? n : (size_t)(next - text);
}

static void
decode_all(struct decoding *decoding, const char *value, size_t n)
{
	bool after_word = false;

	for (size_t i = 0; i < n;) {
		struct word word;
		size_t length, blanks = 0;

		while (after_word && i + blanks < n && is_blank(value[i + blanks]))
			blanks++;
		if (word_parse(decoding, value + i + blanks, n - i - blanks, &word)) {
			word_put(decoding, &word);
			i += blanks + word.len;
			after_word = true;
			continue;
		}
		pending_flush(decoding);
		after_word = false;
		length = plain_length(value + i, n - i);
		charset_convert(NULL, value + i, length, decoding->out);
		i += length;
	}
	pending_flush(decoding);
}

/* Decoded words may hold line breaks and tabs: not in a header. */
static void
flatten(char *text)
{
	for (; *text != '\0'; text++)
		if (*text == '\r' || *text == '\n' || *text == '\t')
			*text = ' ';
}

char *
header_decode(struct arena *arena, const char *value, size_t n)
{
	struct decoding decoding = { 0 };
	struct buf out;
	char *text;

	buf_init(&out, n * 4 + 64);
	buf_init(&decoding.pending, n + 64);
	decoding.out = &out;
	decode_all(&decoding, value, n);
	text = arena_strndup(arena, buf_str(&out), out.len);
	flatten(text);
	buf_free(&decoding.pending);
	buf_free(&out);
	return text;
}

static bool
needs_encoding(const char *text)
{
	for (; *text != '\0'; text++)
		if ((uint8_t)*text < 32 || (uint8_t)*text > 126 || (*text == '=' && text[1] == '?'))
			return true;
	return false;
}

bool
header_encode(struct buf *out, const char *text, size_t column)
{
	size_t n = strlen(text);

	if (!needs_encoding(text))
		return buf_put(out, text, n);
	while (n > 0) {
		size_t room = LINE_MAX_LEN > column + 12 ? (LINE_MAX_LEN - column - 12) / 4 * 3 : 0;
		size_t piece = utf8_cut(text, n, room < WORD_BYTES ? room : WORD_BYTES);
		char encoded[80];

		if (piece == 0 && column > 1) {
			buf_puts(out, "\r\n ");
			column = 1;
			continue;
		}
		if (piece == 0) /* not UTF-8 after all */
			piece = n < WORD_BYTES ? n : WORD_BYTES;
		base64_encode(text, piece, encoded);
		buf_printf(out, "=?utf-8?B?%s?=", encoded);
		text += piece;
		n -= piece;
		if (n > 0)
			buf_puts(out, "\r\n ");
		column = 1;
	}
	return !out->failed;
}
