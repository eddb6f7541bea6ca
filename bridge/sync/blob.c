/* SPDX-License-Identifier: ISC */
/* Stored bytes in and out.  Worker. */
#include "bridge/sync/blob.h"

#include <string.h>

#include "bridge/base/arena.h"
#include "bridge/base/buf.h"

enum { VARINT_BYTES = 10 };

void
blob_put_number(struct buf *out, uint64_t value)
{
	uint8_t bytes[VARINT_BYTES];
	size_t n = 0;

	while (value > 127) {
		bytes[n++] = (uint8_t)(value | 128);
		value >>= 7;
	}
	bytes[n++] = (uint8_t)value;
	buf_put(out, bytes, n);
}

void
blob_put_bytes(struct buf *out, const void *data, size_t len)
{
	blob_put_number(out, len);
	if (len)
		buf_put(out, data, len);
}

void
blob_put_text(struct buf *out, const char *text)
{
	blob_put_bytes(out, text, text ? strlen(text) : 0);
}

uint64_t
blob_number(struct blob *blob)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 64 && blob->at < blob->end; shift += 7) {
		uint8_t byte = *blob->at++;

		value |= (uint64_t)(byte & 127) << shift;
		if (byte < 128)
			return blob->failed ? 0 : value;
	}
	blob->failed = true;
	return 0;
}

uint64_t
blob_number_max(struct blob *blob, uint64_t max)
{
	uint64_t value = blob_number(blob);

	if (value <= max)
		return value;
	blob->failed = true;
	return 0;
}

uint32_t
blob_number32(struct blob *blob)
{
	return (uint32_t)blob_number_max(blob, UINT32_MAX);
}

const void *
blob_bytes(struct blob *blob, size_t *ret_len)
{
	uint64_t len = blob_number(blob);
	const uint8_t *data = blob->at;

	if (blob->failed || len > (uint64_t)(blob->end - blob->at)) {
		blob->failed = true;
		len = 0;
	}
	blob->at += len;
	*ret_len = (size_t)len;
	return data;
}

const char *
blob_text(struct blob *blob, struct arena *arena)
{
	size_t len;
	const char *text = blob_bytes(blob, &len);

	return arena_strndup(arena, text, len);
}

uint64_t
blob_room(const struct blob *blob, size_t min)
{
	return (uint64_t)(blob->end - blob->at) / min;
}

bool
blob_is_done(const struct blob *blob)
{
	return !blob->failed && blob->at == blob->end;
}
