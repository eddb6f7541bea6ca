/* SPDX-License-Identifier: ISC */
/* The park with a clock of our own and its wishes written down as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bridge/base/date.h"
#include "bridge/front/park.h"

static struct {
	char text[4096]; /* "sub 1 f=5;" "unsub 1;" "finish 7 canned;" "rerun 7;" */
	uint64_t last_id;
	unsigned n_finished, n_subscribed;
	struct park *park;
	uint32_t record[8]; /* of the clients with serials 0 .. 7 */
	int64_t clock;
} play;

__attribute__((format(printf, 1, 2))) static void
note(const char *format, ...)
{
	size_t len = strlen(play.text);
	va_list args;

	va_start(args, format);
	vsnprintf(play.text + len, sizeof(play.text) - len, format, args);
	va_end(args);
}

static bool
on_subscribe(void *ctx, const struct ipc_subscribe *message)
{
	(void)ctx;
	play.last_id = message->park;
	play.n_subscribed++;
	note("sub %s", message->account);
	for (uint32_t i = 0; i < message->watched.n; i++)
		note(" %s=%.*s", message->watched.list[i].folder,
		    (int)message->watched.list[i].stamp.len,
		    (const char *)message->watched.list[i].stamp.data);
	note(";");
	return true;
}

static void
on_unsubscribe(void *ctx, uint64_t id)
{
	(void)ctx;
	(void)id;
	note("unsub;");
}

static void
on_finish(void *ctx, uint64_t serial, const struct park_canned *canned)
{
	(void)ctx;
	play.n_finished++;
	if (serial < 8)
		park_drop(play.park, &play.record[serial]);
	note("finish %u %d %.*s;", (unsigned)serial, canned->status, (int)canned->body.len,
	    (const char *)canned->body.data);
}

static void
on_rerun(void *ctx, uint64_t serial)
{
	(void)ctx;
	note("rerun %u;", (unsigned)serial);
}

static const struct park_ops ops = { on_subscribe, on_unsubscribe, on_finish, on_rerun };

static int
begin(void **state)
{
	(void)state;
	memset(&play, 0, sizeof(play));
	clock_set_offset(0);
	play.park = park_new(100, &ops, NULL);
	park_watch_up(play.park);
	park_run(play.park);
	return play.park == NULL;
}

static int
end(void **state)
{
	(void)state;
	park_free(&play.park);
	clock_set_offset(0);
	return 0;
}

static void
pass(int64_t ms)
{
	play.clock += ms;
	clock_set_offset(play.clock);
	park_run(play.park);
}

/* What was wished for since the last call. */
static const char *
wishes(void)
{
	static char text[sizeof(play.text)];

	memcpy(text, play.text, sizeof(text));
	play.text[0] = '\0';
	return text;
}

struct wait_spec {
	const char *device, *stamp, *canned;
	int64_t ms;
	uint64_t received_ms;
};

static enum park_result
hold(uint64_t serial, struct wait_spec spec)
{
	struct ipc_watched watched = { "INBOX", { spec.stamp, strlen(spec.stamp) } };
	struct ipc_park message = {
		.serial = serial,
		.deadline_ms = (uint64_t)(now_ms() + spec.ms),
		.device = spec.device,
		.account = "a",
		.login = "l",
		.password = "p",
		.store = "imap://h",
		.watched = { &watched, 1 },
		.status = 200,
		.content_type = "t",
		.headers = "",
		.body = { spec.canned, strlen(spec.canned) },
	};

	return park_add(play.park, &message, spec.received_ms, &play.record[serial & 7]);
}

static void
changed(uint64_t id, const char *reason)
{
	park_changed(play.park, &(struct ipc_changed) { id, reason }, false);
}

static void
the_deadline_brings_the_canned_answer(void **state)
{
	(void)state;
	assert_int_equal(hold(1, (struct wait_spec) { "d1", "s1", "nothing", 60000, 1 }),
	    PARK_HELD);
	assert_string_equal(wishes(), "sub a INBOX=s1;");
	pass(59000);
	assert_string_equal(wishes(), "");
	pass(1000);
	assert_string_equal(wishes(), "unsub;finish 1 200 nothing;");
	assert_int_equal(park_count(play.park), 0);
	assert_int_equal(play.record[1], PARK_NONE);
}

