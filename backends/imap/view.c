/* SPDX-License-Identifier: ISC */
/*
 * Views: kept, listed, brought up to date.  The three ways, from the cheapest:
 *
 *  1. the kept view, or one seeded from what the device is known to hold, plus a delta since its
 *     mod-sequence.  Without QRESYNC what vanished is found by comparing counts, then by asking
 *     which of the view's messages there are.
 *  2. a list of the span (SEARCH SINCE), where a filter is set
 *  3. a list of everything
 *
 * A view of a whole folder is checked against EXISTS after each delta, so a wrong seed or a server
 * that forgot a VANISHED leads to way 3, not to lost mail.
 */
#include "backends/imap/view.h"

#include <stdlib.h>
#include <string.h>

#include "backends/imap/flags.h"
#include "backends/imap/store.h"
#include "bridge/base/arena.h"
#include "bridge/base/date.h"

enum {
	DAY = 86400,
	SEARCH_WINDOW = 50000,	/* messages a SEARCH may answer at once: the line stays < 1 MiB */
	PLAIN_RECHECK = 1000,	/* newest flags looked at anew where there are no mod-sequences */
	DATE_OLD = 1,
};

/* Collects FETCH lines (UID, FLAGS, INTERNALDATE) and VANISHED. */
struct gather {
	struct arena *arena;
	struct view *into;	/* entries are appended here */
	struct uid_set vanished;
	bool failed;		/* no memory */
};

void
view_free(struct view **view)
{
	if (!*view)
		return;
	free((*view)->folder);
	free((*view)->entries);
	free(*view);
	*view = NULL;
}

static struct view *
view_new(const char *folder)
{
	struct view *view = calloc(1, sizeof(*view));

	if (view && !(view->folder = strdup(folder))) {
		free(view);
		return NULL;
	}
	return view;
}

static bool
entry_add(struct view *view, struct view_entry entry)
{
	if (view->n == view->cap) {
		size_t cap = view->cap ? view->cap * 2 : 256;
		struct view_entry *grown = realloc(view->entries, cap * sizeof(*grown));

		if (!grown)
			return false;
		view->entries = grown;
		view->cap = cap;
	}
	view->entries[view->n++] = entry;
	return true;
}

static int
entry_compare(const void *a, const void *b)
{
	const struct view_entry *x = a, *y = b;

	return x->uid < y->uid ? -1 : x->uid > y->uid;
}

/* Ascending, one entry a UID: the one that came last. */
static void
entries_sort(struct view *view)
{
	bool sorted = true;
	size_t n = 0;

	for (size_t i = 1; i < view->n && sorted; i++)
		sorted = view->entries[i - 1].uid < view->entries[i].uid;
	if (sorted)
		return;
	/* glibc's qsort is a stable merge sort at these sizes; elsewhere either entry is recent */
	qsort(view->entries, view->n, sizeof(*view->entries), entry_compare);
	for (size_t i = 1; i < view->n; i++) {
		if (view->entries[i].uid != view->entries[n].uid)
			n++;
		view->entries[n] = view->entries[i];
	}
	view->n = n + 1;
}

const struct view_entry *
view_find(const struct view *view, size_t *at, uint32_t uid)
{
	while (*at < view->n && view->entries[*at].uid < uid)
		++*at;
	return *at < view->n && view->entries[*at].uid == uid ? &view->entries[*at] : NULL;
}

static uint32_t
date_of(const struct imap_value *items)
{
	const char *text = imap_text(imap_find(items, "INTERNALDATE"));
	int64_t date;

	if (!text || !date_parse_imap(text, &date))
		return 0;
	return date <= DATE_OLD ? DATE_OLD + 1 : date > UINT32_MAX ? UINT32_MAX : (uint32_t)date;
}

static void
gather_read(void *ctx, const struct imap_response *r)
{
	struct gather *gather = ctx;
	const struct imap_value *items, *flags;
	uint64_t uid;

	if (strcmp(r->word, "VANISHED") == 0) {
		const struct imap_value *set = r->values;

		if (set && set->kind == IMAP_LIST)	/* (EARLIER) */
			set = set->next;
		if (imap_text(set))
			uidset_parse(&gather->vanished, imap_text(set));
		return;
	}
	if (strcmp(r->word, "FETCH") != 0)
		return;
	items = imap_list(r->values);
	flags = imap_find(items, "FLAGS");
	if (!flags || !imap_number(imap_find(items, "UID"), UINT32_MAX, &uid) || !uid)
		return;
	struct view_entry entry = { (uint32_t)uid, flags_mark(gather->arena, imap_list(flags)),
		date_of(items) };
	if (!entry_add(gather->into, entry))
		gather->failed = true;
}

