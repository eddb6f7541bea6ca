/* SPDX-License-Identifier: ISC */
/*
 * Folders made, renamed and removed by a phone.  The server goes first; then the
 * table follows, so that a folder keeps its number under its new name and a
 * removed folder's number is never seen again.  Worker.
 */
#include <string.h>

#include "bridge/account.h"
#include "bridge/base/arena.h"
#include "bridge/request.h"
#include "bridge/sync/folders.h"
#include "bridge/sync/hierarchy.h"
#include "bridge/sync/table.h"

/* What the server did, to be told to the table. */
struct done {
	const struct hierarchy_edit *edit;
	const char *folder; /* the store's id afterwards */
	uint32_t number;
};

static const enum folder_type user_types[N_CLASSES] = {
	[CLASS_EMAIL] = FOLDER_USER_MAIL, [CLASS_CALENDAR] = FOLDER_USER_CALENDAR,
	[CLASS_CONTACTS] = FOLDER_USER_CONTACTS, [CLASS_TASKS] = FOLDER_USER_TASKS,
	[CLASS_NOTES] = FOLDER_USER_NOTES, [CLASS_SMS] = FOLDER_USER_MAIL,
};

static struct folder
folder_of(const struct done *done)
{
	const struct hierarchy_edit *edit = done->edit;
	const struct collection *old = edit->collection;
	struct folder folder = {
		.id = done->folder, .display_name = edit->display_name,
		.parent = edit->parent ? edit->parent->folder : NULL,
		.can_hold_items = true, .class = edit->class, .type = user_types[edit->class],
	};

	if (old) {
		folder.type = old->type;
		folder.class = old->class;
		folder.can_hold_items = old->can_hold_items;
		folder.is_junk = old->is_junk;
	}
	return folder;
}

static void
follow(struct folders *folders, struct arena *arena, void *ctx)
{
	struct done *done = ctx;
	struct folder folder = folder_of(done);
	struct folder_row *row = done->number ? folders_by_number(folders, done->number) : NULL;

	if (done->edit->kind == FOLDER_CREATE)
		done->number = folders_add(folders, arena, &folder)->number;
	else if (row && done->edit->kind == FOLDER_RENAME)
		folders_renamed(folders, arena, row, &folder);
	else if (row)
		folders_remove(folders, done->number);
	folders_link(folders, arena);
}

static enum fault
edit_one(struct request *request, const struct hierarchy_edit *edit, uint32_t *ret_id)
{
	const struct collection *old = edit->collection;
	struct folder_edit wish = {
		.kind = edit->kind, .folder = old ? old->folder : NULL,
		.parent = edit->parent ? edit->parent->folder : NULL,
		.display_name = edit->display_name, .class = old ? old->class : edit->class,
	};
	struct done done = { .edit = edit, .number = old ? old->id : 0 };
	struct store *store;
	enum fault fault = account_store(request, wish.class, &store);

	if (fault == OK && !store->ops->edit_folder)
		fault = CANNOT;
	if (fault == OK)
		fault = store->ops->edit_folder(store, &wish, &done.folder);
	/* removed by somebody else meanwhile: that is what was wanted */
	if (fault == FOLDER_GONE && edit->kind == FOLDER_REMOVE)
		fault = OK;
	if (fault == OK)
		fault = table_change(request, follow, &done);
	if (fault == OK)
		*ret_id = done.number;
	return fault;
}

static bool
is_under(const struct collection *list, unsigned n, const struct collection *below, uint32_t above)
{
	uint32_t at = below->parent;

	for (unsigned steps = 0; at && steps <= n; steps++) {
		const struct collection *parent = NULL;

		if (at == above)
			return true;
		for (unsigned i = 0; i < n; i++)
			if (list[i].id == at)
				parent = &list[i];
		at = parent ? parent->parent : 0;
	}
	return false;
}

/* Depth first: on IMAP the children of a deleted mailbox would stay. */
static enum fault
remove_tree(struct request *request, const struct hierarchy_edit *edit, uint32_t *ret_id)
{
	const struct collection *list;
	unsigned n;
	enum fault fault = hierarchy_list(request, INT64_MAX, &list, &n);

	/* the list has parents before children: go backwards */
	for (unsigned i = n; i-- > 0 && fault == OK;) {
		struct hierarchy_edit below = { .kind = FOLDER_REMOVE, .collection = &list[i] };

		if (is_under(list, n, &list[i], edit->collection->id))
			fault = edit_one(request, &below, ret_id);
	}
	return fault == OK ? edit_one(request, edit, ret_id) : fault;
}

enum fault
hierarchy_edit(struct request *request, const struct hierarchy_edit *edit, uint32_t *ret_id)
{
	const struct collection *list;
	unsigned n;
	enum fault fault;

	if (edit->kind == FOLDER_REMOVE)
		return remove_tree(request, edit, ret_id);
	if (edit->kind == FOLDER_RENAME && edit->parent) {
		fault = hierarchy_list(request, INT64_MAX, &list, &n);
		if (fault != OK)
			return fault;
		if (edit->parent->id == edit->collection->id ||
		    is_under(list, n, edit->parent, edit->collection->id))
			return BAD_INPUT;
	}
	return edit_one(request, edit, ret_id);
}
