/* SPDX-License-Identifier: ISC */
/* What a device asked last, in the state.  Worker. */
#include "bridge/sync/recall.h"

#include <string.h>

#include "bridge/account.h"
#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "bridge/request.h"
#include "bridge/state/state.h"
#include "bridge/sync/blob.h"

enum {
	FORMAT = 1,
	RECALL_MAX = 1024 * 1024,
	LOST_MAX = 16,
	RECORD_BYTES = 3, /* least size of a stored collection or folder */
};

static struct state_key
name_of(const struct request *request, const char *name)
{
	return (struct state_key){ request->account->login, request->device->id, name };
}

/* ITEM_GONE also for what cannot be read: the phone will say it anew. */
static enum fault
open_blob(struct request *request, const char *name, struct blob *ret)
{
	struct state_key key = name_of(request, name);
	void *data;
	size_t len;
	enum fault fault = request->state->ops->load(request->state, request->arena, &key, &data,
	    &len);

	if (fault != OK)
		return fault;
	*ret = (struct blob){ data, (const uint8_t *)data + len, false };
	return blob_number(ret) == FORMAT ? OK : ITEM_GONE;
}

static enum fault
save_if_new(struct request *request, const char *name, const struct buf *out)
{
	struct state_key key = name_of(request, name);
	void *data;
	size_t len;

	if (out->failed)
		return BUG;
	if (request->state->ops->load(request->state, request->arena, &key, &data, &len) == OK &&
	    len == out->len && !memcmp(data, out->data, len))
		return OK;
	return request->state->ops->save(request->state, &key, out->data, out->len);
}

static void
begin(struct request *request, struct buf *out)
{
	buf_init_arena(out, request->arena, RECALL_MAX);
	blob_put_number(out, FORMAT);
}

/* --- Sync --- */

enum fault
recall_sync_load(struct request *request, struct recall_sync *ret)
{
	struct recall_sync sync = { 0 };
	struct blob blob;
	enum fault fault = open_blob(request, "sync", &blob);

	if (fault != OK)
		return fault;
	sync.window = blob_number32(&blob);
	sync.wait_s = blob_number32(&blob);
	sync.n = (unsigned)blob_number_max(&blob, blob_room(&blob, RECORD_BYTES));
	sync.list = arena_array(request->arena, sync.n, sizeof(*sync.list));
	for (unsigned i = 0; i < sync.n; i++) {
		sync.list[i].id = blob_text(&blob, request->arena);
		sync.list[i].key = blob_text(&blob, request->arena);
		sync.list[i].window = blob_number32(&blob);
		sync.list[i].deletes_as_moves = blob_number(&blob);
		sync.list[i].get_changes = blob_number(&blob);
		sync.list[i].is_explicit = blob_number(&blob);
	}
	if (!blob_is_done(&blob))
		return ITEM_GONE;
	*ret = sync;
	return OK;
}

enum fault
recall_sync_save(struct request *request, const struct recall_sync *sync)
{
	struct buf out;

	begin(request, &out);
	blob_put_number(&out, sync->window);
	blob_put_number(&out, sync->wait_s);
	blob_put_number(&out, sync->n);
	for (unsigned i = 0; i < sync->n; i++) {
		blob_put_text(&out, sync->list[i].id);
		blob_put_text(&out, sync->list[i].key);
		blob_put_number(&out, sync->list[i].window);
		blob_put_number(&out, sync->list[i].deletes_as_moves);
		blob_put_number(&out, sync->list[i].get_changes);
		blob_put_number(&out, sync->list[i].is_explicit);
	}
	return save_if_new(request, "sync", &out);
}

/* --- Ping --- */

enum fault
recall_ping_load(struct request *request, struct recall_ping *ret)
{
	struct recall_ping ping = { 0 };
	struct blob blob;
	enum fault fault = open_blob(request, "ping", &blob);

	if (fault != OK)
		return fault;
	ping.heartbeat = blob_number32(&blob);
	ping.n = (unsigned)blob_number_max(&blob, blob_room(&blob, RECORD_BYTES));
	ping.list = arena_array(request->arena, ping.n, sizeof(*ping.list));
	for (unsigned i = 0; i < ping.n; i++) {
		struct stamp *stamp = &ping.list[i].stamp;
		const void *data;
		size_t len;

		ping.list[i].id = blob_text(&blob, request->arena);
		ping.list[i].class = blob_text(&blob, request->arena);
		data = blob_bytes(&blob, &len);
		if (len > sizeof(stamp->bytes))
			return ITEM_GONE;
		stamp->len = (uint8_t)len;
		memcpy(stamp->bytes, data, len);
	}
	if (!blob_is_done(&blob))
		return ITEM_GONE;
	*ret = ping;
	return OK;
}

enum fault
recall_ping_save(struct request *request, const struct recall_ping *ping)
{
	struct buf out;

	begin(request, &out);
	blob_put_number(&out, ping->heartbeat);
	blob_put_number(&out, ping->n);
	for (unsigned i = 0; i < ping->n; i++) {
		blob_put_text(&out, ping->list[i].id);
		blob_put_text(&out, ping->list[i].class);
		blob_put_bytes(&out, ping->list[i].stamp.bytes, ping->list[i].stamp.len);
	}
	return save_if_new(request, "ping", &out);
}

/* --- lost folders --- */

struct lost {
	const char *id;
	uint32_t times;
};

static unsigned
lost_load(struct request *request, struct lost list[LOST_MAX])
{
	struct blob blob;
	unsigned n;

	if (open_blob(request, "lost", &blob) != OK)
		return 0;
	n = (unsigned)blob_number_max(&blob, LOST_MAX);
	for (unsigned i = 0; i < n; i++) {
		list[i].id = blob_text(&blob, request->arena);
		list[i].times = blob_number32(&blob);
	}
	return blob_is_done(&blob) ? n : 0;
}

enum fault
recall_lost(struct request *request, const char *id, uint32_t *ret_times)
{
	struct lost list[LOST_MAX];
	unsigned n = lost_load(request, list), at = 0;
	struct buf out;

	while (at < n && strcmp(list[at].id, id) != 0)
		at++;
	if (at == n && n == LOST_MAX) {
		memmove(list, list + 1, (LOST_MAX - 1) * sizeof(list[0]));
		at = --n;
	}
	if (at == n)
		list[n++] = (struct lost){ .id = id };
	*ret_times = ++list[at].times;
	begin(request, &out);
	blob_put_number(&out, n);
	for (unsigned i = 0; i < n; i++) {
		blob_put_text(&out, list[i].id);
		blob_put_number(&out, list[i].times);
	}
	return save_if_new(request, "lost", &out);
}
