/* SPDX-License-Identifier: ISC */
/* Encodings: what is decoded encodes and decodes to the same, outputs keep to their sizes. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "bridge/base/codec.h"
#include "bridge/base/gzip.h"
#include "bridge/base/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool ok)
{
	if (!ok)
		abort();
}

static void
base64_run(const char *text, size_t size)
{
	uint8_t *plain = malloc(size * 3 / 4 + 1), *again = malloc(size * 3 / 4 + 4);
	char *coded = malloc(base64_size(size) + 1);
	size_t len, len_again;

	base64_encode(text, size, coded);
	must(strlen(coded) == base64_size(size));
	if (base64_decode(text, size, plain, &len)) {
		must(len <= size * 3 / 4);
		base64_encode(plain, len, coded);
		must(base64_decode(coded, strlen(coded), again, &len_again));
		must(len == len_again && memcmp(plain, again, len) == 0);
	}
	free(plain);
	free(again);
	free(coded);
}

static void
url_run(struct arena *arena, const char *text, size_t size)
{
	char *plain = arena_alloc(arena, size + 1), *again;
	struct buf coded;
	size_t len;

	if (!url_decode(text, size, plain, &len))
		return;
	must(len <= size);
	if (strlen(plain) != len)
		return;
	buf_init_arena(&coded, arena, 3 * size + 1);
	must(url_encode(plain, &coded));
	again = arena_alloc(arena, coded.len + 1);
	must(url_decode(buf_str(&coded), coded.len, again, &len));
	must(strcmp(plain, again) == 0);
}

static void
text_run(struct arena *arena, const char *text, size_t size)
{
	char *string = arena_strndup(arena, text, size), quoted[100];
	char *clean = utf8_clean(arena, text, size);
	char *latin = utf8_from_latin1(arena, text, size);
	const char *at = string;
	int64_t number;

	must(utf8_is_valid(clean, strlen(clean)) && utf8_is_valid(latin, strlen(latin)));
	must(utf8_cut(clean, strlen(clean), size / 2) <= size / 2);
	must(utf8_is_valid(clean, utf8_cut(clean, strlen(clean), size / 2)));
	quoted_read(arena, &at);
	number_parse(string, 0, INT64_MAX, &number);
	must(strlen(log_quote(string, quoted, sizeof(quoted))) < sizeof(quoted));
	must(strpbrk(quoted, "\r\n\x1b") == NULL);
}

static void
quoted_run(struct arena *arena, const char *text, size_t size)
{
	char *string = arena_strndup(arena, text, size), *back;
	struct buf out;
	const char *at;

	if (strpbrk(string, "\r\n") != NULL)
		return;
	buf_init_arena(&out, arena, 2 * size + 2);
	must(quoted_put(&out, string));
	at = buf_str(&out);
	back = quoted_read(arena, &at);
	must(back != NULL && strcmp(back, string) == 0 && *at == '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(0);
	const char *text = (const char *)data;
	struct buf out;

	base64_run(text, size);
	url_run(arena, text, size);
	text_run(arena, text, size);
	quoted_run(arena, text, size);
	if (size % 2 == 0)
		hex_decode(text, size, arena_alloc(arena, size / 2));
	buf_init(&out, 1 << 20);
	gzip_inflate(data, size, &out);
	buf_free(&out);
	arena_free(&arena);
	return 0;
}
