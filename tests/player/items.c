/* SPDX-License-Identifier: ISC */
/*
 * The items of a phone's folders: applies Sync answers, with the eyes of a client that trusts
 * nothing.  Doubled Adds, Deletes and Changes of unknown items, a SyncKey handed out twice, or
 * MoreAvailable without progress are errors.
 *
 * Replays: with each key the phone remembers which items it had.  A request with an older key
 * means "your last answer never came", so items_sent goes back to what it had then.
 */
#include "tests/player/phone_state.h"

#include <stdlib.h>
#include <string.h>

#include "bridge/base/arena.h"
#include "tests/player/flavour.h"
#include "tests/player/node.h"
#include "tests/player/phone.h"

static void copy_items(struct arena *arena, struct map *to, const struct map *from)
{
	const struct map_entry *entry;
	uint32_t cursor = 0;

	map_init(to, arena);
	while ((entry = map_next(from, &cursor)) != NULL)
		map_put(to, entry->key, entry->value);
}

void items_forget(struct folder *folder)
{
	struct arena *arena = folder->items.arena;

	map_init(&folder->items, arena);
	folder->key = folder->previous = "0";
	folder->n_old = 0;
}

/* Keeps the state that belongs to the key now current. */
static void remember(struct folder *folder)
{
	struct snapshot *slot;

	if (folder->n_old == SNAPSHOTS) {
		memmove(folder->old, folder->old + 1, sizeof(folder->old) - sizeof(folder->old[0]));
		folder->n_old--;
	}
	slot = &folder->old[folder->n_old++];
	slot->key = folder->key;
	copy_items(folder->items.arena, &slot->items, &folder->items);
}

/* What an empty Sync repeats: the collections without keys (the current ones) and commands. */
static void cache_request(struct phone *phone, const struct node *sync)
{
	struct node *at;

	phone->last_sync = node_copy(phone->arena, sync);
	at = node_path(phone->last_sync, "Collections/Collection");
	for (; at != NULL; at = node_sibling(at, "Collection")) {
		node_drop(at, "SyncKey");
		node_drop(at, "Commands");
	}
}

void items_sent(struct phone *phone, const struct node *sync)
{
	const struct node *at = node_path(sync, "Collections/Collection");

	for (; at != NULL; at = node_sibling(at, "Collection")) {
		struct folder *folder = phone_folder_by_id(phone, node_text(at, "CollectionId"));
		const char *key = node_text(at, "SyncKey");

		if (folder == NULL || strcmp(folder->key, key) == 0)
			continue;
		if (strcmp(key, "0") == 0) {
			map_init(&folder->items, phone->arena);
			folder->n_old = 0;
			continue;
		}
		for (unsigned i = folder->n_old; i > 0; i--)
			if (strcmp(folder->old[i - 1].key, key) == 0) {
				folder->key = key;
				copy_items(phone->arena, &folder->items, &folder->old[i - 1].items);
				folder->n_old = i;
				break;
			}
	}
	if (node_child(sync, "Partial") == NULL)
		cache_request(phone, sync);
}

static void put_item(struct phone *phone, struct folder *folder, const char *id,
	struct node *data)
{
	struct item *item = arena_alloc(phone->arena, sizeof(*item));

	item->id = id;
	item->data = data;
	map_put(&folder->items, id, item);
}

static bool apply_add(struct phone *phone, struct folder *folder, const struct node *add)
{
	const char *id = node_text(add, "ServerId");

	if (map_has(&folder->items, id))
		return phone_fail(phone, "%s: Add of %s, which the phone has already", folder->name,
				  id);
	put_item(phone, folder, id, node_copy(phone->arena, node_child(add, "ApplicationData")));
	return true;
}

static bool apply_change(struct phone *phone, struct folder *folder, const struct node *change)
{
	const char *id = node_text(change, "ServerId");
	const struct item *old = map_get(&folder->items, id);
	struct node *data;

	if (old == NULL)
		return phone_fail(phone, "%s: Change of unknown item %s", folder->name, id);
	data = node_copy(phone->arena, old->data);
	node_merge(phone->arena, data, node_child(change, "ApplicationData"));
	put_item(phone, folder, id, data);
	return true;
}

static bool apply_delete(struct phone *phone, struct folder *folder, const struct node *node)
{
	const char *id = node_text(node, "ServerId");

	if (map_remove(&folder->items, id) == NULL && (phone->habits & HABIT_MOVES) == 0)
		return phone_fail(phone, "%s: %s of unknown item %s", folder->name, node->name, id);
	return true;
}

static bool apply_commands(struct phone *phone, struct folder *folder, const struct node *commands)
{
	bool good = true;

	for (const struct node *at = commands ? commands->first : NULL; good && at; at = at->next) {
		if (strcmp(at->name, "Add") == 0)
			good = apply_add(phone, folder, at);
		else if (strcmp(at->name, "Change") == 0)
			good = apply_change(phone, folder, at);
		else
			good = apply_delete(phone, folder, at);
	}
	return good;
}

static const struct node *find_response(const struct node *responses, const char *kind,
	const char *id_name, const char *id)
{
	const struct node *at = node_child(responses, kind);

	while (at != NULL && strcmp(node_text(at, id_name), id) != 0)
		at = node_sibling(at, kind);
	return at;
}

