/* SPDX-License-Identifier: ISC */
/*
 * Asks the store what is different from what we think the folder holds, and
 * takes it over into the target of what a device is known to hold.  A folder
 * whose stamp did not move is not asked.  Worker.
 */
#ifndef BRIDGE_SYNC_REFRESH_H
#define BRIDGE_SYNC_REFRESH_H

#include <stdbool.h>

#include "bridge/fault.h"

struct collection;
struct known;
struct request;
struct stamp;
struct store;

struct refresh {
	struct request *request;
	struct store *store;
	const struct collection *collection;
	struct known *known;
	const struct stamp *now; /* as probed */
};

/* True if the target is right as it is: same stamp, same window of time. */
bool refresh_is_needless(const struct refresh *refresh);

/* Afterwards target, stamp, since and n_due are those of now (not saved yet).  STALE: the folder's
 * ids are void.  FOLDER_GONE, TRY_LATER. */
enum fault refresh_target(const struct refresh *refresh);

/* Is there anything to tell the phone?  Looks no further than the first such thing.  If there is
 * nothing, the stamp is taken over (not saved yet). */
enum fault refresh_peek(const struct refresh *refresh, bool *ret_news);

#endif
