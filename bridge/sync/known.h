/* SPDX-License-Identifier: ISC */
/*
 * What one device is known to hold of one collection.  The heart of the bridge:
 * if this is right, no item is ever lost or doubled.
 *
 * One list serves both SyncKeys that a phone may come with.  Each item says
 *	held    what the phone has for sure (it used a key that proves it),
 *	told    what our last answer said about it, which may never have arrived,
 *	target  what the store says, as of `stamp`.
 * A phone that comes with the newest key proves the last answer: told becomes
 * held (known_acknowledge).  One that comes with the key before has lost it: told
 * is said again under the same key, or taken back (known_take_back).  What is due
 * is the difference between held-and-told and target; so a first Sync lists the
 * folder once and then works through what is due, window by window.
 *
 * Head and items are separate blobs; a Sync without news reads only the head.
 * Everything lives in the request's arena.  Worker.
 */
#ifndef BRIDGE_SYNC_KNOWN_H
#define BRIDGE_SYNC_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bridge/fault.h"
#include "bridge/store.h"
#include "bridge/sync/options.h"

struct arena;
struct buf;

enum told { TOLD_NOTHING, TOLD_ITEM, TOLD_GONE, TOLD_LEFT };
enum target { TARGET_THERE, TARGET_GONE, TARGET_LEFT };

struct known_item {
	uint32_t num;
	uint32_t mark;     /* in the store */
	uint32_t shown;    /* on the phone, where held */
	uint32_t sent;     /* in our last answer, where told is TOLD_ITEM */
	bool held;
	uint8_t told;      /* enum told */
	uint8_t target;    /* enum target */
	bool is_poison;    /* the phone chokes on it: only a stand-in is told (R19) */
	bool is_own;       /* told by a command of the phone itself: never taken back */
	bool is_busy; /* not stored: this request has a command for it, so this answer has none */
};

/* What the next answer owes the phone about an item. */
enum due { DUE_NOTHING, DUE_ADD, DUE_CHANGE, DUE_DELETE, DUE_SOFT_DELETE };

/* A command of the phone that our last answer dealt with, so that it is not done twice (R1). */
enum applied_kind { APPLIED_ADD, APPLIED_CHANGE, APPLIED_DELETE };
struct applied {
	uint8_t kind;
	uint8_t status;
	uint32_t num;   /* the item; of an Add the one that came to be */
	uint64_t hash;  /* of the command */
};
enum { APPLIED_MAX = 1000 };

struct known {
	struct arena *arena;
	uint32_t collection;

	/* the head */
	uint32_t serial; /* counts saves, so that parallel requests notice each other (R14) */
	uint64_t epoch;
	uint32_t key, before;   /* counters: of our last answer, and of the request it answered */
	uint32_t newest;        /* highest counter given out in this epoch */
	int64_t born;           /* seconds, of the epoch */
	bool is_joined;         /* key 0 came twice: the first key restarts the load (R3) */
	bool is_loaded;         /* the first load was told completely */
	struct sync_options options;
	bool has_supported;
	uint32_t *supported;    /* tokens ([MS-ASCMD] 2.2.3.178) */
	unsigned n_supported;
	struct stamp stamp;     /* of the store, up to which target is right; len 0: never */
	int64_t since;          /* the window that target was made for */
	uint32_t n_due;         /* items with something due, told taken as arrived */
	uint32_t attempts;      /* requests in a row that came with `before` */
	uint32_t limit;         /* window while the phone's poison is looked for, 0: none */
	uint32_t store_limit;   /* the same for items at which the store fails */
	uint32_t suspect;       /* item at which the store failed, asked for alone; 0: none */
	uint32_t failures;      /* how often in a row, */
	int64_t failing_since;  /* and from which second on */
	uint32_t made_up;       /* ids given to items that we only pretend to hold (R58) */
	struct applied *applied;
	unsigned n_applied, cap_applied;

	/* the items, ascending; only if has_items */
	bool has_items;
	bool items_changed;
	struct known_item *items;
	size_t n, cap;
};

/* Numbers from here up are made up: never told, never looked for in a store. */
#define KNOWN_MADE_UP 0xfff00000u

enum known_key { KEY_CURRENT, KEY_BEFORE, KEY_FIRST, KEY_STALE };

/* A device that holds nothing, with a new epoch. */
void known_begin(struct known *known, struct arena *arena, uint32_t collection);

/* Which of our keys a phone shows.  KEY_FIRST: the very first of a load that was joined. */
enum known_key known_match(const struct known *known, const char *text);
const char *known_key_text(const struct known *known);

/* Opens the next generation: the answer will carry a new key, the request's key is `before`. */
void known_next(struct known *known);

void known_acknowledge(struct known *known);
void known_take_back(struct known *known);
/* The phone holds nothing, whatever we thought. */
void known_empty(struct known *known);

struct known_item *known_find(struct known *known, uint32_t num);
/* Finds or makes the item. */
struct known_item *known_put(struct known *known, uint32_t num);

enum due known_due(const struct known_item *item);
/* What our last answer said about an item, as something to be said again. */
enum due known_said(const struct known_item *item);
/* Our answer says what is due. */
void known_tell(struct known *known, struct known_item *item, enum due due);
uint32_t known_count_due(const struct known *known);

/* For the store: what target says is there.  stamp NULL: as if never looked. */
struct known_list known_list(const struct known *known, const struct stamp *stamp);
/* A difference found by the store.  True if it was one. */
bool known_differs(struct known *known, const struct change *change);
/* Takes them over; the changes may come in any order. */
void known_merge(struct known *known, const struct change *changes, size_t n);

/* Commands already dealt with. */
const struct applied *known_applied(const struct known *known, enum applied_kind kind,
    uint64_t hash);
void known_apply(struct known *known, const struct applied *applied);

/* Bytes.  Decoders: false for what is not ours, and nothing is changed then. */
void known_head_encode(const struct known *known, struct buf *out);
bool known_head_decode(struct known *known, const void *data, size_t len);
bool known_items_encode(const struct known *known, struct buf *out);
bool known_items_decode(struct known *known, const void *data, size_t len);

#endif