/* What the phone itself asked for and the server did, as far as not answered with a failure. */
static bool apply_own(struct phone *phone, struct folder *folder, const struct node *asked,
	const struct node *responses)
{
	const struct node *commands = node_child(asked, "Commands");

	for (const struct node *at = commands ? commands->first : NULL; at; at = at->next) {
		const char *id = node_text(at, "ServerId");
		const struct node *answer = find_response(responses, at->name, "ServerId", id);
		const struct node *data = node_child(at, "ApplicationData");

		if (strcmp(at->name, "Delete") == 0 && answer == NULL) {
			map_remove(&folder->items, id);
		} else if (strcmp(at->name, "Change") == 0 && answer == NULL
			   && map_has(&folder->items, id)) {
			if (!apply_change(phone, folder, at))
				return false;
		} else if (strcmp(at->name, "Add") == 0) {
			answer = find_response(responses, "Add", "ClientId",
					       node_text(at, "ClientId"));
			if (answer == NULL)
				return phone_fail(phone, "Add %s was not answered",
						  node_text(at, "ClientId"));
			if (strcmp(node_text(answer, "Status"), "1") == 0)
				put_item(phone, folder, node_text(answer, "ServerId"),
					 node_copy(phone->arena, data));
		} else if (strcmp(at->name, "Fetch") == 0 && answer == NULL && *id != '\0') {
			/* a Fetch of nothing cannot be answered: a reply needs an id (R6) */
			return phone_fail(phone, "Fetch of %s was not answered", id);
		}
	}
	return true;
}

static bool check_key(struct phone *phone, struct folder *folder, const struct node *answer,
	const char *sent)
{
	const char *key = node_text(answer, "SyncKey");
	const char *before;
	bool moved = node_child(answer, "Commands") || node_child(answer, "Responses")
		|| node_child(answer, "MoreAvailable") || strcmp(sent, "0") == 0;

	if (strcmp(key, "0") == 0)
		return phone_fail(phone, "%s: SyncKey 0 from the server", folder->name);
	if (strcmp(key, sent) == 0)
		return !moved || phone_fail(phone, "%s: changes without a new SyncKey",
					    folder->name);
	/* the same answer to the same key is fine; key 0 twice may join one beginning (R3) */
	before = map_get(&folder->seen_keys, key);
	if (before != NULL && strcmp(before, sent) != 0)
		return phone_fail(phone, "%s: SyncKey %s handed out again", folder->name, key);
	map_put(&folder->seen_keys, key, arena_strdup(phone->arena, sent));
	return true;
}

static bool apply_collection(struct phone *phone, const struct node *asked,
	const struct node *answer)
{
	const char *id = node_text(answer, "CollectionId");
	struct folder *folder = phone_folder_by_id(phone, id);
	const char *sent = node_text(asked, "SyncKey");
	const char *key = node_text(answer, "SyncKey");

	if (strcmp(node_text(answer, "Status"), "1") != 0)
		return true;
	if (folder == NULL)
		return phone_fail(phone, "Sync of unknown collection %s succeeded", id);
	if (*sent == '\0')
		sent = folder->key;
	if (!check_key(phone, folder, answer, sent))
		return false;
	if (strcmp(sent, "0") == 0) {
		map_init(&folder->items, phone->arena);
		folder->n_old = 0;
	} else if (strcmp(key, sent) != 0) {
		remember(folder);
	}
	if (!apply_own(phone, folder, asked, node_child(answer, "Responses"))
	    || !apply_commands(phone, folder, node_child(answer, "Commands")))
		return false;
	if (strcmp(key, sent) != 0)
		folder->previous = strcmp(sent, "0") == 0 ? "0" : sent;
	folder->key = key;
	return true;
}

static const struct node *asked_for(const struct node *asked, const char *id)
{
	const struct node *at = node_path(asked, "Collections/Collection");

	while (at != NULL && strcmp(node_text(at, "CollectionId"), id) != 0)
		at = node_sibling(at, "Collection");
	return at;
}

bool items_apply_sync(struct phone *phone, const struct node *asked, const struct node *answer)
{
	const struct node *at = node_path(answer, "Collections/Collection");
	bool partial = node_child(asked, "Partial") != NULL;
	bool good = true;

	for (; good && at != NULL; at = node_sibling(at, "Collection")) {
		const char *id = node_text(at, "CollectionId");
		const struct node *about = asked_for(asked, id);

		if (about == NULL && !partial)
			return phone_fail(phone, "Sync answers for collection %s, not asked", id);
		good = apply_collection(phone, about, at);
	}
	return good;
}

/* Outlook and Windows phones move the item in their own store (R73). */
bool items_apply_moves(struct phone *phone, const struct node *asked, const struct node *answer)
{
	const struct node *move = node_child(asked, "Move");
	const struct node *response = node_child(answer, "Response");

	if ((phone->habits & HABIT_MOVES) == 0)
		return true;
	for (; move != NULL && response != NULL; move = node_sibling(move, "Move"),
	     response = node_sibling(response, "Response")) {
		struct folder *from = phone_folder_by_id(phone, node_text(move, "SrcFldId"));
		struct folder *to = phone_folder_by_id(phone, node_text(move, "DstFldId"));
		struct item *item;

		if (strcmp(node_text(response, "Status"), "3") != 0 || from == NULL || to == NULL)
			continue;
		item = map_remove(&from->items, node_text(move, "SrcMsgId"));
		if (item != NULL && !map_has(&to->items, node_text(response, "DstMsgId")))
			put_item(phone, to, node_text(response, "DstMsgId"), item->data);
	}
	return true;
}
