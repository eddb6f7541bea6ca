/* SPDX-License-Identifier: ISC */
/* HTTP as phones and their enemies speak it, against a whole front. */
#include "front_play.h"

static struct play play;

static int
begin(void **state)
{
	(void)state;
	play_start(&play, "head_timeout = 1\nkeepalive = 1\nmax_body = 100K\nbody_rate = 1M", NULL);
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

/* What the front answers by itself. */
static const struct {
	const char *request;
	int status;
	bool stays;       /* the connection is kept */
	const char *head; /* part of the answer's head */
	const char *log;  /* part of a line in sync.log */
} alone[] = {
	{ "GET / HTTP/1.1\r\nHost: h\r\n\r\n", 404, true, "Content-Length: 0\r\n", "" },
	{ "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n", 200, true, "Content-Type: text/plain", "" },
	{ "GET /Microsoft-Server-ActiveSync HTTP/1.1\r\nHost: h\r\n\r\n", 405, true,
	    "Allow: OPTIONS, POST\r\n", "" },
	{ "POST /Microsoft-Server-ActiveSync HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nabcde",
	    401, true, "WWW-Authenticate: Basic realm=\"easbridge\"\r\n", "" },
	{ "OPTIONS /Microsoft-Server-ActiveSync HTTP/1.1\r\nHost: h\r\n\r\n", 401, true,
	    "WWW-Authenticate", "" },
	{ "GET / HTTP/1.0\r\n\r\n", 404, false, "Connection: close\r\n", "" },
	{ "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 404, true,
	    "Connection: keep-alive\r\n", "" },
	{ "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", 404, false,
	    "Connection: close\r\n", "" },
	{ "\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", 404, true, "", "" },
	{ "rubbish\r\n\r\n", 400, false, "Connection: close", "http=400" },
	{ "GET / HTTP/3.0\r\nHost: h\r\n\r\n", 505, false, "", "http=505" },
	{ POST "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n", 400, false, "",
	    "http=400" },
	{ POST "Content-Length: 4\r\nContent-Length: 5\r\n\r\n", 400, false, "", "http=400" },
	{ POST "Transfer-Encoding: gzip, chunked\r\n\r\n", 501, false, "", "http=501" },
	{ POST "Expect: miracles\r\nContent-Length: 4\r\n\r\n", 417, false, "", "http=417" },
	{ POST "Content-Length: 200000\r\n\r\n", 413, false, "Connection: close", "http=413" },
	{ POST "Expect: 100-continue\r\nContent-Length: 200000\r\n\r\n", 413, false, "",
	    "http=413" },
	{ POST "Transfer-Encoding: chunked\r\n\r\n20000000\r\n", 413, false, "", "http=413" },
	{ POST "Transfer-Encoding: chunked\r\n\r\nxyz\r\n", 400, false, "", "broken chunked body" },
	{ "POST /Microsoft-Server-ActiveSync HTTP/1.1\r\nHost: h\r\nContent-Length: 999999\r\n\r\n",
	    401, false, "Connection: close\r\n", "" },
	{ "POST /Microsoft-Server-ActiveSync HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
	  "Content-Length: 4\r\n\r\n", 401, false, "Connection: close\r\n", "" },
};

static void
the_front_answers_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(alone) / sizeof(alone[0]); i++) {
		int fd = phone(&play, PLAIN);
		struct heard heard;

		say(fd, alone[i].request);
		hear(fd, &heard);
		if (heard.status != alone[i].status)
			print_error("case %zu: %s", i, heard.head);
		assert_int_equal(heard.status, alone[i].status);
		assert_non_null(strstr(heard.head, alone[i].head));
		assert_null(strstr(heard.head, "text/html"));
		if (alone[i].stays) {
			say(fd, "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
			assert_int_equal(hear_status(fd), 200);
		} else {
			assert_true(is_closed(fd, 500));
		}
		assert_true(play_logged(&play, alone[i].log));
		close(fd);
	}
	assert_true(is_silent(ipc_end_fd(play.workers[0]), 0));
}

static void
a_head_that_drips_is_cut_off(void **state)
{
	int fd = phone(&play, PLAIN);
	unsigned n = 0;

	(void)state;
	say(fd, "POST /");
	while (n < 30 && !is_closed(fd, 100)) {
		(void)send(fd, "x", 1, MSG_NOSIGNAL);
		n++;
	}
	assert_in_range(n, 7, 14);
	close(fd);
}

