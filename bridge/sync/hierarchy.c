/* SPDX-License-Identifier: ISC */
/*
 * The folder list of an account, cached in the state so that a phone's FolderSync
 * before every round costs no look at the server (R20).  Lists are made class by
 * class, from whatever stores the account has; the table (folders.h) gives the
 * numbers.  Worker.
 */
#include "bridge/sync/hierarchy.h"

#include <string.h>

#include "bridge/account.h"
#include "bridge/base/arena.h"
#include "bridge/base/codec.h"
#include "bridge/base/date.h"
#include "bridge/base/log.h"
#include "bridge/request.h"
#include "bridge/sync/folders.h"
#include "bridge/sync/table.h"

enum {
	RETRY_S = 5, /* an unknown id makes us list again, but not more often than this */
	ID_MAX = 64,
};

static const enum item_class classes[] = {
	CLASS_EMAIL, CLASS_CALENDAR, CLASS_CONTACTS, CLASS_TASKS, CLASS_NOTES
};
enum { N_LISTED = sizeof(classes) / sizeof(classes[0]) };

struct hierarchy {
	struct folders folders;
	struct collection *list;
	unsigned n;
};

/* --- the view --- */

static const char *
id_text(struct arena *arena, uint32_t number)
{
	return arena_printf(arena, "%u", number);
}

static struct hierarchy *
view_make(struct arena *arena, const struct folders *folders)
{
	struct hierarchy *view = arena_alloc(arena, sizeof(*view));

	view->folders = *folders;
	view->list = arena_array(arena, folders->n, sizeof(*view->list));
	for (unsigned i = 0; i < folders->n && folders->rows[i].is_listed; i++) {
		const struct folder_row *row = &folders->rows[i];

		view->list[view->n++] = (struct collection){
			.id = row->number, .server_id = id_text(arena, row->number),
			.parent = row->above, .parent_id = id_text(arena, row->above),
			.display_name = row->name, .folder = row->folder, .type = row->type,
			.class = row->class, .is_junk = row->is_junk,
			.can_hold_items = row->can_hold_items,
		};
	}
	return view;
}

static enum fault
view_load(struct request *request)
{
	struct folders folders;
	enum fault fault;

	if (request->hierarchy)
		return OK;
	fault = table_load(request, &folders);
	if (fault == OK)
		request->hierarchy = view_make(request->arena, &folders);
	return fault;
}

/* --- listing --- */

static bool
store_is_new(struct store *const *stores, unsigned n, const struct store *store)
{
	for (unsigned i = 0; i < n; i++)
		if (stores[i] == store)
			return false;
	return true;
}

static enum fault
listing_make(struct request *request, struct folder_listing *listing)
{
	struct store *stores[N_LISTED];
	unsigned n = 0;

	*listing = (struct folder_listing){
		.arena = request->arena, .max = (unsigned)request->account->config->max_folders,
	};
	for (unsigned i = 0; i < N_LISTED; i++) {
		struct store *store;
		enum fault fault = account_store(request, classes[i], &store);

		if (fault == CANNOT)
			continue;
		if (fault == OK && store_is_new(stores, n, store)) {
			stores[n++] = store;
			fault = store->ops->folders(store, folder_listing_add, listing);
		}
		if (fault != OK)
			return fault;
	}
	if (listing->n == listing->max)
		log_event(LEVEL_WARN, request->id, "too-many-folders", "user=%s max=%u",
		    request->account->login, listing->max);
	return n ? OK : CANNOT;
}

static void
listing_merge(struct folders *folders, struct arena *arena, void *listing)
{
	folders_merge(folders, arena, listing);
	folders->listed_at = now_s();
}

/* One of these faults may come from a list half read: the table stays as it was. */
static enum fault
list_anew(struct request *request)
{
	struct folder_listing listing;
	enum fault fault = listing_make(request, &listing);

	return fault == OK ? table_change(request, listing_merge, &listing) : fault;
}

