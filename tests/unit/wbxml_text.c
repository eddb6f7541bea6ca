/* SPDX-License-Identifier: ISC */
/*
 * Readable text: printing, masking, parsing, and the way back.  Whole documents are compared in
 * tests/golden/wbxml.sh.
 */
#include "wbxml/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HEAD "\x03\x01\x6a\x00"
#define BYTES(string) string, sizeof(string) - 1
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

struct output {
	char data[8192];
	size_t len;
};

static bool
take(void *ctx, const void *data, size_t len)
{
	struct output *output = ctx;

	if (len > sizeof(output->data) - 1 - output->len)
		return false;
	memcpy(output->data + output->len, data, len);
	output->len += len;
	output->data[output->len] = '\0';
	return true;
}

static bool
refuse(void *ctx, const void *data, size_t len)
{
	(void)ctx;
	(void)data;
	(void)len;
	return false;
}

static const char *
find(void *ctx, const char *name)
{
	(void)ctx;
	if (strcmp(name, "key") == 0)
		return "4711";
	return strcmp(name, "empty") == 0 ? "" : NULL;
}

static bool
parse(const char *text, size_t len, struct output *output, struct text_problem *problem)
{
	struct text_input input = { .sink = { take, output }, .find = find };

	output->len = 0;
	return text_parse(text, len, &input, problem);
}

static bool
print(const struct output *document, struct text_options options, struct output *text)
{
	struct text_problem problem;

	text->len = 0;
	text->data[0] = '\0';
	options.sink = (struct writer_sink){ take, text };
	return text_print(document->data, document->len, &options, &problem);
}

/* Each document prints as this line, and the line parses to the document. */
static void
both_ways(void **state)
{
	static const struct {
		const char *text;
		const char *data;
		size_t len;
	} cases[] = {
		{ "Ping { Status 2  Folders { Folder 5 } }",
		  BYTES(HEAD "\0\x0d\x45\x47\x03" "2\0\x01\x49\x4a\x03" "5\0\x01\x01\x01") },
		{ "Provision ~", BYTES(HEAD "\0\x0e\x05") },
		{ "Provision {}", BYTES(HEAD "\0\x0e\x45\x01") },
		{ "Partial 0", BYTES(HEAD "\x66\x03" "0\0\x01") },
		{ "Sync { SyncKey \"\" }", BYTES(HEAD "\x45\x4b\x03\0\x01\x01") },
		{ "Sync { SyncKey x\"\" }", BYTES(HEAD "\x45\x4b\xc3\0\x01\x01") },
		{ "Sync { SyncKey x\"00ff80\" }",
		  BYTES(HEAD "\x45\x4b\xc3\x03\0\xff\x80\x01\x01") },
		{ "Sync { SyncKey b\"ab\\n\" }", BYTES(HEAD "\x45\x4b\xc3\x03" "ab\n\x01\x01") },
		{ "Sync { SyncKey x\"617f\" }", BYTES(HEAD "\x45\x4b\xc3\x02" "a\x7f\x01\x01") },
		{ "Sync { SyncKey \"a b\" }", BYTES(HEAD "\x45\x4b\x03" "a b\0\x01\x01") },
		{ "Sync { SyncKey \"$a\" }", BYTES(HEAD "\x45\x4b\x03" "$a\0\x01\x01") },
		{ "Sync { SyncKey \"#~{}\" }", BYTES(HEAD "\x45\x4b\x03" "#~{}\0\x01\x01") },
		{ "Sync { SyncKey \"\\\"\\\\\\n\\r\\t\\x01\\x7F\" }",
		  BYTES(HEAD "\x45\x4b\x03\"\\\n\r\t\x01\x7f\0\x01\x01") },
		{ "Sync { SyncKey \"Gr\xc3\xbc\xc3\x9f" "e\" }",
		  BYTES(HEAD "\x45\x4b\x03Gr\xc3\xbc\xc3\x9f" "e\0\x01\x01") },
		{ "Sync { SyncKey \"\\xFC\\xC2\\x9B\" }",
		  BYTES(HEAD "\x45\x4b\x03\xfc\xc2\x9b\0\x01\x01") },
		{ "Sync { \"a\"  x\"00\"  SyncKey ~  \"\" }",
		  BYTES(HEAD "\x45\x03" "a\0\xc3\x01\0\x0b\x03\0\x01") },
		{ "Sync { AirSyncBase:Body { Data b }  Status 1 }",
		  BYTES(HEAD "\x45\0\x11\x4a\x4b\x03" "b\0\x01\x01\0\0\x4e\x03" "1\0\x01\x01") },
		{ "Sync { 254:0x05 { 254:0x06 ~  AirSync:Sync ~ }  AirSync:0x3F 1 }",
		  BYTES(HEAD "\x45\0\xfe\x45\x06\0\0\x05\x01\x7f\x03" "1\0\x01\x01") },
		{ "FolderHierarchy:Folders ~", BYTES(HEAD "\0\x07\x05") },
		{ "200:0x3F ~", BYTES(HEAD "\0\xc8\x3f") },
	};
	struct text_options options = { .one_line = true };
	struct text_problem problem;
	struct output document;
	struct output text;

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		assert_true(parse(cases[i].text, strlen(cases[i].text), &document, &problem));
		assert_null(problem.reason);
		assert_int_equal(document.len, cases[i].len);
		assert_memory_equal(document.data, cases[i].data, cases[i].len);
		assert_true(print(&document, options, &text));
		assert_string_equal(text.data, cases[i].text);
	}
}

