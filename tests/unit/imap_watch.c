/* SPDX-License-Identifier: ISC */
/* The watching connection against servers of fixed answers: what it asks, what it tells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <poll.h>

#include "backends/imap/store.h"
#include "backends/imap/watch.h"
#include "bridge/base/date.h"
#include "bridge/base/log.h"
#include "bridge/config.h"
#include "tests/helper/imap_script.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define GREETING(caps) "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR " caps "] hi\r\n"
#define IN(caps) "$ OK [CAPABILITY IMAP4rev1 " caps "] in\r\n"
#define STATUS                                                                                     \
	"* STATUS \"Entwürfe\" (MESSAGES 2 UIDNEXT 6 UIDVALIDITY 7 UNSEEN 1)\r\n$ OK done\r\n"

struct heard {
	unsigned n;
	char folder[64], stamp[96];
};

static void
dirty_note(void *ctx, const char *folder, const struct stamp *stamp)
{
	struct heard *heard = ctx;

	heard->n++;
	snprintf(heard->folder, sizeof(heard->folder), "%s", folder);
	snprintf(heard->stamp, sizeof(heard->stamp), "%.*s", stamp->len,
	    (const char *)stamp->bytes);
}

struct watch_case {
	const char *greeting;
	struct script_row rows[5];
	const char *stamp;	/* told; NULL: the connection is lost */
	enum fault fault;
	const char *said, *not_said;
};

static const struct watch_case cases[] = {
	/* names are spelled as the store spells them */
	{ GREETING("UTF8=ACCEPT ENABLE"),
	    { { "AUTHENTICATE", IN("UTF8=ACCEPT ENABLE") }, { "STATUS", STATUS } },
	    "v7 n6 c2 u1", OK, "ENABLE UTF8=ACCEPT", "NOTIFY" },
	{ GREETING(""), { { "AUTHENTICATE", IN("NOTIFY IDLE") }, { "STATUS", STATUS } },
	    "v7 n6 c2 u1", OK, "NOTIFY SET", "ENABLE" },
	/* a folder that is gone has no stamp */
	{ GREETING(""), { { "AUTHENTICATE", IN("") }, { "STATUS", "$ NO no such\r\n" } }, "", OK,
	    "STATUS \"Entwürfe\"", "IDLE" },
	{ GREETING(""), { { "AUTHENTICATE", "$ NO [AUTHENTICATIONFAILED] no\r\n" } }, NULL, DENIED,
	    "AUTHENTICATE", "STATUS" },
	{ GREETING(""), { { "AUTHENTICATE", "$ NO [UNAVAILABLE] no\r\n" } }, NULL, TRY_LATER,
	    "AUTHENTICATE", "STATUS" },
	{ "* BYE no\r\n", { { 0 } }, NULL, TRY_LATER, "", "AUTHENTICATE" },
	{ GREETING(""), { { "AUTHENTICATE", IN("") }, { "STATUS", "* X (((\r\n" } }, NULL, TRY_LATER,
	    "STATUS", "IDLE" },
};

/* Drives the watcher until it told something, was lost, or three seconds are over. */
static bool
drive(struct watcher *watcher, const struct heard *heard)
{
	int64_t end = now_ms() + 3000, next;

	while (now_ms() < end && !heard->n) {
		struct pollfd fd = { watcher->ops->fd(watcher), watcher->ops->events(watcher), 0 };

		if (!watcher->ops->tick(watcher, now_ms(), &next))
			return false;
		if (poll(&fd, fd.fd >= 0, 20) > 0 && !watcher->ops->ready(watcher))
			return false;
	}
	return true;
}

static void
case_check(const struct watch_case *c)
{
	struct script script = { .greeting = c->greeting, .rows = c->rows };
	struct login login = { .account = "a", .user = "a", .password = "b" };
	struct heard heard = { 0 };
	struct watcher *watcher;
	char text[512];
	int n;
	bool alive;

	script_start(&script);
	n = snprintf(text, sizeof(text), "[server]\nlisten = 127.0.0.1:1 plain\n[domain *]\n"
	    "smtp = smtp://localhost\nimap = imap://127.0.0.1:%u\n", script.port);
	config_free(&config);
	config = config_parse(text, (size_t)n, "test", NULL, NULL);
	assert_non_null(config);
	login.domain = config_domain(config, "x");
	login.url = &login.domain->imap;
	watcher = imap_watch_ops.open(&login, NULL, dirty_note, &heard);
	assert_non_null(watcher);
	assert_true(imap_watch_ops.want(watcher, "Entwürfe", &(struct stamp){ 0 }));
	alive = drive(watcher, &heard);
	assert_int_equal(alive, c->stamp != NULL);
	if (c->stamp) {
		assert_string_equal(heard.folder, "Entwürfe");
		assert_string_equal(heard.stamp, c->stamp);
	} else {
		assert_int_equal(imap_watch_ops.fault(watcher), c->fault);
	}
	assert_non_null(strstr(script_heard(&script), c->said));
	assert_null(strstr(script_heard(&script), c->not_said));
	imap_watch_ops.close(&watcher);
	script_stop(&script);
}

static void
test_watch(void **state)
{
	(void)state;
	log_set_level(LEVEL_ERROR);
	for (size_t i = 0; i < COUNT(cases); i++)
		case_check(&cases[i]);
	config_free(&config);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_watch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
