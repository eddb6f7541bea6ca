/* SPDX-License-Identifier: ISC */
/*
 * FolderCreate, FolderDelete, FolderUpdate ([MS-ASCMD] 2.2.1.2 to 2.2.1.6).  The
 * answer's key includes the phone's own change and nothing else, so that change is
 * not echoed and those of others are not lost.  A request that comes again,
 * because its answer was, gets the same answer.  Worker.
 */
#include <string.h>

#include "bridge/base/arena.h"
#include "bridge/base/codec.h"
#include "bridge/command.h"
#include "bridge/request.h"
#include "bridge/response.h"
#include "bridge/state/state.h"
#include "bridge/sync/hierarchy.h"
#include "bridge/sync/shown.h"

enum { NAME_MAX_CHARACTERS = 256, TYPE_DEFAULT_MAX = 11, TYPE_RECIPIENTS = 19 };

/* [MS-ASCMD] 2.2.3.177.2 to .6 */
enum {
	EDIT_OK = 1, EDIT_EXISTS = 2, EDIT_SPECIAL = 2, EDIT_SPECIAL_DELETE = 3, EDIT_UNKNOWN = 4,
	EDIT_NO_PARENT = 5, EDIT_MALFORMED = 10,
};

/* The three commands on their pages: the same tags all the way. */
struct folder_request {
	enum folder_edit_kind kind;
	enum token root;
	const char *key, *server_id, *parent_id, *name;
	long type;
	const struct collection *collection, *parent;
};

static bool
edit_read(struct request *request, struct folder_request *edit)
{
	struct reader reader;
	enum token token;
	bool has_body;

	if (request_reader(request, &reader, &has_body) != OK || !has_body ||
	    !reader_enter(&reader, edit->root))
		return false;
	while (reader_child(&reader, &token))
		switch (token) {
		case FolderHierarchy_SyncKey:
			edit->key = reader_text(&reader);
			break;
		case FolderHierarchy_ServerId:
			edit->server_id = reader_text(&reader);
			break;
		case FolderHierarchy_ParentId:
			edit->parent_id = reader_text(&reader);
			break;
		case FolderHierarchy_DisplayName:
			edit->name = reader_text(&reader);
			break;
		case FolderHierarchy_Type:
			if (!reader_number(&reader, &edit->type))
				edit->type = 0;
			break;
		case FolderHierarchy_Status: /* it belongs to answers */
			return false;
		default:
			break;
		}
	return edit->key && reader_fault(&reader) == READER_OK;
}

/* --- checks; 0: fine, else a status --- */

static bool
name_is_fine(const char *name)
{
	size_t characters = 0;

	if (!name || !*name || !utf8_is_valid(name, strlen(name)))
		return false;
	for (; *name; name++) {
		if ((unsigned char)*name < ' ')
			return false;
		characters += ((unsigned char)*name & 0xc0) != 0x80;
	}
	return characters <= NAME_MAX_CHARACTERS;
}

/* The class of a folder that a phone may create; N_CLASSES: it may not. */
static enum item_class
class_of_type(long type)
{
	static const struct {
		long type;
		enum item_class class;
	} types[] = {
		{ FOLDER_GENERIC, CLASS_EMAIL }, { FOLDER_USER_MAIL, CLASS_EMAIL },
		{ FOLDER_USER_CALENDAR, CLASS_CALENDAR }, { FOLDER_USER_CONTACTS, CLASS_CONTACTS },
		{ FOLDER_USER_TASKS, CLASS_TASKS }, { FOLDER_USER_NOTES, CLASS_NOTES },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].type == type)
			return types[i].class;
	return N_CLASSES;
}

static bool
is_special(const struct collection *collection)
{
	int type = (int)collection->type;

	return (type >= (int)FOLDER_INBOX && type <= TYPE_DEFAULT_MAX) || type == TYPE_RECIPIENTS;
}

