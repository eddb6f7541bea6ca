/* SPDX-License-Identifier: ISC */
/*
 * Reads Sync requests ([MS-ASCMD] 2.2.1.21).  Elements are taken in any order,
 * unknown ones are passed over, empty containers are fine (R43); values that the
 * specification calls wrong make the collection, or the request, status 4.
 * Worker.
 */
#include <string.h>

#include "bridge/base/arena.h"
#include "bridge/base/crypto.h"
#include "bridge/commands/preference.h"
#include "bridge/commands/sync.h"
#include "bridge/request.h"

enum { COLLECTIONS_MAX = 1000, SUPPORTED_MAX = 512, FILTER_MAX = 8 };

/* --- Options --- */

/* Bytes for a value of Truncation (2.5) or MIMETruncation; the last entry: whole. */
static const uint32_t truncations[] = { 0, 512, 1024, 2048, 5120, 10240, 20480, 51200, 102400 };
static const uint32_t mime_truncations[] = {
	0, 4096, 5120, 7168, 10240, 20480, 51200, 102400
};

/* Options as they stand, before bodies are worked out. */
struct raw_options {
	struct sync_options options;
	struct body_wish part;        /* BodyPartPreference */
	long truncation, mime_truncation; /* -1: not said */
	const char *class_name;
	bool is_bad;
};

static long
number_within(struct reader *reader, long max, bool *is_bad)
{
	long number = 0;

	if (!reader_number(reader, &number) || number < 0 || number > max) {
		*is_bad = true;
		return 0;
	}
	return number;
}

static void
option_read(struct reader *reader, enum token token, struct raw_options *raw)
{
	struct sync_options *options = &raw->options;

	switch (token) {
	case AirSync_FilterType:
		options->filter = (uint8_t)number_within(reader, FILTER_MAX, &raw->is_bad);
		break;
	case AirSync_Class:
		raw->class_name = reader_text(reader);
		break;
	case AirSync_Conflict:
		options->conflict = (uint8_t)number_within(reader, 1, &raw->is_bad);
		break;
	case AirSync_MIMESupport:
		options->wish.mime_support = (uint8_t)number_within(reader, 2, &raw->is_bad);
		break;
	case AirSync_MIMETruncation:
		raw->mime_truncation = number_within(reader, 8, &raw->is_bad);
		break;
	case AirSync_Truncation:
		raw->truncation = number_within(reader, 9, &raw->is_bad);
		break;
	case AirSyncBase_BodyPreference:
		raw->is_bad |= !preference_read(reader, &options->wish);
		break;
	case AirSyncBase_BodyPartPreference:
		raw->is_bad |= !preference_read(reader, &raw->part);
		break;
	default:
		break;
	}
}

static void
truncate_at(struct body_preference *want, long value, const uint32_t *table, long n)
{
	want->has_truncation = value >= 0 && value < n;
	want->truncation = want->has_truncation ? table[value] : 0;
}

/* 2.5 has no preferences: plain text, or MIME where it is supported. */
static void
bodies_of_2_5(struct raw_options *raw)
{
	struct body_wish *wish = &raw->options.wish;

	wish->n = 0;
	if (wish->mime_support) {
		wish->want[wish->n].type = BODY_MIME;
		truncate_at(&wish->want[wish->n++], raw->mime_truncation, mime_truncations,
		    (long)(sizeof(mime_truncations) / sizeof(mime_truncations[0])));
	}
	wish->want[wish->n].type = BODY_PLAIN;
	truncate_at(&wish->want[wish->n++], raw->truncation, truncations,
	    (long)(sizeof(truncations) / sizeof(truncations[0])));
}

static void
bodies_of_12(struct raw_options *raw)
{
	struct body_wish *wish = &raw->options.wish;

	if (!wish->n && raw->part.n) { /* only the part is wanted: give it the body */
		wish->n = raw->part.n;
		memcpy(wish->want, raw->part.want, sizeof(wish->want));
	}
	for (unsigned i = 0; i < wish->n; i++)
		if (wish->want[i].type == BODY_MIME && !wish->want[i].has_truncation)
			truncate_at(&wish->want[i], raw->mime_truncation, mime_truncations,
			    (long)(sizeof(mime_truncations) / sizeof(mime_truncations[0])));
}

