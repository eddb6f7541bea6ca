/* SPDX-License-Identifier: ISC */
/*
 * Has a folder moved?  One STATUS a folder, all in one flush, so any number of folders costs one
 * round trip.  The selected mailbox is different: Dovecot answers STATUS of it from what the
 * session has seen, so NOOP has to come before, and to be finished.  But then, if NOOP had nothing
 * to report and nothing was reported since the last STATUS, that one still holds.  Worker.
 */
#include <string.h>
#include <strings.h>

#include "backends/imap/store.h"
#include "bridge/base/arena.h"
#include "bridge/base/date.h"

/*
 * A session that holds a mailbox open may go on seeing it after it was deleted and another took its
 * name (Dovecot), so no selection is believed for ever.
 */
enum { SELECTED_MS = 60000 };

struct probed {
	const char *folder;
	unsigned tag;
	struct imap_state state;
	bool seen;
};

struct probing {
	struct imap_store *store;
	struct probed *list;
	unsigned n;
};

static bool
is_same_mailbox(const char *a, const char *b)
{
	return strcmp(a, b) == 0 || (strcasecmp(a, "INBOX") == 0 && strcasecmp(b, "INBOX") == 0);
}

static bool
is_selected(const struct imap *imap, const char *mailbox)
{
	return imap->selected.name && is_same_mailbox(imap->selected.name, mailbox);
}

static void
probed_set(struct probed *probed, const struct imap_state *state)
{
	probed->state = *state;
	probed->seen = true;
}

static void
status_read(void *ctx, const struct imap_response *r)
{
	struct probing *probing = ctx;
	struct selected *selected = &probing->store->imap->selected;
	struct imap_state state;
	const char *mailbox;

	if (!stamp_from_status(r, &mailbox, &state))
		return;
	for (unsigned i = 0; i < probing->n; i++)
		if (is_same_mailbox(probing->list[i].folder, mailbox))
			probed_set(&probing->list[i], &state);
	if (is_selected(probing->store->imap, mailbox)) {
		selected->status = state;
		selected->status_holds = true;
	}
}

static void
status_send(struct imap_store *store, struct probed *probed)
{
	struct imap *imap = store->imap;

	probed->tag = imap_send(imap, "STATUS %s (%s)",
	    imap_quote(store->base.arena, probed->folder),
	    imap_has(imap, CAP_CONDSTORE) ? STAMP_STATUS_CONDSTORE : STAMP_STATUS_PLAIN);
}

static enum fault
probed_wait(struct imap_store *store, struct probing *probing, unsigned i)
{
	struct probed *probed = &probing->list[i];
	struct imap_reader reader = { .fn = status_read, .ctx = probing, .no = FOLDER_GONE };
	enum fault fault = probed->tag ? imap_wait(store->imap, probed->tag, &reader) : OK;

	if (fault == REFUSED || fault == CANNOT)
		return FOLDER_GONE;
	return fault == OK && !probed->seen ? FOLDER_GONE : fault;
}

/* Sends a STATUS for each; for the selected one only after NOOP, and only if it has to be. */
static enum fault
probing_begin(struct imap_store *store, struct probing *probing)
{
	struct imap *imap = store->imap;
	struct imap_reader reader = { .fn = status_read, .ctx = probing };
	unsigned noop = 0;
	enum fault fault;

	if (imap->selected.name && now_ms() > imap->selected.since_ms + SELECTED_MS)
		imap_unselect(imap);
	/* first the one that is waited for first: answers come in the order of the commands */
	for (unsigned i = 0; i < probing->n && !noop; i++)
		if (is_selected(imap, probing->list[i].folder))
			noop = imap_send(imap, "NOOP");
	for (unsigned i = 0; i < probing->n; i++)
		if (!is_selected(imap, probing->list[i].folder))
			status_send(store, &probing->list[i]);
	if (!noop)
		return OK;
	fault = imap_wait(imap, noop, &reader);
	for (unsigned i = 0; i < probing->n; i++) {
		if (!is_selected(imap, probing->list[i].folder))
			continue;
		if (imap->selected.status_holds)
			probed_set(&probing->list[i], &imap->selected.status);
		else
			status_send(store, &probing->list[i]);
	}
	return fault;
}

enum fault
probe_state(struct imap_store *store, const char *folder, struct imap_state *ret_state)
{
	struct probed one = { .folder = folder };
	struct probing probing = { store, &one, 1 };
	enum fault fault = probing_begin(store, &probing);

	if (!store->imap->dead)
		fault = probed_wait(store, &probing, 0);
	if (fault == OK)
		*ret_state = one.state;
	return fault;
}

static enum fault
batch_probe(struct imap_store *store, struct probing *probing, struct stamp *ret_stamps)
{
	enum fault fault = probing_begin(store, probing);

	for (unsigned i = 0; i < probing->n && !store->imap->dead; i++) {
		enum fault one = probed_wait(store, probing, i);

		ret_stamps[i].len = 0;
		if (one == OK)
			stamp_print(&probing->list[i].state, &ret_stamps[i]);
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

	for (unsigned at = 0; at < n && fault == OK; at += IMAP_PIPELINE) {
		struct arena_mark mark = arena_mark(base->arena);
		struct probing probing = { .store = store,
			.n = n - at < IMAP_PIPELINE ? n - at : IMAP_PIPELINE };

		probing.list = arena_array(base->arena, probing.n, sizeof(*probing.list));
		for (unsigned i = 0; i < probing.n; i++)
			probing.list[i].folder = folders[at + i];
		fault = batch_probe(store, &probing, ret_stamps + at);
		arena_release(base->arena, mark);
	}
	return fault;
}
