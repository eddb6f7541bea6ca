/* SPDX-License-Identifier: ISC */
/*
 * ItemOperations ([MS-ASCMD] 2.2.1.10): fetch of messages and attachments.
 *
 * Contents go out either inside the document (text; attachments as base64) or,
 * where the phone asked for it, as further parts behind it ([MS-ASCMD]
 * 2.2.1.10.1): a table of offsets, the document, the raw contents.  In both
 * cases a content is a body, so a large one lives in a file and memory stays
 * constant.  Operations run in the order asked; each has its own status.  Worker.
 */
#include "bridge/commands/item_operations.h"

#include <stdlib.h>
#include <string.h>

#include "bridge/account.h"
#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "bridge/base/codec.h"
#include "bridge/base/limits.h"
#include "bridge/classes/class.h"
#include "bridge/command.h"
#include "bridge/commands/preference.h"
#include "bridge/request.h"
#include "bridge/response.h"
#include "bridge/sync/hierarchy.h"
#include "bridge/worker/quarantine.h"

enum { OPERATIONS_MAX = 100, SCHEMA_MAX = 64, PIECE = 48 * 1024 };

enum {
	STATUS_OK = 1, STATUS_PROTOCOL = 2, STATUS_SERVER = 3, STATUS_NOT_FOUND = 6,
	STATUS_BAD_RANGE = 8, STATUS_UNKNOWN_STORE = 9, STATUS_TOO_MANY = 11,
	STATUS_CONVERSION = 14, STATUS_BAD_ATTACHMENT = 15, STATUS_NO_MOVE_ALWAYS = 155,
	STATUS_NOT_SUPPORTED = 156,
};

/* One Fetch as asked. */
struct fetch {
	const char *store, *collection_id, *server_id, *long_id, *reference;
	bool has_options_beside_range;
	bool has_range;
	uint64_t range[2];
	struct body_wish wish;
	bool has_bad_preference;
	enum token schema[SCHEMA_MAX];
	unsigned n_schema;
};

struct operations {
	struct request *request;
	struct writer *writer;
	struct body *parts; /* multipart: contents in order; the document is not among them */
	unsigned n_parts;
};

bool
file_reference_parse(struct request *request, const char *reference, const char **ret_item,
    const char **ret_part)
{
	const char *colon = strchr(reference, ':');

	colon = colon ? strchr(colon + 1, ':') : NULL;
	if (!colon || !colon[1])
		return false;
	*ret_item = arena_strndup(request->arena, reference, (size_t)(colon - reference));
	*ret_part = colon + 1;
	return true;
}

/* --- reading --- */

/* "m-n": zero-based, both ends included. */
static bool
range_read(const char *text, uint64_t ret_range[2])
{
	char *end;

	ret_range[0] = strtoull(text, &end, 10);
	if (end == text || *end != '-')
		return false;
	text = end + 1;
	ret_range[1] = strtoull(text, &end, 10);
	return end != text && !*end && ret_range[0] <= ret_range[1];
}

static void
schema_read(struct reader *reader, struct fetch *fetch)
{
	enum token token;

	reader_into(reader);
	while (reader_child(reader, &token))
		if (fetch->n_schema < SCHEMA_MAX)
			fetch->schema[fetch->n_schema++] = token;
}

static void
options_read(struct reader *reader, struct fetch *fetch)
{
	enum token token;
	long number;

	reader_into(reader);
	while (reader_child(reader, &token)) {
		if (token == ItemOperations_Range) {
			fetch->has_range = true;
			if (!range_read(reader_text(reader), fetch->range))
				fetch->range[0] = UINT64_MAX;
			continue;
		}
		fetch->has_options_beside_range = true;
		if (token == ItemOperations_Schema)
			schema_read(reader, fetch);
		else if (token == AirSync_MIMESupport && reader_number(reader, &number))
			fetch->wish.mime_support =
				(uint8_t)(number == 1 || number == 2 ? number : 0);
		else if (token == AirSyncBase_BodyPreference)
			fetch->has_bad_preference |= !preference_read(reader, &fetch->wish);
	}
}

