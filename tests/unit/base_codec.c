/* SPDX-License-Identifier: ISC */
/* codec: tables for each encoding, streaming against one shot. */
#include "bridge/base/codec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bridge/base/arena.h"
#include "bridge/base/buf.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static void
test_base64_encode(void **state)
{
	/* RFC 4648, 10 */
	static const struct {
		const char *in, *want;
	} cases[] = {
		{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" },
		{ "\xff\xff\xfe\xfb", "///++w==" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[64];

		base64_encode(cases[i].in, strlen(cases[i].in), text);
		assert_string_equal(text, cases[i].want);
		assert_int_equal(base64_size(strlen(cases[i].in)), strlen(cases[i].want));
	}
}

static void
test_base64_decode(void **state)
{
	static const struct {
		const char *in, *want;	/* NULL: refused */
	} cases[] = {
		{ "", "" }, { "Zg==", "f" }, { "Zg", "f" }, { "Zg=", "f" }, { "Zm9vYg==", "foob" },
		{ "Zm9v YmFy\r\n", "foobar" }, { " Z\tg = = ", "f" },
		{ "___--w", "\xff\xff\xfe\xfb" },
		{ "///++w==", "\xff\xff\xfe\xfb" }, { "=", "" }, { "Z", NULL }, { "Zm9vY", NULL },
		{ "Zg===", NULL }, { "Zg==Zg==", NULL }, { "Zm9*", NULL }, { "Zm9v.", NULL },
		{ "Zm%2B", NULL }, { "\xc3\xa4", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[64] = "";
		size_t len = 77;
		bool ok;

		memcpy(text, cases[i].in, strlen(cases[i].in));
		ok = base64_decode(text, strlen(cases[i].in), text, &len);
		assert_int_equal(ok, cases[i].want != NULL);
		if (ok) {
			assert_int_equal(len, strlen(cases[i].want));
			assert_memory_equal(text, cases[i].want, len);
		} else {
			assert_int_equal(len, 77);
		}
	}
}

static void
test_base64_round(void **state)
{
	(void)state;
	srand(5);
	for (size_t n = 0; n < 200; n++) {
		uint8_t in[200], out[200];
		char text[300];
		size_t len;

		for (size_t i = 0; i < n; i++)
			in[i] = (uint8_t)rand();
		base64_encode(in, n, text);
		assert_true(base64_decode(text, strlen(text), out, &len));
		assert_int_equal(len, n);
		assert_memory_equal(in, out, n);
	}
}

static void
test_base64_stream(void **state)
{
	(void)state;
	srand(6);
	for (int round = 0; round < 500; round++) {
		struct base64_encoder encoder;
		size_t n = (size_t)rand() % 300, at = 0;
		char in[300], want[500];
		struct buf out;

		memset(in, 'a' + round % 26, sizeof(in));
		base64_encode(in, n, want);
		base64_init(&encoder, 0);
		buf_init(&out, 1000);
		while (at < n) {
			size_t step = (size_t)rand() % 7;

			step = step < n - at ? step : n - at;
			assert_true(base64_feed(&encoder, in + at, step, &out));
			at += step;
		}
		assert_true(base64_finish(&encoder, &out));
		assert_string_equal(buf_str(&out), want);
		buf_free(&out);
	}
}

static void
test_base64_lines(void **state)
{
	struct base64_encoder encoder;
	struct buf out;

	(void)state;
	buf_init(&out, 1000);
	base64_init(&encoder, 8);
	base64_feed(&encoder, "foobarfoobarfo", 14, &out);
	assert_true(base64_finish(&encoder, &out));
	assert_string_equal(buf_str(&out), "Zm9vYmFy\r\nZm9vYmFy\r\nZm8=\r\n");
	buf_reset(&out);
	base64_feed(&encoder, "foobar", 6, &out);
	assert_true(base64_finish(&encoder, &out));
	assert_string_equal(buf_str(&out), "Zm9vYmFy\r\n");
	buf_reset(&out);
	assert_true(base64_finish(&encoder, &out));
	assert_string_equal(buf_str(&out), "");
	buf_free(&out);
	buf_init(&out, 7);
	assert_false(base64_feed(&encoder, "foobar", 6, &out));
	assert_false(base64_finish(&encoder, &out));
	buf_free(&out);
}

static void
test_hex(void **state)
{
	static const struct {
		const char *in;
		bool ok;
	} cases[] = {
		{ "", true }, { "00ff7f", true }, { "00FF7f", true }, { "0", false },
		{ "0g", false },
		{ "g0", false }, { "0 ", false }, { "-1", false },
	};
	uint8_t out[8];
	char text[8];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(hex_decode(cases[i].in, strlen(cases[i].in), out), cases[i].ok);
	assert_true(hex_decode("00fF7f", 6, out));
	assert_memory_equal(out, "\x00\xff\x7f", 3);
	hex_encode(out, 3, text);
	assert_string_equal(text, "00ff7f");
}

static void
test_url(void **state)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
		{ "", "" }, { "abc", "abc" }, { "a%20b", "a b" }, { "%C3%a4", "\xc3\xa4" },
		{ "a+b", "a+b" },
		{ "%", NULL }, { "%4", NULL }, { "%4g", NULL }, { "%00", NULL }, { "a%25b%", NULL },
		{ "%2525", "%25" },
	};
	struct buf out;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[64];
		size_t len;
		bool ok = url_decode(cases[i].in, strlen(cases[i].in), text, &len);

		assert_int_equal(ok, cases[i].want != NULL);
		if (ok) {
			assert_string_equal(text, cases[i].want);
			assert_int_equal(len, strlen(cases[i].want));
		}
	}
	buf_init(&out, 100);
	assert_true(url_encode("a-b_c.d~e /\xc3\xa4%", &out));
	assert_string_equal(buf_str(&out), "a-b_c.d~e%20%2F%C3%A4%25");
	buf_free(&out);
}

