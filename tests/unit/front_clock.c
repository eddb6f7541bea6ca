/* SPDX-License-Identifier: ISC */
/* Everything in the front that takes longer than a test wants to wait, with the clock shifted. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "front_inside.h"

#define AUTH "Authorization: Basic dTpw\r\nHost: h\r\n"
#define POST "POST /Microsoft-Server-ActiveSync HTTP/1.1\r\n" AUTH
#define PING POST "Content-Length: 4\r\n\r\nping"

static struct inside inside;

static int
begin(void **state)
{
	(void)state;
	inside_begin(&inside, "max_clients = 3\nworker_timeout = 120");
	return 0;
}

static int
end(void **state)
{
	(void)state;
	inside_end(&inside);
	return 0;
}

static void
say(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	inside_turn(&inside);
}

/* What the front has said since the last look; NULL: nothing, and it has closed. */
static const char *
heard(int fd)
{
	static char text[64 * 1024];
	ssize_t n = read(fd, text, sizeof(text) - 1);

	if (n < 0)
		return errno == EAGAIN ? "" : NULL;
	text[n] = '\0';
	return n > 0 ? text : NULL;
}

static uint64_t
request(void)
{
	assert_int_equal(inside_receive(&inside, inside.worker), IPC_REQUEST);
	return inside.message->request.serial;
}

