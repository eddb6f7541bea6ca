/* SPDX-License-Identifier: ISC */
/*
 * The folder list from what servers of many kinds answer to LIST: namespaces, special use by
 * attribute, by name and by setting, views, holes in the tree, names in UTF-8.
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
#include "bridge/base/log.h"
#include "bridge/config.h"
#include "tests/helper/imap_script.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define GREETING(caps) "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR " caps "] hi\r\n"
#define DONE "$ OK done\r\n"

static struct arena *arena;

static void
configure(uint16_t port, const char *settings)
{
	char text[1024];
	int n = snprintf(text, sizeof(text),
	    "[server]\nlisten = 127.0.0.1:1 plain\nupstream_timeout = 2\nconnect_timeout = 2\n"
	    "[domain *]\nsmtp = smtp://localhost\nimap = imap://127.0.0.1:%u\n%s", port, settings);

	config_free(&config);
	config = config_parse(text, (size_t)n, "test", NULL, NULL);
	assert_non_null(config);
}

/* A line a folder: "type id < parent = name", with "junk", "no" (holds nothing), and identity. */
static bool
folder_print(void *ctx, const struct folder *f)
{
	struct buf *out = ctx;

	buf_printf(out, "%d %s", f->type, f->id);
	if (f->parent)
		buf_printf(out, " < %s", f->parent);
	if (strcmp(f->id, f->display_name) != 0)
		buf_printf(out, " = %s", f->display_name);
	buf_puts(out, f->is_junk ? " junk" : "");
	buf_puts(out, f->can_hold_items ? "" : " no");
	if (f->identity)
		buf_printf(out, " #%s", f->identity);
	buf_putc(out, '\n');
	return true;
}

struct folders_case {
	const char *settings, *greeting;
	struct script_row rows[6];
	const char *want;
};

static const struct folders_case cases[] = {
	/* by attribute; of two with the same, the first; a view is not shown; names as they come */
	{ "", GREETING("LIST-EXTENDED SPECIAL-USE"),
	    { { "\"*\" RETURN (SUBSCRIBED SPECIAL-USE)",
		"* LIST (\\HasNoChildren) \"/\" INBOX\r\n"
		"* LIST (\\sent) \"/\" Gesendet\r\n* LIST (\\Sent) \"/\" Sent\r\n"
		"* LIST (\\Drafts) \"/\" Entw&APw-rfe\r\n* LIST (\\Trash) \"/\" \"Deleted Items\"\r\n"
		"* LIST (\\Junk) \"/\" Spam\r\n* LIST (\\All) \"/\" \"All Mail\"\r\n"
		"* LIST () \"/\" a&b\r\n" DONE } },
	    "2 INBOX = Inbox\n4 Deleted Items\n3 Entw&APw-rfe = Entwürfe\n5 Gesendet\n12 Sent\n"
	    "12 Spam junk\n12 a&b\n" },
	/* by name, at the root or below INBOX, not deeper */
	{ "", GREETING(""),
	    { { "LIST \"\" \"\"", "* LIST (\\Noselect) \"/\" \"\"\r\n" DONE },
	      { "\"*\"", "* LIST () \"/\" INBOX/Trash\r\n* LIST () \"/\" Work/Sent\r\n"
		"* LIST () \"/\" inbox\r\n* LIST () \"/\" Corbeille\r\n"
		"* LIST () \"/\" \"&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-\"\r\n" DONE } },
	    "2 INBOX = Inbox\n5 &BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1- = Отправленные\n"
	    "4 Corbeille\n12 INBOX/Trash < INBOX = Trash\n12 Work no\n12 Work/Sent < Work = Sent\n" },
	/* the prefix of the user's own namespace is no folder above */
	{ "folder_sent = My Sent\nfolder_trash = INBOX.Bin\n", GREETING("NAMESPACE"),
	    { { "NAMESPACE", "* NAMESPACE ((\"INBOX.\" \".\")) NIL ((\"shared.\" \".\"))\r\n" DONE },
	      { "shared.*", "* LIST () \".\" shared.bob.Sent\r\n" DONE },
	      { "\"*\"", "* LIST () \".\" INBOX\r\n* LIST () \".\" INBOX.Sent\r\n"
		"* LIST () \".\" \"INBOX.My Sent\"\r\n* LIST () \".\" INBOX.Bin\r\n"
		"* LIST () \".\" INBOX.Sent.2025\r\n* LIST () \".\" shared.bob.Sent\r\n" DONE } },
	    "2 INBOX = Inbox\n4 INBOX.Bin = Bin\n5 INBOX.My Sent = My Sent\n12 INBOX.Sent = Sent\n"
	    "12 INBOX.Sent.2025 < INBOX.Sent = 2025\n12 shared no\n12 shared.bob < shared = bob no\n"
	    "12 shared.bob.Sent < shared.bob = Sent\n" },
	/* only subscribed ones, and the special; what holds nothing only carries others */
	{ "subscribed_only = yes\n", GREETING(""),
	    { { "LSUB", "* LSUB () \"/\" News\r\n* LSUB () \"/\" Gone\r\n" DONE },
	      { "LIST \"\" \"\"", "* LIST () \"/\" \"\"\r\n" DONE },
	      { "\"*\"", "* LIST () \"/\" News\r\n* LIST () \"/\" Other\r\n"
		"* LIST () \"/\" Drafts\r\n* LIST (\\NoSelect) \"/\" Top\r\n" DONE } },
	    "2 INBOX = Inbox\n3 Drafts\n12 News\n12 Top no\n" },
	/* XLIST */
	{ "", GREETING("XLIST"),
	    { { "LIST \"\" \"\"", "* LIST () \"/\" \"\"\r\n" DONE },
	      { "XLIST", "* XLIST (\\Inbox) \"/\" Posteingang\r\n* XLIST (\\Sent) \"/\" [Gm]/S\r\n"
		"* XLIST (\\AllMail) \"/\" [Gm]/All\r\n* XLIST (\\Starred) \"/\" [Gm]/Star\r\n"
		"* XLIST (\\Spam) \"/\" [Gm]/Spam\r\n* XLIST (\\Noselect) \"/\" [Gm]\r\n" DONE } },
	    "2 INBOX = Inbox\n12 [Gm] no\n5 [Gm]/S < [Gm] = S\n12 [Gm]/Spam < [Gm] = Spam junk\n" },
	/* UTF-8 names once they are enabled; no hierarchy */
	{ "", GREETING("ENABLE UTF8=ACCEPT"),
	    { { "ENABLE", "* ENABLED UTF8=ACCEPT\r\n" DONE },
	      { "LIST \"\" \"\"", "* LIST () NIL \"\"\r\n" DONE },
	      { "\"*\"", "* LIST () NIL \"Entwürfe\"\r\n* LIST () NIL \"a/b & c\"\r\n" DONE } },
	    "2 INBOX = Inbox\n3 Entwürfe\n12 a/b & c\n" },
	/* identities */
	{ "", GREETING("OBJECTID"),
	    { { "LIST \"\" \"\"", "* LIST () \"/\" \"\"\r\n" DONE },
	      { "\"*\"", "* LIST () \"/\" INBOX\r\n* LIST () \"/\" A\r\n" DONE },
	      { "STATUS \"INBOX\"", "* STATUS inbox (MAILBOXID (F1))\r\n" DONE },
	      { "STATUS \"A\"", "$ NO gone\r\n" } },
	    "2 INBOX = Inbox #F1\n12 A\n" },
	/* odd and hostile: no line end gets into an id, nothing is listed twice, at most so many */
	{ "max_folders = 4\n", GREETING(""),
	    { { "LIST \"\" \"\"", "* LIST () \"/\" \"\"\r\n" DONE },
	      { "\"*\"", "* LIST () \"/\" {3}\r\na\rb\r\n* LIST () \"/\" X\r\n* LIST () \"/\" X\r\n"
		"* LIST () \"/\" \"\"\r\n* LIST\r\n* LIST ()\r\n* LIST () \"/\" (A B)\r\n"
		"* LIST () \"/\" /lead\r\n* LIST () \"/\" trail/\r\n* LIST () \"/\" &A\r\n"
		"* LIST () \"/\" five\r\n" DONE } },
	    "2 INBOX = Inbox\n12 /lead = lead\n12 &A\n12 X\n12 five\n" },
};

