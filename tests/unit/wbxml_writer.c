/* SPDX-License-Identifier: ISC */
/*
 * The writer: deferred tags, text made legal wherever it is cut, and that failures stick.
 */
#include "wbxml/writer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wbxml/reader.h"
#include "wbxml/utf8.h"

#define HEAD "\x03\x01\x6a\x00"
#define BYTES(string) string, sizeof(string) - 1
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

struct output {
	unsigned char data[8192];
	size_t len;
	size_t room;
	unsigned calls;
};

static bool
take(void *ctx, const void *data, size_t len)
{
	struct output *output = ctx;

	output->calls++;
	if (len > output->room - output->len)
		return false;
	memcpy(output->data + output->len, data, len);
	output->len += len;
	return true;
}

static struct writer
begin(struct output *output)
{
	struct writer writer;

	output->len = 0;
	output->calls = 0;
	output->room = sizeof(output->data);
	writer_begin(&writer, (struct writer_sink){ take, output });
	return writer;
}

static void
write_nothing(struct writer *w)
{
	writer_open(w, AirSync_Sync);
	writer_open(w, AirSync_Collections);
	writer_close(w);
	writer_close(w);
	writer_pad(w);
}

static void
write_deferred(struct writer *w)
{
	writer_open(w, AirSync_Sync);
	writer_open(w, AirSync_Collections);
	writer_close(w);
	writer_text(w, AirSync_Status, "1");
	writer_open(w, AirSync_Commands);
	writer_open(w, AirSync_Add);
	writer_close(w);
	writer_close(w);
	writer_close(w);
}

static void
write_always(struct writer *w)
{
	writer_open(w, AirSync_Sync);
	writer_open_always(w, AirSync_Collections);
	writer_open_always(w, AirSync_Collection);
	writer_close(w);
	writer_close(w);
	writer_open_always(w, AirSync_Commands);
	writer_int(w, AirSync_Status, -5);
	writer_close(w);
	writer_close(w);
}

static void
write_pages(struct writer *w)
{
	writer_open(w, Provision_Provision);
	writer_open(w, Settings_DeviceInformation);
	writer_bool(w, Settings_Status, true);
	writer_bool(w, Settings_Status, false);
	writer_close(w);
	writer_empty(w, Provision_RemoteWipe);
	writer_close(w);
}

static void
write_values(struct writer *w)
{
	writer_open(w, ComposeMail_SendMail);
	writer_text(w, ComposeMail_ClientId, "");
	writer_text(w, ComposeMail_ClientId, NULL);
	writer_text_n(w, ComposeMail_ClientId, "abc", 2);
	writer_opaque(w, ComposeMail_Mime, "\0\x01\xff", 3);
	writer_opaque(w, ComposeMail_Mime, NULL, 0);
	writer_int(w, ComposeMail_Status, INT64_MIN);
	writer_close(w);
}

static void
write_streams(struct writer *w)
{
	writer_open(w, ComposeMail_SendMail);
	writer_text_begin(w, ComposeMail_ClientId);
	writer_pad(w);
	writer_text_more(w, "a", 1);
	writer_pad(w);
	writer_text_more(w, "", 0);
	writer_text_more(w, "b", 1);
	writer_text_end(w);
	writer_text_begin(w, ComposeMail_ClientId);
	writer_text_more(w, "\x01\x02", 2);
	writer_text_end(w);
	writer_opaque_begin(w, ComposeMail_Mime, 4);
	writer_opaque_more(w, "ab", 2);
	writer_opaque_more(w, "cd", 2);
	writer_opaque_end(w);
	writer_opaque_begin(w, ComposeMail_Mime, 0);
	writer_opaque_end(w);
	writer_close(w);
}

static void
write_pads(struct writer *w)
{
	writer_pad(w);
	writer_open(w, Ping_Ping);
	writer_pad(w);
	writer_bool(w, Ping_Status, true);
	writer_pad(w);
	writer_open(w, Ping_Folders);
	writer_pad(w);
	writer_close(w);
	writer_close(w);
	writer_pad(w);
}

static void
write_text_root(struct writer *w)
{
	writer_text(w, AirSync_Sync, "x");
}