static bool
view_is_fresh(const struct request *request, int64_t max_age_s)
{
	int64_t age = now_s() - request->hierarchy->folders.listed_at;

	return age >= 0 && age < max_age_s;
}

enum fault
hierarchy_list(struct request *request, int64_t max_age_s, const struct collection **ret_list,
    unsigned *ret_n)
{
	enum fault fault = view_load(request);

	if (fault == OK && !view_is_fresh(request, max_age_s)) {
		fault = list_anew(request);
		if (fault == OK)
			fault = view_load(request);
	}
	if (fault != OK)
		return fault;
	*ret_list = request->hierarchy->list;
	*ret_n = request->hierarchy->n;
	return OK;
}

static void
expire(struct folders *folders, struct arena *arena, void *ctx)
{
	(void)arena;
	(void)ctx;
	folders->listed_at = 0;
}

void
hierarchy_expire(struct request *request)
{
	if (view_load(request) == OK && request->hierarchy->folders.listed_at)
		table_change(request, expire, NULL);
	request->hierarchy = NULL;
}

/* --- finding --- */

static const struct collection *
view_find(const struct hierarchy *view, uint32_t id, enum folder_type type)
{
	for (unsigned i = 0; i < view->n; i++)
		if (id ? view->list[i].id == id : view->list[i].type == type)
			return &view->list[i];
	return NULL;
}

/* By id, or by type where id is 0.  What is not in the cached list may be new. */
static enum fault
find(struct request *request, uint32_t id, enum folder_type type,
    const struct collection **ret_collection)
{
	const struct collection *found;
	enum fault fault = view_load(request);

	if (fault != OK)
		return fault;
	found = view_find(request->hierarchy, id, type);
	if (!found && !view_is_fresh(request, RETRY_S)) {
		fault = list_anew(request);
		if (fault == OK)
			fault = view_load(request);
		if (fault != OK)
			return fault;
		found = view_find(request->hierarchy, id, type);
	}
	if (!found)
		return FOLDER_GONE;
	*ret_collection = found;
	return OK;
}

static bool
number_text(const char *text, size_t n, uint32_t *ret)
{
	char digits[12];
	int64_t value;

	if (!n || n >= sizeof(digits))
		return false;
	memcpy(digits, text, n);
	digits[n] = 0;
	if (!number_parse(digits, 1, UINT32_MAX, &value))
		return false;
	*ret = (uint32_t)value;
	return true;
}

enum fault
hierarchy_find(struct request *request, const char *server_id,
    const struct collection **ret_collection)
{
	uint32_t id;

	if (!number_text(server_id, strlen(server_id), &id))
		return FOLDER_GONE;
	return find(request, id, 0, ret_collection);
}

enum fault
hierarchy_by_type(struct request *request, enum folder_type type,
    const struct collection **ret_collection)
{
	return find(request, 0, type, ret_collection);
}

bool
item_id_parse(const char *server_id, uint32_t *ret_collection, uint32_t *ret_num)
{
	const char *colon = strchr(server_id, ':');
	uint32_t collection, num;

	if (!colon || strlen(server_id) > ID_MAX ||
	    !number_text(server_id, (size_t)(colon - server_id), &collection) ||
	    !number_text(colon + 1, strlen(colon + 1), &num))
		return false;
	*ret_collection = collection;
	*ret_num = num;
	return true;
}

const char *
item_id_print(struct arena *arena, uint32_t collection, uint32_t num)
{
	return arena_printf(arena, "%u:%u", collection, num);
}

enum fault
hierarchy_item(struct request *request, const char *server_id,
    const struct collection **ret_collection, struct item_ref *ret_ref)
{
	const struct collection *collection;
	uint32_t id, num;
	enum fault fault;

	if (!item_id_parse(server_id, &id, &num))
		return BAD_INPUT;
	fault = find(request, id, 0, &collection);
	if (fault != OK)
		return fault;
	*ret_collection = collection;
	*ret_ref = (struct item_ref){ .folder = collection->folder, .num = num };
	return OK;
}
