/* SPDX-License-Identifier: ISC */
/*
 * Sync ([MS-ASCMD] 2.2.1.21): the order of things.  Read, complete from what the
 * device asked last, find collections and keys, ask the stores what moved, then
 * collection by collection: the phone's changes, what is due, save.  Everything is
 * saved before the answer leaves; if it gets lost, the phone comes again with the
 * key before and gets the same answer.
 *
 * Two requests at once for one collection: the second to save sees CONFLICT and
 * starts again from what the first saved, which makes it a repetition.  Worker.
 */
#include "bridge/commands/sync.h"

#include <string.h>

#include "bridge/account.h"
#include "bridge/base/arena.h"
#include "bridge/base/date.h"
#include "bridge/base/log.h"
#include "bridge/command.h"
#include "bridge/request.h"
#include "bridge/response.h"
#include "bridge/state/state.h"
#include "bridge/sync/hierarchy.h"
#include "bridge/sync/key.h"
#include "bridge/sync/known_state.h"
#include "bridge/sync/probe.h"
#include "bridge/sync/recall.h"

enum {
	TRIES = 4,
	LOST_TIMES = 2,  /* status 12 so often, then 3 (R16) */
	FILTER_TASKS = 8,
};

/* --- finding --- */

static int
status_of(const struct sync *sync, enum fault fault)
{
	switch (fault) {
	case STALE:
		return SYNC_BAD_KEY;
	case FOLDER_GONE:
		return SYNC_HIERARCHY;
	case BAD_INPUT:
		return SYNC_PROTOCOL;
	case TRY_LATER:
		/* 16 is not known before 12.1 */
		return sync->request->version >= EAS_12_1 ? SYNC_RETRY : SYNC_SERVER;
	default:
		return SYNC_SERVER;
	}
}

/* Phones before 12.1 may name the class alone. */
static enum fault
collection_find(struct sync *sync, struct sync_collection *collection)
{
	enum fault fault;

	if (!*collection->id && !strcmp(collection->class_name, "Email") &&
	    sync->request->version <= EAS_12_0) {
		fault = hierarchy_by_type(sync->request, FOLDER_INBOX, &collection->collection);
		if (fault == OK)
			collection->id = collection->collection->server_id;
		return fault;
	}
	return hierarchy_find(sync->request, collection->id, &collection->collection);
}

/* The folder is not there: FolderSync helps, unless the phone does not listen. */
static enum fault
collection_lost(struct sync *sync, struct sync_collection *collection)
{
	uint32_t times = 0;
	enum fault fault = recall_lost(sync->request, collection->id, &times);

	collection->status = times > LOST_TIMES ? SYNC_BAD_KEY : SYNC_HIERARCHY;
	return fault;
}

static bool
is_named_twice(const struct sync *sync, const struct sync_collection *collection)
{
	for (unsigned i = 0; i < sync->n; i++)
		if (&sync->list[i] != collection && sync->list[i].collection &&
		    sync->list[i].collection->id == collection->collection->id)
			return true;
	return false;
}

static void
key_check(struct sync *sync, struct sync_collection *collection)
{
	collection->is_zero = key_is_zero(collection->key);
	if (collection->has_options && collection->options.filter == FILTER_TASKS &&
	    collection->collection->class == CLASS_EMAIL)
		collection->status = SYNC_PROTOCOL;
	if (is_named_twice(sync, collection))
		collection->status = SYNC_PROTOCOL;
	if (collection->is_zero && (collection->has_commands ||
	    (collection->has_get_changes && collection->get_changes)))
		collection->status = SYNC_PROTOCOL;
	if (collection->is_zero || collection->status != SYNC_OK)
		return;
	collection->match = collection->known->epoch ?
	    known_match(collection->known, collection->key) : KEY_STALE;
	if (collection->match == KEY_STALE)
		collection->status = SYNC_BAD_KEY;
}

static enum fault
collection_prepare(struct sync *sync, struct sync_collection *collection)
{
	enum fault fault;

	if (collection->status != SYNC_OK)
		return BAD_INPUT;
	fault = collection_find(sync, collection);
	if (fault == FOLDER_GONE)
		return collection_lost(sync, collection);
	if (fault == OK)
		fault = known_load(sync->request, collection->collection->id, &collection->known);
	if (fault != OK && fault != ITEM_GONE)
		return fault;
	key_check(sync, collection);
	if (collection->status != SYNC_OK || collection->is_zero ||
	    !collection->collection->can_hold_items)
		return OK;
	fault = account_store(sync->request, collection->collection->class, &collection->store);
	return fault == CANNOT ? collection_lost(sync, collection) : fault;
}

