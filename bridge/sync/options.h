/* SPDX-License-Identifier: ISC */
/*
 * What a phone wants of one collection ([MS-ASCMD] 2.2.3.125 Options): sticky,
 * so kept with what it is known to hold (R57).  Worker.
 */
#ifndef BRIDGE_SYNC_OPTIONS_H
#define BRIDGE_SYNC_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "bridge/store.h"

enum { CONFLICT_CLIENT_WINS = 0, CONFLICT_SERVER_WINS = 1 };

struct sync_options {
	uint8_t filter;        /* FilterType, 0: everything */
	uint8_t conflict;
	bool conversations;    /* ConversationMode */
	struct body_wish wish; /* without flags_only and budget */
};

/* What stands where a phone never said anything. */
static inline struct sync_options
sync_options_default(void)
{
	return (struct sync_options){ .conflict = CONFLICT_SERVER_WINS };
}

/* Start of the window of a FilterType, seconds UTC; 0: no window.  It moves at midnight only, so
 * that a folder is not listed anew at each Sync, and never cuts into the time asked for. */
int64_t sync_options_since(uint8_t filter, int64_t now);

bool sync_options_is_equal(const struct sync_options *a, const struct sync_options *b);

#endif
