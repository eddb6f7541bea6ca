/* SPDX-License-Identifier: ISC */
/*
 * Items that nobody gets past (R19).  What the phone chokes on shows by a key that
 * comes again and again; what the store breaks at, by faults while others work.
 * The batch shrinks until the item stands alone; then its stand-in is told, and
 * the folder goes on.  An item is blamed for the store's faults only if it breaks
 * right after another one was had, or if there is no other for a quarter of an
 * hour: a server that is away must not cost anybody a mail (R2).  Worker.
 */
#include "bridge/account.h"
#include "bridge/base/date.h"
#include "bridge/base/log.h"
#include "bridge/commands/sync.h"
#include "bridge/request.h"
#include "bridge/state/state.h"
#include "bridge/sync/export.h"
#include "bridge/sync/known_state.h"

enum {
	SUSPECT_AT = 2, /* faults with the item alone, before another one is tried */
	ALONE_AT = 6, ALONE_S = 15 * 60, /* ... before it is blamed though there is no other */
	LIMIT_MAX = SYNC_WINDOW_DEFAULT,
};

/* The item that would be told next: the newest. */
struct known_item *
sync_first_due(struct known *known)
{
	for (size_t i = known->n; i-- > 0;)
		if (!known->items[i].is_busy && known_due(&known->items[i]) == DUE_ADD)
			return &known->items[i];
	return NULL;
}

void
sync_poison(struct sync *sync, struct known *known, struct known_item *item)
{
	if (!item)
		return;
	item->is_poison = true;
	known->items_changed = true;
	log_event(LEVEL_WARN, sync->request->id, "item-poison",
	    "user=%s device=%s collection=%u item=%u", sync->request->account->login,
	    sync->request->device->id, known->collection, item->num);
}

/* What this request did to the list in memory is void with its answer: the note goes to the list
 * as it is saved.  If that fails or somebody else saved, the next fault makes the note. */
void
sync_store_failed(struct sync *sync, struct sync_collection *collection, unsigned window)
{
	const struct known_item *item = sync_first_due(collection->known);
	struct known *known;

	if (known_load(sync->request, collection->known->collection, &known) != OK)
		return;
	if (known->n_due < window)
		window = known->n_due;
	known->store_limit = window >= 4 ? window / 4 : 1;
	if (window <= 1 && item && !collection->suspect) {
		bool is_same = known->suspect == item->num;

		known->failures = is_same ? known->failures + 1 : 1;
		known->failing_since = is_same ? known->failing_since : now_s();
		known->suspect = item->num;
	}
	known_save(sync->request, known);
}

void
sync_suspect(struct sync *sync, struct sync_collection *collection)
{
	struct known *known = collection->known;
	struct known_item *item = known->failures >= SUSPECT_AT ?
	    known_find(known, known->suspect) : NULL;

	if (!item || item->is_busy || item->is_poison || known_due(item) != DUE_ADD)
		return;
	item->is_busy = true;
	if (sync_first_due(known)) {
		collection->suspect = item->num;
		return;
	}
	item->is_busy = false;
	if (known->failures >= ALONE_AT && now_s() - known->failing_since >= ALONE_S)
		sync_poison(sync, known, item);
}

/* Another item came through.  If this one breaks now, it is the one. */
static enum fault
suspect_try(struct sync *sync, struct sync_collection *collection, struct export *export)
{
	struct known_item *item = known_find(collection->known, collection->suspect);
	enum fault fault;

	item->is_busy = false;
	export->window++;
	export->is_full = false;
	export->broken = OK;
	fault = export_due(export);
	item = known_find(collection->known, collection->suspect);
	if (item && export->broken == TRY_LATER)
		sync_poison(sync, collection->known, item);
	return fault;
}

enum fault
sync_poison_look(struct sync *sync, struct sync_collection *collection, struct export *export)
{
	struct known *known = collection->known;

	if (!export->n_add)
		return OK;
	if (!collection->suspect)
		known->failures = 0;
	known->store_limit = known->store_limit < LIMIT_MAX ? known->store_limit * 2 : 0;
	return collection->suspect ? suspect_try(sync, collection, export) : OK;
}
