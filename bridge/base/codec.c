/* SPDX-License-Identifier: ISC */
/* base64, hex, percent, quoted strings, decimal numbers.  UTF-8 is in utf8.c. */
#include "bridge/base/codec.h"

#include <string.h>

#include "bridge/base/arena.h"
#include "bridge/base/buf.h"

static const char base64_digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t
base64_size(size_t n)
{
	return n / 3 * 4 + (n % 3 != 0 ? 4 : 0);
}

/* 1 to 3 bytes as 4 characters. */
static void
base64_group(const uint8_t *bytes, size_t n, char *ret_text)
{
	unsigned bits = (unsigned)bytes[0] << 16;

	if (n > 1)
		bits |= (unsigned)bytes[1] << 8;
	if (n > 2)
		bits |= bytes[2];
	ret_text[0] = base64_digits[bits >> 18];
	ret_text[1] = base64_digits[bits >> 12 & 63];
	ret_text[2] = '=';
	ret_text[3] = '=';
	if (n > 1)
		ret_text[2] = base64_digits[bits >> 6 & 63];
	if (n > 2)
		ret_text[3] = base64_digits[bits & 63];
}

void
base64_encode(const void *data, size_t n, char *ret_text)
{
	const uint8_t *bytes = data;

	for (; n > 0; bytes += 3, ret_text += 4) {
		size_t step = n < 3 ? n : 3;

		base64_group(bytes, step, ret_text);
		n -= step;
	}
	*ret_text = '\0';
}

/* 0..63, or -1. */
static int
base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* What may stand behind the last digit: padding and white space. */
static bool
base64_is_tail(const char *text, size_t n)
{
	size_t padding = 0;

	for (size_t i = 0; i < n; i++) {
		if (text[i] == '=')
			padding++;
		else if (!is_space(text[i]))
			return false;
	}
	return padding <= 2;
}

bool
base64_decode(const char *text, size_t n, void *ret_data, size_t *ret_len)
{
	uint8_t *out = ret_data;
	unsigned bits = 0, n_digits = 0;
	size_t i, len = 0;

	for (i = 0; i < n && text[i] != '='; i++) {
		int value = base64_value(text[i]);

		if (value < 0 && is_space(text[i]))
			continue;
		if (value < 0)
			return false;
		bits = bits << 6 | (unsigned)value;
		if (n_digits++ % 4 != 0)
			out[len++] = (uint8_t)(bits >> (6 - 2 * ((n_digits - 1) % 4)));
	}
	if (n_digits % 4 == 1 || !base64_is_tail(text + i, n - i))
		return false;
	*ret_len = len;
	return true;
}

void
base64_init(struct base64_encoder *encoder, unsigned line)
{
	*encoder = (struct base64_encoder) { .line = line };
}

static bool
base64_put(struct base64_encoder *encoder, const uint8_t *bytes, size_t n, struct buf *out)
{
	char text[4];

	if (encoder->line > 0 && encoder->column >= encoder->line) {
		buf_puts(out, "\r\n");
		encoder->column = 0;
	}
	base64_group(bytes, n, text);
	encoder->column += 4;
	return buf_put(out, text, 4);
}

/* Whole groups of 3 bytes up to the end of the line: room is made for all of them at once. */
static size_t
base64_put_run(struct base64_encoder *encoder, const uint8_t *bytes, size_t groups, struct buf *out)
{
	char *text;

	if (encoder->line > 0 && encoder->column >= encoder->line) {
		buf_puts(out, "\r\n");
		encoder->column = 0;
	}
	if (encoder->line > 0 && groups > (encoder->line - encoder->column + 3) / 4)
		groups = (encoder->line - encoder->column + 3) / 4;
	text = (char *)buf_space(out, 4 * groups);
	for (size_t i = 0; text != NULL && i < groups; i++)
		base64_group(bytes + 3 * i, 3, text + 4 * i);
	if (text != NULL)
		buf_grown(out, 4 * groups);
	if (encoder->line > 0)
		encoder->column += (unsigned)(4 * groups);
	return groups;
}

