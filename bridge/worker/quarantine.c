/* SPDX-License-Identifier: ISC */
/*
 * The page holds one line: user, folder, number, step, each ended by a newline.
 * It is written before the work and emptied after it, so a page with content at
 * the start of a process tells what killed the one before.  Counts stand in the
 * state store, by user.  Worker.
 */
#include "bridge/worker/quarantine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/account.h"
#include "bridge/base/arena.h"
#include "bridge/base/crypto.h"
#include "bridge/base/log.h"
#include "bridge/request.h"
#include "bridge/role.h"
#include "bridge/state/state.h"

enum { DEATHS_TO_QUARANTINE = 2, NAME_SIZE = 64, USER_SIZE = 400 };

static char *page;

/* "quarantine/<digest of the folder's name>/<number>" */
static void
item_name(const char *folder, uint32_t num, char ret_name[NAME_SIZE])
{
	char digest[2 * SHA256_SIZE + 1];

	crypto_sha256_hex(folder, strlen(folder), digest);
	snprintf(ret_name, NAME_SIZE, "quarantine/%.16s/%u", digest, num);
}

static unsigned
deaths_load(struct state *state, struct arena *arena, const struct state_key *key)
{
	void *data;
	size_t len;

	if (state->ops->load(state, arena, key, &data, &len) != OK || len != 1)
		return 0;
	return *(const uint8_t *)data;
}

static void
death_count(struct state *state, const char *user, const char *folder, uint32_t num)
{
	struct arena *arena = arena_new(1 << 16);
	char name[NAME_SIZE];
	struct state_key key = { user, "", name };
	uint8_t deaths;

	item_name(folder, num, name);
	deaths = (uint8_t)(deaths_load(state, arena, &key) + 1);
	state->ops->save(state, &key, &deaths, 1);
	log_event(LEVEL_WARN, NULL, "worker-killed-by", "user=%s item=%u deaths=%u", user, num,
	    deaths);
	arena_free(&arena);
}

/* Splits the next line off; NULL: the page ends before it. */
static char *
line_take(char **at)
{
	char *line = *at, *end = strchr(line, '\n');

	if (!end)
		return NULL;
	*end = 0;
	*at = end + 1;
	return line;
}

void
quarantine_start(char *shared, struct state *state)
{
	char copy[BREADCRUMB_SIZE];
	char *at = copy, *user, *folder, *num;

	page = shared;
	if (!page || !page[0])
		return;
	memcpy(copy, page, sizeof(copy));
	copy[sizeof(copy) - 1] = 0;
	user = line_take(&at);
	folder = user ? line_take(&at) : NULL;
	num = folder ? line_take(&at) : NULL;
	if (num && state)
		death_count(state, user, folder, (uint32_t)strtoul(num, NULL, 10));
	quarantine_clear();
}

void
quarantine_mark(struct request *request, const char *folder, uint32_t num, const char *step)
{
	int n;

	if (!page)
		return;
	n = snprintf(page, BREADCRUMB_SIZE, "%s\n%s\n%u\n%s\n", request->account->login, folder,
	    num, step);
	if (n >= BREADCRUMB_SIZE)
		page[0] = 0;
}

void
quarantine_clear(void)
{
	if (page)
		page[0] = 0;
}

bool
quarantine_is_bad(struct request *request, const char *folder, uint32_t num)
{
	char name[NAME_SIZE];
	struct state_key key = { request->account->login, "", name };

	item_name(folder, num, name);
	if (deaths_load(request->state, request->arena, &key) < DEATHS_TO_QUARANTINE)
		return false;
	log_event(LEVEL_WARN, request->id, "quarantined", "user=%s item=%u",
	    request->account->login, num);
	return true;
}
