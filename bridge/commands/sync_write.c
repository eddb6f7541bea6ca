/* SPDX-License-Identifier: ISC */
/*
 * The answer to a Sync.  MoreAvailable stands before Commands (R13), yet bytes and
 * time may end a batch that the window would not have: then the tag is put in
 * afterwards, at the place where it belongs.  Worker.
 */
#include <string.h>

#include "bridge/base/arena.h"
#include "bridge/base/date.h"
#include "bridge/base/limits.h"
#include "bridge/classes/class.h"
#include "bridge/command.h"
#include "bridge/commands/sync.h"
#include "bridge/request.h"
#include "bridge/response.h"
#include "bridge/sync/export.h"
#include "bridge/sync/hierarchy.h"

enum {
	BYTES_MAX = 3 * 1024 * 1024, /* of one answer; one item may be longer (R61) */
	NO_LIMIT_MS = 24 * 60 * 60 * 1000,
};

static struct writer *
writer_of(const struct sync *sync)
{
	return &sync->response->writer;
}

int64_t
sync_until_ms(const struct sync *sync)
{
	return sync->started_ms + RESPONSE_PATIENCE_MS;
}

void
sync_write_top(struct sync *sync, int status, unsigned limit)
{
	struct writer *writer = writer_of(sync);

	response_restart(sync->response, sync->request);
	writer_open(writer, AirSync_Sync);
	writer_int(writer, AirSync_Status, status);
	if (limit)
		writer_int(writer, AirSync_Limit, limit);
	writer_close(writer);
	sync->request->log.status = status;
}

/* --- one collection --- */

static void
collection_open(struct sync *sync, const struct sync_collection *collection, const char *key)
{
	struct writer *writer = writer_of(sync);

	writer_open(writer, AirSync_Collection);
	if (sync->request->version <= EAS_12_0) /* R60 */
		writer_text(writer, AirSync_Class, *collection->class_name ?
		    collection->class_name : collection->collection ?
		    class_name(collection->collection->class) : NULL);
	writer_text(writer, AirSync_SyncKey, key);
	writer_text(writer, AirSync_CollectionId, collection->id);
	writer_int(writer, AirSync_Status, collection->status);
}

/* A phone whose key is void goes back to "0"; any other error leaves its key as it is. */
void
sync_write_status(struct sync *sync, struct sync_collection *collection)
{
	collection_open(sync, collection,
	    collection->status == SYNC_BAD_KEY ? "0" : collection->key);
	writer_close(writer_of(sync));
	if (collection->status != SYNC_OK && sync->request->log.status <= SYNC_OK)
		sync->request->log.status = collection->status;
}

static bool
is_sms(const struct sync_reply *reply)
{
	return !strcmp(reply->class_name, "SMS");
}

static void
reply_write(struct writer *writer, const struct sync_reply *reply)
{
	writer_open(writer, reply->kind);
	if (is_sms(reply))
		writer_text(writer, AirSync_Class, reply->class_name);
	if (reply->kind == AirSync_Add)
		writer_text(writer, AirSync_ClientId, reply->client_id);
	/* only a failed Add has none; iOS cannot stand any other reply without (R6) */
	if (reply->kind != AirSync_Add || *reply->server_id)
		writer_text(writer, AirSync_ServerId, reply->server_id);
	writer_int(writer, AirSync_Status, reply->status);
	writer_close(writer);
}

/* Around each item that Fetch asked for. */
struct fetch_reply {
	struct sync *sync;
	const struct sync_collection *collection;
};

static void
fetch_reply(void *ctx, uint32_t num, int status, bool is_end)
{
	struct fetch_reply *fetch = ctx;
	struct writer *writer = writer_of(fetch->sync);

	if (is_end) {
		writer_close(writer);
		return;
	}
	writer_open(writer, AirSync_Fetch);
	writer_text(writer, AirSync_ServerId, item_id_print(fetch->sync->request->arena,
	    fetch->collection->collection->id, num));
	writer_int(writer, AirSync_Status, status);
}

