/* SPDX-License-Identifier: ISC */
/*
 * Many deadlines, the nearest first: a binary heap of members embedded in their owners, its size
 * fixed at start.  Times are now_ms() values.  Process: front.
 */
#ifndef BRIDGE_FRONT_DEADLINE_H
#define BRIDGE_FRONT_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

/* Zeroed: not set.  Embedded in whatever waits, which outlives its place in the heap. */
struct deadline {
	int64_t at;
	uint32_t place; /* in the heap, counted from 1; 0: not set */
};

struct deadlines {
	struct deadline **heap; /* [1 .. n] */
	uint32_t n;
	uint32_t cap;
};

/* cap: how many can be set at once.  False: no memory. */
bool deadlines_init(struct deadlines *deadlines, uint32_t cap);
void deadlines_free(struct deadlines *deadlines);

/* Sets or moves it. */
void deadline_set(struct deadlines *deadlines, struct deadline *deadline, int64_t at);
void deadline_clear(struct deadlines *deadlines, struct deadline *deadline);

/* Takes out one that is due at `now`; NULL: none. */
struct deadline *deadlines_due(struct deadlines *deadlines, int64_t now);

/* When the nearest is due; INT64_MAX: none is set. */
int64_t deadlines_next(const struct deadlines *deadlines);

#endif
