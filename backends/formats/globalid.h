/* SPDX-License-Identifier: ISC */
/*
 * iCalendar UID to the GlobalObjId of a meeting ([MS-ASEMAIL] 2.2.2.37): phones match a request
 * mail with the calendar item by it.  Worker.
 */
#ifndef BACKENDS_FORMATS_GLOBALID_H
#define BACKENDS_FORMATS_GLOBALID_H

#include <stdint.h>

#include "bridge/classes/items.h"

struct arena;

/* instance: original start of the occurrence (UTC), 0: series or single event. */
struct bytes globalid_from_uid(struct arena *arena, const char *uid, int64_t instance);

#endif
