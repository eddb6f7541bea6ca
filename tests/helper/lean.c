/* SPDX-License-Identifier: ISC */
/*
 * The lean phone.  Answers are walked once; of all elements only a handful is looked at.
 */
#include "tests/helper/lean.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "bridge/base/codec.h"
#include "bridge/base/date.h"
#include "bridge/base/http.h"
#include "bridge/base/stream.h"
#include "wbxml/reader.h"
#include "wbxml/text.h"

enum { REQUEST_MAX = 64 << 20, ANSWER_MS = 120000, HEAD_MAX = 65536, PIECE = 256 << 10 };

int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

bool lean_init(struct lean *lean, struct arena *keep, const char *url, const char *ca_file)
{
	*lean = (struct lean){.keep = keep, .scratch = arena_new(0), .problem = "bad URL"};
	if (url == NULL || !wire_target_parse(keep, url, &lean->target))
		return false;
	lean->target.ca_file = ca_file;
	return true;
}

void lean_close(struct lean *lean)
{
	wire_close(lean->wire);
	lean->wire = NULL;
}

void lean_login(struct lean *lean, const char *user, const char *device)
{
	char *pair = arena_printf(lean->keep, "%s:secret", user);
	char *text = arena_alloc(lean->keep, base64_size(strlen(pair)) + 1);

	base64_encode(pair, strlen(pair), text);
	lean->user = user;
	lean->device = device;
	lean->credentials = text;
}

static bool put_buf(void *ctx, const void *data, size_t len)
{
	return buf_put(ctx, data, len);
}

const char *lean_request(struct lean *lean, const char *command, const char *notation,
	size_t *ret_len)
{
	struct text_problem problem;
	struct buf body, out;
	struct text_input input = {.sink = {put_buf, &body}};

	buf_init_arena(&body, lean->scratch, REQUEST_MAX);
	buf_init_arena(&out, lean->scratch, REQUEST_MAX);
	if (*notation != '\0' && !text_parse(notation, strlen(notation), &input, &problem)) {
		lean->problem = problem.reason;
		return NULL;
	}
	buf_printf(&out, "POST /Microsoft-Server-ActiveSync?Cmd=%s&User=%s&DeviceId=%s"
		   "&DeviceType=Bench HTTP/1.1\r\nHost: localhost\r\nUser-Agent: Bench\r\n"
		   "MS-ASProtocolVersion: 14.1\r\nX-MS-PolicyKey: 0\r\n"
		   "Authorization: Basic %s\r\nContent-Type: application/vnd.ms-sync.wbxml\r\n"
		   "%sContent-Length: %zu\r\n\r\n", command, lean->user, lean->device,
		   lean->credentials, lean->accept ? lean->accept : "", body.len);
	buf_put(&out, body.data, body.len);
	*ret_len = out.len;
	return (const char *)out.data;
}

static bool receive(struct lean *lean, struct answer *ret)
{
	enum wire_result result = wire_answer(lean->wire, lean->scratch, now_ms() + ANSWER_MS, ret);

	if (result != WIRE_DONE) {
		lean->problem = result == WIRE_TIMEOUT ? "no answer" : lean->wire->problem;
		lean_close(lean);
		return false;
	}
	if (ret->closes)
		lean_close(lean);
	if (ret->status != 200)
		lean->problem = arena_printf(lean->keep, "HTTP %d", ret->status);
	return ret->status == 200;
}

bool lean_ask(struct lean *lean, const char *command, const char *notation, struct answer *ret)
{
	size_t len;
	const char *request;
	int64_t start;
	bool good;

	arena_reset(lean->scratch);
	request = lean_request(lean, command, notation, &len);
	if (request == NULL)
		return false;
	if (lean->wire == NULL)
		lean->wire = wire_open(lean->keep, &lean->target, &lean->problem);
	if (lean->wire == NULL)
		return false;
	start = now_us();
	lean->problem = "connection lost";
	good = wire_send(lean->wire, request, len) && receive(lean, ret);
	lean->took_us = now_us() - start;
	lean->waited_us += lean->took_us;
	lean->requests++;
	return good;
}