/* Ways to write things that printing does not use. */
static void
parses_freely(void **state)
{
	static const struct {
		const char *text;
		const char *data;
		size_t len;
	} cases[] = {
		{ "# first\n Ping{Status 2#two\nFolders{Folder 5}}# last",
		  BYTES(HEAD "\0\x0d\x45\x47\x03" "2\0\x01\x49\x4a\x03" "5\0\x01\x01\x01") },
		{ "Ping:Ping { 0x07 1 0x08~ }",
		  BYTES(HEAD "\0\x0d\x45\x47\x03" "1\0\x01\x08\x01") },
		{ "Ping { ApplicationData ~ }", BYTES(HEAD "\0\x0d\x45\0\0\x1d\x01") },
		{ "13:5 { 13:7 a$b }", BYTES(HEAD "\0\x0d\x45\x47\x03" "a$b\0\x01\x01") },
		{ "Partial $key", BYTES(HEAD "\x66\x03" "4711\0\x01") },
		{ "Partial $empty", BYTES(HEAD "\x66\x03\0\x01") },
		{ "Mime $key", BYTES(HEAD "\0\x15\x50\xc3\x04" "4711\x01") },
		{ "Mime b\"\\x00\\\"\\n\\xFf.\"", BYTES(HEAD "\0\x15\x50\xc3\x05\0\"\n\xff.\x01") },
		{ "Mime x\"0 0\nfF\"", BYTES(HEAD "\0\x15\x50\xc3\x02\0\xff\x01") },
		{ "Sync { $key }", BYTES(HEAD "\x45\x03" "4711\0\x01") },
	};
	struct text_problem problem;
	struct output document;

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		assert_true(parse(cases[i].text, strlen(cases[i].text), &document, &problem));
		assert_int_equal(document.len, cases[i].len);
		assert_memory_equal(document.data, cases[i].data, cases[i].len);
	}
}

