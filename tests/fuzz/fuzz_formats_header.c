/* SPDX-License-Identifier: ISC */
/*
 * Fuzz target: bytes as a header block, as encoded words, as an address list, as parameters, as a
 * keyword and as a calendar.  Everything that comes out is valid UTF-8.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "backends/formats/address.h"
#include "backends/formats/calendarmail.h"
#include "backends/formats/headers.h"
#include "backends/formats/keywords.h"
#include "backends/formats/params.h"
#include "backends/formats/subject.h"
#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "bridge/base/codec.h"

static void
check(bool condition)
{
	if (!condition)
		abort();
}

static void
check_text(const char *text)
{
	check(text == NULL || utf8_is_valid(text, strlen(text)));
}

static void
use_addresses(struct arena *arena, const char *text, bool join)
{
	struct addresses list;

	address_parse(arena, text, join, &list);
	check_text(address_print(arena, &list, ", ", 1000));
	check_text(address_print_names(arena, &list, 1000));
	for (unsigned i = 0; i < list.n; i++)
		if (address_is_safe(list.list[i].address))
			check(strpbrk(list.list[i].address, "\r\n\t <>") == NULL);
}

static void
use_params(struct arena *arena, const char *text)
{
	struct mime_params params;
	const char *token;

	params_parse(arena, text, &token, &params);
	check(token != NULL);
	check_text(params_get(arena, &params, "filename"));
	check_text(params_get(arena, &params, "a"));
}

/* Encoding and decoding again gives the same. */
static void
use_encoding(struct arena *arena, const char *clean)
{
	struct buf out;
	char *raw;

	buf_init(&out, strlen(clean) * 8 + 1000);
	check(header_encode(&out, clean, 10));
	raw = header_unfold(arena, buf_str(&out), out.len);
	/* a byte order mark at the start of a word is read as one */
	if (strpbrk(clean, "\t\r\n") == NULL && clean[0] != ' ' && strstr(clean, "  ") == NULL &&
	    strstr(clean, "\xef\xbb\xbf") == NULL &&
	    (clean[0] == '\0' || clean[strlen(clean) - 1] != ' '))
		check(strcmp(header_decode(arena, raw, strlen(raw)), clean) == 0);
	buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *arena = arena_new(0);
	const char *bytes = (const char *)data;
	const char *text = arena_strndup(arena, bytes, len);
	struct header_field field;
	size_t cursor = 0, before = 0;
	char *decoded;
	const char *keyword;

	while (header_next(bytes, len, &cursor, &field)) {
		check(cursor > before && cursor <= len);
		check(field.value + field.value_len <= bytes + len);
		before = cursor;
	}
	check_text(header_text(arena, bytes, len, "Subject"));
	decoded = header_decode(arena, bytes, len);
	check_text(decoded);
	check_text(subject_base(arena, decoded));
	use_encoding(arena, decoded);
	use_addresses(arena, text, true);
	use_addresses(arena, text, false);
	use_params(arena, text);
	check_text(keyword_to_category(arena, text));
	keyword = keyword_from_category(arena, decoded);
	if (keyword != NULL)
		check(strpbrk(keyword, " ()\"\\{%*\r\n") == NULL);
	calendar_meeting(arena, bytes, len);
	calendar_class(arena, calendar_method(arena, bytes, len), bytes, len);
	calendar_description(arena, bytes, len);
	arena_free(&arena);
	return 0;
}