/* Reads until the head is whole; *ret_head is its length.  Bytes in piece; 0: none. */
static size_t read_head(struct lean *lean, char *piece, size_t *ret_head)
{
	size_t len = 0;

	for (;;) {
		ssize_t n = len < HEAD_MAX - 1 ?
			stream_read(lean->wire->stream, piece + len, HEAD_MAX - 1 - len) : -1;
		const char *blank;

		if (n <= 0)
			return 0;
		len += (size_t)n;
		piece[len] = '\0';
		blank = strstr(piece, "\r\n\r\n");
		if (blank == NULL)
			continue;
		*ret_head = (size_t)(blank + 4 - piece);
		return len;
	}
}

/* Counts the body behind the head, whose first bytes are in piece already. */
static bool drop_body(struct lean *lean, char *piece, size_t len, size_t head, size_t *ret_bytes)
{
	const char *length = strcasestr(piece, "\r\nContent-Length:");
	size_t want = length != NULL ? strtoul(length + 17, NULL, 10) : 0;
	struct http_chunked chunked;
	enum http_result result = HTTP_MORE;
	size_t at = head;
	ssize_t n = (ssize_t)(len - head);

	http_chunked_init(&chunked, UINT64_MAX);
	for (*ret_bytes = 0; n >= 0; at = 0) {
		const uint8_t *data;
		size_t used = 0, run;

		while (length == NULL && used < (size_t)n && result == HTTP_MORE) {
			size_t step;

			result = http_chunked_feed(&chunked, (uint8_t *)piece + at + used,
						   (size_t)n - used, &step, &data, &run);
			used += step;
			*ret_bytes += run;
		}
		*ret_bytes += length != NULL ? (size_t)n : 0;
		if (length != NULL ? *ret_bytes >= want : result != HTTP_MORE)
			return length != NULL || result == HTTP_DONE;
		n = stream_read(lean->wire->stream, piece, PIECE);
		n = n == 0 ? -1 : n;
	}
	return false;
}

bool lean_drain(struct lean *lean, const char *command, const char *notation, size_t *ret_bytes)
{
	char *piece = arena_alloc(lean->keep, PIECE + 1);
	const char *request;
	size_t len, head = 0;
	int64_t start;
	bool good;

	arena_reset(lean->scratch);
	request = lean_request(lean, command, notation, &len);
	if (request == NULL)
		return false;
	if (lean->wire == NULL)
		lean->wire = wire_open(lean->keep, &lean->target, &lean->problem);
	if (lean->wire == NULL)
		return false;
	start = now_us();
	lean->problem = "no whole answer";
	good = wire_send(lean->wire, request, len);
	len = good ? read_head(lean, piece, &head) : 0;
	good = len > 0 && strncmp(piece + 9, "200", 3) == 0
		&& drop_body(lean, piece, len, head, ret_bytes);
	lean->took_us = now_us() - start;
	lean->wire->busy = false;
	return good;
}

/* --- answers --- */

struct walk {
	struct lean_sync *sync;
	struct lean_folder *folder;
	char *key;		/* FolderSync: the hierarchy's */
	char id[64];		/* the folder at hand */
	long status;
};

static void keep_text(char *to, size_t size, struct reader *reader)
{
	snprintf(to, size, "%s", reader_text(reader));
}

static void see_sync(struct walk *walk, struct reader *reader, enum token token)
{
	struct lean_sync *sync = walk->sync;

	switch (token) {
	case AirSync_Add: sync->adds++; break;
	case AirSync_Change: sync->changes++; break;
	case AirSync_Delete:
	case AirSync_SoftDelete: sync->deletes++; break;
	case AirSync_MoreAvailable: sync->more = true; break;
	case AirSync_SyncKey:
		keep_text(walk->folder->key, sizeof(walk->folder->key), reader);
		break;
	case AirSync_Status:
		if (sync->status <= 0 && !reader_number(reader, &sync->status))
			sync->status = -1;
		break;
	case AirSync_ServerId: keep_text(sync->last_id, sizeof(sync->last_id), reader); break;
	case AirSyncBase_FileReference: keep_text(sync->file, sizeof(sync->file), reader); break;
	default: break;
	}
}

