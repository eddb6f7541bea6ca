/* SPDX-License-Identifier: ISC */
/*
 * Logging in at servers of all kinds of manners: which fault comes out (R2: nothing but a refused
 * password is DENIED), and that no secret is sent where TLS was asked for and is not there.  Then
 * answers of stubborn servers in the operations.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "backends/imap/store.h"
#include "bridge/base/arena.h"
#include "bridge/base/body.h"
#include "bridge/base/date.h"
#include "bridge/base/log.h"
#include "bridge/config.h"
#include "tests/helper/imap_script.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static struct arena *arena;

static void
configure(uint16_t port, const char *suffix)
{
	char text[512];
	int n = snprintf(text, sizeof(text),
	    "[server]\nlisten = 127.0.0.1:1 plain\nupstream_timeout = 2\nconnect_timeout = 1\n"
	    "[domain *]\nsmtp = smtp://localhost\nimap = imap://127.0.0.1:%u%s\n"
	    "create_special_folders = no\n", port, suffix);

	config_free(&config);
	config = config_parse(text, (size_t)n, "test", NULL, NULL);
	assert_non_null(config);
}

static enum fault
open_as(const char *user, const char *password, struct store **ret_store)
{
	const struct domain_config *domain = config_domain(config, "ex.test");
	struct login login = { .url = &domain->imap, .domain = domain, .account = user,
		.user = user, .password = password, .request_id = "t1" };
	enum fault fault = imap_store_ops.open(&login, ret_store);

	if (fault == OK)
		(*ret_store)->arena = arena;
	return fault;
}

#define PLAIN_GREETING "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR LITERAL+] hi\r\n"

struct login_case {
	const char *greeting;
	struct script_row rows[4];
	const char *suffix;		/* of the URL */
	enum fault want;
	bool secret_sent;
};

static const struct login_case logins[] = {
	{ "* BYE too many\r\n", { { 0 } }, "", TRY_LATER, false },
	{ "HTTP/1.1 400 Bad\r\n\r\n", { { 0 } }, "", TRY_LATER, false },
	{ NULL, { { 0 } }, "", TRY_LATER, false },
	{ PLAIN_GREETING, { { 0 } }, "", OK, true },
	{ PLAIN_GREETING, { { "AUTHENTICATE", "$ NO [AUTHENTICATIONFAILED] no\r\n" } }, "", DENIED,
		true },
	{ PLAIN_GREETING, { { "AUTHENTICATE", "$ NO wrong\r\n" } }, "", DENIED, true },
	{ PLAIN_GREETING, { { "AUTHENTICATE", "$ NO [UNAVAILABLE] later\r\n" } }, "", TRY_LATER,
		true },
	{ PLAIN_GREETING, { { "AUTHENTICATE", "$ NO [INUSE] later\r\n" } }, "", TRY_LATER, true },
	{ PLAIN_GREETING, { { "AUTHENTICATE", "$ NO [LIMIT] too many\r\n" } }, "", TRY_LATER,
		true },
	{ PLAIN_GREETING, { { "AUTHENTICATE", "$ BAD syntax\r\n" } }, "", DENIED, true },
	{ PLAIN_GREETING, { { "AUTHENTICATE", "* BYE shutting down\r\n" } }, "", TRY_LATER, true },
	{ PLAIN_GREETING, { { "AUTHENTICATE", "!close" } }, "", TRY_LATER, true },
	{ PLAIN_GREETING, { { "AUTHENTICATE", "!hang" } }, "", TRY_LATER, true },
	{ PLAIN_GREETING, { { "AUTHENTICATE", "* 1 FETCH ((((\r\n$ OK\r\n" } }, "", TRY_LATER,
		true },
	{ "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi\r\n",
		{ { "AUTHENTICATE PLAIN", "+ \r\n" }, { "AGFs", "1 OK in\r\n" } }, "", OK, true },
	{ "* OK hi\r\n", { { "CAPABILITY", "* CAPABILITY IMAP4rev1\r\n$ OK done\r\n" } }, "", OK,
		true },
	{ "* OK hi\r\n",
		{ { "CAPABILITY", "* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n$ OK done\r\n" } }, "",
		CANNOT, false },
	/* TLS asked for, and not to be had */
	{ PLAIN_GREETING, { { 0 } }, " starttls", TRY_LATER, false },
	{ "* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN SASL-IR] hi\r\n",
		{ { "STARTTLS", "$ NO not now\r\n" } }, " starttls", TRY_LATER, false },
	{ "* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN SASL-IR] hi\r\n",
		{ { "STARTTLS", "$ OK go\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n" } }, " starttls",
		TRY_LATER, false },
	{ "* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] hi\r\n", { { 0 } }, " starttls", TRY_LATER,
		false },
};

