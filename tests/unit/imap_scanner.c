/* SPDX-License-Identifier: ISC */
/* The IMAP response reader: tables of responses, in any pieces; its limits; the guard before it. */
#include "backends/imap/scanner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "backends/imap/guard.h"
#include "bridge/base/buf.h"
#include "bridge/base/limits.h"
#include "tests/helper/imap_dump.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Scans everything in pieces of `step` bytes; each response a line, "BAD reason" at the end. */
static void
scanned(struct imap_scanner *scanner, const char *data, size_t len, size_t step, struct buf *out)
{
	size_t at = 0, used;

	while (at < len) {
		size_t n = len - at < step ? len - at : step;

		switch (imap_scan(scanner, data + at, n, &used)) {
		case SCAN_MORE:
			assert_int_equal(used, n);
			break;
		case SCAN_DONE:
			imap_dump(&scanner->response, out);
			buf_putc(out, '\n');
			break;
		case SCAN_BAD:
			buf_printf(out, "BAD %s\n", scanner->error);
			return;
		}
		at += used;
	}
}

static const struct {
	const char *in, *want;
} responses[] = {
	{ "* OK ready\r\n", "* OK ready\n" },
	{ "* OK\r\n", "* OK\n" },
	{ "* PREAUTH [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi (there \"x {5}\r\n",
	    "* PREAUTH [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi (there \"x {5}\n" },
	{ "17 NO [authenticationfailed] sorry\r\n", "17 NO [AUTHENTICATIONFAILED] sorry\n" },
	{ "1 OK [COPYUID 7 1:3,9 4:6,10] Done\r\n", "1 OK [COPYUID 7 1:3,9 4:6,10] Done\n" },
	{ "* OK [PERMANENTFLAGS (\\Seen \\* $Forwarded)] x\r\n",
	    "* OK [PERMANENTFLAGS (\\Seen \\* $Forwarded)] x\n" },
	{ "* OK [BADCODE no end\r\n", "* OK [BADCODE no end]\n" },
	{ "+ idling\r\n+\r\n+ \r\n", "+  idling\n+ \n+ \n" },
	{ "* 12 EXISTS\r\n* 3 EXPUNGE\n", "* EXISTS #12\n* EXPUNGE #3\n" },
	{ "* search 1 2 3\r\n* SEARCH\r\n", "* SEARCH 1 2 3\n* SEARCH\n" },
	{ "* ESEARCH (TAG \"7\") UID ALL 1:3,5\r\n", "* ESEARCH (TAG \"7\") UID ALL 1:3,5\n" },
	{ "* VANISHED (EARLIER) 1:5\r\n", "* VANISHED (EARLIER) 1:5\n" },
	{ "* LIST (\\HasNoChildren \\Sent) \"/\" \"a \\\"b\\\" \\\\c\"\r\n",
	    "* LIST (\\HasNoChildren \\Sent) \"/\" \"a \"b\" \\c\"\n" },
	{ "* LIST () NIL [Gmail]/foo[bar\r\n", "* LIST () NIL [Gmail]/foo[bar\n" },
	{ "* LIST () \".\" {5}\r\na b)c\r\n", "* LIST () \".\" \"a b)c\"\n" },
	{ "* STATUS {3+}\r\na\"b (MESSAGES 3)\r\n", "* STATUS \"a\"b\" (MESSAGES 3)\n" },
	{ "* 1 FETCH (UID 9 BODY[HEADER.FIELDS (DATE \"X ]\" FROM)]<0> {4}\r\nab\r\n FLAGS ())\r\n",
	    "* FETCH #1 (UID 9 BODY[HEADER.FIELDS (DATE \"X ]\" FROM)]<0> \"ab\r\n\" FLAGS ())\n" },
	{ "* 1 FETCH (BODY[] {0}\r\n BINARY[1] ~{2}\r\nxy)\r\n",
	    "* FETCH #1 (BODY[] \"\" BINARY[1] \"xy\")\n" },
	{ "* 1 FETCH (BODYSTRUCTURE ((\"a\" NIL)(\"b\")\"mixed\"))\r\n",
	    "* FETCH #1 (BODYSTRUCTURE ((\"a\" NIL) (\"b\") \"mixed\"))\n" },
	{ "* 4294967295 EXISTS\r\n* 4294967296 EXISTS\r\n",
	    "* EXISTS #4294967295\n* 4294967296 EXISTS\n" },
	{ "\r\n* OK a\r\n\r\n* OK b\r\n", "* OK a\n* OK b\n" },
	{ "* X {3}x\r\n", "BAD broken literal\n" },
	{ "* X {}\r\n", "BAD literal too large or without a size\n" },
	{ "* X {99999999999999}\r\n", "BAD broken literal\n" },
	{ "* X {4294967295}\r\n", "BAD literal too large or without a size\n" },
	{ "* X (a\r\n", "BAD list not closed\n" },
	{ "* X a)\r\n", "BAD closing parenthesis without an opening one\n" },
	{ "* X \"a\r\n", "BAD string not closed\n" },
	{ "* 1 FETCH (BODY[1\r\n", "BAD section not closed\n" },
	{ "*\r\n", "BAD response without a word\n" },
	{ "* 5\r\n", "BAD response without a word\n" },
};