static void
an_idle_connection_is_closed(void **state)
{
	int fresh = phone(&play, PLAIN), used = phone(&play, PLAIN);

	(void)state;
	say(used, "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
	assert_int_equal(hear_status(used), 200);
	assert_false(is_closed(used, 500));
	assert_true(is_closed(used, 1500));
	assert_true(is_closed(fresh, 1500));
	close(fresh);
	close(used);
}

static void
a_body_may_come_later_than_a_head(void **state)
{
	int fd = phone(&play, PLAIN);

	(void)state;
	say(fd, POST "Content-Length: 4\r\n\r\np");
	assert_false(is_closed(fd, 1500));
	say(fd, "ing");
	play_work(&play, 0);
	assert_int_equal(play.message->request.body.len, 4);
	play_answer(&play, 0, "ok");
	assert_int_equal(hear_status(fd), 200);
	close(fd);
}

static void
a_worker_gets_the_request_as_sent(void **state)
{
	int fd = phone(&play, PLAIN);
	struct heard heard;
	const struct ipc_request *request = &play.message->request;

	(void)state;
	say(fd, "POST /Microsoft-Server-ActiveSync?Cmd=Sync&User=u HTTP/1.1\r\n"
	    "Host: mail.test\r\n" AUTH
	    "MS-ASProtocolVersion: 14.1\r\nX-MS-PolicyKey: 7\r\nUser-Agent: Test/1\r\n"
	    "Content-Type: application/vnd.ms-sync.wbxml\r\nAccept-Encoding: gzip\r\n"
	    "MS-ASAcceptMultiPart: T\r\nAccept-Language: de\r\nContent-Length: 5\r\n\r\nab\0cd");
	say_bytes(fd, "\0cd", 3);
	play_work(&play, 0);
	assert_string_equal(request->method, "POST");
	assert_string_equal(request->target, "/Microsoft-Server-ActiveSync?Cmd=Sync&User=u");
	assert_string_equal(request->host, "mail.test");
	assert_string_equal(request->authorization, "Basic dTpw");
	assert_string_equal(request->version, "14.1");
	assert_string_equal(request->policy_key, "7");
	assert_string_equal(request->user_agent, "Test/1");
	assert_string_equal(request->content_type, "application/vnd.ms-sync.wbxml");
	assert_string_equal(request->accept_encoding, "gzip");
	assert_string_equal(request->accept_multipart, "T");
	assert_string_equal(request->accept_language, "de");
	assert_string_equal(request->content_encoding, "");
	assert_string_equal(request->peer, "127.0.0.1");
	assert_int_equal(strlen(request->id), 8);
	assert_int_equal(request->rerun, 0);
	assert_int_equal(request->is_tls, 0);
	assert_int_equal(request->body_len, 5);
	assert_memory_equal(request->body.data, "ab\0cd", 5);
	play_answer(&play, 0, "answer");
	hear(fd, &heard);
	assert_string_equal(heard.body, "answer");
	assert_non_null(strstr(heard.head, "Content-Type: application/vnd.ms-sync.wbxml\r\n"));
	assert_non_null(strstr(heard.head, "X-Test: yes\r\n"));
	assert_non_null(strstr(heard.head, "Content-Length: 6\r\n"));
	close(fd);
}

static void
an_empty_answer_has_type_and_length(void **state)
{
	int fd = phone(&play, PLAIN);
	struct heard heard;

	(void)state;
	say(fd, PING);
	play_work(&play, 0);
	play_answer(&play, 0, "");
	hear(fd, &heard);
	assert_non_null(strstr(heard.head, "Content-Length: 0\r\n"));
	assert_non_null(strstr(heard.head, "Content-Type: application/vnd.ms-sync.wbxml\r\n"));
	close(fd);
}

static void
chunked_bodies_are_put_together(void **state)
{
	int fd = phone(&play, PLAIN);

	(void)state;
	say(fd, POST "Transfer-Encoding: chunked\r\n\r\n3;ext=1\r\nabc\r\n");
	usleep(20000);
	say(fd, "2\r\nde\r\n0\r\nTrailer: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
	play_work(&play, 0);
	assert_int_equal(play.message->request.body_len, 5);
	assert_memory_equal(play.message->request.body.data, "abcde", 5);
	play_answer(&play, 0, "1");
	assert_int_equal(hear_status(fd), 200);
	assert_int_equal(hear_status(fd), 200); /* what was behind the body */
	close(fd);
}

static void
expect_gets_a_go_ahead(void **state)
{
	int fd = phone(&play, PLAIN);
	struct heard heard;

	(void)state;
	say(fd, POST "Expect: 100-continue\r\nContent-Length: 4\r\n\r\n");
	hear_head(fd, &heard);
	assert_int_equal(heard.status, 100);
	say(fd, "ping");
	play_work(&play, 0);
	play_answer(&play, 0, "x");
	assert_int_equal(hear_status(fd), 200);
	/* HTTP/1.0 knows no 100, and one that sends at once needs none */
	say(fd, POST "Expect: 100-continue\r\nContent-Length: 4\r\n\r\nping");
	play_work(&play, 0);
	play_answer(&play, 0, "x");
	assert_int_equal(hear_status(fd), 200);
	close(fd);
}

static void
pipelined_requests_are_answered_in_order(void **state)
{
	int fd = phone(&play, PLAIN);
	struct heard heard;

	(void)state;
	say(fd, PING PING);
	play_work(&play, 0);
	assert_true(is_silent(ipc_end_fd(play.workers[0]), 100));
	play_answer(&play, 0, "one");
	hear(fd, &heard);
	assert_string_equal(heard.body, "one");
	play_work(&play, 0);
	play_answer(&play, 0, "two");
	hear(fd, &heard);
	assert_string_equal(heard.body, "two");
	close(fd);
}

static void
pipelined_bytes_are_bounded(void **state)
{
	static char much[200 * 1024];
	int fd = phone(&play, PLAIN), buffer = 4096;
	ssize_t sent, all = 0;

	(void)state;
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer));
	say(fd, PING);
	play_work(&play, 0);
	memset(much, 'x', sizeof(much));
	for (int i = 0; i < 1000; i++) {
		sent = send(fd, much, sizeof(much), MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent < 0 && is_silent(fd, 100) && i > 20)
			break;
		all += sent > 0 ? sent : 0;
	}
	assert_true(all < 8 * 1024 * 1024); /* the kernel's buffers and one head */
	play_answer(&play, 0, "x");
	assert_int_equal(hear_status(fd), 200);
	close(fd);
}

