/* SPDX-License-Identifier: ISC */
/*
 * FolderSync and the edits of folders, by eas/commands.md 2 and 3 and the rules
 * R4, R20, R24, R51; GetHierarchy; and Ping, GetItemEstimate on what they show.
 */
#include <setjmp.h> /* cmocka wants it */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/stage/stage.c"
#include "tests/stage/store.c"

static struct box *inbox;
static char key[80];

static int
setup(void **unused)
{
	(void)unused;
	clock_set_offset(0);
	world_clear();
	world.has_tokens = true;
	inbox = world_box("INBOX", FOLDER_INBOX);
	world_box("Trash", FOLDER_TRASH);
	world_box("Work", FOLDER_USER_MAIL);
	world_box("Work/Old", FOLDER_USER_MAIL);
	world_box("Work/Old/Deep", FOLDER_USER_MAIL);
	stage_open_state();
	return 0;
}

static int
teardown(void **unused)
{
	(void)unused;
	stage_close_state();
	return 0;
}

/* Any command with a text; the first SyncKey of the answer is the key from then on. */
static struct told
ask(const char *command, const char *format, ...)
{
	struct ask what = { .command = command };
	struct told told;
	char text[1000];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	what.text = text;
	told = stage_ask(&what);
	if (strstr(text, "FolderSync") && *told_value(&told, "SyncKey"))
		snprintf(key, sizeof(key), "%s", told_value(&told, "SyncKey"));
	return told;
}

static struct told
folder_sync(void)
{
	return ask("FolderSync", "FolderSync { SyncKey \"%s\" }", key);
}

static struct told
folder_sync_anew(void)
{
	snprintf(key, sizeof(key), "0");
	return folder_sync();
}

/* The folder's member as told: "ServerId" of the entry whose DisplayName is name. */
static const char *
member(const struct told *told, const char *name, const char *wanted)
{
	static char values[8][100];
	static unsigned turn;
	char *value = values[turn++ % 8], pattern[120];
	const char *at, *end;

	snprintf(pattern, sizeof(pattern), "DisplayName %s ", name);
	at = strstr(told->text, pattern);
	*value = 0;
	if (!at)
		return value;
	end = strchr(at, '}');
	while (at > told->text && *at != '{')
		at--;
	at = strstr(at, wanted);
	if (at && at < end)
		snprintf(value, sizeof(values[0]), "%.*s", (int)strcspn(at + strlen(wanted) + 1, " "),
		    at + strlen(wanted) + 1);
	return value;
}

static void
expect(struct told told, const char *part)
{
	if (!strstr(told.text, part))
		fail_msg("\"%s\" expected in: %s", part, told.text);
	told_free(&told);
}

/* R51: types 2 to 6 are always there, parents first, root "0"; virtual ones are empty. */
static void
test_r51_content(void **unused)
{
	struct told told = folder_sync_anew();
	unsigned types[20] = { 0 };
	const char *work, *old;

	(void)unused;
	for (const char *at = told.text; (at = strstr(at, "Type ")); at++)
		types[strtoul(at + 5, NULL, 10)]++;
	for (unsigned type = 2; type <= 6; type++)
		assert_int_equal(types[type], 1);
	assert_string_equal(told_value(&told, "Count"), "8");
	assert_string_equal(member(&told, "INBOX", "ParentId"), "0");
	work = member(&told, "Work", "ServerId");
	old = member(&told, "Old", "ServerId");
	assert_string_equal(member(&told, "Old", "ParentId"), work);
	assert_string_equal(member(&told, "Deep", "ParentId"), old);
	assert_true(strstr(told.text, "DisplayName Work ") < strstr(told.text, "DisplayName Old "));
	assert_true(strstr(told.text, "DisplayName Old ") < strstr(told.text, "DisplayName Deep "));
	assert_true(strstr(told.text, "Count") < strstr(told.text, "Add"));
	told_free(&told);
}

/* R20: from the cache, without a look at the server; R4: key 0 lists anew, ids stay. */
static void
test_r20_r4_cache(void **unused)
{
	struct told first = folder_sync_anew(), again;
	unsigned listed = world.n_folders;
	char same[80];

	(void)unused;
	snprintf(same, sizeof(same), "%s", key);
	for (int i = 0; i < 20; i++)
		expect(folder_sync(), "Count 0");
	assert_string_equal(key, same);
	assert_int_equal(world.n_folders, listed);
	again = folder_sync_anew();
	assert_int_equal(world.n_folders, listed + 1);
	assert_string_equal(strstr(first.text, "Changes"), strstr(again.text, "Changes"));
	assert_string_not_equal(key, same);
	told_free(&first);
	told_free(&again);
	/* after a minute it is asked again */
	clock_set_offset(61000);
	expect(folder_sync(), "Count 0");
	assert_int_equal(world.n_folders, listed + 2);
	clock_set_offset(0);
}

