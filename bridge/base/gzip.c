/* SPDX-License-Identifier: ISC */
/* zlib streams between bodies and buffers, a 16 KiB piece at a time. */
#include "bridge/base/gzip.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

#include <zlib.h>

#include "bridge/base/body.h"
#include "bridge/base/buf.h"
#include "bridge/base/limits.h"

enum {
	PIECE = 16 * 1024,
	GZIP_WINDOW = 15 + 16,	/* zlib's way to say gzip */
	EITHER_WINDOW = 15 + 32,
	GZIP_LEVEL = 5,
	MEMORY_LEVEL = 8,
};

/* Where output goes: a body or a buf. */
struct sink {
	struct body *body;
	struct buf *buf;
};

static bool
sink_put(const struct sink *sink, const void *data, size_t n)
{
	return sink->body != NULL ? body_write(sink->body, data, n) : buf_put(sink->buf, data, n);
}

static bool
deflate_all(z_stream *z, const struct sink *sink)
{
	uint8_t piece[PIECE];
	int outcome;

	do {
		z->next_out = piece;
		z->avail_out = PIECE;
		outcome = deflate(z, Z_FINISH);
		if (!sink_put(sink, piece, PIECE - z->avail_out))
			return false;
	} while (outcome == Z_OK);
	return outcome == Z_STREAM_END;
}

static bool
deflate_bytes(const void *data, size_t n, int window, int level, const struct sink *sink)
{
	z_stream z;
	bool ok;

	if (n > UINT_MAX)
		return false;
	memset(&z, 0, sizeof(z));
	if (deflateInit2(&z, level, Z_DEFLATED, window, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	z.next_in = (Bytef *)(uintptr_t)data;
	z.avail_in = (uInt)n;
	ok = deflate_all(&z, sink);
	deflateEnd(&z);
	return ok;
}

bool
gzip_body(struct body *from, struct body *to)
{
	const struct sink sink = { .body = to };
	const void *data;
	size_t len;

	if (!body_view(from, &data, &len))
		return false;
	return deflate_bytes(data, len, GZIP_WINDOW, GZIP_LEVEL, &sink);
}

bool
gzip_deflate(const void *data, size_t n, int level, struct buf *out)
{
	const struct sink sink = { .buf = out };

	return deflate_bytes(data, n, MAX_WBITS, level, &sink);
}

static bool
ratio_is_sane(uint64_t in, uint64_t out)
{
	return out <= LIMIT_INFLATE_FREE || out / LIMIT_INFLATE_RATIO <= in;
}

static bool
inflate_all(z_stream *z, struct buf *out)
{
	uint8_t piece[PIECE];
	int outcome;

	do {
		z->next_out = piece;
		z->avail_out = PIECE;
		outcome = inflate(z, Z_NO_FLUSH);
		if (outcome != Z_OK && outcome != Z_STREAM_END)
			return false;
		if (!ratio_is_sane(z->total_in, z->total_out))
			return false;
		if (!buf_put(out, piece, PIECE - z->avail_out))
			return false;
	} while (outcome != Z_STREAM_END);
	return z->avail_in == 0;
}

bool
gzip_inflate(const void *data, size_t n, struct buf *out)
{
	z_stream z;
	bool ok;

	if (n > UINT_MAX)
		return false;
	memset(&z, 0, sizeof(z));
	if (inflateInit2(&z, EITHER_WINDOW) != Z_OK)
		return false;
	z.next_in = (Bytef *)(uintptr_t)data;
	z.avail_in = (uInt)n;
	ok = inflate_all(&z, out);
	inflateEnd(&z);
	return ok;
}
