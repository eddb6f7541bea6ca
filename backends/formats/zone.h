/* SPDX-License-Identifier: ISC */
/*
 * VTIMEZONE as far as invitations need it: two yearly rules, local time to UTC, and the 172-byte
 * blob of EAS ([MS-ASDTYPE] 2.7.6).  Worker.
 */
#ifndef BACKENDS_FORMATS_ZONE_H
#define BACKENDS_FORMATS_ZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "bridge/classes/items.h"

struct arena;
struct contentline_reader;

enum { ZONES_MAX = 20, ZONE_BLOB = 172 };

/* When an offset begins: the week-th weekday of month at this local time; month 0: never. */
struct zone_rule {
	int64_t start;		/* DTSTART as if it were UTC: the newest one wins */
	int offset;		/* seconds east, once begun */
	int month, week;	/* week 5: the last */
	int weekday;		/* 0 Sunday */
	int second;		/* of the day */
	bool is_there;
};

struct zone {
	const char *id;
	struct zone_rule standard, daylight;
};

struct zones {
	struct arena *arena;
	struct zone list[ZONES_MAX];
	unsigned n;
};

/* Reads a VTIMEZONE whose BEGIN has been read. */
void zone_read(struct zones *zones, struct contentline_reader *reader);

/* NULL (UTC): not there, or id NULL. */
const struct zone *zone_find(const struct zones *zones, const char *id);

/* local: wall-clock time as if it were UTC. */
int64_t zone_to_utc(const struct zone *zone, int64_t local);

struct bytes zone_blob(struct arena *arena, const struct zone *zone);

#endif
