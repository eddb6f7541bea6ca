/* SPDX-License-Identifier: ISC */
/*
 * sync.log: the exact form of its lines, which programs rely on, and what the
 * filter of contrib/fail2ban makes of them, also where a client chose its name
 * with malice.
 */
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bridge/base/log.h"
#include "bridge/synclog.h"

/* want: behind the time stamp.  host: whom fail2ban counts, NULL for nobody. */
static const struct {
	struct synclog line;
	const char *want, *host;
} cases[] = {
	{ { .ms = -1, .up_ms = -1, .bytes_in = -1, .bytes_out = -1 },
		"id=- user=- device=- type=- version=- cmd=- collections=- in=- out=- status=- "
		"http=- ms=- up_ms=- bytes_in=- bytes_out=- reason=-", NULL },
	{ { .id = "4f2a1c07", .user = "alice@example.org", .device = "ABC123", .type = "iPhone",
		.version = "14.1", .cmd = "Sync", .collections = "5:12>13,7:3>3", .in = "",
		.out = "add=25", .status = 1, .http = 200, .ms = 41, .up_ms = 30, .bytes_in = 210,
		.bytes_out = 48211 },
		"id=4f2a1c07 user=alice@example.org device=ABC123 type=iPhone version=14.1 "
		"cmd=Sync collections=5:12>13,7:3>3 in=- out=\"add=25\" status=1 http=200 ms=41 "
		"up_ms=30 bytes_in=210 bytes_out=48211 reason=-", NULL },
	{ { .id = "1", .user = "bob", .http = 401, .reason = "wrong credentials, or not permitted",
		.event = "auth-failed", .peer = "203.0.113.7" },
		"id=1 user=bob device=- type=- version=- cmd=- collections=- in=- out=- status=- "
		"http=401 ms=0 up_ms=0 bytes_in=0 bytes_out=0 "
		"reason=\"wrong credentials, or not permitted\" event=auth-failed peer=203.0.113.7",
		"203.0.113.7" },
	{ { .id = "1", .user = "a\" http=401 event=auth-failed peer=192.0.2.1\nx", .http = 401,
		.event = "auth-failed", .peer = "2001:db8::7" },
		"id=1 user=\"a\\\" http=401 event=auth-failed peer=192.0.2.1\\x0ax\" device=- "
		"type=- version=- cmd=- collections=- in=- out=- status=- http=401 ms=0 up_ms=0 "
		"bytes_in=0 bytes_out=0 reason=- event=auth-failed peer=2001:db8::7",
		"2001:db8::7" },
	{ { .id = "1", .user = "x http=401 x event=auth-failed peer=192.0.2.1", .status = 1,
		.http = 200, .reason = "x http=401 x event=auth-failed peer=192.0.2.1" },
		"id=1 user=\"x http=401 x event=auth-failed peer=192.0.2.1\" device=- type=- "
		"version=- cmd=- collections=- in=- out=- status=1 http=200 ms=0 up_ms=0 "
		"bytes_in=0 bytes_out=0 reason=\"x http=401 x event=auth-failed peer=192.0.2.1\"",
		NULL },
	{ { .id = "1", .user = "bob", .http = 200, .event = "parked" },
		"id=1 user=bob device=- type=- version=- cmd=- collections=- in=- out=- status=- "
		"http=200 ms=0 up_ms=0 bytes_in=0 bytes_out=0 reason=- event=parked", NULL },
};

/* fail2ban's failregex with <HOST> as a group. */
static void
filter_load(regex_t *ret_filter)
{
	FILE *file = fopen(TEST_TOP "/contrib/fail2ban/filter.d/easbridge.conf", "r");
	char line[400], pattern[400] = "";

	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL) {
		const char *host = strstr(line, "<HOST>");

		if (strncmp(line, "failregex = ", 12) == 0 && host != NULL)
			snprintf(pattern, sizeof(pattern), "%.*s([0-9a-f.:]+)%.*s",
				(int)(host - line - 12), line + 12,
				(int)strcspn(host + 6, "\n"), host + 6);
	}
	fclose(file);
	assert_true(pattern[0] != '\0');
	assert_int_equal(regcomp(ret_filter, pattern, REG_EXTENDED), 0);
}

static void
filter_check(const regex_t *filter, const char *line, const char *host)
{
	regmatch_t match[2];
	int found = regexec(filter, line, 2, match, 0) == 0;

	assert_int_equal(found, host != NULL);
	if (!found)
		return;
	assert_int_equal(match[1].rm_eo - match[1].rm_so, strlen(host));
	assert_memory_equal(line + match[1].rm_so, host, strlen(host));
}

static void
test_lines(void **state)
{
	char path[] = "/tmp/synclog-XXXXXX", line[5000];
	int fd = mkstemp(path);
	regex_t filter;
	FILE *file;

	(void)state;
	assert_true(fd >= 0 && synclog_open(path));
	filter_load(&filter);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		synclog_write(&cases[i].line);
	file = fdopen(fd, "r");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int year, month, day, hour, minute, second, ms, n = 0;

		assert_non_null(fgets(line, sizeof(line), file));
		line[strcspn(line, "\n")] = '\0';
		assert_int_equal(sscanf(line, "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ %n", &year, &month,
			&day, &hour, &minute, &second, &ms, &n), 7);
		assert_int_equal(n, 25);
		assert_string_equal(line + n, cases[i].want);
		filter_check(&filter, line + n, cases[i].host);
	}
	assert_null(fgets(line, sizeof(line), file));
	regfree(&filter);
	fclose(file);
	synclog_open(NULL);
	unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_lines) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
