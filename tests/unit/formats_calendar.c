/* SPDX-License-Identifier: ISC */
/* Invitations: rules, zones, ids, and hostile calendars. */
#include "backends/formats/calendarmail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "backends/formats/contentline.h"
#include "backends/formats/globalid.h"
#include "backends/formats/recurrence.h"
#include "backends/formats/zone.h"
#include "bridge/base/arena.h"
#include "bridge/base/codec.h"
#include "bridge/base/crypto.h"
#include "bridge/base/date.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* 2026-01-05 10:00, a Monday. */
#define MONDAY INT64_C(1767607200)

static void
test_rules(void **state)
{
	static const struct {
		const char *rule;
		int type; /* -1: not expressible */
		int interval, days, day, week, month, count;
	} cases[] = {
		{ "FREQ=DAILY", 0, 1, 0, 0, 0, 0, 0 },
		{ "FREQ=DAILY;INTERVAL=3;COUNT=5", 0, 3, 0, 0, 0, 0, 5 },
		{ "FREQ=WEEKLY", 1, 1, 2, 0, 0, 0, 0 },
		{ "freq=weekly;byday=MO,WE,FR;wkst=SU", 1, 1, 42, 0, 0, 0, 0 },
		{ "FREQ=MONTHLY", 2, 1, 0, 5, 0, 0, 0 },
		{ "FREQ=MONTHLY;BYMONTHDAY=31", 2, 1, 0, 31, 0, 0, 0 },
		{ "FREQ=MONTHLY;BYMONTHDAY=-1", 3, 1, 127, 0, 5, 0, 0 },
		{ "FREQ=MONTHLY;BYDAY=2TU", 3, 1, 4, 0, 2, 0, 0 },
		{ "FREQ=MONTHLY;BYDAY=-1FR", 3, 1, 32, 0, 5, 0, 0 },
		{ "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", 3, 1, 62, 0, 5, 0, 0 },
		{ "FREQ=YEARLY", 5, 1, 0, 5, 0, 1, 0 },
		{ "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24", 5, 1, 0, 24, 0, 12, 0 },
		{ "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", 6, 1, 1, 0, 5, 3, 0 },
		{ "FREQ=HOURLY", -1, 0, 0, 0, 0, 0, 0 },
		{ "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=31", -1, 0, 0, 0, 0, 0, 0 },
		{ "FREQ=MINUTELY", -1, 0, 0, 0, 0, 0, 0 },
		{ "FREQ=MONTHLY;BYMONTHDAY=1,15", -1, 0, 0, 0, 0, 0, 0 },
		{ "FREQ=MONTHLY;BYDAY=1MO,3MO", -1, 0, 0, 0, 0, 0, 0 },
		{ "FREQ=WEEKLY;INTERVAL=0", -1, 0, 0, 0, 0, 0, 0 },
		{ "FREQ=WEEKLY;INTERVAL=99999999999999999999", -1, 0, 0, 0, 0, 0, 0 },
		{ "FREQ=YEARLY;BYWEEKNO=20", -1, 0, 0, 0, 0, 0, 0 },
		{ "FREQ=WEEKLY;BYDAY=XX", -1, 0, 0, 0, 0, 0, 0 },
		{ "", -1, 0, 0, 0, 0, 0, 0 },
		{ "FREQ", -1, 0, 0, 0, 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct recurrence got = { 0 };

		if (recurrence_from_rule(cases[i].rule, MONDAY, &got) != (cases[i].type >= 0))
			fail_msg("%s", cases[i].rule);
		if (cases[i].type < 0)
			continue;
		assert_int_equal(got.type, cases[i].type);
		assert_int_equal(got.interval, cases[i].interval);
		assert_int_equal(got.day_of_week, cases[i].days);
		assert_int_equal(got.day_of_month, cases[i].day);
		assert_int_equal(got.week_of_month, cases[i].week);
		assert_int_equal(got.month_of_year, cases[i].month);
		assert_int_equal(got.occurrences, cases[i].count);
	}
}

#define OBSERVANCE(kind, start, to, rule) \
	"BEGIN:" kind "\nDTSTART:" start "\nTZOFFSETTO:" to "\nRRULE:FREQ=YEARLY;" rule \
	"\nEND:" kind "\n"

static void
test_zones(void **state)
{
	/* digests of the blobs: the vectors of the protocol notes */
	static const struct {
		const char *text, *digest;
		const char *local, *utc; /* a time in summer */
	} cases[] = {
		{ OBSERVANCE("STANDARD", "19961027T030000", "+0100", "BYMONTH=10;BYDAY=-1SU")
		    OBSERVANCE("DAYLIGHT", "19810329T020000", "+0200", "BYMONTH=3;BYDAY=-1SU"),
		    "32990d5850fe9f075c0e60e057bf2c00adfeb5dd81e27902e66a685c3a116d97",
		    "20260706T100000", "20260706T080000" },
		{ OBSERVANCE("DAYLIGHT", "20070311T020000", "-0400", "BYMONTH=3;BYDAY=2SU")
		    OBSERVANCE("STANDARD", "20071104T020000", "-0500", "BYMONTH=11;BYDAY=1SU")
		    OBSERVANCE("STANDARD", "19671029T020000", "-0500", "BYMONTH=10;BYDAY=-1SU"),
		    "ae7d7bb7955746ea4edfe7ef50ba804c5d1fe45bb81b619944fba34e6653294c",
		    "20260706T100000", "20260706T140000" },
		{ OBSERVANCE("STANDARD", "20080406T030000", "+1000", "BYMONTH=4;BYDAY=1SU")
		    OBSERVANCE("DAYLIGHT", "20081005T020000", "+1100", "BYMONTH=10;BYDAY=1SU"),
		    "eb82490ae8019741ea47e98d8fa23f9597007d735d3d9f727520d0a765fd50ea",
		    "20260106T100000", "20260105T230000" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena *arena = arena_new(0);
		struct zones zones = { .arena = arena };
		struct contentline_reader reader;
		char *text = arena_printf(arena, "TZID:Here\n%sEND:VTIMEZONE\n", cases[i].text);
		char digest[2 * SHA256_SIZE + 1];
		int64_t local, utc;
		struct bytes blob;

		contentline_init(&reader, arena, text, strlen(text));
		zone_read(&zones, &reader);
		blob = zone_blob(arena, zone_find(&zones, "here"));
		crypto_sha256_hex(blob.data, blob.len, digest);
		assert_string_equal(digest, cases[i].digest);
		assert_true(date_parse_eas(cases[i].local, &local));
		assert_true(date_parse_eas(cases[i].utc, &utc));
		assert_int_equal(zone_to_utc(zone_find(&zones, "Here"), local), utc);
		arena_free(&arena);
	}
}

static void
test_ids(void **state)
{
	static const struct {
		const char *uid;
		int64_t instance;
		const char *hex;
	} cases[] = {
		{ "abc-123@example.com", 0,
		    "040000008200e00074c5b7101a82e0080000000000000000000000000000000000000000"
		    "200000007643616c2d556964010000006162632d313233406578616d706c652e636f6d00" },
		{ "040000008200E00074C5B7101A82E00800000000A0B1C2D3E4F5DA01000000000000000004000000"
		    "01020304", 0, "040000008200e00074c5b7101a82e00800000000a0b1c2d3e4f5da01"
		    "00000000000000000400000001020304" },
		{ "040000008200E00074C5B7101A82E00800000000A0B1C2D3E4F5DA01000000000000000004000000"
		    "01020304", MONDAY, "040000008200e00074c5b7101a82e00807ea0105a0b1c2d3e4f5da01"
		    "00000000000000000400000001020304" },
		{ "", 0, "040000008200e00074c5b7101a82e0080000000000000000000000000000000000000000"
		    "0d0000007643616c2d5569640100000000" },
	};
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bytes got = globalid_from_uid(arena, cases[i].uid, cases[i].instance);
		char hex[1024];

		hex_encode(got.data, got.len, hex);
		assert_string_equal(hex, cases[i].hex);
	}
	arena_free(&arena);
}

static void
test_lines(void **state)
{
	static const char text[] = "NAME;P=\"a:b;c\";Q=d:va\r\n lue\\, \\n\n\nNOCOLON\nx:y";
	struct arena *arena = arena_new(0);
	struct contentline_reader reader;
	struct contentline line;

	(void)state;
	contentline_init(&reader, arena, text, strlen(text));
	assert_true(contentline_next(&reader, &line));
	assert_string_equal(line.name, "NAME");
	assert_string_equal(line.value, "value\\, \\n");
	assert_string_equal(contentline_text(arena, line.value), "value, \n");
	assert_string_equal(contentline_param(arena, &line, "p"), "a:b;c");
	assert_string_equal(contentline_param(arena, &line, "Q"), "d");
	assert_null(contentline_param(arena, &line, "R"));
	assert_true(contentline_next(&reader, &line));
	assert_string_equal(line.name, "X");
	assert_false(contentline_next(&reader, &line));
	arena_free(&arena);
}

static void
test_hostile(void **state)
{
	static const char *const units[] = { "BEGIN:VEVENT\n", "BEGIN:VTIMEZONE\nBEGIN:STANDARD\n",
		"BEGIN:VCALENDAR\n", "BEGIN:VEVENT\nDTSTART:20260105\nEND:VEVENT\n", "X:\n ",
		"A;B=\"",
		"BEGIN:VEVENT\nBEGIN:VALARM\n", "END:VEVENT\n", "ATTENDEE;RSVP=TRUE:x\n", ":\n" };

	(void)state;
	for (size_t i = 0; i < COUNT(units); i++) {
		struct arena *arena = arena_new(64 * 1024 * 1024);
		size_t unit = strlen(units[i]), n = 1024 * 1024 / unit * unit;
		char *text = arena_alloc(arena, n + 1);
		int64_t start = now_ms();

		for (size_t at = 0; at < n; at += unit)
			memcpy(text + at, units[i], unit);
		calendar_meeting(arena, text, n);
		calendar_method(arena, text, n);
		calendar_class(arena, "REPLY", text, n);
		calendar_description(arena, text, n);
		arena_free(&arena);
		assert_true(now_ms() - start < 3000);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_zones),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
