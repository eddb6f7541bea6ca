/* SPDX-License-Identifier: ISC */
/*
 * The folder list of a phone: applies FolderSync and the answers to FolderCreate, FolderDelete
 * and FolderUpdate.  After a FolderSync from key 0 every folder must have the id it had before
 * (R4), parents must come before children (R51), and nothing may be told twice.
 */
#include "tests/player/phone_state.h"

#include <stdlib.h>
#include <string.h>

#include "bridge/base/arena.h"
#include "tests/player/node.h"
#include "tests/player/phone.h"

static struct folder *folder_new(struct phone *phone, const char *id)
{
	struct folder *folder = arena_alloc(phone->arena, sizeof(*folder));

	folder->id = id;
	folder->key = folder->previous = "0";
	map_init(&folder->items, phone->arena);
	map_init(&folder->seen_keys, phone->arena);
	map_put(&phone->folders, id, folder);
	return folder;
}

static void folder_set(struct folder *folder, const struct node *node)
{
	folder->parent = node_text(node, "ParentId");
	folder->name = node_text(node, "DisplayName");
	folder->gone = false;
}

static bool has_parent(struct phone *phone, const struct node *node)
{
	const char *parent = node_text(node, "ParentId");
	const struct folder *folder = phone_folder_by_id(phone, parent);

	if (strcmp(parent, "0") == 0 || (folder != NULL && !folder->gone))
		return true;
	return phone_fail(phone, "folder \"%s\" comes before its parent %s",
			  node_text(node, "DisplayName"), parent);
}

/* The same name below the same parent must not have got another id. */
static bool is_stable(struct phone *phone, const struct node *node, const struct map *before)
{
	const struct map_entry *entry;
	uint32_t cursor = 0;

	while ((entry = map_next(before, &cursor)) != NULL) {
		const struct folder *old = entry->value;

		if (strcmp(old->name, node_text(node, "DisplayName")) == 0
		    && strcmp(old->parent, node_text(node, "ParentId")) == 0
		    && strcmp(old->id, node_text(node, "ServerId")) != 0)
			return phone_fail(phone, "folder \"%s\" had id %s and now has %s",
					  old->name, old->id, node_text(node, "ServerId"));
	}
	return true;
}

static bool apply_add(struct phone *phone, const struct node *node, const struct map *before)
{
	const char *id = node_text(node, "ServerId");
	struct folder *folder = phone_folder_by_id(phone, id);

	if (folder != NULL && !folder->gone)
		return phone_fail(phone, "folder %s added twice", id);
	if (!has_parent(phone, node) || !is_stable(phone, node, before))
		return false;
	if (folder == NULL)
		folder = folder_new(phone, id);
	folder_set(folder, node);
	folder->type = (int)node_number(node, "Type");
	return true;
}

static bool apply_known(struct phone *phone, const struct node *node, bool gone)
{
	const char *id = node_text(node, "ServerId");
	struct folder *folder = phone_folder_by_id(phone, id);

	if (folder == NULL || folder->gone)
		return phone_fail(phone, "%s of unknown folder %s", gone ? "Delete" : "Update", id);
	if (gone) {
		folder->gone = true;
		items_forget(folder);
		return true;
	}
	folder_set(folder, node);
	return has_parent(phone, node);
}

static bool is_single(struct phone *phone)
{
	const struct map_entry *entry;
	uint32_t cursor = 0;
	unsigned seen[20] = {0};

	while ((entry = map_next(&phone->folders, &cursor)) != NULL) {
		const struct folder *folder = entry->value;

		if (folder->gone || folder->type < 2 || folder->type > 11)
			continue;
		if (++seen[folder->type] > 1)
			return phone_fail(phone, "two folders of type %d", folder->type);
	}
	return true;
}

static void start_over(struct phone *phone, struct map *ret_before)
{
	const struct map_entry *entry;
	uint32_t cursor = 0;

	map_init(ret_before, phone->arena);
	while ((entry = map_next(&phone->folders, &cursor)) != NULL) {
		struct folder *folder = entry->value;

		if (!folder->gone)
			map_put(ret_before, folder->id, folder);
		folder->gone = true;
	}
}

static bool apply_sync(struct phone *phone, const struct node *asked, const struct node *answer)
{
	const struct node *changes = node_child(answer, "Changes");
	struct map before;
	unsigned n = 0;
	bool good = true;

	map_init(&before, phone->arena);
	if (asked == NULL || strcmp(node_text(asked, "SyncKey"), "0") == 0)
		start_over(phone, &before);
	for (const struct node *at = changes ? changes->first : NULL; good && at; at = at->next) {
		n += strcmp(at->name, "Count") != 0;
		if (strcmp(at->name, "Add") == 0)
			good = apply_add(phone, at, &before);
		else if (strcmp(at->name, "Update") == 0)
			good = apply_known(phone, at, false);
		else if (strcmp(at->name, "Delete") == 0)
			good = apply_known(phone, at, true);
	}
	if (good && changes != NULL && node_child(changes, "Count") != NULL
	    && (unsigned)node_number(changes, "Count") != n)
		return phone_fail(phone, "FolderSync Count %s, but %u changes",
				  node_text(changes, "Count"), n);
	return good && is_single(phone);
}

static bool apply_edit(struct phone *phone, const char *command, const struct node *asked,
	const struct node *answer)
{
	struct folder *folder;

	if (strcmp(command, "FolderCreate") == 0) {
		if (phone_folder_by_id(phone, node_text(answer, "ServerId")) != NULL)
			return phone_fail(phone, "FolderCreate gave an id in use");
		folder = folder_new(phone, node_text(answer, "ServerId"));
		folder_set(folder, asked);
		folder->type = (int)node_number(asked, "Type");
		return true;
	}
	folder = phone_folder_by_id(phone, node_text(asked, "ServerId"));
	if (folder == NULL)
		return phone_fail(phone, "%s of an unknown folder succeeded", command);
	if (strcmp(command, "FolderDelete") == 0) {
		folder->gone = true;
		items_forget(folder);
	} else {
		folder_set(folder, asked);
	}
	return true;
}

bool folders_apply(struct phone *phone, const char *command, const struct node *asked,
	const struct node *answer)
{
	const char *key = node_text(answer, "SyncKey");

	if (strcmp(node_text(answer, "Status"), "1") != 0)
		return true;
	phone->previous_folder_key = phone->folder_key;
	phone->folder_key = key;
	if (strcmp(command, "FolderSync") == 0)
		return apply_sync(phone, asked, answer);
	return apply_edit(phone, command, asked, answer);
}
