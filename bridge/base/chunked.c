/* SPDX-License-Identifier: ISC */
/*
 * Decoder of chunked bodies (RFC 9112, 7.1), a state machine a byte at a time outside of the data,
 * which is handed on where it lies.  Declared in http.h.
 */
#include "bridge/base/http.h"

enum {
	CHUNK_SIZE,		/* hex digits; none yet where line is 0 */
	CHUNK_EXTENSION,
	CHUNK_SIZE_LF,
	CHUNK_DATA,
	CHUNK_DATA_CR,
	CHUNK_DATA_LF,
	CHUNK_TRAILER,		/* at the start of a line */
	CHUNK_TRAILER_LINE,
	CHUNK_TRAILER_LF,
	CHUNK_LAST_LF,
	CHUNK_END,
	CHUNK_BROKEN,
};

void
http_chunked_init(struct http_chunked *chunked, uint64_t limit)
{
	*chunked = (struct http_chunked) { .limit = limit };
}

static enum http_result
chunk_bad(struct http_chunked *chunked)
{
	chunked->state = CHUNK_BROKEN;
	return HTTP_BAD;
}

static enum http_result
chunk_go(struct http_chunked *chunked, int state)
{
	chunked->state = state;
	return HTTP_MORE;
}

/* The byte c must come now; then on to the next state. */
static enum http_result
chunk_expect(struct http_chunked *chunked, uint8_t c, uint8_t want, int state)
{
	return c == want ? chunk_go(chunked, state) : chunk_bad(chunked);
}

static int
hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 32;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static enum http_result
chunk_size(struct http_chunked *chunked, uint8_t c)
{
	int digit = hex_digit(c);

	if (++chunked->line > LIMIT_HTTP_CHUNK_LINE)
		return chunk_bad(chunked);
	if (digit >= 0) {
		if (chunked->left > UINT64_MAX >> 4)
			return chunk_bad(chunked);
		chunked->left = chunked->left << 4 | (unsigned)digit;
		return HTTP_MORE;
	}
	if (chunked->line == 1)
		return chunk_bad(chunked);
	if (c == '\r')
		return chunk_go(chunked, CHUNK_SIZE_LF);
	if (c == ';' || c == ' ' || c == '\t')
		return chunk_go(chunked, CHUNK_EXTENSION);
	return chunk_bad(chunked);
}

static enum http_result
chunk_extension(struct http_chunked *chunked, uint8_t c)
{
	if (++chunked->line > LIMIT_HTTP_CHUNK_LINE)
		return chunk_bad(chunked);
	if (c == '\r')
		return chunk_go(chunked, CHUNK_SIZE_LF);
	return (c < ' ' && c != '\t') || c == 0x7f ? chunk_bad(chunked) : HTTP_MORE;
}

/* The size line is complete. */
static enum http_result
chunk_begin(struct http_chunked *chunked, uint8_t c)
{
	if (c != '\n')
		return chunk_bad(chunked);
	chunked->line = 0;
	if (chunked->left == 0)
		return chunk_go(chunked, CHUNK_TRAILER);
	if (chunked->left > chunked->limit - chunked->total) {
		chunked->too_big = true;
		return chunk_bad(chunked);
	}
	chunked->total += chunked->left;
	return chunk_go(chunked, CHUNK_DATA);
}

static enum http_result
chunk_trailer(struct http_chunked *chunked, uint8_t c)
{
	bool at_start = chunked->state == CHUNK_TRAILER;

	if (++chunked->line > LIMIT_HTTP_TRAILERS)
		return chunk_bad(chunked);
	if (c == '\r')
		return chunk_go(chunked, at_start ? CHUNK_LAST_LF : CHUNK_TRAILER_LF);
	if ((c < ' ' && c != '\t') || c == 0x7f)
		return chunk_bad(chunked);
	return chunk_go(chunked, CHUNK_TRAILER_LINE);
}

/* One byte outside of chunk data. */
static enum http_result
chunk_byte(struct http_chunked *chunked, uint8_t c)
{
	switch (chunked->state) {
	case CHUNK_SIZE:
		return chunk_size(chunked, c);
	case CHUNK_EXTENSION:
		return chunk_extension(chunked, c);
	case CHUNK_SIZE_LF:
		return chunk_begin(chunked, c);
	case CHUNK_DATA_CR:
		return chunk_expect(chunked, c, '\r', CHUNK_DATA_LF);
	case CHUNK_DATA_LF:
		return chunk_expect(chunked, c, '\n', CHUNK_SIZE);
	case CHUNK_TRAILER:
	case CHUNK_TRAILER_LINE:
		return chunk_trailer(chunked, c);
	case CHUNK_TRAILER_LF:
		return chunk_expect(chunked, c, '\n', CHUNK_TRAILER);
	case CHUNK_LAST_LF:
		return chunk_expect(chunked, c, '\n', CHUNK_END);
	default:
		return chunk_bad(chunked);
	}
}

enum http_result
http_chunked_feed(struct http_chunked *chunked, const uint8_t *data, size_t n, size_t *ret_used,
	const uint8_t **ret_data, size_t *ret_len)
{
	size_t used = 0, run = 0;
	enum http_result result = HTTP_MORE;

	while (result == HTTP_MORE && used < n && chunked->state < CHUNK_END && run == 0) {
		if (chunked->state != CHUNK_DATA) {
			result = chunk_byte(chunked, data[used++]);
			continue;
		}
		run = chunked->left < n - used ? (size_t)chunked->left : n - used;
		used += run;
		chunked->left -= run;
		if (chunked->left == 0)
			chunked->state = CHUNK_DATA_CR;
	}
	*ret_used = used;
	*ret_data = data + (used - run);
	*ret_len = run;
	if (chunked->state == CHUNK_BROKEN)
		return HTTP_BAD;
	return chunked->state == CHUNK_END ? HTTP_DONE : HTTP_MORE;
}
