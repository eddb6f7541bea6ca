/* SPDX-License-Identifier: ISC */
/*
 * Large texts pass through malloc'ed buffers, given back at once, so that an item costs the arena
 * only what it keeps.
 */
#include "backends/formats/parttext.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "backends/formats/charset.h"
#include "backends/formats/choice.h"
#include "backends/formats/flowed.h"
#include "backends/formats/transfer.h"
#include "bridge/base/arena.h"
#include "bridge/base/body.h"
#include "bridge/base/buf.h"

bool
parttext_put(struct arena *arena, const struct mime_part *part, const void *data, size_t n,
    bool is_whole, struct buf *out)
{
	const char *charset = mime_param(&part->params, "charset");
	struct transfer_decoder decoder;
	struct buf decoded;

	buf_init(&decoded, PARTTEXT_ENCODED_MAX + 16);
	transfer_init(&decoder, transfer_kind(part->encoding));
	transfer_feed(&decoder, data, n < PARTTEXT_ENCODED_MAX ? n : PARTTEXT_ENCODED_MAX,
	    &decoded);
	if (is_whole)
		transfer_finish(&decoder, &decoded);
	if (charset == NULL && choice_is_html(part) && decoded.len > 0)
		charset = charset_of_html(arena, decoded.data, decoded.len);
	charset_convert(charset, decoded.data, decoded.len, out);
	buf_free(&decoded);
	return !out->failed;
}

bool
parttext_put_joined(struct arena *arena, const struct mime_part *part, const void *data, size_t n,
    bool is_whole, struct buf *out)
{
	const char *format = mime_param(&part->params, "format");
	const char *del_sp = mime_param(&part->params, "delsp");
	struct buf text;

	if (format == NULL || strcasecmp(format, "flowed") != 0 || !mime_is(part, "text", "plain"))
		return parttext_put(arena, part, data, n, is_whole, out);
	buf_init(&text, PARTTEXT_MAX * 2);
	parttext_put(arena, part, data, n, is_whole, &text);
	flowed_join(out, (const char *)text.data, text.len,
	    del_sp != NULL && strcasecmp(del_sp, "yes") == 0);
	buf_free(&text);
	return !out->failed;
}

bool
parttext_put_raw(struct arena *arena, const struct body *message, const struct mime_part *part,
    struct buf *out)
{
	bool is_whole = part->octets <= PARTTEXT_ENCODED_MAX;
	size_t n = is_whole ? (size_t)part->octets : PARTTEXT_ENCODED_MAX;
	char *data = malloc(n + 1);
	size_t got = 0;

	if (data == NULL)
		return false;
	while (got < n) {
		ssize_t more = body_read_at(message, (size_t)part->body_at + got, data + got,
		    n - got);

		if (more <= 0)
			break;
		got += (size_t)more;
	}
	parttext_put_joined(arena, part, data, got, is_whole, out);
	free(data);
	return !out->failed;
}
