/* SPDX-License-Identifier: ISC */
/*
 * One small record a message under "sent/<digest>": state, time, Message-ID.  A
 * list of names in order of time under "sent-names" bounds their number.  Worker.
 */
#include "bridge/commands/journal.h"

#include <stdio.h>
#include <string.h>

#include "bridge/account.h"
#include "bridge/base/arena.h"
#include "bridge/base/body.h"
#include "bridge/base/date.h"
#include "bridge/config.h"
#include "bridge/request.h"
#include "bridge/state/state.h"

enum {
	ENTRIES_MAX = 256,
	DIGEST_LIFE_S = 86400,
	NAME_SIZE = sizeof(((struct journal_entry *)0)->name)
};

struct record {
	int64_t when;
	uint8_t state;
	char message_id[64];
};

static struct state_key
key_of(const struct request *request, const char *name)
{
	return (struct state_key){ request->account->login, request->device_id, name };
}

/* Phones before 14.0 give no id; a retry has the very same bytes. */
static enum fault
name_make(struct request *request, const char *client_id, struct body *mime,
    char ret_name[NAME_SIZE])
{
	char digest[2 * SHA256_SIZE + 1];
	const void *data = client_id;
	size_t len = client_id ? strlen(client_id) : 0;

	if (!client_id && !body_view(mime, &data, &len))
		return TRY_LATER;
	(void)request;
	crypto_sha256_hex(data, len, digest);
	snprintf(ret_name, NAME_SIZE, "sent/%c%s", client_id ? 'c' : 'd', digest);
	return OK;
}

static bool
record_load(struct request *request, const char *name, struct record *ret_record)
{
	struct state_key key = key_of(request, name);
	void *data;
	size_t len;

	if (request->state->ops->load(request->state, request->arena, &key, &data, &len) != OK ||
	    len != sizeof(*ret_record))
		return false;
	memcpy(ret_record, data, sizeof(*ret_record));
	return true;
}

static enum fault
record_save(struct request *request, const char *name, const struct record *record)
{
	struct state_key key = key_of(request, name);

	return request->state->ops->save(request->state, &key, record, sizeof(*record));
}

/* Appends the name to the list of all and forgets the oldest beyond the bound. */
static enum fault
name_list(struct request *request, const char *name)
{
	struct state_key key = key_of(request, "sent-names");
	void *data = NULL;
	size_t len = 0, n;
	char (*names)[NAME_SIZE];

	request->state->ops->load(request->state, request->arena, &key, &data, &len);
	n = len / NAME_SIZE;
	names = arena_alloc(request->arena, (n + 1) * NAME_SIZE);
	if (n)
		memcpy(names, data, n * NAME_SIZE);
	snprintf(names[n++], NAME_SIZE, "%s", name);
	for (; n > ENTRIES_MAX; names++, n--) {
		struct state_key oldest = key_of(request, names[0]);

		request->state->ops->forget(request->state, &oldest);
	}
	return request->state->ops->save(request->state, &key, names, n * NAME_SIZE);
}

static void
message_id_make(const struct request *request, char *ret_id, size_t size)
{
	const char *at = strrchr(request->account->address, '@');
	char random[33];

	crypto_random_hex(random, 16);
	random[32] = 0;
	snprintf(ret_id, size, "%.20s@%.40s", random, at && at[1] ? at + 1 : "localhost");
}

/* What is known of the message, within the transaction that enters it. */
static enum fault
enter(struct request *request, bool is_digest, enum journal_state *ret_state,
    struct journal_entry *entry)
{
	struct record record;
	int64_t now = now_s(), life = config->server.worker_timeout + 30;
	bool is_known = record_load(request, entry->name, &record);

	if (is_known && is_digest && record.when < now - DIGEST_LIFE_S)
		is_known = false;
	if (!is_known) {
		record = (struct record){ .state = JOURNAL_BEGUN };
		message_id_make(request, record.message_id, sizeof(record.message_id));
	}
	memcpy(entry->message_id, record.message_id, sizeof(entry->message_id));
	*ret_state = JOURNAL_NEW;
	if (is_known && record.state == JOURNAL_SENT)
		*ret_state = JOURNAL_SENT;
	else if (is_known && record.when > now - life)
		*ret_state = JOURNAL_BEGUN;
	if (*ret_state != JOURNAL_NEW)
		return OK;
	record.when = now;
	if (!is_known && name_list(request, entry->name) != OK)
		return TRY_LATER;
	return record_save(request, entry->name, &record);
}

enum fault
journal_begin(struct request *request, const char *client_id, struct body *mime,
    enum journal_state *ret_state, struct journal_entry *ret_entry)
{
	const struct state_ops *ops = request->state->ops;
	enum fault fault = name_make(request, client_id, mime, ret_entry->name);

	if (fault == OK)
		fault = ops->begin(request->state);
	if (fault != OK)
		return fault;
	fault = enter(request, !client_id, ret_state, ret_entry);
	if (fault == OK)
		return ops->commit(request->state);
	ops->rollback(request->state);
	return fault;
}

enum fault
journal_sent(struct request *request, const struct journal_entry *entry)
{
	struct record record = { .when = now_s(), .state = JOURNAL_SENT };

	memcpy(record.message_id, entry->message_id, sizeof(record.message_id));
	return record_save(request, entry->name, &record);
}

void
journal_failed(struct request *request, const struct journal_entry *entry)
{
	struct state_key key = key_of(request, entry->name);

	request->state->ops->forget(request->state, &key);
}