bool
sync_read_options(struct reader *reader, enum version version, struct sync_options *ret,
    const char **ret_class)
{
	struct raw_options raw = {
		.options = sync_options_default(), .truncation = -1, .mime_truncation = -1,
		.class_name = "",
	};
	enum token token;

	reader_into(reader);
	while (reader_child(reader, &token))
		option_read(reader, token, &raw);
	if (version < EAS_12_0)
		bodies_of_2_5(&raw);
	else
		bodies_of_12(&raw);
	*ret = raw.options;
	*ret_class = raw.class_name;
	return !raw.is_bad;
}

/* Two blocks are {SMS, the folder's class}; the one of the folder counts (R58). */
static void
options_read(struct sync *sync, struct sync_collection *collection, struct reader *reader)
{
	struct sync_options options;
	const char *class_name;
	bool is_good = sync_read_options(reader, sync->request->version, &options, &class_name);

	if (!strcmp(class_name, "SMS"))
		return;
	if (collection->has_options || !is_good)
		collection->status = SYNC_PROTOCOL;
	collection->has_options = true;
	options.conversations = collection->options.conversations;
	collection->options = options;
}

/* --- Collection --- */

static void
supported_read(struct sync *sync, struct sync_collection *collection, struct reader *reader)
{
	enum token token;

	collection->has_supported = true;
	collection->supported = arena_array(sync->request->arena, SUPPORTED_MAX,
	    sizeof(*collection->supported));
	reader_into(reader);
	while (reader_child(reader, &token))
		if (collection->n_supported < SUPPORTED_MAX)
			collection->supported[collection->n_supported++] = (uint32_t)token;
}

/* Counts the commands; each is looked at when its turn comes. */
static void
commands_read(struct sync *sync, struct sync_collection *collection, struct reader *reader)
{
	enum token token;

	if (collection->has_commands)
		collection->status = SYNC_PROTOCOL;
	collection->has_commands = true;
	collection->commands = *reader;
	reader_into(reader);
	while (reader_child(reader, &token))
		switch (token) {
		case AirSync_Add:
			sync->in.add++;
			break;
		case AirSync_Change:
			sync->in.change++;
			break;
		case AirSync_Delete:
			sync->in.delete++;
			break;
		case AirSync_Fetch:
			sync->in.fetch++;
			break;
		default:
			continue;
		}
}

static unsigned
window_of(struct reader *reader)
{
	long window;

	if (!reader_number(reader, &window) || window < 1 || window > SYNC_WINDOW_MAX)
		return SYNC_WINDOW_MAX;
	return (unsigned)window;
}

/* "0", "1", "true", "false" or empty, which is true; else false in *ret_is_good. */
static bool
flag_of(struct reader *reader, bool *ret_is_good)
{
	const char *text = reader_text(reader);

	if (!*text || !strcmp(text, "1") || !strcmp(text, "true"))
		return true;
	if (strcmp(text, "0") != 0 && strcmp(text, "false") != 0)
		*ret_is_good = false;
	return false;
}

static void
member_read(struct sync *sync, struct sync_collection *collection, struct reader *reader,
    enum token token)
{
	bool is_good = true;

	switch (token) {
	case AirSync_Class:
		collection->class_name = reader_text(reader);
		break;
	case AirSync_SyncKey:
		collection->key = reader_text(reader);
		break;
	case AirSync_CollectionId:
		collection->id = reader_text(reader);
		break;
	case AirSync_Supported:
		supported_read(sync, collection, reader);
		break;
	case AirSync_DeletesAsMoves:
		collection->deletes_as_moves = flag_of(reader, &is_good);
		break;
	case AirSync_GetChanges:
		collection->has_get_changes = true;
		collection->get_changes = flag_of(reader, &is_good);
		break;
	case AirSync_WindowSize:
		collection->window = window_of(reader);
		break;
	case AirSync_ConversationMode:
		collection->options.conversations = flag_of(reader, &is_good);
		break;
	case AirSync_Options:
		options_read(sync, collection, reader);
		break;
	case AirSync_Commands:
		commands_read(sync, collection, reader);
		break;
	default:
		break;
	}
	if (!is_good)
		collection->status = SYNC_PROTOCOL;
}