static bool
is_nameless(const struct sync *sync, const struct sync_collection *collection)
{
	return !*collection->key || (!*collection->id &&
	    (sync->request->version > EAS_12_0 || !*collection->class_name));
}

/* DENIED goes to command_run; what else fails is that collection's own misfortune. */
static enum fault
prepare(struct sync *sync)
{
	for (unsigned i = 0; i < sync->n; i++) {
		struct sync_collection *collection = &sync->list[i];
		enum fault fault;

		if (is_nameless(sync, collection))
			return BAD_INPUT;
		fault = collection_prepare(sync, collection);
		if (fault == DENIED)
			return fault;
		if (fault != OK)
			collection->status = status_of(sync, fault);
	}
	return OK;
}

bool
sync_needs_look(const struct sync_collection *collection)
{
	return collection->status == SYNC_OK && collection->store && !collection->is_zero &&
	    (collection->get_changes || sync_has_changes(collection));
}

static enum fault
probe(struct sync *sync)
{
	struct probe *probes = arena_array(sync->request->arena, sync->n, sizeof(*probes));
	unsigned n = 0, at = 0;

	for (unsigned i = 0; i < sync->n; i++)
		if (sync_needs_look(&sync->list[i]))
			probes[n++] = (struct probe){
				.store = sync->list[i].store,
				.folder = sync->list[i].collection->folder,
			};
	probe_all(sync->request->arena, probes, n);
	for (unsigned i = 0; i < sync->n; i++) {
		struct sync_collection *collection = &sync->list[i];
		enum fault fault;

		if (!sync_needs_look(collection))
			continue;
		collection->now = probes[at].stamp;
		fault = probes[at++].fault;
		if (fault == DENIED)
			return fault;
		if (fault != OK)
			collection->status = status_of(sync, fault);
	}
	return OK;
}

/* What can be told here without telling the whole request. */
static bool
is_of_collection(enum fault fault)
{
	return fault == STALE || fault == FOLDER_GONE || fault == TRY_LATER || fault == CANNOT ||
	    fault == BUG;
}

static enum fault
collection_failed(struct sync *sync, struct sync_collection *collection, enum fault fault)
{
	if (!is_of_collection(fault))
		return fault;
	if (fault == FOLDER_GONE) {
		hierarchy_expire(sync->request);
		return collection_lost(sync, collection);
	}
	if (fault == STALE) {
		log_event(LEVEL_INFO, sync->request->id, "collection-reset",
		    "user=%s device=%s collection=%u", sync->request->account->login,
		    sync->request->device->id, collection->collection->id);
		fault = known_forget(sync->request, collection->collection->id);
		collection->status = SYNC_BAD_KEY;
		return fault;
	}
	collection->status = status_of(sync, fault);
	return OK;
}

static bool
is_dirty(const struct known *known, const struct known *before)
{
	return known->items_changed || known->attempts != before->attempts ||
	    known->since != before->since || !stamp_is_equal(&known->stamp, &before->stamp) ||
	    !sync_options_is_equal(&known->options, &before->options);
}

/* Nothing to say.  What we learnt on the way is kept, under the same key. */
static enum fault
silent_run(struct sync *sync, struct sync_collection *collection, const struct known *before)
{
	enum fault fault = OK;

	if (is_dirty(collection->known, before))
		fault = known_save(sync->request, collection->known);
	if (fault == OK && sync->request->version < EAS_12_1)
		sync_write_status(sync, collection);
	return fault;
}