static void see_folder(struct walk *walk, struct reader *reader, enum token token)
{
	long type;

	switch (token) {
	case FolderHierarchy_SyncKey: keep_text(walk->key, 64, reader); break;
	case FolderHierarchy_ServerId: keep_text(walk->id, sizeof(walk->id), reader); break;
	case FolderHierarchy_Status:
		if (!reader_number(reader, &walk->status))
			walk->status = -1;
		break;
	case FolderHierarchy_Type:
		if (reader_number(reader, &type) && type == 2) {
			snprintf(walk->folder->id, sizeof(walk->folder->id), "%s", walk->id);
			snprintf(walk->folder->key, sizeof(walk->folder->key), "0");
		}
		break;
	default: break;
	}
}

static bool is_container(enum token token)
{
	switch (token) {
	case AirSync_Collections: case AirSync_Collection: case AirSync_Commands:
	case AirSync_Add: case AirSync_ApplicationData: case AirSyncBase_Attachments:
	case AirSyncBase_Attachment: case FolderHierarchy_Changes: case FolderHierarchy_Add:
		return true;
	default:
		return false;
	}
}

static void walk_children(struct walk *walk, struct reader *reader, unsigned depth)
{
	enum token token;

	while (reader_child(reader, &token)) {
		if (walk->sync != NULL)
			see_sync(walk, reader, token);
		else
			see_folder(walk, reader, token);
		if (is_container(token) && depth < 10) {
			reader_into(reader);
			walk_children(walk, reader, depth + 1);
		}
	}
}

static void *scratch_alloc(void *ctx, size_t size)
{
	return arena_alloc(ctx, size);
}

static bool walk_answer(struct lean *lean, struct walk *walk, const struct answer *answer,
	enum token root)
{
	struct reader_memory memory = {scratch_alloc, lean->scratch};
	struct reader reader;

	reader_init(&reader, answer->body, answer->len, memory);
	if (!reader_enter(&reader, root)) {
		lean->problem = "not the answer expected";
		return false;
	}
	walk_children(walk, &reader, 0);
	lean->problem = reader_fault_name(reader_fault(&reader));
	return reader_finish(&reader);
}

bool lean_folders(struct lean *lean, const char *key, char *ret_key, struct lean_folder *ret)
{
	char text[128];
	struct answer answer;
	struct walk walk = {.folder = ret, .key = ret_key};

	snprintf(text, sizeof(text), "FolderSync { SyncKey \"%s\" }", key);
	if (!lean_ask(lean, "FolderSync", text, &answer)
	    || !walk_answer(lean, &walk, &answer, FolderHierarchy_FolderSync))
		return false;
	lean->problem = "FolderSync failed";
	return walk.status == 1;
}

bool lean_sync(struct lean *lean, struct lean_folder *folder, const char *inner,
	struct lean_sync *ret)
{
	char text[4096];
	struct answer answer;
	struct walk walk = {.sync = ret, .folder = folder};

	*ret = (struct lean_sync){0};
	snprintf(text, sizeof(text), "Sync { Collections { Collection { SyncKey \"%s\" "
		 "CollectionId \"%s\" %s } } }", folder->key, folder->id, inner);
	if (!lean_ask(lean, "Sync", text, &answer))
		return false;
	if (answer.len == 0) {
		ret->empty = true;
		ret->status = 1;
		return true;
	}
	if (!walk_answer(lean, &walk, &answer, AirSync_Sync))
		return false;
	if (ret->status != 1)
		lean->problem = arena_printf(lean->keep, "Sync: Status %ld", ret->status);
	return ret->status == 1;
}

long lean_sync_all(struct lean *lean, struct lean_folder *folder, const char *inner)
{
	struct lean_sync sync;
	long items = 0;

	if (strcmp(folder->key, "0") == 0 && !lean_sync(lean, folder, "", &sync))
		return -1;
	do {
		if (!lean_sync(lean, folder, inner, &sync))
			return -1;
		items += sync.adds;
	} while (sync.more);
	return items;
}

/* --- figures --- */

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

void lean_print_times(const char *name, int64_t *times, size_t n)
{
	if (n == 0)
		return;
	qsort(times, n, sizeof(*times), compare);
	printf("%s n=%zu p50=%lld p95=%lld p99=%lld max=%lld\n", name, n, (long long)times[n / 2],
	       (long long)times[n * 95 / 100], (long long)times[n * 99 / 100],
	       (long long)times[n - 1]);
	fflush(stdout);
}
