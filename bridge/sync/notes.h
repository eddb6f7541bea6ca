/* SPDX-License-Identifier: ISC */
/*
 * Notes that other commands leave for the next Sync of this device, so that its
 * own doings are not echoed (R9, R73).  They change what the device is known to
 * hold, in both generations.  Worker.
 */
#ifndef BRIDGE_SYNC_NOTES_H
#define BRIDGE_SYNC_NOTES_H

#include <stdint.h>

#include "bridge/fault.h"

struct collection;
struct request;

/* The device holds this item now (it moved it there itself, and wants no Add). */
enum fault notes_holds(struct request *request, const struct collection *collection,
    uint32_t num, uint32_t mark);

/* The device has dropped this item (no Delete is to follow). */
enum fault notes_dropped(struct request *request, const struct collection *collection,
    uint32_t num);

#endif
