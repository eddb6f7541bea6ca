/* SPDX-License-Identifier: ISC */
/*
 * The user's table of folders in the state.  Private to the hierarchy of
 * bridge/sync.  Worker.
 */
#ifndef BRIDGE_SYNC_TABLE_H
#define BRIDGE_SYNC_TABLE_H

#include "bridge/fault.h"

struct arena;
struct folders;
struct request;

/* An empty table if there is none yet.  CANNOT: damaged (logged). */
enum fault table_load(struct request *request, struct folders *ret);

typedef void table_change_fn(struct folders *folders, struct arena *arena, void *ctx);

/* Changes the table as it is now, in one transaction: other workers change it too.  The request's
 * view of it is void afterwards. */
enum fault table_change(struct request *request, table_change_fn *change, void *ctx);

#endif