static enum fault
parent_find(struct request *request, struct folder_request *edit, int *ret_status)
{
	enum fault fault;

	if (!edit->parent_id || !strcmp(edit->parent_id, "0"))
		return OK;
	fault = hierarchy_find(request, edit->parent_id, &edit->parent);
	if (fault == FOLDER_GONE) {
		*ret_status = EDIT_NO_PARENT;
		return OK;
	}
	return fault;
}

static enum fault
folder_find(struct request *request, struct folder_request *edit, int *ret_status)
{
	enum fault fault = hierarchy_find(request, edit->server_id, &edit->collection);

	if (fault == FOLDER_GONE) {
		*ret_status = EDIT_UNKNOWN;
		return OK;
	}
	if (fault == OK && is_special(edit->collection))
		*ret_status = edit->kind == FOLDER_REMOVE ? EDIT_SPECIAL_DELETE : EDIT_SPECIAL;
	return fault;
}

static enum fault
edit_check(struct request *request, struct folder_request *edit, int *ret_status)
{
	bool needs_folder = edit->kind != FOLDER_CREATE, needs_name = edit->kind != FOLDER_REMOVE;
	enum fault fault = OK;

	if ((needs_folder && (!edit->server_id || !*edit->server_id)) ||
	    (needs_name && (!name_is_fine(edit->name) || !edit->parent_id)) ||
	    (!needs_folder && class_of_type(edit->type) == N_CLASSES)) {
		*ret_status = EDIT_MALFORMED;
		return OK;
	}
	if (needs_folder)
		fault = folder_find(request, edit, ret_status);
	if (fault == OK && !*ret_status && needs_name)
		fault = parent_find(request, edit, ret_status);
	return fault;
}

/* --- doing it --- */

/* What the phone has now: what it had, with its own change. */
static void
shown_edit_apply(struct arena *arena, struct shown *shown, const struct folder_request *edit,
    uint32_t id)
{
	struct shown_list now = { .list = arena_array(arena, shown->held.n + 1,
	    sizeof(*now.list)) };
	struct shown_folder folder = {
		.number = id, .parent = edit->parent ? edit->parent->id : 0, .name = edit->name,
		.type = edit->collection ? (uint32_t)edit->collection->type :
		    edit->type == FOLDER_GENERIC ? (uint32_t)FOLDER_USER_MAIL :
		    (uint32_t)edit->type,
	};

	for (unsigned i = 0; i < shown->held.n; i++)
		if (shown->held.list[i].number != id)
			now.list[now.n++] = shown->held.list[i];
	if (edit->kind != FOLDER_REMOVE)
		now.list[now.n++] = folder;
	shown->told = now;
	shown->key++;
	shown->edit = (struct shown_edit){
		.is_there = true, .kind = edit->kind, .number = id, .parent = folder.parent,
		.name = edit->name ? edit->name : "",
	};
}

/* A removed folder takes those below it along. */
static void
below_drop(struct shown_list *list)
{
	bool again = true;

	while (again) {
		again = false;
		for (unsigned i = 0; i < list->n && !again; i++) {
			if (!list->list[i].parent ||
			    shown_list_find(list, list->list[i].parent))
				continue;
			list->list[i] = list->list[--list->n];
			again = true;
		}
	}
}

/* True if this request is the one whose answer was lost. */
static bool
is_repeated(const struct shown *shown, const struct folder_request *edit)
{
	const struct shown_edit *last = &shown->edit;
	uint32_t parent = 0, number = 0;
	int64_t value;

	if (!last->is_there || last->kind != edit->kind)
		return false;
	if (edit->parent_id && number_parse(edit->parent_id, 0, UINT32_MAX, &value))
		parent = (uint32_t)value;
	if (edit->server_id && number_parse(edit->server_id, 0, UINT32_MAX, &value))
		number = (uint32_t)value;
	if (edit->kind != FOLDER_CREATE && number != last->number)
		return false;
	return edit->kind == FOLDER_REMOVE || (parent == last->parent && edit->name &&
	    !strcmp(edit->name, last->name));
}

