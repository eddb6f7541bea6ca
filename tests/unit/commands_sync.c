/* SPDX-License-Identifier: ISC */
/*
 * Syncs as phones send them, against the rules of eas/commands.md section 4 and
 * eas/clients.md; each test is named after its rule.
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

/* R59: key 0 gets a key and nothing else; R7: nothing to say is an empty body. */
static void
test_r59_r7_first_key(void **unused)
{
	struct told told;

	(void)unused;
	deliver(3);
	snprintf(key, sizeof(key), "0");
	told = step("");
	assert_int_equal(told_count(&told, "Commands"), 0);
	assert_string_equal(told_value(&told, "Status"), "1");
	assert_string_not_equal(key, "0");
	told_free(&told);
	expect(step(""), "Add", 3);
	expect_silence(step(""));
	expect_silence(step(""));
}

/* R13: MoreAvailable before Commands, with a new key, only while there is more. */
static void
test_r13_windows(void **unused)
{
	static const unsigned adds[] = { 25, 25, 10 };

	(void)unused;
	deliver(60);
	prime();
	for (unsigned i = 0; i < 3; i++) {
		struct told told = step("GetChanges~ WindowSize 25");
		const char *more = strstr(told.text, "MoreAvailable");

		assert_int_equal(told_count(&told, "Add"), adds[i]);
		if (i < 2)
			assert_true(more && more < strstr(told.text, "Commands"));
		else
			assert_null(more);
		told_free(&told);
	}
	expect_silence(step("WindowSize 25"));
}

/* R1: the key before gets the same answer, under the same key; older ones are void. */
static void
test_r1_lost_answer(void **unused)
{
	char first[80], second[80];
	struct told a, b;

	(void)unused;
	deliver(10);
	prime();
	snprintf(first, sizeof(first), "%s", key);
	a = step("WindowSize 4");
	snprintf(second, sizeof(second), "%s", key);
	deliver(2); /* does not change what is said again */
	snprintf(key, sizeof(key), "%s", first);
	b = step("WindowSize 4");
	assert_string_equal(a.text, b.text);
	assert_string_equal(key, second);
	told_free(&a);
	told_free(&b);
	expect(step("WindowSize 512"), "Add", 8);
	snprintf(key, sizeof(key), "%s", first);
	expect_status(step(""), "3");
}

/* R12: a void key is status 3 for its collection, and key "0" comes back. */
static void
test_r12_void_key(void **unused)
{
	static const char *const cases[] = {
		"123", "abc", "000000000000-1", "ffffffffffff-99999999999", "0x0"
	};

	(void)unused;
	load();
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct told told;

		snprintf(key, sizeof(key), "%s", cases[i]);
		told = step("");
		assert_string_equal(told_value(&told, "Status"), "3");
		assert_string_equal(told_value(&told, "SyncKey"), "0");
		told_free(&told);
	}
}

/* R3: a second key 0 joins the load that runs; both lead on, and nothing is missing. */
static void
test_r3_second_zero(void **unused)
{
	char a[80], b[80];
	struct told told;

	(void)unused;
	deliver(60);
	prime();
	snprintf(a, sizeof(a), "%s", key);
	expect(step("WindowSize 25"), "Add", 25);
	snprintf(b, sizeof(b), "%s", key);
	prime();
	assert_string_equal(key, a);
	expect(step("WindowSize 25"), "Add", 25);
	assert_string_equal(key, b);
	expect(step("WindowSize 25"), "Add", 25);
	snprintf(key, sizeof(key), "%s", b);
	expect(step("WindowSize 25"), "Add", 25); /* the other one, one step behind */
	expect(step("WindowSize 25"), "Add", 10);
	/* and one that lags more begins again, with all of them */
	snprintf(key, sizeof(key), "%s", a);
	told = step("WindowSize 512");
	assert_int_equal(told_count(&told, "Add"), 60);
	told_free(&told);
	expect_silence(step(""));
}

