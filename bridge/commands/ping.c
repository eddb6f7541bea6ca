/* SPDX-License-Identifier: ISC */
/*
 * Ping ([MS-ASCMD] 2.2.1.13).  Nothing to say: the answer waits in the front as a
 * record, and this runs again from the top when a folder moves.  What counts is
 * what the phone's next Sync would bring, through its own filter: mail outside of
 * it and the phone's own changes wake nobody (R9).  An answer always has a body
 * (R8).  Worker.
 */
#include <string.h>

#include "bridge/account.h"
#include "bridge/base/arena.h"
#include "bridge/base/date.h"
#include "bridge/command.h"
#include "bridge/request.h"
#include "bridge/response.h"
#include "bridge/sync/hierarchy.h"
#include "bridge/sync/known.h"
#include "bridge/sync/known_state.h"
#include "bridge/sync/probe.h"
#include "bridge/sync/recall.h"
#include "bridge/sync/refresh.h"
#include "bridge/sync/shown.h"

/* [MS-ASCMD] 2.2.3.177.11 */
enum {
	PING_EXPIRED = 1, PING_CHANGES = 2, PING_MISSING = 3, PING_SYNTAX = 4, PING_INTERVAL = 5,
	PING_TOO_MANY = 6, PING_HIERARCHY = 7,
};
enum { FOLDERS_MAX = 2000 };

/* A folder of the Ping that is there and can move. */
struct pinged {
	struct recall_folder *asked;
	const struct collection *collection;
	struct known *known;  /* NULL: never synced */
	bool has_moved;
};

struct ping {
	struct request *request;
	struct response *response;
	bool has_heartbeat, has_folders;
	long heartbeat;
	struct recall_ping recall;
	struct pinged *list;
	struct probe *probes;
	unsigned n;
	unsigned n_there;     /* folders that exist, those that never move too */
};

/* --- reading --- */

static void
folder_read(struct ping *ping, struct reader *reader)
{
	struct recall_folder *folder = &ping->recall.list[ping->recall.n];
	enum token token;

	*folder = (struct recall_folder){ .id = "", .class = "" };
	reader_into(reader);
	while (reader_child(reader, &token)) {
		if (token == Ping_Id)
			folder->id = reader_text(reader);
		else if (token == Ping_Class)
			folder->class = reader_text(reader);
	}
	if (*folder->id)
		ping->recall.n++;
}

static bool
folders_read(struct ping *ping, struct reader *reader)
{
	struct reader ahead;
	enum token token;
	unsigned n = 0;

	reader_into(reader);
	ahead = *reader;
	while (reader_child(&ahead, &token))
		n += token == Ping_Folder;
	if (n > FOLDERS_MAX)
		return false;
	ping->recall.list = arena_array(ping->request->arena, n + 1, sizeof(*ping->recall.list));
	while (reader_child(reader, &token))
		if (token == Ping_Folder)
			folder_read(ping, reader);
	ping->has_folders = ping->recall.n > 0;
	return true;
}

static enum fault
document_read(struct ping *ping)
{
	struct reader reader;
	enum token token;
	bool has_body, is_good = true;
	enum fault fault = request_reader(ping->request, &reader, &has_body);

	if (fault != OK || !has_body)
		return fault;
	if (!reader_enter(&reader, Ping_Ping))
		return BAD_INPUT;
	while (is_good && reader_child(&reader, &token)) {
		if (token == Ping_HeartbeatInterval) {
			is_good = reader_number(&reader, &ping->heartbeat);
			ping->has_heartbeat = true;
		} else if (token == Ping_Folders) {
			is_good = !ping->has_folders && folders_read(ping, &reader);
		}
	}
	return is_good && reader_fault(&reader) == READER_OK ? OK : BAD_INPUT;
}

/* --- limits --- */

static void
answer(struct ping *ping, int status, enum token extra, long value)
{
	struct writer *writer = &ping->response->writer;

	response_restart(ping->response, ping->request);
	writer_open(writer, Ping_Ping);
	writer_int(writer, Ping_Status, status);
	if (extra != TOKEN_NONE)
		writer_int(writer, extra, value);
	writer_close(writer);
	ping->request->log.status = status;
}