/* R24: versions that we did not offer before are told with the next answer, once. */
static void
test_r24_versions(void **unused)
{
	const char *most = config->server.max_version;
	struct ask old = {
		.command = "FolderSync", .version = "12.1", .text = "FolderSync { SyncKey 0 }"
	};
	struct told told;

	(void)unused;
	config->server.max_version = "12.1";
	told = stage_ask(&old);
	told_free(&told);
	config->server.max_version = most;
	told = folder_sync_anew();
	assert_true(told.rp_header);
	told_free(&told);
	told = folder_sync();
	assert_false(told.rp_header);
	told_free(&told);
}

/* Changes by others: told once, again under the same key if the answer was lost; void keys. */
static void
test_changes(void **unused)
{
	char before[80], after[80];
	struct told told = folder_sync_anew();
	char work[20];

	(void)unused;
	snprintf(work, sizeof(work), "%s", member(&told, "Work", "ServerId"));
	told_free(&told);
	world_box("New", FOLDER_USER_MAIL);
	world.boxes[4].is_there = false;
	clock_set_offset(61000);
	snprintf(before, sizeof(before), "%s", key);
	told = folder_sync();
	assert_string_equal(told_value(&told, "Count"), "2");
	assert_int_equal(told_count(&told, "Add"), 1);
	assert_int_equal(told_count(&told, "Delete"), 1);
	told_free(&told);
	snprintf(after, sizeof(after), "%s", key);
	snprintf(key, sizeof(key), "%s", before);
	expect(folder_sync(), "Count 2");
	assert_string_equal(key, after);
	expect(folder_sync(), "Count 0");
	world_box("Newer", FOLDER_USER_MAIL);
	clock_set_offset(122000);
	expect(folder_sync(), "Count 1");
	snprintf(key, sizeof(key), "%s", before);
	expect(folder_sync(), "Status 9");
	expect(ask("FolderSync", "FolderSync { SyncKey 5 }"), "Status 9");
	expect(ask("FolderSync", "FolderSync~"), "Status 10");
	clock_set_offset(0);
}

static void
identify(struct box *box, const char *identity)
{
	snprintf(box->identity, sizeof(box->identity), "%s", identity);
}

/* Where the server gives its folders an identity, a rename by others keeps the number. */
static void
test_identity(void **unused)
{
	struct told told;
	char a[20], b[20];

	(void)unused;
	identify(&world.boxes[2], "id-work");
	identify(inbox, "id-inbox");
	identify(world_box("A", FOLDER_USER_MAIL), "id-a");
	identify(world_box("B", FOLDER_USER_MAIL), "id-b");
	told = folder_sync_anew();
	snprintf(a, sizeof(a), "%s", member(&told, "A", "ServerId"));
	snprintf(b, sizeof(b), "%s", member(&told, "B", "ServerId"));
	told_free(&told);
	/* they swap their names */
	snprintf(world.boxes[5].name, sizeof(world.boxes[5].name), "B");
	snprintf(world.boxes[6].name, sizeof(world.boxes[6].name), "A");
	clock_set_offset(61000);
	told = folder_sync();
	assert_string_equal(told_value(&told, "Count"), "2");
	assert_int_equal(told_count(&told, "Update"), 2);
	assert_string_equal(member(&told, "B", "ServerId"), a);
	assert_string_equal(member(&told, "A", "ServerId"), b);
	told_free(&told);
	/* another folder of the same name is another folder */
	identify(&world.boxes[5], "id-other");
	clock_set_offset(122000);
	told = folder_sync();
	assert_int_equal(told_count(&told, "Add"), 1);
	assert_int_equal(told_count(&told, "Delete"), 1);
	told_free(&told);
	clock_set_offset(0);
}