static void
fetch_read(struct reader *reader, struct fetch *fetch)
{
	enum token token;

	*fetch = (struct fetch){ .range = { 0, UINT64_MAX } };
	reader_into(reader);
	while (reader_child(reader, &token)) {
		if (token == ItemOperations_Store)
			fetch->store = reader_text(reader);
		else if (token == AirSync_CollectionId)
			fetch->collection_id = reader_text(reader);
		else if (token == AirSync_ServerId)
			fetch->server_id = reader_text(reader);
		else if (token == Search_LongId)
			fetch->long_id = reader_text(reader);
		else if (token == AirSyncBase_FileReference)
			fetch->reference = reader_text(reader);
		else if (token == ItemOperations_Options)
			options_read(reader, fetch);
	}
}

/* --- contents --- */

/* A content becomes the next part; returns its number. */
static unsigned
part_take(struct operations *operations, struct body *content)
{
	operations->parts[operations->n_parts] = *content;
	body_init(content, operations->request->arena, 0);
	return ++operations->n_parts;
}

static void
base64_write(struct request *request, struct writer *writer, const struct body *content)
{
	struct base64_encoder encoder;
	struct buf text;
	uint8_t raw[PIECE];
	size_t at = 0;
	ssize_t n;

	buf_init_arena(&text, request->arena, 2 * PIECE);
	base64_init(&encoder, 0);
	writer_text_begin(writer, ItemOperations_Data);
	while ((n = body_read_at(content, at, raw, sizeof(raw))) > 0) {
		base64_feed(&encoder, raw, (size_t)n, &text);
		writer_text_more(writer, text.data, text.len);
		buf_reset(&text);
		at += (size_t)n;
	}
	base64_finish(&encoder, &text);
	writer_text_more(writer, text.data, text.len);
	writer_text_end(writer);
}

/* --- an attachment --- */

static int
attachment_status(enum fault fault)
{
	switch (fault) {
	case OK:
		return STATUS_OK;
	case TOO_BIG:
		return STATUS_BAD_RANGE;
	case TRY_LATER:
		return STATUS_SERVER;
	default:
		return STATUS_BAD_ATTACHMENT;
	}
}

enum fault
attachment_load(struct request *request, const char *reference, const uint64_t range[2],
    struct part *ret_part)
{
	const struct collection *collection;
	const char *item, *part;
	struct item_ref ref;
	struct store *store;
	enum fault fault;

	if (!file_reference_parse(request, reference, &item, &part))
		return BAD_INPUT;
	fault = hierarchy_item(request, item, &collection, &ref);
	if (fault == OK)
		fault = account_store(request, collection->class, &store);
	if (fault != OK)
		return fault;
	quarantine_mark(request, collection->folder, ref.num, "part");
	return store->ops->part ? store->ops->part(store, &ref, part, range, ret_part) : CANNOT;
}

static void
attachment_properties(struct operations *operations, const struct fetch *fetch, struct part *part)
{
	struct writer *writer = operations->writer;

	writer_open(writer, ItemOperations_Properties);
	writer_text(writer, AirSyncBase_ContentType, part->content_type);
	if (fetch->has_range && body_len(part->data)) {
		writer_text(writer, ItemOperations_Range, arena_printf(operations->request->arena,
		    "%llu-%llu", (unsigned long long)fetch->range[0], (unsigned long long)
		    (fetch->range[0] + body_len(part->data) - 1)));
		writer_int(writer, ItemOperations_Total, (int64_t)part->total);
	}
	if (operations->parts)
		writer_int(writer, ItemOperations_Part, part_take(operations, part->data));
	else
		base64_write(operations->request, writer, part->data);
	writer_close(writer);
}

static enum fault
attachment_fetch(struct operations *operations, const struct fetch *fetch)
{
	struct writer *writer = operations->writer;
	struct body content;
	struct part part = { .data = &content };
	int status = STATUS_PROTOCOL;
	enum fault fault = OK;

	body_init(&content, operations->request->arena, LIMIT_RESPONSE);
	if (!fetch->has_options_beside_range) {
		fault = attachment_load(operations->request, fetch->reference, fetch->range, &part);
		status = attachment_status(fault);
	}
	writer_int(writer, ItemOperations_Status, status);
	writer_text(writer, AirSyncBase_FileReference, fetch->reference);
	if (status == STATUS_OK)
		attachment_properties(operations, fetch, &part);
	body_close(&content);
	return fault;
}

/* --- a message --- */

struct message_answer {
	struct operations *operations;
	const struct fetch *fetch;
	const struct collection *collection;
	const char *server_id;
	enum fault fault;
};

