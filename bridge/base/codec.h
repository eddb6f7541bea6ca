/* SPDX-License-Identifier: ISC */
/*
 * Small encodings: base64, hex, percent, quoted strings, UTF-8.  Pure functions over bytes, linear,
 * usable in every process.  Output goes to the caller's memory or to a buf.
 */
#ifndef BRIDGE_BASE_CODEC_H
#define BRIDGE_BASE_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct buf;

/* Bytes base64 needs for n bytes, padding included, terminator not. */
size_t base64_size(size_t n);

/* Standard alphabet with padding.  ret_text needs base64_size(n) + 1 bytes; it is terminated. */
void base64_encode(const void *data, size_t n, char *ret_text);

/*
 * Tolerant: both alphabets (+/ and -_), padding or none, white space skipped.  ret_data may be
 * text itself and needs n * 3 / 4 bytes.  false: a foreign byte, data behind padding, or a lone
 * last digit; ret_len is then untouched.
 */
bool base64_decode(const char *text, size_t n, void *ret_data, size_t *ret_len);

/* Streaming encoder: feed in any pieces, finish once.  Lines as MIME wants them where line > 0. */
struct base64_encoder {
	uint8_t carry[3];
	unsigned n_carry;
	unsigned line;		/* characters a line (a multiple of 4), 0 = one endless line */
	unsigned column;
};
void base64_init(struct base64_encoder *encoder, unsigned line);
bool base64_feed(struct base64_encoder *encoder, const void *data, size_t n, struct buf *out);
bool base64_finish(struct base64_encoder *encoder, struct buf *out);

/* Lower case.  ret_text needs 2 * n + 1 bytes. */
void hex_encode(const void *data, size_t n, char *ret_text);
/* Both cases.  text of exactly 2 * n digits gives n bytes. */
bool hex_decode(const char *text, size_t n_text, void *ret_data);

/*
 * Percent-decoding of n bytes into ret_text (n + 1 bytes, may be text itself), terminated.  A '+'
 * stays.  false: a broken escape or %00.
 */
bool url_decode(const char *text, size_t n, char *ret_text, size_t *ret_len);

/* Percent-encodes all but the unreserved characters of RFC 3986. */
bool url_encode(const char *text, struct buf *out);

/* "a\"b": with quotes, '"' and '\\' escaped; CR, LF and NUL are dropped. */
bool quoted_put(struct buf *out, const char *text);

/*
 * Reads the quoted string at *text (which stands on the '"'), moves *text behind it.  Result from
 * the arena; NULL: not closed, *text untouched.
 */
char *quoted_read(struct arena *arena, const char **text);

/* RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. */
bool utf8_is_valid(const void *data, size_t n);

/* Length of the longest prefix of at most max bytes that does not cut a character. */
size_t utf8_cut(const char *text, size_t n, size_t max);

/* Every byte as one character of ISO-8859-1.  From the arena. */
char *utf8_from_latin1(struct arena *arena, const char *text, size_t n);

/* A copy in which each invalid byte became U+FFFD and XML-illegal control characters vanished. */
char *utf8_clean(struct arena *arena, const char *text, size_t n);

/* Decimal digits only, whole string, within [min, max]. */
bool number_parse(const char *text, int64_t min, int64_t max, int64_t *ret_value);

#endif
