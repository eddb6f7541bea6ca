/* SPDX-License-Identifier: ISC */
/* The pool with real ends to workers that the test plays: order, warmth, patience, falls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <event2/event.h>

#include "bridge/base/date.h"
#include "bridge/base/log.h"
#include "bridge/base/proc.h"
#include "bridge/front/pool.h"

enum { WORKERS = 3, QUEUE = 4 };

static struct {
	struct event_base *base;
	struct pool *pool;
	struct ipc_end *ends[WORKERS];
	struct ipc_message *message, *space;
	char text[512]; /* outcomes: "answered 1;" "lost 2;" */
} play;

static void
note(const char *what, struct job *job)
{
	size_t len = strlen(play.text);

	snprintf(play.text + len, sizeof(play.text) - len, "%s %u;", what,
	    (unsigned)job->request.serial);
	job_free(&job);
}

static void
on_answered(void *ctx, struct job *job, struct ipc_message *message)
{
	(void)ctx;
	(void)message;
	note("answered", job);
}

static void
on_parked(void *ctx, struct job *job, const struct ipc_park *park)
{
	(void)ctx;
	(void)park;
	note("parked", job);
}

static void
on_holds(void *ctx, struct job *job, const struct ipc_hold *hold)
{
	(void)ctx;
	(void)job;
	(void)hold;
}

static void
on_lost(void *ctx, struct job *job)
{
	(void)ctx;
	note(job->orphan ? "orphan" : "lost", job);
}

static const struct pool_ops ops = { on_answered, on_parked, on_holds, on_lost };

static void
turn(void)
{
	for (int i = 0; i < 4; i++)
		event_base_loop(play.base, EVLOOP_NONBLOCK);
}

static void
worker(unsigned slot, unsigned pid)
{
	int pair[2];

	assert_true(proc_socketpair(pair));
	ipc_end_close(&play.ends[slot]);
	play.ends[slot] = ipc_end_new(pair[1], true);
	pool_add(play.pool, (struct pool_worker) { slot, pid }, ipc_end_new(pair[0], true));
}

static int
begin(void **state)
{
	struct pool_setup setup = { .ops = &ops, .queue = QUEUE };

	(void)state;
	memset(&play, 0, sizeof(play));
	clock_set_offset(0);
	log_open(LOG_TO_FILE, "/dev/null", LEVEL_ERROR);
	play.base = event_base_new();
	play.message = calloc(1, sizeof(*play.message));
	play.space = calloc(1, sizeof(*play.space));
	setup.base = play.base;
	setup.space = play.space;
	play.pool = pool_new(&setup);
	return play.pool == NULL;
}

static int
end(void **state)
{
	(void)state;
	ipc_message_done(play.message);
	pool_free(&play.pool);
	for (unsigned i = 0; i < WORKERS; i++)
		ipc_end_close(&play.ends[i]);
	event_base_free(play.base);
	free(play.message);
	free(play.space);
	clock_set_offset(0);
	return 0;
}

static struct job *
job(uint64_t serial, const char *account)
{
	char text[] = "POST /x HTTP/1.1\r\nHost: h\r\n\r\n";
	struct job_facts facts = { serial, "00000000", "192.0.2.1", true };
	struct http_head head;
	struct job *made;

	http_head_init(&head);
	assert_int_equal(http_head_parse(&head, text, strlen(text)), HTTP_DONE);
	made = job_new(&head, &facts);
	assert_non_null(made);
	crypto_sha256(account, strlen(account), made->credentials);
	return made;
}

/* The serial of what the worker has to do; 0: nothing. */
static uint64_t
has(unsigned slot)
{
	ipc_message_done(play.message);
	if (ipc_receive(play.ends[slot], play.message) != IPC_GOT)
		return 0;
	return play.message->request.serial;
}

static void
answer(unsigned slot, uint64_t serial)
{
	struct ipc_answer message = { .serial = serial, .status = 200, .content_type = "",
		.headers = "" };

	assert_true(ipc_send_answer(play.ends[slot], &message, NULL, 0));
	turn();
}

