/* SPDX-License-Identifier: ISC */
/*
 * Fuzz target: reads any bytes as a request, through every call of the pull reader, and compares
 * what it says with wbxml_check.  The first byte steers which calls are made.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wbxml/limits.h"
#include "wbxml/reader.h"

/* Memory for texts, freed after each run. */
struct pool {
	void **blocks;
	size_t n_blocks;
	size_t room;
	size_t bytes;
};

static void *
pool_alloc(void *ctx, size_t size)
{
	struct pool *pool = ctx;

	if (pool->n_blocks == pool->room) {
		pool->room = pool->room ? 2 * pool->room : 16;
		pool->blocks = realloc(pool->blocks, pool->room * sizeof(*pool->blocks));
		if (!pool->blocks)
			abort();
	}
	pool->bytes += size;
	return pool->blocks[pool->n_blocks++] = malloc(size);
}

static void
pool_free(struct pool *pool)
{
	while (pool->n_blocks)
		free(pool->blocks[--pool->n_blocks]);
	free(pool->blocks);
}

static void
check(bool condition)
{
	if (!condition)
		abort();
}

static void
use_child(struct reader *reader, unsigned steer)
{
	size_t len;
	const char *text;
	const unsigned char *bytes;
	long number;
	bool is_empty = reader_is_empty(reader);

	text = reader_text(reader);
	check(text != NULL);
	bytes = reader_bytes(reader, &len);
	check(bytes != NULL);
	if (reader_fault(reader) == READER_OK) {
		check(strlen(text) <= len);
		check(memcmp(text, bytes, strlen(text)) == 0);
		check(!is_empty || len == 0);
	}
	if (steer & 1 && reader_number(reader, &number))
		check(reader_int(reader, number, number) == number);
	if (steer & 2)
		reader_bool(reader);
}

static void
walk(struct reader *reader, unsigned steer, unsigned depth)
{
	enum token token;
	unsigned n = 0;

	check(depth <= WBXML_DEPTH_MAX);
	while (reader_child(reader, &token)) {
		use_child(reader, steer);
		if ((steer & 4 && n % 3 == 0) || reader_is_empty(reader))
			continue;
		reader_into(reader);
		if (!(steer & 8) || n++ % 4 != 1)
			walk(reader, steer, depth + 1);
		else
			reader_out(reader);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct pool pool = { .blocks = NULL };
	struct reader reader;
	enum reader_fault fault;
	enum token root;
	unsigned steer;

	if (len == 0)
		return 0;
	steer = data[0];
	data++;
	len--;
	fault = wbxml_check(data, len);
	reader_init(&reader, data, len, (struct reader_memory){ pool_alloc, &pool });
	if (reader_root(&reader, &root) && reader_enter(&reader, root))
		walk(&reader, steer, 1);
	check(reader_finish(&reader) == (reader_fault(&reader) == READER_OK));
	check(reader_offset(&reader) <= len);
	/* the walk adds faults about values and literal roots, but takes none away */
	if (fault != READER_OK)
		check(reader_fault(&reader) != READER_OK);
	else
		check(reader_fault(&reader) == READER_OK ||
			reader_fault(&reader) == READER_BAD_VALUE ||
			reader_fault(&reader) == READER_WRONG_ROOT);
	/* each text is copied twice at most: as text and as bytes */
	check(pool.bytes <= 4 * (len + 2 * WBXML_EXPANSION_MAX) + 64);
	pool_free(&pool);
	return 0;
}
