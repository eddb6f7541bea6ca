/* SPDX-License-Identifier: ISC */
/* Differences between store and target.  Worker. */
#include "bridge/sync/refresh.h"

#include <string.h>

#include "bridge/base/arena.h"
#include "bridge/base/date.h"
#include "bridge/request.h"
#include "bridge/store.h"
#include "bridge/sync/hierarchy.h"
#include "bridge/sync/known.h"
#include "bridge/sync/known_state.h"

/* A change_fn's ctx. */
struct gathering {
	struct arena *arena;
	struct known *known;
	struct change *list;
	size_t n, cap;
	bool only_news; /* stop at the first thing a phone would want to know */
	bool has_news;
};

static bool
gather(void *ctx, const struct change *change)
{
	struct gathering *all = ctx;

	if (!known_differs(all->known, change))
		return true;
	if (all->only_news && change->kind != CHANGE_LEFT) {
		all->has_news = true;
		return false;
	}
	if (all->n == all->cap) {
		struct change *list;

		all->cap = all->cap ? all->cap * 2 : 64;
		list = arena_array(all->arena, all->cap, sizeof(*list));
		if (all->n)
			memcpy(list, all->list, all->n * sizeof(*list));
		all->list = list;
	}
	all->list[all->n++] = *change;
	return true;
}

static int64_t
since_now(const struct known *known)
{
	return sync_options_since(known->options.filter, now_s());
}

static bool
stamp_is_right(const struct refresh *refresh)
{
	const struct known *known = refresh->known;

	return known->stamp.len && refresh->now->len &&
	    stamp_is_equal(&known->stamp, refresh->now);
}

bool
refresh_is_needless(const struct refresh *refresh)
{
	return stamp_is_right(refresh) && refresh->known->since == since_now(refresh->known);
}

/* With another window the stamp tells nothing: the store has to look at everything. */
static enum fault
ask(const struct refresh *refresh, int64_t since, struct gathering *all, struct stamp *ret_stamp)
{
	struct known *known = refresh->known;
	struct span span = { .since = since };
	struct known_list list;
	enum fault fault = known_load_items(refresh->request, known);

	if (fault != OK)
		return fault;
	list = known_list(known, since == known->since && known->stamp.len ? &known->stamp : NULL);
	*all = (struct gathering){
		.arena = refresh->request->arena, .known = known, .only_news = all->only_news,
	};
	return refresh->store->ops->changes(refresh->store, refresh->collection->folder, &span,
	    &list, gather, all, ret_stamp);
}

static void
take_over(const struct refresh *refresh, const struct gathering *all, const struct stamp *stamp)
{
	struct known *known = refresh->known;

	known_merge(known, all->list, all->n);
	known->stamp = *stamp;
	known->n_due = known_count_due(known);
}

enum fault
refresh_target(const struct refresh *refresh)
{
	int64_t since = since_now(refresh->known);
	struct gathering all = { 0 };
	struct stamp stamp;
	enum fault fault;

	if (refresh_is_needless(refresh))
		return OK;
	if (!refresh->now->len)
		return FOLDER_GONE;
	fault = ask(refresh, since, &all, &stamp);
	if (fault != OK)
		return fault;
	refresh->known->since = since;
	take_over(refresh, &all, &stamp);
	return OK;
}

/* The edge of the window, which moves at midnight, is no news; the next Sync deals with it. */
enum fault
refresh_peek(const struct refresh *refresh, bool *ret_news)
{
	struct known *known = refresh->known;
	int64_t since = known->stamp.len ? known->since : since_now(known);
	struct gathering all = { .only_news = true };
	struct stamp stamp;
	enum fault fault;

	if (known->n_due || stamp_is_right(refresh)) {
		*ret_news = known->n_due > 0;
		return OK;
	}
	if (!refresh->now->len)
		return FOLDER_GONE;
	fault = ask(refresh, since, &all, &stamp);
	if (fault != OK)
		return fault;
	if (!all.has_news) {
		known->since = since;
		take_over(refresh, &all, &stamp);
	}
	*ret_news = all.has_news;
	return OK;
}
