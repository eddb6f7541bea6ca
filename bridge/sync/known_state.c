/* SPDX-License-Identifier: ISC */
/* Generations in and out of the state.  Worker. */
#include "bridge/sync/known_state.h"

#include <string.h>

#include "bridge/account.h"
#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "bridge/base/log.h"
#include "bridge/request.h"
#include "bridge/state/state.h"
#include "bridge/sync/blob.h"
#include "bridge/sync/known.h"

enum { BLOB_MAX = 32 * 1024 * 1024 };

static struct state_key
name_of(const struct request *request, uint32_t collection, const char *tail)
{
	return (struct state_key){
		request->account->login, request->device->id,
		arena_printf(request->arena, "c/%u%s", collection, tail),
	};
}

static enum fault
load(struct request *request, const struct state_key *key, void **ret_data, size_t *ret_len)
{
	return request->state->ops->load(request->state, request->arena, key, ret_data, ret_len);
}

static void
complain(const struct request *request, uint32_t collection, const char *what)
{
	log_event(LEVEL_ERROR, request->id, "state-damaged",
		"user=%s device=%s collection=%u what=%s", request->account->login,
		request->device->id, collection, what);
}

enum fault
known_load(struct request *request, uint32_t collection, struct known **ret_known)
{
	struct state_key key = name_of(request, collection, "");
	struct known *known = arena_alloc(request->arena, sizeof(*known));
	void *data;
	size_t len;
	enum fault fault = load(request, &key, &data, &len);

	known->arena = request->arena;
	known->collection = collection;
	*ret_known = known;
	if (fault == OK && !known_head_decode(known, data, len)) {
		complain(request, collection, "head");
		return ITEM_GONE;
	}
	return fault;
}

enum fault
known_load_items(struct request *request, struct known *known)
{
	struct state_key key = name_of(request, known->collection, "/items");
	void *data;
	size_t len;
	enum fault fault;

	if (known->has_items)
		return OK;
	fault = load(request, &key, &data, &len);
	if (fault == OK && !known_items_decode(known, data, len))
		fault = ITEM_GONE;
	if (fault == ITEM_GONE) {
		complain(request, known->collection, "items");
		return STALE;
	}
	return fault;
}

/* The serial number that stands in the state now; 0: there is none, or none to be read. */
static enum fault
serial_load(struct request *request, const struct state_key *key, uint32_t *ret_serial)
{
	void *data;
	size_t len;
	enum fault fault = load(request, key, &data, &len);

	*ret_serial = 0;
	if (fault == OK) {
		struct blob blob = { data, (const uint8_t *)data + len, false };

		blob_number(&blob);
		*ret_serial = blob_number32(&blob);
	}
	return fault == ITEM_GONE ? OK : fault;
}

static enum fault
put(struct request *request, const struct state_key *key, const struct buf *buf)
{
	if (buf->failed)
		return BUG;
	return request->state->ops->save(request->state, key, buf->data, buf->len);
}

static enum fault
save_within(struct request *request, struct known *known, const struct buf *items)
{
	struct state_key key = name_of(request, known->collection, "");
	struct state_key items_key = name_of(request, known->collection, "/items");
	struct buf head;
	uint32_t serial;
	enum fault fault = serial_load(request, &key, &serial);

	if (fault != OK)
		return fault;
	if (serial != known->serial)
		return CONFLICT;
	known->serial++;
	buf_init_arena(&head, request->arena, BLOB_MAX);
	known_head_encode(known, &head);
	fault = put(request, &key, &head);
	if (fault == OK && known->items_changed)
		fault = put(request, &items_key, items);
	return fault;
}

enum fault
known_save(struct request *request, struct known *known)
{
	const struct state_ops *ops = request->state->ops;
	struct buf items;
	enum fault fault;

	buf_init_arena(&items, request->arena, BLOB_MAX);
	if (known->items_changed && !known_items_encode(known, &items))
		return BUG;
	fault = ops->begin(request->state);
	if (fault != OK)
		return fault;
	fault = save_within(request, known, &items);
	if (fault != OK) {
		ops->rollback(request->state);
		return fault;
	}
	known->items_changed = false;
	return ops->commit(request->state);
}

enum fault
known_forget(struct request *request, uint32_t collection)
{
	struct state_key head = name_of(request, collection, "");
	struct state_key below = name_of(request, collection, "/");
	enum fault fault = request->state->ops->forget(request->state, &below);

	return fault == OK ? request->state->ops->forget(request->state, &head) : fault;
}