static void
collection_read(struct sync *sync, struct reader *reader)
{
	struct sync_collection *collection = &sync->list[sync->n++];
	struct sync_counts before = sync->in;
	enum token token;

	*collection = (struct sync_collection){
		.key = "", .id = "", .class_name = "", .deletes_as_moves = true,
		.options = sync_options_default(), .status = SYNC_OK,
	};
	reader_into(reader);
	while (reader_child(reader, &token))
		member_read(sync, collection, reader, token);
	collection->n_commands = sync->in.add + sync->in.change + sync->in.delete +
	    sync->in.fetch - before.add - before.change - before.delete - before.fetch;
	collection->has_commands = collection->n_commands > 0;
	sync->n_commands += collection->n_commands;
	/* absent: yes, unless this is the very first request */
	if (!collection->has_get_changes)
		collection->get_changes = true;
}

static bool
collections_read(struct sync *sync, struct reader *reader)
{
	struct reader ahead;
	enum token token;
	unsigned n = 0;

	sync->has_collections = true;
	reader_into(reader);
	ahead = *reader;
	while (reader_child(&ahead, &token))
		n += token == AirSync_Collection;
	if (n > COLLECTIONS_MAX)
		return false;
	sync->list = arena_array(sync->request->arena, n, sizeof(*sync->list));
	while (reader_child(reader, &token))
		if (token == AirSync_Collection)
			collection_read(sync, reader);
	return true;
}

/* --- the document --- */

static bool
top_read(struct sync *sync, struct reader *reader, enum token token)
{
	switch (token) {
	case AirSync_WindowSize:
		sync->has_window = true;
		sync->window = window_of(reader);
		return true;
	case AirSync_Collections:
		return !sync->has_collections && collections_read(sync, reader);
	case AirSync_Wait:
		sync->has_wait = true;
		return reader_number(reader, &sync->wait);
	case AirSync_HeartbeatInterval:
		sync->has_heartbeat = true;
		return reader_number(reader, &sync->wait);
	case AirSync_Partial:
		sync->is_partial = true;
		return true;
	default:
		return true;
	}
}

enum fault
sync_read(struct sync *sync, struct reader *reader)
{
	enum token token;
	bool is_good = reader_enter(reader, AirSync_Sync);

	while (is_good && reader_child(reader, &token))
		is_good = top_read(sync, reader, token);
	if (!is_good || reader_fault(reader) != READER_OK)
		return BAD_INPUT;
	if (!sync->is_partial && !sync->n)
		return BAD_INPUT;
	if (sync->is_partial && !sync->has_wait && !sync->has_heartbeat && !sync->has_window &&
	    !sync->n)
		return BAD_INPUT;
	return sync->has_wait && sync->has_heartbeat ? BAD_INPUT : OK;
}

/* --- one command --- */

static uint64_t
hash_of(const void *data, size_t len)
{
	uint8_t digest[SHA256_SIZE];
	uint64_t hash;

	crypto_sha256(data, len, digest);
	memcpy(&hash, digest, sizeof(hash));
	return hash;
}

static bool
is_command(enum token token)
{
	return token == AirSync_Add || token == AirSync_Change || token == AirSync_Delete ||
	    token == AirSync_Fetch;
}

bool
sync_read_command(struct reader *reader, const void *body, struct sync_command *ret)
{
	enum token token;
	size_t start;

	do
		if (!reader_child(reader, &token))
			return false;
	while (!is_command(token));
	*ret = (struct sync_command){
		.kind = token, .server_id = "", .client_id = "", .class_name = "",
	};
	start = reader_offset(reader);
	reader_into(reader);
	while (reader_child(reader, &token))
		switch (token) {
		case AirSync_ServerId:
			ret->server_id = reader_text(reader);
			break;
		case AirSync_ClientId:
			ret->client_id = reader_text(reader);
			break;
		case AirSync_Class:
			ret->class_name = reader_text(reader);
			break;
		case AirSync_ApplicationData:
			ret->has_data = true;
			ret->data = *reader;
			break;
		default:
			break;
		}
	ret->hash = ret->kind == AirSync_Add ? hash_of(ret->client_id, strlen(ret->client_id)) :
	    hash_of((const uint8_t *)body + start, reader_offset(reader) - start);
	return true;
}
