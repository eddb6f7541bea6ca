/* SPDX-License-Identifier: ISC */
/* Held requests, long work, large answers and the end, against a whole front. */
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

/* A phone whose Ping is held for so many ms. */
static int
held_phone(const char *device, int ms)
{
	int fd = phone(&play, PLAIN);

	say(fd, PING);
	play_work(&play, 0);
	play_park(&play, 0, device, ms);
	return fd;
}

/* The subscription that the watch now gets. */
static uint64_t
subscription(void)
{
	assert_int_equal(play_receive(&play, play.watch), IPC_SUBSCRIBE);
	return play.message->subscribe.park;
}

static void
the_deadline_brings_the_canned_answer(void **state)
{
	int fd = held_phone("a/d/Ping", 300);
	struct heard heard;

	(void)state;
	assert_int_equal(subscription() != 0, 1);
	assert_string_equal(play.message->subscribe.account, "a");
	assert_string_equal(play.message->subscribe.password, "p");
	assert_int_equal(play.message->subscribe.watched.n, 1);
	assert_string_equal(play.message->subscribe.watched.list[0].folder, "INBOX");
	assert_true(is_silent(fd, 200));
	hear(fd, &heard);
	assert_int_equal(heard.status, 200);
	assert_string_equal(heard.body, "canned");
	assert_int_equal(play_receive(&play, play.watch), IPC_UNSUBSCRIBE);
	/* the connection goes on */
	say(fd, PING);
	play_work(&play, 0);
	play_answer(&play, 0, "next");
	assert_int_equal(hear_status(fd), 200);
	close(fd);
}

static void
a_phone_that_leaves_is_noticed_at_once(void **state)
{
	int fd = held_phone("a/d/Ping", 60000);
	uint64_t id = subscription();

	(void)state;
	assert_true(is_silent(ipc_end_fd(play.watch), 50));
	close(fd);
	assert_false(is_silent(ipc_end_fd(play.watch), 200));
	assert_int_equal(play_receive(&play, play.watch), IPC_UNSUBSCRIBE);
	assert_true(play.message->unsubscribe.park == id);
}

static void
a_newer_request_ends_the_older(void **state)
{
	int old = held_phone("a/d/Ping", 60000), other = held_phone("a/d/Sync", 60000), new;
	struct heard heard;

	(void)state;
	new = held_phone("a/d/Ping", 60000);
	hear(old, &heard);
	assert_string_equal(heard.body, "canned");
	assert_true(is_silent(other, 100));
	assert_true(is_silent(new, 0));
	close(old);
	close(other);
	close(new);
}

static void
a_change_runs_the_request_again(void **state)
{
	int fd = held_phone("a/d/Ping", 60000);
	uint64_t id = subscription(), serial, received;
	struct heard heard;

	(void)state;
	assert_true(ipc_send_changed(play.watch, &(struct ipc_changed) { id, "folder INBOX" }, NULL,
	    0));
	serial = play_work(&play, 0);
	received = play.message->request.received_ms;
	assert_int_equal(play.message->request.rerun, 1);
	assert_int_equal(play.message->request.body_len, 4);
	assert_memory_equal(play.message->request.body.data, "ping", 4);
	/* nothing in it for this device: held again, and woken again */
	play_park(&play, 0, "a/d/Ping", 60000);
	id = subscription();
	assert_true(ipc_send_changed(play.watch, &(struct ipc_changed) { id, "folder INBOX" }, NULL,
	    0));
	assert_true(play_work(&play, 0) == serial);
	assert_true(play.message->request.received_ms == received);
	play_answer(&play, 0, "news");
	hear(fd, &heard);
	assert_string_equal(heard.body, "news");
	close(fd);
}

static void
a_watch_that_fell_is_replaced(void **state)
{
	int fds[3] = { held_phone("1", 60000), held_phone("2", 60000), held_phone("3", 60000) };
	uint64_t ids[3];

	(void)state;
	for (int i = 0; i < 3; i++)
		ids[i] = subscription();
	ipc_end_close(&play.watch);
	play.watch = play_peer(&play, ROLE_WATCH, 0, 901);
	for (int i = 0; i < 3; i++) {
		assert_true(subscription() == ids[i]);
		assert_memory_equal(play.message->subscribe.watched.list[0].stamp.data, "stamp", 5);
	}
	assert_true(is_silent(fds[0], 0));
	for (int i = 0; i < 3; i++)
		close(fds[i]);
}