static void
accounts_go_where_they_are_known(void **state)
{
	(void)state;
	for (unsigned i = 0; i < WORKERS; i++)
		worker(i, 10 + i);
	/* strangers are spread, those idle longest first */
	for (unsigned i = 0; i < WORKERS; i++) {
		char account[16];

		clock_set_offset(i + 1);
		snprintf(account, sizeof(account), "a%u", i);
		assert_int_equal(pool_submit(play.pool, job(i + 1, account)), POOL_TAKEN);
		assert_int_equal(has(i), i + 1);
		answer(i, i + 1);
	}
	/* and come back, in any order, however long the others have been idle */
	for (unsigned i = WORKERS; i-- > 0;) {
		char account[16];

		snprintf(account, sizeof(account), "a%u", i);
		pool_submit(play.pool, job(20 + i, account));
		assert_int_equal(has(i), 20 + i);
		answer(i, 20 + i);
	}
	/* unless their worker is busy */
	pool_submit(play.pool, job(30, "a0"));
	pool_submit(play.pool, job(31, "a0"));
	assert_int_equal(has(0), 30);
	answer(0, 30);
	for (unsigned i = 1; i < WORKERS; i++) {
		if (has(i) == 31)
			answer(i, 31);
	}
	assert_int_equal(pool_busy(play.pool), 0);
}

static void
a_free_worker_prefers_warm_work_for_a_while(void **state)
{
	(void)state;
	worker(0, 10);
	pool_submit(play.pool, job(1, "a"));
	pool_submit(play.pool, job(2, "b"));
	pool_submit(play.pool, job(3, "a"));
	pool_submit(play.pool, job(4, "a"));
	assert_int_equal(has(0), 1);
	answer(0, 1);
	assert_int_equal(has(0), 3);
	clock_set_offset(300); /* the first has waited long enough */
	answer(0, 3);
	assert_int_equal(has(0), 2);
	answer(0, 2);
	assert_int_equal(has(0), 4);
	answer(0, 4);
	assert_string_equal(play.text, "answered 1;answered 3;answered 2;answered 4;");
	assert_int_equal(pool_busy(play.pool), 0);
}

static void
the_queue_is_bounded_but_not_for_reruns(void **state)
{
	struct job *last = job(99, "a"), *rerun = job(100, "a");

	(void)state;
	for (uint64_t i = 1; i <= QUEUE; i++)
		assert_int_equal(pool_submit(play.pool, job(i, "a")), POOL_TAKEN);
	assert_int_equal(pool_submit(play.pool, last), POOL_FULL);
	rerun->request.rerun = 1;
	assert_int_equal(pool_submit(play.pool, rerun), POOL_TAKEN);
	assert_int_equal(pool_queued(play.pool), QUEUE + 1);
	/* the first worker to come gets them in order */
	worker(0, 10);
	for (uint64_t i = 1; i <= QUEUE; i++) {
		assert_int_equal(has(0), i);
		answer(0, i);
	}
	assert_int_equal(has(0), 100);
	answer(0, 100);
	job_free(&last);
}

static void
a_worker_that_fell_unseen_costs_nothing(void **state)
{
	(void)state;
	worker(0, 10);
	worker(1, 11);
	ipc_end_close(&play.ends[0]); /* idle, and the loop has not noticed */
	pool_submit(play.pool, job(1, "a"));
	assert_int_equal(has(1), 1);
	answer(1, 1);
	assert_string_equal(play.text, "answered 1;");
	assert_int_equal(pool_workers(play.pool), 1);
}

static void
a_forgotten_job_is_finished_for_nobody(void **state)
{
	struct job *queued = job(2, "a"), *working = job(1, "a");

	(void)state;
	worker(0, 10);
	pool_submit(play.pool, working);
	pool_submit(play.pool, queued);
	pool_forget(play.pool, queued);
	pool_forget(play.pool, working);
	assert_int_equal(pool_busy(play.pool), 1);
	assert_int_equal(has(0), 1);
	ipc_end_close(&play.ends[0]);
	turn();
	assert_string_equal(play.text, "orphan 1;");
	assert_int_equal(pool_busy(play.pool), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(accounts_go_where_they_are_known),
		TEST(a_free_worker_prefers_warm_work_for_a_while),
		TEST(the_queue_is_bounded_but_not_for_reruns),
		TEST(a_worker_that_fell_unseen_costs_nothing),
		TEST(a_forgotten_job_is_finished_for_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
