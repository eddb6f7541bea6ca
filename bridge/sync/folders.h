/* SPDX-License-Identifier: ISC */
/*
 * The user's table of folders: number <-> the store's name, for good.  A row
 * outlives its folder for a while, so that a folder that comes back is the same;
 * numbers are never given twice.  Folders are recognised by the identity that
 * their server gives them (OBJECTID), else by name.  Private to the hierarchy
 * of bridge/sync: no input or output here.  Worker.
 */
#ifndef BRIDGE_SYNC_FOLDERS_H
#define BRIDGE_SYNC_FOLDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bridge/store.h"

struct arena;
struct buf;

struct folder_row {
	uint32_t number;
	const char *folder;   /* the store's id */
	const char *parent;   /* the store's id of the parent, "" at the root */
	const char *identity; /* "": none */
	const char *name;
	enum folder_type type;
	enum item_class class;
	bool is_junk, can_hold_items;
	bool is_listed;       /* false: it was there once */
	uint32_t above;       /* number of the nearest listed folder above, 0: the root */
};

struct folders {
	uint32_t next;     /* number of the next new folder, from 1 */
	int64_t listed_at; /* seconds, of the last complete listing; 0: none or expired */
	struct folder_row *rows; /* listed ones first, parents before children */
	unsigned n, cap;
};

/* A listing under way: a folder_fn's ctx. */
struct folder_listing {
	struct arena *arena;
	struct folder *list;
	unsigned n, cap, max;
};
bool folder_listing_add(void *listing, const struct folder *folder);

/* False: not bytes of ours. */
bool folders_decode(const void *data, size_t len, struct arena *arena, struct folders *ret);
void folders_encode(const struct folders *folders, struct buf *out);

/* Takes a complete listing over.  Of types 2 to 6 there is always one afterwards: what the store
 * does not have becomes a virtual folder, empty for ever (R51). */
void folders_merge(struct folders *folders, struct arena *arena,
    const struct folder_listing *listing);

/* After our own edits, then folders_link.  folders_renamed follows the names of everything below.
 * Rows move: pointers to them are void afterwards. */
struct folder_row *folders_add(struct folders *folders, struct arena *arena,
    const struct folder *folder);
void folders_renamed(struct folders *folders, struct arena *arena, struct folder_row *row,
    const struct folder *now);
void folders_remove(struct folders *folders, uint32_t number);

/* Finds who is above whom and sorts; folders_merge does it itself. */
void folders_link(struct folders *folders, struct arena *arena);

struct folder_row *folders_by_number(struct folders *folders, uint32_t number);
#endif