static void
message_head(struct message_answer *answer, int status)
{
	struct writer *writer = answer->operations->writer;
	const struct fetch *fetch = answer->fetch;

	writer_int(writer, ItemOperations_Status, status);
	if (fetch->long_id) {
		writer_text(writer, Search_LongId, fetch->long_id);
	} else {
		writer_text(writer, AirSync_CollectionId, fetch->collection_id);
		writer_text(writer, AirSync_ServerId, fetch->server_id);
	}
	if (status == STATUS_OK)
		writer_text(writer, AirSync_Class, class_name(answer->collection->class));
}

/* The text of the body as a part of its own: a copy, since the item's memory goes. */
static void
body_to_part(struct operations *operations, struct item_body *body)
{
	char piece[PIECE];
	struct body copy;
	size_t at = 0;
	ssize_t n;

	if (!body->has_data || !body->data)
		return;
	body_init(&copy, operations->request->arena, LIMIT_RESPONSE);
	while ((n = body_read_at(body->data, at, piece, sizeof(piece))) > 0) {
		body_write(&copy, piece, (size_t)n);
		at += (size_t)n;
	}
	body->part = part_take(operations, &copy);
}

static bool
message_write(void *ctx, const struct item_ref *ref, enum fault fault, const struct item *item)
{
	struct message_answer *answer = ctx;
	struct operations *operations = answer->operations;
	struct item shown;
	struct class_view view = {
		.version = operations->request->version,
		.reference_prefix = arena_printf(operations->request->arena, "%s:",
		    answer->server_id),
		.schema = answer->fetch->n_schema ? answer->fetch->schema : NULL,
		.n_schema = answer->fetch->n_schema,
	};

	(void)ref;
	answer->fault = fault;
	if (fault != OK)
		return false;
	shown = *item;
	if (operations->parts && shown.email.has.body)
		body_to_part(operations, &shown.email.body);
	message_head(answer, STATUS_OK);
	writer_open(operations->writer, ItemOperations_Properties);
	class_write(operations->writer, &shown, &view);
	writer_close(operations->writer);
	return true;
}

static enum fault
message_find(struct message_answer *answer)
{
	struct operations *operations = answer->operations;
	struct item_ref ref;
	struct store *store;
	enum fault fault = hierarchy_item(operations->request, answer->server_id,
	    &answer->collection, &ref);

	if (fault == OK)
		fault = account_store(operations->request, answer->collection->class, &store);
	if (fault != OK)
		return fault;
	answer->fault = ITEM_GONE;
	if (quarantine_is_bad(operations->request, answer->collection->folder, ref.num))
		return ITEM_BAD;
	quarantine_mark(operations->request, answer->collection->folder, ref.num, "fetch");
	fault = store->ops->fetch(store, &ref, 1, &answer->fetch->wish, message_write, answer);
	return fault != OK ? fault : answer->fault;
}

static enum fault
message_fetch(struct operations *operations, const struct fetch *fetch)
{
	struct message_answer answer = {
		.operations = operations, .fetch = fetch,
		.server_id = fetch->long_id ? fetch->long_id : fetch->server_id,
	};
	enum fault fault = message_find(&answer);

	if (fault == TRY_LATER)
		message_head(&answer, STATUS_SERVER);
	else if (fault == ITEM_BAD)
		message_head(&answer, STATUS_CONVERSION);
	else if (fault != OK)
		message_head(&answer, STATUS_NOT_FOUND);
	return fault;
}

/* --- operations --- */

static enum fault
fetch_run(struct operations *operations, struct reader *reader)
{
	struct fetch fetch;
	enum fault fault = OK;

	fetch_read(reader, &fetch);
	writer_open(operations->writer, ItemOperations_Fetch);
	if (!fetch.store || strcasecmp(fetch.store, "Mailbox"))
		writer_int(operations->writer, ItemOperations_Status, STATUS_UNKNOWN_STORE);
	else if (fetch.reference && !*fetch.reference)
		writer_int(operations->writer, ItemOperations_Status, STATUS_BAD_ATTACHMENT);
	else if (fetch.reference)
		fault = attachment_fetch(operations, &fetch);
	else if (fetch.has_bad_preference || fetch.has_range ||
	    !(fetch.long_id || fetch.server_id))
		writer_int(operations->writer, ItemOperations_Status, STATUS_PROTOCOL);
	else
		fault = message_fetch(operations, &fetch);
	writer_close(operations->writer);
	return fault;
}