static bool
has_doubles(const struct recall_ping *recall)
{
	for (unsigned i = 0; i < recall->n; i++)
		for (unsigned j = i + 1; j < recall->n; j++)
			if (!strcmp(recall->list[i].id, recall->list[j].id))
				return true;
	return false;
}

/* True if the answer stands. */
static bool
limits_answer(struct ping *ping)
{
	const struct domain_config *domain = ping->request->account->config;

	if (!ping->recall.n || !ping->heartbeat)
		answer(ping, PING_MISSING, TOKEN_NONE, 0);
	else if (ping->heartbeat < domain->heartbeat_min)
		answer(ping, PING_INTERVAL, Ping_HeartbeatInterval, domain->heartbeat_min);
	else if (ping->heartbeat > domain->heartbeat_max)
		answer(ping, PING_INTERVAL, Ping_HeartbeatInterval, domain->heartbeat_max);
	else if (ping->recall.n > (unsigned)domain->ping_folders)
		answer(ping, PING_TOO_MANY, Ping_MaxFolders, domain->ping_folders);
	else if (has_doubles(&ping->recall))
		answer(ping, PING_SYNTAX, TOKEN_NONE, 0);
	else
		return false;
	return true;
}

/* What the phone left out is as it was last time. */
static enum fault
recall(struct ping *ping)
{
	struct recall_ping last = { 0 };
	enum fault fault = recall_ping_load(ping->request, &last);

	if (fault != OK && fault != ITEM_GONE)
		return fault;
	if (!ping->has_heartbeat)
		ping->heartbeat = last.heartbeat;
	if (!ping->has_folders) {
		ping->recall.list = last.list;
		ping->recall.n = last.n;
		return OK;
	}
	/* stamps of folders never synced: when woken, how they were when the waiting began */
	for (unsigned i = 0; i < ping->recall.n && ping->request->rerun; i++)
		for (unsigned j = 0; j < last.n; j++)
			if (!strcmp(ping->recall.list[i].id, last.list[j].id))
				ping->recall.list[i].stamp = last.list[j].stamp;
	return OK;
}

static enum fault
remember(struct ping *ping)
{
	if (ping->request->rerun)
		return OK;
	ping->recall.heartbeat = (uint32_t)ping->heartbeat;
	return recall_ping_save(ping->request, &ping->recall);
}

/* --- folders --- */

/* Is the phone's folder list still right? */
static enum fault
hierarchy_check(struct ping *ping, bool *ret_moved)
{
	struct request *request = ping->request;
	const struct collection *list;
	struct shown_list now;
	struct shown shown;
	unsigned n;
	enum fault fault = hierarchy_list(request, HIERARCHY_FRESH_S, &list, &n);

	if (fault == OK)
		fault = shown_load(request, &shown);
	if (fault != OK)
		return fault;
	now = shown_list_of(request->arena, list, n);
	*ret_moved = !shown.epoch || !shown_list_is_equal(&shown.told, &now);
	return OK;
}

static enum fault
folder_add(struct ping *ping, struct recall_folder *asked)
{
	struct request *request = ping->request;
	struct pinged *pinged = &ping->list[ping->n];
	struct probe *probe = &ping->probes[ping->n];
	enum fault fault;

	*pinged = (struct pinged){ .asked = asked };
	fault = hierarchy_find(request, asked->id, &pinged->collection);
	if (fault == FOLDER_GONE)
		return OK; /* R49 */
	if (fault != OK)
		return fault;
	ping->n_there++;
	if (!pinged->collection->can_hold_items)
		return OK;
	*probe = (struct probe){ .folder = pinged->collection->folder };
	fault = account_store(request, pinged->collection->class, &probe->store);
	if (fault == CANNOT)
		return OK;
	if (fault == OK)
		fault = known_load(request, pinged->collection->id, &pinged->known);
	if (fault == ITEM_GONE || (fault == OK && !pinged->known->epoch))
		pinged->known = NULL;
	if (fault == OK || fault == ITEM_GONE)
		ping->n++;
	return fault == ITEM_GONE ? OK : fault;
}

static enum fault
folders_find(struct ping *ping)
{
	enum fault fault = OK;

	ping->list = arena_array(ping->request->arena, ping->recall.n + 1, sizeof(*ping->list));
	ping->probes = arena_array(ping->request->arena, ping->recall.n + 1,
	    sizeof(*ping->probes));
	for (unsigned i = 0; i < ping->recall.n && fault == OK; i++)
		fault = folder_add(ping, &ping->recall.list[i]);
	return fault;
}

