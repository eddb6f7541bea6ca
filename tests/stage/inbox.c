/* SPDX-License-Identifier: ISC */
/*
 * A phone with one folder, the INBOX, on the stage: the usual steps of the tests
 * of Sync.  Included as source by unit/commands_*.c, after stage.c and store.c.
 */
static struct box *inbox;
static char inbox_id[16], key[80];

static int
setup(void **unused)
{
	struct ask ask = { .command = "FolderSync", .text = "FolderSync { SyncKey 0 }" };
	struct told told;
	const char *at;

	(void)unused;
	clock_set_offset(0);
	world_clear();
	world.has_tokens = true;
	inbox = world_box("INBOX", FOLDER_INBOX);
	world_box("Trash", FOLDER_TRASH);
	stage_open_state();
	told = stage_ask(&ask);
	at = strstr(told.text, "DisplayName INBOX");
	assert_non_null(at);
	while (strncmp(at, "ServerId", 8) != 0)
		at--;
	snprintf(inbox_id, sizeof(inbox_id), "%.*s", (int)strcspn(at + 9, " "), at + 9);
	told_free(&told);
	return 0;
}

static int
teardown(void **unused)
{
	(void)unused;
	stage_close_state();
	return 0;
}

static void
deliver(unsigned n)
{
	while (n--)
		world_deliver(inbox, now_s() - 60);
}

/* A Sync of the inbox with the key at hand, which the answer replaces. */
static struct told
step(const char *more)
{
	struct told told = stage_sync("Sync { Collections { Collection { SyncKey \"%s\" "
	    "CollectionId %s %s } } }", key, inbox_id, more);
	const char *next = told_value(&told, "SyncKey");

	if (*next)
		snprintf(key, sizeof(key), "%s", next);
	return told;
}

static void
prime(void)
{
	struct told told;

	snprintf(key, sizeof(key), "0");
	told = step("");
	told_free(&told);
}

/* Everything there is. */
static void
load(void)
{
	struct told told;
	bool more = true;

	prime();
	while (more) {
		told = step("WindowSize 512");
		more = told_count(&told, "MoreAvailable") > 0;
		told_free(&told);
	}
}

static void
expect(struct told told, const char *element, unsigned n)
{
	if (told_count(&told, element) != n)
		fail_msg("%u x %s expected in: %s", n, element, told.text);
	told_free(&told);
}

static void
expect_status(struct told told, const char *status)
{
	if (strcmp(told_value(&told, "Status"), status) != 0)
		fail_msg("Status %s expected in: %s", status, told.text);
	told_free(&told);
}

static void
expect_silence(struct told told)
{
	if (told.len || told.http != 200 || told.verdict != ANSWER)
		fail_msg("silence expected, not: %d %s", told.http, told.text);
	told_free(&told);
}
