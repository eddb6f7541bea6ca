/* SPDX-License-Identifier: ISC */
/*
 * GetItemEstimate ([MS-ASCMD] 2.2.1.9): how many changes the next Sync would carry.
 * Nothing moves: the key stays, and what is learnt is kept only where it holds for
 * the next Sync as well.  Worker.
 */
#include <string.h>
#include <strings.h>

#include "bridge/account.h"
#include "bridge/base/arena.h"
#include "bridge/classes/class.h"
#include "bridge/command.h"
#include "bridge/commands/sync.h"
#include "bridge/request.h"
#include "bridge/response.h"
#include "bridge/sync/hierarchy.h"
#include "bridge/sync/key.h"
#include "bridge/sync/known_state.h"
#include "bridge/sync/probe.h"
#include "bridge/sync/refresh.h"

/* [MS-ASCMD] 2.2.3.177.8 */
enum {
	ESTIMATE_OK = 1, ESTIMATE_NO_COLLECTION = 2, ESTIMATE_NOT_PRIMED = 3,
	ESTIMATE_BAD_KEY = 4, ESTIMATE_MALFORMED = 103,
};
enum { COLLECTIONS_MAX = 300 }; /* [MS-ASCMD] 2.2.3.31.1 */

struct estimate {
	const char *id, *key, *class_name;
	bool has_options, conversations;
	struct sync_options options;
	int status;
	unsigned number;
};

static void
filter_read(struct reader *reader, struct estimate *estimate)
{
	enum { FILTER_MAX = 8 };
	long filter;

	estimate->has_options = true;
	if (!reader_number(reader, &filter) || filter < 0 || filter > FILTER_MAX)
		estimate->status = ESTIMATE_MALFORMED;
	else
		estimate->options.filter = (uint8_t)filter;
}

static void
options_read(struct request *request, struct reader *reader, struct estimate *estimate)
{
	struct sync_options options;
	const char *class_name;
	bool is_good = sync_read_options(reader, request->version, &options, &class_name);

	if (!strcmp(class_name, "SMS"))
		return;
	estimate->has_options = true;
	estimate->options = options;
	if (!is_good)
		estimate->status = ESTIMATE_MALFORMED;
}

static void
collection_read(struct request *request, struct reader *reader, struct estimate *estimate)
{
	enum token token;

	*estimate = (struct estimate){
		.id = "", .key = "", .class_name = "", .status = ESTIMATE_OK,
		.options = sync_options_default(),
	};
	reader_into(reader);
	while (reader_child(reader, &token))
		switch (token) {
		case GetItemEstimate_Class:
		case AirSync_Class:
			estimate->class_name = reader_text(reader);
			break;
		case GetItemEstimate_CollectionId:
		case AirSync_CollectionId:
			estimate->id = reader_text(reader);
			break;
		case AirSync_SyncKey:
			estimate->key = reader_text(reader);
			break;
		case AirSync_FilterType:
			filter_read(reader, estimate);
			break;
		case AirSync_ConversationMode:
			estimate->conversations = reader_bool(reader);
			break;
		case AirSync_Options:
			options_read(request, reader, estimate);
			break;
		default:
			break;
		}
}

static enum fault
document_read(struct request *request, struct estimate *list, unsigned *ret_n)
{
	struct reader reader;
	enum token token;
	bool has_body;
	enum fault fault = request_reader(request, &reader, &has_body);

	*ret_n = 0;
	if (fault != OK || !has_body || !reader_enter(&reader, GetItemEstimate_GetItemEstimate))
		return fault == OK ? BAD_INPUT : fault;
	while (reader_child(&reader, &token)) {
		if (token != GetItemEstimate_Collections)
			continue;
		reader_into(&reader);
		while (reader_child(&reader, &token)) {
			if (token != GetItemEstimate_Collection)
				continue;
			if (*ret_n == COLLECTIONS_MAX)
				return BAD_INPUT;
			collection_read(request, &reader, &list[(*ret_n)++]);
		}
	}
	return *ret_n && reader_fault(&reader) == READER_OK ? OK : BAD_INPUT;
}

/* --- counting --- */

/* Puts the list where the phone's key says it is; in memory only. */
static enum fault
known_rewind(struct request *request, struct known *known, enum known_key match)
{
	enum fault fault = OK;

	if (match == KEY_CURRENT)
		return OK;
	fault = known_load_items(request, known);
	if (fault != OK)
		return fault;
	if (match == KEY_FIRST)
		known_empty(known);
	else
		known_take_back(known);
	known->n_due = known_count_due(known);
	return OK;
}

