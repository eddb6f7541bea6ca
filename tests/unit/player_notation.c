/* SPDX-License-Identifier: ISC */
/*
 * The test phone's own tools: notation, encoding, strict decoding, patterns.  A player that
 * accepts everything would let every transcript pass, so most cases are refusals.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "tests/player/decode.h"
#include "tests/player/match.h"
#include "tests/player/node.h"
#include "tests/player/notation.h"

static const char *find(void *ctx, const char *name)
{
	(void)ctx;
	return strcmp(name, "key") == 0 ? "k7" : strcmp(name, "x.y") == 0 ? "dotted" : NULL;
}

static struct node *parse(struct arena *arena, const char *text, bool pattern,
	const char **ret_error)
{
	struct notation notation = {.arena = arena, .find = find, .dir = "", .pattern = pattern,
				    .line = 1};
	struct node *node = notation_element(&notation, &text);

	*ret_error = notation.error;
	return node;
}

static void notation_prints_what_it_read(void **state)
{
	static const struct {
		const char *in, *want; /* want NULL: refused */
	} cases[] = {
		{"Ping { Status 2 Folders { Folder 5 } }",
		 "Ping:Ping {\n  Status 2\n  Folders {\n    Folder 5\n  }\n}\n"},
		{"Sync { Collections { Collection { SyncKey $key GetChanges~ } } }",
		 "Sync {\n  Collections {\n    Collection {\n      SyncKey k7\n"
		 "      GetChanges~\n    }\n  }\n}\n"},
		{"Sync { Status \"${x.y}\" }", "Sync {\n  Status dotted\n}\n"},
		{"Sync { Status \"a\\\"b\\x41\\n\" }", "Sync {\n  Status \"a\\\"bA\\n\"\n}\n"},
		{"Sync { ApplicationData { Subject \"s\" Body { Type 1 } Flag~ } }",
		 "Sync {\n  ApplicationData {\n    Email:Subject s\n    AirSyncBase:Body {\n"
		 "      Type 1\n    }\n    Email:Flag~\n  }\n}\n"},
		{"SendMail { Mime x\"41 42\" }", "ComposeMail:SendMail {\n  Mime opaque AB\n}\n"},
		{"Sync { # comment {\n Status 1 }", "Sync {\n  Status 1\n}\n"},
		{"Sync { Status 1", NULL},
		{"Sync { Status }", NULL},
		{"Nonsense { Status 1 }", NULL},
		{"Sync { Status $unset }", NULL},
		{"Sync { Status \"open }", NULL},
		{"Sync { Status x\"4\" }", NULL},
	};
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *error;
		struct node *node = parse(arena, cases[i].in, false, &error);
		struct buf out;

		buf_init(&out, 65536);
		if (cases[i].want == NULL) {
			assert_null(node);
			assert_non_null(error);
		} else {
			assert_non_null(node);
			node_print(&out, node, 0);
			assert_string_equal(buf_str(&out), cases[i].want);
		}
		buf_free(&out);
	}
	arena_free(&arena);
}

static void decoding_is_strict(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *reason; /* part of it; NULL: accepted */
	} cases[] = {
		/* Sync { Status "1" } */
		{"\x03\x01\x6a\x00\x45\x4e\x03" "1\0\x01\x01", 11, NULL},
		/* padded with switches to the same page */
		{"\x03\x01\x6a\x00\x45\x00\x00\x4e\x03" "1\0\x01\x00\x00\x01", 15, NULL},
		{"\x02\x01\x6a\x00\x45\x4e\x03" "1\0\x01\x01", 11, "03 01 6A 00"},
		{"\x03\x01\x6a\x01\x00\x45\x01", 7, "03 01 6A 00"},
		{"\x03\x01\x6a\x00\x45\x4e\x03" "1\0\x01", 10, "ends early"},
		{"\x03\x01\x6a\x00\x45\x4e\x03" "1\0\x01\x01\x01", 12, "behind the document"},
		{"\x03\x01\x6a\x00\x45\x4e\x03" "1\0\x03" "2\0\x01\x01", 14, "second text"},
		{"\x03\x01\x6a\x00\x45\x4e\xc3\x01" "1\x01\x01", 11, "OPAQUE"},
		{"\x03\x01\x6a\x00\x45\x4e\x01\x01", 8, "without content"},
		{"\x03\x01\x6a\x00\x45\x4e\x83\x00\x01\x01", 10, "string table"},
		{"\x03\x01\x6a\x00\x45\x4e\x02\x20\x01\x01", 10, "entity"},
		{"\x03\x01\x6a\x00\xc5\x01\x01", 7, "attribute"},
		{"\x03\x01\x6a\x00\x45\x7f\x03" "1\0\x01\x01", 11, "unknown tag"},
		{"\x03\x01\x6a\x00\x45\x00\x63\x4e\x03" "1\0\x01\x01", 13, "unknown page"},
		{"\x03\x01\x6a\x00\x45\x4e\x03" "\xff\0\x01\x01", 11, "UTF-8"},
		{"\x03\x01\x6a\x00\x45\x4e\x03" "\x07\0\x01\x01", 11, "illegal"},
		{"\x03\x01\x6a\x00\x45\x4e\x03" "\xef\xbf\xbe\0\x01\x01", 13, "illegal"},
		{"\x03\x01\x6a\x00\x45\x03" "a\0\x4e\x03" "1\0\x01\x01", 14, "text beside"},
		{"\x03\x01\x6a\x00\x45\x4e\x03" "1", 8, "without an end"},
	};
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *reason;
		struct node *node = decode(arena, cases[i].bytes, cases[i].len, &reason);

		if (cases[i].reason == NULL) {
			assert_non_null(node);
			continue;
		}
		assert_null(node);
		assert_non_null(reason);
		if (strstr(reason, cases[i].reason) == NULL)
			fail_msg("case %zu: %s", i, reason);
	}
	arena_free(&arena);
}