static void
gather_init(struct gather *gather, struct imap_store *store, struct view *into)
{
	*gather = (struct gather){ .arena = store->base.arena, .into = into };
	uidset_init(&gather->vanished, store->base.arena);
}

static enum fault
gather_wait(struct imap_store *store, unsigned tag, struct gather *gather)
{
	struct imap_reader reader = { .fn = gather_read, .ctx = gather, .no = TRY_LATER };
	enum fault fault = imap_wait(store->imap, tag, &reader);

	if (fault == ITEM_GONE)	/* some went while we asked: what came is right */
		fault = OK;
	return fault == OK && gather->failed ? TRY_LATER : fault;
}

/* Selects, and makes sure the session has seen what STATUS has seen. */
static enum fault
folder_enter(struct imap_store *store, const struct view_wish *wish)
{
	const char *name = store->imap->selected.name;
	bool was_selected = name && strcmp(name, wish->folder) == 0;
	enum fault fault = imap_select(store->imap, wish->folder);

	if (fault == OK && was_selected)
		fault = imap_run(store->imap, NULL, "NOOP");
	if (fault != OK)
		return fault;
	if (store->imap->selected.state.uidvalidity == wish->state->uidvalidity)
		return OK;
	/* made anew between STATUS and here, or while we had it selected */
	imap_unselect(store->imap);
	return was_selected ? folder_enter(store, wish) : STALE;
}

/* SEARCH over the whole mailbox in windows whose answers cannot get too long. */
static enum fault
windows_search(struct imap_store *store, const char *criteria, struct uid_set *ret_set)
{
	uint32_t exists = store->imap->selected.state.messages;
	struct uid_set part;
	enum fault fault;

	uidset_init(ret_set, store->base.arena);
	if (exists == 0)
		return OK;
	if (imap_has(store->imap, CAP_ESEARCH) || exists <= SEARCH_WINDOW)
		return store_search(store, ret_set, "%s", criteria);
	for (uint32_t first = 1; first <= exists; first += SEARCH_WINDOW) {
		uint32_t last = exists - first < SEARCH_WINDOW ? exists :
		    first + SEARCH_WINDOW - 1;

		fault = store_search(store, &part, "%u:%u %s", first, last, criteria);
		if (fault != OK)
			return fault;
		for (size_t i = 0; i < part.n; i++)
			uidset_add(ret_set, part.ranges[i].first, part.ranges[i].last);
	}
	uidset_sort(ret_set);
	return OK;
}

/* The messages that may have been received since then: SEARCH knows days only, in a zone of the
 * server's choice, so one day more. */
static enum fault
since_search(struct imap_store *store, int64_t since, struct uid_set *ret_set)
{
	char day[DATE_TEXT], criteria[DATE_TEXT + 8] = "ALL";

	if (since) {
		date_print_imap_day(since - DAY, day);
		snprintf(criteria, sizeof(criteria), "SINCE %s", day);
	}
	return windows_search(store, criteria, ret_set);
}

/* FLAGS and INTERNALDATE of a set, appended to the view. */
static enum fault
set_fetch(struct imap_store *store, const struct uid_set *set, struct view *into)
{
	struct gather gather;
	size_t at = 0;
	enum fault fault = OK;

	gather_init(&gather, store, into);
	while (fault == OK && at < set->n) {
		unsigned tag = imap_begin(store->imap);

		imap_printf(store->imap, "UID FETCH ");
		uidset_print(set, &at, SET_ROOM, &store->imap->out);
		imap_printf(store->imap, " (UID FLAGS INTERNALDATE)");
		imap_end(store->imap);
		fault = gather_wait(store, tag, &gather);
	}
	return fault;
}

static enum fault
everything_list(struct imap_store *store, struct view *view)
{
	struct gather gather;

	view->floor = 0;
	view->dates_from = INT64_MAX;
	gather_init(&gather, store, view);
	return gather_wait(store, imap_send(store->imap, "UID FETCH 1:* (UID FLAGS)"), &gather);
}

static enum fault
span_list(struct imap_store *store, struct view *view, int64_t since)
{
	struct uid_set set;
	enum fault fault = since_search(store, since, &set);

	view->floor = view->dates_from = since;
	return fault == OK ? set_fetch(store, &set, view) : fault;
}

static enum fault
view_list(struct imap_store *store, struct view *view, int64_t since)
{
	enum fault fault;

	view->n = 0;
	fault = since ? span_list(store, view, since) : everything_list(store, view);
	entries_sort(view);
	return fault;
}