/* Edits: no echo, what others did meanwhile is not lost, numbers survive, repeats work once. */
static void
test_edits(void **unused)
{
	char before[80], created[20], work[20], deep[20];
	struct told told = folder_sync_anew();

	(void)unused;
	snprintf(work, sizeof(work), "%s", member(&told, "Work", "ServerId"));
	snprintf(deep, sizeof(deep), "%s", member(&told, "Deep", "ServerId"));
	told_free(&told);
	world_box("Other", FOLDER_USER_MAIL); /* somebody else's */
	snprintf(before, sizeof(before), "%s", key);
	for (int i = 0; i < 2; i++) { /* the second time the answer was lost */
		told = ask("FolderCreate", "FolderCreate { SyncKey \"%s\" ParentId %s "
		    "DisplayName Mine Type 12 }", before, work);
		assert_string_equal(told_value(&told, "Status"), "1");
		snprintf(key, sizeof(key), "%s", told_value(&told, "SyncKey"));
		assert_true(i == 0 || !strcmp(created, told_value(&told, "ServerId")));
		snprintf(created, sizeof(created), "%s", told_value(&told, "ServerId"));
		told_free(&told);
	}
	assert_non_null(box_named("Work/Mine"));
	clock_set_offset(61000);
	told = folder_sync();
	assert_string_equal(told_value(&told, "Count"), "1");
	assert_string_not_equal(member(&told, "Other", "ServerId"), "");
	told_free(&told);
	/* rename and move the whole branch: nothing to tell afterwards */
	told = ask("FolderUpdate", "FolderUpdate { SyncKey \"%s\" ServerId %s ParentId 0 "
	    "DisplayName Job }", key, work);
	assert_string_equal(told_value(&told, "Status"), "1");
	snprintf(key, sizeof(key), "%s", told_value(&told, "SyncKey"));
	told_free(&told);
	assert_non_null(box_named("Job/Old/Deep"));
	clock_set_offset(122000);
	expect(folder_sync(), "Count 0");
	/* the number leads to the folder under its new name */
	expect(ask("Sync", "Sync { Collections { Collection { SyncKey 0 CollectionId %s } } }",
	    deep), "Status 1");
	told = ask("FolderDelete", "FolderDelete { SyncKey \"%s\" ServerId %s }", key, work);
	assert_string_equal(told_value(&told, "Status"), "1");
	snprintf(key, sizeof(key), "%s", told_value(&told, "SyncKey"));
	told_free(&told);
	assert_null(box_named("Job"));
	assert_null(box_named("Job/Old/Deep"));
	assert_null(box_named("Job/Mine"));
	clock_set_offset(183000);
	expect(folder_sync(), "Count 0");
	expect(ask("Sync", "Sync { Collections { Collection { SyncKey 0 CollectionId %s } } }",
	    deep), "Status 12");
	/* a folder made anew under an old name has a new number */
	told = ask("FolderCreate", "FolderCreate { SyncKey \"%s\" ParentId 0 DisplayName Job "
	    "Type 12 }", key);
	assert_string_not_equal(told_value(&told, "ServerId"), work);
	told_free(&told);
	clock_set_offset(0);
}

static void
test_edit_statuses(void **unused)
{
	static const struct {
		const char *command, *members, *status;
	} cases[] = {
		{ "FolderCreate", "ParentId 0 DisplayName Work Type 12", "2" },
		{ "FolderCreate", "ParentId 4711 DisplayName X Type 12", "5" },
		{ "FolderCreate", "ParentId 0 DisplayName X Type 2", "10" },
		{ "FolderCreate", "ParentId 0 DisplayName X Type 13", "10" },
		{ "FolderCreate", "ParentId 0 DisplayName \"\" Type 12", "10" },
		{ "FolderCreate", "ParentId 0 Type 12", "10" },
		{ "FolderCreate", "DisplayName X Type 12", "10" },
		{ "FolderDelete", "ServerId 1", "3" },
		{ "FolderDelete", "ServerId 4711", "4" },
		{ "FolderDelete", "", "10" },
		{ "FolderUpdate", "ServerId 1 ParentId 0 DisplayName X", "2" },
		{ "FolderUpdate", "ServerId 4711 ParentId 0 DisplayName X", "4" },
		{ "FolderUpdate", "ServerId 3 ParentId 4711 DisplayName X", "5" },
		{ "FolderUpdate", "ServerId 3 ParentId 4 DisplayName X", "10" },
		{ "FolderUpdate", "ServerId 3 ParentId 0 DisplayName Trash", "2" },
		{ "FolderUpdate", "Status 1 ServerId 3 ParentId 0 DisplayName X", "10" },
	};
	struct told told = folder_sync_anew();

	(void)unused;
	assert_string_equal(member(&told, "INBOX", "ServerId"), "1");
	assert_string_equal(member(&told, "Work", "ServerId"), "3");
	assert_string_equal(member(&told, "Old", "ServerId"), "4");
	told_free(&told);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		told = ask(cases[i].command, "%s { SyncKey \"%s\" %s }", cases[i].command, key,
		    cases[i].members);
		if (strcmp(told_value(&told, "Status"), cases[i].status) ||
		    told_count(&told, "SyncKey") || told_count(&told, "ServerId"))
			fail_msg("%s { %s }: %s", cases[i].command, cases[i].members, told.text);
		told_free(&told);
	}
	expect(ask("FolderDelete", "FolderDelete { SyncKey 77 ServerId 3 }"), "Status 9");
	expect(folder_sync(), "Count 0");
}

