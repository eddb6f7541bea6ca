/* SPDX-License-Identifier: ISC */
/* Workers that come, answer, fall and are replaced, against a whole front. */
#include "front_play.h"

static struct play play;

static int
begin(void **state)
{
	(void)state;
	play_start(&play, "queue = 2\nkeepalive = 30", NULL);
	play_worker(&play, 0, 100);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	play_end(&play);
	return 0;
}

static void
a_lost_worker_costs_one_request(void **state)
{
	int fd = phone(&play, PLAIN), next = phone(&play, PLAIN);
	struct heard heard;

	(void)state;
	say(fd, PING);
	play_work(&play, 0);
	say(next, PING);
	play_lost(&play, 0, 100);
	hear(fd, &heard);
	assert_int_equal(heard.status, 503);
	assert_non_null(strstr(heard.head, "Retry-After: "));
	assert_true(play_logged(&play, "http=503"));
	play_worker(&play, 0, 101);
	play_work(&play, 0);
	play_answer(&play, 0, "x");
	assert_int_equal(hear_status(next), 200);
	close(fd);
	close(next);
}

static void
an_answer_before_the_death_counts(void **state)
{
	int fd = phone(&play, PLAIN);

	(void)state;
	say(fd, PING);
	play_work(&play, 0);
	play_answer(&play, 0, "x");
	play_lost(&play, 0, 100);
	assert_int_equal(hear_status(fd), 200);
	close(fd);
}

static void
the_parent_may_know_of_a_death_first(void **state)
{
	int fd = phone(&play, PLAIN);

	(void)state;
	say(fd, PING);
	play_work(&play, 0);
	assert_true(ipc_send_lost(play.control,
	    &(struct ipc_lost) { ROLE_WORKER, 0, 100, 11, "" }, NULL, 0));
	assert_int_equal(hear_status(fd), 503);
	/* that of another process of the slot means nothing */
	play_worker(&play, 0, 101);
	assert_true(ipc_send_lost(play.control,
	    &(struct ipc_lost) { ROLE_WORKER, 0, 100, 11, "" }, NULL, 0));
	say(fd, PING);
	play_work(&play, 0);
	play_answer(&play, 0, "x");
	assert_int_equal(hear_status(fd), 200);
	close(fd);
}

static void
three_deaths_are_enough(void **state)
{
	int fd = phone(&play, PLAIN);
	struct heard heard;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		say(fd, PING);
		play_work(&play, 0);
		assert_int_equal(play.message->request.deaths, i);
		play_lost(&play, 0, 100 + i);
		assert_int_equal(hear_status(fd), 503);
		play_worker(&play, 0, 101 + i);
	}
	say(fd, PING);
	hear(fd, &heard);
	assert_int_equal(heard.status, 503);
	assert_true(play_logged(&play, "workers died over it"));
	assert_true(is_silent(ipc_end_fd(play.workers[0]), 100));
	/* another request is served */
	say(fd, POST "Content-Length: 4\r\n\r\npong");
	play_work(&play, 0);
	play_answer(&play, 0, "x");
	assert_int_equal(hear_status(fd), 200);
	close(fd);
}

static void
deaths_count_when_the_phone_has_left(void **state)
{
	int fd;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		fd = phone(&play, PLAIN);
		say(fd, PING);
		play_work(&play, 0);
		close(fd);
		usleep(20000);
		play_lost(&play, 0, 100 + i);
		play_worker(&play, 0, 101 + i);
	}
	fd = phone(&play, PLAIN);
	say(fd, PING);
	assert_int_equal(hear_status(fd), 503);
	close(fd);
}

static void
a_full_queue_says_so(void **state)
{
	int fds[4];
	struct heard heard;

	(void)state;
	for (int i = 0; i < 4; i++) {
		fds[i] = phone(&play, PLAIN);
		say(fds[i], PING);
		if (i == 0)
			play_work(&play, 0);
		else
			usleep(20000);
	}
	hear(fds[3], &heard);
	assert_int_equal(heard.status, 503);
	assert_non_null(strstr(heard.head, "Retry-After: "));
	/* one that leaves the queue makes room and is not served */
	close(fds[1]);
	usleep(20000);
	say(fds[3], PING);
	play_answer(&play, 0, "0");
	assert_int_equal(hear_status(fds[0]), 200);
	for (int i = 2; i < 4; i++) {
		play_work(&play, 0);
		play_answer(&play, 0, "x");
		assert_int_equal(hear_status(fds[i]), 200);
	}
	assert_true(is_silent(ipc_end_fd(play.workers[0]), 50));
	close(fds[0]);
	close(fds[2]);
	close(fds[3]);
}