/* Keeps the entries for which the set says so. */
static void
view_retain(struct view *view, const struct uid_set *set, bool members)
{
	size_t n = 0;

	for (size_t i = 0; i < view->n; i++)
		if (uidset_has(set, view->entries[i].uid) == members)
			view->entries[n++] = view->entries[i];
	view->n = n;
}

/* Merges newer entries into the view; both are ascending.  Dates known before stay. */
static bool
view_merge(struct view *view, const struct view *newer)
{
	struct view merged = { 0 };
	size_t i = 0, j = 0;
	bool ok = true;

	if (newer->n == 0)
		return true;
	while (ok && (i < view->n || j < newer->n)) {
		const struct view_entry *old = i < view->n ? &view->entries[i] : NULL;
		const struct view_entry *new = j < newer->n ? &newer->entries[j] : NULL;
		struct view_entry entry = !new || (old && old->uid < new->uid) ? *old : *new;

		if (old && new && old->uid == new->uid && !entry.date)
			entry.date = old->date;
		ok = entry_add(&merged, entry);
		i += old && old->uid == entry.uid;
		j += new && new->uid == entry.uid;
	}
	if (!ok) {
		free(merged.entries);
		return false;
	}
	free(view->entries);
	view->entries = merged.entries;
	view->n = merged.n;
	view->cap = merged.cap;
	return true;
}

/* Without VANISHED: who is not there any more?  Asked only if the numbers do not add up. */
static enum fault
gone_find(struct imap_store *store, struct view *view, const struct imap_state *state)
{
	struct uid_set asked, there, part;
	size_t at = 0;
	enum fault fault = OK;

	if (view->floor == 0 && view->n == store->imap->selected.state.messages)
		return OK;
	if (view->floor && view->state.messages == state->messages &&
	    view->state.uidnext == state->uidnext)
		return OK;
	uidset_init(&asked, store->base.arena);
	uidset_init(&there, store->base.arena);
	for (size_t i = 0; i < view->n; i++)
		uidset_add(&asked, view->entries[i].uid, view->entries[i].uid);
	while (fault == OK && at < asked.n) {
		unsigned tag = store_search_begin(store);

		imap_printf(store->imap, "UID ");
		uidset_print(&asked, &at, SET_ROOM, &store->imap->out);
		fault = store_search_wait(store, tag, &part);
		for (size_t i = 0; i < part.n; i++)
			uidset_add(&there, part.ranges[i].first, part.ranges[i].last);
	}
	uidset_sort(&there);
	if (fault == OK)
		view_retain(view, &there, true);
	return fault;
}

/* R18: the range is said in full, else some servers leave out what was above the last message. */
static enum fault
modseq_update(struct imap_store *store, struct view *view, const struct imap_state *state)
{
	struct view newer = { 0 };
	struct gather gather;
	unsigned tag = imap_send(store->imap,
	    "UID FETCH 1:4294967295 (UID FLAGS INTERNALDATE) (CHANGEDSINCE %llu%s)",
	    (unsigned long long)view->state.modseq, store->imap->qresync ? " VANISHED" : "");
	enum fault fault;

	gather_init(&gather, store, &newer);
	fault = gather_wait(store, tag, &gather);
	if (fault == OK) {
		entries_sort(&newer);
		uidset_sort(&gather.vanished);
		if (gather.vanished.n)
			view_retain(view, &gather.vanished, false);
		if (!view_merge(view, &newer))
			fault = TRY_LATER;
	}
	free(newer.entries);
	if (fault == OK && !store->imap->qresync)
		fault = gone_find(store, view, state);
	return fault;
}

/* No mod-sequences and nothing that STATUS would show: flags of the newest may differ still. */
static enum fault
flags_recheck(struct imap_store *store, struct view *view)
{
	struct view newer = { 0 };
	struct gather gather;
	size_t from = view->n > PLAIN_RECHECK ? view->n - PLAIN_RECHECK : 0;
	enum fault fault;

	if (view->n == 0)
		return OK;
	gather_init(&gather, store, &newer);
	fault = gather_wait(store, imap_send(store->imap, "UID FETCH %u:* (UID FLAGS)",
	    view->entries[from].uid), &gather);
	entries_sort(&newer);
	if (fault == OK && !view_merge(view, &newer))
		fault = TRY_LATER;
	free(newer.entries);
	return fault;
}

