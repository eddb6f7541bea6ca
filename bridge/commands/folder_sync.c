/* SPDX-License-Identifier: ISC */
/*
 * FolderSync ([MS-ASCMD] 2.2.1.5).  Answered from the cached list as long as that is
 * fresh: phones ask before every round (R20).  Key 0 lists anew, yet ServerIds and
 * the state of every collection stay (R4).  The key moves only when there is
 * something to tell.  Worker.
 */
#include <string.h>

#include "bridge/account.h"
#include "bridge/base/arena.h"
#include "bridge/command.h"
#include "bridge/request.h"
#include "bridge/response.h"
#include "bridge/state/state.h"
#include "bridge/sync/hierarchy.h"
#include "bridge/sync/shown.h"

enum { FOLDER_SYNC_OK = 1 };

static enum fault
key_read(struct request *request, const char **ret_key)
{
	struct reader reader;
	enum token token;
	bool has_body;
	enum fault fault = request_reader(request, &reader, &has_body);

	if (fault != OK)
		return fault;
	*ret_key = NULL;
	if (!has_body || !reader_enter(&reader, FolderHierarchy_FolderSync))
		return BAD_INPUT;
	while (reader_child(&reader, &token))
		if (token == FolderHierarchy_SyncKey)
			*ret_key = reader_text(&reader);
	return *ret_key && reader_fault(&reader) == READER_OK ? OK : BAD_INPUT;
}

/* --- the answer --- */

static void
folder_write(struct writer *writer, struct arena *arena, enum token command,
    const struct shown_folder *folder)
{
	writer_open(writer, command);
	writer_text(writer, FolderHierarchy_ServerId, arena_printf(arena, "%u", folder->number));
	if (command != FolderHierarchy_Delete) {
		writer_text(writer, FolderHierarchy_ParentId,
		    arena_printf(arena, "%u", folder->parent));
		writer_text(writer, FolderHierarchy_DisplayName, folder->name);
		writer_int(writer, FolderHierarchy_Type, folder->type);
	}
	writer_close(writer);
}

/* Writes (or with a NULL writer only counts) the differences of one kind. */
static unsigned
changes_write(const struct shown *shown, enum token command, struct writer *writer,
    struct arena *arena)
{
	bool is_delete = command == FolderHierarchy_Delete;
	const struct shown_list *list = is_delete ? &shown->held : &shown->told;
	const struct shown_list *other = is_delete ? &shown->told : &shown->held;
	unsigned n = 0;

	for (unsigned i = 0; i < list->n; i++) {
		const struct shown_folder *folder = &list->list[i];
		const struct shown_folder *old = shown_list_find(other, folder->number);
		bool is_meant = command == FolderHierarchy_Update ?
		    old && !shown_folder_is_equal(old, folder) : !old;

		if (!is_meant)
			continue;
		n++;
		if (writer)
			folder_write(writer, arena, command, folder);
	}
	return n;
}

static void
answer_write(struct request *request, struct response *response, const struct shown *shown)
{
	static const enum token commands[] = {
		FolderHierarchy_Update, FolderHierarchy_Delete, FolderHierarchy_Add
	};
	struct writer *writer = &response->writer;
	unsigned n = 0;

	for (unsigned i = 0; i < 3; i++)
		n += changes_write(shown, commands[i], NULL, request->arena);
	writer_open(writer, FolderHierarchy_FolderSync);
	writer_int(writer, FolderHierarchy_Status, FOLDER_SYNC_OK);
	writer_text(writer, FolderHierarchy_SyncKey, shown_key_text(shown, request->arena));
	writer_open(writer, FolderHierarchy_Changes);
	writer_int(writer, FolderHierarchy_Count, n);
	for (unsigned i = 0; i < 3; i++)
		changes_write(shown, commands[i], writer, request->arena);
	writer_close(writer);
	writer_close(writer);
	request->log.status = FOLDER_SYNC_OK;
	request->log.out = n ? arena_printf(request->arena, "folders=%u", n) : NULL;
}

/* --- the step --- */

static enum fault
shown_step(struct request *request, const char *key, const struct shown_list *now,
    struct shown *shown)
{
	struct shown before = *shown;
	enum fault fault = OK;

	switch (shown_match(shown, key)) {
	case SHOWN_ZERO:
		shown_begin(shown);
		break;
	case SHOWN_CURRENT:
		if (shown_list_is_equal(&shown->told, now)) {
			shown->held = shown->told;
			break;
		}
		fault = shown_forget_dropped(request, shown);
		shown_acknowledge(shown);
		break;
	case SHOWN_BEFORE:
		break;
	case SHOWN_STALE:
		return STALE;
	}
	shown_tell(shown, now);
	shown->versions = command_versions(request->arena);
	if (fault != OK)
		return fault;
	if (shown->key == before.key && shown->epoch == before.epoch &&
	    !strcmp(shown->versions, before.versions))
		return OK;
	/* the phone that shows the newest key and hears nothing new keeps the way back */
	if (shown->key == before.key && shown->epoch == before.epoch)
		shown->held = before.held;
	return shown_save(request, shown);
}

/* In one transaction, so that two at once tell the phone one and the same thing. */
static enum fault
step_run(struct request *request, const char *key, const struct shown_list *now,
    struct shown *ret_shown, bool *ret_versions_grew)
{
	const struct state_ops *ops = request->state->ops;
	const char *versions;
	enum fault fault = ops->begin(request->state);

	if (fault != OK)
		return fault;
	fault = shown_load(request, ret_shown);
	versions = ret_shown->versions;
	if (fault == OK)
		fault = shown_step(request, key, now, ret_shown);
	if (fault != OK) {
		ops->rollback(request->state);
		return fault;
	}
	*ret_versions_grew = *versions && strcmp(versions, ret_shown->versions) != 0;
	return ops->commit(request->state);
}

enum fault
folder_sync_run(struct request *request, struct response *response)
{
	const struct collection *list;
	struct shown_list now;
	struct shown shown, kept;
	const char *key;
	unsigned n;
	bool is_zero, versions_grew = false;
	enum fault fault = key_read(request, &key);

	if (fault != OK)
		return fault;
	fault = shown_load(request, &kept);
	if (fault != OK)
		return fault;
	is_zero = shown_match(&kept, key) == SHOWN_ZERO;
	fault = hierarchy_list(request, is_zero ? 0 : HIERARCHY_FRESH_S, &list, &n);
	if (fault != OK)
		return fault;
	now = shown_list_of(request->arena, list, n);
	/* nothing new: no need to lock anything */
	if (shown_match(&kept, key) == SHOWN_CURRENT && shown_list_is_equal(&kept.told, &now) &&
	    !strcmp(kept.versions, command_versions(request->arena))) {
		shown = kept;
		shown.held = shown.told;
	} else {
		fault = step_run(request, key, &now, &shown, &versions_grew);
	}
	if (fault != OK)
		return fault;
	response->version_headers = is_zero;
	response->rp_header = versions_grew;
	answer_write(request, response, &shown);
	return OK;
}
