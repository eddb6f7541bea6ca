/* SPDX-License-Identifier: ISC */
/*
 * The naming both ways.  '&' starts an escape "&...-" of base64 with ',' for '/' over UTF-16, as in
 * mailbox names; '_' stands for the blank, so a real one is escaped.
 */
#include "backends/formats/keywords.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "bridge/base/codec.h"

enum { KEYWORD_MAX = 200 };

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/* Labels of Thunderbird that are shown under their English names. */
static const struct {
	const char *keyword, *category;
} labels[] = {
	{ "$label1", "Important" },
	{ "$label2", "Work" },
	{ "$label3", "Personal" },
	{ "$label4", "To Do" },
	{ "$label5", "Later" },
};

/* Keywords without "$" that belong to programs. */
static const char *const others[] = { "Junk", "NonJunk", "NotJunk", "Forwarded", "MDNSent", "Seen",
	"Answered", "Flagged", "Deleted", "Draft", "Recent", "Redirected", "NonJunk", "unknown-0",
	"unknown-1", "NIL" };

static bool
is_atom_char(uint8_t c)
{
	return c > 32 && c < 127 && strchr("(){%*\"\\]&_", c) == NULL;
}

/* UTF-16 units gathered as bits, written as base64. */
struct escape {
	uint32_t bits;
	unsigned n_bits;
	bool is_open;
};

static void
escape_unit(struct escape *escape, unsigned unit, struct buf *out)
{
	if (!escape->is_open)
		buf_putc(out, '&');
	escape->is_open = true;
	escape->bits = escape->bits << 16 | unit;
	escape->n_bits += 16;
	while (escape->n_bits >= 6) {
		escape->n_bits -= 6;
		buf_putc(out, digits[escape->bits >> escape->n_bits & 63]);
	}
}

static void
escape_close(struct escape *escape, struct buf *out)
{
	if (!escape->is_open)
		return;
	if (escape->n_bits > 0)
		buf_putc(out, digits[escape->bits << (6 - escape->n_bits) & 63]);
	buf_putc(out, '-');
	memset(escape, 0, sizeof(*escape));
}

/* Code point of the valid UTF-8 at *text, which moves on. */
static uint32_t
take_code(const char **text)
{
	uint8_t lead = (uint8_t)**text;
	unsigned more = lead < 0x80 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
	uint32_t code = more == 0 ? lead : lead & (0x3fu >> more);

	for ((*text)++; more > 0 && ((uint8_t)**text & 0xc0) == 0x80; more--, (*text)++)
		code = code << 6 | ((uint8_t)**text & 63);
	return code;
}

const char *
keyword_from_category(struct arena *arena, const char *category)
{
	struct escape escape = { 0 };
	struct buf out;

	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (strcmp(category, labels[i].category) == 0)
			return labels[i].keyword;
	buf_init_arena(&out, arena, KEYWORD_MAX);
	/* "$" in front would make it a system keyword */
	for (bool is_first = true; *category != '\0'; is_first = false) {
		uint32_t code = take_code(&category);

		if (code < 127 && !(is_first && code == '$') &&
		    (code == ' ' || is_atom_char((uint8_t)code))) {
			escape_close(&escape, &out);
			buf_putc(&out, code == ' ' ? '_' : (char)code);
		} else if (code > 0xffff) {
			escape_unit(&escape, 0xd800 + ((code - 0x10000) >> 10 & 0x3ff), &out);
			escape_unit(&escape, 0xdc00 + ((code - 0x10000) & 0x3ff), &out);
		} else {
			escape_unit(&escape, code, &out);
		}
	}
	escape_close(&escape, &out);
	return out.failed || out.len == 0 ? NULL : arena_strdup(arena, buf_str(&out));
}

static void
put_code(struct buf *out, uint32_t code)
{
	if (code < 0x80) {
		buf_putc(out, (char)code);
		return;
	}
	if (code >= 0x10000) {
		buf_putc(out, (char)(0xf0 | code >> 18));
		buf_putc(out, (char)(0x80 | (code >> 12 & 63)));
	} else if (code >= 0x800) {
		buf_putc(out, (char)(0xe0 | code >> 12));
	} else {
		buf_putc(out, (char)(0xc0 | code >> 6));
	}
	if (code >= 0x800)
		buf_putc(out, (char)(0x80 | (code >> 6 & 63)));
	buf_putc(out, (char)(0x80 | (code & 63)));
}

/* Decodes the escape at text ("&...-"); its length, or 0 if it is none. */
static size_t
unescape(const char *text, struct buf *out)
{
	uint32_t bits = 0, high = 0;
	unsigned n_bits = 0;
	size_t i;

	for (i = 1; text[i] != '\0' && text[i] != '-'; i++) {
		const char *digit = strchr(digits, text[i]);
		uint32_t unit;

		if (digit == NULL)
			return 0;
		bits = bits << 6 | (uint32_t)(digit - digits);
		n_bits += 6;
		if (n_bits < 16)
			continue;
		n_bits -= 16;
		unit = bits >> n_bits & 0xffff;
		if (unit >= 0xd800 && unit < 0xdc00)
			high = unit;
		else if (unit >= 0xdc00 && unit < 0xe000)
			put_code(out, 0x10000 + ((high & 0x3ff) << 10) + (unit & 0x3ff));
		else
			put_code(out, unit);
	}
	return text[i] == '-' && i > 1 ? i + 1 : 0;
}

const char *
keyword_to_category(struct arena *arena, const char *keyword)
{
	struct buf out;

	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (strcasecmp(keyword, labels[i].keyword) == 0)
			return labels[i].category;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcasecmp(keyword, others[i]) == 0)
			return NULL;
	if (keyword[0] == '$' || keyword[0] == '\\' || keyword[0] == '\0' ||
	    strlen(keyword) > KEYWORD_MAX)
		return NULL;
	buf_init_arena(&out, arena, KEYWORD_MAX * 4);
	while (*keyword != '\0') {
		size_t before = out.len;
		size_t length = *keyword == '&' ? unescape(keyword, &out) : 0;

		if (length == 0) {
			out.len = before;
			buf_putc(&out, *keyword == '_' ? ' ' : *keyword);
			length = 1;
		}
		keyword += length;
	}
	return utf8_clean(arena, buf_str(&out), out.len);
}
