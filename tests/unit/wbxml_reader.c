/* SPDX-License-Identifier: ISC */
/*
 * The pull reader: documents as clients send them and worse ones, and each call of its contract.
 */
#include "wbxml/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wbxml/limits.h"

#define BYTES(string) string, sizeof(string) - 1
#define HEAD "\x03\x01\x6a\x00"
#define PING "\x00\x0d\x45"
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* What reader->memory gave, freed after each test. */
struct heap {
	void *blocks[64];
	unsigned n_blocks;
};

struct trace {
	char text[4096];
	size_t len;
};

static void *
heap_alloc(void *ctx, size_t size)
{
	struct heap *heap = ctx;

	assert_true(heap->n_blocks < LENGTH(heap->blocks));
	heap->blocks[heap->n_blocks] = malloc(size);
	return heap->blocks[heap->n_blocks++];
}

static void
heap_free(struct heap *heap)
{
	while (heap->n_blocks)
		free(heap->blocks[--heap->n_blocks]);
}

static void
add(struct trace *trace, const char *string)
{
	trace->len += (size_t)snprintf(trace->text + trace->len, sizeof(trace->text) - trace->len,
		"%s", string);
	assert_true(trace->len < sizeof(trace->text));
}

static void
add_name(struct trace *trace, enum token token)
{
	char number[16];

	snprintf(number, sizeof(number), "%04x", token);
	add(trace, token_name(token) ? token_name(token) : number);
}

static bool
has_children(struct reader look)
{
	enum token token;

	reader_into(&look);
	return reader_child(&look, &token);
}

static void
walk(struct reader *reader, struct trace *trace)
{
	enum token token;

	while (reader_child(reader, &token)) {
		add(trace, " ");
		add_name(trace, token);
		if (reader_is_empty(reader)) {
			add(trace, "~");
		} else if (has_children(*reader)) {
			add(trace, "(");
			reader_into(reader);
			walk(reader, trace);
			add(trace, " )");
		} else {
			add(trace, "=");
			add(trace, reader_text(reader));
		}
	}
}

