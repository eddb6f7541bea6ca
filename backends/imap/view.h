/* SPDX-License-Identifier: ISC */
/*
 * What a folder holds: UID, mark and date of each message, as of a state of the mailbox.  A view is
 * brought to the present by the smallest means the server has (VANISHED and CHANGEDSINCE, RFC 7162;
 * else lists), and kept in the store, so that a first Sync in windows lists the folder once and a
 * folder at rest costs one STATUS.  Memory is malloc'ed: 12 bytes a message.  Worker.
 */
#ifndef BACKENDS_IMAP_VIEW_H
#define BACKENDS_IMAP_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backends/imap/stamp.h"
#include "bridge/fault.h"

struct imap_store;
struct known_list;

struct view_entry {
	uint32_t uid;
	uint32_t mark;	/* UINT32_MAX: \Deleted, counts as absent */
	uint32_t date;	/* INTERNALDATE, seconds UTC; 1: before dates_from; 0: not known, but
			 * not before floor */
};

struct view {
	char *folder;
	struct imap_state state;
	int64_t floor;		/* all messages received since then are here; 0: all there are */
	int64_t dates_from;	/* dates at or after this are known; INT64_MAX: none */
	struct view_entry *entries; /* by UID */
	size_t n, cap;
};

/* What is asked of a view. */
struct view_wish {
	const char *folder;
	int64_t since;			/* 0: all */
	const struct imap_state *state;	/* of the folder, just read by STATUS */
	const struct known_list *known;	/* complete as of its stamp, or without one */
};

/* The view, at least as new as wish->state; the store's.  FOLDER_GONE, STALE, TRY_LATER. */
enum fault view_get(struct imap_store *store, const struct view_wish *wish,
    struct view **ret_view);

/* The entry of this UID, from *at on (ascending calls); NULL: none. */
const struct view_entry *view_find(const struct view *view, size_t *at, uint32_t uid);

void view_free(struct view **view);
/* Forgets what is remembered of a folder. */
void view_forget(struct imap_store *store, const char *folder);

#endif
