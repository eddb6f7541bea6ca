/* SPDX-License-Identifier: ISC */
/*
 * One collection, one step: which key the phone came with says what it has, and
 * that decides whether the answer is the next step, the last one again, or a
 * fresh start.  See bridge/sync/known.h.  Worker.
 */
#include "bridge/account.h"
#include "bridge/base/date.h"
#include "bridge/base/log.h"
#include "bridge/commands/sync.h"
#include "bridge/request.h"
#include "bridge/state/state.h"
#include "bridge/sync/hierarchy.h"
#include "bridge/sync/key.h"
#include "bridge/sync/known_state.h"
#include "bridge/sync/refresh.h"

enum {
	/* a second key 0 joins the load that runs, or ran so many seconds ago (R3) */
	JOIN_S = 120, LOAD_S = 24 * 60 * 60,
	SHRINK_AT = 3, /* the same key for the third time after the answer: smaller batches (R19) */
	ONE_AT = 4,    /* ... then one item at a time, */
	POISON_AT = 7, /* ... and after three times that one, its stand-in */
};

/* --- key 0 --- */

static bool
is_joining(const struct known *known)
{
	int64_t age = now_s() - known->born;

	return known->epoch && age >= 0 && age < (known->is_loaded ? JOIN_S : LOAD_S);
}

static void
options_take(struct sync_collection *collection)
{
	struct known *known = collection->known;

	if (collection->has_options)
		known->options = collection->options;
	if (!collection->is_zero)
		return;
	known->has_supported = collection->has_supported;
	known->supported = collection->supported;
	known->n_supported = collection->n_supported;
}

enum fault
sync_zero(struct sync *sync, struct sync_collection *collection)
{
	struct known *known = collection->known;
	const char *key;
	enum fault fault;

	/* a second key 0 shares the first key: both ways lead on from there (R3) */
	if (is_joining(known))
		known->is_joined = true;
	else
		known_begin(known, sync->request->arena, collection->collection->id);
	options_take(collection);
	fault = known_save(sync->request, known);
	if (fault != OK)
		return fault;
	key = key_print(sync->request->arena, known->epoch, 1);
	collection->key = key;
	sync_write_status(sync, collection);
	return OK;
}

/* --- a step, and a step again --- */

static unsigned
window_left(const struct sync *sync, const struct sync_collection *collection)
{
	unsigned window = collection->window ? collection->window : SYNC_WINDOW_DEFAULT;

	if (sync->has_window && sync->window < window)
		window = sync->window;
	if (collection->known->limit && collection->known->limit < window)
		window = collection->known->limit;
	if (collection->known->store_limit && collection->known->store_limit < window)
		window = collection->known->store_limit;
	return window;
}

static enum fault
refresh(struct sync *sync, struct sync_collection *collection)
{
	struct refresh ask = {
		.request = sync->request, .store = collection->store,
		.collection = collection->collection, .known = collection->known,
		.now = &collection->now,
	};

	return sync_needs_look(collection) ? refresh_target(&ask) : OK;
}

/* The phone got our last answer. */
static enum fault
acknowledge(struct sync *sync, struct known *known)
{
	enum fault fault = known_load_items(sync->request, known);

	if (fault != OK)
		return fault;
	known_acknowledge(known);
	if (known->limit) /* poison is near: grow again slowly (R19) */
		known->limit = known->limit < SYNC_WINDOW_DEFAULT ? known->limit * 2 : 0;
	return OK;
}

/* Items that the last answer told, without those that commands of this request settle. */
static unsigned
count_said(const struct known *known, bool only_adds)
{
	unsigned n = 0;

	for (size_t i = 0; i < known->n; i++) {
		enum due due = known_said(&known->items[i]);

		n += !known->items[i].is_busy && due != DUE_NOTHING &&
		    (!only_adds || due == DUE_ADD);
	}
	return n;
}

/* True if the last answer told something about an item that this request has a command for: it
 * cannot be told again in this answer, so this one must not pass for the last one. */
static bool
is_crossed(const struct known *known)
{
	for (size_t i = 0; i < known->n; i++)
		if (known->items[i].is_busy && !known->items[i].is_own &&
		    known_said(&known->items[i]) != DUE_NOTHING)
			return true;
	return false;
}

