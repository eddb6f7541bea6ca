/* SPDX-License-Identifier: ISC */
/*
 * Chunks in a list, newest last; a mark is a position in it.  Chunks double in size up to 1 MiB so
 * that a large request costs few mallocs; large single objects get a chunk of their own.
 */
#include "bridge/base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/base/log.h"

enum {
	CHUNK_FIRST = 16 * 1024,
	CHUNK_MOST = 1024 * 1024,
	ALIGN = 16,
};

struct arena_chunk {
	struct arena_chunk *next;
	size_t size;		/* of data */
	size_t used;
	_Alignas(ALIGN) unsigned char data[];
};

struct arena {
	struct arena_chunk *first;
	struct arena_chunk *current;	/* the last one in use; those behind it are spare */
	size_t total;
	size_t limit;
};

static _Noreturn void
arena_fail(const char *why, size_t size)
{
	log_event(LEVEL_ERROR, NULL, "arena-fail", "reason=%s size=%zu", why, size);
	abort();
}

static struct arena_chunk *
chunk_new(size_t size)
{
	struct arena_chunk *chunk = malloc(sizeof(*chunk) + size);

	if (chunk == NULL)
		arena_fail("no-memory", size);
	chunk->next = NULL;
	chunk->size = size;
	chunk->used = 0;
	return chunk;
}

static void
chunks_free(struct arena_chunk *chunk)
{
	while (chunk != NULL) {
		struct arena_chunk *next = chunk->next;

		free(chunk);
		chunk = next;
	}
}

struct arena *
arena_new(size_t limit)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (arena == NULL)
		arena_fail("no-memory", sizeof(*arena));
	arena->first = arena->current = chunk_new(CHUNK_FIRST);
	arena->limit = limit > 0 ? limit : SIZE_MAX;
	return arena;
}

void
arena_free(struct arena **arena)
{
	if (*arena == NULL)
		return;
	chunks_free((*arena)->first);
	free(*arena);
	*arena = NULL;
}

/* Makes a chunk current that has room for size bytes: the spare one behind, or a new one. */
static void
arena_advance(struct arena *arena, size_t size)
{
	struct arena_chunk *chunk = arena->current->next;
	size_t want = arena->current->size * 2;

	if (chunk != NULL && chunk->size >= size) {
		chunk->used = 0;
		arena->current = chunk;
		return;
	}
	if (want > CHUNK_MOST)
		want = CHUNK_MOST;
	if (want < size)
		want = size;
	chunk = chunk_new(want);
	chunk->next = arena->current->next;
	arena->current->next = chunk;
	arena->current = chunk;
}

/* Room for size bytes, not cleared. */
static void *
arena_take(struct arena *arena, size_t size)
{
	struct arena_chunk *chunk = arena->current;
	size_t padded;
	void *data;

	if (size > arena->limit - arena->total || size > SIZE_MAX / 2)
		arena_fail("limit", size);
	padded = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if (padded > chunk->size - chunk->used) {
		arena_advance(arena, padded);
		chunk = arena->current;
	}
	data = chunk->data + chunk->used;
	chunk->used += padded;
	arena->total += size;
	return data;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	void *data = arena_take(arena, size);

	memset(data, 0, size);
	return data;
}

void *
arena_array(struct arena *arena, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		arena_fail("overflow", size);
	return arena_alloc(arena, bytes);
}

void *
arena_memdup(struct arena *arena, const void *data, size_t size)
{
	void *copy = arena_take(arena, size);

	if (size > 0)
		memcpy(copy, data, size);
	return copy;
}

char *
arena_strdup(struct arena *arena, const char *text)
{
	return text != NULL ? arena_memdup(arena, text, strlen(text) + 1) : NULL;
}

char *
arena_strndup(struct arena *arena, const char *text, size_t n)
{
	size_t len = strnlen(text, n);
	char *copy = arena_take(arena, len + 1);

	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

char *
arena_vprintf(struct arena *arena, const char *format, va_list args)
{
	va_list again;
	char *text;
	int len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (len < 0)
		arena_fail("format", 0);
	text = arena_take(arena, (size_t)len + 1);
	vsnprintf(text, (size_t)len + 1, format, args);
	return text;
}

char *
arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = arena_vprintf(arena, format, args);
	va_end(args);
	return text;
}

struct arena_mark
arena_mark(const struct arena *arena)
{
	return (struct arena_mark) {
		.chunk = arena->current,
		.used = arena->current->used,
		.total = arena->total,
	};
}

void
arena_release(struct arena *arena, struct arena_mark mark)
{
	arena->current = mark.chunk;
	arena->current->used = mark.used;
	arena->total = mark.total;
	/* one spare chunk spares the loop a malloc an item; more would hoard a big item's memory */
	if (mark.chunk->next != NULL) {
		chunks_free(mark.chunk->next->next);
		mark.chunk->next->next = NULL;
	}
}

void
arena_reset(struct arena *arena)
{
	chunks_free(arena->first->next);
	arena->first->next = NULL;
	arena->first->used = 0;
	arena->current = arena->first;
	arena->total = 0;
}

size_t
arena_used(const struct arena *arena)
{
	return arena->total;
}
