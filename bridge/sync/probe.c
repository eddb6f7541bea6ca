/* SPDX-License-Identifier: ISC */
/* One question to each store.  Worker. */
#include "bridge/sync/probe.h"

#include "bridge/base/arena.h"

static void
probe_store(struct arena *arena, struct probe *list, unsigned n, struct store *store)
{
	const char **folders = arena_array(arena, n, sizeof(*folders));
	struct stamp *stamps = arena_array(arena, n, sizeof(*stamps));
	unsigned asked = 0, at = 0;
	enum fault fault;

	for (unsigned i = 0; i < n; i++)
		if (list[i].store == store)
			folders[asked++] = list[i].folder;
	fault = store->ops->probe(store, folders, asked, stamps);
	for (unsigned i = 0; i < n; i++) {
		if (list[i].store != store)
			continue;
		list[i].stamp = stamps[at++];
		list[i].fault = fault;
		list[i].is_done = true;
	}
}

void
probe_all(struct arena *arena, struct probe *list, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (!list[i].is_done)
			probe_store(arena, list, n, list[i].store);
}