static enum fault
due_count(struct request *request, struct estimate *estimate, const struct collection *collection,
    struct known *known)
{
	struct probe probe = { .folder = collection->folder };
	struct refresh refresh = {
		.request = request, .collection = collection, .known = known, .now = &probe.stamp,
	};
	enum known_key match = known_match(known, estimate->key);
	bool is_ours = match == KEY_CURRENT && (!estimate->has_options ||
	    estimate->options.filter == known->options.filter);
	enum fault fault = known_rewind(request, known, match);

	if (estimate->has_options)
		known->options.filter = estimate->options.filter;
	if (fault == OK && collection->can_hold_items) {
		fault = account_store(request, collection->class, &probe.store);
		if (fault != OK)
			return fault;
		probe_all(request->arena, &probe, 1);
		refresh.store = probe.store;
		is_ours = is_ours && !refresh_is_needless(&refresh);
		fault = probe.fault == OK ? refresh_target(&refresh) : probe.fault;
		/* the Sync that follows need not look again; if somebody else saved, let it be */
		if (fault == OK && is_ours && known_save(request, known) == TRY_LATER)
			fault = TRY_LATER;
	}
	estimate->number = known->n_due;
	return fault;
}

/* Android never syncs again after a bad key here; told that there is something, it finds out by
 * Sync (R84). */
static void
bad_key(const struct request *request, struct estimate *estimate)
{
	if (request->device_type && strcasestr(request->device_type, "android")) {
		estimate->number = 1;
		return;
	}
	estimate->status = ESTIMATE_BAD_KEY;
}

static enum fault
estimate_make(struct request *request, struct estimate *estimate)
{
	const struct collection *collection;
	struct known *known;
	enum fault fault;

	if (estimate->status != ESTIMATE_OK)
		return OK;
	fault = hierarchy_find(request, estimate->id, &collection);
	if (fault == FOLDER_GONE) {
		estimate->status = ESTIMATE_NO_COLLECTION;
		return OK;
	}
	if (fault == OK)
		fault = known_load(request, collection->id, &known);
	if (fault != OK && fault != ITEM_GONE)
		return fault;
	if (fault == ITEM_GONE || key_is_zero(estimate->key)) {
		estimate->status = ESTIMATE_NOT_PRIMED;
		return OK;
	}
	if (estimate->conversations && collection->class != CLASS_EMAIL)
		estimate->status = ESTIMATE_MALFORMED;
	else if (known_match(known, estimate->key) == KEY_STALE)
		bad_key(request, estimate);
	else
		fault = due_count(request, estimate, collection, known);
	if (fault == STALE)
		bad_key(request, estimate);
	if (fault == FOLDER_GONE) {
		hierarchy_expire(request);
		estimate->status = ESTIMATE_NO_COLLECTION;
	}
	return fault == STALE || fault == FOLDER_GONE ? OK : fault;
}

static void
estimate_write(struct request *request, struct writer *writer, const struct estimate *estimate)
{
	writer_open(writer, GetItemEstimate_Response);
	writer_int(writer, GetItemEstimate_Status, estimate->status);
	if (estimate->status == ESTIMATE_OK) {
		writer_open(writer, GetItemEstimate_Collection);
		if (request->version <= EAS_12_1 && *estimate->class_name)
			writer_text(writer, GetItemEstimate_Class, estimate->class_name);
		writer_text(writer, GetItemEstimate_CollectionId, estimate->id);
		writer_int(writer, GetItemEstimate_Estimate, estimate->number);
		writer_close(writer);
	}
	writer_close(writer);
}

enum fault
estimate_run(struct request *request, struct response *response)
{
	struct estimate *list = arena_array(request->arena, COLLECTIONS_MAX, sizeof(*list));
	unsigned n;
	enum fault fault = document_read(request, list, &n);

	for (unsigned i = 0; i < n && fault == OK; i++)
		fault = estimate_make(request, &list[i]);
	if (fault == CONFLICT)
		fault = OK;
	if (fault != OK)
		return fault;
	writer_open(&response->writer, GetItemEstimate_GetItemEstimate);
	for (unsigned i = 0; i < n; i++)
		estimate_write(request, &response->writer, &list[i]);
	writer_close(&response->writer);
	request->log.status = list[0].status;
	return OK;
}