bool
base64_feed(struct base64_encoder *encoder, const void *data, size_t n, struct buf *out)
{
	const uint8_t *bytes = data;

	while (n > 0 && encoder->n_carry > 0 && encoder->n_carry < 3) {
		encoder->carry[encoder->n_carry++] = *bytes++;
		n--;
	}
	if (encoder->n_carry == 3) {
		base64_put(encoder, encoder->carry, 3, out);
		encoder->n_carry = 0;
	}
	while (n >= 3) {
		size_t groups = base64_put_run(encoder, bytes, n / 3, out);

		bytes += 3 * groups;
		n -= 3 * groups;
	}
	while (n-- > 0)
		encoder->carry[encoder->n_carry++] = *bytes++;
	return !out->failed;
}

bool
base64_finish(struct base64_encoder *encoder, struct buf *out)
{
	if (encoder->n_carry > 0)
		base64_put(encoder, encoder->carry, encoder->n_carry, out);
	if (encoder->line > 0 && encoder->column > 0)
		buf_puts(out, "\r\n");
	base64_init(encoder, encoder->line);
	return !out->failed;
}

void
hex_encode(const void *data, size_t n, char *ret_text)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *bytes = data;

	for (size_t i = 0; i < n; i++) {
		unsigned byte = bytes[i];

		ret_text[2 * i] = digits[byte >> 4];
		ret_text[2 * i + 1] = digits[byte & 15];
	}
	ret_text[2 * n] = '\0';
}

/* 0..15, or -1. */
static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 32);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Two digits; -1: they are none. */
static int
hex_byte(const char *text)
{
	int high = hex_value(text[0]);
	int low = high < 0 ? -1 : hex_value(text[1]);

	return low < 0 ? -1 : high << 4 | low;
}

bool
hex_decode(const char *text, size_t n_text, void *ret_data)
{
	uint8_t *out = ret_data;

	if (n_text % 2 != 0)
		return false;
	for (size_t i = 0; i < n_text; i += 2) {
		int byte = hex_byte(text + i);

		if (byte < 0)
			return false;
		out[i / 2] = (uint8_t)byte;
	}
	return true;
}

bool
url_decode(const char *text, size_t n, char *ret_text, size_t *ret_len)
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		char c = text[i];

		if (c == '%') {
			int byte = n - i > 2 ? hex_byte(text + i + 1) : -1;

			if (byte <= 0)
				return false;
			c = (char)byte;
			i += 2;
		}
		ret_text[len++] = c;
	}
	ret_text[len] = '\0';
	*ret_len = len;
	return true;
}

static bool
is_unreserved(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '-' ||
		c == '.' || c == '_' || c == '~';
}

bool
url_encode(const char *text, struct buf *out)
{
	for (; *text != '\0'; text++) {
		if (is_unreserved(*text))
			buf_putc(out, *text);
		else
			buf_printf(out, "%%%02X", (unsigned)(unsigned char)*text);
	}
	return !out->failed;
}

bool
quoted_put(struct buf *out, const char *text)
{
	buf_putc(out, '"');
	for (; *text != '\0'; text++) {
		if (*text == '\r' || *text == '\n')
			continue;
		if (*text == '"' || *text == '\\')
			buf_putc(out, '\\');
		buf_putc(out, *text);
	}
	return buf_putc(out, '"');
}

/* Length of the quoted string without its quotes; SIZE_MAX: not closed. */
static size_t
quoted_span(const char *text)
{
	size_t i;

	if (text[0] != '"')
		return SIZE_MAX;
	for (i = 1; text[i] != '"'; i++) {
		if (text[i] == '\\')
			i++;
		if (text[i] == '\0')
			return SIZE_MAX;
	}
	return i - 1;
}

char *
quoted_read(struct arena *arena, const char **text)
{
	size_t span = quoted_span(*text), len = 0;
	const char *from = *text + 1;
	char *copy;

	if (span == SIZE_MAX)
		return NULL;
	copy = arena_alloc(arena, span + 1);
	for (size_t i = 0; i < span; i++) {
		if (from[i] == '\\')
			i++;
		copy[len++] = from[i];
	}
	*text = from + span + 1;
	return copy;
}

bool
number_parse(const char *text, int64_t min, int64_t max, int64_t *ret_value)
{
	int64_t value = 0;

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return false;
		if (__builtin_mul_overflow(value, 10, &value) ||
			__builtin_add_overflow(value, *text - '0', &value))
			return false;
	}
	if (value < min || value > max)
		return false;
	*ret_value = value;
	return true;
}
