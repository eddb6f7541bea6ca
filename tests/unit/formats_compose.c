/* SPDX-License-Identifier: ISC */
/*
 * Composing: tests/golden/compose/X.KIND.phone with X.KIND.source (if any) gives X.KIND.out, where
 * KIND is new, reply or forward.  Random boundaries are numbered, the date made fixed.  And cases
 * about recipients and sizes.  GOLDEN_UPDATE=1 in the environment writes the files instead.
 */
#include "backends/formats/compose.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "backends/formats/mimeread.h"
#include "bridge/base/arena.h"
#include "bridge/base/body.h"
#include "bridge/base/buf.h"
#include "bridge/base/date.h"
#include "bridge/send.h"

#define MAILS TEST_TOP "/tests/golden/compose/"

enum { MESSAGE_MAX = 64 * 1024 * 1024 };

static char *
file_read(struct arena *arena, const char *name, size_t *ret_len)
{
	FILE *file = fopen(arena_printf(arena, MAILS "%s", name), "rb");
	struct buf buf;
	size_t got = 1;

	if (file == NULL)
		return NULL;
	buf_init_arena(&buf, arena, 16 * 1024 * 1024);
	while (got > 0) {
		got = fread(buf_space(&buf, 65536), 1, 65536, file);
		buf_grown(&buf, got);
	}
	fclose(file);
	*ret_len = buf.len;
	return (char *)(uintptr_t)buf_str(&buf);
}

/* "=_" and 32 hex digits become "=_1", "=_2" ... in the order of appearance. */
static void
number_boundaries(struct buf *out, const char *text, size_t n)
{
	char seen[16][35];
	unsigned n_seen = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned k = 0;

		if (n - i < 34 || memcmp(text + i, "=_", 2) != 0 ||
		    strspn(text + i + 2, "0123456789abcdef") < 32) {
			if (text[i] != '\r')
				buf_putc(out, text[i]);
			continue;
		}
		while (k < n_seen && memcmp(seen[k], text + i, 34) != 0)
			k++;
		if (k == n_seen && n_seen < 16)
			memcpy(seen[n_seen++], text + i, 34);
		buf_printf(out, "=_%u", k + 1);
		i += 33;
	}
}

static void
put_envelope(struct buf *out, enum fault fault, const struct envelope *envelope)
{
	buf_printf(out, "fault %s\n", fault_name(fault));
	if (fault != OK)
		return;
	buf_printf(out, "from %s%s%s\nid %s\n", envelope->from, envelope->is_8bit ? " 8bit" : "",
	    envelope->needs_utf8 ? " utf8" : "", envelope->message_id);
	for (unsigned i = 0; i < envelope->n_to; i++)
		buf_printf(out, "to %s\n", envelope->to[i]);
	buf_puts(out, "----\n");
}

static void
compare(struct arena *arena, const char *file, struct buf *got)
{
	char *want;
	size_t len;
	FILE *out;

	if (getenv("GOLDEN_UPDATE") != NULL) {
		out = fopen(arena_printf(arena, MAILS "%s", file), "wb");
		assert_non_null(out);
		fwrite(got->data, 1, got->len, out);
		fclose(out);
		return;
	}
	want = file_read(arena, file, &len);
	if (want == NULL || len != got->len || memcmp(want, got->data, len) != 0) {
		print_message("%s differs; got:\n%s", file, buf_str(got));
		fail();
	}
}

/* Every line ends in CRLF, no bare CR or LF: what SMTP demands. */
static void
assert_lines(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '\n')
			assert_true(i > 0 && text[i - 1] == '\r');
		if (text[i] == '\r')
			assert_true(i + 1 < n && text[i + 1] == '\n');
	}
}