static void encoding_is_canonical(void **state)
{
	struct arena *arena = arena_new(0);
	const char *error;
	struct node *node = parse(arena, "Sync { Status 1 AirSyncBase:Body { Type 2 } }", false,
				  &error);
	struct buf out;

	(void)state;
	assert_non_null(node);
	buf_init(&out, 65536);
	node_encode(&out, node);
	assert_memory_equal(out.data, "\x03\x01\x6a\x00\x45\x4e\x03" "1\0\x01\x00\x11\x4a\x46\x03"
			    "2\0\x01\x01\x01", 20);
	buf_free(&out);
	arena_free(&arena);
}

static char bound[64];

static void bind(void *ctx, const char *name, const char *value)
{
	(void)ctx;
	strncat(bound, name, sizeof(bound) - strlen(bound) - 1);
	strncat(bound, "=", sizeof(bound) - strlen(bound) - 1);
	strncat(bound, value, sizeof(bound) - strlen(bound) - 1);
	strncat(bound, ";", sizeof(bound) - strlen(bound) - 1);
}

static void patterns_fit(void **state)
{
	static const char document[] =
		"Sync { Collections { Collection { SyncKey 9 Status 1 Commands {"
		" Add { ServerId 5:1 ApplicationData { Subject \"one\" } }"
		" Add { ServerId 5:2 ApplicationData { Subject \"two words\" } } } } } }";
	static const struct {
		const char *pattern;
		bool fits;
		const char *bound;
	} cases[] = {
		{"Sync { Collections { Collection { Status 1 } } }", true, ""},
		{"Sync { Collections { Collection { Status 3 } } }", false, ""},
		{"Sync { Collections { Collection { SyncKey $k Status 1 } } }", true, "k=9;"},
		{"Sync { Collections { Collection { SyncKey $key } } }", false, ""},
		{"Sync { Collections { Collection { SyncKey not $key } } }", true, ""},
		{"Sync { Collections { Collection { MoreAvailable~ } } }", false, ""},
		{"Sync { Collections { Collection { absent MoreAvailable } } }", true, ""},
		{"Sync { Collections { Collection { absent Status } } }", false, ""},
		{"Sync { Collections { Collection { Commands { count Add 2 } } } }", true, ""},
		{"Sync { Collections { Collection { Commands { count Add 1 } } } }", false, ""},
		{"Sync { Collections { Collection { Commands {"
		 " Add { ServerId $b ApplicationData { Subject contains words } } } } } }", true,
		 "b=5:2;"},
		{"Sync { Collections { Collection { Commands {"
		 " Add { ServerId $b ApplicationData { Subject contains three } } } } } }", false,
		 ""},
		{"Sync { Collections { Collection { Commands { Add { ServerId $x }"
		 " Add { ServerId $x } } } } }", false, ""},
		{"Sync { Collections { Collection { Commands { Add { ServerId $x }"
		 " Add { ServerId $y } } } } }", true, "x=5:1;y=5:2;"},
		{"Sync { Collections { Collection { Commands { Add * Add * Add * } } } }", false,
		 ""},
		{"Sync { Collections { Collection { only Status 1 } } }", false, ""},
		{"Sync { Collections { only Collection * } }", true, ""},
		{"Sync { Collections { Collection { SyncKey >= 9 Status <= 1 } } }", true, ""},
		{"Sync { Collections { Collection { SyncKey >= 10 } } }", false, ""},
		{"Sync { Collections { Collection { Commands { Add { ServerId like 5:* } } } } }",
		 true, ""},
		{"Sync { Collections { Collection { Commands { Add { ServerId size >= 4 } } } } }",
		 false, ""},
		{"Ping { Status 1 }", false, ""},
	};
	struct arena *arena = arena_new(0);
	const char *error;
	struct node *have = parse(arena, document, false, &error);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct node *pattern = parse(arena, cases[i].pattern, true, &error);
		struct match match = {.arena = arena, .bind = bind};

		bound[0] = '\0';
		if (pattern == NULL)
			fail_msg("case %zu: %s", i, error);
		if (match_document(&match, pattern, have) != cases[i].fits)
			fail_msg("case %zu: %s", i, match.reason ? match.reason : "fits");
		assert_string_equal(bound, cases[i].bound);
	}
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(notation_prints_what_it_read),
		cmocka_unit_test(decoding_is_strict),
		cmocka_unit_test(encoding_is_canonical),
		cmocka_unit_test(patterns_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