static void
tells_mistakes(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		size_t offset;
		unsigned line;
		const char *reason;
	} cases[] = {
		{ BYTES(""), 0, 1, "name expected" },
		{ BYTES(" # only a comment"), 17, 1, "name expected" },
		{ BYTES("{}"), 0, 1, "name expected" },
		{ BYTES("Ping"), 4, 1, "value, { or ~ expected" },
		{ BYTES("Ping }"), 5, 1, "value, { or ~ expected" },
		{ BYTES("Ping {\n Status 1\n"), 17, 3, "} expected" },
		{ BYTES("Ping {\n Nonsense 1 }"), 8, 2, "unknown element, or on several pages" },
		{ BYTES("Status 1"), 0, 1, "unknown element, or on several pages" },
		{ BYTES("Ping { Nopage:Status 1 }"), 7, 1, "unknown page" },
		{ BYTES("256:0x05 ~"), 0, 1, "unknown page" },
		{ BYTES("Ping:Sync ~"), 0, 1, "unknown element, or on several pages" },
		{ BYTES("254:Sync ~"), 0, 1, "unknown element, or on several pages" },
		{ BYTES("254:0x04 ~"), 0, 1, "unknown element, or on several pages" },
		{ BYTES("254:0x40 ~"), 0, 1, "unknown element, or on several pages" },
		{ BYTES("Partial \"abc\nd"), 9, 1, "string without end" },
		{ BYTES("Partial \"a\\q\""), 11, 1, "unknown escape" },
		{ BYTES("Partial \"a\\x0\""), 12, 1, "two hex digits expected" },
		{ BYTES("Partial \"a\\x00\""), 14, 1, "NUL in a string" },
		{ BYTES("Partial \"a\0\""), 11, 1, "NUL in a string" },
		{ BYTES("Partial \"a\\"), 11, 1, "unknown escape" },
		{ BYTES("Partial x\"0\""), 10, 1, "odd number of hex digits" },
		{ BYTES("Partial x\"0g\""), 10, 1, "hex digits and a quote expected" },
		{ BYTES("Partial x\"00"), 10, 1, "hex digits and a quote expected" },
		{ BYTES("Partial b\"00"), 10, 1, "string without end" },
		{ BYTES("Partial $nothing"), 8, 1, "unknown variable" },
		{ BYTES("Partial $ "), 9, 1, "name expected" },
		{ BYTES("Ping ~ \n\n Ping"), 10, 3, "text behind the root element" },
		{ BYTES("ANameThatIsFarTooLongToBeTheNameOfAnyElementThatWeKnowOfOrEvenMore ~"),
		  0, 1, "name too long" },
		{ BYTES("Ping { \0 }"), 7, 1, "} expected" },
	};
	struct text_problem problem;
	struct output document;

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		assert_false(parse(cases[i].text, cases[i].len, &document, &problem));
		assert_string_equal(problem.reason, cases[i].reason);
		assert_int_equal(problem.offset, cases[i].offset);
		assert_int_equal(problem.line, cases[i].line);
	}
}

static void
depth_is_bounded(void **state)
{
	char text[1024];
	struct output document;
	struct text_problem problem;

	(void)state;
	for (unsigned depth = WBXML_DEPTH_MAX; depth <= WBXML_DEPTH_MAX + 1; depth++) {
		size_t at = 0;

		for (unsigned i = 0; i < depth; i++)
			at += (size_t)snprintf(text + at, sizeof(text) - at, "Ping {");
		for (unsigned i = 0; i < depth; i++)
			text[at++] = '}';
		assert_int_equal(parse(text, at, &document, &problem), depth == WBXML_DEPTH_MAX);
	}
	assert_string_equal(problem.reason, "too deep");
}

static void
parses_a_part(void **state)
{
	static const char text[] = "Ping { Status 2 }   within 2s";
	struct output document = { .len = 0 };
	struct text_input input = { .sink = { take, &document }, .is_part = true };
	struct text_problem problem;

	(void)state;
	assert_true(text_parse(text, strlen(text), &input, &problem));
	assert_int_equal(problem.offset, 17);
}

static void
prints_indented(void **state)
{
	static const char text[] = "Sync {\n"
				   "  Collections {\n"
				   "    Collection {\n"
				   "      SyncKey 1\n"
				   "      MoreAvailable ~\n"
				   "      Commands {}\n"
				   "    }\n"
				   "  }\n"
				   "  \"loose\"\n"
				   "}\n";
	struct text_options options = { .one_line = false };
	struct text_problem problem;
	struct output document;
	struct output out;

	(void)state;
	assert_true(parse(text, strlen(text), &document, &problem));
	assert_true(print(&document, options, &out));
	assert_string_equal(out.data, text);
}

