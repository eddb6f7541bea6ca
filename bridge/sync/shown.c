/* SPDX-License-Identifier: ISC */
/* The folder list of a device and its keys.  Worker. */
#include "bridge/sync/shown.h"

#include <string.h>

#include "bridge/account.h"
#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "bridge/base/log.h"
#include "bridge/request.h"
#include "bridge/state/state.h"
#include "bridge/sync/blob.h"
#include "bridge/sync/hierarchy.h"
#include "bridge/sync/key.h"
#include "bridge/sync/known_state.h"

enum { FORMAT = 1, FOLDER_BYTES = 4, SHOWN_MAX = 16 * 1024 * 1024 };

static struct state_key
name_of(const struct request *request)
{
	return (struct state_key){
		request->account->login, request->device->id, "hierarchy"
	};
}

static void
list_encode(const struct shown_list *list, struct buf *out)
{
	blob_put_number(out, list->n);
	for (unsigned i = 0; i < list->n; i++) {
		blob_put_number(out, list->list[i].number);
		blob_put_number(out, list->list[i].parent);
		blob_put_number(out, list->list[i].type);
		blob_put_text(out, list->list[i].name);
	}
}

static void
list_decode(struct blob *blob, struct arena *arena, struct shown_list *ret)
{
	ret->n = (unsigned)blob_number_max(blob, blob_room(blob, FOLDER_BYTES));
	ret->list = arena_array(arena, ret->n, sizeof(*ret->list));
	for (unsigned i = 0; i < ret->n; i++) {
		ret->list[i].number = blob_number32(blob);
		ret->list[i].parent = blob_number32(blob);
		ret->list[i].type = blob_number32(blob);
		ret->list[i].name = blob_text(blob, arena);
	}
}

static bool
decode(struct blob *blob, struct arena *arena, struct shown *ret)
{
	struct shown shown = { 0 };

	if (blob_number(blob) != FORMAT)
		return false;
	shown.epoch = blob_number(blob);
	shown.key = blob_number32(blob);
	shown.before = blob_number32(blob);
	shown.versions = blob_text(blob, arena);
	shown.edit.is_there = blob_number_max(blob, 1);
	shown.edit.kind = (enum folder_edit_kind)blob_number_max(blob, FOLDER_REMOVE);
	shown.edit.number = blob_number32(blob);
	shown.edit.parent = blob_number32(blob);
	shown.edit.name = blob_text(blob, arena);
	list_decode(blob, arena, &shown.held);
	list_decode(blob, arena, &shown.told);
	if (!blob_is_done(blob))
		return false;
	*ret = shown;
	return true;
}

enum fault
shown_load(struct request *request, struct shown *ret)
{
	struct state_key key = name_of(request);
	struct blob blob = { 0 };
	void *data;
	size_t len;
	enum fault fault = request->state->ops->load(request->state, request->arena, &key, &data,
	    &len);

	*ret = (struct shown){ .versions = "", .edit.name = "" };
	if (fault == ITEM_GONE)
		return OK;
	if (fault != OK)
		return fault;
	blob = (struct blob){ data, (const uint8_t *)data + len, false };
	if (!decode(&blob, request->arena, ret))
		log_event(LEVEL_ERROR, request->id, "state-damaged",
			"user=%s device=%s what=folders", request->account->login,
			request->device->id);
	return OK;
}

enum fault
shown_save(struct request *request, const struct shown *shown)
{
	struct state_key key = name_of(request);
	struct buf out;

	buf_init_arena(&out, request->arena, SHOWN_MAX);
	blob_put_number(&out, FORMAT);
	blob_put_number(&out, shown->epoch);
	blob_put_number(&out, shown->key);
	blob_put_number(&out, shown->before);
	blob_put_text(&out, shown->versions);
	blob_put_number(&out, shown->edit.is_there);
	blob_put_number(&out, (uint64_t)shown->edit.kind);
	blob_put_number(&out, shown->edit.number);
	blob_put_number(&out, shown->edit.parent);
	blob_put_text(&out, shown->edit.name);
	list_encode(&shown->held, &out);
	list_encode(&shown->told, &out);
	if (out.failed)
		return BUG;
	return request->state->ops->save(request->state, &key, out.data, out.len);
}

enum shown_key
shown_match(const struct shown *shown, const char *key)
{
	uint64_t epoch;
	uint32_t counter;

	if (key_is_zero(key))
		return SHOWN_ZERO;
	if (!key_parse(key, &epoch, &counter) || epoch != shown->epoch)
		return SHOWN_STALE;
	if (counter == shown->key)
		return SHOWN_CURRENT;
	return counter == shown->before ? SHOWN_BEFORE : SHOWN_STALE;
}

const char *
shown_key_text(const struct shown *shown, struct arena *arena)
{
	return key_print(arena, shown->epoch, shown->key);
}

void
shown_begin(struct shown *shown)
{
	shown->epoch = key_epoch();
	shown->key = shown->before = 0;
	shown->held.n = shown->told.n = 0;
	shown->edit.is_there = false;
}

void
shown_acknowledge(struct shown *shown)
{
	shown->held = shown->told;
	shown->before = shown->key;
	shown->edit.is_there = false;
}

void
shown_tell(struct shown *shown, const struct shown_list *list)
{
	if (shown->key && shown_list_is_equal(&shown->told, list))
		return;
	shown->told = *list;
	shown->key++;
}

enum fault
shown_forget_dropped(struct request *request, const struct shown *shown)
{
	enum fault fault = OK;

	for (unsigned i = 0; i < shown->held.n && fault == OK; i++)
		if (!shown_list_find(&shown->told, shown->held.list[i].number))
			fault = known_forget(request, shown->held.list[i].number);
	return fault;
}

struct shown_list
shown_list_of(struct arena *arena, const struct collection *list, unsigned n)
{
	struct shown_list shown = { .n = n };

	shown.list = arena_array(arena, n, sizeof(*shown.list));
	for (unsigned i = 0; i < n; i++)
		shown.list[i] = (struct shown_folder){
			.number = list[i].id, .parent = list[i].parent,
			.type = (uint32_t)list[i].type, .name = list[i].display_name,
		};
	return shown;
}

bool
shown_folder_is_equal(const struct shown_folder *a, const struct shown_folder *b)
{
	return a->number == b->number && a->parent == b->parent && a->type == b->type &&
	    !strcmp(a->name, b->name);
}

const struct shown_folder *
shown_list_find(const struct shown_list *list, uint32_t number)
{
	for (unsigned i = 0; i < list->n; i++)
		if (list->list[i].number == number)
			return &list->list[i];
	return NULL;
}

/* In whatever order: moving a folder about is no change by itself. */
bool
shown_list_is_equal(const struct shown_list *a, const struct shown_list *b)
{
	if (a->n != b->n)
		return false;
	for (unsigned i = 0; i < a->n; i++) {
		const struct shown_folder *other =
		    i < b->n && b->list[i].number == a->list[i].number ? &b->list[i] :
		    shown_list_find(b, a->list[i].number);

		if (!other || !shown_folder_is_equal(&a->list[i], other))
			return false;
	}
	return true;
}