static void
large_bodies_travel_as_files(void **state)
{
	static char body[90 * 1024];
	struct ipc_message *message = play.message;
	char piece[16];
	int fd = phone(&play, PLAIN);

	(void)state;
	memset(body, 'b', sizeof(body));
	body[sizeof(body) - 1] = 'e';
	say(fd, POST "Content-Length: 92160\r\n\r\n");
	say_bytes(fd, body, sizeof(body));
	play_work(&play, 0);
	assert_int_equal(message->n_fds, 1);
	assert_int_equal(message->request.body_len, sizeof(body));
	assert_int_equal(pread(message->fds[0], piece, 16, sizeof(body) - 4), 4);
	assert_memory_equal(piece, "bbbe", 4);
	play_answer(&play, 0, "x");
	assert_int_equal(hear_status(fd), 200);
	close(fd);
}

static void
http_1_0_is_served(void **state)
{
	int fd = phone(&play, PLAIN);
	struct heard heard;

	(void)state;
	say(fd, "POST /Microsoft-Server-ActiveSync?Cmd=Ping HTTP/1.0\r\n" AUTH
	    "Expect: 100-continue\r\nContent-Length: 4\r\n\r\nping");
	play_work(&play, 0);
	play_answer(&play, 0, "x");
	hear(fd, &heard);
	assert_int_equal(heard.status, 200);
	assert_non_null(strstr(heard.head, "Connection: close\r\n"));
	assert_true(is_closed(fd, 500));
	close(fd);
}

static void
proxies_tell_who_the_phone_is(void **state)
{
	static const struct {
		unsigned listener;
		const char *first, *fields, *peer;
		unsigned is_tls;
	} cases[] = {
		{ PLAIN, "", "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n",
		    "192.0.2.1", 1 },
		{ PLAIN, "", "X-Forwarded-For: 10.9.9.9, 192.0.2.7, 127.0.0.2\r\n",
		    "192.0.2.7", 0 },
		{ PLAIN, "", "X-Forwarded-For: rubbish\r\n", "127.0.0.1", 0 },
		{ PROXY, "PROXY TCP4 198.51.100.4 127.0.0.1 4711 443\r\n", "", "198.51.100.4", 0 },
		{ PROXY, "PROXY TCP4 198.51.100.4 127.0.0.1 4711 443\r\n",
		    "X-Forwarded-For: 192.0.2.1\r\n", "198.51.100.4", 0 },
		{ PROXY, "PROXY UNKNOWN\r\n", "", "127.0.0.1", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int fd = phone(&play, cases[i].listener);

		if (cases[i].first[0] != '\0') {
			say_bytes(fd, cases[i].first, 7);
			usleep(20000);
			say(fd, cases[i].first + 7);
		}
		say(fd, POST);
		say(fd, cases[i].fields);
		say(fd, "Content-Length: 0\r\n\r\n");
		play_work(&play, 0);
		assert_string_equal(play.message->request.peer, cases[i].peer);
		assert_int_equal(play.message->request.is_tls, cases[i].is_tls);
		play_answer(&play, 0, "x");
		assert_int_equal(hear_status(fd), 200);
		close(fd);
	}
}

static void
a_proxy_listener_wants_its_header(void **state)
{
	int fd = phone(&play, PROXY);

	(void)state;
	say(fd, PING);
	assert_true(is_closed(fd, 500));
	close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_front_answers_alone),
		TEST(a_head_that_drips_is_cut_off),
		TEST(an_idle_connection_is_closed),
		TEST(a_body_may_come_later_than_a_head),
		TEST(a_worker_gets_the_request_as_sent),
		TEST(an_empty_answer_has_type_and_length),
		TEST(chunked_bodies_are_put_together),
		TEST(expect_gets_a_go_ahead),
		TEST(pipelined_requests_are_answered_in_order),
		TEST(pipelined_bytes_are_bounded),
		TEST(large_bodies_travel_as_files),
		TEST(http_1_0_is_served),
		TEST(proxies_tell_who_the_phone_is),
		TEST(a_proxy_listener_wants_its_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
