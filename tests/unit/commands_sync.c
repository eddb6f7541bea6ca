/* SPDX-License-Identifier: ISC */
/*
 * What a phone holds: keys, windows, lost answers, vanished and bad items, by the
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