static void
a_reload_drops_no_held_request(void **state)
{
	int fd = held_phone("a/d/Ping", 800);
	char *text = play_config_text(&play, "max_body = 64K");
	uint16_t old_port = play.ports[PLAIN];
	struct heard heard;
	int other;

	(void)state;
	play_config_send(&play, text, NULL);
	play_listen(&play);
	free(text);
	assert_true(play.ports[PLAIN] != old_port);
	/* new listeners and new settings hold */
	other = phone(&play, PLAIN);
	say(other, POST "Content-Length: 70000\r\n\r\n");
	assert_int_equal(hear_status(other), 413);
	close(other);
	hear(fd, &heard);
	assert_string_equal(heard.body, "canned");
	close(fd);
	/* and nobody listens at the old ones */
	play.ports[PLAIN] = old_port;
	other = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_not_equal(connect(other, (struct sockaddr *)&(struct sockaddr_in) {
	    .sin_family = AF_INET, .sin_port = htons(old_port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) }, sizeof(struct sockaddr_in)), 0);
	close(other);
}

static void
hold_as(int fd, const char *request)
{
	struct ipc_hold hold = { .after_ms = 50, .every_ms = 150, .skip = 4,
		.content_type = "t/x", .head = { "HEAD", 4 }, .pad = { ".", 1 } };

	say(fd, request);
	hold.serial = play_work(&play, 0);
	assert_true(ipc_send_hold(play.workers[0], &hold, NULL, 0));
	usleep(300000);
	play_answer(&play, 0, "HEADrest");
}

static void
long_work_is_padded(void **state)
{
	int fd = phone(&play, PLAIN);
	char text[512];
	ssize_t n;

	(void)state;
	hold_as(fd, PING);
	wait_readable(fd);
	usleep(50000);
	n = recv(fd, text, sizeof(text) - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	assert_non_null(strstr(text, "HTTP/1.1 200 OK\r\n"));
	assert_non_null(strstr(text, "Transfer-Encoding: chunked\r\n"));
	assert_non_null(strstr(text, "\r\n\r\n4\r\nHEAD\r\n1\r\n.\r\n4\r\nrest\r\n0\r\n\r\n"));
	/* the connection goes on */
	say(fd, PING);
	play_work(&play, 0);
	play_answer(&play, 0, "x");
	assert_int_equal(hear_status(fd), 200);
	close(fd);
}

static void
long_work_for_http_1_0_ends_with_the_connection(void **state)
{
	int fd = phone(&play, PLAIN);
	char text[512] = "";
	size_t len = 0;
	ssize_t n;

	(void)state;
	hold_as(fd, "POST /Microsoft-Server-ActiveSync HTTP/1.0\r\n" AUTH
	    "Connection: keep-alive\r\nContent-Length: 0\r\n\r\n");
	while ((n = recv(fd, text + len, sizeof(text) - 1 - len, 0)) > 0)
		len += (size_t)n;
	assert_non_null(strstr(text, "Connection: close\r\n"));
	assert_non_null(strstr(text, "\r\n\r\nHEAD.rest"));
	close(fd);
}

static void
quick_work_needs_no_padding(void **state)
{
	int fd = phone(&play, PLAIN);
	struct ipc_hold hold = { .after_ms = 5000, .every_ms = 100, .skip = 4,
		.content_type = "t/x", .head = { "HEAD", 4 }, .pad = { ".", 1 } };
	struct heard heard;

	(void)state;
	say(fd, PING);
	hold.serial = play_work(&play, 0);
	assert_true(ipc_send_hold(play.workers[0], &hold, NULL, 0));
	play_answer(&play, 0, "HEADrest");
	hear(fd, &heard);
	assert_string_equal(heard.body, "HEADrest");
	assert_non_null(strstr(heard.head, "Content-Length: 8\r\n"));
	close(fd);
}

static void
a_begun_answer_that_fails_is_cut(void **state)
{
	int fd = phone(&play, PLAIN);
	struct ipc_hold hold = { .after_ms = 0, .every_ms = 1000, .skip = 4,
		.content_type = "t/x", .head = { "HEAD", 4 }, .pad = { ".", 1 } };
	char text[512] = "";
	size_t len = 0;
	ssize_t n;

	(void)state;
	say(fd, PING);
	hold.serial = play_work(&play, 0);
	assert_true(ipc_send_hold(play.workers[0], &hold, NULL, 0));
	wait_readable(fd);
	play_lost(&play, 0, 100);
	while ((n = recv(fd, text + len, sizeof(text) - 1 - len, 0)) > 0)
		len += (size_t)n;
	assert_non_null(strstr(text, "HEAD\r\n"));
	assert_null(strstr(text, "\r\n0\r\n\r\n"));
	close(fd);
}

/* Peak and present memory of the front, in KiB. */
static long
memory_of(pid_t pid, const char *which)
{
	char path[64], line[256];
	long kib = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "r");
	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		if (strncmp(line, which, strlen(which)) == 0)
			kib = strtol(line + strlen(which), NULL, 10);
	}
	if (file != NULL)
		fclose(file);
	return kib;
}

