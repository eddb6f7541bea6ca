/* SPDX-License-Identifier: ISC */
/*
 * What a phone asks for: options, filters, waiting, partial and malformed Syncs, by the
 * rules of eas/commands.md section 4 and eas/clients.md; each test is named after its rule.
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
#include "tests/stage/inbox.c"

/* R54: GetChanges 0 brings no commands. */
static void
test_r54_get_changes(void **unused)
{
	(void)unused;
	load();
	deliver(2);
	expect_silence(step("GetChanges 0"));
	expect(step(""), "Add", 2);
	deliver(1);
	expect(step("GetChanges~"), "Add", 1);
}

/* R55: other bodies asked for change nothing that is known; R57: Options are sticky, but those of a
 * mere Fetch are not. */
static void
test_r55_r57_options(void **unused)
{
	char text[300];

	(void)unused;
	deliver(2);
	world_mail(inbox, 1)->date = now_s() - 40 * 86400;
	prime();
	expect(step("Options { FilterType 2 AirSyncBase:BodyPreference { Type 1 "
	    "TruncationSize 500 } }"), "Add", 1);
	snprintf(text, sizeof(text), "GetChanges 0 Options { MIMESupport 2 "
	    "AirSyncBase:BodyPreference { Type 4 } } Commands { Fetch { ServerId \"%s:2\" } }",
	    inbox_id);
	expect(step(text), "Fetch", 1);
	expect_silence(step(""));
	expect_silence(step("Options { FilterType 2 AirSyncBase:BodyPreference { Type 2 } }"));
}

/* R56: another window of time is told as the difference, without a new key 0. */
static void
test_r56_filter(void **unused)
{
	struct told told;

	(void)unused;
	for (int i = 0; i < 10; i++)
		world_deliver(inbox, now_s() - i * 86400 * 5);
	prime();
	expect(step("Options { FilterType 4 }"), "Add", 3);
	told = step("Options { FilterType 5 }");
	assert_int_equal(told_count(&told, "Add"), 4);
	told_free(&told);
	expect(step("Options { FilterType 2 }"), "SoftDelete", 6);
	expect(step("Options { FilterType 0 }"), "Add", 9);
	expect_silence(step(""));
	/* the edge moves with the days */
	expect(step("Options { FilterType 3 }"), "SoftDelete", 8);
	clock_set_offset(5ll * 86400 * 1000);
	expect(step(""), "SoftDelete", 1);
	expect_silence(step(""));
	clock_set_offset(0);
}

/* R58: the block of SMS options counts for nothing; SMS get made-up ids. */
static void
test_r58_sms(void **unused)
{
	char same[80], id[80];
	struct told told;

	(void)unused;
	deliver(1);
	prime();
	expect(step("Options { Class SMS FilterType 8 } Options { FilterType 3 }"), "Add", 1);
	snprintf(same, sizeof(same), "%s", key);
	told = step("Commands { Add { Class SMS ClientId 7 ApplicationData { Email:To x } } }");
	snprintf(id, sizeof(id), "%s", told_value(&told, "ServerId"));
	assert_true(strlen(id) > 3);
	told_free(&told);
	snprintf(key, sizeof(key), "%s", same);
	told = step("Commands { Add { Class SMS ClientId 7 ApplicationData { Email:To x } } }");
	assert_string_equal(told_value(&told, "ServerId"), id);
	told_free(&told);
	expect_silence(step(""));
	told = step("Commands { Add { ClientId 8 ApplicationData { Email:To x } } }");
	assert_non_null(strstr(told.text, "ClientId 8  Status 6"));
	told_free(&told);
}

/* R60: Class up to 12.0 only; and there every collection is answered. */
static void
test_r60_class(void **unused)
{
	static const struct {
		const char *version;
		unsigned n;
	} cases[] = { { "2.5", 1 }, { "12.0", 1 }, { "12.1", 0 }, { "14.1", 0 } };
	char text[300];

	(void)unused;
	for (unsigned i = 0; i < 4; i++) {
		struct ask ask = { .version = cases[i].version, .text = text };
		struct told told;

		load();
		snprintf(text, sizeof(text), "Sync { Collections { Collection { Class Email "
		    "SyncKey \"%s\" CollectionId %s } } }", key, inbox_id);
		told = stage_ask(&ask);
		assert_int_equal(told_count(&told, "Class"), cases[i].n);
		assert_int_equal(told_count(&told, "Collection"), cases[i].n);
		if (cases[i].n)
			assert_string_equal(told_value(&told, "SyncKey"), key);
		told_free(&told);
	}
}

