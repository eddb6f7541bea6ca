/* SPDX-License-Identifier: ISC */
/*
 * What can go wrong, and how much of the world it breaks.  One value travels
 * from the place that detects (which logs it, once, with context) to the place
 * that decides (which answers by its table of statuses).  Loops over items go
 * on past item faults and stop at wider ones.  All processes.
 */
#ifndef BRIDGE_FAULT_H
#define BRIDGE_FAULT_H

#include <stdbool.h>

/* name, scope, text for the log */
#define FAULT_LIST(X)                                                     \
	X(OK, NOTHING, "ok")                                              \
	X(BAD_INPUT, ITEM, "malformed or impossible input from the phone") \
	X(ITEM_GONE, ITEM, "the item is not there any more")              \
	X(ITEM_BAD, ITEM, "the item cannot be converted")                 \
	X(CONFLICT, ITEM, "the item was changed on the server meanwhile")  \
	X(TOO_BIG, ITEM, "larger than a limit allows")                    \
	X(REFUSED, ITEM, "the server refuses this item or recipient")     \
	X(FOLDER_GONE, FOLDER, "the folder is not there any more")        \
	X(FOLDER_EXISTS, FOLDER, "a folder of that name exists")          \
	X(STALE, FOLDER, "the SyncKey or stored state does not fit")      \
	X(DENIED, ACCOUNT, "wrong credentials, or not permitted")         \
	X(NO_SPACE, ACCOUNT, "quota exceeded")                            \
	X(TRY_LATER, SERVER, "upstream or state not available just now")  \
	X(CANNOT, SERVER, "not supported by this backend or setting")     \
	X(BUG, SERVER, "internal error")

enum fault {
#define FAULT_ENUM(name, scope, text) name,
	FAULT_LIST(FAULT_ENUM)
#undef FAULT_ENUM
	N_FAULTS
};

enum fault_scope { SCOPE_NOTHING, SCOPE_ITEM, SCOPE_FOLDER, SCOPE_ACCOUNT, SCOPE_SERVER };

enum fault_scope fault_scope(enum fault fault);

/* Name for logs ("ITEM_GONE") and the sentence above; static memory. */
const char *fault_name(enum fault fault);
const char *fault_text(enum fault fault);

/* True if a loop over items may go on after this fault. */
static inline bool
fault_is_item(enum fault fault)
{
	return fault != OK && fault_scope(fault) == SCOPE_ITEM;
}

#endif
