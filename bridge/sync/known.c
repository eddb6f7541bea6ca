/* SPDX-License-Identifier: ISC */
/* What a device holds, was told, and ought to hold.  See known.h.  Worker. */
#include "bridge/sync/known.h"

#include <stdlib.h>
#include <string.h>

#include "bridge/base/arena.h"
#include "bridge/base/date.h"
#include "bridge/sync/key.h"

void
known_begin(struct known *known, struct arena *arena, uint32_t collection)
{
	uint32_t serial = known->serial;

	*known = (struct known){
		.arena = arena, .collection = collection, .serial = serial, .epoch = key_epoch(),
		.key = 1, .newest = 1, .born = now_s(), .options = sync_options_default(),
		.made_up = KNOWN_MADE_UP, .has_items = true, .items_changed = true,
	};
}

enum known_key
known_match(const struct known *known, const char *text)
{
	uint64_t epoch;
	uint32_t counter;

	if (!key_parse(text, &epoch, &counter) || epoch != known->epoch)
		return KEY_STALE;
	if (counter == known->key)
		return KEY_CURRENT;
	if (counter == known->before)
		return KEY_BEFORE;
	return counter == 1 && known->is_joined ? KEY_FIRST : KEY_STALE;
}

const char *
known_key_text(const struct known *known)
{
	return key_print(known->arena, known->epoch, known->key);
}

void
known_next(struct known *known)
{
	known->key = ++known->newest;
}

/* --- items --- */