/* R61: bytes limit an answer as well as the window; R13 still. */
static void
test_r61_bytes(void **unused)
{
	unsigned all = 0;

	(void)unused;
	deliver(40);
	for (uint32_t i = 1; i <= 40; i++)
		world_mail(inbox, i)->size = 300000;
	prime();
	while (all < 40) {
		struct told told = step("WindowSize 512");
		unsigned n = told_count(&told, "Add");
		const char *more = strstr(told.text, "MoreAvailable");

		assert_true(n > 0 && told.len < 4000000);
		all += n;
		assert_true(all < 40 ? more && more < strstr(told.text, "Commands") : !more);
		told_free(&told);
	}
	assert_int_equal(all, 40);
	expect_silence(step(""));
}

/* R2: a server that is away is a status of the collection, and the key still works. */
static void
test_r2_away(void **unused)
{
	struct told told;

	(void)unused;
	deliver(3);
	load();
	world.is_down = true;
	told = step("");
	if (told.http == 200)
		assert_string_equal(told_value(&told, "Status"), "16");
	else
		assert_int_equal(told.http, 503);
	told_free(&told);
	world.is_down = false;
	expect_silence(step(""));
	deliver(10);
	world.fetch_fails_after = 4;
	expect(step(""), "Add", 3);
	world.fetch_fails_after = 0;
	expect(step(""), "Add", 7);
}

/* A folder where the phone may change nothing: it gets the server's state back. */
static void
test_read_only(void **unused)
{
	char text[300];
	struct told told;

	(void)unused;
	deliver(2);
	load();
	inbox->is_read_only = true;
	snprintf(text, sizeof(text), "Commands { Change { ServerId \"%s:1\" ApplicationData { "
	    "Email:Read 1 } } Delete { ServerId \"%s:2\" } }", inbox_id, inbox_id);
	told = step(text);
	assert_non_null(strstr(told.text, "Status 7"));
	told_free(&told);
	told = step("");
	assert_int_equal(told_count(&told, "Change"), 1);
	assert_int_equal(told_count(&told, "Add"), 1);
	told_free(&told);
	expect_silence(step(""));
}

/* Malformed requests and what each gets ([MS-ASCMD] status 4, 13, 14, 15). */
static void
test_malformed(void **unused)
{
	static const struct {
		const char *text, *status;
	} cases[] = {
		{ "Sync { Collections { Collection { CollectionId %s } } }", "4" },
		{ "Sync { Collections { Collection { SyncKey 0 } } } # %s", "4" },
		{ "Sync { WindowSize 5 } # %s", "4" },
		{ "Sync { Partial~ } # %s", "4" },
		{ "Sync { Collections { } } # %s", "4" },
		{ "Sync { Collections { Collection { SyncKey 0 CollectionId %s GetChanges 1 } } }",
			"4" },
		{ "Sync { Collections { Collection { SyncKey 0 CollectionId %s Commands { Delete { "
		  "ServerId 1 } } } } }",
			"4" },
		{ "Sync { Collections { Collection { SyncKey 0 CollectionId %s } } Wait 1 "
		  "HeartbeatInterval 60 }",
			"4" },
		{ "Sync { Collections { Collection { SyncKey 0 CollectionId %s } } Wait 60 }",
			"14" },
		{ "Sync { Collections { Collection { SyncKey 0 CollectionId %s } } "
		  "HeartbeatInterval 59 }",
			"14" },
		{ "Sync { Collections { Collection { SyncKey 0 CollectionId %s Options { "
		  "FilterType 9 } } } }",
			"4" },
		{ "Sync { Collections { Collection { SyncKey 0 CollectionId %s Options { "
		  "FilterType 8 } } } }",
			"4" },
		{ "Sync { Collections { Collection { SyncKey 0 CollectionId %s Options { "
		  "AirSyncBase:BodyPreference { Type 1 } AirSyncBase:BodyPreference { Type 1 } } "
		  "} } }",
			"4" },
		{ "Sync { Collections { Collection { SyncKey 0 CollectionId %s Options { } } } }",
			"1" },
		{ "Sync { Collections { Collection { CollectionId %s Commands { } Options { } "
		  "Supported { } SyncKey 0 } } }",
			"1" },
	};
	struct ask empty = { 0 };

	(void)unused;
	expect_status(stage_ask(&empty), "13");
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[600];
		struct ask ask = { .text = text };

		snprintf(text, sizeof(text), cases[i].text, inbox_id);
		expect_status(stage_ask(&ask), cases[i].status);
	}
}

