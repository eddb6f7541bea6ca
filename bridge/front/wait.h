/* SPDX-License-Identifier: ISC */
/*
 * What a worker said about a wait: the subscription to make, the device it is for and the answer
 * for the case that nothing happens.  Holds the account's login, so it is wiped when it goes.
 * Owned by a record of the park.  Process: front.
 */
#ifndef BRIDGE_FRONT_WAIT_H
#define BRIDGE_FRONT_WAIT_H

#include <stdbool.h>
#include <stddef.h>

#include "bridge/front/park.h"
#include "bridge/ipc.h"

/* Zeroed: nothing.  All pointers lead into the block. */
struct wait {
	const char *device;
	struct ipc_subscribe subscribe; /* but `park`, which is the user's to set */
	struct park_canned canned;
	char *block;
	size_t block_len;
};

/* Takes the place of what was there.  False: no memory, and nothing is there. */
bool wait_fill(struct wait *wait, const struct ipc_park *message);
void wait_wipe(struct wait *wait);

#endif