static const struct document {
	const char *about;
	const char *data;
	size_t len;
	const char *want;
	enum reader_fault fault;
} documents[] = {
	{ "plain", BYTES(HEAD PING "\x47\x03" "2\0\x01\x49\x4a\x03" "5\0\x01\x01\x01"),
	  " Status=2 Folders( Folder=5 )", READER_OK },
	{ "version 1.1", BYTES("\x01\x01\x6a\x00" PING "\x07\x01"), " Status~", READER_OK },
	{ "version 1.2, no charset", BYTES("\x02\x01\x00\x00" PING "\x07\x01"), " Status~",
	  READER_OK },
	{ "public id by string", BYTES("\x03\x00\x00\x6a\x02x\0" PING "\x07\x01"), " Status~",
	  READER_OK },
	{ "empty root", BYTES(HEAD "\x00\x0d\x05"), "", READER_OK },
	{ "root without content but END", BYTES(HEAD PING "\x01"), "", READER_OK },
	{ "redundant switches", BYTES(HEAD "\x00\x05\x00\x0d\x45\x00\x0d\x00\x0d\x47\x00\x0d\x03"
	  "2\0\x00\x0d\x01\x00\x0d\x01"), " Status=2", READER_OK },
	{ "page stays after END", BYTES(HEAD PING "\x49\x00\x00\x45\x01\x01\x45\x01\x01"),
	  " Folders( Sync~ ) Sync~", READER_OK },
	{ "empty string", BYTES(HEAD PING "\x47\x03\0\x01\x01"), " Status~", READER_OK },
	{ "split text", BYTES(HEAD PING "\x47\x03" "1\0\x03" "2\0\x03\0\x03" "3\0\x01\x01"),
	  " Status=123", READER_OK },
	{ "opaque", BYTES(HEAD PING "\x47\xc3\x02" "42\x01\x01"), " Status=42", READER_OK },
	{ "opaque and text", BYTES(HEAD PING "\x47\xc3\x01" "4\x03" "2\0\x01\x01"), " Status=42",
	  READER_OK },
	{ "empty opaque", BYTES(HEAD PING "\x47\xc3\x00\x01\x01"), " Status~", READER_OK },
	{ "opaque with NUL", BYTES(HEAD PING "\x47\xc3\x03" "4\0" "2\x01\x01"), " Status=4",
	  READER_OK },
	{ "entity", BYTES(HEAD PING "\x47\x03" "x\0\x02\xc1\x2c\x03" "y\0\x01\x01"),
	  " Status=x\xe2\x82\xacy", READER_OK },
	{ "string table", BYTES("\x03\x01\x6a\x04" "ab\0c" PING "\x47\x83\x01\x01\x01"),
	  " Status=b", READER_OK },
	{ "string table twice", BYTES("\x03\x01\x6a\x03" "ab\0" PING
	  "\x47\x83\x00\x83\x01\x01\x01"), " Status=abb", READER_OK },
	{ "literal tags", BYTES("\x03\x01\x6a\x02" "x\0" PING "\x04\x00\x44\x00\x47\x03"
	  "1\0\x01\x01\x47\x03" "2\0\x01\x01"), " Status=2", READER_OK },
	{ "literal inside a text", BYTES(HEAD PING "\x47\x03" "1\0\x04\x00\x03" "2\0\x01\x01"),
	  " Status=12", READER_OK },
	{ "unknown page", BYTES(HEAD PING "\x00\xfe\x45\x46\x03x\0\x01\x01\x01"),
	  " fe05( fe06=x )", READER_OK },
	{ "unknown tag", BYTES(HEAD PING "\x7f\x03x\0\x01\x01"), " 0d3f=x", READER_OK },
	{ "text between elements", BYTES(HEAD PING "\x03 \0\x07\x03\n\0\x08\x01"),
	  " Status~ HeartbeatInterval~", READER_OK },

	{ "nothing", BYTES(""), "", READER_TRUNCATED },
	{ "half a header", BYTES("\x03\x01"), "", READER_TRUNCATED },
	{ "header only", BYTES(HEAD), "", READER_TRUNCATED },
	{ "version 0", BYTES("\x00\x01\x6a\x00\x45\x01"), "", READER_BAD_HEADER },
	{ "version 4", BYTES("\x04\x01\x6a\x00\x45\x01"), "", READER_BAD_HEADER },
	{ "mail instead", BYTES("From: a@b\r\n\r\n"), "", READER_BAD_HEADER },
	{ "latin 1", BYTES("\x03\x01\x04\x00\x45\x01"), "", READER_BAD_HEADER },
	{ "endless number", BYTES("\x03\xff\xff\xff\xff\xff\xff"), "", READER_TOO_LONG },
	{ "number of 33 bits", BYTES("\x03\x9f\xff\xff\xff\x7f\x6a\x00\x45\x01"), "",
	  READER_TOO_LONG },
	{ "long table", BYTES("\x03\x01\x6a\xa0\x01" "xxx"), "", READER_TOO_LONG },
	{ "table beyond the end", BYTES("\x03\x01\x6a\x05" "xxx"), "", READER_TRUNCATED },
	{ "root END", BYTES(HEAD "\x01"), "", READER_BAD_TOKEN },
	{ "text as root", BYTES(HEAD "\x03x\0"), "", READER_BAD_TOKEN },
	{ "wrong root", BYTES(HEAD "\x45\x01"), "", READER_WRONG_ROOT },
	{ "literal root", BYTES(HEAD "\x44\x00\x01"), "", READER_WRONG_ROOT },
	{ "no END", BYTES(HEAD PING "\x07"), " Status~", READER_TRUNCATED },
	{ "switch without page", BYTES(HEAD PING "\x00"), "", READER_TRUNCATED },
	{ "open string", BYTES(HEAD PING "\x47\x03xyz"), " Status~", READER_TRUNCATED },
	{ "open string in split text", BYTES(HEAD PING "\x47\x03" "a\0\x03xyz"), " Status=",
	  READER_TRUNCATED },
	{ "short opaque", BYTES(HEAD PING "\x47\xc3\x05xyz\x01"), " Status~", READER_TRUNCATED },
	{ "huge opaque", BYTES(HEAD PING "\x47\xc3\x8f\xff\xff\xff\x7fxyz\x01\x01"), " Status~",
	  READER_TOO_LONG },
	{ "attribute", BYTES(HEAD PING "\xc7\x01\x01"), "", READER_BAD_TOKEN },
	{ "literal with attributes", BYTES(HEAD PING "\x84\x00\x01\x01"), "", READER_BAD_TOKEN },
	{ "instruction", BYTES(HEAD PING "\x43\x07\x01\x01"), "", READER_BAD_TOKEN },
	{ "extension 0", BYTES(HEAD PING "\x47\x40x\0\x01\x01"), " Status~", READER_BAD_TOKEN },
	{ "extension", BYTES(HEAD PING "\xc0\x01"), "", READER_BAD_TOKEN },
	{ "reference without table", BYTES(HEAD PING "\x47\x83\x00\x01\x01"), " Status~",
	  READER_BAD_STRING },
	{ "reference to an open string", BYTES("\x03\x01\x6a\x02" "ab" PING "\x47\x83\x00\x01\x01"),
	  " Status~", READER_BAD_STRING },
	{ "entity 0", BYTES(HEAD PING "\x47\x02\x00\x01\x01"), " Status~", READER_BAD_STRING },
	{ "entity of a surrogate", BYTES(HEAD PING "\x47\x02\x83\xb0\x00\x01\x01"), " Status~",
	  READER_BAD_STRING },
	{ "entity above Unicode", BYTES(HEAD PING "\x47\x02\xc4\x80\x00\x01\x01"), " Status~",
	  READER_BAD_STRING },
	{ "trailing byte", BYTES(HEAD PING "\x07\x01\x00"), " Status~", READER_TRAILING },
	{ "two roots", BYTES(HEAD PING "\x01" PING "\x01"), "", READER_TRAILING },
};

