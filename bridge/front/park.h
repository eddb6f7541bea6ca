/* SPDX-License-Identifier: ISC */
/*
 * Held requests (Ping, waiting Sync) as records: what to watch, until when, and the answer to give
 * if nothing happens.  A request itself stays with its client; a record knows it by serial.  The
 * table has its size from start.  Process: front.
 */
#ifndef BRIDGE_FRONT_PARK_H
#define BRIDGE_FRONT_PARK_H

#include <stdbool.h>
#include <stdint.h>

#include "bridge/ipc.h"

struct park;

/* The answer for a request that nothing happened to; borrowed. */
struct park_canned {
	int status;
	const char *content_type;
	const char *headers;
	struct ipc_data body;
};

/* What the park wants done.  finish and rerun may call park_drop for the same record. */
struct park_ops {
	/* False: the watch cannot be told now. */
	bool (*subscribe)(void *ctx, const struct ipc_subscribe *message);
	void (*unsubscribe)(void *ctx, uint64_t id);
	/* The record is gone with this call. */
	void (*finish)(void *ctx, uint64_t serial, const struct park_canned *canned);
	void (*rerun)(void *ctx, uint64_t serial);
};

/* max: most records.  NULL: no memory. */
struct park *park_new(uint32_t max, const struct park_ops *ops, void *ctx);
void park_free(struct park **park);

enum { PARK_NONE = 0 }; /* no record */

enum park_result {
	PARK_HELD,
	PARK_FULL,    /* no record left, or no memory */
	PARK_ENDED,   /* to be answered with the message's own answer now: a newer request of the
	               * device is held already, the deadline is past, or the front drains */
};

/*
 * Holds a request that came at received_ms, or renews its record when it was run again: *record is
 * the client's, PARK_NONE at first.  An older request of the same device is ended first.  Unless
 * PARK_HELD comes back *record is PARK_NONE.
 */
enum park_result park_add(struct park *park, const struct ipc_park *message, uint64_t received_ms,
    uint32_t *record);

/* The client left, or was answered by a worker.  Sets it to PARK_NONE. */
void park_drop(struct park *park, uint32_t *record);

/* From the watch (from_old: one that is being replaced): a subscription is over. */
void park_changed(struct park *park, const struct ipc_changed *message, bool from_old);

/* A watch is there: everything is subscribed again, PARK_RESUBSCRIBE a second, with the stamps of
 * old.  Or there is none for now. */
void park_watch_up(struct park *park);
void park_watch_down(struct park *park);
/* Nothing is left to be subscribed again. */
bool park_is_subscribed(const struct park *park);

enum { PARK_RESUBSCRIBE = 200 };

/* From now on nothing is held; what is held is finished evenly over so many seconds. */
void park_drain(struct park *park, uint32_t seconds);

/* Does what is due; returns when to come again (now_ms() scale, INT64_MAX: no need). */
int64_t park_run(struct park *park);

uint32_t park_count(const struct park *park);

#endif