static void
test_login(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(logins); i++) {
		const struct login_case *c = &logins[i];
		struct script script = { .greeting = c->greeting, .rows = c->rows };
		struct store *store = NULL;
		int64_t begun;
		enum fault fault;
		const char *heard;

		script_start(&script);
		configure(script.port, c->suffix);
		begun = now_ms();
		fault = open_as("alice", "secret", &store);
		if (fault != c->want)
			print_error("case %zu gave %s\n", i, fault_name(fault));
		assert_int_equal(fault, c->want);
		assert_true(now_ms() - begun < 6000);
		assert_int_equal(store != NULL, fault == OK);
		heard = script_heard(&script);
		assert_int_equal(strstr(heard, "AUTHENTICATE") || strstr(heard, "LOGIN"),
		    c->secret_sent);
		if (store)
			imap_store_ops.close(&store);
		script_stop(&script);
	}
}

/* 8-bit passwords: by SASL as they are, by LOGIN as a literal. */
static void
test_password(void **state)
{
	static const struct script_row plain[] = { { 0 } },
	    login[] = { { "{", "+ go\r\n" },
		{ "CAPABILITY", "* CAPABILITY IMAP4rev1\r\n$ OK done\r\n" },
		{ "grün", "2 OK in\r\n" }, { 0 } };
	struct script scripts[] = { { .greeting = PLAIN_GREETING, .rows = plain },
		{ .greeting = "* OK hi\r\n", .rows = login } };
	static const char *const want[] = { "AGFsaWNlAGdyw7xu", "LOGIN \"alice\" {5}\r\ngrün\r\n" };

	(void)state;
	for (size_t i = 0; i < COUNT(scripts); i++) {
		struct store *store = NULL;

		script_start(&scripts[i]);
		configure(scripts[i].port, "");
		assert_int_equal(open_as("alice", "grün", &store), OK);
		assert_non_null(strstr(script_heard(&scripts[i]), want[i]));
		imap_store_ops.close(&store);
		script_stop(&scripts[i]);
	}
}

/* A line end in a password must not become a command. */
static void
test_injection(void **state)
{
	static const struct script_row rows[] = {
		{ "CAPABILITY", "* CAPABILITY IMAP4rev1 LITERAL+\r\n$ OK done\r\n" },
		{ "SELECT", "$ NO no\r\n" }, { "NAMESPACE", "$ OK done\r\n" },
		/* the literal, line by line */
		{ "{13+}", "" }, { "9 DELETE y", "2 OK in\r\n" }, { "a\r\n", "" }, { 0 } };
	struct script script = { .greeting = "* OK hi\r\n", .rows = rows };
	struct store *store = NULL;
	const char *id = NULL;
	struct folder_edit edit = { .kind = FOLDER_CREATE, .display_name = "x\r\n9 DELETE y",
		.class = CLASS_EMAIL };
	struct item_ref ref = { .folder = "a\r\n9 DELETE y", .num = 1 };
	struct part part = { 0 };

	(void)state;
	script_start(&script);
	configure(script.port, "");
	assert_int_equal(open_as("alice", "a\r\n9 DELETE y", &store), OK);
	assert_non_null(strstr(script_heard(&script), "{13+}\r\na\r\n9 DELETE y"));
	assert_int_equal(imap_store_ops.edit_folder(store, &edit, &id), BAD_INPUT);
	imap_store_ops.part(store, &ref, "1]\r\n9 DELETE y", NULL, &part);
	imap_store_ops.part(store, &ref, "1", NULL, &part);
	assert_non_null(strstr(script_heard(&script), "SELECT \"a??9 DELETE y\""));
	imap_store_ops.close(&store);
	script_stop(&script);
}

static bool
change_count(void *ctx, const struct change *change)
{
	unsigned *n = ctx;

	*n += change->kind == CHANGE_ADDED;
	return true;
}

#define SELECTED "* 2 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 6] x\r\n$ OK done\r\n"
#define STATUS "* STATUS INBOX (MESSAGES 2 UIDNEXT 6 UIDVALIDITY 7 UNSEEN 1)\r\n$ OK done\r\n"