static void
write_long_opaque(struct writer *w)
{
	static const char zeros[200];

	writer_opaque(w, ComposeMail_Mime, zeros, 130);
}

static void
writes_documents(void **state)
{
	static const struct {
		void (*write)(struct writer *);
		const char *want;
		size_t len;
	} cases[] = {
		{ write_nothing, BYTES("") },
		{ write_deferred, BYTES(HEAD "\x45\x4e\x03" "1\0\x01\x01") },
		{ write_always, BYTES(HEAD "\x45\x5c\x0f\x01\x56\x4e\x03-5\0\x01\x01\x01") },
		{ write_pages, BYTES(HEAD "\x00\x0e\x45\x00\x12\x56\x46\x03" "1\0\x01\x46\x03"
		  "0\0\x01\x01\x00\x0e\x0c\x01") },
		{ write_values, BYTES(HEAD "\x00\x15\x45\x11\x51\x03" "ab\0\x01\x50\xc3\x03\0\x01"
		  "\xff\x01\x10\x52\x03-9223372036854775808\0\x01\x01") },
		{ write_streams, BYTES(HEAD "\x00\x15\x45\x51\x03" "ab\0\x01\x11\x50\xc3\x04"
		  "abcd\x01\x10\x01") },
		{ write_pads, BYTES(HEAD "\x00\x0d\x45\x47\x03" "1\0\x01\x00\x0d\x00\x0d\x01") },
		{ write_text_root, BYTES(HEAD "\x45\x03x\0\x01") },
		{ write_long_opaque, BYTES(HEAD "\x00\x15\x50\xc3\x81\x02"
		  "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
		  "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
		  "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
		  "\0\0\0\0\0\0\0\0\0\0\x01") },
	};
	struct output output;

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct writer writer = begin(&output);

		cases[i].write(&writer);
		assert_int_equal(writer_is_empty(&writer), cases[i].len == 0);
		assert_int_equal(writer_bytes(&writer), cases[i].len);
		assert_true(writer_end(&writer));
		assert_int_equal(output.len, cases[i].len);
		assert_memory_equal(output.data, cases[i].want, cases[i].len);
		if (output.len > 0)
			assert_int_equal(wbxml_check(output.data, output.len), READER_OK);
	}
}

#define FFFD "\xef\xbf\xbd"

static const struct {
	const char *in;
	size_t len;
	const char *want;
} texts[] = {
	{ BYTES("plain ~ text\t\r\n"), "plain ~ text\t\r\n" },
	{ BYTES("\x7f"), "\x7f" },
	{ BYTES("a\x00" "b\x01" "c\x0b\x0c\x0e\x1f" "d"), "abcd" },
	{ BYTES("Gr\xc3\xbc\xc3\x9f" "e \xe2\x82\xac \xf0\x9f\x98\x80"),
	  "Gr\xc3\xbc\xc3\x9f" "e \xe2\x82\xac \xf0\x9f\x98\x80" },
	{ BYTES("\xef\xbf\xbe-\xef\xbf\xbf-\xef\xbf\xbd"), "--" FFFD },     /* U+FFFE, U+FFFF */
	{ BYTES("\xed\x9f\xbf\xee\x80\x80"), "\xed\x9f\xbf\xee\x80\x80" }, /* beside surrogates */
	{ BYTES("\xed\xa0\x80"), FFFD FFFD FFFD },                          /* surrogate */
	{ BYTES("\xf4\x8f\xbf\xbf"), "\xf4\x8f\xbf\xbf" },                 /* U+10FFFF */
	{ BYTES("\xf4\x90\x80\x80"), FFFD FFFD FFFD FFFD },
	{ BYTES("\xc0\x80"), FFFD FFFD },                                   /* overlong */
	{ BYTES("\xe0\x9f\xbf"), FFFD FFFD FFFD },
	{ BYTES("\xf0\x8f\xbf\xbf"), FFFD FFFD FFFD FFFD },
	{ BYTES("\xf5\xff\xfe\x80"), FFFD FFFD FFFD FFFD },
	{ BYTES("Gr\xfc\xdf" "e"), "Gr" FFFD FFFD "e" },                    /* Latin 1 */
	{ BYTES("\xe2\x82"), FFFD },
	{ BYTES("\xe2\x82x"), FFFD "x" },
	{ BYTES("\xe2\xe2\x82\xac"), FFFD "\xe2\x82\xac" },
	{ BYTES("\xf0\x9f\x98"), FFFD },
	{ BYTES("\xf0\x9f\x98\xc3\xa4"), FFFD "\xc3\xa4" },
	{ BYTES("\xf0\x9f\x98\x00z"), FFFD "z" },
	{ BYTES("\xc3"), FFFD },
	{ BYTES(""), "" },
};

