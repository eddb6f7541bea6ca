/* SPDX-License-Identifier: ISC */
/*
 * RFC 5322 header fields on a raw block, tolerant of what is in the wild: bare LF, missing colon,
 * raw 8-bit text, encoded words (RFC 2047) in any place and shape.  A block is borrowed bytes;
 * results are UTF-8 without control characters in the arena.  Linear time each.  Worker.
 */
#ifndef BACKENDS_FORMATS_HEADERS_H
#define BACKENDS_FORMATS_HEADERS_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct buf;

/* One field, borrowed from the block. */
struct header_field {
	const char *name;
	size_t name_len;
	const char *value;	/* folded as it stood, without the last line end */
	size_t value_len;
	const char *raw;	/* the whole field with its last line end */
	size_t raw_len;
};

/* The next field at *cursor (start with 0).  Lines that are no field are stepped over.  false: the
 * end, or the empty line before the body. */
bool header_next(const char *block, size_t len, size_t *cursor, struct header_field *ret_field);

bool header_is(const struct header_field *field, const char *name);

/* The first field of that name.  false: none. */
bool header_find(const char *block, size_t len, const char *name, struct header_field *ret_field);

/* Its value unfolded, not decoded, blanks trimmed; NULL: none. */
char *header_raw(struct arena *arena, const char *block, size_t len, const char *name);

/* Its value unfolded and decoded; NULL: none. */
char *header_text(struct arena *arena, const char *block, size_t len, const char *name);

/* Unfolds: each line end with the blanks behind it becomes one blank. */
char *header_unfold(struct arena *arena, const char *value, size_t n);

/* Decodes encoded words and raw 8-bit text of an unfolded value. */
char *header_decode(struct arena *arena, const char *value, size_t n);

/*
 * Encodes UTF-8 as encoded words where it is not ASCII (else copies it); the caller's line is at
 * `column` characters already; folds with CRLF SP.
 */
bool header_encode(struct buf *out, const char *text, size_t column);

#endif
