/* SPDX-License-Identifier: ISC */
/*
 * zlib in one shot: gzip for HTTP answers, deflate for state blobs, and inflating with a cap on
 * size and ratio so that a small input cannot become a huge output.
 */
#ifndef BRIDGE_BASE_GZIP_H
#define BRIDGE_BASE_GZIP_H

#include <stdbool.h>
#include <stddef.h>

struct body;
struct buf;

/* The content of `from`, gzipped, appended to `to`.  false: `to` failed or memory ran out. */
bool gzip_body(struct body *from, struct body *to);

/* Raw zlib format (RFC 1950), level 1..9. */
bool gzip_deflate(const void *data, size_t n, int level, struct buf *out);

/*
 * Takes gzip or zlib format.  false: damaged, cut off, more than the maximum of `out`, or more than
 * LIMIT_INFLATE_RATIO times its input (once above LIMIT_INFLATE_FREE bytes).
 */
bool gzip_inflate(const void *data, size_t n, struct buf *out);

#endif