static void
test_quoted(void **state)
{
	static const struct {
		const char *in, *want, *rest;
	} cases[] = {
		{ "\"\"", "", "" }, { "\"a b\" c", "a b", " c" },
		{ "\"a\\\"b\\\\\"x", "a\"b\\", "x" },
		{ "\"abc", NULL, "\"abc" }, { "\"abc\\\"", NULL, "\"abc\\\"" },
		{ "\"\\", NULL, "\"\\" },
		{ "abc", NULL, "abc" }, { "", NULL, "" },
	};
	struct arena *arena = arena_new(0);
	struct buf out;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *at = cases[i].in;
		char *text = quoted_read(arena, &at);

		assert_string_equal(at, cases[i].rest);
		if (cases[i].want == NULL)
			assert_null(text);
		else
			assert_string_equal(text, cases[i].want);
	}
	buf_init(&out, 100);
	assert_true(quoted_put(&out, "a\"b\\c\r\nd"));
	assert_string_equal(buf_str(&out), "\"a\\\"b\\\\cd\"");
	buf_free(&out);
	arena_free(&arena);
}

static void
test_utf8(void **state)
{
	static const struct {
		const char *in;
		bool valid;
		const char *clean;
	} cases[] = {
		{ "", true, "" }, { "abc", true, "abc" }, { "\xc3\xa4", true, "\xc3\xa4" },
		{ "\xf0\x9f\x98\x80!", true, "\xf0\x9f\x98\x80!" },
		{ "\xed\x9f\xbf", true, "\xed\x9f\xbf" },
		{ "\xf4\x8f\xbf\xbf", true, "\xf4\x8f\xbf\xbf" },
		{ "a\tb\nc\x01\x1f", true, "a\tb\nc" }, { "\xef\xbf\xbf", true, "" },
		{ "\xc0\x80", false, "\xef\xbf\xbd\xef\xbf\xbd" },	/* overlong */
		{ "\xe0\x80\x80", false, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xed\xa0\x80", false, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" }, /* surrogate */
		{ "\xf4\x90\x80\x80", false, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xc3", false, "\xef\xbf\xbd" }, { "a\xc3z", false, "a\xef\xbf\xbdz" },
		{ "\xe2\x82", false, "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xff", false, "\xef\xbf\xbd" },
		{ "\x80", false, "\xef\xbf\xbd" },
	};
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t len = strlen(cases[i].in);
		char *clean = utf8_clean(arena, cases[i].in, len);

		assert_int_equal(utf8_is_valid(cases[i].in, len), cases[i].valid);
		assert_string_equal(clean, cases[i].clean);
		assert_true(utf8_is_valid(clean, strlen(clean)));
	}
	assert_string_equal(utf8_clean(arena, "a\0b", 3), "ab");
	assert_string_equal(utf8_from_latin1(arena, "a\xe4\xff", 3), "a\xc3\xa4\xc3\xbf");
	assert_string_equal(utf8_from_latin1(arena, "", 0), "");
	arena_free(&arena);
}

static void
test_utf8_cut(void **state)
{
	static const struct {
		const char *in;
		size_t max, want;
	} cases[] = {
		{ "abc", 5, 3 }, { "abc", 3, 3 }, { "abc", 2, 2 }, { "abc", 0, 0 },
		{ "a\xc3\xa4", 3, 3 }, { "a\xc3\xa4", 2, 1 }, { "\xf0\x9f\x98\x80", 3, 0 },
		{ "x\xf0\x9f\x98\x80", 4, 1 }, { "x\xf0\x9f\x98\x80y", 5, 5 },
		{ "\x80\x80\x80\x80\x80\x80", 5, 5 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(utf8_cut(cases[i].in, strlen(cases[i].in), cases[i].max),
			cases[i].want);
}

static void
test_number(void **state)
{
	static const struct {
		const char *in;
		int64_t min, max;
		bool ok;
		int64_t want;
	} cases[] = {
		{ "0", 0, 10, true, 0 }, { "10", 0, 10, true, 10 }, { "11", 0, 10, false, 0 },
		{ "007", 0, 10, true, 7 }, { "5", 6, 10, false, 0 }, { "", 0, 10, false, 0 },
		{ "-1", -5, 10, false, 0 }, { "+1", 0, 10, false, 0 }, { "1 ", 0, 10, false, 0 },
		{ " 1", 0, 10, false, 0 }, { "0x1", 0, 10, false, 0 },
		{ "9223372036854775807", 0, INT64_MAX, true, INT64_MAX },
		{ "9223372036854775808", 0, INT64_MAX, false, 0 },
		{ "99999999999999999999999", 0, INT64_MAX, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t value = -77;

		assert_int_equal(number_parse(cases[i].in, cases[i].min, cases[i].max, &value),
			cases[i].ok);
		assert_int_equal(value, cases[i].ok ? cases[i].want : -77);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_base64_encode),
		cmocka_unit_test(test_base64_decode),
		cmocka_unit_test(test_base64_round),
		cmocka_unit_test(test_base64_stream),
		cmocka_unit_test(test_base64_lines),
		cmocka_unit_test(test_hex),
		cmocka_unit_test(test_url),
		cmocka_unit_test(test_quoted),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_utf8_cut),
		cmocka_unit_test(test_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
