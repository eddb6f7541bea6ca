/* SPDX-License-Identifier: ISC */
/* Which special treatment a client gets (quirks.def).  Worker. */
#ifndef BRIDGE_QUIRKS_H
#define BRIDGE_QUIRKS_H

#include <stdbool.h>

struct request;

enum quirk { MOVES_BY_ITSELF };

bool quirk_has(const struct request *request, enum quirk quirk);

#endif
