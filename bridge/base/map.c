/* SPDX-License-Identifier: ISC */
/*
 * Entries in an array in order of insertion, chained from buckets by index.  Removed entries stay
 * as holes until the next growth.
 */
#include "bridge/base/map.h"

#include <stdlib.h>
#include <string.h>

#include "bridge/base/arena.h"
#include "bridge/base/crypto.h"

enum { MAP_FIRST = 16 };

/* the process's hash key, drawn at the first use */
static struct {
	uint64_t k0, k1;
	bool drawn;
} seed;

static uint64_t
rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static void
sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

static void
sip_word(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
}

/* SipHash-1-3 (Aumasson, Bernstein).  The byte order of words is the machine's: never stored. */
uint64_t
map_hash(const void *data, size_t n)
{
	const uint8_t *at = data;
	uint64_t word, last = (uint64_t)n << 56, v[4];
	size_t left = n;

	if (!seed.drawn) {
		crypto_random(&seed.k0, sizeof(seed.k0));
		crypto_random(&seed.k1, sizeof(seed.k1));
		seed.drawn = true;
	}
	v[0] = seed.k0 ^ 0x736f6d6570736575u;
	v[1] = seed.k1 ^ 0x646f72616e646f6du;
	v[2] = seed.k0 ^ 0x6c7967656e657261u;
	v[3] = seed.k1 ^ 0x7465646279746573u;
	for (; left >= 8; left -= 8, at += 8) {
		memcpy(&word, at, 8);
		sip_word(v, word);
	}
	for (size_t i = 0; i < left; i++)
		last |= (uint64_t)at[i] << (8 * i);
	sip_word(v, last);
	v[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

void
map_init(struct map *map, struct arena *arena)
{
	*map = (struct map) { .arena = arena };
}

void
map_free(struct map *map)
{
	if (map->arena == NULL) {
		for (uint32_t i = 0; i < map->n_entries; i++)
			free(map->entries[i].key);
		free(map->entries);
		free(map->buckets);
	}
	map_init(map, map->arena);
}

static struct map_entry *
map_find(const struct map *map, const char *key, uint64_t hash)
{
	uint32_t i;

	if (map->cap == 0)
		return NULL;
	for (i = map->buckets[hash & (map->cap - 1)]; i != 0; i = map->entries[i - 1].next) {
		struct map_entry *entry = &map->entries[i - 1];

		if (entry->hash == hash && strcmp(entry->key, key) == 0)
			return entry;
	}
	return NULL;
}

static struct map_entry *
map_lookup(const struct map *map, const char *key)
{
	return map->n_live > 0 ? map_find(map, key, map_hash(key, strlen(key))) : NULL;
}

void *
map_get(const struct map *map, const char *key)
{
	const struct map_entry *entry = map_lookup(map, key);

	return entry != NULL ? entry->value : NULL;
}

bool
map_has(const struct map *map, const char *key)
{
	return map_lookup(map, key) != NULL;
}

static void *
map_zalloc(struct map *map, size_t n, size_t size)
{
	return map->arena != NULL ? arena_array(map->arena, n, size) : calloc(n, size);
}

static void
map_chain(struct map *map, uint32_t index)
{
	struct map_entry *entry = &map->entries[index];
	uint32_t *bucket = &map->buckets[entry->hash & (map->cap - 1)];

	entry->next = *bucket;
	*bucket = index + 1;
}

/* New arrays, twice as large where live entries fill more than half; holes vanish. */
static bool
map_rebuild(struct map *map)
{
	uint32_t cap = map->cap == 0 ? MAP_FIRST : map->cap;
	struct map_entry *entries;
	uint32_t *buckets, n = 0;

	if (map->n_live > cap / 2)
		cap *= 2;
	if (cap > UINT32_MAX / 4)
		return false;
	entries = map_zalloc(map, cap, sizeof(*entries));
	buckets = map_zalloc(map, cap, sizeof(*buckets));
	if (entries == NULL || buckets == NULL) {
		free(entries);
		free(buckets);
		return false;
	}
	for (uint32_t i = 0; i < map->n_entries; i++)
		if (map->entries[i].key != NULL)
			entries[n++] = map->entries[i];
	if (map->arena == NULL) {
		free(map->entries);
		free(map->buckets);
	}
	map->entries = entries;
	map->buckets = buckets;
	map->cap = cap;
	map->n_entries = n;
	for (uint32_t i = 0; i < n; i++)
		map_chain(map, i);
	return true;
}

bool
map_put(struct map *map, const char *key, void *value)
{
	uint64_t hash = map_hash(key, strlen(key));
	struct map_entry *entry = map_find(map, key, hash);
	char *copy;

	if (entry != NULL) {
		entry->value = value;
		return true;
	}
	if (map->n_entries == map->cap && !map_rebuild(map))
		return false;
	copy = map->arena != NULL ? arena_strdup(map->arena, key) : strdup(key);
	if (copy == NULL)
		return false;
	map->entries[map->n_entries] = (struct map_entry) { copy, value, hash, 0 };
	map_chain(map, map->n_entries++);
	map->n_live++;
	return true;
}

void *
map_remove(struct map *map, const char *key)
{
	struct map_entry *entry = map_lookup(map, key);
	uint32_t *link, index;
	void *value;

	if (entry == NULL)
		return NULL;
	index = (uint32_t)(entry - map->entries) + 1;
	link = &map->buckets[entry->hash & (map->cap - 1)];
	while (*link != index)
		link = &map->entries[*link - 1].next;
	*link = entry->next;
	value = entry->value;
	if (map->arena == NULL)
		free(entry->key);
	entry->key = NULL;
	entry->value = NULL;
	map->n_live--;
	return value;
}

size_t
map_count(const struct map *map)
{
	return map->n_live;
}

const struct map_entry *
map_next(const struct map *map, uint32_t *cursor)
{
	while (*cursor < map->n_entries) {
		const struct map_entry *entry = &map->entries[(*cursor)++];

		if (entry->key != NULL)
			return entry;
	}
	return NULL;
}
