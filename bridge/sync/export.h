/* SPDX-License-Identifier: ISC */
/*
 * Items on their way to the phone: what is due, within window, bytes and time,
 * as the children of Commands; and single items asked for by Fetch.  One bad
 * item never stops a folder (R10), one that vanished is dropped (R11).  Worker.
 */
#ifndef BRIDGE_SYNC_EXPORT_H
#define BRIDGE_SYNC_EXPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bridge/fault.h"

struct body_wish;
struct collection;
struct known;
struct request;
struct store;
struct writer;

struct export {
	struct request *request;
	struct writer *writer;
	struct store *store;
	const struct collection *collection;
	struct known *known;
	const struct body_wish *wish;
	unsigned window;   /* most commands */
	size_t bytes_max;  /* stop once the writer has written so much */
	int64_t until_ms;  /* monotonic: stop then; at least one item is written */

	/* what came of it */
	unsigned n_add, n_change, n_delete, n_soft_delete;
	bool is_full;      /* stopped by window, bytes or time, or by a fault after some items */
	enum fault broken; /* that fault */
};

/* Says what is due.  A fault only if nothing was written. */
enum fault export_due(struct export *export);

/* Says again what our last answer said, except what this request's own commands settle. */
enum fault export_again(struct export *export);

/* Whole items, one per num, each inside an element that `begin` opens (and `end` closes): status is
 * 1, 6 or 8; with 1 the ApplicationData follows.  Every num gets its turn unless a fault of the
 * store's is returned; *ret_done tells how many had one. */
typedef void export_reply_fn(void *ctx, uint32_t num, int status, bool is_end);
enum fault export_fetch(struct export *export, const uint32_t *nums, unsigned n,
    export_reply_fn *reply, void *ctx);

/* Commands written so far. */
static inline unsigned
export_count(const struct export *export)
{
	return export->n_add + export->n_change + export->n_delete + export->n_soft_delete;
}

#endif