static void
reads_documents(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(documents); i++) {
		const struct document *document = &documents[i];
		struct heap heap = { .n_blocks = 0 };
		struct trace trace = { .len = 0 };
		enum reader_fault check = document->fault;
		/* a copy of its own size, so that a sanitizer sees each byte too far */
		char *data = malloc(document->len ? document->len : 1);
		struct reader reader;

		assert_non_null(data);
		memcpy(data, document->data, document->len);
		reader_init(&reader, data, document->len,
			(struct reader_memory){ heap_alloc, &heap });
		if (reader_enter(&reader, Ping_Ping))
			walk(&reader, &trace);
		reader_finish(&reader);
		if (strcmp(trace.text, document->want) != 0 ||
		    reader_fault(&reader) != document->fault)
			fail_msg("%s: got '%s', %s; want '%s', %s", document->about, trace.text,
				reader_fault_name(reader_fault(&reader)), document->want,
				reader_fault_name(document->fault));
		if (check == READER_WRONG_ROOT)
			check = READER_OK;
		if (wbxml_check(data, document->len) != check)
			fail_msg("%s: wbxml_check says %s", document->about,
				reader_fault_name(wbxml_check(data, document->len)));
		assert_true(reader_offset(&reader) <= document->len);
		free(data);
		heap_free(&heap);
	}
}

/* Each beginning of a good document is an error, and none reads beyond its end. */
static void
every_truncation(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(documents); i++) {
		const struct document *document = &documents[i];

		if (document->fault != READER_OK)
			continue;
		for (size_t len = 0; len < document->len; len++) {
			char *data = malloc(len ? len : 1);

			memcpy(data, document->data, len);
			assert_int_not_equal(wbxml_check(data, len), READER_OK);
			free(data);
		}
	}
}

/* Ping { Folders { Folder { Id 5 Class Email } Folder { Id 8 } } HeartbeatInterval 60 } */
#define TWO_FOLDERS \
	HEAD PING "\x49\x4a\x4b\x03" "5\0\x01\x4c\x03" "Email\0\x01\x01\x4a\x4b\x03" \
	"8\0\x01\x01\x01\x48\x03" "60\0\x01\x01"

static struct reader
start(const char *data, size_t len)
{
	struct reader reader;

	reader_init(&reader, data, len, (struct reader_memory){ NULL, NULL });
	assert_true(reader_enter(&reader, Ping_Ping));
	return reader;
}

static void
expect_child(struct reader *reader, enum token want)
{
	enum token token;

	assert_true(reader_child(reader, &token));
	assert_int_equal(token, want);
}

