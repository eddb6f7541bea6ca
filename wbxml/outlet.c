/* SPDX-License-Identifier: ISC */
/*
 * Buffered bytes on their way to a sink.  Large pieces pass the buffer by.
 */
#include "wbxml/outlet.h"

#include <string.h>

void
outlet_init(struct outlet *outlet, struct writer_sink sink)
{
	outlet->sink = sink;
	outlet->written = 0;
	outlet->has_failed = false;
	outlet->fill = 0;
}

static void
hand_over(struct outlet *outlet, const void *data, size_t len)
{
	if (len && !outlet->has_failed && !outlet->sink.put(outlet->sink.ctx, data, len))
		outlet->has_failed = true;
}

bool
outlet_flush(struct outlet *outlet)
{
	hand_over(outlet, outlet->buffer, outlet->fill);
	outlet->fill = 0;
	return !outlet->has_failed;
}

void
outlet_put(struct outlet *outlet, const void *data, size_t len)
{
	if (len == 0 || outlet->has_failed)
		return;
	outlet->written += len;
	if (len > sizeof(outlet->buffer) - outlet->fill)
		outlet_flush(outlet);
	if (len > sizeof(outlet->buffer)) {
		hand_over(outlet, data, len);
		return;
	}
	memcpy(outlet->buffer + outlet->fill, data, len);
	outlet->fill += (unsigned)len;
}

void
outlet_byte(struct outlet *outlet, unsigned byte)
{
	unsigned char one = (unsigned char)byte;

	outlet_put(outlet, &one, 1);
}

void
outlet_string(struct outlet *outlet, const char *string)
{
	outlet_put(outlet, string, strlen(string));
}

void
outlet_number(struct outlet *outlet, unsigned long number)
{
	unsigned char bytes[10];
	size_t at = sizeof(bytes);

	bytes[--at] = number & 0x7f;
	while (number >>= 7)
		bytes[--at] = (unsigned char)(0x80 | (number & 0x7f));
	outlet_put(outlet, bytes + at, sizeof(bytes) - at);
}
