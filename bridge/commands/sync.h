/* SPDX-License-Identifier: ISC */
/*
 * A Sync request on its way through sync.c (the order of things), sync_read.c
 * (what was asked), sync_recall.c (what was left out), sync_step.c (one
 * collection's step), sync_poison.c (items that nobody gets past),
 * sync_commands.c (the phone's own changes) and sync_write.c (the answer).
 * Private to these and to estimate.c, which reads the same Options.  Worker.
 */
#ifndef BRIDGE_COMMANDS_SYNC_H
#define BRIDGE_COMMANDS_SYNC_H

#include <stdbool.h>
#include <stdint.h>

#include "bridge/fault.h"
#include "bridge/store.h"
#include "bridge/sync/known.h"
#include "bridge/sync/options.h"
#include "bridge/version.h"
#include "wbxml/reader.h"

struct collection;
struct export;
struct request;
struct response;

/* Statuses of Sync ([MS-ASCMD] 2.2.3.177.17). */
enum {
	SYNC_OK = 1, SYNC_BAD_KEY = 3, SYNC_PROTOCOL = 4, SYNC_SERVER = 5, SYNC_HIERARCHY = 12,
	SYNC_SEND_FULL = 13, SYNC_BAD_WAIT = 14, SYNC_TOO_MANY = 15, SYNC_RETRY = 16,
};

enum { SYNC_COMMANDS_MAX = 200, SYNC_WINDOW_MAX = 512, SYNC_WINDOW_DEFAULT = 100 };

/* One command of the phone. */
struct sync_command {
	enum token kind;            /* AirSync_Add, _Change, _Delete, _Fetch */
	const char *server_id, *client_id;
	const char *class_name;     /* "": not said */
	bool has_data;
	struct reader data;         /* stands on ApplicationData */
	uint64_t hash;              /* of all its bytes */
};

/* What the answer says to one command. */
struct sync_reply {
	enum token kind;
	const char *server_id, *client_id, *class_name;
	int status;
};

struct sync_collection {
	/* as asked */
	const char *key, *id, *class_name; /* "" where not said */
	bool has_get_changes, get_changes;
	bool deletes_as_moves;
	unsigned window;
	bool has_options;
	struct sync_options options;
	bool has_supported;
	uint32_t *supported;
	unsigned n_supported;
	bool has_commands;
	struct reader commands;     /* stands on Commands */
	unsigned n_commands;
	bool is_recalled;           /* not named in this request */

	/* as found */
	int status;
	const struct collection *collection;
	struct store *store;        /* NULL: nothing to look at, ever */
	struct known *known;
	bool is_zero;
	enum known_key match;
	struct stamp now;
	uint32_t suspect;           /* item left out because the store may fail at it; 0: none */

	/* as done */
	struct sync_reply *replies;
	unsigned n_replies;
	uint32_t *fetches;          /* items asked for by Fetch that may be there */
	unsigned n_fetches;
};

struct sync {
	struct request *request;
	struct response *response;
	struct sync_collection *list;
	unsigned n;
	bool is_second_try;         /* another request saved in between */
	bool is_empty;              /* no body */
	bool has_collections, is_partial;
	bool has_window;
	unsigned window;            /* what is left of it for all collections */
	bool has_wait, has_heartbeat;
	long wait;                  /* as sent, minutes or seconds */
	int64_t wait_s;             /* 0: do not wait */
	unsigned n_commands;
	int64_t started_ms;
	struct sync_counts { unsigned add, change, delete, fetch, soft; } in, out;
	bool is_more;
};

/* Reads the document.  BAD_INPUT: malformed ([MS-ASCMD] status 4). */
enum fault sync_read(struct sync *sync, struct reader *reader);

/* Reads the Options just returned.  False: a value that makes it status 4.  *ret_class: Class in
 * it, "" if none. */
bool sync_read_options(struct reader *reader, enum version version, struct sync_options *ret,
    const char **ret_class);

/* The next command inside Commands, which reader has entered.  body: the document's bytes. */
bool sync_read_command(struct reader *reader, const void *body, struct sync_command *ret);

/* Reads the request, completes it from what the device asked last, and checks its limits.
 * *ret_answered: the answer stands already. */
enum fault sync_request_make(struct sync *sync, bool *ret_answered);

/* True if the store is to be asked what moved. */
bool sync_needs_look(const struct sync_collection *collection);

/* Key 0: a new or joined epoch; writes and saves. */
enum fault sync_zero(struct sync *sync, struct sync_collection *collection);

/* Applies commands and looks for news.  *ret_is_silent: there is nothing to say and no new key;
 * else the plan of the answer. */
struct sync_export {
	bool again, wanted;
	unsigned window;
};
enum fault sync_plan(struct sync *sync, struct sync_collection *collection,
    struct sync_export *ret_wish, bool *ret_is_silent);

/* Items that nobody gets past (R19).  A phone that comes with the same key again and again, or a
 * store that fails whenever an item is asked for, gets smaller batches, then single items, and in
 * the end the item's stand-in. */
struct known_item *sync_first_due(struct known *known);
void sync_poison(struct sync *sync, struct known *known, struct known_item *item);
/* The store failed with so many items asked for, before anything was written.  Saves. */
void sync_store_failed(struct sync *sync, struct sync_collection *collection, unsigned window);
/* Leaves out the item at which the store failed alone, if there is another to tell ... */
void sync_suspect(struct sync *sync, struct sync_collection *collection);
/* ... and tries it once that one was told.  After each export of what is due. */
enum fault sync_poison_look(struct sync *sync, struct sync_collection *collection,
    struct export *export);

/* Does the phone's changes of a collection and gathers what is to be said to them. */
enum fault sync_apply(struct sync *sync, struct sync_collection *collection);

/* True if a collection has commands that change something. */
bool sync_has_changes(const struct sync_collection *collection);

/* Everything before Commands: Class, SyncKey, CollectionId, Status, Responses (what Fetch asked
 * for).  The Collection stays open. */
enum fault sync_write_head(struct sync *sync, struct sync_collection *collection);

/* Commands: due things or, if again, those of the last answer; then closes the Collection. */
enum fault sync_write_commands(struct sync *sync, struct sync_collection *collection,
    const struct sync_export *wish, unsigned *ret_told);

/* A collection that only has a status (and its key, as far as it has one). */
void sync_write_status(struct sync *sync, struct sync_collection *collection);

/* The whole answer is a status, with Limit if limit is not 0. */
void sync_write_top(struct sync *sync, int status, unsigned limit);

/* Bodies beyond this age are cut short (R52). */
int64_t sync_until_ms(const struct sync *sync);

#endif