static void
refuse(struct operations *operations, enum token token, int status)
{
	writer_open(operations->writer, token);
	writer_int(operations->writer, ItemOperations_Status, status);
	writer_close(operations->writer);
}

/* DENIED is the account's affair and ends the request; all else is told by operation. */
static enum fault
operations_run(struct operations *operations, struct reader *reader)
{
	enum fault fault = OK;
	enum token token;

	while (fault != DENIED && reader_child(reader, &token)) {
		if (token == ItemOperations_Fetch)
			fault = fetch_run(operations, reader);
		else if (token == ItemOperations_EmptyFolderContents ||
		    token == ItemOperations_Move)
			refuse(operations, token, STATUS_NOT_SUPPORTED);
	}
	return fault == DENIED ? DENIED : OK;
}

static unsigned
operations_count(struct reader reader)
{
	unsigned n = 0;
	enum token token;

	while (reader_child(&reader, &token))
		n++;
	return n;
}

/* --- the multipart form --- */

static void
put_u32(struct body *body, size_t value)
{
	uint8_t bytes[4] = { (uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
		(uint8_t)(value >> 24) };

	body_write(body, bytes, sizeof(bytes));
}

static void
copy_all(struct body *to, struct body *from)
{
	char piece[PIECE];
	size_t at = 0;
	ssize_t n;

	while ((n = body_read_at(from, at, piece, sizeof(piece))) > 0) {
		body_write(to, piece, (size_t)n);
		at += (size_t)n;
	}
	body_close(from);
}

/* Number of parts, offset and length of each, then the parts; the document is the first. */
static enum fault
multipart_write(struct operations *operations, struct response *response)
{
	struct body all;
	size_t n = operations->n_parts + 1, offset = 4 + 8 * n;

	if (!writer_end(&response->writer))
		return BUG;
	body_init(&all, operations->request->arena, LIMIT_RESPONSE);
	put_u32(&all, n);
	for (size_t i = 0; i < n; i++) {
		size_t len = body_len(i ? &operations->parts[i - 1] : &response->body);

		put_u32(&all, offset);
		put_u32(&all, len);
		offset += len;
	}
	copy_all(&all, &response->body);
	for (size_t i = 0; i + 1 < n; i++)
		copy_all(&all, &operations->parts[i]);
	response->body = all;
	response->content_type = "application/vnd.ms-sync.multipart";
	response->is_raw = true;
	return all.failed ? TRY_LATER : OK;
}

enum fault
item_operations_run(struct request *request, struct response *response)
{
	struct operations operations = { .request = request, .writer = &response->writer };
	struct reader reader;
	bool has_body;
	enum fault fault = request_reader(request, &reader, &has_body);

	if (fault != OK || !has_body || !reader_enter(&reader, ItemOperations_ItemOperations))
		return fault != OK ? fault : BAD_INPUT;
	if (operations_count(reader) > OPERATIONS_MAX) {
		command_answer_status(request, response, STATUS_TOO_MANY);
		return OK;
	}
	if (request->accepts_multipart)
		operations.parts = arena_alloc(request->arena,
		    OPERATIONS_MAX * sizeof(*operations.parts));
	writer_open(&response->writer, ItemOperations_ItemOperations);
	writer_int(&response->writer, ItemOperations_Status, STATUS_OK);
	writer_open(&response->writer, ItemOperations_Response);
	fault = operations_run(&operations, &reader);
	writer_close(&response->writer);
	writer_close(&response->writer);
	request->log.status = STATUS_OK;
	if (fault == OK && operations.parts)
		fault = multipart_write(&operations, response);
	return fault;
}

enum fault
get_attachment_run(struct request *request, struct response *response)
{
	static const uint64_t whole[2] = { 0, UINT64_MAX };
	struct part part = { .data = &response->body };
	enum fault fault;

	if (!request->attachment_name)
		return BAD_INPUT;
	response->is_raw = true;
	fault = attachment_load(request, request->attachment_name, whole, &part);
	if (fault == BAD_INPUT)
		fault = ITEM_GONE; /* a name that is none of ours is a part that is not there */
	response->content_type = part.content_type;
	return fault;
}