static void
check_text(struct output *output, const char *want)
{
	size_t len = strlen(want);

	if (len == 0) {
		assert_int_equal(output->len, 5);
		assert_memory_equal(output->data, HEAD "\x0b", 5);
		return;
	}
	assert_int_equal(output->len, len + 8);
	assert_memory_equal(output->data, HEAD "\x4b\x03", 6);
	assert_memory_equal(output->data + 6, want, len);
	assert_memory_equal(output->data + 6 + len, "\0\x01", 2);
	assert_int_equal(utf8_legal(want, len), len);
}

/* In one piece, cut in three at every place, and byte by byte: always the same. */
static void
texts_become_legal(void **state)
{
	struct output output;

	(void)state;
	for (size_t i = 0; i < LENGTH(texts); i++)
		for (size_t cut = 0; cut <= texts[i].len; cut++)
			for (size_t next = cut; next <= texts[i].len; next++) {
				struct writer writer = begin(&output);

				writer_text_begin(&writer, AirSync_SyncKey);
				writer_text_more(&writer, texts[i].in, cut);
				writer_text_more(&writer, texts[i].in + cut, next - cut);
				writer_text_more(&writer, texts[i].in + next, texts[i].len - next);
				writer_text_end(&writer);
				assert_true(writer_end(&writer));
				check_text(&output, texts[i].want);
			}
	for (size_t i = 0; i < LENGTH(texts); i++) {
		struct writer writer = begin(&output);

		writer_text_begin(&writer, AirSync_SyncKey);
		for (size_t at = 0; at < texts[i].len; at++)
			writer_text_more(&writer, texts[i].in + at, 1);
		writer_text_end(&writer);
		assert_true(writer_end(&writer));
		check_text(&output, texts[i].want);
	}
}

static void
fail_open(struct writer *w)
{
	writer_open(w, AirSync_Sync);
}

static void
fail_open_shown(struct writer *w)
{
	writer_open(w, AirSync_Sync);
	writer_text(w, AirSync_Status, "1");
}

static void
fail_close(struct writer *w)
{
	writer_close(w);
}

static void
fail_roots(struct writer *w)
{
	writer_empty(w, AirSync_Sync);
	writer_empty(w, AirSync_Sync);
}

static void
fail_roots_after_close(struct writer *w)
{
	fail_open_shown(w);
	writer_close(w);
	fail_open_shown(w);
	writer_close(w);
}

static void
fail_depth(struct writer *w)
{
	for (int i = 0; i < WBXML_DEPTH_MAX; i++)
		writer_open(w, AirSync_Sync);
	writer_empty(w, AirSync_Status);
	for (int i = 0; i < WBXML_DEPTH_MAX; i++)
		writer_close(w);
}

static void
fail_depth_open(struct writer *w)
{
	for (int i = 0; i <= WBXML_DEPTH_MAX; i++)
		writer_open(w, AirSync_Sync);
	for (int i = 0; i <= WBXML_DEPTH_MAX; i++)
		writer_close(w);
}

static void
fail_token(struct writer *w)
{
	writer_empty(w, TOKEN_NONE);
}

static void
fail_token_code(struct writer *w)
{
	writer_empty(w, (enum token)0x0045);
}

static void
fail_token_page(struct writer *w)
{
	writer_empty(w, (enum token)0x10005);
}

static void
fail_text_open(struct writer *w)
{
	writer_text_begin(w, AirSync_SyncKey);
	writer_text_more(w, "x", 1);
}

static void
fail_text_nested(struct writer *w)
{
	writer_text_begin(w, AirSync_SyncKey);
	writer_text(w, AirSync_SyncKey, "1");
	writer_text_end(w);
}

