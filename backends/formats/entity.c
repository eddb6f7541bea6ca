/* SPDX-License-Identifier: ISC */
/*
 * Named ones by binary search, numbers by arithmetic.  Numbers 128 to 159 mean windows-1252, as in
 * every browser.
 */
#include "backends/formats/entity.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct entity {
	const char *name;
	uint32_t code;
};

static const struct entity entities[] = {
#define ENTITY(name, code) { name, code },
#include "backends/formats/entities.def"
#undef ENTITY
};

static const uint16_t high[32] = {
	0x20ac, 0xfffd, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021,
	0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0xfffd, 0x17d, 0xfffd,
	0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
	0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0xfffd, 0x17e, 0x178,
};

static int
compare(const void *name, const void *row)
{
	return strcmp(name, ((const struct entity *)row)->name);
}

static bool
is_alnum(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

static size_t
read_number(const char *text, size_t n, uint32_t *ret_code)
{
	bool is_hex = n > 2 && (text[2] | 32) == 'x';
	size_t start = is_hex ? 3 : 2, at = start;
	uint32_t code = 0;

	for (; at < n && at < start + 8; at++) {
		char c = text[at];
		uint32_t digit = c >= '0' && c <= '9' ? (uint32_t)(c - '0') :
		    is_hex && (c | 32) >= 'a' && (c | 32) <= 'f' ? (uint32_t)((c | 32) - 'a' + 10) :
		    99;

		if (digit == 99)
			break;
		code = code > 0x110000 ? code : code * (is_hex ? 16 : 10) + digit;
	}
	if (at == start)
		return 0;
	*ret_code = code >= 128 && code < 160 ? high[code - 128] : code;
	return at < n && text[at] == ';' ? at + 1 : at;
}

size_t
entity_read(const char *text, size_t n, uint32_t *ret_code)
{
	char name[ENTITY_MAX];
	const struct entity *found;
	size_t length = 0;

	if (n > 2 && text[1] == '#')
		return read_number(text, n, ret_code);
	while (1 + length < n && length < sizeof(name) - 1 && is_alnum(text[1 + length])) {
		name[length] = text[1 + length];
		length++;
	}
	name[length] = '\0';
	found = bsearch(name, entities, sizeof(entities) / sizeof(entities[0]),
	    sizeof(entities[0]), compare);
	if (found == NULL)
		return 0;
	*ret_code = found->code;
	return 1 + length < n && text[1 + length] == ';' ? length + 2 : length + 1;
}

size_t
entity_print(uint32_t code, char ret_text[4])
{
	if ((code < 32 && code != '\t' && code != '\n' && code != '\r') || code == 127)
		return 0;
	if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000) || (code & 0xfffe) == 0xfffe)
		code = 0xfffd;
	if (code < 0x80) {
		ret_text[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		ret_text[0] = (char)(0xc0 | code >> 6);
		ret_text[1] = (char)(0x80 | (code & 63));
		return 2;
	}
	if (code < 0x10000) {
		ret_text[0] = (char)(0xe0 | code >> 12);
		ret_text[1] = (char)(0x80 | (code >> 6 & 63));
		ret_text[2] = (char)(0x80 | (code & 63));
		return 3;
	}
	ret_text[0] = (char)(0xf0 | code >> 18);
	ret_text[1] = (char)(0x80 | (code >> 12 & 63));
	ret_text[2] = (char)(0x80 | (code >> 6 & 63));
	ret_text[3] = (char)(0x80 | (code & 63));
	return 4;
}
