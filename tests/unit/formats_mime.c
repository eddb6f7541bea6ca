/* SPDX-License-Identifier: ISC */
/* mimeread: the tree it makes, its bounds, its time; and the choice of text in odd trees. */
#include "backends/formats/mimeread.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "backends/formats/choice.h"
#include "backends/formats/message.h"
#include "bridge/base/arena.h"
#include "bridge/base/body.h"
#include "bridge/base/buf.h"
#include "bridge/base/codec.h"
#include "bridge/base/date.h"
#include "bridge/base/limits.h"
#include "bridge/store.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { SLOW_MS = 3000 };

/* "[1] text/plain 5; [2] ..." of every part in order; multiparts without size. */
static void
print_tree(struct buf *out, const struct mime_part *root)
{
	for (const struct mime_part *part = root; part != NULL; part = mime_next(root, part))
		if (mime_is(part, "multipart", NULL))
			buf_printf(out, "[%s] %s; ", part->section, part->subtype);
		else
			buf_printf(out, "[%s] %s/%s %u; ", part->section, part->type,
			    part->subtype, (unsigned)part->octets);
}

static void
test_trees(void **state)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
		{ "", "[1] text/plain 0; " },
		{ "A: b", "[1] text/plain 0; " },
		{ "A: b\n\nbody", "[1] text/plain 4; " },
		{ "\nbody", "[1] text/plain 4; " },
		{ "Content-Type: TEXT/HTML; charset=x\r\n\r\nx\r\n", "[1] text/html 3; " },
		{ "Content-Type: nonsense\r\n\r\nx", "[1] text/plain 1; " },
		{ "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b\r\n"
		    "Content-Type: a/b\r\n\r\ntwo\r\n--b--\r\n",
		    "[] mixed; [1] text/plain 3; [2] a/b 3; " },
		{ "Content-Type: multipart/mixed; boundary=b\n\n--b  \n\none\n--b\n\ntwo",
		    "[] mixed; [1] text/plain 3; [2] text/plain 3; " },
		{ "Content-Type: multipart/mixed; boundary=b\n\n--b\nX: no empty line\n--b\n\n"
		    "two\n--b--",
		    "[] mixed; [1] text/plain 0; [2] text/plain 3; " },
		{ "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/x; "
		    "boundary=b\n\n--b\n\nin\n--b--\n--a\n\nout\n--a--\n",
		    "[] mixed; [1] x; [1.1] text/plain 2; "
		    "[2] text/plain 3; " },
		{ "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/x; "
		    "boundary=b\n\n--b\n\nin\n--a\n\nout\n--a--\n",
		    "[] mixed; [1] x; [1.1] text/plain 2; "
		    "[2] text/plain 3; " },
		{ "Content-Type: multipart/digest; boundary=a\n\n--a\n\nSubject: in\n\nx\n--a--\n",
		    "[] digest; [1] message/rfc822 14; " },
		{ "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n--a\r\n--a--\r\n",
		    "[] mixed; [1] text/plain 0; [2] text/plain 0; " },
		{ "Content-Type: multipart/mixed\n\n--b\n\nx\n--b--\n", "[1] text/plain 13; " },
		{ "Content-Type: multipart/mixed; boundary=\"\"\n\n--\n\nx\n----\n",
		    "[1] text/plain 11; " },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena *arena = arena_new(0);
		struct mimeread read;
		struct body body;
		struct buf out;

		body_from_memory(&body, cases[i].in, strlen(cases[i].in));
		assert_true(mimeread(arena, &body, &read));
		buf_init(&out, 10000);
		print_tree(&out, read.root);
		for (struct mime_part *part = read.root; part != NULL;
		     part = mime_next(read.root, part)) {
			assert_true(part->header_at <= part->body_at);
			assert_true(part->body_at + part->octets <= body_len(&body));
		}
		assert_string_equal(buf_str(&out), cases[i].want);
		buf_free(&out);
		arena_free(&arena);
	}
}

static void
check_time(int64_t start, const char *what)
{
	if (now_ms() - start > SLOW_MS)
		fail_msg("%s takes %d ms", what, (int)(now_ms() - start));
}