static void
golden_one(const char *stem, enum outgoing_kind kind)
{
	struct arena *arena = arena_new(0);
	struct outgoing out = { .kind = kind, .address = "me@ex.test",
		.message_id = "given@ex.test" };
	struct body phone, source, message;
	struct envelope envelope;
	size_t len;
	char *data = file_read(arena, arena_printf(arena, "%s.phone", stem), &len);
	struct buf got;
	enum fault fault;
	const void *view;

	assert_non_null(data);
	body_from_memory(&phone, data, len);
	out.mime = &phone;
	data = file_read(arena, arena_printf(arena, "%s.source", stem), &len);
	if (data != NULL) {
		body_from_memory(&source, data, len);
		out.source = &source;
	} else if (kind != OUTGOING_NEW) {
		out.source_message_id = "<src@ex.test>";
		out.source_references = "<root@ex.test> <bad id> <mid@ex.test>";
	}
	body_init(&message, arena, MESSAGE_MAX);
	buf_init(&got, MESSAGE_MAX);
	fault = compose(arena, &out, &message, &envelope);
	put_envelope(&got, fault, &envelope);
	assert_true(body_view(&message, &view, &len));
	assert_lines(view, len);
	number_boundaries(&got, view, len);
	compare(arena, arena_printf(arena, "%s.out", stem), &got);
	body_close(&message);
	buf_free(&got);
	arena_free(&arena);
}

static void
test_golden(void **state)
{
	static const struct {
		const char *suffix;
		enum outgoing_kind kind;
	} kinds[] = {
		{ ".new.phone", OUTGOING_NEW },
		{ ".reply.phone", OUTGOING_REPLY },
		{ ".forward.phone", OUTGOING_FORWARD },
	};
	struct dirent **list;
	int n = scandir(MAILS, &list, NULL, alphasort);
	int done = 0;

	(void)state;
	for (int i = 0; i < n; i++) {
		const char *name = list[i]->d_name;

		for (unsigned k = 0; k < 3; k++) {
			size_t suffix = strlen(kinds[k].suffix);
			char stem[256];

			if (strlen(name) <= suffix ||
			    strcmp(name + strlen(name) - suffix, kinds[k].suffix) != 0)
				continue;
			snprintf(stem, sizeof(stem), "%.*s", (int)(strlen(name) - 6), name);
			golden_one(stem, kinds[k].kind);
			done++;
		}
		free(list[i]);
	}
	free(list);
	assert_true(done >= 15);
}

