/* SPDX-License-Identifier: ISC */
/*
 * Base64, quoted-printable and uuencode as streams.  A decoder holds back at most a few bytes
 * between two pieces: base64 digits short of a byte, a QP escape or blanks of which it is not yet
 * known whether a line end follows (these are dropped, RFC 2045 6.7 rule 3).
 */
#include "backends/formats/transfer.h"

#include <string.h>
#include <strings.h>

#include "bridge/base/buf.h"

enum { QP_LINE = 76 };

enum transfer_kind
transfer_kind(const char *encoding)
{
	static const struct {
		const char *name;
		enum transfer_kind kind;
	} names[] = {
		{ "base64", TRANSFER_BASE64 },
		{ "quoted-printable", TRANSFER_QP },
		{ "x-uuencode", TRANSFER_UU },
		{ "uuencode", TRANSFER_UU },
		{ "x-uue", TRANSFER_UU },
	};

	for (size_t i = 0; encoding != NULL && i < sizeof(names) / sizeof(names[0]); i++)
		if (strncasecmp(encoding, names[i].name, strlen(names[i].name)) == 0)
			return names[i].kind;
	return TRANSFER_IDENTITY;
}

void
transfer_init(struct transfer_decoder *decoder, enum transfer_kind kind)
{
	memset(decoder, 0, sizeof(*decoder));
	decoder->kind = kind;
}

