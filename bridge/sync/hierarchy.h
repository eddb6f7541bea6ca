/* SPDX-License-Identifier: ISC */
/*
 * Folders and their ids.  The user has one table folder <-> number, kept for
 * good: numbers survive renames and are never given twice.  ServerId of a
 * folder is the number in decimal, of an item "folder:item".  Each device has
 * the list it was shown last, with its SyncKey.  Worker.
 */
#ifndef BRIDGE_SYNC_HIERARCHY_H
#define BRIDGE_SYNC_HIERARCHY_H

#include <stdbool.h>
#include <stdint.h>

#include "bridge/fault.h"
#include "bridge/store.h"

struct arena;
struct request;

struct collection {
	uint32_t id;
	const char *server_id;    /* id in decimal */
	const char *parent_id;    /* "0": root */
	const char *display_name;
	const char *folder;       /* the store's id */
	enum folder_type type;
	enum item_class class;
	bool is_junk;
	bool can_hold_items;      /* false: virtual or \Noselect: always empty */
	uint32_t parent;          /* id, 0: root */
};

/* Seconds for which FolderSync and Ping believe the cached list (R20). */
enum { HIERARCHY_FRESH_S = 60 };

/* The account's collection of that ServerId, from the cached list.  FOLDER_GONE: no such.
 * *ret_collection lives in the request's arena. */
enum fault hierarchy_find(struct request *request, const char *server_id,
    const struct collection **ret_collection);

/* The default collection of a type (Inbox, Sent, ...).  FOLDER_GONE: there is none. */
enum fault hierarchy_by_type(struct request *request, enum folder_type type,
    const struct collection **ret_collection);

/* "5:1234" -> 5, 1234.  False unless it is of that form. */
bool item_id_parse(const char *server_id, uint32_t *ret_collection, uint32_t *ret_num);
const char *item_id_print(struct arena *arena, uint32_t collection, uint32_t num);

/* Both at once: the collection of an item's ServerId and the reference for the store.
 * BAD_INPUT, FOLDER_GONE. */
enum fault hierarchy_item(struct request *request, const char *server_id,
    const struct collection **ret_collection, struct item_ref *ret_ref);

/* All collections, parents before children, from a list at most max_age_s seconds old (a cached
 * one costs no look at the server; 0: list anew).  TRY_LATER, DENIED. */
enum fault hierarchy_list(struct request *request, int64_t max_age_s,
    const struct collection **ret_list, unsigned *ret_n);

/* Edits a folder on the server and in the table, so that numbers stay with their folders.
 * collection: what is renamed or removed (with everything below it); parent: NULL for the root.
 * FOLDER_EXISTS, FOLDER_GONE, CANNOT, TRY_LATER, BAD_INPUT.  *ret_id: the folder's number. */
struct hierarchy_edit {
	enum folder_edit_kind kind;
	const struct collection *collection; /* RENAME, REMOVE */
	const struct collection *parent;     /* CREATE, RENAME */
	const char *display_name;
	enum item_class class;               /* CREATE */
};
enum fault hierarchy_edit(struct request *request, const struct hierarchy_edit *edit,
    uint32_t *ret_id);

/* The list changed under us (a store said FOLDER_GONE): read it anew at the next look. */
void hierarchy_expire(struct request *request);

#endif