/* Converts it all the way, which must end and stay in bounds whatever the tree is. */
static void
convert(struct arena *arena, struct body *body, const struct mimeread *read)
{
	struct message_source source = { .root = read->root, .header = read->header,
		.header_len = read->header_len, .size = body_len(body) };
	struct body_wish wish = { .mime_support = 2, .n = 2, .want = {
		{ .type = BODY_PLAIN, .preview = 100 }, { .type = BODY_MIME } } };
	struct message_text text = { "", body };
	struct message_texts texts = { &text, 1 };
	struct message_needs needs;
	struct item item;

	message_plan(arena, &source, &wish, true, &needs);
	message_convert(arena, &source, &wish, &texts, &item);
	assert_int_equal(item.email.body.type, BODY_MIME);
	wish.mime_support = 0;
	wish.n = 1;
	message_plan(arena, &source, &wish, false, &needs);
	message_convert(arena, &source, &wish, &texts, &item);
	message_close(&item);
}

static void
test_deep(void **state)
{
	struct arena *arena = arena_new(64 * 1024 * 1024);
	int64_t start = now_ms();
	struct mimeread read;
	struct body body;
	unsigned depth = 0;

	(void)state;
	body_init(&body, NULL, 64 * 1024 * 1024);
	for (int i = 0; i < 20000; i++) {
		char text[128];

		body_write(&body, text, (size_t)snprintf(text, sizeof(text),
		    "Content-Type: multipart/alternative; boundary=b%d\n\n--b%d\n", i, i));
	}
	assert_true(mimeread(arena, &body, &read));
	for (struct mime_part *part = read.root; part != NULL; part = part->child)
		depth++;
	assert_int_equal(depth, LIMIT_MIME_DEPTH + 1);
	assert_true(read.is_cut);
	convert(arena, &body, &read);
	body_close(&body);
	arena_free(&arena);
	check_time(start, "depth 20,000");
}

static void
test_many(void **state)
{
	struct arena *arena = arena_new(64 * 1024 * 1024);
	int64_t start = now_ms();
	struct mimeread read;
	struct body body;

	(void)state;
	body_init(&body, NULL, 64 * 1024 * 1024);
	body_puts(&body, "Content-Type: multipart/alternative; boundary=b\n\n");
	for (int i = 0; i < 200000; i++)
		body_puts(&body, "--b\nContent-Type: text/html\n\nx\n");
	assert_true(mimeread(arena, &body, &read));
	assert_int_equal(read.n_parts, LIMIT_MIME_PARTS);
	assert_true(read.is_cut);
	convert(arena, &body, &read);
	body_close(&body);
	arena_free(&arena);
	check_time(start, "200,000 parts");
}

static void
test_header(void **state)
{
	static const char *const units[] = { "X: y\n", " folded\n", "To: a@b.c,\n ",
		"Content-Type: text/plain; a=b;\n c=d;", "no line end ",
		"References: <a@b>\n <c@d>\n" };

	(void)state;
	for (size_t i = 0; i < COUNT(units); i++) {
		struct arena *arena = arena_new(128 * 1024 * 1024);
		int64_t start = now_ms();
		struct mimeread read;
		struct body body;

		body_init(&body, NULL, 64 * 1024 * 1024);
		body_puts(&body, "Subject: x\nTo: ");
		while (body_len(&body) < 1024 * 1024)
			body_puts(&body, units[i]);
		body_puts(&body, "\n\nbody\n");
		assert_true(mimeread(arena, &body, &read));
		assert_true(read.header_len <= MIMEREAD_HEADER_MAX);
		convert(arena, &body, &read);
		body_close(&body);
		arena_free(&arena);
		check_time(start, units[i]);
	}
}