static void
test_folders(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct script script = { .greeting = cases[i].greeting, .rows = cases[i].rows };
		struct login login = { .account = "a", .user = "a", .password = "b" };
		struct store *store = NULL;
		struct buf out;

		script_start(&script);
		configure(script.port, arena_printf(arena, "create_special_folders = no\n%s",
		    cases[i].settings));
		login.domain = config_domain(config, "x");
		login.url = &login.domain->imap;
		assert_int_equal(imap_store_ops.open(&login, &store), OK);
		store->arena = arena;
		buf_init_arena(&out, arena, 16384);
		assert_int_equal(imap_store_ops.folders(store, folder_print, &out), OK);
		if (strcmp(buf_str(&out), cases[i].want) != 0)
			print_error("case %zu:\n%s", i, buf_str(&out));
		assert_string_equal(buf_str(&out), cases[i].want);
		imap_store_ops.close(&store);
		script_stop(&script);
	}
}

/* What is missing is made, for its purpose where the server can be told, and subscribed. */
static void
test_create(void **state)
{
	static const struct script_row rows[] = {
		{ "NAMESPACE", "* NAMESPACE ((\"INBOX.\" \".\")) NIL NIL\r\n" DONE },
		{ "\"*\"", "* LIST () \".\" INBOX\r\n* LIST (\\Sent) \".\" INBOX.Sent\r\n" DONE },
		{ "CREATE \"INBOX.Bin\"", "$ NO [CANNOT] no\r\n" }, { 0 } };
	struct script script = { .greeting = GREETING("NAMESPACE SPECIAL-USE CREATE-SPECIAL-USE"),
		.rows = rows };
	struct login login = { .account = "a", .user = "a", .password = "b" };
	struct store *store = NULL;
	struct buf out;

	(void)state;
	script_start(&script);
	configure(script.port, "create_special_folders = yes\nfolder_trash = Bin\n");
	login.domain = config_domain(config, "x");
	login.url = &login.domain->imap;
	assert_int_equal(imap_store_ops.open(&login, &store), OK);
	store->arena = arena;
	buf_init_arena(&out, arena, 16384);
	assert_int_equal(imap_store_ops.folders(store, folder_print, &out), OK);
	assert_string_equal(buf_str(&out),
	    "2 INBOX = Inbox\n3 INBOX.Drafts = Drafts\n5 INBOX.Sent = Sent\n");
	assert_non_null(strstr(script_heard(&script), "CREATE \"INBOX.Drafts\" (USE (\\Drafts))"));
	assert_non_null(strstr(script_heard(&script), "SUBSCRIBE \"INBOX.Drafts\""));
	assert_null(strstr(script_heard(&script), "SUBSCRIBE \"INBOX.Bin\""));
	imap_store_ops.close(&store);
	script_stop(&script);
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
		cmocka_unit_test(test_folders),
		cmocka_unit_test(test_create),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
