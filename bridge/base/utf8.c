/* SPDX-License-Identifier: ISC */
/* UTF-8 as RFC 3629 has it: checking, cutting, making it out of worse.  Declared in codec.h. */
#include "bridge/base/codec.h"

#include <string.h>

#include "bridge/base/arena.h"

/*
 * By the first byte (RFC 3629, 4): how long the character is and which second bytes it allows;
 * that rules out overlong forms, surrogates and what is above U+10FFFF.
 */
static const struct {
	uint8_t first, last;	/* of the first byte */
	uint8_t len;
	uint8_t low, high;	/* of the second byte */
} forms[] = {
	{ 0xc2, 0xdf, 2, 0x80, 0xbf },
	{ 0xe0, 0xe0, 3, 0xa0, 0xbf },
	{ 0xe1, 0xec, 3, 0x80, 0xbf },
	{ 0xed, 0xed, 3, 0x80, 0x9f },
	{ 0xee, 0xef, 3, 0x80, 0xbf },
	{ 0xf0, 0xf0, 4, 0x90, 0xbf },
	{ 0xf1, 0xf3, 4, 0x80, 0xbf },
	{ 0xf4, 0xf4, 4, 0x80, 0x8f },
};

static bool
is_continuation(uint8_t byte)
{
	return (byte & 0xc0) == 0x80;
}

/* Length of the character at text, 0: not a valid one. */
static size_t
utf8_char(const uint8_t *text, size_t n)
{
	if (text[0] < 0x80)
		return 1;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (text[0] < forms[i].first || text[0] > forms[i].last)
			continue;
		if (forms[i].len > n || text[1] < forms[i].low || text[1] > forms[i].high)
			return 0;
		for (size_t k = 2; k < forms[i].len; k++)
			if (!is_continuation(text[k]))
				return 0;
		return forms[i].len;
	}
	return 0;
}

bool
utf8_is_valid(const void *data, size_t n)
{
	const uint8_t *text = data;

	while (n > 0) {
		size_t len = utf8_char(text, n);

		if (len == 0)
			return false;
		text += len;
		n -= len;
	}
	return true;
}

size_t
utf8_cut(const char *text, size_t n, size_t max)
{
	size_t back = 0;

	if (n <= max)
		return n;
	/* at most 3 steps: longer runs of continuation bytes are no character anyway */
	while (back < 3 && back < max && is_continuation((uint8_t)text[max - back]))
		back++;
	return is_continuation((uint8_t)text[max - back]) ? max : max - back;
}

char *
utf8_from_latin1(struct arena *arena, const char *text, size_t n)
{
	char *copy = arena_array(arena, n + 1, 2);
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		uint8_t byte = (uint8_t)text[i];

		if (byte < 0x80) {
			copy[len++] = (char)byte;
			continue;
		}
		copy[len++] = (char)(0xc0 | byte >> 6);
		copy[len++] = (char)(0x80 | (byte & 0x3f));
	}
	return copy;
}

/* Characters that XML 1.0 (2.2) does not know: controls, U+FFFE, U+FFFF. */
static bool
is_illegal_in_xml(const uint8_t *text, size_t len)
{
	if (len == 1)
		return text[0] < 0x20 && text[0] != '\t' && text[0] != '\n' && text[0] != '\r';
	return len == 3 && text[0] == 0xef && text[1] == 0xbf && text[2] >= 0xbe;
}

char *
utf8_clean(struct arena *arena, const char *text, size_t n)
{
	const uint8_t *from = (const uint8_t *)text;
	char *copy = arena_array(arena, n + 1, 3);
	size_t len = 0, step;

	for (size_t i = 0; i < n; i += step) {
		size_t character = utf8_char(from + i, n - i);

		step = character > 0 ? character : 1;
		if (character == 0) {
			memcpy(copy + len, "\xef\xbf\xbd", 3);
			len += 3;
		} else if (!is_illegal_in_xml(from + i, character)) {
			memcpy(copy + len, from + i, character);
			len += character;
		}
	}
	return copy;
}