/* Type 4 of a message that cannot travel as text: parts encoded anew, the rest as it was. */
static void
test_clean(void **state)
{
	static const char raw[] = "Subject: Gr\xfc\xdf" "e\r\nContent-Type: multipart/mixed; "
	    "boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\n"
	    "Content-Transfer-Encoding: 8bit\r\n\r\n\xfc" "ber\r\n--b\r\nContent-Type: a/b\r\n\r\n"
	    "\x01\xff\r\n--b--\r\n";
	static const char want[] = "Subject: Gr\xc3\xbc\xc3\x9f" "e\r\n"
	    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
	    "Content-Type: text/plain; charset=iso-8859-1\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n=FCber\r\n--b\r\n"
	    "Content-Type: a/b\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\nAf8=\r\n\r\n--b--\r\n";
	struct arena *arena = arena_new(0);
	struct body_wish wish = { .mime_support = 2, .n = 1, .want = { { .type = BODY_MIME } } };
	struct message_source source = { .size = strlen(raw) };
	struct message_text text = { "", NULL };
	struct message_texts texts = { &text, 1 };
	struct mimeread read;
	struct body body;
	struct item item;
	const void *data;
	size_t len;

	(void)state;
	body_from_memory(&body, raw, strlen(raw));
	assert_true(mimeread(arena, &body, &read));
	source.root = read.root;
	text.data = &body;
	assert_true(message_convert(arena, &source, &wish, &texts, &item));
	assert_true(body_view(item.email.body.data, &data, &len));
	assert_int_equal(len, strlen(want));
	assert_memory_equal(data, want, len);
	message_close(&item);
	arena_free(&arena);
}

/* R63: as much as the phone may have, however thin the text is in the HTML around it. */
static void
test_thin_html(void **state)
{
	struct arena *arena = arena_new(0);
	struct body_wish wish = { .n = 1, .want = { { .type = BODY_PLAIN, .has_truncation = true,
		.truncation = 500 } } };
	struct message_source source = { 0 };
	struct message_text text = { "1", NULL };
	struct message_texts texts = { &text, 1 };
	struct message_needs needs;
	struct mimeread read;
	struct body body, part;
	struct item item;
	const void *data;
	size_t len;

	(void)state;
	body_init(&body, arena, 16 * 1024 * 1024);
	body_puts(&body, "Content-Type: text/html\r\n\r\n<style>");
	for (int i = 0; i < 100000; i++)
		body_puts(&body, ".x { color: red }\r\n");
	body_puts(&body, "</style>");
	for (int i = 0; i < 200; i++)
		body_puts(&body, "<p>word</p>");
	assert_true(mimeread(arena, &body, &read));
	source.root = read.root;
	message_plan(arena, &source, &wish, false, &needs);
	assert_int_equal(needs.n, 1);
	assert_true(needs.list[0].max < read.root->octets);
	assert_true(body_view(&body, &data, &len));
	body_from_memory(&part, (const char *)data + read.root->body_at, (size_t)needs.list[0].max);
	text.data = &part;
	assert_false(message_convert(arena, &source, &wish, &texts, &item));
	message_plan(arena, &source, &wish, true, &needs);
	assert_true(needs.list[0].max >= read.root->octets);
	body_from_memory(&part, (const char *)data + read.root->body_at, (size_t)read.root->octets);
	assert_true(message_convert(arena, &source, &wish, &texts, &item));
	assert_int_equal(body_len(item.email.body.data), 500);
	assert_true(item.email.body.truncated);
	assert_int_equal(item.email.body.estimated_size, 200 * 8 - 4);
	message_close(&item);
	body_close(&body);
	arena_free(&arena);
}

/* Some servers count a part's bytes wrongly: what came short of the claim is whole. */
static void
test_false_sizes(void **state)
{
	static const char html[] = "<p>all of it</p>";
	struct arena *arena = arena_new(0);
	struct body_wish wish = { .mime_support = 2, .n = 1, .want = { { .type = BODY_PLAIN,
		.has_truncation = true, .truncation = 500 } } };
	struct message_source source = { .size = 1000000 };
	struct message_text list[] = { { "1", NULL }, { "", NULL } };
	struct message_texts texts = { list, 2 };
	struct body part;
	struct item item;

	(void)state;
	source.root = mime_new(arena);
	source.root->subtype = "html";
	source.root->octets = 1000000;
	mime_number(arena, source.root);
	body_from_memory(&part, html, strlen(html));
	list[0].data = list[1].data = &part;
	assert_true(message_convert(arena, &source, &wish, &texts, &item));
	assert_false(item.email.body.truncated);
	assert_int_equal(item.email.body.estimated_size, 9);
	message_close(&item);
	body_from_memory(&part, html, strlen(html));
	wish.want[0].type = BODY_MIME;
	assert_true(message_convert(arena, &source, &wish, &texts, &item));
	assert_false(item.email.body.truncated);
	assert_int_equal(item.email.body.estimated_size, strlen(html));
	message_close(&item);
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trees),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_thin_html),
		cmocka_unit_test(test_false_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
