/* SPDX-License-Identifier: ISC */
/*
 * The phone's own changes in a Sync: each is looked up in the journal of the last
 * answer first, so that a request that comes twice works once (R1); the rest goes
 * to the store.  Silence means success: only Adds, Fetches and failures get a
 * reply ([MS-ASCMD] 2.2.3.152).  Worker.
 */
#include <string.h>

#include "bridge/base/arena.h"
#include "bridge/base/body.h"
#include "bridge/classes/class.h"
#include "bridge/commands/sync.h"
#include "bridge/request.h"
#include "bridge/sync/apply.h"
#include "bridge/sync/hierarchy.h"

/* One collection's commands under way. */
struct applying {
	struct sync *sync;
	struct sync_collection *collection;
	struct apply apply;
	uint32_t *deletes;      /* gathered, done at the end in one go */
	struct applied *journal; /* their entries */
	unsigned n_deletes;
};

bool
sync_has_changes(const struct sync_collection *collection)
{
	struct reader reader = collection->commands;
	enum token token;

	if (!collection->has_commands)
		return false;
	reader_into(&reader);
	while (reader_child(&reader, &token))
		if (token == AirSync_Add || token == AirSync_Change || token == AirSync_Delete)
			return true;
	return false;
}

static void
reply(struct applying *applying, const struct sync_command *command, int status)
{
	struct sync_collection *collection = applying->collection;

	collection->replies[collection->n_replies++] = (struct sync_reply){
		.kind = command->kind, .server_id = command->server_id,
		.client_id = command->client_id, .class_name = command->class_name,
		.status = status,
	};
}

/* The item that a command is about.  Ids of other collections are as good as unknown. */
static bool
num_of(const struct applying *applying, const struct sync_command *command, uint32_t *ret_num)
{
	uint32_t id;

	return item_id_parse(command->server_id, &id, ret_num) &&
	    id == applying->collection->known->collection;
}

static void
busy(struct applying *applying, uint32_t num)
{
	struct known_item *item = known_find(applying->collection->known, num);

	if (item)
		item->is_busy = true;
}

static void
journal(struct applying *applying, enum applied_kind kind, const struct sync_command *command,
    const struct applied *what)
{
	struct applied applied = *what;

	applied.kind = (uint8_t)kind;
	applied.hash = command->hash;
	known_apply(applying->collection->known, &applied);
}

/* --- Add --- */

static void
added_reply(struct applying *applying, const struct sync_command *command,
    const struct applied *applied)
{
	struct sync_command answer = *command;

	answer.server_id = applied->status == APPLY_OK ?
	    item_id_print(applying->sync->request->arena, applying->collection->known->collection,
	    applied->num) : "";
	reply(applying, &answer, applied->status);
	busy(applying, applied->num);
}

static enum fault
add_run(struct applying *applying, const struct sync_command *command)
{
	bool is_sms = !strcmp(command->class_name, "SMS") &&
	    applying->sync->request->version >= EAS_14_0;
	const struct applied *before = known_applied(applying->collection->known, APPLIED_ADD,
	    command->hash);
	struct applied applied = { 0 };
	int status = APPLY_PROTOCOL;
	enum fault fault = OK;

	if (before) {
		added_reply(applying, command, before);
		return OK;
	}
	if (*command->client_id && command->has_data)
		fault = apply_add(&applying->apply, is_sms, NULL, &applied.num, &status);
	if (fault != OK)
		return fault;
	applied.status = (uint8_t)status;
	if (*command->client_id)
		journal(applying, APPLIED_ADD, command, &applied);
	added_reply(applying, command, &applied);
	return OK;
}

/* --- Change --- */

static enum fault
change_apply(struct applying *applying, const struct sync_command *command, uint32_t num,
    int *ret_status)
{
	struct request *request = applying->sync->request;
	struct item item = { .class = applying->collection->collection->class };
	struct reader data = command->data;
	struct arena_mark mark = arena_mark(request->arena);
	enum fault fault;

	reader_into(&data);
	fault = class_read(&data, request->arena, request->version, &item);
	if (fault == OK) {
		fault = apply_change(&applying->apply, num, &item, ret_status);
	} else if (fault_is_item(fault)) {
		*ret_status = APPLY_BAD_ITEM;
		fault = OK;
	}
	arena_release(request->arena, mark);
	return fault;
}