/* A phone whose connection is kept alive without a request. */
static int
idle_phone(void)
{
	int fd = inside_phone(&inside, 0);

	say(fd, "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
	assert_non_null(strstr(heard(fd), "200 OK"));
	return fd;
}

static void
silence_ends(void **state)
{
	static const struct {
		const char *what;  /* is said first */
		unsigned how;
		int64_t ms;        /* is still allowed */
	} cases[] = {
		{ "", 0, 10000 },
		{ "POST /", 0, 10000 },
		{ "", INSIDE_PROXY, 10000 },
		{ "PROXY TCP4 1", INSIDE_PROXY, 10000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int fd = inside_phone(&inside, cases[i].how);

		say(fd, cases[i].what);
		inside_pass(&inside, cases[i].ms - 500);
		assert_string_equal(heard(fd), "");
		inside_pass(&inside, 1000);
		assert_null(heard(fd));
		close(fd);
	}
}

static void
an_idle_connection_is_kept_a_minute(void **state)
{
	int fd = idle_phone();

	(void)state;
	inside_pass(&inside, 59000);
	say(fd, "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
	assert_non_null(strstr(heard(fd), "200 OK"));
	/* a head begun late has its own ten seconds */
	inside_pass(&inside, 59000);
	say(fd, "GET /");
	inside_pass(&inside, 9000);
	assert_string_equal(heard(fd), "");
	inside_pass(&inside, 2000);
	assert_null(heard(fd));
	close(fd);
}

static void
a_body_below_the_rate_is_refused(void **state)
{
	int slow = inside_phone(&inside, 0), steady = inside_phone(&inside, 0);
	char block[601];
	unsigned seconds = 0;
	const char *said = "";

	(void)state;
	memset(block, 'x', 600);
	block[600] = '\0';
	say(slow, POST "Content-Length: 20000\r\n\r\n");
	say(steady, POST "Content-Length: 18000\r\n\r\n");
	for (; said != NULL && said[0] == '\0' && seconds < 60; seconds++) {
		say(slow, "xxxxxxxxxx");
		if (seconds < 30)
			say(steady, block);
		inside_pass(&inside, 1000);
		said = heard(slow);
	}
	assert_in_range(seconds, 10, 12);
	assert_non_null(strstr(said, "HTTP/1.1 408 "));
	for (; seconds < 30; seconds++) {
		say(steady, block);
		inside_pass(&inside, 1000);
	}
	request();
	assert_int_equal(inside.message->request.body_len, 18000);
	close(slow);
	close(steady);
}

static void
an_answer_that_is_not_taken_is_given_up(void **state)
{
	static char body[60000];
	int fd = inside_phone(&inside, 0), small = 2048;
	uint64_t serial;

	(void)state;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	memset(body, 'x', sizeof(body) - 1);
	/* more than a socket's buffers take: five answers in a row, none of them read */
	for (int i = 0; i < 5; i++)
		say(fd, PING);
	for (int i = 0; i < 5 && inside_receive(&inside, inside.worker) == IPC_REQUEST; i++) {
		serial = inside.message->request.serial;
		inside_answer(&inside, serial, body);
	}
	assert_int_equal(inside.front->clients->n, 1);
	inside_pass(&inside, 59000);
	assert_int_equal(inside.front->clients->n, 1);
	inside_pass(&inside, 300000);
	assert_int_equal(inside.front->clients->n, 0);
	close(fd);
}

static void
a_worker_that_never_answers_costs_a_503(void **state)
{
	int fd = inside_phone(&inside, 0);
	uint64_t serial;

	(void)state;
	say(fd, PING);
	serial = request();
	inside_pass(&inside, 149000);
	assert_string_equal(heard(fd), "");
	inside_pass(&inside, 2000);
	assert_non_null(strstr(heard(fd), "HTTP/1.1 503 "));
	assert_int_equal(pool_busy(inside.front->pool), 1);
	inside_answer(&inside, serial, "too late");
	assert_int_equal(pool_busy(inside.front->pool), 0);
	assert_string_equal(heard(fd), "");
	close(fd);
}

static void
a_held_request_lasts_an_hour(void **state)
{
	int fd = inside_phone(&inside, 0);

	(void)state;
	say(fd, PING);
	inside_park(&inside, request(), 3540000);
	inside_pass(&inside, 3539000);
	assert_string_equal(heard(fd), "");
	assert_int_equal(park_count(inside.front->park), 1);
	inside_pass(&inside, 1000);
	assert_non_null(strstr(heard(fd), "canned"));
	close(fd);
}

static void
a_closed_answer_lingers_shortly(void **state)
{
	int fd = inside_phone(&inside, 0);

	(void)state;
	say(fd, "GET / HTTP/1.0\r\n\r\n");
	assert_non_null(strstr(heard(fd), "404"));
	assert_int_equal(inside.front->clients->n, 1);
	say(fd, "this is read and dropped");
	inside_pass(&inside, 2000);
	assert_int_equal(inside.front->clients->n, 0);
	close(fd);
}

static void
the_oldest_idle_client_makes_room(void **state)
{
	int first = idle_phone(), second = idle_phone(), third = idle_phone(), fourth;

	(void)state;
	say(first, "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n"); /* so second is the oldest now */
	assert_non_null(strstr(heard(first), "200 OK"));
	fourth = idle_phone();
	assert_null(heard(second));
	assert_string_equal(heard(first), "");
	assert_string_equal(heard(third), "");
	/* nobody idle: no room */
	say(first, "G");
	say(third, "G");
	say(fourth, "G");
	assert_false(clients_has_room(inside.front->clients));
	assert_int_equal(inside_phone(&inside, 0), -1);
	close(fourth);
	inside_turn(&inside);
	assert_true(clients_has_room(inside.front->clients));
	close(first);
	close(second);
	close(third);
}

static void
passwords_in_plain_are_refused_from_afar(void **state)
{
	int fd = inside_phone(&inside, INSIDE_FAR);

	(void)state;
	say(fd, POST "X-Forwarded-Proto: https\r\nX-Forwarded-For: 127.0.0.1\r\n"
	    "Content-Length: 0\r\n\r\n");
	assert_non_null(strstr(heard(fd), "HTTP/1.1 403 "));
	close(fd);
	inside_config("max_clients = 3\n[domain *]\nallow_plain_auth = yes");
	fd = inside_phone(&inside, INSIDE_FAR);
	say(fd, POST "X-Forwarded-For: 127.0.0.1\r\nContent-Length: 0\r\n\r\n");
	request();
	assert_string_equal(inside.message->request.peer, "192.0.2.1");
	close(fd);
}

static void
an_untrusted_proxy_header_ends_the_connection(void **state)
{
	int fd = inside_phone(&inside, INSIDE_FAR | INSIDE_PROXY);

	(void)state;
	say(fd, "PROXY TCP4 198.51.100.4 127.0.0.1 4711 443\r\n");
	assert_null(heard(fd));
	close(fd);
}

static void
draining_leaves_at_last(void **state)
{
	int fd = inside_phone(&inside, 0);

	(void)state;
	say(fd, PING);
	request(); /* and no answer ever */
	ipc_send_drain(inside.control, &(struct ipc_drain) { 180 }, NULL, 0);
	inside_turn(&inside);
	inside_pass(&inside, 100000);
	assert_false(front_is_over(inside.front));
	inside_pass(&inside, 120000);
	assert_true(front_is_over(inside.front));
	close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(silence_ends),
		TEST(an_idle_connection_is_kept_a_minute),
		TEST(a_body_below_the_rate_is_refused),
		TEST(an_answer_that_is_not_taken_is_given_up),
		TEST(a_worker_that_never_answers_costs_a_503),
		TEST(a_held_request_lasts_an_hour),
		TEST(a_closed_answer_lingers_shortly),
		TEST(the_oldest_idle_client_makes_room),
		TEST(passwords_in_plain_are_refused_from_afar),
		TEST(an_untrusted_proxy_header_ends_the_connection),
		TEST(draining_leaves_at_last),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