static void
skips_and_leaves(void **state)
{
	struct reader reader = start(BYTES(TWO_FOLDERS));
	enum token token;

	(void)state;
	expect_child(&reader, Ping_Folders); /* not entered: skipped whole */
	expect_child(&reader, Ping_HeartbeatInterval);
	assert_int_equal(reader_int(&reader, 0, 99), 60);
	assert_false(reader_child(&reader, &token));
	assert_false(reader_child(&reader, &token));
	assert_true(reader_finish(&reader));
	reader = start(BYTES(TWO_FOLDERS));
	expect_child(&reader, Ping_Folders);
	reader_into(&reader);
	expect_child(&reader, Ping_Folder);
	reader_into(&reader);
	expect_child(&reader, Ping_Id);
	reader_out(&reader); /* leaves Folder with Class unread */
	expect_child(&reader, Ping_Folder);
	reader_into(&reader);
	reader_out(&reader); /* before the first child */
	reader_out(&reader); /* leaves Folders */
	expect_child(&reader, Ping_HeartbeatInterval);
	assert_string_equal(reader_text(&reader), "60");
	assert_true(reader_finish(&reader));
}

static void
bookmarks(void **state)
{
	struct reader reader = start(BYTES(TWO_FOLDERS));
	struct reader mark;

	(void)state;
	expect_child(&reader, Ping_Folders);
	mark = reader;
	expect_child(&reader, Ping_HeartbeatInterval);
	assert_true(reader_finish(&reader));
	for (int round = 0; round < 2; round++) {
		struct reader again = mark;
		enum token token;

		reader_into(&again);
		expect_child(&again, Ping_Folder);
		expect_child(&again, Ping_Folder);
		reader_into(&again);
		expect_child(&again, Ping_Id);
		assert_string_equal(reader_text(&again), "8");
		assert_false(reader_child(&again, &token));
		assert_false(reader_child(&again, &token));
		expect_child(&again, Ping_HeartbeatInterval);
	}
}

static void
enters_empty_children(void **state)
{
	/* Ping { Folders~ Folders{} HeartbeatInterval~ } */
	struct reader reader = start(BYTES(HEAD PING "\x09\x49\x01\x08\x01"));
	enum token token;

	(void)state;
	for (int i = 0; i < 2; i++) {
		expect_child(&reader, Ping_Folders);
		assert_true(reader_is_empty(&reader));
		reader_into(&reader);
		assert_false(reader_child(&reader, &token));
	}
	expect_child(&reader, Ping_HeartbeatInterval);
	assert_string_equal(reader_text(&reader), "");
	reader_into(&reader);
	reader_out(&reader);
	assert_false(reader_child(&reader, &token));
	assert_true(reader_finish(&reader));
}

static void
tells_the_root(void **state)
{
	struct reader reader;
	enum token token = TOKEN_NONE;

	(void)state;
	reader_init(&reader, BYTES(TWO_FOLDERS), (struct reader_memory){ NULL, NULL });
	assert_true(reader_root(&reader, &token));
	assert_int_equal(token, Ping_Ping);
	assert_true(reader_enter(&reader, Ping_Ping));
	reader_init(&reader, BYTES("\x07"), (struct reader_memory){ NULL, NULL });
	token = AirSync_Sync;
	assert_false(reader_root(&reader, &token));
	assert_int_equal(token, AirSync_Sync);
	assert_int_equal(reader_fault(&reader), READER_BAD_HEADER);
}

static void
numbers(void **state)
{
	static const struct {
		const char *text;
		long want;
		bool is_bad;
	} cases[] = {
		{ "5", 5, false },     { "-7", -7, false },    { " 12\r\n", 12, false },
		{ "+3", 3, false },    { "007", 7, false },    { "100", 100, false },
		{ "101", -10, true },  { "-11", -10, true },   { "", -10, true },
		{ " ", -10, true },    { "5x", -10, true },    { "0x10", -10, true },
		{ "1.5", -10, true },  { "99999999999999999999", -10, true },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		char data[64];
		int len = snprintf(data, sizeof(data),
			"\x03\x01\x6a%c%c\x0d\x45\x47\x03%s%c\x01\x01", 0, 0, cases[i].text, 0);
		struct reader reader = start(data, (size_t)len);

		expect_child(&reader, Ping_Status);
		assert_int_equal(reader_int(&reader, -10, 100), cases[i].want);
		assert_int_equal(reader_fault(&reader), cases[i].is_bad ? READER_BAD_VALUE : 0);
	}
}

