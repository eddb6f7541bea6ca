/* SPDX-License-Identifier: ISC */
/*
 * Sending and receiving.  Several requests may be under way, each on a connection of its own;
 * an idle connection is used again, as phones do.
 */
#include "tests/player/phone.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bridge/base/arena.h"
#include "bridge/base/date.h"
#include "tests/player/check.h"
#include "tests/player/decode.h"
#include "tests/player/flavour.h"
#include "tests/player/node.h"
#include "tests/player/phone_state.h"
#include "tests/player/request.h"

enum { ASK_MS = 120000, REQUEST_MAX = 256 << 20 };

static const struct {
	unsigned number;
	const char *text;
} versions[] = {
	{25, "2.5"}, {120, "12.0"}, {121, "12.1"}, {140, "14.0"}, {141, "14.1"},
	{160, "16.0"}, {161, "16.1"},
};

unsigned version_of(const char *text)
{
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		if (strcmp(versions[i].text, text) == 0)
			return versions[i].number;
	return 0;
}

const char *version_text(unsigned version)
{
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		if (versions[i].number == version)
			return versions[i].text;
	return "?";
}

bool phone_fail(struct phone *phone, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (phone->error == NULL)
		phone->error = arena_vprintf(phone->arena, format, args);
	va_end(args);
	return false;
}

struct phone *phone_new(struct arena *arena, const char *name, const struct flavour *flavour)
{
	struct phone *phone = arena_alloc(arena, sizeof(*phone));

	phone->arena = arena;
	phone->name = name;
	phone->flavour = flavour;
	phone->device_id = flavour->device_id;
	phone->device_type = flavour->device_type;
	phone->version = flavour->version;
	phone->habits = flavour->habits;
	phone->base64 = flavour->query == QUERY_BASE64;
	phone->policy_key = "0";
	phone->folder_key = phone->previous_folder_key = "0";
	map_init(&phone->folders, arena);
	return phone;
}

void phone_close(struct phone *phone)
{
	for (unsigned i = 0; i < PHONE_WIRES; i++)
		wire_close(phone->wires[i]);
}

/* An idle connection that is still alive, else a new one. */
static struct wire *free_wire(struct phone *phone)
{
	const char *problem = "out of connections";

	for (unsigned i = 0; i < PHONE_WIRES; i++) {
		struct wire *wire = phone->wires[i];

		if (wire != NULL && wire->stream != NULL) {
			if (wire->busy)
				continue;
			if (!wire_wait(wire, 0))
				return wire;
			wire_close(wire); /* readable while idle: the server closed it */
		}
		phone->wires[i] = wire_open(phone->arena, &phone->target, &problem);
		if (phone->wires[i] != NULL)
			return phone->wires[i];
		break;
	}
	phone_fail(phone, "cannot connect to %s:%u: %s", phone->target.host, phone->target.port,
		   problem);
	return NULL;
}

static struct request *new_request(struct phone *phone)
{
	for (unsigned i = 0; i < PHONE_REQUESTS; i++)
		if (phone->requests[i].command == NULL)
			return &phone->requests[i];
	phone_fail(phone, "too many requests under way");
	return NULL;
}

bool phone_send(struct phone *phone, const struct sending *sending)
{
	struct request *request = new_request(phone);
	struct wire *wire = request == NULL ? NULL : free_wire(phone);
	struct buf out;
	bool sent;

	if (wire == NULL)
		return false;
	buf_init(&out, REQUEST_MAX);
	if (sending->raw != NULL)
		buf_put(&out, sending->raw, sending->len ? sending->len : strlen(sending->raw));
	else
		request_build(phone, sending, &out);
	*request = (struct request){
		.command = sending->command ? sending->command : "",
		.document = sending->document,
		.wire = wire,
		.sent_ms = now_ms(),
		.is_empty = sending->document == NULL && sending->bytes == NULL,
		.version = sending->version ? sending->version : phone->version,
	};
	sent = wire_send(wire, out.data, out.len);
	buf_free(&out);
	/* a refused body may close early: then the answer is there all the same */
	if (!sent && !wire_wait(wire, 1000))
		return phone_fail(phone, "connection lost while sending");
	if (strcmp(request->command, "Sync") == 0 && sending->document != NULL)
		items_sent(phone, sending->document);
	return true;
}

struct request *phone_request(struct phone *phone, const char *command)
{
	struct request *found = NULL;

	for (unsigned i = 0; i < PHONE_REQUESTS; i++) {
		struct request *at = &phone->requests[i];

		if (at->command == NULL || (command != NULL && strcmp(at->command, command) != 0))
			continue;
		if (found == NULL || (command != NULL ? at->sent_ms < found->sent_ms
				      : at->sent_ms >= found->sent_ms))
			found = at;
	}
	return found;
}

void phone_drop(struct phone *phone, struct request *request)
{
	(void)phone;
	wire_close(request->wire);
	request->command = NULL;
}

