/* SPDX-License-Identifier: ISC */
/*
 * UTF-8 after the table of well-formed sequences in the Unicode standard (3.9, table 3-7).
 */
#include "wbxml/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Per lead byte: bytes that follow, and the range of the first of them. */
struct lead {
	unsigned char first, last;
	unsigned char more;
	unsigned char low, high;
};

static const struct lead leads[] = {
	{ 0xc2, 0xdf, 1, 0x80, 0xbf },
	{ 0xe0, 0xe0, 2, 0xa0, 0xbf },
	{ 0xe1, 0xec, 2, 0x80, 0xbf },
	{ 0xed, 0xed, 2, 0x80, 0x9f }, /* no surrogates */
	{ 0xee, 0xef, 2, 0x80, 0xbf },
	{ 0xf0, 0xf0, 3, 0x90, 0xbf },
	{ 0xf1, 0xf3, 3, 0x80, 0xbf },
	{ 0xf4, 0xf4, 3, 0x80, 0x8f }, /* up to U+10FFFF */
};

static const struct lead *
find_lead(unsigned char byte)
{
	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++)
		if (byte >= leads[i].first && byte <= leads[i].last)
			return &leads[i];
	return NULL;
}

static bool
is_legal_ascii(unsigned char byte)
{
	return byte >= 0x20 || byte == '\t' || byte == '\n' || byte == '\r';
}

size_t
utf8_scan(const void *bytes, size_t len, enum utf8_kind *ret_kind)
{
	const unsigned char *s = bytes;
	const struct lead *lead;

	if (s[0] < 0x80) {
		*ret_kind = is_legal_ascii(s[0]) ? UTF8_LEGAL : UTF8_ILLEGAL;
		return 1;
	}
	lead = find_lead(s[0]);
	if (!lead) {
		*ret_kind = UTF8_BROKEN;
		return 1;
	}
	for (size_t i = 1; i <= lead->more; i++) {
		bool is_first = i == 1;

		*ret_kind = i < len ? UTF8_BROKEN : UTF8_PARTIAL;
		if (i == len || s[i] < (is_first ? lead->low : 0x80) ||
			s[i] > (is_first ? lead->high : 0xbf))
			return i;
	}
	*ret_kind = s[0] == 0xef && s[1] == 0xbf && s[2] >= 0xbe ? UTF8_ILLEGAL : UTF8_LEGAL;
	return lead->more + 1u;
}

/* Bytes of the run of printing ASCII that s begins with, or a few less: eight at a time. */
static size_t
printing_run(const unsigned char *s, size_t len)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	size_t at = 0;

	for (; len - at >= sizeof(ones); at += sizeof(ones)) {
		uint64_t word;

		memcpy(&word, s + at, sizeof(word));
		/* the high bit of a byte: it is 0x80 or more, or taking 0x20 off borrowed */
		if (((word | (word - ones * 0x20)) & ones * 0x80) != 0)
			break;
	}
	return at;
}

size_t
utf8_legal(const void *bytes, size_t len)
{
	const unsigned char *s = bytes;
	size_t at = 0;

	while (at < len) {
		enum utf8_kind kind = UTF8_LEGAL;
		size_t step = printing_run(s + at, len - at);

		if (step == 0 && (s[at] >= 0x80 || !is_legal_ascii(s[at])))
			step = utf8_scan(s + at, len - at, &kind);
		if (kind != UTF8_LEGAL)
			break;
		at += step > 0 ? step : 1;
	}
	return at;
}

size_t
utf8_encode(unsigned long code, char out[4])
{
	static const unsigned char marks[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

	for (size_t i = len - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (code & 0x3f));
		code >>= 6;
	}
	out[0] = (char)(marks[len] | code);
	return len;
}