/* A file of so many bytes; each page of it is of one kind. */
static int
body_file(size_t size)
{
	char name[] = "/tmp/front-held-XXXXXX", page[4096];
	int fd = mkstemp(name);

	unlink(name);
	for (size_t at = 0; at < size; at += sizeof(page)) {
		memset(page, (int)(at / sizeof(page)), sizeof(page));
		say_bytes(fd, page, sizeof(page));
	}
	return fd;
}

static void
a_large_answer_needs_little_memory(void **state)
{
	enum { SIZE = 25 * 1024 * 1024 };
	static char got[256 * 1024];
	struct ipc_answer answer;
	struct heard heard;
	size_t sum = 0;
	long before;
	int fd = phone(&play, PLAIN), file = body_file(SIZE);

	(void)state;
	say(fd, PING);
	answer = answer_of(play_work(&play, 0), "");
	answer.body_len = SIZE;
	before = memory_of(play.pid, "VmRSS:");
	assert_true(ipc_send_answer(play.workers[0], &answer, &file, 1));
	close(file);
	hear_head(fd, &heard);
	assert_non_null(strstr(heard.head, "Content-Length: 26214400\r\n"));
	while (sum < SIZE) {
		ssize_t n = recv(fd, got, sizeof(got), 0);

		assert_true(n > 0);
		for (ssize_t i = 0; i < n; i++)
			assert_true(got[i] == (char)((sum + (size_t)i) / 4096));
		sum += (size_t)n;
	}
	assert_true(memory_of(play.pid, "VmHWM:") - before < 2048);
	say(fd, PING);
	play_work(&play, 0);
	play_answer(&play, 0, "x");
	assert_int_equal(hear_status(fd), 200);
	close(fd);
}

static void
draining_answers_and_ends(void **state)
{
	int held = held_phone("a/d/Ping", 60000), busy = phone(&play, PLAIN);
	struct heard heard;
	siginfo_t info;

	(void)state;
	say(busy, PING);
	play_work(&play, 0);
	assert_true(ipc_send_drain(play.control, &(struct ipc_drain) { 1 }, NULL, 0));
	hear(held, &heard);
	assert_string_equal(heard.body, "canned");
	assert_non_null(strstr(heard.head, "Connection: close\r\n"));
	assert_true(is_closed(held, 500));
	play_answer(&play, 0, "done");
	hear(busy, &heard);
	assert_string_equal(heard.body, "done");
	assert_non_null(strstr(heard.head, "Connection: close\r\n"));
	close(held);
	close(busy);
	alarm(5);
	assert_int_equal(waitid(P_PID, (id_t)play.pid, &info, WEXITED | WNOWAIT), 0);
	alarm(0);
}

static void
without_a_parent_it_ends_soon(void **state)
{
	int held = held_phone("a/d/Ping", 60000);
	struct heard heard;

	(void)state;
	subscription();
	ipc_end_close(&play.control);
	hear(held, &heard);
	assert_string_equal(heard.body, "canned");
	close(held);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_deadline_brings_the_canned_answer),
		TEST(a_phone_that_leaves_is_noticed_at_once),
		TEST(a_newer_request_ends_the_older),
		TEST(a_change_runs_the_request_again),
		TEST(a_watch_that_fell_is_replaced),
		TEST(a_reload_drops_no_held_request),
		TEST(long_work_is_padded),
		TEST(long_work_for_http_1_0_ends_with_the_connection),
		TEST(quick_work_needs_no_padding),
		TEST(a_begun_answer_that_fails_is_cut),
		TEST(a_large_answer_needs_little_memory),
		TEST(draining_answers_and_ends),
		TEST(without_a_parent_it_ends_soon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
