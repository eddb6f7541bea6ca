/* SPDX-License-Identifier: ISC */
/*
 * Submission to a real server: tests/conform/run-smtp.sh starts one and names it in the environment
 * (SMTP_HOST, SMTP_PORT, SMTPS_PORT, SMTP_MAILS, CA_FILE).  Without it there is nothing to do.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bridge/base/arena.h"
#include "bridge/base/body.h"
#include "bridge/base/buf.h"
#include "bridge/config.h"
#include "bridge/send.h"
#include "bridge/store.h"

extern const struct send_ops smtp_send_ops;

static struct config settings = {
	.server = { .connect_timeout = 10, .upstream_timeout = 20 },
};
struct config *config = &settings;

struct setup {
	struct arena *arena;
	struct url url;
	struct login login;
};

static void
setup_open(struct setup *setup, enum url_scheme scheme, bool starttls)
{
	const char *port = getenv(scheme == URL_SMTPS ? "SMTPS_PORT" : "SMTP_PORT");

	memset(setup, 0, sizeof(*setup));
	if (port == NULL)
		skip();
	setup->arena = arena_new(0);
	setup->url.scheme = scheme;
	setup->url.host = getenv("SMTP_HOST");
	setup->url.port = (uint16_t)strtoul(port, NULL, 10);
	setup->url.starttls = starttls;
	setup->url.ca_file = getenv("CA_FILE");
	setup->login.url = &setup->url;
	setup->login.user = "alice@ex.test";
	setup->login.password = "secret";
	setup->login.account = "alice@ex.test";
}

static struct sender *
sender_open(struct setup *setup)
{
	struct sender *sender = NULL;

	assert_int_equal(smtp_send_ops.open(&setup->login, &sender), OK);
	assert_true(smtp_send_ops.is_alive(sender));
	sender->arena = setup->arena;
	return sender;
}

static enum fault
send_text(struct sender *sender, const char *to[], unsigned n, const char *text,
    struct refusals *refusals, bool *sent)
{
	struct envelope envelope = { .from = "alice@ex.test", .to = to, .n_to = n,
		.message_id = "<1@ex.test>" };
	struct body body;

	body_from_memory(&body, text, strlen(text));
	return smtp_send_ops.submit(sender, &envelope, &body, refusals, sent);
}

/* The newest mail the sink has kept. */
static char *
newest(struct setup *setup, const char *suffix, size_t *ret_len)
{
	struct buf data;
	char *name = NULL;
	size_t got = 1;
	FILE *file;

	for (int i = 1; i < 1000; i++) {
		char *next = arena_printf(setup->arena, "%s/%d.%s", getenv("SMTP_MAILS"), i,
		    suffix);

		if (access(next, R_OK) != 0)
			break;
		name = next;
	}
	assert_non_null(name);
	file = fopen(name, "rb");
	assert_non_null(file);
	buf_init_arena(&data, setup->arena, 64 * 1024 * 1024);
	while (got > 0) {
		got = fread(buf_space(&data, 65536), 1, 65536, file);
		buf_grown(&data, got);
	}
	fclose(file);
	*ret_len = data.len;
	return (char *)(uintptr_t)buf_str(&data);
}

static void
check_plain_mail(struct setup *setup)
{
	static const char text[] = "From: alice@ex.test\r\nTo: bob@ex.test\r\n"
	    "bcc: secret@ex.test,\r\n"
	    "\tmore@ex.test\r\nSubject: x\r\n\r\n.dot\r\n..\r\nBcc: in the text\r\nend";
	static const char want[] = "From: alice@ex.test\r\nTo: bob@ex.test\r\nSubject: x\r\n"
	    "\r\n.dot\r\n"
	    "..\r\nBcc: in the text\r\nend\r\n";
	const char *to[] = { "bob@ex.test", "secret@ex.test" };
	struct sender *sender = sender_open(setup);
	struct refusals refusals;
	bool sent;
	size_t len;
	char *got;

	assert_int_equal(send_text(sender, to, 2, text, &refusals, &sent), OK);
	assert_true(sent);
	got = newest(setup, "eml", &len);
	assert_int_equal(len, strlen(want));
	assert_memory_equal(got, want, len);
	got = newest(setup, "env", &len);
	assert_non_null(strstr(got, "\"secret@ex.test\""));
	assert_non_null(strstr(got, "\"user\": \"alice@ex.test\""));
	assert_non_null(strstr(got, setup->url.scheme == URL_SMTPS || setup->url.starttls ?
	    "\"tls\": true" : "\"tls\": false"));
	assert_true(smtp_send_ops.is_alive(sender));
	smtp_send_ops.close(&sender);
	assert_null(sender);
	arena_free(&setup->arena);
}

static void
test_plain(void **state)
{
	struct setup setup;

	(void)state;
	setup_open(&setup, URL_SMTP, false);
	check_plain_mail(&setup);
}

static void
test_starttls(void **state)
{
	struct setup setup;

	(void)state;
	setup_open(&setup, URL_SUBMISSION, true);
	check_plain_mail(&setup);
}

static void
test_smtps(void **state)
{
	struct setup setup;

	(void)state;
	setup_open(&setup, URL_SMTPS, false);
	check_plain_mail(&setup);
}