/* Dates for a view that has none (seeded, or listed whole) and is now asked for a span. */
static enum fault
dates_complete(struct imap_store *store, struct view *view, int64_t since)
{
	struct view dated = { 0 };
	struct uid_set set;
	enum fault fault;

	if (since == 0 || view->dates_from <= since || view->floor == since)
		return OK;
	fault = folder_enter(store, &(struct view_wish){ .folder = view->folder,
	    .state = &view->state });
	if (fault == OK)
		fault = since_search(store, since, &set);
	if (fault == OK)
		fault = set_fetch(store, &set, &dated);
	entries_sort(&dated);
	for (size_t i = 0; i < view->n; i++)
		view->entries[i].date = DATE_OLD;
	if (fault == OK && !view_merge(view, &dated))
		fault = TRY_LATER;
	free(dated.entries);
	view->dates_from = fault == OK ? since : INT64_MAX;
	return fault;
}

static bool
state_is_equal(const struct imap_state *a, const struct imap_state *b)
{
	return a->uidvalidity == b->uidvalidity && a->uidnext == b->uidnext &&
	    a->messages == b->messages && a->modseq == b->modseq &&
	    (a->modseq || a->unseen == b->unseen);
}

/* Brings a view that fits (same UIDVALIDITY, deep enough) to the present. */
static enum fault
view_update(struct imap_store *store, struct view *view, const struct view_wish *wish)
{
	bool same = state_is_equal(&view->state, wish->state);
	enum fault fault;

	if (same && view->state.modseq)
		return OK;
	fault = folder_enter(store, wish);
	if (fault != OK)
		return fault;
	if (same)
		fault = flags_recheck(store, view);
	else if (view->state.modseq && wish->state->modseq && !store->imap->selected.no_modseq)
		fault = modseq_update(store, view, wish->state);
	else
		return view_list(store, view, wish->since);
	if (fault == OK && view->floor == 0 && view->n != store->imap->selected.state.messages)
		fault = view_list(store, view, wish->since);
	return fault;
}

/* What the device holds is the span as of its stamp (of a whole folder EXISTS will tell if not);
 * the dates are not known, but all lie within. */
static struct view *
view_seed(const struct view_wish *wish)
{
	const struct known_list *known = wish->known;
	struct imap_state state;
	struct view *view;
	bool ok = true;

	if (!known || !known->stamp || !stamp_parse(known->stamp, &state) ||
	    state.uidvalidity != wish->state->uidvalidity)
		return NULL;
	view = view_new(wish->folder);
	for (size_t i = 0; view && ok && i < known->n; i++)
		ok = entry_add(view,
		    (struct view_entry){ known->list[i].num, known->list[i].mark, 0 });
	if (!ok)
		view_free(&view);
	if (!view)
		return NULL;
	view->state = state;
	view->floor = wish->since;
	view->dates_from = INT64_MAX;
	return view;
}

/* Takes the kept view of a folder out of the store. */
static struct view *
view_take(struct imap_store *store, const char *folder)
{
	struct view *view = NULL;
	unsigned i;

	for (i = 0; i < VIEWS && !view; i++)
		if (store->views[i] && strcmp(store->views[i]->folder, folder) == 0)
			view = store->views[i];
	if (!view)
		return NULL;
	for (; i < VIEWS; i++)
		store->views[i - 1] = store->views[i];
	store->views[VIEWS - 1] = NULL;
	return view;
}

static void
view_keep(struct imap_store *store, struct view *view)
{
	view_free(&store->views[VIEWS - 1]);
	for (unsigned i = VIEWS - 1; i > 0; i--)
		store->views[i] = store->views[i - 1];
	store->views[0] = view;
}

void
view_forget(struct imap_store *store, const char *folder)
{
	struct view *view = view_take(store, folder);

	view_free(&view);
}

static enum fault
view_make(struct imap_store *store, const struct view_wish *wish, struct view **ret_view)
{
	enum fault fault = folder_enter(store, wish);
	struct view *view = fault == OK ? view_new(wish->folder) : NULL;

	if (fault == OK)
		fault = view ? view_list(store, view, wish->since) : TRY_LATER;
	*ret_view = view;
	return fault;
}

enum fault
view_get(struct imap_store *store, const struct view_wish *wish, struct view **ret_view)
{
	struct view *view = view_take(store, wish->folder);
	enum fault fault;

	if (view && (view->state.uidvalidity != wish->state->uidvalidity ||
	    (view->floor && (!wish->since || wish->since < view->floor))))
		view_free(&view);
	if (!view)
		view = view_seed(wish);
	fault = view ? view_update(store, view, wish) : view_make(store, wish, &view);
	if (fault == OK) {
		view->state = *wish->state;
		fault = dates_complete(store, view, wish->since);
	}
	if (fault != OK) {
		view_free(&view);
		return fault;
	}
	view_keep(store, view);
	*ret_view = view;
	return OK;
}