static void
a_change_runs_the_request_again(void **state)
{
	(void)state;
	hold(1, (struct wait_spec) { "d1", "s1", "no", 60000, 1 });
	wishes();
	changed(play.last_id, "folder INBOX");
	assert_string_equal(wishes(), "rerun 1;");
	pass(70000); /* no clock runs while a worker has it */
	assert_string_equal(wishes(), "");
	park_drop(play.park, &play.record[1]); /* answered */
	assert_string_equal(wishes(), "");
	assert_int_equal(park_count(play.park), 0);
}

static void
parked_again_it_waits_with_new_stamps(void **state)
{
	uint64_t first;

	(void)state;
	hold(1, (struct wait_spec) { "d1", "s1", "no", 60000, 1 });
	first = play.last_id;
	changed(first, "folder INBOX");
	wishes();
	assert_int_equal(hold(1, (struct wait_spec) { "d1", "s2", "nein", 30000, 1 }), PARK_HELD);
	assert_string_equal(wishes(), "sub a INBOX=s2;");
	assert_int_equal(park_count(play.park), 1);
	changed(first, "folder INBOX"); /* an old subscription's word */
	assert_string_equal(wishes(), "");
	pass(30000);
	assert_string_equal(wishes(), "unsub;finish 1 200 nein;");
}

static void
frequent_changes_are_slowed_down(void **state)
{
	static const struct {
		int64_t wait;
		bool reruns;
	} steps[] = { { 0, true }, { 0, false }, { 250, true }, { 499, false }, { 1, true },
		{ 999, false }, { 1, true } };

	(void)state;
	hold(1, (struct wait_spec) { "d1", "s", "no", 3600000, 1 });
	wishes();
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		const char *text;

		if (steps[i].wait == 0)
			changed(play.last_id, "folder INBOX");
		pass(steps[i].wait);
		text = wishes();
		assert_int_equal(strcmp(text, "rerun 1;") == 0, steps[i].reruns);
		if (!steps[i].reruns)
			continue;
		hold(1, (struct wait_spec) { "d1", "s", "no", 3600000, 1 });
		wishes();
		if (i > 0)
			changed(play.last_id, "folder INBOX");
	}
	/* calm for long: at once again */
	pass(60000);
	wishes();
	hold(1, (struct wait_spec) { "d1", "s", "no", 3600000, 1 });
	wishes();
	pass(60000);
	changed(play.last_id, "folder INBOX");
	assert_string_equal(wishes(), "rerun 1;");
}

static void
a_lost_upstream_is_asked_about_after_a_moment(void **state)
{
	(void)state;
	hold(1, (struct wait_spec) { "d1", "s", "no", 60000, 1 });
	wishes();
	changed(play.last_id, "lost");
	assert_string_equal(wishes(), "");
	pass(1000);
	assert_string_equal(wishes(), "rerun 1;");
}

static void
a_wake_that_waits_does_not_outlive_the_deadline(void **state)
{
	(void)state;
	hold(1, (struct wait_spec) { "d1", "s", "no", 500, 1 });
	wishes();
	changed(play.last_id, "lost");
	pass(500);
	assert_string_equal(wishes(), "finish 1 200 no;");
}

static void
the_newer_request_ends_the_older(void **state)
{
	(void)state;
	hold(1, (struct wait_spec) { "d1", "s", "first", 60000, 1 });
	hold(2, (struct wait_spec) { "d2", "s", "other", 60000, 2 });
	wishes();
	assert_int_equal(hold(3, (struct wait_spec) { "d1", "s", "second", 60000, 3 }), PARK_HELD);
	assert_string_equal(wishes(), "unsub;finish 1 200 first;sub a INBOX=s;");
	assert_int_equal(park_count(play.park), 2);
	/* an older one that was overtaken on its way */
	assert_int_equal(hold(4, (struct wait_spec) { "d1", "s", "late", 60000, 1 }), PARK_ENDED);
	assert_string_equal(wishes(), "");
	assert_int_equal(play.record[4], PARK_NONE);
	/* also while the older one is with a worker */
	changed(play.last_id, "folder INBOX");
	assert_string_equal(wishes(), "rerun 3;");
	hold(5, (struct wait_spec) { "d1", "s", "third", 60000, 5 });
	assert_string_equal(wishes(), "finish 3 200 second;sub a INBOX=s;");
}

static void
requests_without_a_device_do_not_meet(void **state)
{
	(void)state;
	hold(1, (struct wait_spec) { "", "s", "x", 60000, 1 });
	hold(2, (struct wait_spec) { "", "s", "x", 60000, 2 });
	assert_int_equal(park_count(play.park), 2);
}