static void
booleans(void **state)
{
	static const struct {
		const char *data;
		size_t len;
		bool want;
		enum reader_fault fault;
	} cases[] = {
		{ BYTES(HEAD PING "\x07\x01"), true, READER_OK },
		{ BYTES(HEAD PING "\x47\x03\0\x01\x01"), true, READER_OK },
		{ BYTES(HEAD PING "\x47\x03" "1\0\x01\x01"), true, READER_OK },
		{ BYTES(HEAD PING "\x47\x03" "true\0\x01\x01"), true, READER_OK },
		{ BYTES(HEAD PING "\x47\x03" "0\0\x01\x01"), false, READER_OK },
		{ BYTES(HEAD PING "\x47\x03" "false\0\x01\x01"), false, READER_OK },
		{ BYTES(HEAD PING "\x47\x03" "2\0\x01\x01"), false, READER_BAD_VALUE },
		{ BYTES(HEAD PING "\x47\x03" "2"), false, READER_TRUNCATED },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct reader reader = start(cases[i].data, cases[i].len);

		expect_child(&reader, Ping_Status);
		assert_int_equal(reader_bool(&reader), cases[i].want);
		assert_int_equal(reader_fault(&reader), cases[i].fault);
	}
}

static void
borrows_and_copies(void **state)
{
	static const char plain[] = HEAD PING "\x47\x03" "text\0\x01\x01";
	static const char opaque[] = HEAD PING "\x47\xc3\x04" "by\0e\x01\x01";
	static const char split[] = HEAD PING "\x47\xc3\x02" "by\x03" "te\0\x01\x01";
	struct heap heap = { .n_blocks = 0 };
	struct reader_memory memory = { heap_alloc, &heap };
	struct reader reader;
	size_t len;

	(void)state;
	reader_init(&reader, plain, sizeof(plain) - 1, memory);
	assert_true(reader_enter(&reader, Ping_Ping));
	expect_child(&reader, Ping_Status);
	assert_ptr_equal(reader_text(&reader), plain + 9);
	assert_ptr_equal(reader_bytes(&reader, &len), plain + 9);
	assert_int_equal(len, 4);
	assert_int_equal(heap.n_blocks, 0);

	reader_init(&reader, opaque, sizeof(opaque) - 1, memory);
	assert_true(reader_enter(&reader, Ping_Ping));
	expect_child(&reader, Ping_Status);
	assert_ptr_equal(reader_bytes(&reader, &len), opaque + 10);
	assert_int_equal(len, 4);
	assert_int_equal(heap.n_blocks, 0);
	assert_string_equal(reader_text(&reader), "by");
	assert_int_equal(heap.n_blocks, 1);

	reader_init(&reader, split, sizeof(split) - 1, memory);
	assert_true(reader_enter(&reader, Ping_Ping));
	expect_child(&reader, Ping_Status);
	assert_memory_equal(reader_bytes(&reader, &len), "byte", 4);
	assert_int_equal(len, 4);
	assert_int_equal(heap.n_blocks, 2);
	heap_free(&heap);

	reader = start(opaque, sizeof(opaque) - 1); /* without memory */
	expect_child(&reader, Ping_Status);
	assert_string_equal(reader_text(&reader), "");
	assert_int_equal(reader_fault(&reader), READER_NO_MEMORY);
}

static void
errors_stick(void **state)
{
	struct reader reader = start(BYTES(HEAD PING "\x49\x4a\x03" "5\0\x01\x40"));
	enum token token;
	size_t len;
	long number = 1;

	(void)state;
	expect_child(&reader, Ping_Folders);
	reader_into(&reader);
	expect_child(&reader, Ping_Folder);
	assert_false(reader_child(&reader, &token));
	assert_int_equal(reader_fault(&reader), READER_BAD_TOKEN);
	assert_int_equal(reader_offset(&reader), 13);
	assert_false(reader_child(&reader, &token));
	assert_string_equal(reader_text(&reader), "");
	assert_int_equal(*(const char *)reader_bytes(&reader, &len), 0);
	assert_int_equal(len, 0);
	assert_false(reader_number(&reader, &number));
	assert_int_equal(reader_int(&reader, 7, 9), 7);
	assert_false(reader_bool(&reader));
	assert_true(reader_is_empty(&reader));
	reader_into(&reader);
	reader_out(&reader);
	assert_false(reader_enter(&reader, Ping_Ping));
	assert_false(reader_finish(&reader));
	assert_int_equal(reader_fault(&reader), READER_BAD_TOKEN);
}

