/* SPDX-License-Identifier: ISC */
/*
 * State in the memory of one process, for tests and for trying things out: it
 * forgets everything at the end.  A transaction is a journal of what was there
 * before, played backwards by rollback.  A device's row is kept as a blob under
 * a name that no caller can use.  Worker.
 */
#include "bridge/state/state.h"

#include <stdlib.h>
#include <string.h>

#include "bridge/base/arena.h"
#include "bridge/state/device.h"

#define DEVICE_NAME "\001device"

struct row {
	struct row *next;
	char *user, *device, *name;
	void *data;
	size_t len;
	bool is_absent; /* journal: there was no such row */
};

struct memory_state {
	struct state state;
	struct row *rows;
	struct row *journal; /* newest first */
	bool in_transaction;
};

static struct memory_state *
of(struct state *state)
{
	return (struct memory_state *)state;
}

static void *
checked(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

static struct row *
row_new(const struct state_key *key, const void *data, size_t len)
{
	struct row *row = checked(calloc(1, sizeof(*row)));

	row->user = checked(strdup(key->user));
	row->device = checked(strdup(key->device));
	row->name = checked(strdup(key->name));
	row->data = checked(malloc(len ? len : 1));
	row->len = len;
	if (len)
		memcpy(row->data, data, len);
	return row;
}

static void
row_free(struct row *row)
{
	free(row->user);
	free(row->device);
	free(row->name);
	free(row->data);
	free(row);
}

static void
rows_free(struct row **rows)
{
	while (*rows) {
		struct row *row = *rows;

		*rows = row->next;
		row_free(row);
	}
}

static struct row **
row_find(struct memory_state *memory, const struct state_key *key)
{
	struct row **at = &memory->rows;

	while (*at && (strcmp((*at)->name, key->name) || strcmp((*at)->device, key->device) ||
	    strcmp((*at)->user, key->user)))
		at = &(*at)->next;
	return at;
}

static void
journal_push(struct memory_state *memory, const struct state_key *key, const struct row *before)
{
	struct row *row;

	if (!memory->in_transaction)
		return;
	row = row_new(key, before ? before->data : "", before ? before->len : 0);
	row->is_absent = !before;
	row->next = memory->journal;
	memory->journal = row;
}

static void
row_remove(struct memory_state *memory, struct row **at)
{
	struct row *row = *at;

	journal_push(memory, &(struct state_key){ row->user, row->device, row->name }, row);
	*at = row->next;
	row_free(row);
}

static enum fault
memory_open(const char *where, struct state **ret_state)
{
	struct memory_state *memory = checked(calloc(1, sizeof(*memory)));

	(void)where;
	memory->state.ops = &memory_state_ops;
	*ret_state = &memory->state;
	return OK;
}

static void
memory_close(struct state **state)
{
	if (!*state)
		return;
	rows_free(&of(*state)->rows);
	rows_free(&of(*state)->journal);
	free(*state);
	*state = NULL;
}

static enum fault
memory_begin(struct state *state)
{
	if (of(state)->in_transaction)
		return BUG;
	of(state)->in_transaction = true;
	return OK;
}

static enum fault
memory_commit(struct state *state)
{
	if (!of(state)->in_transaction)
		return BUG;
	of(state)->in_transaction = false;
	rows_free(&of(state)->journal);
	return OK;
}

static enum fault
memory_save(struct state *state, const struct state_key *key, const void *data, size_t len)
{
	struct memory_state *memory = of(state);
	struct row **at = row_find(memory, key);

	if (*at)
		row_remove(memory, at);
	else
		journal_push(memory, key, NULL);
	at = &memory->rows;
	while (*at)
		at = &(*at)->next;
	*at = row_new(key, data, len);
	return OK;
}

static void
memory_rollback(struct state *state)
{
	struct memory_state *memory = of(state);

	memory->in_transaction = false;
	for (struct row *row = memory->journal; row; row = row->next) {
		struct state_key key = { row->user, row->device, row->name };
		struct row **at = row_find(memory, &key);

		if (*at)
			row_remove(memory, at);
		if (!row->is_absent)
			memory_save(state, &key, row->data, row->len);
	}
	rows_free(&memory->journal);
}

static enum fault
memory_load(struct state *state, struct arena *arena, const struct state_key *key,
    void **ret_data, size_t *ret_len)
{
	const struct row *row = *row_find(of(state), key);

	if (!row)
		return ITEM_GONE;
	*ret_data = arena_memdup(arena, row->data, row->len);
	*ret_len = row->len;
	return OK;
}

static bool
is_meant(const struct row *row, const struct state_key *key)
{
	size_t n = strlen(key->name);

	if (strcmp(row->user, key->user) || strcmp(row->device, key->device))
		return false;
	if (!n || !strcmp(row->name, key->name))
		return true;
	return key->name[n - 1] == '/' && !strncmp(row->name, key->name, n);
}

static enum fault
memory_forget(struct state *state, const struct state_key *key)
{
	struct row **at = &of(state)->rows;

	while (*at)
		if (is_meant(*at, key))
			row_remove(of(state), at);
		else
			at = &(*at)->next;
	return OK;
}

/* A row: the numbers, then the texts with their NULs. */
static enum fault
memory_device_put(struct state *state, const char *user, const struct device *device)
{
	struct state_key key = { user, device->id, DEVICE_NAME };
	size_t len = 0, at = 0;
	char *data;
	enum fault fault;

#define X(kind, name) len += sizeof(device->name);
	DEVICE_NUMBERS(X)
#undef X
#define X(name) len += strlen(device->name) + 1;
	DEVICE_TEXTS(X)
#undef X
	data = checked(malloc(len));
#define X(kind, name) memcpy(data + at, &device->name, sizeof(device->name)); \
	at += sizeof(device->name);
	DEVICE_NUMBERS(X)
#undef X
#define X(name) memcpy(data + at, device->name, strlen(device->name) + 1); \
	at += strlen(device->name) + 1;
	DEVICE_TEXTS(X)
#undef X
	fault = memory_save(state, &key, data, len);
	free(data);
	return fault;
}

static enum fault
memory_device_get(struct state *state, struct arena *arena, const char *user, const char *device,
    struct device *ret_device)
{
	struct state_key key = { user, device, DEVICE_NAME };
	void *data;
	const char *at;
	size_t len;
	enum fault fault = memory_load(state, arena, &key, &data, &len);

	if (fault != OK)
		return fault;
	*ret_device = (struct device){ .id = arena_strdup(arena, device) };
	at = data;
#define X(kind, name) memcpy(&ret_device->name, at, sizeof(ret_device->name)); \
	at += sizeof(ret_device->name);
	DEVICE_NUMBERS(X)
#undef X
#define X(name) ret_device->name = at; at += strlen(at) + 1;
	DEVICE_TEXTS(X)
#undef X
	return OK;
}

const struct state_ops memory_state_ops = {
	.name = "memory",
	.open = memory_open,
	.close = memory_close,
	.begin = memory_begin,
	.commit = memory_commit,
	.rollback = memory_rollback,
	.load = memory_load,
	.save = memory_save,
	.forget = memory_forget,
	.device_get = memory_device_get,
	.device_put = memory_device_put,
};
