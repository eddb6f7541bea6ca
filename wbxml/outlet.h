/* SPDX-License-Identifier: ISC */
/*
 * A small buffer before a sink, for everything in this room that writes.  Errors stick.  Belongs
 * to the writer, printer or parser that holds it; no allocation.
 */
#ifndef WBXML_OUTLET_H
#define WBXML_OUTLET_H

#include <stdbool.h>
#include <stddef.h>

/* put takes all bytes or returns false; after that it is not called again. */
struct writer_sink {
	bool (*put)(void *ctx, const void *data, size_t len);
	void *ctx;
};

struct outlet {
	struct writer_sink sink;
	size_t written; /* with what is still in the buffer */
	bool has_failed;
	unsigned fill;
	unsigned char buffer[8192]; /* a sink may be a file: few large pieces */
};

void outlet_init(struct outlet *outlet, struct writer_sink sink);
void outlet_put(struct outlet *outlet, const void *data, size_t len);
void outlet_byte(struct outlet *outlet, unsigned byte);
void outlet_string(struct outlet *outlet, const char *string);

/* mb_u_int32 of [WBXML 1.3] 5.1. */
void outlet_number(struct outlet *outlet, unsigned long number);

/* False if the sink refused now or before. */
bool outlet_flush(struct outlet *outlet);

#endif