/* More than 200 commands. */
static void
test_too_many_commands(void **unused)
{
	static char text[20000];

	(void)unused;
	deliver(1);
	load();
	snprintf(text, sizeof(text), "Commands {");
	for (int i = 0; i < 201; i++)
		snprintf(text + strlen(text), 100, " Change { ServerId \"%s:1\" ApplicationData {"
		    " Email:Read 1 } }", inbox_id);
	snprintf(text + strlen(text), sizeof(text) - strlen(text), " }");
	expect_status(step(text), "4");
	assert_int_equal(world_mail(inbox, 1)->mark, 0);
}

/* Waiting: parked without news, woken by news only, short forms recalled. */
static void
test_waiting(void **unused)
{
	struct ask ask = { 0 }, empty = { 0 };
	char text[300];
	struct told told;

	(void)unused;
	deliver(2);
	world_mail(inbox, 1)->date = 1000;
	prime();
	expect(step("Options { FilterType 1 }"), "Add", 1);
	snprintf(text, sizeof(text), "Sync { Collections { Collection { SyncKey \"%s\" "
	    "CollectionId %s } } HeartbeatInterval 120 }", key, inbox_id);
	ask.text = text;
	ask.received_ms = now_ms();
	told = stage_ask(&ask);
	assert_int_equal(told.verdict, PARK);
	assert_int_equal(told.n_watched, 1);
	assert_int_equal(told.deadline_ms, ask.received_ms + 120000);
	assert_int_equal(told.len, 0);
	told_free(&told);
	/* mail outside of the window: waits on, with the old deadline (P6) */
	world_deliver(inbox, 1000);
	ask.rerun = true;
	told = stage_ask(&ask);
	assert_int_equal(told.verdict, PARK);
	assert_int_equal(told.deadline_ms, ask.received_ms + 120000);
	told_free(&told);
	/* an empty Sync waits as the one before did */
	told = stage_ask(&empty);
	assert_int_equal(told.verdict, PARK);
	told_free(&told);
	deliver(1);
	empty.rerun = true;
	told = stage_ask(&empty);
	assert_int_equal(told.verdict, ANSWER);
	assert_int_equal(told_count(&told, "Add"), 1);
	told_free(&told);
	/* did that answer arrive?  Nobody can tell: the phone has to say its key */
	empty.rerun = false;
	expect_status(stage_ask(&empty), "13");
}

/* Partial: what is left out comes from the request before (P11). */
static void
test_partial(void **unused)
{
	struct told told;

	(void)unused;
	deliver(1);
	prime();
	expect(step(""), "Add", 1);
	deliver(1);
	told = stage_sync("Sync { WindowSize 100 Partial~ }");
	assert_int_equal(told_count(&told, "Add"), 1);
	told_free(&told);
}

/* No news costs the same whatever the size: the items are not even read. */
static void
test_no_change_is_cheap(void **unused)
{
	unsigned listed;

	(void)unused;
	deliver(15000);
	load();
	assert_true(world.n_listed < 15000 * 5);
	expect_silence(step(""));
	listed = world.n_listed;
	expect_silence(step(""));
	assert_int_equal(world.n_listed, listed);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_r54_get_changes), TEST(test_r55_r57_options), TEST(test_r56_filter),
		TEST(test_r58_sms), TEST(test_r60_class), TEST(test_r61_bytes),
		TEST(test_r2_away), TEST(test_read_only), TEST(test_malformed),
		TEST(test_too_many_commands), TEST(test_waiting), TEST(test_partial),
		TEST(test_no_change_is_cheap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
