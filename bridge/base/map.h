/* SPDX-License-Identifier: ISC */
/*
 * Hash map from strings to pointers, on an arena or on malloc.  The hash is SipHash-1-3 with a
 * random key per process, so a hostile peer cannot choose colliding keys.  Keys are copied; values
 * are the caller's.  Iteration is in order of insertion.
 */
#ifndef BRIDGE_BASE_MAP_H
#define BRIDGE_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

struct map_entry {
	char *key;		/* NULL: removed */
	void *value;
	uint64_t hash;
	uint32_t next;		/* index + 1 of the next entry in this bucket, 0 = none */
};

struct map {
	struct arena *arena;
	struct map_entry *entries;
	uint32_t *buckets;	/* index + 1 of the first entry, 0 = empty */
	uint32_t n_entries;	/* slots used, removed ones included */
	uint32_t n_live;
	uint32_t cap;		/* power of two, of entries and of buckets; 0 at first */
};

/* arena NULL: malloc, then map_free is needed. */
void map_init(struct map *map, struct arena *arena);
void map_free(struct map *map);

/* NULL: not there (or the value put was NULL: see map_has). */
void *map_get(const struct map *map, const char *key);
bool map_has(const struct map *map, const char *key);

/* Adds or replaces.  false: no memory (malloc form only). */
bool map_put(struct map *map, const char *key, void *value);

/* Takes the key out; returns its value or NULL. */
void *map_remove(struct map *map, const char *key);

size_t map_count(const struct map *map);

/*
 * Walks the map: start with *cursor = 0, stop at NULL.  The entry at hand may be removed while
 * walking; nothing may be put.
 */
const struct map_entry *map_next(const struct map *map, uint32_t *cursor);

/* The seeded hash itself, for other tables. */
uint64_t map_hash(const void *data, size_t n);

#endif