static enum fault
change_run(struct applying *applying, const struct sync_command *command)
{
	const struct applied *before = known_applied(applying->collection->known, APPLIED_CHANGE,
	    command->hash);
	struct applied applied = { 0 };
	int status = APPLY_NOT_FOUND;
	enum fault fault = OK;

	if (!command->has_data) {
		reply(applying, command, APPLY_PROTOCOL);
		return OK;
	}
	if (before) {
		status = before->status;
		busy(applying, before->num);
	} else if (num_of(applying, command, &applied.num)) {
		fault = change_apply(applying, command, applied.num, &status);
		if (fault != OK)
			return fault;
		applied.status = (uint8_t)status;
		journal(applying, APPLIED_CHANGE, command, &applied);
	}
	if (status != APPLY_OK)
		reply(applying, command, status);
	return OK;
}

/* --- Delete and Fetch --- */

static void
delete_gather(struct applying *applying, const struct sync_command *command)
{
	uint32_t num;

	if (!num_of(applying, command, &num)) {
		reply(applying, command, APPLY_NOT_FOUND);
		return;
	}
	busy(applying, num);
	if (known_applied(applying->collection->known, APPLIED_DELETE, command->hash))
		return;
	applying->journal[applying->n_deletes] = (struct applied){
		.kind = APPLIED_DELETE, .status = APPLY_OK, .num = num, .hash = command->hash,
	};
	applying->deletes[applying->n_deletes++] = num;
}

static enum fault
deletes_run(struct applying *applying)
{
	enum fault fault;

	if (!applying->n_deletes)
		return OK;
	fault = apply_remove(&applying->apply, applying->deletes, applying->n_deletes);
	for (unsigned i = 0; i < applying->n_deletes && fault == OK; i++)
		known_apply(applying->collection->known, &applying->journal[i]);
	return fault;
}

/* A Fetch and a Delete of the same item in one answer crash iOS (R5): the item is busy. */
static void
fetch_gather(struct applying *applying, const struct sync_command *command)
{
	struct sync_collection *collection = applying->collection;
	const struct known_item *item;
	uint32_t num;

	if (!num_of(applying, command, &num)) {
		reply(applying, command, APPLY_NOT_FOUND);
		return;
	}
	item = known_find(collection->known, num);
	busy(applying, num);
	if (!item || item->target == TARGET_GONE || !collection->store)
		reply(applying, command, APPLY_NOT_FOUND);
	else
		collection->fetches[collection->n_fetches++] = num;
}

static enum fault
command_run_one(struct applying *applying, const struct sync_command *command)
{
	/* an empty ServerId names nothing, and a reply without one would crash iOS (R6, R43) */
	if (command->kind != AirSync_Add && !*command->server_id)
		return OK;
	switch (command->kind) {
	case AirSync_Add:
		return add_run(applying, command);
	case AirSync_Change:
		return change_run(applying, command);
	case AirSync_Delete:
		delete_gather(applying, command);
		return OK;
	default:
		fetch_gather(applying, command);
		return OK;
	}
}

enum fault
sync_apply(struct sync *sync, struct sync_collection *collection)
{
	struct arena *arena = sync->request->arena;
	struct applying applying = {
		.sync = sync, .collection = collection,
		.apply = {
			.request = sync->request, .store = collection->store,
			.collection = collection->collection, .known = collection->known,
			.to_trash = collection->deletes_as_moves,
			.conflict = collection->has_options ? collection->options.conflict :
			    collection->known->options.conflict,
		},
	};
	struct reader reader = collection->commands;
	struct sync_command command;
	const void *body;
	size_t len;
	enum fault fault = OK;

	if (!body_view(&sync->request->body, &body, &len))
		return TRY_LATER;
	collection->replies = arena_array(arena, collection->n_commands,
	    sizeof(*collection->replies));
	collection->fetches = arena_array(arena, collection->n_commands, sizeof(uint32_t));
	applying.deletes = arena_array(arena, collection->n_commands, sizeof(uint32_t));
	applying.journal = arena_array(arena, collection->n_commands, sizeof(struct applied));
	reader_into(&reader);
	while (fault == OK && sync_read_command(&reader, body, &command))
		fault = command_run_one(&applying, &command);
	return fault == OK ? deletes_run(&applying) : fault;
}