static void
a_late_answer_meets_nobody(void **state)
{
	int fd = phone(&play, PLAIN), other;
	struct heard heard;

	(void)state;
	say(fd, PING);
	play_work(&play, 0);
	close(fd);
	usleep(20000);
	other = phone(&play, PLAIN); /* takes the same slot */
	say(other, PING);
	play_answer(&play, 0, "for the one that left");
	play_work(&play, 0);
	play_answer(&play, 0, "mine");
	hear(other, &heard);
	assert_string_equal(heard.body, "mine");
	close(other);
}

static void
a_worker_that_breaks_the_rules_is_dropped(void **state)
{
	struct ipc_answer answer = answer_of(4711, "for nobody");

	(void)state;
	assert_true(ipc_send_answer(play.workers[0], &answer, NULL, 0));
	assert_int_equal(play_receive(&play, play.workers[0]), IPC_NONE);
}

static void
accounts_stay_with_their_worker(void **state)
{
	int one = phone(&play, PLAIN), other = phone(&play, PLAIN);
	static const char others[] = "POST /Microsoft-Server-ActiveSync HTTP/1.1\r\nHost: h\r\n"
	    "Authorization: Basic b3RoZXI6cHc=\r\nContent-Length: 0\r\n\r\n";

	(void)state;
	say(one, PING);
	play_work(&play, 0);
	play_worker(&play, 1, 200);
	say(other, others);
	play_work(&play, 1);
	play_answer(&play, 1, "x");
	assert_int_equal(hear_status(other), 200);
	for (int i = 0; i < 3; i++) {
		say(other, others);
		play_work(&play, 1);
		play_answer(&play, 1, "x");
		assert_int_equal(hear_status(other), 200);
	}
	close(one);
	close(other);
}

static void
a_replaced_worker_finishes_first(void **state)
{
	int fd = phone(&play, PLAIN), next = phone(&play, PLAIN);
	struct ipc_end *old = play.workers[0];

	(void)state;
	say(fd, PING);
	play_work(&play, 0);
	play.workers[0] = NULL;
	play_worker(&play, 0, 101);
	usleep(20000);
	play.workers[1] = old;
	play_answer(&play, 1, "x");
	assert_int_equal(hear_status(fd), 200);
	assert_int_equal(play_receive(&play, play.workers[1]), IPC_NONE);
	say(next, PING);
	play_work(&play, 0);
	play_answer(&play, 0, "x");
	assert_int_equal(hear_status(next), 200);
	close(fd);
	close(next);
}

static void
proofs_are_remembered(void **state)
{
	static const struct {
		enum ipc_proof learnt;
		enum ipc_proof want;
	} steps[] = {
		{ IPC_PROOF_NONE, IPC_PROOF_NONE },
		{ IPC_PROOF_ACCEPTED, IPC_PROOF_NONE },
		{ IPC_PROOF_NONE, IPC_PROOF_ACCEPTED },
		{ IPC_PROOF_REFUSED, IPC_PROOF_ACCEPTED },
	};
	int fd = phone(&play, PLAIN);
	struct heard heard;

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct ipc_answer answer;

		say(fd, PING);
		answer = answer_of(play_work(&play, 0), "x");
		assert_int_equal(play.message->request.proof, steps[i].want);
		answer.proof = steps[i].learnt;
		answer.proof_seconds = 60;
		assert_true(ipc_send_answer(play.workers[0], &answer, NULL, 0));
		assert_int_equal(hear_status(fd), 200);
	}
	say(fd, PING);
	hear(fd, &heard);
	assert_int_equal(heard.status, 401);
	assert_non_null(strstr(heard.head, "WWW-Authenticate: Basic realm=\"easbridge\"\r\n"));
	assert_true(play_logged(&play, "user=u device=- type=- version=- cmd=- "));
	assert_true(play_logged(&play, "event=auth-failed peer=127.0.0.1\n"));
	assert_true(is_silent(ipc_end_fd(play.workers[0]), 50));
	close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_lost_worker_costs_one_request),
		TEST(an_answer_before_the_death_counts),
		TEST(the_parent_may_know_of_a_death_first),
		TEST(three_deaths_are_enough),
		TEST(deaths_count_when_the_phone_has_left),
		TEST(a_full_queue_says_so),
		TEST(a_late_answer_meets_nobody),
		TEST(a_worker_that_breaks_the_rules_is_dropped),
		TEST(accounts_stay_with_their_worker),
		TEST(a_replaced_worker_finishes_first),
		TEST(proofs_are_remembered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
