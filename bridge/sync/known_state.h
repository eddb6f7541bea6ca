/* SPDX-License-Identifier: ISC */
/*
 * What a device is known to hold, in the state: "c/<id>" is the head, "c/<id>/items"
 * the items, read only when somebody asks.  Worker.
 */
#ifndef BRIDGE_SYNC_KNOWN_STATE_H
#define BRIDGE_SYNC_KNOWN_STATE_H

#include <stdint.h>

#include "bridge/fault.h"

struct known;
struct request;

/* The head.  ITEM_GONE: this device never synced it (*ret_known stands all the same, empty, for
 * known_begin).  A damaged one is logged and counts as ITEM_GONE. */
enum fault known_load(struct request *request, uint32_t collection, struct known **ret_known);

/* Reads the items unless they are there.  STALE: missing or damaged. */
enum fault known_load_items(struct request *request, struct known *known);

/* Head, and items if they changed, in one transaction.  CONFLICT: another request saved since
 * known_load; nothing was written, load and do it again. */
enum fault known_save(struct request *request, struct known *known);

/* The device forgets the collection. */
enum fault known_forget(struct request *request, uint32_t collection);

#endif
