/* SPDX-License-Identifier: ISC */
/*
 * The differences between what a device is known to hold and a folder, as two sorted lists walked
 * side by side.  Worker.
 */
#include <string.h>

#include "backends/imap/store.h"
#include "backends/imap/view.h"
#include "bridge/base/arena.h"

struct diff {
	struct imap_store *store;
	const struct view *view;
	const struct known_list *known;
	int64_t since;
	change_fn *fn;
	void *ctx;
	struct uid_set older;	/* known, outside the view, but in the folder still */
};

static bool
is_in_span(const struct diff *diff, const struct view_entry *entry)
{
	return entry->mark != UINT32_MAX &&
	    (diff->since == 0 || entry->date == 0 || entry->date >= diff->since);
}

static bool
tell(const struct diff *diff, enum change_kind kind, uint32_t uid, uint32_t mark)
{
	struct change change = { .kind = kind, .num = uid, .mark = mark };

	return diff->fn(diff->ctx, &change);
}

/* A view of a span does not say whether what is not in it has gone or is only too old. */
static enum fault
older_find(struct diff *diff)
{
	struct uid_set unseen;
	size_t at = 0, printed = 0;
	enum fault fault = OK;

	uidset_init(&unseen, diff->store->base.arena);
	uidset_init(&diff->older, diff->store->base.arena);
	if (diff->view->floor == 0)
		return OK;
	for (size_t i = 0; i < diff->known->n; i++)
		if (!view_find(diff->view, &at, diff->known->list[i].num))
			uidset_add(&unseen, diff->known->list[i].num, diff->known->list[i].num);
	if (unseen.n)
		fault = imap_select(diff->store->imap, diff->view->folder);
	while (fault == OK && printed < unseen.n) {
		unsigned tag = store_search_begin(diff->store);
		struct uid_set part;

		imap_printf(diff->store->imap, "UNDELETED UID ");
		uidset_print(&unseen, &printed, SET_ROOM, &diff->store->imap->out);
		fault = store_search_wait(diff->store, tag, &part);
		for (size_t i = 0; i < part.n; i++)
			uidset_add(&diff->older, part.ranges[i].first, part.ranges[i].last);
	}
	uidset_sort(&diff->older);
	return fault;
}

static bool
gone_tell(const struct diff *diff)
{
	size_t at = 0;

	for (size_t i = 0; i < diff->known->n; i++) {
		uint32_t uid = diff->known->list[i].num;
		const struct view_entry *entry = view_find(diff->view, &at, uid);
		bool there = entry ? entry->mark != UINT32_MAX : uidset_has(&diff->older, uid);

		if (entry && is_in_span(diff, entry))
			continue;
		if (!tell(diff, there ? CHANGE_LEFT : CHANGE_GONE, uid, 0))
			return false;
	}
	return true;
}

static bool
changed_tell(const struct diff *diff)
{
	size_t at = 0;

	for (size_t i = 0; i < diff->known->n; i++) {
		const struct known_entry *known = &diff->known->list[i];
		const struct view_entry *entry = view_find(diff->view, &at, known->num);

		if (entry && is_in_span(diff, entry) && entry->mark != known->mark &&
		    !tell(diff, CHANGE_CHANGED, known->num, entry->mark))
			return false;
	}
	return true;
}

static bool
added_tell(const struct diff *diff)
{
	size_t k = diff->known->n;

	for (size_t i = diff->view->n; i-- > 0;) {
		const struct view_entry *entry = &diff->view->entries[i];

		while (k > 0 && diff->known->list[k - 1].num > entry->uid)
			k--;
		if (k > 0 && diff->known->list[k - 1].num == entry->uid)
			continue;
		if (is_in_span(diff, entry) && !tell(diff, CHANGE_ADDED, entry->uid, entry->mark))
			return false;
	}
	return true;
}

/* Nothing can differ: same span, same state, told by mod-sequence. */
static bool
is_at_rest(const struct view_wish *wish)
{
	struct imap_state was;
	struct stamp now;

	if (!wish->known->stamp || !stamp_parse(wish->known->stamp, &was) ||
	    !was.modseq)
		return false;
	stamp_print(wish->state, &now);
	return stamp_is_equal(&now, wish->known->stamp);
}

static bool
is_stale(const struct view_wish *wish)
{
	struct imap_state was;

	return wish->known->stamp && stamp_parse(wish->known->stamp, &was) &&
	    was.uidvalidity != wish->state->uidvalidity;
}

enum fault
imap_changes(struct store *base, const char *folder, const struct span *span,
    const struct known_list *known, change_fn *fn, void *ctx, struct stamp *ret_stamp)
{
	struct imap_store *store = imap_store(base);
	struct imap_state state;
	struct view_wish wish = { folder, span->since > 0 ? span->since : 0, &state, known };
	struct diff diff = { store, NULL, known, wish.since, fn, ctx, { 0 } };
	struct view *view = NULL;
	enum fault fault = probe_state(store, folder, &state);

	if (fault == OK && is_stale(&wish))
		fault = STALE;
	if (fault != OK) {
		if (fault == FOLDER_GONE || fault == STALE)
			view_forget(store, folder);
		return fault;
	}
	if (is_at_rest(&wish)) {
		stamp_print(&state, ret_stamp);
		return OK;
	}
	fault = view_get(store, &wish, &view);
	diff.view = view;
	if (fault == OK)
		fault = older_find(&diff);
	if (fault != OK)
		return fault;
	stamp_print(&state, ret_stamp);
	if (gone_tell(&diff) && changed_tell(&diff))
		added_tell(&diff);
	return OK;
}
