/* SPDX-License-Identifier: ISC */
/*
 * Removing messages.  Only what was asked for is expunged: without UIDPLUS a plain EXPUNGE is sent
 * only if nobody else has marked anything; otherwise the messages stay marked \Deleted, which
 * counts as absent everywhere in this store.  Worker.
 */
#include <string.h>

#include "backends/imap/store.h"
#include "backends/imap/view.h"
#include "bridge/base/arena.h"

static enum fault
deleted_set(struct imap_store *store, const struct uid_set *set)
{
	size_t at = 0;
	enum fault fault = OK;

	while (at < set->n && fault == OK) {
		unsigned tag = imap_begin(store->imap);

		imap_printf(store->imap, "UID STORE ");
		uidset_print(set, &at, SET_ROOM, &store->imap->out);
		imap_printf(store->imap, " +FLAGS.SILENT (\\Deleted)");
		imap_end(store->imap);
		fault = imap_wait(store->imap, tag, NULL);
		if (fault == ITEM_GONE)
			fault = OK;
	}
	return fault;
}

static enum fault
only_expunge(struct imap_store *store, const struct uid_set *set)
{
	size_t at = 0;
	enum fault fault = OK;

	while (at < set->n && fault == OK) {
		unsigned tag = imap_begin(store->imap);

		imap_printf(store->imap, "UID EXPUNGE ");
		uidset_print(set, &at, SET_ROOM, &store->imap->out);
		imap_end(store->imap);
		fault = imap_wait(store->imap, tag, NULL);
	}
	return fault;
}

/* All that is marked is ours? */
static enum fault
careful_expunge(struct imap_store *store, const struct uid_set *set)
{
	struct uid_set deleted;
	struct uid_walk walk = { 0 };
	uint32_t uid;
	enum fault fault = store_search(store, &deleted, "DELETED");

	while (fault == OK && uidset_next(&deleted, &walk, &uid))
		if (!uidset_has(set, uid))
			return OK;
	return fault == OK ? imap_run(store->imap, NULL, "EXPUNGE") : fault;
}

enum fault
store_expunge(struct imap_store *store, const struct uid_set *set)
{
	enum fault fault;

	if (set->n == 0)
		return OK;
	if (store->imap->selected.read_only)
		return REFUSED;
	fault = deleted_set(store, set);
	if (fault != OK)
		return fault;
	return imap_has(store->imap, CAP_UIDPLUS) ? only_expunge(store, set) :
	    careful_expunge(store, set);
}

enum fault
imap_remove(struct store *base, const struct item_ref *refs, unsigned n, bool to_trash)
{
	struct imap_store *store = imap_store(base);
	const char *trash = to_trash && n ? store_special(store, SPECIAL_TRASH) : NULL;
	struct uid_set set;
	enum fault fault;

	if (n == 0)
		return OK;
	if (store->imap->dead)
		return TRY_LATER;
	if (trash && strcmp(trash, refs[0].folder) != 0) {
		uint32_t *nums = arena_array(base->arena, n, sizeof(*nums));

		return imap_move(base, refs, n, trash, nums);
	}
	/* asked to keep a copy, and nowhere to keep it: better nothing removed */
	if (to_trash && !trash)
		return CANNOT;
	fault = imap_select(store->imap, refs[0].folder);
	if (fault != OK)
		return fault;
	store_uids(store, refs, n, &set);
	return store_expunge(store, &set);
}

enum fault
imap_empty(struct store *base, const char *folder)
{
	struct imap_store *store = imap_store(base);
	enum fault fault = imap_select(store->imap, folder);

	if (fault == OK && store->imap->selected.read_only)
		fault = REFUSED;
	if (fault != OK)
		return fault;
	fault = imap_run(store->imap, NULL, "UID STORE 1:* +FLAGS.SILENT (\\Deleted)");
	return fault == OK ? imap_run(store->imap, NULL, "EXPUNGE") : fault;
}
