/* SPDX-License-Identifier: ISC */
/* Sets of UIDs.  Worker and watch. */
#include "backends/imap/uidset.h"

#include <stdlib.h>
#include <string.h>

#include "bridge/base/arena.h"
#include "bridge/base/buf.h"

void
uidset_init(struct uid_set *set, struct arena *arena)
{
	*set = (struct uid_set){ .arena = arena };
}

void
uidset_add(struct uid_set *set, uint32_t first, uint32_t last)
{
	struct uid_range *tail = set->n ? &set->ranges[set->n - 1] : NULL;

	if (tail && first == (uint64_t)tail->last + 1) {
		tail->last = last;
		return;
	}
	if (set->n == set->cap) {
		size_t cap = set->cap ? set->cap * 2 : 16;
		struct uid_range *grown = arena_array(set->arena, cap, sizeof(*grown));

		if (set->n)
			memcpy(grown, set->ranges, set->n * sizeof(*grown));
		set->ranges = grown;
		set->cap = cap;
	}
	set->ranges[set->n++] = (struct uid_range){ first, last };
}

static bool
uid_parse(const char **text, uint32_t *ret_uid)
{
	uint64_t value = 0;
	const char *t = *text;

	for (; *t >= '0' && *t <= '9'; t++) {
		value = value * 10 + (uint64_t)(*t - '0');
		if (value > UINT32_MAX)
			return false;
	}
	if (t == *text || value == 0)
		return false;
	*text = t;
	*ret_uid = (uint32_t)value;
	return true;
}

bool
uidset_parse(struct uid_set *set, const char *text)
{
	uint32_t first, last;

	do {
		if (!uid_parse(&text, &first))
			return false;
		last = first;
		if (*text == ':') {
			text++;
			if (!uid_parse(&text, &last))
				return false;
		}
		if (first <= last)
			uidset_add(set, first, last);
		else
			uidset_add(set, last, first);
	} while (*text++ == ',');
	return text[-1] == '\0';
}

static int
range_compare(const void *a, const void *b)
{
	const struct uid_range *x = a, *y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

void
uidset_sort(struct uid_set *set)
{
	size_t n = 0;

	if (set->n < 2)
		return;
	qsort(set->ranges, set->n, sizeof(*set->ranges), range_compare);
	for (size_t i = 1; i < set->n; i++) {
		if (set->ranges[i].first <= (uint64_t)set->ranges[n].last + 1) {
			if (set->ranges[i].last > set->ranges[n].last)
				set->ranges[n].last = set->ranges[i].last;
		} else {
			set->ranges[++n] = set->ranges[i];
		}
	}
	set->n = n + 1;
}

bool
uidset_has(const struct uid_set *set, uint32_t uid)
{
	size_t low = 0, high = set->n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (set->ranges[middle].last < uid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < set->n && set->ranges[low].first <= uid;
}

uint64_t
uidset_count(const struct uid_set *set)
{
	uint64_t count = 0;

	for (size_t i = 0; i < set->n; i++)
		count += (uint64_t)set->ranges[i].last - set->ranges[i].first + 1;
	return count;
}

bool
uidset_print(const struct uid_set *set, size_t *at, size_t room, struct buf *out)
{
	size_t start = out->len;

	if (*at == set->n)
		return false;
	for (; *at < set->n && out->len - start < room; ++*at) {
		const struct uid_range *range = &set->ranges[*at];

		if (out->len > start)
			buf_putc(out, ',');
		if (range->first == range->last)
			buf_printf(out, "%u", range->first);
		else
			buf_printf(out, "%u:%u", range->first, range->last);
	}
	return true;
}

bool
uidset_next(const struct uid_set *set, struct uid_walk *walk, uint32_t *ret_uid)
{
	if (walk->range == set->n)
		return false;
	*ret_uid = (uint32_t)(set->ranges[walk->range].first + walk->offset);
	if (*ret_uid == set->ranges[walk->range].last) {
		walk->range++;
		walk->offset = 0;
	} else {
		walk->offset++;
	}
	return true;
}
