/* SPDX-License-Identifier: ISC */
/*
 * Short Syncs: an empty one means "the same again", a Partial one "the rest as
 * last time" (eas/http.md 7.2); and the limits of a request as a whole.  Worker.
 */
#include <string.h>

#include "bridge/account.h"
#include "bridge/base/arena.h"
#include "bridge/commands/sync.h"
#include "bridge/request.h"
#include "bridge/sync/hierarchy.h"
#include "bridge/sync/key.h"
#include "bridge/sync/known_state.h"
#include "bridge/sync/recall.h"

static struct sync_collection *
collection_named(struct sync *sync, const char *id)
{
	for (unsigned i = 0; i < sync->n; i++)
		if (!strcmp(sync->list[i].id, id))
			return &sync->list[i];
	return NULL;
}

/* A collection that the request leaves out as it was last time.  If our last answer gave it a new
 * key, and the request before named it, then the phone has that key: else it would repeat that
 * request.  If it was left out then too, nobody knows: STALE, the phone has to say it. */
static enum fault
key_recalled(struct sync *sync, const struct recall_collection *recalled, const char **ret_key)
{
	const struct collection *collection;
	struct known *known;
	enum fault fault = hierarchy_find(sync->request, recalled->id, &collection);

	*ret_key = recalled->key;
	if (fault == FOLDER_GONE)
		return OK;
	if (fault == OK)
		fault = known_load(sync->request, collection->id, &known);
	if (fault == ITEM_GONE)
		return OK;
	if (fault != OK || (!key_is_zero(recalled->key) &&
	    known_match(known, recalled->key) != KEY_BEFORE))
		return fault;
	if (!recalled->is_explicit)
		return STALE;
	*ret_key = known_key_text(known);
	return OK;
}

static enum fault
recall(struct sync *sync)
{
	struct recall_sync last;
	struct sync_collection *list;
	enum fault fault = recall_sync_load(sync->request, &last);

	if (fault != OK)
		return fault == ITEM_GONE ? STALE : fault;
	list = arena_array(sync->request->arena, sync->n + last.n, sizeof(*list));
	if (sync->n)
		memcpy(list, sync->list, sync->n * sizeof(*list));
	sync->list = list;
	for (unsigned i = 0; i < last.n; i++) {
		const struct recall_collection *from = &last.list[i];
		struct sync_collection collection = {
			.id = from->id, .class_name = "", .window = from->window,
			.deletes_as_moves = from->deletes_as_moves, .has_get_changes = true,
			.get_changes = from->get_changes, .is_recalled = true, .status = SYNC_OK,
		};

		if (collection_named(sync, from->id))
			continue;
		fault = key_recalled(sync, from, &collection.key);
		if (fault != OK)
			return fault;
		sync->list[sync->n++] = collection;
	}
	if (sync->is_empty) {
		sync->has_window = last.window > 0;
		sync->window = last.window;
		sync->wait_s = last.wait_s;
	}
	return OK;
}

static enum fault
remember(const struct sync *sync)
{
	struct recall_sync now = {
		.window = sync->has_window ? sync->window : 0, .wait_s = (uint32_t)sync->wait_s,
		.n = sync->n,
	};

	if (sync->request->version < EAS_12_1)
		return OK;
	now.list = arena_array(sync->request->arena, sync->n, sizeof(*now.list));
	for (unsigned i = 0; i < sync->n; i++)
		now.list[i] = (struct recall_collection){
			.id = sync->list[i].id, .key = sync->list[i].key,
			.window = sync->list[i].window,
			.deletes_as_moves = sync->list[i].deletes_as_moves,
			.get_changes = sync->list[i].get_changes,
			.is_explicit = !sync->list[i].is_recalled,
		};
	return recall_sync_save(sync->request, &now);
}

/* --- limits of the request --- */

/* False: answered with status 14. */
static bool
wait_check(struct sync *sync)
{
	const struct domain_config *domain = sync->request->account->config;
	long unit = sync->has_wait ? 60 : 1;
	long least = (domain->heartbeat_min + unit - 1) / unit;
	long most = domain->heartbeat_max / unit;

	if (sync->request->version < EAS_12_1 ||
	    (sync->has_heartbeat && sync->request->version < EAS_14_0))
		return true;
	if (!sync->has_wait && !sync->has_heartbeat)
		return true;
	if (sync->wait < least || sync->wait > most) {
		sync_write_top(sync, SYNC_BAD_WAIT,
		    (unsigned)(sync->wait < least ? least : most));
		return false;
	}
	sync->wait_s = sync->wait * unit;
	return true;
}

/* Reads and completes.  *ret_answered: the answer stands already. */
enum fault
sync_request_make(struct sync *sync, bool *ret_answered)
{
	struct reader reader;
	bool has_body;
	enum fault fault = request_reader(sync->request, &reader, &has_body);

	*ret_answered = true;
	sync->is_empty = !has_body;
	if (fault == OK && has_body)
		fault = sync_read(sync, &reader);
	if (fault != OK)
		return fault;
	if (sync->n_commands > SYNC_COMMANDS_MAX) {
		sync_write_top(sync, SYNC_PROTOCOL, 0);
		return OK;
	}
	if (!wait_check(sync))
		return OK;
	if (sync->is_empty || sync->is_partial)
		fault = sync->request->version < EAS_12_1 ? STALE : recall(sync);
	if (fault == STALE) {
		sync_write_top(sync, SYNC_SEND_FULL, 0);
		return OK;
	}
	if (fault == OK && sync->n > (unsigned)sync->request->account->config->max_folders) {
		sync_write_top(sync, SYNC_TOO_MANY,
		    (unsigned)sync->request->account->config->max_folders);
		return OK;
	}
	*ret_answered = false;
	return fault == OK ? remember(sync) : fault;
}