static const struct body_wish *
wish_of(const struct sync_collection *collection)
{
	return collection->has_options ? &collection->options.wish :
	    &collection->known->options.wish;
}

static struct export
export_of(struct sync *sync, struct sync_collection *collection)
{
	return (struct export){
		.request = sync->request, .writer = writer_of(sync), .store = collection->store,
		.collection = collection->collection, .known = collection->known,
		.wish = wish_of(collection), .bytes_max = BYTES_MAX,
		.until_ms = sync_until_ms(sync),
	};
}

enum fault
sync_write_head(struct sync *sync, struct sync_collection *collection)
{
	struct writer *writer = writer_of(sync);
	struct fetch_reply ctx = { sync, collection };
	struct export export = export_of(sync, collection);
	enum fault fault = OK;

	collection_open(sync, collection, known_key_text(collection->known));
	writer_open(writer, AirSync_Responses);
	for (unsigned i = 0; i < collection->n_replies; i++)
		reply_write(writer, &collection->replies[i]);
	if (collection->n_fetches)
		fault = export_fetch(&export, collection->fetches, collection->n_fetches,
		    fetch_reply, &ctx);
	writer_close(writer);
	return fault;
}

/* --- MoreAvailable after the fact --- */

static bool
copy_range(struct body *to, const void *data, size_t len)
{
	return !len || body_write(to, data, len);
}

/* Puts the tag into the finished bytes at `at`.  Whatever page is on there, what follows begins
 * with an element of page 0 and, if need be, its own switch. */
static enum fault
more_insert(struct sync *sync, size_t at)
{
	const uint8_t tag[] = { 0, 0, (uint8_t)token_code(AirSync_MoreAvailable) };
	struct body *body = &sync->response->body;
	struct body with;
	const void *data;
	size_t len;
	bool ok;

	if (!writer_flush(writer_of(sync)) || !body_view(body, &data, &len) || at > len)
		return BUG;
	body_init(&with, NULL, LIMIT_RESPONSE);
	ok = copy_range(&with, data, at) && copy_range(&with, tag, sizeof(tag)) &&
	    copy_range(&with, (const uint8_t *)data + at, len - at);
	body_close(body);
	*body = with; /* the writer's sink is the address, which stays */
	return ok ? OK : TRY_LATER;
}

static unsigned
n_to_tell(const struct known *known)
{
	unsigned n = 0;

	for (size_t i = 0; i < known->n; i++)
		n += !known->items[i].is_busy && known_due(&known->items[i]) != DUE_NOTHING;
	return n;
}

static void
count(struct sync *sync, const struct export *export)
{
	sync->out.add += export->n_add;
	sync->out.change += export->n_change;
	sync->out.delete += export->n_delete;
	sync->out.soft += export->n_soft_delete;
	sync->is_more |= export->is_full;
	if (!sync->has_window)
		return;
	sync->window -= export_count(export) < sync->window ? export_count(export) : sync->window;
}

enum fault
sync_write_commands(struct sync *sync, struct sync_collection *collection,
    const struct sync_export *wish, unsigned *ret_told)
{
	struct writer *writer = writer_of(sync);
	struct export export = export_of(sync, collection);
	bool is_surely_more = wish->wanted && !wish->again &&
	    n_to_tell(collection->known) > wish->window;
	size_t at;
	enum fault fault = OK;

	export.window = wish->window;
	if (is_surely_more)
		writer_empty(writer, AirSync_MoreAvailable);
	if (!writer_flush(writer))
		return BUG;
	at = body_len(&sync->response->body);
	writer_open(writer, AirSync_Commands);
	if (wish->wanted)
		fault = wish->again ? export_again(&export) : export_due(&export);
	if (fault == OK && wish->wanted && !wish->again)
		fault = sync_poison_look(sync, collection, &export);
	writer_close(writer);
	writer_close(writer);
	if (fault == OK && export.is_full && export_count(&export) && !is_surely_more)
		fault = more_insert(sync, at);
	count(sync, &export);
	*ret_told = export_count(&export);
	return fault;
}