static void
the_phone_that_leaves_is_unsubscribed(void **state)
{
	(void)state;
	hold(1, (struct wait_spec) { "d1", "s", "x", 60000, 1 });
	wishes();
	park_drop(play.park, &play.record[1]);
	assert_string_equal(wishes(), "unsub;");
	pass(100000);
	assert_string_equal(wishes(), "");
	changed(play.last_id, "folder INBOX");
	assert_string_equal(wishes(), "");
}

static void
a_full_park_says_so(void **state)
{
	uint32_t none = PARK_NONE;
	struct ipc_park message = { .deadline_ms = (uint64_t)now_ms() + 60000, .account = "",
		.login = "", .password = "", .store = "", .headers = "", .content_type = "" };

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		char device[16];
		uint32_t record = PARK_NONE;

		snprintf(device, sizeof(device), "d%u", i);
		message.device = device;
		assert_int_equal(park_add(play.park, &message, i, &record), PARK_HELD);
	}
	message.device = "one more";
	assert_int_equal(park_add(play.park, &message, 1, &none), PARK_FULL);
	assert_int_equal(none, PARK_NONE);
	assert_int_equal(park_count(play.park), 100);
}

static void
fill(unsigned n)
{
	struct ipc_park message = { .deadline_ms = (uint64_t)now_ms() + 3600000, .account = "",
		.login = "", .password = "", .store = "", .headers = "", .content_type = "" };

	for (unsigned i = 0; i < n; i++) {
		char device[16];
		uint32_t record = PARK_NONE;

		snprintf(device, sizeof(device), "d%u", i);
		message.device = device;
		message.serial = 1000 + i;
		park_add(play.park, &message, i, &record);
	}
}

static void
a_new_watch_gets_everything_at_a_pace(void **state)
{
	(void)state;
	fill(100);
	park_watch_down(play.park);
	assert_false(park_is_subscribed(play.park));
	play.n_subscribed = 0;
	pass(1000);
	assert_int_equal(play.n_subscribed, 0);
	park_watch_up(play.park);
	pass(0);
	assert_int_equal(play.n_subscribed, 10);
	pass(50);
	assert_int_equal(play.n_subscribed, 20);
	for (int i = 0; i < 20; i++)
		pass(50);
	assert_int_equal(play.n_subscribed, 100);
	assert_true(park_is_subscribed(play.park));
}

static void
an_old_watch_may_still_speak(void **state)
{
	uint64_t id;

	(void)state;
	hold(1, (struct wait_spec) { "d1", "s", "x", 60000, 1 });
	id = play.last_id;
	park_watch_up(play.park); /* a second one, for replacement */
	wishes();
	park_changed(play.park, &(struct ipc_changed) { id, "folder INBOX" }, true);
	assert_string_equal(wishes(), "rerun 1;");
	hold(1, (struct wait_spec) { "d1", "s", "x", 60000, 1 });
	wishes();
	park_changed(play.park, &(struct ipc_changed) { play.last_id, "folder INBOX" }, true);
	assert_string_equal(wishes(), "unsub;");
}

static void
draining_is_even(void **state)
{
	(void)state;
	fill(100);
	park_drain(play.park, 10);
	for (unsigned second = 1; second <= 10; second++) {
		for (int i = 0; i < 20; i++)
			pass(50);
		if (second < 10)
			assert_in_range(play.n_finished, second * 10 - 6, second * 10 + 6);
	}
	pass(100);
	assert_int_equal(play.n_finished, 100);
	assert_int_equal(hold(1, (struct wait_spec) { "x", "s", "x", 60000, 1 }), PARK_ENDED);
}

static void
a_past_deadline_is_no_wait(void **state)
{
	(void)state;
	assert_int_equal(hold(1, (struct wait_spec) { "d1", "s", "x", -1, 1 }), PARK_ENDED);
	assert_int_equal(park_count(play.park), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_deadline_brings_the_canned_answer),
		TEST(a_change_runs_the_request_again),
		TEST(parked_again_it_waits_with_new_stamps),
		TEST(frequent_changes_are_slowed_down),
		TEST(a_lost_upstream_is_asked_about_after_a_moment),
		TEST(a_wake_that_waits_does_not_outlive_the_deadline),
		TEST(the_newer_request_ends_the_older),
		TEST(requests_without_a_device_do_not_meet),
		TEST(the_phone_that_leaves_is_unsubscribed),
		TEST(a_full_park_says_so),
		TEST(a_new_watch_gets_everything_at_a_pace),
		TEST(an_old_watch_may_still_speak),
		TEST(draining_is_even),
		TEST(a_past_deadline_is_no_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