static void
masks_and_cuts(void **state)
{
	static const char text[] =
		"Settings { Password geheim  Oof { ReplyMessage \"bin weg\"  OofState 1 }"
		"  AirSyncBase:Body { Type 1  Data { \"ab\" x\"0001\" AirSync:SyncKey 5 }"
		"  Truncated 1 }"
		"  ItemOperations:Password ~  Search:Password {}  ComposeMail:Mime x\"00ff\" }";
	static const struct {
		struct text_options options;
		const char *want;
	} cases[] = {
		{ { .one_line = true, .mask = TEXT_MASK_SECRETS },
		  "Settings { Password <6 bytes>  Oof { ReplyMessage \"bin weg\"  OofState 1 }"
		  "  AirSyncBase:Body { Type 1  Data { \"ab\"  x\"0001\"  AirSync:SyncKey 5 }"
		  "  Truncated 1 }  ItemOperations:Password ~  Search:Password {}"
		  "  ComposeMail:Mime x\"00ff\" }" },
		{ { .one_line = true, .mask = TEXT_MASK_CONTENT },
		  "Settings { Password <6 bytes>  Oof { ReplyMessage <7 bytes>  OofState 1 }"
		  "  AirSyncBase:Body { Type 1  Data { <2 bytes>  <2 bytes>"
		  "  AirSync:SyncKey <1 bytes>"
		  " }  Truncated 1 }  ItemOperations:Password ~  Search:Password {}"
		  "  ComposeMail:Mime <2 bytes> }" },
		{ { .one_line = true, .mask = TEXT_MASK_SECRETS, .text_max = 1 },
		  "Settings { Password <6 bytes>  Oof { ReplyMessage \"b\"...<7 bytes>"
		  "  OofState 1 }"
		  "  AirSyncBase:Body { Type 1  Data { \"a\"...<2 bytes>  x\"00\"...<2 bytes>"
		  "  AirSync:SyncKey 5 }  Truncated 1 }  ItemOperations:Password ~"
		  "  Search:Password {}  ComposeMail:Mime x\"00\"...<2 bytes> }" },
	};
	struct text_problem problem;
	struct output document;
	struct output out;

	(void)state;
	assert_true(parse(text, strlen(text), &document, &problem));
	for (size_t i = 0; i < LENGTH(cases); i++) {
		assert_true(print(&document, cases[i].options, &out));
		assert_string_equal(out.data, cases[i].want);
	}
}

/* What cannot be written as text is normalised; malformed documents print as far as they go. */
static void
prints_odd_documents(void **state)
{
	static const struct {
		const char *data;
		size_t len;
		const char *want;
		const char *reason;
		size_t offset;
	} cases[] = {
		{ BYTES("\x03\x01\x6a\x03xy\0\x45\x4b\x83\x01\x01\x4b\x02\x41\x01\x01"),
		  "Sync { SyncKey y  SyncKey A }", NULL, 17 },
		{ BYTES("\x03\x01\x6a\x02x\0\x45\x44\0\x4b\x03" "1\0\x01\x01\x04\0\x0b\x01"),
		  "Sync { SyncKey ~ }", NULL, 19 },
		{ BYTES(HEAD "\x45\0\0\x4b\x03" "1\0\x01\0\x05\x01"), "Sync { SyncKey 1 }",
		  NULL, 15 },
		{ BYTES(HEAD "\x45\x04\0\x4b\x44\0\x01\x03" "1\0\x04\0\x01\x01"),
		  "Sync { SyncKey 1 }", NULL, 18 },
		{ BYTES(HEAD "\x44\0\x4b\x01\x01"), "", NULL, 9 },
		{ BYTES(""), "", "truncated", 0 },
		{ BYTES("\x07"), "", "bad header", 1 },
		{ BYTES(HEAD "\x45\x4b\x03" "1"), "Sync { SyncKey {", "truncated", 6 },
		{ BYTES(HEAD "\x45\x4b\x03" "1\0\x01\x43"), "Sync { SyncKey 1", "bad token", 10 },
		{ BYTES(HEAD "\x05z"), "Sync ~", "bytes after the end", 5 },
	};
	struct text_problem problem;

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct output out = { .len = 0 };
		struct text_options options = { .sink = { take, &out }, .one_line = true };
		bool is_good = text_print(cases[i].data, cases[i].len, &options, &problem);

		assert_string_equal(out.data, cases[i].want);
		assert_int_equal(is_good, !cases[i].reason);
		assert_int_equal(problem.offset, cases[i].offset);
		if (cases[i].reason)
			assert_string_equal(problem.reason, cases[i].reason);
	}
}

static void
sinks_refuse(void **state)
{
	struct text_options options = { .sink = { refuse, NULL } };
	struct text_input input = { .sink = { refuse, NULL } };
	struct text_problem problem;

	(void)state;
	assert_false(text_print(BYTES(HEAD "\x05"), &options, &problem));
	assert_string_equal(problem.reason, "cannot write");
	assert_false(text_parse(BYTES("Sync ~"), &input, &problem));
	assert_string_equal(problem.reason, "cannot write");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ways),
		cmocka_unit_test(parses_freely),
		cmocka_unit_test(tells_mistakes),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(parses_a_part),
		cmocka_unit_test(prints_indented),
		cmocka_unit_test(masks_and_cuts),
		cmocka_unit_test(prints_odd_documents),
		cmocka_unit_test(sinks_refuse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
