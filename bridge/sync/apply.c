/* SPDX-License-Identifier: ISC */
/*
 * Echo and conflict both come down to three marks: what the phone was shown, what
 * the store had, and what the store has after the change.  Bits that the phone
 * did not touch and that differ from what it was shown are news to it; all others
 * it knows already.  Worker.
 */
#include "bridge/sync/apply.h"

#include "bridge/base/arena.h"
#include "bridge/base/log.h"
#include "bridge/request.h"
#include "bridge/store.h"
#include "bridge/sync/hierarchy.h"
#include "bridge/sync/known.h"

/* Bits of the mark that a change may touch. */
static uint32_t
bits_touched(const struct item *item)
{
	const struct email *email = &item->email;

	if (item->class != CLASS_EMAIL)
		return UINT32_MAX;
	return (email->has.read ? (uint32_t)MARK_READ : 0) |
	    (email->has.flag ? (uint32_t)MARK_FLAGGED : 0) |
	    (email->has.categories ? ~(uint32_t)MARK_FLAGS : 0);
}

/* What the touched flags are to become; categories cannot be told from their hash. */
static uint32_t
bits_wanted(const struct item *item)
{
	enum { FLAG_ACTIVE = 2 };
	const struct email *email = &item->email;

	if (item->class != CLASS_EMAIL)
		return 0;
	return (email->has.read && email->read ? (uint32_t)MARK_READ : 0) |
	    (email->has.flag && email->flag.status == FLAG_ACTIVE ? (uint32_t)MARK_FLAGGED : 0);
}

/* What the phone shows by now: its own earlier changes are no news to it, though the answer to
 * them may have been lost. */
static uint32_t
mark_on_phone(const struct known_item *known)
{
	return known->is_own && known->told == TOLD_ITEM ? known->sent : known->shown;
}

/* Did somebody else change the same thing to something else, unseen by the phone? */
static bool
is_conflict(const struct known_item *known, const struct item *item)
{
	uint32_t touched = bits_touched(item);
	uint32_t theirs = (known->mark ^ mark_on_phone(known)) & touched;

	if (item->class != CLASS_EMAIL)
		return theirs != 0;
	return ((known->mark ^ bits_wanted(item)) & theirs & MARK_FLAGS) != 0 ||
	    (theirs & ~(uint32_t)MARK_FLAGS) != 0;
}

/* The phone shows `view` from now on, whether or not it hears of it. */
static void
note_view(struct known_item *known, uint32_t view)
{
	known->sent = view;
	known->told = TOLD_ITEM;
	known->is_own = true;
}

/* The phone shows its change, which did not come to be.  Where that is not what the store has, the
 * store's copy is due; categories, known by their hash alone, always are. */
static void
note_refused(struct known_item *known, const struct item *item)
{
	uint32_t touched = bits_touched(item);
	uint32_t wanted = bits_wanted(item) | (~known->mark & ~(uint32_t)MARK_FLAGS);

	note_view(known, (mark_on_phone(known) & ~touched) | (wanted & touched));
}

static void
note_change(struct known_item *known, const struct item *item, uint32_t mark)
{
	uint32_t touched = bits_touched(item);

	note_view(known, (mark_on_phone(known) & ~touched) | (mark & touched));
	known->mark = mark;
}

static int
change_failed(struct known_item *known, const struct item *item, enum fault fault)
{
	note_refused(known, item);
	switch (fault) {
	case ITEM_GONE:
		known->target = TARGET_GONE;
		return APPLY_NOT_FOUND;
	case NO_SPACE:
		return APPLY_NO_SPACE;
	case ITEM_BAD:
	case BAD_INPUT:
	case TOO_BIG:
		return APPLY_BAD_ITEM;
	default:
		return APPLY_CONFLICT;
	}
}

static bool
is_refusal(enum fault fault)
{
	return fault_is_item(fault) || fault == DENIED || fault == NO_SPACE || fault == CANNOT;
}

enum fault
apply_change(struct apply *apply, uint32_t num, const struct item *item, int *ret_status)
{
	struct known_item *known = known_find(apply->known, num);
	struct item_ref ref = { .folder = apply->collection->folder, .num = num };
	uint32_t mark = 0;
	enum fault fault = CANNOT;

	*ret_status = APPLY_OK;
	if (num >= KNOWN_MADE_UP)
		return OK;
	if (known)
		known->is_busy = true;
	if (!known || !known->held || known->target == TARGET_GONE) {
		*ret_status = APPLY_NOT_FOUND;
		return OK;
	}
	apply->known->items_changed = true;
	if (apply->conflict == CONFLICT_SERVER_WINS && is_conflict(known, item)) {
		note_refused(known, item);
		*ret_status = APPLY_CONFLICT;
		return OK;
	}
	if (apply->store && apply->store->ops->change)
		fault = apply->store->ops->change(apply->store, &ref, item, &mark);
	if (fault == OK)
		note_change(known, item, mark);
	else if (is_refusal(fault))
		*ret_status = change_failed(known, item, fault);
	else
		return fault;
	if (fault != OK)
		log_event(LEVEL_INFO, apply->request->id, "change-refused",
		    "collection=%u item=%u fault=%s", apply->collection->id, num,
		    fault_name(fault));
	return OK;
}

static void
note_removed(struct known_item *item, bool done)
{
	item->told = TOLD_GONE;
	item->is_own = true;
	item->is_busy = true;
	if (done)
		item->target = TARGET_GONE; /* else it is due again as an Add */
}

enum fault
apply_remove(struct apply *apply, const uint32_t *nums, unsigned n)
{
	struct item_ref *refs = arena_array(apply->request->arena, n, sizeof(*refs));
	unsigned n_refs = 0;
	enum fault fault = OK;

	for (unsigned i = 0; i < n; i++) {
		const struct known_item *item = known_find(apply->known, nums[i]);

		if (item && item->held && item->target != TARGET_GONE)
			refs[n_refs++] = (struct item_ref){
				.folder = apply->collection->folder, .num = nums[i],
			};
	}
	if (n_refs && (!apply->store || !apply->store->ops->remove))
		fault = CANNOT;
	else if (n_refs)
		fault = apply->store->ops->remove(apply->store, refs, n_refs, apply->to_trash);
	if (fault != OK && !is_refusal(fault))
		return fault;
	if (fault != OK)
		log_event(LEVEL_INFO, apply->request->id, "delete-refused",
		    "collection=%u items=%u fault=%s", apply->collection->id, n_refs,
		    fault_name(fault));
	for (unsigned i = 0; i < n; i++) {
		struct known_item *item = known_find(apply->known, nums[i]);

		if (item && item->held)
			note_removed(item, fault == OK || item->target == TARGET_GONE);
		apply->known->items_changed |= item != NULL;
	}
	return OK;
}

enum fault
apply_add(struct apply *apply, bool is_sms, const struct item *item, uint32_t *ret_num,
    int *ret_status)
{
	/* mail comes to a mailbox by being delivered; drafts, from 16.0 on, are not taken yet */
	(void)item;
	if (!is_sms) {
		*ret_status = APPLY_BAD_ITEM;
		return OK;
	}
	if (apply->known->made_up < KNOWN_MADE_UP || apply->known->made_up == UINT32_MAX)
		apply->known->made_up = KNOWN_MADE_UP;
	*ret_num = apply->known->made_up++;
	*ret_status = APPLY_OK;
	return OK;
}