/* A folder that was never synced has moved if it is not as it was when the waiting began. */
static void
strange_look(struct ping *ping, struct pinged *pinged, const struct stamp *now)
{
	struct stamp *begin = &pinged->asked->stamp;

	if (!ping->request->rerun || !begin->len)
		*begin = *now;
	pinged->has_moved = !stamp_is_equal(begin, now);
}

static enum fault
folder_look(struct ping *ping, unsigned at)
{
	struct pinged *pinged = &ping->list[at];
	struct probe *probe = &ping->probes[at];
	struct refresh refresh = {
		.request = ping->request, .store = probe->store, .now = &probe->stamp,
		.collection = pinged->collection, .known = pinged->known,
	};
	struct stamp before;
	enum fault fault;

	if (!probe->stamp.len)
		return FOLDER_GONE;
	if (!pinged->known) {
		strange_look(ping, pinged, &probe->stamp);
		return OK;
	}
	before = pinged->known->stamp;
	fault = refresh_peek(&refresh, &pinged->has_moved);
	if (fault == STALE) { /* Sync will tell the phone */
		pinged->has_moved = true;
		return OK;
	}
	/* moved, but not for this phone: next time that is no question any more */
	if (fault == OK && !stamp_is_equal(&before, &pinged->known->stamp))
		fault = known_save(ping->request, pinged->known);
	return fault == CONFLICT ? OK : fault;
}

static enum fault
folders_look(struct ping *ping)
{
	enum fault fault = OK;

	probe_all(ping->request->arena, ping->probes, ping->n);
	for (unsigned i = 0; i < ping->n && fault == OK; i++) {
		fault = ping->probes[i].fault;
		if (fault == OK)
			fault = folder_look(ping, i);
	}
	if (fault == FOLDER_GONE)
		hierarchy_expire(ping->request);
	return fault;
}

/* --- the end --- */

static bool
changes_answer(struct ping *ping)
{
	struct writer *writer = &ping->response->writer;
	unsigned n = 0;

	for (unsigned i = 0; i < ping->n; i++)
		n += ping->list[i].has_moved;
	if (!n)
		return false;
	writer_open(writer, Ping_Ping);
	writer_int(writer, Ping_Status, PING_CHANGES);
	writer_open(writer, Ping_Folders);
	for (unsigned i = 0; i < ping->n; i++)
		if (ping->list[i].has_moved)
			writer_text(writer, Ping_Folder, ping->list[i].asked->id);
	writer_close(writer);
	writer_close(writer);
	ping->request->log.status = PING_CHANGES;
	ping->request->log.out = arena_printf(ping->request->arena, "folders=%u", n);
	return true;
}

static void
park(struct ping *ping)
{
	struct watched *watched = arena_array(ping->request->arena, ping->n, sizeof(*watched));
	int64_t deadline = ping->request->received_ms + ping->heartbeat * 1000;

	answer(ping, PING_EXPIRED, TOKEN_NONE, 0);
	if (now_ms() >= deadline)
		return;
	for (unsigned i = 0; i < ping->n; i++) {
		ping->response->store = ping->probes[i].store->ops->name;
		watched[i] = (struct watched){ ping->probes[i].folder, ping->probes[i].stamp };
	}
	response_park(ping->response, deadline, watched, ping->n);
}

enum fault
ping_run(struct request *request, struct response *response)
{
	struct ping ping = { .request = request, .response = response };
	bool has_moved = false;
	enum fault fault = document_read(&ping);

	if (fault == OK)
		fault = recall(&ping);
	if (fault != OK || limits_answer(&ping))
		return fault;
	fault = hierarchy_check(&ping, &has_moved);
	if (fault == OK && !has_moved)
		fault = folders_find(&ping);
	if (fault == OK && !has_moved && ping.n_there)
		fault = folders_look(&ping);
	if (fault != OK && fault != FOLDER_GONE)
		return fault;
	if (remember(&ping) != OK)
		return TRY_LATER;
	if (fault == FOLDER_GONE || has_moved || !ping.n_there)
		answer(&ping, PING_HIERARCHY, TOKEN_NONE, 0);
	else if (!changes_answer(&ping))
		park(&ping);
	return OK;
}
