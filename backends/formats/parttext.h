/* SPDX-License-Identifier: ISC */
/*
 * The text of one part: transfer encoding, charset and format=flowed undone.  Worker.
 */
#ifndef BACKENDS_FORMATS_PARTTEXT_H
#define BACKENDS_FORMATS_PARTTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backends/formats/mime.h"

struct arena;
struct body;
struct buf;

enum {
	PARTTEXT_MAX = 8 * 1024 * 1024,	/* bytes of one text that are converted */
	PARTTEXT_ENCODED_MAX = PARTTEXT_MAX / 3 * 4 + 512 * 1024, /* the same, encoded */
};

/* Appends the part's text as clean UTF-8.  is_whole: data is the whole encoded part, not its
 * beginning. */
bool parttext_put(struct arena *arena, const struct mime_part *part, const void *data, size_t n,
    bool is_whole, struct buf *out);

/* The same with plain text's soft line breaks joined. */
bool parttext_put_joined(struct arena *arena, const struct mime_part *part, const void *data,
    size_t n, bool is_whole, struct buf *out);

/* From a message read by mimeread; at most PARTTEXT_ENCODED_MAX bytes of the part. */
bool parttext_put_raw(struct arena *arena, const struct body *message,
    const struct mime_part *part, struct buf *out);

#endif
