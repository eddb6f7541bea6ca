/* SPDX-License-Identifier: ISC */
/* date: every form both ways, hostile forms, the whole calendar against the C library. */
#include "bridge/base/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

enum { REFUSED = -1 };

struct date_case {
	const char *in;
	int64_t want;	/* REFUSED */
};

static void
parse_all(bool (*parse)(const char *, int64_t *), const struct date_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int64_t got = REFUSED;
		bool ok = parse(cases[i].in, &got);

		if (ok != (cases[i].want != REFUSED) || got != cases[i].want)
			fail_msg("\"%s\": %d, %lld instead of %lld", cases[i].in, ok,
				(long long)got, (long long)cases[i].want);
	}
}

static void
test_eas(void **state)
{
	static const struct date_case cases[] = {
		{ "2026-01-05T10:00:00.000Z", 1767607200 }, { "2026-01-05T10:00:00Z", 1767607200 },
		{ "20260105T100000Z", 1767607200 }, { "20260105T100000.123Z", 1767607200 },
		{ "2026-01-05T10:00:00.999999999Z", 1767607200 },
		{ "2026-01-05T10:00Z", 1767607200 },
		{ "20260105T1000Z", 1767607200 }, { "2026-01-05T10:00:00", 1767607200 },
		{ "2026-01-05", 1767571200 }, { "20260105", 1767571200 },
		{ " 2026-01-05T10:00:00Z\r\n", 1767607200 }, { "1970-01-01T00:00:00.000Z", 0 },
		{ "0001-01-01T00:00:00Z", -62135596800 }, { "9999-12-31T23:59:59Z", 253402300799 },
		{ "2024-02-29T00:00:00Z", 1709164800 }, { "2016-12-31T23:59:60Z", 1483228800 },
		{ "2026-0105T10:00:00Z", REFUSED }, { "20261-05T10:00:00Z", REFUSED },
		{ "2026-02-29T00:00:00Z", REFUSED }, { "2026-13-01T00:00:00Z", REFUSED },
		{ "2026-00-01T00:00:00Z", REFUSED }, { "0000-01-01T00:00:00Z", REFUSED },
		{ "2026-01-05T24:00:00Z", REFUSED }, { "2026-01-05T10:60:00Z", REFUSED },
		{ "2026-01-05T10:00:61Z", REFUSED }, { "2026-01-05T10:00:00+01:00", REFUSED },
		{ "2026-01-05T10:00:00.Z", REFUSED }, { "2026-01-05T", REFUSED },
		{ "2026-01-05T1", REFUSED }, { "2026-01-05T10:", REFUSED }, { "2026-1-5", REFUSED },
		{ "12026-01-05", REFUSED }, { "-026-01-05", REFUSED }, { "", REFUSED },
		{ "T", REFUSED },
		{ "2026-01-05T10:00:00ZZ", REFUSED }, { "tomorrow", REFUSED },
	};

	(void)state;
	parse_all(date_parse_eas, cases, COUNT(cases));
}

static void
test_mail(void **state)
{
	static const struct date_case cases[] = {
		{ "Mon, 05 Jan 2026 10:00:00 +0000", 1767607200 },
		{ "Mon, 5 Jan 2026 11:00:00 +0100", 1767607200 },
		{ "5 Jan 2026 10:00 GMT", 1767607200 },
		{ "Mon,5 Jan 2026 05:00:00 -0500", 1767607200 },
		{ "Mon, 5 Jan 2026 05:00:00 EST", 1767607200 },
		{ "Mon, 5 Jan 2026 03:00:00 pdt", 1767607200 },
		{ "Mon, 5 Jan 26 10:00:00 UT", 1767607200 }, { "5 Jan 99 10:00:00 Z", 915530400 },
		{ "5 Jan 126 10:00:00 Z", 1767607200 },
		{ "Mon (Monday), 5 (fifth) Jan 2026 (a (nested) \\) one) 10:00:00 +0000 (UTC)",
		  1767607200 },
		{ "Mon, 5 January 2026 10:00:00 +0000", 1767607200 },
		{ "05-Jan-2026 10:00:00 +0000", 1767607200 },
		{ "Mon, 5 Jan 2026 10:00:00", 1767607200 },
		{ "Fri, 5 Jan 2026 10:00:00 CET", 1767607200 },
		{ "Mon,\r\n 5 Jan 2026\r\n\t10:00:00 +0000", 1767607200 },
		{ "", REFUSED }, { "Mon", REFUSED }, { "Mon, 32 Jan 2026 10:00:00 +0000", REFUSED },
		{ "Mon, 5 Foo 2026 10:00:00 +0000", REFUSED }, { "Mon, 5 Jan 2026", REFUSED },
		{ "Mon, 5 Jan 2026 25:00:00 +0000", REFUSED },
		{ "Mon, 5 Jan 2026 10:00:00 +99", REFUSED },
		{ "Mon, 5 Jan 2026 10:00:00 +0060", REFUSED }, { "((((((((((((((((((", REFUSED },
		{ "Mon, 5 Jan 2026 10:00:00 +9999", REFUSED }, { "5 J", REFUSED },
		{ "5 Ja", REFUSED },
	};

	(void)state;
	parse_all(date_parse_mail, cases, COUNT(cases));
}