static enum fault
collection_run(struct sync *sync, struct sync_collection *collection)
{
	struct known before;
	struct sync_export wish;
	unsigned told = 0;
	bool is_silent;
	enum fault fault;

	if (collection->is_zero)
		return sync_zero(sync, collection);
	before = *collection->known;
	fault = sync_plan(sync, collection, &wish, &is_silent);
	if (fault != OK) {
		fault = collection_failed(sync, collection, fault);
		if (fault == OK)
			sync_write_status(sync, collection);
		return fault;
	}
	if (is_silent)
		return silent_run(sync, collection, &before);
	fault = sync_write_head(sync, collection);
	if (fault == OK)
		fault = sync_write_commands(sync, collection, &wish, &told);
	if (fault == TRY_LATER && !told && wish.wanted && !wish.again)
		sync_store_failed(sync, collection, wish.window);
	if (fault != OK)
		return fault;
	if (writer_has_failed(&sync->response->writer))
		return BUG;
	collection->known->n_due = known_count_due(collection->known);
	collection->known->is_loaded |= !collection->known->n_due;
	return known_save(sync->request, collection->known);
}

/* --- the end --- */

static enum fault
park(struct sync *sync)
{
	struct request *request = sync->request;
	struct watched *watched = arena_array(request->arena, sync->n, sizeof(*watched));
	int64_t deadline = request->received_ms + sync->wait_s * 1000;
	unsigned n = 0;

	if (now_ms() >= deadline)
		return OK;
	for (unsigned i = 0; i < sync->n; i++) {
		struct sync_collection *collection = &sync->list[i];

		if (!collection->store || !collection->get_changes)
			continue;
		sync->response->store = collection->store->ops->name;
		watched[n++] = (struct watched){
			collection->collection->folder, collection->known->stamp
		};
	}
	response_park(sync->response, deadline, watched, n);
	return OK;
}

static enum fault
finish(struct sync *sync)
{
	struct writer *writer = &sync->response->writer;

	/* the front may have begun an answer: then it cannot be an empty one any more */
	if (writer_is_empty(writer) && now_ms() > sync_until_ms(sync))
		for (unsigned i = 0; i < sync->n; i++)
			sync_write_status(sync, &sync->list[i]);
	writer_close(writer);
	writer_close(writer);
	return writer_is_empty(writer) && sync->wait_s > 0 ? park(sync) : OK;
}

static void
log_counts(struct sync *sync)
{
	struct request *request = sync->request;
	const struct sync_counts *in = &sync->in, *out = &sync->out;
	const char *text = "";

	for (unsigned i = 0; i < sync->n; i++)
		text = arena_printf(request->arena, "%s%s%s:%s", text, i ? "," : "",
		    sync->list[i].id, sync->list[i].key);
	request->log.collections = text;
	if (sync->n_commands)
		request->log.in =
			arena_printf(request->arena, "add=%u change=%u delete=%u fetch=%u", in->add,
				in->change, in->delete, in->fetch);
	if (out->add + out->change + out->delete + out->soft)
		request->log.out = arena_printf(request->arena,
		    "add=%u change=%u delete=%u soft=%u more=%d", out->add, out->change,
		    out->delete, out->soft, sync->is_more);
	if (!request->log.status)
		request->log.status = SYNC_OK;
}

static enum fault
sync_once(struct request *request, struct response *response, bool is_second_try)
{
	struct sync sync = {
		.request = request, .response = response, .is_second_try = is_second_try,
		.started_ms = request->rerun ? now_ms() : request->received_ms,
	};
	bool is_answered;
	enum fault fault = sync_request_make(&sync, &is_answered);

	if (fault != OK || is_answered)
		return fault;
	fault = prepare(&sync);
	if (fault == OK)
		fault = probe(&sync);
	if (fault != OK)
		return fault;
	writer_open(&response->writer, AirSync_Sync);
	writer_open(&response->writer, AirSync_Collections);
	for (unsigned i = 0; i < sync.n && fault == OK; i++) {
		if (sync.list[i].status != SYNC_OK)
			sync_write_status(&sync, &sync.list[i]);
		else
			fault = collection_run(&sync, &sync.list[i]);
	}
	if (fault == OK)
		fault = finish(&sync);
	log_counts(&sync);
	return fault;
}

enum fault
sync_run(struct request *request, struct response *response)
{
	enum fault fault = CONFLICT;

	for (int i = 0; i < TRIES && fault == CONFLICT; i++) {
		if (i)
			response_restart(response, request);
		request->hierarchy = NULL;
		fault = sync_once(request, response, i > 0);
	}
	return fault == CONFLICT ? TRY_LATER : fault;
}