static void
test_get_hierarchy(void **unused)
{
	struct ask what = { .command = "GetHierarchy", .version = "12.1" };
	struct told told = stage_ask(&what);

	(void)unused;
	assert_int_equal(told_count(&told, "Folder"), 8);
	assert_string_equal(member(&told, "INBOX", "Type"), "2");
	assert_string_equal(member(&told, "Work", "Type"), "1");
	told_free(&told);
	what.version = "14.1";
	told = stage_ask(&what);
	assert_int_equal(told_count(&told, "Folder"), 0);
	told_free(&told);
}

/* R2: FolderSync while the server is away, with the list in the cache and without. */
static void
test_r2_away(void **unused)
{
	struct told told = folder_sync_anew();

	(void)unused;
	told_free(&told);
	world.is_down = true;
	expect(folder_sync(), "Count 0");
	clock_set_offset(61000);
	told = folder_sync();
	assert_true(told.http == 503 || !strcmp(told_value(&told, "Status"), "6"));
	told_free(&told);
	world.is_down = false;
	expect(folder_sync(), "Count 0");
	clock_set_offset(0);
}

/* --- Ping --- */

static void
load_inbox(void)
{
	char sync[80] = "0";
	struct told told;

	for (int i = 0; i < 3; i++) {
		told = ask("Sync", "Sync { Collections { Collection { SyncKey \"%s\" CollectionId 1 "
		    "} } }", sync);
		if (told.len)
			snprintf(sync, sizeof(sync), "%s", told_value(&told, "SyncKey"));
		told_free(&told);
	}
}

static void
expect_park(struct told told, unsigned watched)
{
	if (told.verdict != PARK || told.n_watched != watched ||
	    strcmp(told_value(&told, "Status"), "1") != 0)
		fail_msg("held with %u folders expected, not: %u %s", watched, told.n_watched,
		    told.text);
	told_free(&told);
}

static struct told
ping(const char *members)
{
	return ask("Ping", "Ping { %s }", members);
}

/* R47, R48, R49 and what the specification says of wrong requests. */
static void
test_ping_statuses(void **unused)
{
	struct ask empty = { .command = "Ping" };
	struct told told;

	(void)unused;
	expect(stage_ask(&empty), "Status 3");
	expect(ping("HeartbeatInterval 300"), "Status 3");
	expect(ping("Folders { Folder { Id 1 Class Email } }"), "Status 3");
	/* no folders shown yet */
	expect(ping("HeartbeatInterval 300 Folders { Folder { Id 1 Class Email } }"), "Status 7");
	told = folder_sync_anew();
	told_free(&told);
	load_inbox();
	expect(ping("HeartbeatInterval 10"), "HeartbeatInterval 60");
	expect(ping("HeartbeatInterval 9999"), "HeartbeatInterval 3540");
	expect(ping("HeartbeatInterval 300 Folders { Folder { Id 1 } Folder { Id 1 } }"),
	    "Status 4");
	expect(ping("HeartbeatInterval x"), "Status 4");
	expect(ping("HeartbeatInterval 300 Folders { Folder { Id 4711 } }"), "Status 7");
	expect_park(ping("HeartbeatInterval 300 Folders { Folder { Id 4711 } Folder { Id 1 Class "
	    "Email } }"), 1);
	expect_park(ping("Folders { Folder { Id 1 Class Email } }"), 1);
	expect_park(ping("HeartbeatInterval 400"), 1);
	expect_park(stage_ask(&empty), 1);
}

static void
test_ping_too_many(void **unused)
{
	static char text[20000], whole[21000];
	struct ask what = { .command = "Ping", .text = whole };
	struct told told = folder_sync_anew();

	(void)unused;
	told_free(&told);
	snprintf(text, sizeof(text), "HeartbeatInterval 300 Folders {");
	for (int i = 0; i < 201; i++)
		snprintf(text + strlen(text), 40, " Folder { Id %d }", i + 1);
	snprintf(text + strlen(text), 3, " }");
	expect(ask("Ping", "Ping { HeartbeatInterval 300 }"), "Status 3");
	snprintf(whole, sizeof(whole), "Ping { %s }", text);
	told = stage_ask(&what);
	assert_string_equal(told_value(&told, "Status"), "6");
	assert_string_equal(told_value(&told, "MaxFolders"), "200");
	told_free(&told);
}

