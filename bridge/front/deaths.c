/* SPDX-License-Identifier: ISC */
/* A plain list: it is empty on all but bad days. */
#include "bridge/front/deaths.h"

#include <string.h>

static bool
is_live(const struct death *death, int64_t now)
{
	return death->count > 0 && now - death->since < DEATHS_MS;
}

static const struct death *
death_find(const struct deaths *deaths, const uint8_t digest[SHA256_SIZE], int64_t now)
{
	for (unsigned i = 0; i < DEATHS_TABLE; i++) {
		const struct death *death = &deaths->table[i];

		if (is_live(death, now) && memcmp(death->digest, digest, SHA256_SIZE) == 0)
			return death;
	}
	return NULL;
}

/* A dead entry, else the one with the fewest deaths and the oldest of these. */
static struct death *
death_room(struct deaths *deaths, int64_t now)
{
	struct death *room = &deaths->table[0];

	for (unsigned i = 0; i < DEATHS_TABLE; i++) {
		struct death *death = &deaths->table[i];

		if (!is_live(death, now))
			return death;
		if (death->count < room->count ||
		    (death->count == room->count && death->since < room->since))
			room = death;
	}
	return room;
}

uint32_t
deaths_add(struct deaths *deaths, const uint8_t digest[SHA256_SIZE], int64_t now)
{
	const struct death *found = death_find(deaths, digest, now);
	struct death *death;

	deaths->last = now;
	if (found != NULL)
		return ++deaths->table[found - deaths->table].count;
	death = death_room(deaths, now);
	memcpy(death->digest, digest, SHA256_SIZE);
	death->count = 1;
	death->since = now;
	return 1;
}

uint32_t
deaths_count(const struct deaths *deaths, const uint8_t digest[SHA256_SIZE], int64_t now)
{
	const struct death *death = death_find(deaths, digest, now);

	return death != NULL ? death->count : 0;
}

bool
deaths_has_any(const struct deaths *deaths, int64_t now)
{
	return deaths->last != 0 && now - deaths->last < DEATHS_MS;
}
