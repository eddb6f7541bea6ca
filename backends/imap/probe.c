/* SPDX-License-Identifier: ISC */
/*
 * Has a folder moved?  One STATUS a folder, all in one flush, so any number of folders costs one
 * round trip or two.  The selected mailbox gets a NOOP before: some servers answer STATUS of it from
 * what the session has seen.  Worker.
 */
#include <string.h>

#include "backends/imap/store.h"
#include "bridge/base/arena.h"

enum { IN_FLIGHT = 100 };	/* about 12 KiB of commands: they fit into any socket buffer */

struct status_wait {
	struct imap_state state;
	bool seen;
};

static void
status_read(void *ctx, const struct imap_response *r)
{
	struct status_wait *wait = ctx;
	const char *mailbox;

	if (stamp_from_status(r, &mailbox, &wait->state))
		wait->seen = true;
}

static unsigned
status_send(struct imap_store *store, const char *folder)
{
	struct imap *imap = store->imap;

	return imap_send(imap, "STATUS %s (%s)", imap_quote(store->base.arena, folder),
	    imap_has(imap, CAP_CONDSTORE) ? STAMP_STATUS_CONDSTORE : STAMP_STATUS_PLAIN);
}

static enum fault
status_wait(struct imap_store *store, unsigned tag, struct imap_state *ret_state)
{
	struct status_wait wait = { .seen = false };
	struct imap_reader reader = { .fn = status_read, .ctx = &wait, .no = FOLDER_GONE };
	enum fault fault = imap_wait(store->imap, tag, &reader);

	if (fault == REFUSED || fault == CANNOT)
		return FOLDER_GONE;
	if (fault != OK)
		return fault;
	if (!wait.seen)
		return FOLDER_GONE;
	*ret_state = wait.state;
	return OK;
}

static bool
is_selected(const struct imap_store *store, const char *folder)
{
	const char *name = store->imap->selected.name;

	return name && strcmp(name, folder) == 0;
}

enum fault
probe_state(struct imap_store *store, const char *folder, struct imap_state *ret_state)
{
	unsigned noop = is_selected(store, folder) ? imap_send(store->imap, "NOOP") : 0;
	unsigned tag = status_send(store, folder);

	if (noop)
		imap_wait(store->imap, noop, NULL);
	return status_wait(store, tag, ret_state);
}

static enum fault
batch_probe(struct imap_store *store, const char *const *folders, unsigned n,
    struct stamp *ret_stamps)
{
	unsigned noop = 0, tags[IN_FLIGHT];
	struct imap_state state;
	enum fault fault = OK;

	if (store->imap->selected.name)
		noop = imap_send(store->imap, "NOOP");
	for (unsigned i = 0; i < n; i++)
		tags[i] = status_send(store, folders[i]);
	if (noop)
		fault = imap_wait(store->imap, noop, NULL);
	for (unsigned i = 0; i < n && !store->imap->dead; i++) {
		enum fault one = status_wait(store, tags[i], &state);

		ret_stamps[i].len = 0;
		if (one == OK)
			stamp_print(&state, &ret_stamps[i]);
		else if (one != FOLDER_GONE)
			fault = one;
	}
	return store->imap->dead ? TRY_LATER : fault;
}

enum fault
imap_probe(struct store *base, const char *const *folders, unsigned n, struct stamp *ret_stamps)
{
	struct imap_store *store = imap_store(base);
	enum fault fault = OK;

	for (unsigned at = 0; at < n && fault == OK; at += IN_FLIGHT) {
		struct arena_mark mark = arena_mark(base->arena);
		unsigned count = n - at < IN_FLIGHT ? n - at : IN_FLIGHT;

		fault = batch_probe(store, folders + at, count, ret_stamps + at);
		arena_release(base->arena, mark);
	}
	return fault;
}
