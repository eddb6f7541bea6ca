/* SPDX-License-Identifier: ISC */
/* Asks each store once about all folders of a request.  Worker. */
#ifndef BRIDGE_SYNC_PROBE_H
#define BRIDGE_SYNC_PROBE_H

#include "bridge/fault.h"
#include "bridge/store.h"

struct arena;

struct probe {
	struct store *store;
	const char *folder;
	struct stamp stamp;  /* len 0: the folder is gone */
	enum fault fault;    /* of the store; the stamp is then void */
	bool is_done;
};

void probe_all(struct arena *arena, struct probe *list, unsigned n);

#endif