static void
test_recipients(void **state)
{
	static const struct {
		const char *header;
		enum fault fault;
		const char *to; /* joined by blanks */
	} cases[] = {
		{ "To: a@b.test", OK, "a@b.test" },
		{ "To: A <a@b.test>, \"B, C\" <c@d.test>\r\nCc: e@f.test (E)\r\nBcc: g@h.test", OK,
		    "a@b.test c@d.test e@f.test g@h.test" },
		{ "To: team: a@b.test, c@d.test;, e@f.test", OK, "a@b.test c@d.test e@f.test" },
		{ "To: a@b.test, A@B.test\r\ncc: a@b.test", OK, "a@b.test" },
		{ "To: undisclosed-recipients:;\r\nBcc: a@b.test", OK, "a@b.test" },
		{ "To: =?utf-8?Q?J=C3=BCrgen?= <a@b.test>;c@d.test", OK, "a@b.test c@d.test" },
		{ "To: a@b.test\r\nTo: c@d.test", OK, "a@b.test c@d.test" },
		{ "To: <a@b.test>,\r\n <c@d.test>,", OK, "a@b.test c@d.test" },
		{ "To: \"a b\"@c.test", BAD_INPUT, NULL },
		{ "To: a@[192.0.2.1]", OK, "a@[192.0.2.1]" },
		{ "Subject: nobody", BAD_INPUT, NULL },
		{ "To: undisclosed-recipients:;", BAD_INPUT, NULL },
		{ "To: bob", BAD_INPUT, NULL },
		{ "To: bob, a@b.test", BAD_INPUT, NULL },
		{ "To: a@b@c.test", BAD_INPUT, NULL },
		{ "To: <a@b.test\r\n >RCPT TO:<evil@x.test>", BAD_INPUT, NULL },
		{ "To: \"x\\\r\nRCPT TO:<evil@x.test>\"@b.test", BAD_INPUT, NULL },
		{ "To: a@b..test", BAD_INPUT, NULL },
		{ "To: a@-b.test", BAD_INPUT, NULL },
		{ "To: a@b.test <>", BAD_INPUT, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena *arena = arena_new(0);
		char *text = arena_printf(arena, "%s\r\n\r\nx\r\n", cases[i].header);
		struct outgoing out = { .kind = OUTGOING_NEW, .address = "me@ex.test" };
		struct envelope envelope;
		struct body phone, message;
		struct buf to;

		body_from_memory(&phone, text, strlen(text));
		out.mime = &phone;
		body_init(&message, arena, MESSAGE_MAX);
		if (compose(arena, &out, &message, &envelope) != cases[i].fault)
			fail_msg("case %zu: %s", i, cases[i].header);
		buf_init(&to, 4096);
		for (unsigned k = 0; cases[i].fault == OK && k < envelope.n_to; k++)
			buf_printf(&to, "%s%s", k > 0 ? " " : "", envelope.to[k]);
		assert_string_equal(buf_str(&to), cases[i].to == NULL ? "" : cases[i].to);
		buf_free(&to);
		body_close(&message);
		arena_free(&arena);
	}
}

/* A forward of 25 MB: the attachment's bytes arrive as they were, the arena stays small. */
static void
test_large(void **state)
{
	static const char phone_text[] = "To: a@b.test\r\nSubject: Fwd\r\n\r\nsee below\r\n";
	static const char line[] =
	    "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0\r\n";
	struct outgoing out = { .kind = OUTGOING_FORWARD, .address = "me@ex.test" };
	struct arena *arena = arena_new(8 * 1024 * 1024);
	struct body phone, source, message;
	struct envelope envelope;
	struct mimeread read;
	const struct mime_part *part;

	(void)state;
	body_from_memory(&phone, phone_text, strlen(phone_text));
	body_init(&source, NULL, MESSAGE_MAX);
	body_puts(&source, "From: x@ex.test\r\nSubject: big\r\nContent-Type: multipart/mixed; "
	    "boundary=q\r\n\r\n--q\r\n\r\ntext\r\n--q\r\n"
	    "Content-Type: application/zip; name=a.zip\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\n");
	for (int i = 0; i < 330000; i++)
		body_puts(&source, line);
	body_puts(&source, "--q--\r\n");
	out.mime = &phone;
	out.source = &source;
	body_init(&message, NULL, MESSAGE_MAX);
	assert_int_equal(compose(arena, &out, &message, &envelope), OK);
	assert_true(mimeread(arena, &message, &read));
	part = mime_find(read.root, "2");
	assert_non_null(part);
	assert_string_equal(part->subtype, "zip");
	assert_int_equal(part->octets, 330000 * (sizeof(line) - 1) - 2);
	for (uint64_t at = 0; at + sizeof(line) < part->octets; at += sizeof(line) - 1) {
		char got[sizeof(line)];

		body_read_at(&message, (size_t)(part->body_at + at), got, sizeof(line) - 1);
		assert_memory_equal(got, line, sizeof(line) - 1);
	}
	body_close(&message);
	body_init(&message, NULL, 1024 * 1024);
	assert_int_equal(compose(arena, &out, &message, &envelope), TOO_BIG);
	body_close(&message);
	body_close(&source);
	arena_free(&arena);
}

static int
freeze_clock(void **state)
{
	(void)state;
	/* 2026-01-05 10:00:00 UTC, to the second, for the time the test takes */
	clock_set_offset(INT64_C(1767607200000) + 300 - now_wall_ms());
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_golden, freeze_clock),
		cmocka_unit_test(test_recipients),
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