static void
test_responses(void **state)
{
	static const size_t steps[] = { 1, 2, 3, 7, 4096 };

	(void)state;
	for (size_t i = 0; i < COUNT(responses); i++)
		for (size_t k = 0; k < COUNT(steps); k++) {
			struct imap_scanner *scanner = imap_scanner_new();
			struct buf out;

			buf_init(&out, 1 << 16);
			scanned(scanner, responses[i].in, strlen(responses[i].in), steps[k], &out);
			assert_string_equal(buf_str(&out), responses[i].want);
			buf_free(&out);
			imap_scanner_free(&scanner);
		}
}

/* What the limits are tested with: head, then `n` times a piece, then a tail. */
struct flood {
	const char *head, *piece, *tail;
	size_t n;
	const char *want;	/* how the dump ends */
};

static const struct flood floods[] = {
	/* deeper than is kept, but well-formed: the rest of the answer is still of use */
	{ "* 1 FETCH (UID 5 BODYSTRUCTURE ", "(", "", 100000, "BAD" },
	{ "* 1 FETCH (UID 5 X ", "()", ")\r\n* OK next\r\n", 1000, "* OK next\n" },
	{ "* SEARCH", " 1234567", "\r\n* OK next\r\n", 500000, " (cut)\n* OK next\n" },
	{ "* X \"", "aaaaaaaaaa", "\" b\r\n* OK next\r\n", 300000, " (cut)\n* OK next\n" },
	{ "* OK ", "aaaaaaaaaa", "\r\n* OK next\r\n", 300000, "* OK next\n" },
	{ "* X", " {0}\r\n", "\r\n* OK next\r\n", 300000, " (cut)\n* OK next\n" },
	{ "", "x", "", 70000000, "BAD response too long\n" },
};

static void
test_limits(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(floods); i++) {
		const struct flood *f = &floods[i];
		struct imap_scanner *scanner = imap_scanner_new();
		struct buf in, out;
		clock_t begun = clock();
		const char *text;

		buf_init(&in, 80000000);
		buf_init(&out, 80000000);
		buf_puts(&in, f->head);
		for (size_t k = 0; k < f->n; k++)
			buf_puts(&in, f->piece);
		buf_puts(&in, *f->tail ? f->tail : "\r\n");
		assert_false(in.failed);
		scanned(scanner, buf_str(&in), in.len, 16384, &out);
		text = buf_str(&out);
		if (strcmp(f->want, "BAD") == 0)
			assert_int_equal(strncmp(text, "BAD", 3), 0);
		else
			assert_string_equal(text + out.len - strlen(f->want), f->want);
		assert_true((double)(clock() - begun) / CLOCKS_PER_SEC < 5);
		buf_free(&in);
		buf_free(&out);
		imap_scanner_free(&scanner);
	}
}

/* A list nested deeper than is kept: cut, and back in step behind it. */
static void
test_depth(void **state)
{
	struct imap_scanner *scanner = imap_scanner_new();
	char data[4096];
	size_t used, n = 0;
	const struct imap_value *v;
	unsigned depth = 0;

	(void)state;
	n += (size_t)snprintf(data, sizeof(data), "* 1 FETCH (UID 7 X ");
	for (unsigned i = 0; i < 900; i++)
		data[n++] = '(';
	for (unsigned i = 0; i < 900; i++)
		data[n++] = ')';
	n += (size_t)snprintf(data + n, sizeof(data) - n, " FLAGS (\\Seen))\r\n");
	assert_int_equal(imap_scan(scanner, data, n, &used), SCAN_DONE);
	assert_true(scanner->response.cut);
	v = imap_list(scanner->response.values);
	assert_true(imap_is(imap_list(imap_find(v, "FLAGS")), "\\seen"));
	for (v = imap_find(v, "X"); v; v = imap_list(v))
		depth++;
	assert_int_equal(depth, SCAN_DEPTH - 1);
	imap_scanner_free(&scanner);
}

struct bucket {
	struct imap_sink sink;
	size_t n;
};

static bool
bucket_write(struct imap_sink *sink, const void *data, size_t n)
{
	struct bucket *bucket = (struct bucket *)(void *)sink;

	(void)data;
	bucket->n += n;
	return bucket->n < 1000000;
}

static struct imap_sink *
bucket_offer(void *ctx, const struct imap_value *key, uint64_t size)
{
	struct bucket *bucket = ctx;

	return imap_is(key, "BODY[1]") && size > 4 ? &bucket->sink : NULL;
}

