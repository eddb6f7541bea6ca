/* SPDX-License-Identifier: ISC */
/*
 * Body preferences as Sync, ItemOperations and Search ask for them
 * ([MS-ASAIRS] 2.2.2.12).  Worker.
 */
#ifndef BRIDGE_COMMANDS_PREFERENCE_H
#define BRIDGE_COMMANDS_PREFERENCE_H

#include <stdbool.h>

#include "bridge/store.h"
#include "wbxml/reader.h"

/* Reads the BodyPreference just returned into the wish.  False: no Type, or a bad value. */
bool preference_read(struct reader *reader, struct body_wish *wish);

#endif