static void
test_imap(void **state)
{
	static const struct date_case cases[] = {
		{ "05-Jan-2026 10:00:00 +0000", 1767607200 },
		{ " 5-Jan-2026 11:00:00 +0100", 1767607200 },
		{ "05-jan-2026 04:30:00 -0530", 1767607200 },
		{ "5-Jan-2026 10:00:00 +0000", 1767607200 },
		{ "", REFUSED }, { "05-Jan-2026", REFUSED },
		{ "05-Jan-26 10:00:00 +0000", REFUSED },
		{ "05-Jan-2026 10:00:00", REFUSED }, { "05-Jan-2026 10:00:00 GMT", REFUSED },
		{ "31-Feb-2026 10:00:00 +0000", REFUSED },
		{ "05-Jan-2026 10:00:00 +0000x", REFUSED },
	};

	(void)state;
	parse_all(date_parse_imap, cases, COUNT(cases));
}

static void
test_print(void **state)
{
	char text[DATE_TEXT];

	(void)state;
	date_print_dashed(1767607200, text);
	assert_string_equal(text, "2026-01-05T10:00:00.000Z");
	date_print_compact(1767607200, text);
	assert_string_equal(text, "20260105T100000Z");
	date_print_mail(1767607200, 60, text);
	assert_string_equal(text, "Mon, 05 Jan 2026 11:00:00 +0100");
	date_print_mail(1767607200, -570, text);
	assert_string_equal(text, "Mon, 05 Jan 2026 00:30:00 -0930");
	date_print_mail(INT64_MAX, 60, text);
	assert_string_equal(text, "Fri, 31 Dec 9999 23:59:59 +0100");
	date_print_http(1767607200, text);
	assert_string_equal(text, "Mon, 05 Jan 2026 10:00:00 GMT");
	date_print_imap(1767607200, text);
	assert_string_equal(text, "05-Jan-2026 10:00:00 +0000");
	date_print_imap_day(1767607200, text);
	assert_string_equal(text, "5-Jan-2026");
	date_print_dashed(INT64_MIN, text);
	assert_string_equal(text, "0001-01-01T00:00:00.000Z");
	date_print_dashed(INT64_MAX, text);
	assert_string_equal(text, "9999-12-31T23:59:59.000Z");
}

/* Every 38 days and some hours over the years 1..9999, and each form read back. */
static void
test_calendar(void **state)
{
	(void)state;
	for (int64_t t = -62135596800; t <= 253402300799; t += 32767 * 101) {
		struct date_parts p;
		time_t unix_time = (time_t)t;
		char text[DATE_TEXT];
		int64_t back = 1;
		struct tm tm;

		gmtime_r(&unix_time, &tm);
		date_to_parts(t, &p);
		if (p.year != tm.tm_year + 1900 || p.month != tm.tm_mon + 1 ||
			p.day != tm.tm_mday ||
			p.hour != tm.tm_hour || p.minute != tm.tm_min || p.second != tm.tm_sec ||
			p.weekday != tm.tm_wday)
			fail_msg("calendar differs at %lld", (long long)t);
		assert_true(date_from_parts(&p, &back));
		assert_int_equal(back, t);
		date_print_dashed(t, text);
		assert_true(date_parse_eas(text, &back));
		assert_int_equal(back, t);
		date_print_compact(t, text);
		assert_true(date_parse_eas(text, &back));
		assert_int_equal(back, t);
		date_print_imap(t, text);
		assert_true(date_parse_imap(text, &back));
		assert_int_equal(back, t);
	}
}

static void
test_clock(void **state)
{
	int64_t wall = now_s(), mono = now_ms();

	(void)state;
	assert_in_range(wall, time(NULL) - 2, time(NULL) + 2);
	clock_set_offset(3600 * 1000);
	assert_in_range(now_s(), wall + 3600, wall + 3602);
	assert_in_range(now_ms(), mono + 3600000, mono + 3602000);
	clock_set_offset(0);
	assert_in_range(now_s(), wall, wall + 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_eas),
		cmocka_unit_test(test_mail),
		cmocka_unit_test(test_imap),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_calendar),
		cmocka_unit_test(test_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
