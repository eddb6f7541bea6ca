/* SPDX-License-Identifier: ISC */
/*
 * Region allocator: everything one request needs lives in one arena and goes away with it.
 * Only workers use arenas: out of memory, or more than the limit, is logged and aborts the
 * process (the front answers 503 for that one request).  So no function here returns NULL.
 * Items of a loop are bracketed by arena_mark and arena_release.
 */
#ifndef BRIDGE_BASE_ARENA_H
#define BRIDGE_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;
struct arena_chunk;

/* A point in the life of an arena.  Plain value; valid until an older mark is released. */
struct arena_mark {
	struct arena_chunk *chunk;
	size_t used;	/* bytes used in that chunk */
	size_t total;	/* bytes used in the whole arena */
};

/* limit: most bytes the arena may hand out, 0 = no limit. */
struct arena *arena_new(size_t limit);
void arena_free(struct arena **arena);

/* Zeroed, aligned to 16.  A size of 0 gives a valid pointer to nothing. */
void *arena_alloc(struct arena *arena, size_t size);

/* As arena_alloc for n objects of size bytes, with the product checked. */
void *arena_array(struct arena *arena, size_t n, size_t size);

void *arena_memdup(struct arena *arena, const void *data, size_t size);

/* NULL gives NULL. */
char *arena_strdup(struct arena *arena, const char *text);

/* At most n bytes of text, always terminated.  Stops at a NUL. */
char *arena_strndup(struct arena *arena, const char *text, size_t n);

char *arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

struct arena_mark arena_mark(const struct arena *arena);

/* Gives back all that was allocated since the mark; pointers to it are dead. */
void arena_release(struct arena *arena, struct arena_mark mark);

/* Forgets everything but keeps the first chunk for the next request. */
void arena_reset(struct arena *arena);

/* Bytes handed out at this moment, paddings not counted. */
size_t arena_used(const struct arena *arena);

#endif