static void
test_untrusted(void **state)
{
	struct sender *sender = NULL;
	struct setup setup;

	(void)state;
	setup_open(&setup, URL_SMTPS, false);
	setup.url.ca_file = NULL;
	assert_int_equal(smtp_send_ops.open(&setup.login, &sender), TRY_LATER);
	setup.url.scheme = URL_SMTP;
	setup.url.port = (uint16_t)strtoul(getenv("SMTP_PORT"), NULL, 10);
	setup.url.starttls = true;
	assert_int_equal(smtp_send_ops.open(&setup.login, &sender), TRY_LATER);
	assert_null(sender);
	arena_free(&setup.arena);
}

static void
test_denied(void **state)
{
	struct sender *sender = NULL;
	struct setup setup;

	(void)state;
	setup_open(&setup, URL_SMTPS, false);
	setup.login.password = "wrong";
	assert_int_equal(smtp_send_ops.open(&setup.login, &sender), DENIED);
	assert_null(sender);
	arena_free(&setup.arena);
}

static void
test_recipients(void **state)
{
	static const struct {
		const char *to[3];
		enum fault fault;
		unsigned refused;
		int code;
	} cases[] = {
		{ { "bob@ex.test", "bad1@ex.test", "bad2@ex.test" }, REFUSED, 2, 550 },
		{ { "bad@ex.test", "later@ex.test", "bob@ex.test" }, REFUSED, 2, 550 },
		{ { "bob@ex.test", "later@ex.test", "c@ex.test" }, TRY_LATER, 1, 451 },
		{ { "full@ex.test", "bob@ex.test", "c@ex.test" }, REFUSED, 1, 552 },
		{ { "bob@ex.test>\r\nRCPT TO:<evil@ex.test", "b@ex.test", "c@ex.test" }, REFUSED, 1,
		    553 },
		{ { "bob@ex.test\n", "b@ex.test", "c@ex.test" }, REFUSED, 1, 553 },
		{ { "bob smith@ex.test", "b@ex.test", "c@ex.test" }, REFUSED, 1, 553 },
		{ { "bob", "b@ex.test", "c@ex.test" }, REFUSED, 1, 553 },
		{ { "bob@ex.test", "b@ex.test", "c@ex.test" }, OK, 0, 0 },
	};
	struct sender *sender;
	struct setup setup;

	(void)state;
	setup_open(&setup, URL_SMTP, false);
	sender = sender_open(&setup);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *to[] = { cases[i].to[0], cases[i].to[1], cases[i].to[2] };
		struct refusals refusals;
		bool sent;

		assert_int_equal(send_text(sender, to, 3, "Subject: x\r\n\r\nx\r\n", &refusals,
		    &sent), cases[i].fault);
		assert_int_equal(sent, cases[i].fault == OK);
		assert_int_equal(refusals.n, cases[i].refused);
		if (refusals.n > 0)
			assert_int_equal(refusals.list[0].code, cases[i].code);
	}
	smtp_send_ops.close(&sender);
	arena_free(&setup.arena);
}

/* 29 MB with a dot at the start of every line. */
static void
test_large(void **state)
{
	static const char line[] = ".............................................................";
	const char *to[] = { "bob@ex.test" };
	struct envelope envelope = { .from = "alice@ex.test", .to = to, .n_to = 1 };
	struct refusals refusals;
	struct sender *sender;
	struct setup setup;
	struct body body;
	const void *data;
	size_t len, got_len;
	char *got;
	bool sent;

	(void)state;
	setup_open(&setup, URL_SMTP, false);
	body_init(&body, setup.arena, 40 * 1024 * 1024);
	body_puts(&body, "Subject: large\r\n\r\n");
	for (int i = 0; i < 460000; i++) {
		body_write(&body, line, (size_t)(1 + i % 61));
		body_puts(&body, i % 61 == 60 ? "\r\n\r\n" : "\r\n");
	}
	sender = sender_open(&setup);
	assert_int_equal(smtp_send_ops.submit(sender, &envelope, &body, &refusals, &sent), OK);
	got = newest(&setup, "eml", &got_len);
	assert_true(body_view(&body, &data, &len));
	assert_int_equal(got_len, len);
	assert_memory_equal(got, data, len);
	body_puts(&body, "more\r\n");
	while (body_len(&body) < 31000000)
		body_write(&body, data == NULL ? "" : line, 61);
	assert_int_equal(smtp_send_ops.submit(sender, &envelope, &body, &refusals, &sent), TOO_BIG);
	assert_false(sent);
	body_close(&body);
	smtp_send_ops.close(&sender);
	arena_free(&setup.arena);
}

static void
test_utf8(void **state)
{
	const char *to[] = { "j\xc3\xbcrgen@ex.test" };
	struct envelope envelope = { .from = "alice@ex.test", .to = to, .n_to = 1,
		.needs_utf8 = true, .is_8bit = true };
	struct refusals refusals;
	struct sender *sender;
	struct setup setup;
	struct body body;
	size_t len;
	bool sent;
	char *got;

	(void)state;
	setup_open(&setup, URL_SMTP, false);
	sender = sender_open(&setup);
	body_from_memory(&body, "Subject: x\r\n\r\n\xc3\xa4\r\n", 18);
	assert_int_equal(smtp_send_ops.submit(sender, &envelope, &body, &refusals, &sent), OK);
	got = newest(&setup, "env", &len);
	assert_non_null(strstr(got, "SMTPUTF8"));
	assert_non_null(strstr(got, "BODY=8BITMIME"));
	smtp_send_ops.close(&sender);
	arena_free(&setup.arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_starttls),
		cmocka_unit_test(test_smtps),
		cmocka_unit_test(test_untrusted),
		cmocka_unit_test(test_denied),
		cmocka_unit_test(test_recipients),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
