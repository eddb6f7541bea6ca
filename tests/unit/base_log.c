/* SPDX-License-Identifier: ISC */
/* log: form of a line, levels, injection, cutting, rotation. */
#include "bridge/base/log.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bridge/base/codec.h"
#include "bridge/base/limits.h"

static char dir[] = "/tmp/easbridge-log-XXXXXX";
static char path[64], rotated[64], sync_path[64];
static char text[65536];

static const char *
read_file(const char *name)
{
	FILE *file = fopen(name, "r");
	size_t len;

	assert_non_null(file);
	len = fread(text, 1, sizeof(text) - 1, file);
	text[len] = '\0';
	fclose(file);
	return text;
}

static int
set_up(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/log", dir);
	snprintf(rotated, sizeof(rotated), "%s/log.1", dir);
	snprintf(sync_path, sizeof(sync_path), "%s/sync", dir);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	log_open(LOG_TO_STDERR, NULL, LEVEL_INFO);
	synclog_open(NULL);
	unlink(path);
	unlink(rotated);
	unlink(sync_path);
	return rmdir(dir);
}

static void
test_lines(void **state)
{
	const char *line;

	(void)state;
	assert_true(log_open(LOG_TO_FILE, path, LEVEL_INFO));
	errno = EPERM;
	log_event(LEVEL_INFO, "r1", "login", "user=%s error=%m", "bob");
	assert_int_equal(errno, EPERM);
	log_event(LEVEL_DEBUG, "r1", "unseen", NULL);
	log_event(LEVEL_ERROR, NULL, "plain", NULL);
	line = read_file(path);
	assert_memory_equal(line + 4, "-", 1);
	assert_memory_equal(line + 10, "T", 1);
	assert_memory_equal(line + 19, ".", 1);
	assert_memory_equal(line + 23, "Z info r1 login user=bob error=Operation not permitted\n",
		55);
	line = strchr(line, '\n') + 1;
	assert_string_equal(line + 23, "Z error - plain\n");
}

static void
test_injection(void **state)
{
	const char *line;

	(void)state;
	assert_true(log_open(LOG_TO_FILE, path, LEVEL_INFO));
	assert_int_equal(truncate(path, 0), 0);
	log_event(LEVEL_INFO, "a\nb", "x", "y=%s", "1\n2026 fake\r\x1b[2J\x7f");
	line = read_file(path);
	assert_string_equal(line + 23, "Z info a?b x y=1?2026 fake??[2J?\n");
}

static void
test_long(void **state)
{
	char big[2 * LIMIT_LOG_LINE];
	const char *line;

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(big); i += 2)
		memcpy(big + i, "\xc3\xa4", 2);
	big[sizeof(big) - 1] = '\0';
	for (unsigned shift = 0; shift < 2; shift++) {
		assert_int_equal(truncate(path, 0), 0);
		log_event(LEVEL_INFO, "-", "long", "v%s=%s", shift ? "v" : "", big);
		line = read_file(path);
		assert_in_range(strlen(line), LIMIT_LOG_LINE - 5, LIMIT_LOG_LINE - 1);
		assert_true(utf8_is_valid(line, strlen(line)));
		assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	}
}

static void
test_wire(void **state)
{
	const char *line;

	(void)state;
	assert_int_equal(truncate(path, 0), 0);
	log_wire("r1", "in", "not shown");
	log_set_level(LEVEL_WIRE);
	assert_int_equal(log_get_level(), LEVEL_WIRE);
	log_wire("r1", "in", "one\r\n\ntwo\x01");
	line = read_file(path);
	assert_string_equal(strchr(strchr(line, '\n') + 1, '\n') + 24,
		"Z wire r1 wire in | two?\n");
	assert_memory_equal(line + 23, "Z wire r1 wire in | one\n", 24);
	log_set_level(LEVEL_INFO);
}

static void
test_quote(void **state)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
		{ "word", "word" }, { "user@example.org", "user@example.org" }, { "", "\"\"" },
		{ NULL, "-" }, { "two words", "\"two words\"" }, { "a=b", "\"a=b\"" },
		{ "a\"b\\", "\"a\\\"b\\\\\"" }, { "a\nb\x7f", "\"a\\x0ab\\x7f\"" },
		{ "\xc3\xa4", "\xc3\xa4" }, { "0123456789012345678", "0123456789012345678" },
		{ "01234567890123456789", "\"01234567890123456\"" },
		{ "012345678901234567\n", "\"01234567890123456\"" },
		{ "01234567890123 \xc3\xa4\xc3\xa4", "\"01234567890123 \"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char quoted[20];

		assert_string_equal(log_quote(cases[i].in, quoted, sizeof(quoted)), cases[i].want);
	}
}

static void
test_rotation(void **state)
{
	(void)state;
	assert_int_equal(truncate(path, 0), 0);
	assert_true(synclog_open(sync_path));
	log_event(LEVEL_INFO, "-", "before", NULL);
	synclog_line("sync one");
	assert_int_equal(rename(path, rotated), 0);
	log_event(LEVEL_INFO, "-", "between", NULL);
	assert_true(log_reopen());
	log_event(LEVEL_INFO, "-", "after", NULL);
	synclog_line("sync\ntwo");
	assert_non_null(strstr(read_file(rotated), "between"));
	assert_null(strstr(read_file(path), "between"));
	assert_non_null(strstr(read_file(path), "after"));
	assert_string_equal(read_file(sync_path), "sync one\nsync?two\n");
}

static void
test_open(void **state)
{
	enum log_level level = LEVEL_INFO;

	(void)state;
	assert_false(log_open(LOG_TO_FILE, "/nonexistent/log", LEVEL_INFO));
	assert_false(synclog_open("/nonexistent/log"));
	log_event(LEVEL_INFO, "-", "still-here", NULL);
	assert_non_null(strstr(read_file(path), "still-here"));
	assert_true(log_level_parse("wire", &level));
	assert_int_equal(level, LEVEL_WIRE);
	assert_false(log_level_parse("loud", &level));
	assert_false(log_level_parse("", &level));
	assert_int_equal(level, LEVEL_WIRE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_injection),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_wire),
		cmocka_unit_test(test_quote),
		cmocka_unit_test(test_rotation),
		cmocka_unit_test(test_open),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
