/* SPDX-License-Identifier: ISC */
/*
 * What a device asked last, for requests that say "the same again": empty and
 * Partial Syncs, empty Pings (eas/http.md 7.2); and folders that it keeps asking
 * for although they are gone (R16).  Worker.
 */
#ifndef BRIDGE_SYNC_RECALL_H
#define BRIDGE_SYNC_RECALL_H

#include <stdbool.h>
#include <stdint.h>

#include "bridge/fault.h"
#include "bridge/store.h"

struct request;

struct recall_collection {
	const char *id, *key;  /* as sent, or as meant */
	uint32_t window;       /* 0: not said */
	bool deletes_as_moves;
	bool get_changes;
	bool is_explicit;      /* named in that request, not recalled itself */
};

struct recall_sync {
	uint32_t window;       /* of all collections, 0: not said */
	uint32_t wait_s;       /* 0: not waiting */
	struct recall_collection *list;
	unsigned n;
};

struct recall_folder {
	const char *id, *class; /* class "": not said */
	struct stamp stamp;     /* of a folder never synced, when the Ping began; len 0: none */
};

struct recall_ping {
	uint32_t heartbeat;
	struct recall_folder *list;
	unsigned n;
};

/* ITEM_GONE: nothing to recall.  Saving writes only what is new. */
enum fault recall_sync_load(struct request *request, struct recall_sync *ret);
enum fault recall_sync_save(struct request *request, const struct recall_sync *sync);
enum fault recall_ping_load(struct request *request, struct recall_ping *ret);
enum fault recall_ping_save(struct request *request, const struct recall_ping *ping);

/* Counts that the device asked for a collection that is not there; how often so far. */
enum fault recall_lost(struct request *request, const char *id, uint32_t *ret_times);

#endif
