/* SPDX-License-Identifier: ISC */
/* The user's table of folders, loaded and changed.  Worker. */
#include "bridge/sync/table.h"

#include "bridge/account.h"
#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "bridge/base/log.h"
#include "bridge/request.h"
#include "bridge/state/state.h"
#include "bridge/sync/folders.h"

enum { TABLE_MAX = 16 * 1024 * 1024 };

static struct state_key
table_key(const struct request *request)
{
	return (struct state_key){ request->account->login, "", "folders" };
}

enum fault
table_load(struct request *request, struct folders *ret)
{
	struct state_key key = table_key(request);
	void *data;
	size_t len;
	enum fault fault = request->state->ops->load(request->state, request->arena, &key, &data,
	    &len);

	*ret = (struct folders){ .next = 1 };
	if (fault == ITEM_GONE)
		return OK;
	if (fault == OK && !folders_decode(data, len, request->arena, ret)) {
		/* numbers would be given twice if we began anew */
		log_event(LEVEL_ERROR, request->id, "folders-damaged", "user=%s",
		    request->account->login);
		return CANNOT;
	}
	return fault;
}

static enum fault
table_save(struct request *request, const struct folders *folders)
{
	struct state_key key = table_key(request);
	struct buf buf;

	buf_init_arena(&buf, request->arena, TABLE_MAX);
	folders_encode(folders, &buf);
	if (buf.failed)
		return BUG;
	return request->state->ops->save(request->state, &key, buf.data, buf.len);
}

enum fault
table_change(struct request *request, table_change_fn *change, void *ctx)
{
	struct state *state = request->state;
	struct folders folders;
	enum fault fault = state->ops->begin(state);

	if (fault != OK)
		return fault;
	fault = table_load(request, &folders);
	if (fault == OK) {
		change(&folders, request->arena, ctx);
		fault = table_save(request, &folders);
	}
	if (fault != OK) {
		state->ops->rollback(state);
		return fault;
	}
	request->hierarchy = NULL;
	return state->ops->commit(state);
}