static uint32_t little32(const char *at)
{
	const unsigned char *b = (const unsigned char *)at;

	return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

/* [MS-ASHTTP] 2.2.2.1.1.3: count, then offset and length of each part. */
static bool split_parts(struct phone *phone, const struct answer *answer)
{
	uint32_t n = answer->len < 4 ? 0 : little32(answer->body);

	if (n == 0 || n > PARTS_MAX || answer->len < 4 + 8 * (size_t)n)
		return phone_fail(phone, "multipart answer with a bad count of parts");
	for (uint32_t i = 0; i < n; i++) {
		size_t offset = little32(answer->body + 4 + 8 * i);
		size_t len = little32(answer->body + 8 + 8 * i);

		if (offset < 4 + 8 * (size_t)n || offset > answer->len
		    || len > answer->len - offset)
			return phone_fail(phone, "multipart answer: part %u out of bounds", i);
		phone->parts[i] = answer->body + offset;
		phone->part_len[i] = len;
	}
	phone->n_parts = n;
	return true;
}

static bool has_type(const struct answer *answer, const char *type)
{
	const char *have = answer_header(answer, "Content-Type");

	return have != NULL && strncasecmp(have, type, strlen(type)) == 0
		&& (have[strlen(type)] == '\0' || have[strlen(type)] == ';');
}

static bool decode_answer(struct phone *phone)
{
	const struct answer *answer = &phone->answer;
	const char *data = answer->body;
	size_t len = answer->len;
	const char *reason = NULL;

	if (has_type(answer, "application/vnd.ms-sync.multipart")) {
		if (!split_parts(phone, answer))
			return false;
		data = phone->parts[0];
		len = phone->part_len[0];
	} else if (len == 0 || !has_type(answer, "application/vnd.ms-sync.wbxml")) {
		return true;
	}
	phone->document = decode(phone->arena, data, len, &reason);
	return phone->document != NULL || phone_fail(phone, "%s", reason);
}

static bool apply(struct phone *phone, const struct request *request)
{
	const char *command = request->command;

	if (phone->document == NULL || phone->answer.status != 200)
		return true;
	if (strcmp(command, "Sync") == 0)
		return items_apply_sync(phone, phone->asked, phone->document);
	if (strcmp(command, "MoveItems") == 0)
		return items_apply_moves(phone, phone->asked, phone->document);
	if (strncmp(command, "Folder", 6) == 0)
		return folders_apply(phone, command, phone->asked, phone->document);
	return true;
}

static bool digest(struct phone *phone, struct request *request, enum phone_reading reading)
{
	struct check check = {
		.arena = phone->arena,
		.command = request->command,
		.version = request->version,
		.asked = phone->asked,
		.answer = &phone->answer,
		.part_len = phone->part_len,
	};

	if (!decode_answer(phone))
		return false;
	check.n_parts = phone->n_parts;
	if (!check_answer(&check, phone->document))
		return phone_fail(phone, "%s", check.reason);
	return reading == READ_CHECKED || apply(phone, request);
}

enum wire_result phone_receive(struct phone *phone, struct request *request, int64_t deadline,
	enum phone_reading reading)
{
	struct answer answer;
	enum wire_result result = wire_answer(request->wire, phone->arena, deadline, &answer);

	if (result == WIRE_TIMEOUT)
		return result;
	phone->document = NULL;
	phone->n_parts = 0;
	phone->asked = request->document;
	if (request->is_empty && strcmp(request->command, "Sync") == 0)
		phone->asked = phone->last_sync;
	if (result == WIRE_DONE) {
		phone->answer = answer;
		phone->took_ms = answer.last_ms - request->sent_ms;
		phone->quiet_ms = answer.first_ms - request->sent_ms;
		digest(phone, request, reading);
	} else {
		phone_fail(phone, "%s", request->wire->problem);
	}
	if (result != WIRE_DONE || answer.closes)
		wire_close(request->wire);
	request->command = NULL;
	return result;
}

bool phone_ask(struct phone *phone, const struct sending *sending)
{
	struct request *request;

	if (!phone_send(phone, sending))
		return false;
	request = phone_request(phone, NULL);
	if (phone_receive(phone, request, now_ms() + ASK_MS, READ_FULLY) == WIRE_TIMEOUT)
		return phone_fail(phone, "%s: no answer in %d s", sending->command, ASK_MS / 1000);
	if (phone->error != NULL)
		return false;
	if (phone->answer.status != 200)
		return phone_fail(phone, "%s: HTTP %d", sending->command, phone->answer.status);
	return true;
}

struct folder *phone_folder_by_id(const struct phone *phone, const char *id)
{
	return map_get(&phone->folders, id);
}

struct folder *phone_folder(const struct phone *phone, const char *name)
{
	static const struct {
		const char *role;
		int type;
	} roles[] = {{"INBOX", 2}, {"Drafts", 3}, {"Trash", 4}, {"Sent", 5}, {"Outbox", 6}};
	const struct map_entry *entry;
	uint32_t cursor = 0;
	int type = 0;

	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (strcmp(roles[i].role, name) == 0)
			type = roles[i].type;
	while ((entry = map_next(&phone->folders, &cursor)) != NULL) {
		struct folder *folder = entry->value;

		if (!folder->gone && (type ? folder->type == type : !strcmp(folder->name, name)))
			return folder;
	}
	return NULL;
}