static void
fail_close_in_text(struct writer *w)
{
	writer_open(w, AirSync_Sync);
	writer_text_begin(w, AirSync_SyncKey);
	writer_close(w);
}

static void
fail_more_outside(struct writer *w)
{
	writer_text_more(w, "x", 1);
}

static void
fail_opaque_short(struct writer *w)
{
	writer_opaque_begin(w, ComposeMail_Mime, 3);
	writer_opaque_more(w, "ab", 2);
	writer_opaque_end(w);
}

static void
fail_opaque_long(struct writer *w)
{
	writer_opaque_begin(w, ComposeMail_Mime, 1);
	writer_opaque_more(w, "ab", 2);
	writer_opaque_end(w);
}

static void
fail_opaque_hollow(struct writer *w)
{
	writer_opaque_begin(w, ComposeMail_Mime, 0);
	writer_opaque_more(w, "a", 1);
	writer_opaque_end(w);
}

static void
fail_opaque_huge(struct writer *w)
{
	writer_opaque_begin(w, ComposeMail_Mime, WBXML_TEXT_MAX + 1);
}

static void
failures_stick(void **state)
{
	static void (*const cases[])(struct writer *) = {
		fail_open, fail_open_shown, fail_close, fail_roots, fail_roots_after_close,
		fail_depth, fail_depth_open, fail_token, fail_token_code, fail_token_page,
		fail_text_open, fail_text_nested, fail_close_in_text, fail_more_outside,
		fail_opaque_short, fail_opaque_long, fail_opaque_hollow, fail_opaque_huge,
	};
	struct output output;

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct writer writer = begin(&output);

		cases[i](&writer);
		assert_false(writer_end(&writer));
		assert_true(writer_has_failed(&writer));
		assert_false(writer_end(&writer));
	}
}

static void
full_depth_works(void **state)
{
	struct output output;
	struct writer writer = begin(&output);

	(void)state;
	for (int i = 1; i < WBXML_DEPTH_MAX; i++)
		writer_open(&writer, AirSync_Sync);
	writer_text(&writer, AirSync_Status, "1");
	for (int i = 1; i < WBXML_DEPTH_MAX; i++)
		writer_close(&writer);
	assert_true(writer_end(&writer));
	assert_int_equal(wbxml_check(output.data, output.len), READER_OK);
}

/* Wherever the sink refuses, the writer says so, asks no more and writes no more. */
static void
sink_refuses(void **state)
{
	struct output output;
	char text[3000];

	(void)state;
	memset(text, 'x', sizeof(text));
	for (size_t room = 0; room < 2 * sizeof(text) + 20; room += 7) {
		struct writer writer = begin(&output);
		unsigned calls;

		output.room = room;
		writer_open(&writer, AirSync_Sync);
		writer_text_n(&writer, AirSync_SyncKey, text, sizeof(text));
		writer_flush(&writer);
		writer_opaque(&writer, ComposeMail_Mime, text, sizeof(text));
		writer_close(&writer);
		assert_int_equal(writer_end(&writer), room >= 2 * sizeof(text) + 17);
		calls = output.calls;
		writer_empty(&writer, AirSync_Sync);
		writer_flush(&writer);
		if (writer_has_failed(&writer))
			assert_int_equal(output.calls, calls);
	}
}

static void
pads_reach_the_sink(void **state)
{
	struct output output;
	struct writer writer = begin(&output);

	(void)state;
	writer_open(&writer, AirSync_Sync);
	writer_text(&writer, AirSync_Status, "1");
	assert_int_equal(output.len, 0);
	writer_pad(&writer);
	assert_int_equal(output.len, writer_bytes(&writer));
	assert_memory_equal(output.data + output.len - 2, "\0\0", 2);
	writer_close(&writer);
	assert_true(writer_end(&writer));
	assert_int_equal(wbxml_check(output.data, output.len), READER_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_documents),
		cmocka_unit_test(texts_become_legal),
		cmocka_unit_test(failures_stick),
		cmocka_unit_test(full_depth_works),
		cmocka_unit_test(sink_refuses),
		cmocka_unit_test(pads_reach_the_sink),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