/* Value of a base64 digit plus one; 0: no digit. */
static const uint8_t digits64[256] = {
	['A'] = 1, ['B'] = 2, ['C'] = 3, ['D'] = 4, ['E'] = 5, ['F'] = 6,
	['G'] = 7, ['H'] = 8, ['I'] = 9, ['J'] = 10, ['K'] = 11, ['L'] = 12,
	['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16, ['Q'] = 17, ['R'] = 18,
	['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
	['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30,
	['e'] = 31, ['f'] = 32, ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36,
	['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40, ['o'] = 41, ['p'] = 42,
	['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
	['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54,
	['2'] = 55, ['3'] = 56, ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60,
	['8'] = 61, ['9'] = 62, ['+'] = 63, ['/'] = 64,
};

/* Whole groups of four digits while there are no others; returns the digits used. */
static size_t
decode_groups(const uint8_t *data, size_t n, uint8_t **to)
{
	uint8_t *at = *to;
	size_t i;

	for (i = 0; n - i >= 4; i += 4) {
		uint32_t a = digits64[data[i]], b = digits64[data[i + 1]];
		uint32_t c = digits64[data[i + 2]], d = digits64[data[i + 3]];
		uint32_t bits;

		if (a == 0 || b == 0 || c == 0 || d == 0)
			break;
		bits = (a - 1) << 18 | (b - 1) << 12 | (c - 1) << 6 | (d - 1);
		*at++ = (uint8_t)(bits >> 16);
		*at++ = (uint8_t)(bits >> 8);
		*at++ = (uint8_t)bits;
	}
	*to = at;
	return i;
}

static bool
feed_base64(struct transfer_decoder *decoder, const uint8_t *data, size_t n, struct buf *out)
{
	uint8_t *at = buf_space(out, n / 4 * 3 + 6);
	uint8_t *start = at;

	if (at == NULL)
		return false;
	for (size_t i = 0; i < n; i++) {
		uint32_t digit;

		if (decoder->n_bits == 0)
			i += decode_groups(data + i, n - i, &at);
		if (i == n)
			break;
		digit = digits64[data[i]];
		if (digit > 0) {
			decoder->bits = decoder->bits << 6 | (digit - 1);
			decoder->n_bits += 6;
			if (decoder->n_bits >= 8) {
				decoder->n_bits -= 8;
				*at++ = (uint8_t)(decoder->bits >> decoder->n_bits);
			}
		} else if (data[i] == '=') {
			decoder->n_bits = 0; /* a padded run ends; another may follow */
		}
	}
	buf_grown(out, (size_t)(at - start));
	return true;
}

static int
hex_of(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static void
qp_release(struct transfer_decoder *decoder, struct buf *out)
{
	buf_put(out, decoder->held, decoder->n_held);
	decoder->n_held = 0;
}

/* Something is held.  True if c was used up by it. */
static bool
qp_continue(struct transfer_decoder *decoder, uint8_t c, struct buf *out)
{
	uint8_t *held = decoder->held;
	uint8_t last = held[decoder->n_held - 1];
	bool is_escape = held[0] == '=';
	bool is_soft = is_escape && (last == '=' || is_blank(last)); /* so far a soft line break */

	if (decoder->n_held == 2 && held[1] == '\r') {
		decoder->n_held = 0;
		return c == '\n';
	}
	if (is_soft && c == '\n') {
		decoder->n_held = 0;
		return true;
	}
	if (is_soft && c == '\r') {
		held[1] = '\r';
		decoder->n_held = 2;
		return true;
	}
	if (is_escape && decoder->n_held == 2 && hex_of(last) >= 0 && hex_of(c) >= 0) {
		decoder->n_held = 0;
		buf_putc(out, (char)(hex_of(last) << 4 | hex_of(c)));
		return true;
	}
	if (!is_escape && (c == '\r' || c == '\n')) {
		decoder->n_held = 0;
		return false;
	}
	if ((is_blank(c) && (last == '=' || is_blank(last))) || (last == '=' && hex_of(c) >= 0)) {
		if (decoder->n_held == sizeof(decoder->held))
			qp_release(decoder, out);
		held[decoder->n_held++] = c;
		return true;
	}
	qp_release(decoder, out);
	return false;
}

static bool
feed_qp(struct transfer_decoder *decoder, const uint8_t *data, size_t n, struct buf *out)
{
	size_t plain = 0; /* start of the run not yet copied */

	for (size_t i = 0; i < n; i++) {
		uint8_t c = data[i];

		if (decoder->n_held > 0) {
			bool is_used = qp_continue(decoder, c, out);

			plain = is_used ? i + 1 : i;
			if (is_used)
				continue;
		}
		if (c == '=' || is_blank(c)) {
			buf_put(out, data + plain, i - plain);
			plain = i + 1;
			decoder->held[0] = c;
			decoder->n_held = 1;
		}
	}
	if (plain < n)
		buf_put(out, data + plain, n - plain);
	return !out->failed;
}

static void
uu_line(struct transfer_decoder *decoder, struct buf *out)
{
	const char *line = decoder->line;
	unsigned n = decoder->n_line;
	unsigned left;

	if (!decoder->active) {
		decoder->active = n > 6 && memcmp(line, "begin ", 6) == 0;
		return;
	}
	if (n == 3 && memcmp(line, "end", 3) == 0) {
		decoder->active = false;
		return;
	}
	left = n > 0 ? ((unsigned)(uint8_t)line[0] - 32) & 63 : 0;
	for (unsigned i = 1; left > 0 && i < n; i += 4) {
		uint32_t bits = 0;

		for (unsigned k = 0; k < 4; k++)
			bits = bits << 6 |
			    (i + k < n ? ((unsigned)(uint8_t)line[i + k] - 32) & 63 : 0);
		for (unsigned k = 0; k < 3 && left > 0; k++, left--)
			buf_putc(out, (char)(bits >> (16 - 8 * k)));
	}
}

static bool
feed_uu(struct transfer_decoder *decoder, const uint8_t *data, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		if (data[i] == '\n') {
			uu_line(decoder, out);
			decoder->n_line = 0;
		} else if (data[i] != '\r' && decoder->n_line < sizeof(decoder->line)) {
			decoder->line[decoder->n_line++] = (char)data[i];
		}
	}
	return !out->failed;
}

bool
transfer_feed(struct transfer_decoder *decoder, const void *data, size_t n, struct buf *out)
{
	switch (decoder->kind) {
	case TRANSFER_BASE64:
		return feed_base64(decoder, data, n, out);
	case TRANSFER_QP:
		return feed_qp(decoder, data, n, out);
	case TRANSFER_UU:
		return feed_uu(decoder, data, n, out);
	case TRANSFER_IDENTITY:
		break;
	}
	return buf_put(out, data, n);
}

bool
transfer_finish(struct transfer_decoder *decoder, struct buf *out)
{
	if (decoder->kind == TRANSFER_UU && decoder->n_line > 0)
		uu_line(decoder, out);
	/* a lone "=" at the very end is a soft line break; a broken escape is text */
	if (decoder->n_held > 0 && (decoder->held[0] != '=' ||
	    (decoder->n_held == 2 && hex_of(decoder->held[1]) >= 0)))
		qp_release(decoder, out);
	decoder->n_held = 0;
	decoder->n_line = 0;
	return !out->failed;
}

/* Must the byte at text[i] be escaped wherever it stands? */
static bool
qp_needs_escape(const char *text, size_t n, size_t i)
{
	uint8_t c = (uint8_t)text[i];

	if (is_blank(c))
		return i + 1 >= n || text[i + 1] == '\n' || text[i + 1] == '\r';
	return c < 33 || c > 126 || c == '=';
}

/* "From " and a lone dot at the start of a line do not survive every relay. */
static bool
qp_is_fragile(const char *text, size_t n, size_t i)
{
	return (text[i] == 'F' && n - i >= 5 && memcmp(text + i, "From ", 5) == 0) ||
	    (text[i] == '.' && (i + 1 >= n || text[i + 1] == '\n' || text[i + 1] == '\r'));
}

bool
transfer_put_qp(struct buf *out, const char *text, size_t n)
{
	static const char digits[] = "0123456789ABCDEF";
	unsigned column = 0;

	for (size_t i = 0; i < n; i++) {
		uint8_t c = (uint8_t)text[i];
		bool is_escaped;

		if (c == '\n' || (c == '\r' && i + 1 < n && text[i + 1] == '\n')) {
			i += c == '\r';
			buf_puts(out, "\r\n");
			column = 0;
			continue;
		}
		is_escaped = qp_needs_escape(text, n, i) ||
		    (column == 0 && qp_is_fragile(text, n, i));
		if (column + (is_escaped ? 3 : 1) > QP_LINE - 1) {
			buf_puts(out, "=\r\n");
			column = 0;
		}
		if (is_escaped) {
			char escape[3] = { '=', digits[c >> 4], digits[c & 15] };

			buf_put(out, escape, 3);
		} else {
			buf_putc(out, (char)c);
		}
		column += is_escaped ? 3 : 1;
	}
	return !out->failed;
}