static void
answer_write(struct request *request, struct response *response,
    const struct folder_request *edit, const struct shown *shown)
{
	struct writer *writer = &response->writer;

	writer_open(writer, edit->root);
	writer_int(writer, FolderHierarchy_Status, EDIT_OK);
	writer_text(writer, FolderHierarchy_SyncKey, shown_key_text(shown, request->arena));
	if (edit->kind == FOLDER_CREATE)
		writer_text(writer, FolderHierarchy_ServerId,
		    arena_printf(request->arena, "%u", shown->edit.number));
	writer_close(writer);
	request->log.status = EDIT_OK;
}

/* The server has done it; now the phone's list and key. */
static enum fault
shown_change(struct request *request, const struct folder_request *edit, uint32_t id,
    struct shown *ret_shown)
{
	const struct state_ops *ops = request->state->ops;
	enum fault fault = ops->begin(request->state);

	if (fault != OK)
		return fault;
	fault = shown_load(request, ret_shown);
	if (fault == OK && shown_match(ret_shown, edit->key) == SHOWN_CURRENT)
		shown_acknowledge(ret_shown);
	if (fault == OK) {
		shown_edit_apply(request->arena, ret_shown, edit, id);
		if (edit->kind == FOLDER_REMOVE)
			below_drop(&ret_shown->told);
		fault = shown_save(request, ret_shown);
	}
	if (fault == OK && edit->kind == FOLDER_REMOVE)
		fault = shown_forget_dropped(request, ret_shown);
	if (fault != OK) {
		ops->rollback(request->state);
		return fault;
	}
	return ops->commit(request->state);
}

static enum fault
edit_do(struct request *request, const struct folder_request *edit, uint32_t *ret_id)
{
	struct hierarchy_edit wish = {
		.kind = edit->kind, .collection = edit->collection, .parent = edit->parent,
		.display_name = edit->name,
		.class = edit->kind == FOLDER_CREATE ? class_of_type(edit->type) : CLASS_EMAIL,
	};
	enum fault fault = hierarchy_edit(request, &wish, ret_id);

	if (fault == FOLDER_GONE)
		hierarchy_expire(request);
	/* a kind of folder that this account has no backend for */
	return fault == CANNOT && edit->kind == FOLDER_CREATE ? BAD_INPUT : fault;
}

static enum fault
edit_run(struct request *request, struct response *response, struct folder_request *edit)
{
	struct shown shown;
	enum shown_key match;
	uint32_t id = 0;
	int status = 0;
	enum fault fault;

	if (!edit_read(request, edit))
		return BAD_INPUT;
	fault = shown_load(request, &shown);
	if (fault != OK)
		return fault;
	match = shown_match(&shown, edit->key);
	if (match == SHOWN_BEFORE && is_repeated(&shown, edit)) {
		answer_write(request, response, edit, &shown);
		return OK;
	}
	if (match == SHOWN_ZERO || match == SHOWN_STALE)
		return STALE;
	fault = edit_check(request, edit, &status);
	if (fault != OK)
		return fault;
	if (status) {
		command_answer_status(request, response, status);
		return OK;
	}
	fault = edit_do(request, edit, &id);
	if (fault == OK)
		fault = shown_change(request, edit, id, &shown);
	if (fault == OK)
		answer_write(request, response, edit, &shown);
	return fault;
}

enum fault
folder_create_run(struct request *request, struct response *response)
{
	struct folder_request edit = {
		.kind = FOLDER_CREATE, .root = FolderHierarchy_FolderCreate
	};

	return edit_run(request, response, &edit);
}

enum fault
folder_update_run(struct request *request, struct response *response)
{
	struct folder_request edit = {
		.kind = FOLDER_RENAME, .root = FolderHierarchy_FolderUpdate
	};

	return edit_run(request, response, &edit);
}

enum fault
folder_delete_run(struct request *request, struct response *response)
{
	struct folder_request edit = {
		.kind = FOLDER_REMOVE, .root = FolderHierarchy_FolderDelete
	};

	return edit_run(request, response, &edit);
}