/* How changes() ends at servers that go wrong in FETCH. */
static void
test_answers(void **state)
{
	static const struct {
		const char *fetch;
		enum fault want;
		bool alive;
		unsigned n;
	} cases[] = {
		{ "* 1 FETCH (UID 4 FLAGS ())\r\n* 2 FETCH (FLAGS (\\Seen) UID 5)\r\n$ OK\r\n", OK,
		    true, 2 },
		/* unasked, unknown and repeated data */
		{ "* 3 EXISTS\r\n* BLURB (x (y {2}\r\n)) z))\r\n* 1 FETCH (X-Y (A \"b\") UID 4 "
		  "FLAGS (a b))\r\n* 1 FETCH (FLAGS (x))\r\n* 1 FETCH (UID 4 FLAGS (\\Seen))\r\n"
		  "$ OK\r\n", OK, true, 1 },
		{ "* 1 FETCH (UID 4 FLAGS ())\r\n$ NO [EXPUNGEISSUED] some went\r\n", OK, true, 1 },
		{ "$ NO [SERVERBUG] sorry\r\n", TRY_LATER, true, 0 },
		{ "* 1 FETCH (UID 4 FLAGS (\r\n$ OK\r\n", TRY_LATER, false, 0 },
		{ "* 1 FETCH (UID 4 X {99999999999}\r\n$ OK\r\n", TRY_LATER, false, 0 },
		{ "* BYE going\r\n", TRY_LATER, false, 0 },
		{ "!close", TRY_LATER, false, 0 },
		{ "!hang", TRY_LATER, false, 0 },
		{ "77 OK what\r\n", TRY_LATER, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct script_row rows[] = { { "STATUS", STATUS }, { "SELECT", SELECTED },
			{ "FETCH", cases[i].fetch }, { 0 } };
		struct script script = { .greeting = PLAIN_GREETING, .rows = rows };
		struct known_list nothing = { 0 };
		struct span span = { 0 };
		struct stamp stamp;
		struct store *store = NULL;
		unsigned n = 0;
		int64_t begun;
		enum fault fault;

		script_start(&script);
		configure(script.port, "");
		assert_int_equal(open_as("alice", "secret", &store), OK);
		begun = now_ms();
		fault = imap_store_ops.changes(store, "INBOX", &span, &nothing, change_count, &n,
		    &stamp);
		if (fault != cases[i].want || n != cases[i].n)
			print_error("case %zu gave %s and %u\n", i, fault_name(fault), n);
		assert_int_equal(fault, cases[i].want);
		assert_int_equal(n, cases[i].n);
		assert_int_equal(imap_store_ops.is_alive(store), cases[i].alive);
		assert_true(now_ms() - begun < 6000);
		imap_store_ops.close(&store);
		script_stop(&script);
	}
}

/* Servers that refuse a message before they have seen it. */
static void
test_append(void **state)
{
	static const struct {
		const char *reply;
		enum fault want;
	} cases[] = {
		{ "$ NO [OVERQUOTA] full\r\n", NO_SPACE },
		{ "$ NO [TRYCREATE] no such\r\n", FOLDER_GONE },
		{ "$ NO [TOOBIG] no\r\n", TOO_BIG },
		{ "$ NO no\r\n", REFUSED },
		{ "!close", TRY_LATER },
	};
	static const char mail[] = "Subject: x\r\n\r\ntext\r\n";

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct script_row rows[] = { { "APPEND", cases[i].reply }, { 0 } };
		struct script script = { .greeting = "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR "
			"UIDPLUS] hi\r\n", .rows = rows };
		struct item item = { .class = CLASS_EMAIL };
		struct body raw;
		struct store *store = NULL;
		uint32_t num = 0;

		script_start(&script);
		configure(script.port, "");
		assert_int_equal(open_as("alice", "secret", &store), OK);
		body_from_memory(&raw, mail, strlen(mail));
		assert_int_equal(imap_store_ops.add(store, "Sent", &item, &raw, &num),
		    cases[i].want);
		imap_store_ops.close(&store);
		script_stop(&script);
	}
}

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	log_set_level(LEVEL_ERROR);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	config_free(&config);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_login),
		cmocka_unit_test(test_password),
		cmocka_unit_test(test_injection),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_append),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