/* Index of the first item whose number is not below num. */
static size_t
place_of(const struct known *known, uint32_t num)
{
	size_t low = 0, high = known->n;

	if (!known->n || known->items[known->n - 1].num < num)
		return known->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (known->items[middle].num < num)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct known_item *
known_find(struct known *known, uint32_t num)
{
	size_t at = place_of(known, num);

	return at < known->n && known->items[at].num == num ? &known->items[at] : NULL;
}

static void
reserve(struct known *known, size_t n)
{
	struct known_item *items;

	if (known->n + n <= known->cap)
		return;
	known->cap = (known->n + n) * 2;
	items = arena_array(known->arena, known->cap, sizeof(*items));
	if (known->n)
		memcpy(items, known->items, known->n * sizeof(*items));
	known->items = items;
}

struct known_item *
known_put(struct known *known, uint32_t num)
{
	size_t at = place_of(known, num);

	known->items_changed = true;
	if (at < known->n && known->items[at].num == num)
		return &known->items[at];
	reserve(known, 1);
	memmove(known->items + at + 1, known->items + at, (known->n - at) * sizeof(*known->items));
	known->n++;
	known->items[at] = (struct known_item){ .num = num, .target = TARGET_GONE };
	return &known->items[at];
}

/* Nobody has it and nobody will: the row can go. */
static bool
is_over(const struct known_item *item)
{
	return !item->held && item->told != TOLD_ITEM && item->target != TARGET_THERE;
}

static void
sweep(struct known *known, void (*settle)(struct known_item *))
{
	size_t kept = 0;

	for (size_t i = 0; i < known->n; i++) {
		struct known_item *item = &known->items[i];

		settle(item);
		if (!is_over(item))
			known->items[kept++] = *item;
	}
	known->n = kept;
	known->items_changed = true;
}

static void
acknowledge(struct known_item *item)
{
	if (item->told == TOLD_ITEM) {
		item->held = true;
		item->shown = item->sent;
	} else if (item->told != TOLD_NOTHING) {
		item->held = false;
	}
	item->told = TOLD_NOTHING;
	item->is_own = false;
}

void
known_acknowledge(struct known *known)
{
	sweep(known, acknowledge);
	known->before = known->key;
	known->n_applied = 0;
	known->attempts = 0;
}

static void
take_back(struct known_item *item)
{
	if (!item->is_own)
		item->told = TOLD_NOTHING;
}

void
known_take_back(struct known *known)
{
	sweep(known, take_back);
}

static void
empty(struct known_item *item)
{
	item->told = TOLD_NOTHING;
	item->held = false;
	item->is_own = false;
}

void
known_empty(struct known *known)
{
	sweep(known, empty);
	known->before = 1;
	known->n_applied = 0;
	known->attempts = 0;
	known->is_loaded = false;
}

/* --- what is due --- */

enum due
known_due(const struct known_item *item)
{
	bool held = item->told == TOLD_NOTHING ? item->held : item->told == TOLD_ITEM;
	uint32_t mark = item->told == TOLD_ITEM ? item->sent : item->shown;

	if (item->target == TARGET_THERE) {
		if (held)
			return mark == item->mark ? DUE_NOTHING : DUE_CHANGE;
		return DUE_ADD;
	}
	if (!held)
		return DUE_NOTHING;
	return item->target == TARGET_GONE ? DUE_DELETE : DUE_SOFT_DELETE;
}

enum due
known_said(const struct known_item *item)
{
	switch (item->told) {
	case TOLD_ITEM:
		return item->held ? DUE_CHANGE : DUE_ADD;
	case TOLD_GONE:
		return item->held ? DUE_DELETE : DUE_NOTHING;
	case TOLD_LEFT:
		return item->held ? DUE_SOFT_DELETE : DUE_NOTHING;
	default:
		return DUE_NOTHING;
	}
}

void
known_tell(struct known *known, struct known_item *item, enum due due)
{
	known->items_changed = true;
	item->is_own = false;
	if (due == DUE_DELETE || due == DUE_SOFT_DELETE) {
		item->told = due == DUE_DELETE ? TOLD_GONE : TOLD_LEFT;
	} else if (due != DUE_NOTHING) {
		item->told = TOLD_ITEM;
		item->sent = item->mark;
	}
}

uint32_t
known_count_due(const struct known *known)
{
	uint32_t n = 0;

	for (size_t i = 0; i < known->n; i++)
		n += known_due(&known->items[i]) != DUE_NOTHING;
	return n;
}

/* --- against the store --- */

struct known_list
known_list(const struct known *known, const struct stamp *stamp)
{
	static const struct stamp never;
	struct known_entry *list = arena_array(known->arena, known->n, sizeof(*list));
	size_t n = 0;

	for (size_t i = 0; i < known->n; i++)
		if (known->items[i].target == TARGET_THERE)
			list[n++] = (struct known_entry){
				.num = known->items[i].num, .mark = known->items[i].mark,
			};
	return (struct known_list){ .list = list, .n = n, .stamp = stamp ? stamp : &never };
}

bool
known_differs(struct known *known, const struct change *change)
{
	const struct known_item *item = known_find(known, change->num);
	bool is_there = item && item->target == TARGET_THERE;

	switch (change->kind) {
	case CHANGE_ADDED: /* also of an item that the phone itself put there */
		return !is_there || item->mark != change->mark;
	case CHANGE_CHANGED:
		return is_there && item->mark != change->mark;
	default:
		return is_there;
	}
}

/* A change of an item that we have a row for. */
static void
merge_one(struct known_item *item, const struct change *change)
{
	switch (change->kind) {
	case CHANGE_ADDED:
		item->target = TARGET_THERE;
		item->mark = change->mark;
		break;
	case CHANGE_CHANGED:
		if (item->target == TARGET_THERE)
			item->mark = change->mark;
		break;
	case CHANGE_GONE:
		item->target = TARGET_GONE;
		break;
	case CHANGE_LEFT:
		item->target = TARGET_LEFT;
		break;
	}
}

static int
item_compare(const void *a, const void *b)
{
	uint32_t x = ((const struct known_item *)a)->num, y = ((const struct known_item *)b)->num;

	return x < y ? -1 : x > y;
}

/* Sorts new rows from `old` on into the rest; a number given twice counts once. */
static void
sort_in(struct known *known, size_t old)
{
	size_t kept = 0;

	if (known->n == old)
		return;
	qsort(known->items + old, known->n - old, sizeof(*known->items), item_compare);
	if (old && known->items[old].num < known->items[old - 1].num)
		qsort(known->items, known->n, sizeof(*known->items), item_compare);
	for (size_t i = 0; i < known->n; i++)
		if (!kept || known->items[kept - 1].num != known->items[i].num)
			known->items[kept++] = known->items[i];
	known->n = kept;
}

static void
nothing(struct known_item *item)
{
	(void)item;
}

void
known_merge(struct known *known, const struct change *changes, size_t n)
{
	size_t old = known->n;

	if (!n)
		return;
	reserve(known, n);
	for (size_t i = 0; i < n; i++) {
		size_t all = known->n;
		struct known_item *item;

		known->n = old; /* look among the sorted ones only */
		item = known_find(known, changes[i].num);
		known->n = all;
		if (item)
			merge_one(item, &changes[i]);
		else if (changes[i].kind == CHANGE_ADDED && changes[i].num)
			known->items[known->n++] = (struct known_item){
				.num = changes[i].num, .mark = changes[i].mark,
				.target = TARGET_THERE,
			};
	}
	sort_in(known, old);
	sweep(known, nothing);
}

/* --- commands dealt with --- */

const struct applied *
known_applied(const struct known *known, enum applied_kind kind, uint64_t hash)
{
	for (unsigned i = 0; i < known->n_applied; i++)
		if (known->applied[i].kind == kind && known->applied[i].hash == hash)
			return &known->applied[i];
	return NULL;
}

void
known_apply(struct known *known, const struct applied *applied)
{
	if (known->n_applied == APPLIED_MAX)
		return;
	if (known->n_applied == known->cap_applied) {
		struct applied *list;

		known->cap_applied = known->cap_applied ? known->cap_applied * 2 : 8;
		list = arena_array(known->arena, known->cap_applied, sizeof(*list));
		if (known->n_applied)
			memcpy(list, known->applied, known->n_applied * sizeof(*list));
		known->applied = list;
	}
	known->applied[known->n_applied++] = *applied;
}