/* R5, R67: Fetch of what is gone is status 8, and the Delete comes later; R6. */
static void
test_r5_r6_gone(void **unused)
{
	char fetch[200];
	struct told told;

	(void)unused;
	deliver(3);
	load();
	snprintf(fetch, sizeof(fetch), "Commands { Fetch { ServerId \"%s:2\" } }", inbox_id);
	told = step(fetch);
	assert_int_equal(told_count(&told, "Fetch"), 1);
	assert_int_equal(told_count(&told, "ApplicationData"), 1);
	assert_int_equal(told_count(&told, "Commands"), 0);
	told_free(&told);
	world_expunge(inbox, world_mail(inbox, 2));
	told = step(fetch);
	assert_non_null(strstr(told.text, "Status 8"));
	assert_int_equal(told_count(&told, "Delete"), 0);
	told_free(&told);
	expect(step(""), "Delete", 1);
	snprintf(fetch, sizeof(fetch), "Commands { Delete { ServerId \"%s:2\" } }", inbox_id);
	told = step(fetch);
	assert_int_equal(told_count(&told, "Responses"), 0);
	told_free(&told);
	expect_silence(step(""));
}

/* R9: the phone's own changes are not echoed; those of others at the same time are. */
static void
test_r9_no_echo(void **unused)
{
	struct ask ping = { .command = "Ping" };
	char text[300];
	struct told told;

	(void)unused;
	deliver(3);
	load();
	snprintf(text, sizeof(text), "GetChanges 0 Commands { Change { ServerId \"%s:1\" "
	    "ApplicationData { Email:Read 1 } } Delete { ServerId \"%s:3\" } }", inbox_id,
	    inbox_id);
	told = step(text);
	assert_int_equal(told_count(&told, "Responses"), 0);
	told_free(&told);
	assert_int_equal(world_mail(inbox, 1)->mark, MARK_READ);
	assert_null(world_mail(inbox, 3));
	snprintf(text, sizeof(text), "Ping { HeartbeatInterval 300 Folders { Folder { Id %s "
	    "Class Email } } }", inbox_id);
	ping.text = text;
	told = stage_ask(&ping);
	assert_int_equal(told.verdict, PARK);
	told_free(&told);
	expect_silence(step(""));
	/* somebody flags the mail which the phone marks unread: the phone hears of the flag */
	world_mark(inbox, world_mail(inbox, 1), MARK_READ | MARK_FLAGGED);
	snprintf(text, sizeof(text), "Conflict 0 Commands { Change { ServerId \"%s:1\" "
	    "ApplicationData { Email:Read 0 } } }", inbox_id);
	told = step(text);
	told_free(&told);
	assert_int_equal(world_mail(inbox, 1)->mark, MARK_FLAGGED);
	expect(step(""), "Change", 1);
	expect_silence(step(""));
}

/* R16: unknown collections are 12, twice, then 3. */
static void
test_r16_lost_folder(void **unused)
{
	static const char *const statuses[] = { "12", "12", "3", "3" };

	(void)unused;
	for (unsigned i = 0; i < 4; i++)
		expect_status(stage_sync("Sync { Collections { Collection { SyncKey 77 "
		    "CollectionId 4711 } } }"), statuses[i]);
	load();
	inbox->is_there = false;
	expect_status(step(""), "12");
}

/* R17: new UIDVALIDITY is status 3, and the ServerId of the folder stays. */
static void
test_r17_validity(void **unused)
{
	(void)unused;
	deliver(5);
	load();
	inbox->validity++;
	expect_status(step(""), "3");
	load();
	expect_silence(step(""));
}

/* R10: a mail that cannot be converted gets a stand-in, and the rest comes. */
static void
test_r10_bad_item(void **unused)
{
	struct told told;

	(void)unused;
	deliver(4);
	world_mail(inbox, 2)->is_bad = true;
	prime();
	told = step("");
	assert_int_equal(told_count(&told, "Add"), 4);
	assert_non_null(strstr(told.text, "cannot be shown"));
	told_free(&told);
	expect_silence(step(""));
}

