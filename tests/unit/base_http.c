/* SPDX-License-Identifier: ISC */
/* Request heads: what good ones hold, what bad ones are answered, pieces of any size. */
#include "bridge/base/http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define GET "GET / HTTP/1.1\r\nHost: h\r\n"
#define POST "POST /x HTTP/1.1\r\nHost: h\r\n"

/* status 0: accepted */
static const struct {
	const char *in;
	int status;
} verdicts[] = {
	{ GET "\r\n", 0 },
	{ "\r\n\n\r\n" GET "\r\n", 0 },
	{ "GET / HTTP/1.0\r\n\r\n", 0 },
	{ "GET / HTTP/1.1\nHost: h\n\n", 0 },
	{ "GET / HTTP/1.9\r\nHost: h\r\n\r\n", 0 },
	{ "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 0 },
	{ GET "X:\r\n\r\n", 0 },
	{ GET "X: a\tb \xc3\xa4\r\n\r\n", 0 },
	{ POST "Content-Length: 0\r\n\r\n", 0 },
	{ POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", 0 },
	{ POST "Transfer-Encoding: Chunked\r\n\r\n", 0 },
	{ POST "Expect: 100-Continue\r\n\r\n", 0 },
	/* request line */
	{ "GET /\r\n\r\n", 400 },
	{ "GET  / HTTP/1.1\r\nHost: h\r\n\r\n", 400 },
	{ "GET / HTTP/1.1 \r\nHost: h\r\n\r\n", 400 },
	{ "GET / x HTTP/1.1\r\nHost: h\r\n\r\n", 400 },
	{ " GET / HTTP/1.1\r\nHost: h\r\n\r\n", 400 },
	{ "G\"T / HTTP/1.1\r\nHost: h\r\n\r\n", 400 },
	{ "GETGETGETGETGETGETGETGETGETGETGETGETGET / HTTP/1.1\r\nHost: h\r\n\r\n", 400 },
	{ "GET x HTTP/1.1\r\nHost: h\r\n\r\n", 400 },
	{ "GET /#f HTTP/1.1\r\nHost: h\r\n\r\n", 400 },
	{ "GET /a\x7f HTTP/1.1\r\nHost: h\r\n\r\n", 400 },
	{ "GET /a\x01 HTTP/1.1\r\nHost: h\r\n\r\n", 400 },
	{ "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n", 400 },
	{ "GET http:// HTTP/1.1\r\nHost: h\r\n\r\n", 400 },
	{ "GET http://h?x HTTP/1.1\r\nHost: h\r\n\r\n", 400 },
	{ "GET / http/1.1\r\nHost: h\r\n\r\n", 400 },
	{ "GET / HTTP/1.11\r\nHost: h\r\n\r\n", 400 },
	{ "GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505 },
	{ "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505 },
	{ "\x16\x03\x01\x02", 400 },
	/* line ends */
	{ "GET / HTTP/1.1\r\nHost: h\n\r\n", 400 },
	{ "GET / HTTP/1.1\nHost: h\r\n\n", 400 },
	{ "GET / HTTP/1.1\r\nHost: h\r\n\n", 400 },
	{ "GET / HTTP/1.1\r\nHost: h\rX: y\r\n\r\n", 400 },
	/* fields */
	{ GET "X : y\r\n\r\n", 400 },
	{ GET ": y\r\n\r\n", 400 },
	{ GET "X\r\n\r\n", 400 },
	{ GET "X: a\r\n b\r\n\r\n", 400 },
	{ GET "X: a\x01\r\n\r\n", 400 },
	{ "GET / HTTP/1.1\r\n\r\n", 400 },
	{ GET "Host: h\r\n\r\n", 400 },
	/* framing */
	{ POST "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", 400 },
	{ POST "Content-Length: 5, 5\r\n\r\n", 400 },
	{ POST "Content-Length: +5\r\n\r\n", 400 },
	{ POST "Content-Length: -5\r\n\r\n", 400 },
	{ POST "Content-Length: \r\n\r\n", 400 },
	{ POST "Content-Length: 0x5\r\n\r\n", 400 },
	{ POST "Content-Length: 9999999999999999999\r\n\r\n", 400 },
	{ POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
	{ POST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", 400 },
	{ POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
	{ POST "Transfer-Encoding: gzip, chunked\r\n\r\n", 501 },
	{ POST "Transfer-Encoding: identity\r\n\r\n", 501 },
	{ "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
	{ POST "Expect: tea\r\n\r\n", 417 },
};

static void
test_verdicts(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(verdicts); i++) {
		size_t len = strlen(verdicts[i].in);
		char *data = strdup(verdicts[i].in);
		struct http_head head;
		enum http_result result;

		http_head_init(&head);
		result = http_head_parse(&head, data, len);
		if (result != (verdicts[i].status == 0 ? HTTP_DONE : HTTP_BAD) ||
			head.status != verdicts[i].status)
			fail_msg("\"%s\": %d %d (%s)", verdicts[i].in, (int)result, head.status,
				head.reason ? head.reason : "-");
		if (result == HTTP_DONE)
			assert_int_equal(head.size, len);
		else
			assert_non_null(head.reason);
		free(data);
	}
}

/* A byte at a time gives the same verdict, and never before the head's end for good ones. */
static void
test_pieces(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(verdicts); i++) {
		size_t len = strlen(verdicts[i].in), have = 0;
		enum http_result result = HTTP_MORE;
		struct http_head head;
		char *data = NULL;

		http_head_init(&head);
		while (result == HTTP_MORE && have < len) {
			data = realloc(data, ++have);
			memcpy(data, verdicts[i].in, have);
			result = http_head_parse(&head, data, have);
		}
		assert_int_equal(head.status, verdicts[i].status);
		assert_int_equal(result, verdicts[i].status == 0 ? HTTP_DONE : HTTP_BAD);
		if (result == HTTP_DONE)
			assert_int_equal(have, len);
		free(data);
	}
}

static void
test_content(void **state)
{
	char data[] = "POST https://mail.example.org/Microsoft-Server-ActiveSync?Cmd=Sync?&a=b "
		"HTTP/1.1\r\nHost: mail.example.org\r\nCONTENT-length:  12  \r\n"
		"Accept-Encoding: br, GZIP;q=0.5\r\n"
		"accept-encoding: deflate; q=0\r\nExpect: 100-continue\r\nX-Empty:\r\n\r\nbody";
	struct http_head head;

	(void)state;
	http_head_init(&head);
	assert_int_equal(http_head_parse(&head, data, sizeof(data) - 1), HTTP_DONE);
	assert_int_equal(head.size, sizeof(data) - 5);
	assert_string_equal(head.method, "POST");
	assert_string_equal(head.target, "/Microsoft-Server-ActiveSync?Cmd=Sync?&a=b");
	assert_int_equal(head.path_len, strlen("/Microsoft-Server-ActiveSync"));
	assert_string_equal(head.query, "Cmd=Sync?&a=b");
	assert_int_equal(head.minor, 1);
	assert_int_equal(head.content_length, 12);
	assert_true(head.expect_continue);
	assert_true(head.keep_alive);
	assert_false(head.chunked);
	assert_int_equal(head.n_lines, 6);
	assert_string_equal(http_field(&head, "host"), "mail.example.org");
	assert_string_equal(http_field(&head, "x-empty"), "");
	assert_null(http_field(&head, "Cookie"));
	assert_true(http_field_lists(&head, "Accept-Encoding", "gzip"));
	assert_true(http_field_lists(&head, "Accept-Encoding", "br"));
	assert_false(http_field_lists(&head, "Accept-Encoding", "deflate"));
	assert_false(http_field_lists(&head, "Accept-Encoding", "zip"));
	assert_false(http_field_lists(&head, "Cookie", "gzip"));
}

static void
test_keep_alive(void **state)
{
	static const struct {
		const char *in;
		bool keep;
	} cases[] = {
		{ GET "\r\n", true },
		{ GET "Connection: close\r\n\r\n", false },
		{ GET "Connection: Upgrade, CLOSE\r\n\r\n", false },
		{ GET "Connection: closed\r\n\r\n", true },
		{ GET "Connection: x\r\nConnection: close\r\n\r\n", false },
		{ "GET / HTTP/1.0\r\n\r\n", false },
		{ "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true },
		{ "GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *data = strdup(cases[i].in);
		struct http_head head;

		http_head_init(&head);
		assert_int_equal(http_head_parse(&head, data, strlen(cases[i].in)), HTTP_DONE);
		assert_int_equal(head.keep_alive, cases[i].keep);
		assert_int_equal(head.content_length, -1);
		assert_null(head.query);
		free(data);
	}
}

/* Builds a head of these sizes and returns its verdict: 0 or a status. */
static int
verdict_of(size_t target, size_t fields, size_t value)
{
	size_t size = target + fields * (value + 10) + 100, len;
	char *data = malloc(size);
	struct http_head head;
	enum http_result result;

	memcpy(data, "GET /", 5);
	memset(data + 5, 'a', target - 1);
	len = 4 + target;
	memcpy(data + len, " HTTP/1.1\r\nHost: h\r\n", 20);
	len += 20;
	for (size_t i = 1; i < fields; i++) {
		memcpy(data + len, "X: ", 3);
		memset(data + len + 3, 'v', value);
		memcpy(data + len + 3 + value, "\r\n", 2);
		len += 5 + value;
	}
	memcpy(data + len, "\r\n", 2);
	http_head_init(&head);
	result = http_head_parse(&head, data, len + 2);
	assert_int_not_equal(result, HTTP_MORE);
	free(data);
	return result == HTTP_DONE ? 0 : head.status;
}

static void
test_limits(void **state)
{
	(void)state;
	assert_int_equal(verdict_of(LIMIT_HTTP_TARGET, 1, 0), 0);
	assert_int_equal(verdict_of(LIMIT_HTTP_TARGET + 1, 1, 0), 414);
	assert_int_equal(verdict_of(1, LIMIT_HTTP_FIELDS, 10), 0);
	assert_int_equal(verdict_of(1, LIMIT_HTTP_FIELDS + 1, 10), 431);
	/* "GET /" and the rest of an empty head are 26 bytes, the field 5 more than its value */
	assert_int_equal(verdict_of(1, 2, LIMIT_HTTP_HEAD - 27 - 5), 0);
	assert_int_equal(verdict_of(1, 2, LIMIT_HTTP_HEAD - 27 - 4), 431);
}

/* What never ends is refused as soon as it is too long. */
static void
test_endless(void **state)
{
	static const struct {
		const char *start;
		int status;
		size_t most;
	} cases[] = {
		{ "GET /", 414, LIMIT_HTTP_TARGET + 100 },
		{ GET "X: ", 431, LIMIT_HTTP_HEAD + 100 },
		{ "\r\n\r\n\r\nGET /", 414, LIMIT_HTTP_TARGET + 100 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t len = strlen(cases[i].start);
		enum http_result result = HTTP_MORE;
		char *data = malloc(cases[i].most + 1);
		struct http_head head;

		memset(data, 'x', cases[i].most + 1);
		memcpy(data, cases[i].start, len);
		http_head_init(&head);
		while (result == HTTP_MORE && len < cases[i].most)
			result = http_head_parse(&head, data, ++len);
		assert_int_equal(result, HTTP_BAD);
		assert_int_equal(head.status, cases[i].status);
		free(data);
	}
}

static void
test_empty_lines(void **state)
{
	char *data = malloc(LIMIT_HTTP_HEAD + 2);
	struct http_head head;

	(void)state;
	memset(data, '\n', LIMIT_HTTP_HEAD + 2);
	http_head_init(&head);
	assert_int_equal(http_head_parse(&head, data, 0), HTTP_MORE);
	assert_int_equal(http_head_parse(&head, data, LIMIT_HTTP_HEAD), HTTP_MORE);
	assert_int_equal(http_head_parse(&head, data, LIMIT_HTTP_HEAD + 1), HTTP_BAD);
	free(data);
}

static void
test_nul(void **state)
{
	static const char in[] = GET "X: a\0b\r\n\r\n";
	char data[sizeof(in)];

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(in); i++) {
		struct http_head head;

		memcpy(data, GET "X: a.b\r\n\r\n", sizeof(in));
		data[i] = '\0';
		http_head_init(&head);
		assert_int_not_equal(http_head_parse(&head, data, sizeof(in) - 1), HTTP_DONE);
	}
}

static void
test_reasons(void **state)
{
	(void)state;
	assert_string_equal(http_reason(200), "OK");
	assert_string_equal(http_reason(449), "Retry after sending a PROVISION command");
	assert_string_equal(http_reason(999), "Unknown");
}

/* done 1: complete, 0: wants more, -1: refused */
static const struct {
	const char *in, *want;
	int done;
	size_t rest;
} chunks[] = {
	{ "0\r\n\r\n", "", 1, 0 },
	{ "5\r\nhello\r\n0\r\n\r\nGET", "hello", 1, 3 },
	{ "3\r\nabc\r\n00A\r\n0123456789\r\n000\r\n\r\n", "abc0123456789", 1, 0 },
	{ "1;x=\"y\"\r\na\r\n1 \r\nb\r\n0;z\r\n\r\n", "ab", 1, 0 },
	{ "1\r\na\r\n0\r\nTrailer: x\r\nOther: y\r\n\r\n", "a", 1, 0 },
	{ "5\r\nhe", "he", 0, 0 },
	{ "5\r\nhello\r\n", "hello", 0, 0 },
	{ "", "", 0, 0 },
	{ "5\r\nhelloX", "hello", -1, 0 },
	{ "5\r\nhello\rX", "hello", -1, 0 },
	{ "5\nhello\r\n0\r\n\r\n", "", -1, 0 },
	{ "\r\n0\r\n\r\n", "", -1, 0 },
	{ "g\r\n", "", -1, 0 },
	{ "-1\r\n", "", -1, 0 },
	{ " 1\r\n", "", -1, 0 },
	{ "0x1\r\n", "", -1, 0 },
	{ "1\rX", "", -1, 0 },
	{ "1;\x01\r\n", "", -1, 0 },
	{ "FFFFFFFFFFFFFFFF\r\n", "", -1, 0 },
	{ "10000000000000000\r\n", "", -1, 0 },
	{ "33\r\n", "", -1, 0 },
	{ "a\r\n0123456789\r\n28\r\n", "0123456789", 0, 0 },
	{ "a\r\n0123456789\r\n29\r\n", "0123456789", -1, 0 },
	{ "0\r\nX\rY\r\n\r\n", "", -1, 0 },
	{ "0\r\nX\nY\r\n\r\n", "", -1, 0 },
};

enum { CHUNK_LIMIT = 50 };

/* Feeds in pieces of `step` bytes; compares payload and verdict. */
static void
chunks_run(size_t i, size_t step)
{
	const uint8_t *in = (const uint8_t *)chunks[i].in;
	size_t len = strlen(chunks[i].in), at = 0, out_len = 0;
	enum http_result result = HTTP_MORE;
	struct http_chunked chunked;
	char out[64] = "";

	http_chunked_init(&chunked, CHUNK_LIMIT);
	while (result == HTTP_MORE && at < len) {
		size_t n = len - at < step ? len - at : step, used, run;
		const uint8_t *data;

		result = http_chunked_feed(&chunked, in + at, n, &used, &data, &run);
		assert_true(used <= n && run <= used && (used > 0 || result != HTTP_MORE));
		memcpy(out + out_len, data, run);
		out_len += run;
		at += used;
	}
	assert_int_equal(out_len, strlen(chunks[i].want));
	assert_memory_equal(out, chunks[i].want, out_len);
	assert_int_equal(result, chunks[i].done == 0 ? HTTP_MORE :
		chunks[i].done > 0 ? HTTP_DONE : HTTP_BAD);
	if (chunks[i].done > 0)
		assert_int_equal(len - at, chunks[i].rest);
}

static void
test_chunked(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(chunks); i++)
		for (size_t step = 1; step < 40; step++)
			chunks_run(i, step);
}

static enum http_result
feed(struct http_chunked *chunked, const char *text)
{
	const uint8_t *data;
	size_t used, run;

	return http_chunked_feed(chunked, (const uint8_t *)text, strlen(text), &used, &data, &run);
}

static void
test_chunked_limit(void **state)
{
	struct http_chunked chunked;

	(void)state;
	http_chunked_init(&chunked, 4);
	assert_int_equal(feed(&chunked, "5\r\n"), HTTP_BAD);
	assert_true(chunked.too_big);
	assert_int_equal(feed(&chunked, "0"), HTTP_BAD);

	http_chunked_init(&chunked, UINT64_MAX);
	for (unsigned i = 0; i <= LIMIT_HTTP_CHUNK_LINE; i++)
		feed(&chunked, i == 0 ? "1" : ";");
	assert_int_equal(feed(&chunked, ""), HTTP_BAD);
	assert_false(chunked.too_big);

	http_chunked_init(&chunked, UINT64_MAX);
	feed(&chunked, "0\r\n");
	for (unsigned i = 0; i <= LIMIT_HTTP_TRAILERS; i++)
		feed(&chunked, "t");
	assert_int_equal(feed(&chunked, ""), HTTP_BAD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_content),
		cmocka_unit_test(test_keep_alive),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_endless),
		cmocka_unit_test(test_empty_lines),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_chunked),
		cmocka_unit_test(test_chunked_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
