/* SPDX-License-Identifier: ISC */
/*
 * Everything between the parts that must be encoded anew is copied line by line, so boundaries,
 * preambles and the other parts stay as they were.
 */
#include "backends/formats/mimeclean.h"

#include <string.h>

#include "backends/formats/charset.h"
#include "backends/formats/headers.h"
#include "backends/formats/lines.h"
#include "backends/formats/mimecopy.h"
#include "backends/formats/mimeread.h"
#include "backends/formats/transfer.h"
#include "bridge/base/arena.h"
#include "bridge/base/body.h"
#include "bridge/base/buf.h"

static bool
is_clean(const char *data, size_t n)
{
	return memchr(data, '\0', n) == NULL && charset_is_utf8(data, n);
}

/* A range with each broken line converted. */
static void
copy_clean(struct body *to, const struct body *from, uint64_t at, uint64_t end)
{
	struct lines lines;
	struct line line;

	lines_init(&lines, from, at, end);
	while (lines_next(&lines, &line)) {
		size_t whole = line.len + line.end_len;
		struct buf text;

		if (is_clean(line.text, line.len)) {
			body_write(to, line.text, whole);
			continue;
		}
		buf_init(&text, whole * 4 + 16);
		charset_convert(NULL, line.text, whole, &text);
		body_write(to, text.data, text.len);
		buf_free(&text);
	}
}

static bool
is_protected(const struct mime_part *part)
{
	for (; part != NULL; part = part->parent)
		if (mime_is(part, "multipart", "signed") || mime_is(part, "multipart", "encrypted"))
			return true;
	return false;
}

/* All fields but the transfer encoding. */
static void
put_header(struct body *to, const char *header, size_t len)
{
	struct header_field field;
	size_t cursor = 0;

	while (header_next(header, len, &cursor, &field)) {
		struct body raw;

		if (header_is(&field, "Content-Transfer-Encoding"))
			continue;
		body_from_memory(&raw, field.raw, field.raw_len);
		copy_clean(to, &raw, 0, field.raw_len);
		body_close(&raw);
	}
}

/* The part's own header with another transfer encoding, then its body in that. */
static void
encode_part(struct body *to, const struct body *message, const struct mime_part *part,
    const char *data)
{
	bool is_text = mime_is(part, "text", NULL);
	struct buf out;

	buf_init(&out, MIMEREAD_HEADER_MAX);
	mimeread_header(message, part, &out);
	put_header(to, buf_str(&out), out.len);
	buf_free(&out);
	body_puts(to, is_text ? "Content-Transfer-Encoding: quoted-printable\r\n\r\n" :
	    "Content-Transfer-Encoding: base64\r\n\r\n");
	if (!is_text) {
		mimecopy_base64(to, data, (size_t)part->octets);
		return;
	}
	buf_init(&out, (size_t)part->octets * 4 + 64);
	transfer_put_qp(&out, data, (size_t)part->octets);
	body_write(to, out.data, out.len);
	buf_free(&out);
}

static void
rewrite(struct arena *arena, struct body *to, const struct body *message, const char *data)
{
	struct mimeread read;
	uint64_t done = 0;

	if (!mimeread(arena, message, &read))
		return;
	for (const struct mime_part *part = read.root; part != NULL;
	     part = mime_next(read.root, part)) {
		if (part->child != NULL || is_protected(part) ||
		    transfer_kind(part->encoding) != TRANSFER_IDENTITY ||
		    is_clean(data + part->body_at, (size_t)part->octets))
			continue;
		copy_clean(to, message, done, part->header_at);
		encode_part(to, message, part, data + part->body_at);
		done = part->body_at + part->octets;
	}
	copy_clean(to, message, done, body_len(message));
}

struct body *
mimeclean(struct arena *arena, struct body *message, enum protection protection)
{
	struct body *clean;
	const void *data;
	size_t n;

	if (protection != PROTECTION_NONE || !body_view(message, &data, &n) || is_clean(data, n))
		return message;
	clean = arena_alloc(arena, sizeof(*clean));
	body_init(clean, arena, n * 4 + 4096);
	rewrite(arena, clean, message, data);
	if (!clean->failed)
		return clean;
	body_close(clean);
	return message;
}