static void
test_sink(void **state)
{
	static const char data[] = "* 1 FETCH (BODY[2] {5}\r\nabcde BODY[1] {8}\r\n12345678)\r\n"
	    "* 2 FETCH (BODY[1] {4}\r\nwxyz)\r\n";
	struct bucket bucket = { .sink.write = bucket_write };
	struct imap_scanner *scanner = imap_scanner_new();
	struct buf out;

	(void)state;
	scanner->literal = bucket_offer;
	scanner->ctx = &bucket;
	buf_init(&out, 4096);
	scanned(scanner, data, strlen(data), 3, &out);
	assert_string_equal(buf_str(&out),
	    "* FETCH #1 (BODY[2] \"abcde\" BODY[1] <8>)\n* FETCH #2 (BODY[1] \"wxyz\")\n");
	assert_int_equal(bucket.n, 8);
	buf_free(&out);
	imap_scanner_free(&scanner);
}

static void
test_values(void **state)
{
	static const struct {
		const char *text;
		uint64_t max;
		bool ok;
		uint64_t want;
	} cases[] = {
		{ "0", 10, true, 0 }, { "10", 10, true, 10 }, { "11", 10, false, 0 },
		{ "", 10, false, 0 }, { "1x", 10, false, 0 }, { "-1", 10, false, 0 },
		{ "9223372036854775807", INT64_MAX, true, INT64_MAX },
		{ "9223372036854775808", INT64_MAX, false, 0 },
		{ "99999999999999999999", UINT64_MAX, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct imap_value value = { .kind = IMAP_ATOM, .text = cases[i].text,
			.len = strlen(cases[i].text) };
		uint64_t n = 77;

		assert_int_equal(imap_number(&value, cases[i].max, &n), cases[i].ok);
		assert_int_equal(n, cases[i].ok ? cases[i].want : 77);
	}
	assert_null(imap_text(NULL));
	assert_null(imap_list(NULL));
	assert_null(imap_find(NULL, "X"));
	assert_false(imap_is(NULL, "X"));
}

static void
line_count(void *ctx, const char *line)
{
	struct buf *out = ctx;

	buf_puts(out, line);
	buf_putc(out, '|');
}

static void
test_guard(void **state)
{
	static const struct {
		const char *in;
		bool strict, ok;
		const char *want;	/* lines as the trace has them */
	} cases[] = {
		{ "* OK a\r\n* 1 FETCH (BODY[] {3}\r\n(\r\n X)\r\n", true, true,
		    "* OK a|* 1 FETCH (BODY[] {3} X)|" },
		{ "* OK quote \" open\r\n* X {2}\r\n))\r\n", true, true,
		    "* OK quote \" open|* X {2}|" },
		{ "* X \"{999999999999}\"\r\n* Y\r\n", true, true, "* X \"{999999999999}\"|* Y|" },
		{ "* X {4294967295}\r\n", true, false, "" },
		{ "* X {4294967295}\r\n", false, false, "" },
		{ "* X {99999999999999999999999}\r\n", false, false, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t step = 1; step < 50; step += 16) {
			struct guard guard;
			struct buf out;
			size_t len = strlen(cases[i].in);
			bool ok = true;

			buf_init(&out, 4096);
			guard_init(&guard, line_count, &out);
			guard.strict = cases[i].strict;
			for (size_t at = 0; at < len && ok; at += step)
				ok = guard_feed(&guard, cases[i].in + at,
				    len - at < step ? len - at : step);
			assert_int_equal(ok, cases[i].ok);
			assert_string_equal(buf_str(&out), cases[i].want);
			buf_free(&out);
		}
}

static bool
flood_passes(const char *piece, size_t n, bool strict)
{
	struct guard guard;
	bool ok = true;

	guard_init(&guard, NULL, NULL);
	guard.strict = strict;
	for (size_t i = 0; i < n && ok; i++)
		ok = guard_feed(&guard, piece, strlen(piece));
	return ok;
}

static void
test_guard_limits(void **state)
{
	(void)state;
	assert_true(flood_passes("(", LIMIT_UPSTREAM_NESTING, true));
	assert_false(flood_passes("(", LIMIT_UPSTREAM_NESTING + 1, true));
	assert_true(flood_passes("(", 100000, false));
	assert_true(flood_passes("()", 100000, true));
	assert_false(flood_passes("a", LIMIT_UPSTREAM_LINE + 1, true));
	assert_true(flood_passes("a\r\n", LIMIT_UPSTREAM_LINE, true));
	/* a line does not get shorter by literals in it */
	assert_false(flood_passes("abc {1}\r\nx", LIMIT_UPSTREAM_LINE / 6, true));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_responses),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_sink),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_guard),
		cmocka_unit_test(test_guard_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