static void
expunge_third(void)
{
	struct mail *mail = world_mail(inbox, 3);

	if (mail)
		world_expunge(inbox, mail);
}

/* R11: what vanishes between looking and writing is left out. */
static void
test_r11_vanished(void **unused)
{
	(void)unused;
	deliver(5); /* newest first: the hook comes before 3 */
	prime();
	world.hook = expunge_third;
	expect(step(""), "Add", 4);
	world.hook = NULL;
	expect_silence(step(""));
}

/* R19: the same key for ever: smaller batches, then a stand-in for the first item. */
static void
test_r19_poison(void **unused)
{
	static const unsigned adds[] = { 20, 20, 20, 5, 1, 1, 1, 1 };
	char same[80];
	struct told told;

	(void)unused;
	deliver(20);
	prime();
	snprintf(same, sizeof(same), "%s", key);
	for (unsigned i = 0; i < 8; i++) {
		snprintf(key, sizeof(key), "%s", same);
		told = step("");
		assert_int_equal(told_count(&told, "Add"), adds[i]);
		assert_true(!strstr(told.text, "Subject s20") == (i == 7));
		assert_true(!strstr(told.text, "cannot be shown") == (i < 7));
		told_free(&told);
	}
	for (unsigned left = 19; left;) {
		told = step("");
		assert_true(told_count(&told, "Add") > 0);
		assert_null(strstr(told.text, "cannot be shown"));
		left -= told_count(&told, "Add");
		told_free(&told);
	}
	expect_silence(step(""));
}

/* R19: a mail at which the server breaks gets a stand-in once others came through; a server that is
 * away costs no mail. */
static void
test_r19_breaking_mail(void **unused)
{
	unsigned adds = 0, stand_ins = 0;

	(void)unused;
	deliver(4);
	world_mail(inbox, 2)->breaks = true;
	prime();
	for (unsigned i = 0; i < 12; i++) {
		struct told told = step("WindowSize 10");

		adds += told_count(&told, "Add");
		stand_ins += strstr(told.text, "cannot be shown") != NULL;
		assert_true(i != 7 || adds == 3);
		told_free(&told);
	}
	assert_int_equal(adds, 4);
	assert_int_equal(stand_ins, 1);
	/* now all break for a while */
	deliver(3);
	for (uint32_t uid = 5; uid < 8; uid++)
		world_mail(inbox, uid)->breaks = true;
	for (unsigned i = 0; i < 10; i++) {
		struct told told = step("WindowSize 10");

		told_free(&told);
	}
	for (uint32_t uid = 5; uid < 8; uid++)
		world_mail(inbox, uid)->breaks = false;
	for (adds = 0; adds < 3;) {
		struct told told = step("WindowSize 10");

		assert_null(strstr(told.text, "cannot be shown"));
		assert_true(told_count(&told, "Add") > 0);
		adds += told_count(&told, "Add");
		told_free(&told);
	}
}

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
		TEST(test_r59_r7_first_key), TEST(test_r13_windows), TEST(test_r1_lost_answer),
		TEST(test_r12_void_key), TEST(test_r3_second_zero), TEST(test_r5_r6_gone),
		TEST(test_r9_no_echo), TEST(test_r16_lost_folder), TEST(test_r17_validity),
		TEST(test_r10_bad_item), TEST(test_r11_vanished), TEST(test_r19_poison),
		TEST(test_r19_breaking_mail),
		TEST(test_r54_get_changes), TEST(test_r55_r57_options), TEST(test_r56_filter),
		TEST(test_r58_sms), TEST(test_r60_class), TEST(test_r61_bytes),
		TEST(test_r2_away), TEST(test_read_only), TEST(test_malformed),
		TEST(test_too_many_commands), TEST(test_waiting), TEST(test_partial),
		TEST(test_no_change_is_cheap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
