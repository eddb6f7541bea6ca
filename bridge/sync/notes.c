/* SPDX-License-Identifier: ISC */
/*
 * Notes of other commands in what the device holds.  A request that saves at the
 * same moment wins; then the note is made again on what it saved.  Worker.
 */
#include "bridge/sync/notes.h"

#include "bridge/request.h"
#include "bridge/sync/hierarchy.h"
#include "bridge/sync/known.h"
#include "bridge/sync/known_state.h"

enum { TRIES = 5 };

struct note {
	uint32_t num, mark;
	bool holds;
};

static void
note_make(struct known *known, const struct note *note)
{
	struct known_item *item = note->holds ? known_put(known, note->num) :
	    known_find(known, note->num);

	if (!item)
		return;
	known->items_changed = true;
	item->told = TOLD_NOTHING;
	item->is_own = false;
	item->held = note->holds;
	item->target = note->holds ? TARGET_THERE : TARGET_GONE;
	item->mark = item->shown = item->sent = note->holds ? note->mark : item->mark;
	known->n_due = known_count_due(known);
}

static enum fault
note_save(struct request *request, const struct collection *collection, const struct note *note)
{
	enum fault fault = CONFLICT;

	for (int i = 0; i < TRIES && fault == CONFLICT; i++) {
		struct known *known;

		fault = known_load(request, collection->id, &known);
		if (fault == ITEM_GONE)
			return OK; /* never synced: nothing to remember */
		if (fault == OK)
			fault = known_load_items(request, known);
		if (fault == STALE)
			return OK; /* its next Sync begins anew */
		if (fault != OK)
			return fault;
		note_make(known, note);
		if (known->items_changed)
			fault = known_save(request, known);
	}
	return fault == CONFLICT ? TRY_LATER : fault;
}

enum fault
notes_holds(struct request *request, const struct collection *collection, uint32_t num,
    uint32_t mark)
{
	struct note note = { .num = num, .mark = mark, .holds = true };

	return note_save(request, collection, &note);
}

enum fault
notes_dropped(struct request *request, const struct collection *collection, uint32_t num)
{
	struct note note = { .num = num };

	return note_save(request, collection, &note);
}