/* The same key again and again: the answer itself may be what is wrong (R19). */
static void
poison_look(struct sync *sync, struct known *known, unsigned n_adds)
{
	known->limit = known->attempts < ONE_AT && n_adds >= 4 ? n_adds / 4 : 1;
	known_take_back(known);
	if (known->attempts >= POISON_AT)
		sync_poison(sync, known, sync_first_due(known));
	known_next(known);
}

/* The phone did not get our last answer.  The same again under the same key, so that two requests
 * that crossed lead to one and the same state; unless it must be something else this time. */
static enum fault
again_plan(struct sync *sync, struct sync_collection *collection, struct sync_export *ret_wish)
{
	struct known *known = collection->known;
	unsigned n = count_said(known, false), n_adds = count_said(known, true);

	*ret_wish = (struct sync_export){
		.again = true, .wanted = collection->get_changes && collection->store,
	};
	/* two that crossed are no sign of poison */
	if (n_adds && collection->get_changes && !sync->is_second_try &&
	    ++known->attempts >= SHRINK_AT) {
		poison_look(sync, known, n_adds);
		ret_wish->again = false;
	} else if (is_crossed(known) ||
	    (n && (!ret_wish->wanted || n > window_left(sync, collection)))) {
		known_take_back(known);
		known_next(known);
		ret_wish->again = false;
	} else if (!n && ret_wish->wanted && !sync->is_second_try) {
		/* only commands were answered last time: now there may be news */
		enum fault fault = refresh(sync, collection);

		if (fault != OK)
			return fault;
		if (known->n_due) {
			known_next(known);
			ret_wish->again = false;
		}
	}
	ret_wish->window = window_left(sync, collection);
	return OK;
}

static bool
is_wanted(const struct sync *sync, const struct sync_collection *collection)
{
	return collection->get_changes && collection->store && collection->known->n_due > 0 &&
	    window_left(sync, collection) > 0;
}

static enum fault
commands_do(struct sync *sync, struct sync_collection *collection)
{
	enum fault fault = OK;

	if (!collection->has_commands)
		return OK;
	fault = sync_apply(sync, collection);
	collection->known->n_due = known_count_due(collection->known);
	return fault;
}

/* The phone has lost our last answer. */
static enum fault
again_run(struct sync *sync, struct sync_collection *collection, struct sync_export *ret_wish)
{
	enum fault fault = known_load_items(sync->request, collection->known);

	if (fault == OK)
		fault = commands_do(sync, collection);
	return fault == OK ? again_plan(sync, collection, ret_wish) : fault;
}

/* The first key of a load that was joined: the phone has nothing (R3). */
static enum fault
first_run(struct sync *sync, struct known *known)
{
	enum fault fault = known_load_items(sync->request, known);

	if (fault != OK)
		return fault;
	known_empty(known);
	known->n_due = known_count_due(known);
	return OK;
}

enum fault
sync_plan(struct sync *sync, struct sync_collection *collection, struct sync_export *ret_wish,
    bool *ret_is_silent)
{
	struct known *known = collection->known;
	enum fault fault = OK;

	*ret_is_silent = false;
	if (collection->get_changes)
		options_take(collection);
	if (collection->match == KEY_BEFORE)
		return again_run(sync, collection, ret_wish);
	if (collection->match == KEY_FIRST)
		fault = first_run(sync, known);
	if (fault == OK)
		fault = refresh(sync, collection);
	if (fault != OK)
		return fault;
	*ret_is_silent = !collection->has_commands && !is_wanted(sync, collection);
	if (*ret_is_silent)
		return OK;
	if (collection->match == KEY_CURRENT)
		fault = acknowledge(sync, known);
	if (fault == OK)
		fault = commands_do(sync, collection);
	*ret_wish = (struct sync_export){
		.window = window_left(sync, collection), .wanted = is_wanted(sync, collection),
	};
	known_next(known);
	if (fault == OK && ret_wish->wanted)
		sync_suspect(sync, collection);
	return fault;
}