/* What wakes and what does not; folders never synced; the folder list. */
static void
test_ping_wakes(void **unused)
{
	struct ask both = {
		.command = "Ping", .text = "Ping { HeartbeatInterval 300 Folders { Folder { Id 1 Class "
		    "Email } Folder { Id 3 Class Email } Folder { Id 8 Class Email } } }",
	};
	struct told told = folder_sync_anew();

	(void)unused;
	told_free(&told);
	load_inbox();
	both.received_ms = now_ms();
	expect_park(stage_ask(&both), 2);
	both.rerun = true;
	expect_park(stage_ask(&both), 2);
	world_deliver(inbox, now_s());
	told = stage_ask(&both);
	assert_string_equal(told_value(&told, "Status"), "2");
	assert_non_null(strstr(told.text, "Folders { Folder 1 }"));
	told_free(&told);
	load_inbox();
	world_deliver(&world.boxes[2], now_s()); /* never synced, but not as it was */
	told = stage_ask(&both);
	assert_non_null(strstr(told.text, "Folders { Folder 3 }"));
	told_free(&told);
	both.rerun = false; /* asked anew, it waits for the next */
	expect_park(stage_ask(&both), 2);
	/* the time is over */
	both.rerun = true;
	both.received_ms = now_ms() - 300000;
	told = stage_ask(&both);
	assert_true(told.verdict == ANSWER && !strcmp(told_value(&told, "Status"), "1"));
	told_free(&told);
	/* a folder goes */
	inbox->is_there = false;
	expect(stage_ask(&both), "Status 7");
	world.is_down = true;
	told = stage_ask(&both);
	assert_true(!strcmp(told_value(&told, "Status"), "8") ||
	    !strcmp(told_value(&told, "Status"), "7"));
	told_free(&told);
}

/* GetItemEstimate: counts, moves nothing; R84. */
static void
test_estimate(void **unused)
{
	static const char form[] = "GetItemEstimate { Collections { Collection { "
	    "AirSync:SyncKey \"%s\" CollectionId 1 %s } } }";
	char sync[80];
	struct told told = folder_sync_anew();
	struct ask android = { .command = "GetItemEstimate", .type = "Android" };
	char text[300];

	(void)unused;
	told_free(&told);
	for (int i = 0; i < 5; i++)
		world_deliver(inbox, now_s() - i * 86400 * 10);
	expect(ask("GetItemEstimate", form, "0", ""), "Status 3");
	told = stage_sync("Sync { Collections { Collection { SyncKey 0 CollectionId 1 } } }");
	snprintf(sync, sizeof(sync), "%s", told_value(&told, "SyncKey"));
	told_free(&told);
	expect(ask("GetItemEstimate", form, sync, ""), "Estimate 5");
	expect(ask("GetItemEstimate", form, sync, "AirSync:Options { FilterType 4 }"),
	    "Estimate 2");
	expect(ask("GetItemEstimate", form, sync, ""), "Estimate 5");
	told = stage_sync("Sync { Collections { Collection { SyncKey \"%s\" CollectionId 1 WindowSize "
	    "3 } } }", sync);
	expect(ask("GetItemEstimate", form, told_value(&told, "SyncKey"), ""), "Estimate 2");
	told_free(&told);
	expect(ask("GetItemEstimate", form, sync, ""), "Estimate 5"); /* the answer was lost */
	expect(ask("GetItemEstimate", form, "abc", ""), "Status 4");
	snprintf(text, sizeof(text), form, "abc", "");
	android.text = text;
	expect(stage_ask(&android), "Estimate 1");
	expect(ask("GetItemEstimate", "GetItemEstimate { Collections { Collection { "
	    "AirSync:SyncKey x CollectionId 4711 } } }"), "Status 2");
	expect(ask("GetItemEstimate", "GetItemEstimate~"), "Status 103");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_r51_content), TEST(test_r20_r4_cache), TEST(test_changes),
		TEST(test_r24_versions),
		TEST(test_identity), TEST(test_edits), TEST(test_edit_statuses),
		TEST(test_get_hierarchy), TEST(test_r2_away), TEST(test_ping_statuses),
		TEST(test_ping_too_many), TEST(test_ping_wakes), TEST(test_estimate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