static void
misuse(void **state)
{
	struct reader reader = start(BYTES(TWO_FOLDERS));
	enum token token;

	(void)state;
	reader_into(&reader);
	assert_int_equal(reader_fault(&reader), READER_MISUSED);
	reader = start(BYTES(TWO_FOLDERS));
	reader_out(&reader);
	reader_out(&reader);
	assert_int_equal(reader_fault(&reader), READER_MISUSED);
	reader = start(BYTES(TWO_FOLDERS));
	assert_false(reader_enter(&reader, Ping_Ping));
	assert_int_equal(reader_fault(&reader), READER_MISUSED);
	reader_init(&reader, BYTES(TWO_FOLDERS), (struct reader_memory){ NULL, NULL });
	assert_false(reader_child(&reader, &token));
	assert_int_equal(reader_fault(&reader), READER_MISUSED);
}

static void
depth_is_bounded(void **state)
{
	char data[256] = HEAD PING;

	(void)state;
	for (unsigned depth = WBXML_DEPTH_MAX; depth <= WBXML_DEPTH_MAX + 1; depth++) {
		size_t at = 7;

		for (unsigned i = 1; i < depth; i++)
			data[at++] = 0x49;
		for (unsigned i = 0; i < depth; i++)
			data[at++] = 0x01;
		assert_int_equal(wbxml_check(data, at),
			depth > WBXML_DEPTH_MAX ? READER_TOO_DEEP : READER_OK);
	}
}

/* A table of 4,000 bytes, referred to again and again, must not stand for gigabytes. */
static void
expansion_is_bounded(void **state)
{
	enum { TABLE = 4000, REFERENCES = 100000 };
	char *data = malloc(TABLE + 2 * REFERENCES + 64);
	size_t at = 0;
	struct reader reader;
	struct heap heap = { .n_blocks = 0 };

	(void)state;
	assert_non_null(data);
	memcpy(data, "\x03\x01\x6a\x9f\x20", 5);
	at = 5;
	memset(data + at, 'x', TABLE - 1);
	data[at + TABLE - 1] = 0;
	at += TABLE;
	memcpy(data + at, PING "\x47", 4);
	at += 4;
	for (int i = 0; i < REFERENCES; i++) {
		memcpy(data + at, "\x83\0", 2);
		at += 2;
	}
	memcpy(data + at, "\x01\x01", 2);
	at += 2;
	assert_int_equal(wbxml_check(data, at), READER_TOO_LONG);
	reader_init(&reader, data, at, (struct reader_memory){ heap_alloc, &heap });
	assert_true(reader_enter(&reader, Ping_Ping));
	expect_child(&reader, Ping_Status);
	assert_string_equal(reader_text(&reader), "");
	assert_int_equal(reader_fault(&reader), READER_TOO_LONG);
	assert_int_equal(heap.n_blocks, 0);
	free(data);
}

static void
faults_have_names(void **state)
{
	(void)state;
	for (int i = 0; i < READER_FAULTS; i++)
		for (int j = 0; j < i; j++)
			assert_string_not_equal(reader_fault_name((enum reader_fault)i),
				reader_fault_name((enum reader_fault)j));
	assert_string_equal(reader_fault_name(READER_FAULTS), "unknown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_documents),
		cmocka_unit_test(every_truncation),
		cmocka_unit_test(skips_and_leaves),
		cmocka_unit_test(bookmarks),
		cmocka_unit_test(enters_empty_children),
		cmocka_unit_test(tells_the_root),
		cmocka_unit_test(numbers),
		cmocka_unit_test(booleans),
		cmocka_unit_test(borrows_and_copies),
		cmocka_unit_test(errors_stick),
		cmocka_unit_test(misuse),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(expansion_is_bounded),
		cmocka_unit_test(faults_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
