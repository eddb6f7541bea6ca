/* SPDX-License-Identifier: ISC */
/*
 * Sets of UIDs as ranges: read from VANISHED, ESEARCH and COPYUID, built for commands.  Memory is
 * the arena's.  Worker and watch.
 */
#ifndef BACKENDS_IMAP_UIDSET_H
#define BACKENDS_IMAP_UIDSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct buf;

struct uid_range {
	uint32_t first, last;	/* first <= last */
};

struct uid_set {
	struct arena *arena;
	struct uid_range *ranges;
	size_t n, cap;
};

void uidset_init(struct uid_set *set, struct arena *arena);

/* Appends; a range that continues the last one is joined to it. */
void uidset_add(struct uid_set *set, uint32_t first, uint32_t last);

/* "1:3,7,9:8" appended in this order; "*" is no number here.  false: broken (set keeps a part). */
bool uidset_parse(struct uid_set *set, const char *text);

/* Ascending and without overlaps from here on, as uidset_has wants it. */
void uidset_sort(struct uid_set *set);
bool uidset_has(const struct uid_set *set, uint32_t uid);
uint64_t uidset_count(const struct uid_set *set);

/*
 * Prints "1:3,7" from range *at on, at most about `room` bytes, and moves *at: commands stay short
 * however many messages there are.  Returns false when nothing was left.
 */
bool uidset_print(const struct uid_set *set, size_t *at, size_t room, struct buf *out);

/* Walks the members in the order of the ranges.  false: no more. */
struct uid_walk {
	size_t range;
	uint64_t offset;
};
bool uidset_next(const struct uid_set *set, struct uid_walk *walk, uint32_t *ret_uid);

#endif
