/* SPDX-License-Identifier: ISC */
/*
 * Copying goes through a window, so a part of 25 MB costs no memory.
 */
#include "backends/formats/mimecopy.h"

#include <string.h>
#include <strings.h>

#include "backends/formats/headers.h"
#include "backends/formats/lines.h"
#include "backends/formats/transfer.h"
#include "bridge/base/body.h"
#include "bridge/base/buf.h"
#include "bridge/base/codec.h"

enum {
	WINDOW = 32 * 1024,
	LINE_MAX_LEN = 998,	/* RFC 5322 2.1.1 */
	BASE64_LINE = 76,
	BASE64_PIECE = 57 * 256,
};

bool
mimecopy_range(struct body *to, const struct body *from, uint64_t at, uint64_t n)
{
	char window[WINDOW];

	while (n > 0) {
		size_t piece = n < sizeof(window) ? (size_t)n : sizeof(window);
		ssize_t got = body_read_at(from, (size_t)at, window, piece);

		if (got <= 0 || !body_write(to, window, (size_t)got))
			return false;
		at += (uint64_t)got;
		n -= (uint64_t)got;
	}
	return true;
}

/* Text without NUL; a lone CR becomes a line end. */
static void
put_text(struct body *to, const char *text, size_t n)
{
	size_t plain = 0;

	if (memchr(text, '\r', n) == NULL && memchr(text, '\0', n) == NULL) {
		body_write(to, text, n);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (text[i] != '\r' && text[i] != '\0')
			continue;
		body_write(to, text + plain, i - plain);
		if (text[i] == '\r')
			body_puts(to, "\r\n");
		plain = i + 1;
	}
	body_write(to, text + plain, n - plain);
}

bool
mimecopy_lines(struct body *to, const struct body *from, uint64_t at, uint64_t n)
{
	struct lines lines;
	struct line line;
	bool is_open = false;

	lines_init(&lines, from, at, at + n);
	while (lines_next(&lines, &line)) {
		put_text(to, line.text, line.len);
		is_open = line.end_len == 0;
		if (!is_open)
			body_puts(to, "\r\n");
	}
	if (is_open)
		body_puts(to, "\r\n");
	return !lines.failed && !to->failed;
}

bool
mimecopy_base64(struct body *to, const void *data, size_t n)
{
	struct base64_encoder encoder;
	const char *at = data;
	struct buf out;

	buf_init(&out, BASE64_PIECE * 2);
	base64_init(&encoder, BASE64_LINE);
	while (n > 0) {
		size_t piece = n < BASE64_PIECE ? n : BASE64_PIECE;

		base64_feed(&encoder, at, piece, &out);
		at += piece;
		n -= piece;
		body_write(to, out.data, out.len);
		buf_reset(&out);
	}
	base64_finish(&encoder, &out);
	body_write(to, out.data, out.len);
	if (out.len == 0 || out.data[out.len - 1] != '\n')
		body_puts(to, "\r\n");
	buf_free(&out);
	return !to->failed;
}

static bool
is_excepted(const struct header_field *field, const char *const *except)
{
	for (; except != NULL && *except != NULL; except++)
		if (header_is(field, *except))
			return true;
	return false;
}

void
mimecopy_content(struct body *to, const char *header, size_t len, const char *const *except)
{
	struct header_field field;
	size_t cursor = 0;

	while (header_next(header, len, &cursor, &field)) {
		struct body raw;

		if (field.name_len < 8 || strncasecmp(field.name, "Content-", 8) != 0 ||
		    is_excepted(&field, except))
			continue;
		body_from_memory(&raw, field.raw, field.raw_len);
		mimecopy_lines(to, &raw, 0, field.raw_len);
		body_close(&raw);
	}
}

/* What a text needs: lines too long or bytes above 127, and how many of these. */
struct need {
	size_t high;
	size_t longest;
};

static struct need
inspect(const char *text, size_t n)
{
	struct need need = { 0, 0 };
	size_t column = 0;

	for (size_t i = 0; i < n; i++) {
		need.high += (unsigned char)text[i] > 126;
		column = text[i] == '\n' ? 0 : column + 1;
		if (column > need.longest)
			need.longest = column;
	}
	return need;
}

void
mimecopy_text(struct body *to, const char *subtype, const char *text, size_t n)
{
	struct need need = inspect(text, n);
	struct body source;
	struct buf out;

	body_puts(to, "Content-Type: text/");
	body_puts(to, subtype);
	body_puts(to, "; charset=utf-8\r\nContent-Transfer-Encoding: ");
	if (need.high > n / 4) {
		body_puts(to, "base64\r\n\r\n");
		mimecopy_base64(to, text, n);
		return;
	}
	if (need.high == 0 && need.longest <= LINE_MAX_LEN) {
		body_puts(to, "7bit\r\n\r\n");
		body_from_memory(&source, text, n);
		mimecopy_lines(to, &source, 0, n);
		body_close(&source);
		return;
	}
	body_puts(to, "quoted-printable\r\n\r\n");
	buf_init(&out, n * 4 + 64);
	transfer_put_qp(&out, text, n);
	body_write(to, out.data, out.len);
	if (n == 0 || text[n - 1] != '\n')
		body_puts(to, "\r\n");
	buf_free(&out);
}
