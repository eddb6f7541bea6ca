/* SPDX-License-Identifier: ISC */
/* The small texts of the IMAP store: stamps, mailbox names, sets of UIDs, flags, structures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "backends/formats/mime.h"
#include "backends/imap/flags.h"
#include "backends/imap/names.h"
#include "backends/imap/scanner.h"
#include "backends/imap/stamp.h"
#include "backends/imap/structure.h"
#include "backends/imap/uidset.h"
#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "bridge/store.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static struct arena *arena;

static struct stamp
stamp_of(const char *text)
{
	struct stamp stamp = { .len = (uint8_t)strlen(text) };

	memcpy(stamp.bytes, text, stamp.len);
	return stamp;
}

static void
test_stamp(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		struct imap_state want;
	} cases[] = {
		{ "v1 n42 c17 m1234", true, { 1, 42, 17, 0, 1234 } },
		{ "v4294967295 n4294967295 c4294967295 m9223372036854775807", true,
		    { UINT32_MAX, UINT32_MAX, UINT32_MAX, 0, INT64_MAX } },
		{ "v9 n1 c0 u0", true, { 9, 1, 0, 0, 0 } },
		{ "v9 n5 c4 u3", true, { 9, 5, 4, 3, 0 } },
		{ "", false, { 0 } },
		{ "v1 n42 c17", false, { 0 } },
		{ "v1 n42 c17 x3", false, { 0 } },
		{ "v1 n42 c17 m3 ", false, { 0 } },
		{ "v1 n42 c17 m3x", false, { 0 } },
		{ "v4294967296 n1 c1 u1", false, { 0 } },
		{ "v1 n1 c1 m9223372036854775808", false, { 0 } },
		{ "v1n1c1u1", false, { 0 } },
		{ "v1 n1 c1  u1", false, { 0 } },
		{ "v n1 c1 u1", false, { 0 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct stamp stamp = stamp_of(cases[i].text), printed;
		struct imap_state got = { 0 };

		assert_int_equal(stamp_parse(&stamp, &got), cases[i].ok);
		assert_memory_equal(&got, &cases[i].want, sizeof(got));
		stamp_print(&got, &printed);
		if (cases[i].ok)
			assert_true(stamp_is_equal(&stamp, &printed));
	}
}

/* The response of one line, in *scanner's memory. */
static const struct imap_response *
response_of(struct imap_scanner *scanner, const char *line)
{
	size_t used;

	assert_int_equal(imap_scan(scanner, line, strlen(line), &used), SCAN_DONE);
	return &scanner->response;
}

static void
test_status(void **state)
{
	static const struct {
		const char *line, *mailbox, *stamp;
	} cases[] = {
		{ "* STATUS \"a b\" (MESSAGES 3 UIDNEXT 9 UIDVALIDITY 7 UNSEEN 1)\r\n", "a b",
		    "v7 n9 c3 u1" },
		{ "* STATUS INBOX (UIDVALIDITY 7 HIGHESTMODSEQ 55 UIDNEXT 9 MESSAGES 0 X (Y))\r\n",
		    "INBOX", "v7 n9 c0 m55" },
		{ "* STATUS INBOX (MESSAGES 3)\r\n", NULL, NULL },
		{ "* STATUS INBOX\r\n", NULL, NULL },
		{ "* LIST () \"/\" INBOX\r\n", NULL, NULL },
	};
	struct imap_scanner *scanner = imap_scanner_new();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct imap_state got;
		struct stamp want, printed;
		const char *mailbox = NULL;
		bool ok = stamp_from_status(response_of(scanner, cases[i].line), &mailbox, &got);

		assert_int_equal(ok, cases[i].stamp != NULL);
		if (!ok)
			continue;
		assert_string_equal(mailbox, cases[i].mailbox);
		want = stamp_of(cases[i].stamp);
		stamp_print(&got, &printed);
		assert_true(stamp_is_equal(&want, &printed));
	}
	imap_scanner_free(&scanner);
}

static void
test_names(void **state)
{
	static const struct {
		const char *utf7, *text;
	} cases[] = {
		{ "INBOX", "INBOX" },
		{ "", "" },
		{ "R&-D", "R&D" },
		{ "Entw&APw-rfe", "Entwürfe" },
		{ "&ZeVnLIqe-", "日本語" },
		{ "~peter/mail/&U,BTFw-/&ZeVnLIqe-", "~peter/mail/台北/日本語" },
		{ "&2D3cFQ-", "\xf0\x9f\x90\x95" },
		{ "a&2D3cFQDp-b", "a\xf0\x9f\x90\x95\xc3\xa9" "b" },
		{ "&AAE-", "\x01" },
	};
	/* not the one spelling of anything */
	static const char *const broken[] = {
		"&", "&A", "&APw", "&APw=-", "&AGE-", "&2D0-", "&3BU-", "&APx-", "&APwA-",
		"&AAA-", "a\xc3\xa9", "&APw-&APw-", "&-&", "&AP/-", "\x01",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_string_equal(name_decode(arena, cases[i].utf7), cases[i].text);
		assert_string_equal(name_encode(arena, cases[i].text), cases[i].utf7);
	}
	for (size_t i = 0; i < COUNT(broken); i++) {
		const char *got = name_decode(arena, broken[i]);

		if (got)
			print_error("\"%s\" became \"%s\"\n", broken[i], got);
		assert_null(got);
	}
	assert_null(name_encode(arena, "\xff"));
	assert_null(name_encode(arena, "\xed\xa0\x80"));
}

static void
test_special(void **state)
{
	static const struct {
		const char *name;
		enum special want;
	} cases[] = {
		{ "sent", SPECIAL_SENT }, { "Sent Items", SPECIAL_SENT },
		{ "Gesendete Objekte", SPECIAL_SENT }, { "Entwürfe", SPECIAL_DRAFTS },
		{ "Papierkorb", SPECIAL_TRASH }, { "Corbeille", SPECIAL_TRASH },
		{ "Корзина", SPECIAL_TRASH }, { "下書き", SPECIAL_DRAFTS },
		{ "Junk E-mail", SPECIAL_JUNK }, { "Archive", SPECIAL_ARCHIVE },
		{ "Sent to Bob", SPECIAL_NONE }, { "", SPECIAL_NONE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(name_special(cases[i].name), cases[i].want);
	assert_int_equal(name_special_use("\\sent"), SPECIAL_SENT);
	assert_int_equal(name_special_use("\\HasChildren"), SPECIAL_NONE);
	assert_string_equal(name_of_special_use(SPECIAL_TRASH), "\\Trash");
	assert_null(name_of_special_use(SPECIAL_NONE));
	assert_null(name_to_create(SPECIAL_JUNK));
}

static void
test_uidset(void **state)
{
	static const struct {
		const char *in, *sorted;
		bool ok;
		uint64_t count;
	} cases[] = {
		{ "1", "1", true, 1 },
		{ "1:3,7", "1:3,7", true, 4 },
		{ "9:7", "7:9", true, 3 },
		{ "5,1:2,3,4", "1:5", true, 5 },
		{ "1:5,2:9,20", "1:9,20", true, 10 },
		{ "4294967295", "4294967295", true, 1 },
		{ "1:4294967295", "1:4294967295", true, UINT32_MAX },
		{ "4294967295,4294967294", "4294967294:4294967295", true, 2 },
		{ "0", NULL, false, 0 }, { "", NULL, false, 0 }, { "1,", NULL, false, 0 },
		{ "1:", NULL, false, 0 }, { "*", NULL, false, 0 }, { "1:*", NULL, false, 0 },
		{ "4294967296", NULL, false, 0 }, { "1 2", NULL, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct uid_set set;
		struct buf out;
		size_t at = 0;

		uidset_init(&set, arena);
		assert_int_equal(uidset_parse(&set, cases[i].in), cases[i].ok);
		if (!cases[i].ok)
			continue;
		uidset_sort(&set);
		buf_init_arena(&out, arena, 1000);
		assert_true(uidset_print(&set, &at, 900, &out));
		assert_string_equal(buf_str(&out), cases[i].sorted);
		assert_false(uidset_print(&set, &at, 900, &out));
		assert_true(uidset_count(&set) == cases[i].count);
	}
}

static void
test_uidset_pieces(void **state)
{
	struct uid_set set;
	struct uid_walk walk = { 0 };
	size_t at = 0, commands = 0;
	uint32_t uid, n = 0;

	(void)state;
	uidset_init(&set, arena);
	for (uint32_t i = 1; i < 20000; i += 2)
		uidset_add(&set, i, i);
	assert_true(uidset_has(&set, 19999) && !uidset_has(&set, 2) && !uidset_has(&set, 20000));
	while (uidset_next(&set, &walk, &uid))
		assert_int_equal(uid, 1 + 2 * n++);
	assert_int_equal(n, 10000);
	for (;; commands++) {
		struct buf out;

		buf_init_arena(&out, arena, 5000);
		if (!uidset_print(&set, &at, 4000, &out))
			break;
		assert_true(out.len < 4020 && !out.failed);
	}
	assert_int_equal(commands, 54444 / 4000 + 1);
}

static uint32_t
mark_of(struct imap_scanner *scanner, const char *flags)
{
	const struct imap_response *r = response_of(scanner,
	    arena_printf(arena, "* 1 FETCH (FLAGS (%s))\r\n", flags));
	const struct imap_value *list = imap_list(imap_find(imap_list(r->values), "FLAGS"));
	struct imap_flags read;
	uint32_t mark = flags_mark(arena, list);

	flags_read(arena, list, &read);
	assert_int_equal(flags_mark_of(arena, &read), mark);
	return mark;
}

static void
test_marks(void **state)
{
	static const struct {
		const char *flags;
		uint32_t want;
	} cases[] = {
		{ "", 0 },
		{ "\\Recent", 0 },
		{ "\\Seen", MARK_READ },
		{ "\\SEEN \\flagged \\Answered $forwarded",
		    MARK_READ | MARK_FLAGGED | MARK_ANSWERED | MARK_FORWARDED },
		{ "Forwarded", MARK_FORWARDED },
		{ "$MDNSent $NotJunk NonJunk $MailFlagBit0 \\Draft", 0 },
		{ "\\Seen \\Deleted", UINT32_MAX },
	};
	struct imap_scanner *scanner = imap_scanner_new();
	uint32_t work = mark_of(scanner, "Work");

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(mark_of(scanner, cases[i].flags), cases[i].want);
	assert_int_equal(work & MARK_FLAGS, 0);
	assert_int_not_equal(work, 0);
	assert_int_equal(mark_of(scanner, "work \\Seen"), work | MARK_READ);
	assert_int_not_equal(mark_of(scanner, "Home"), work);
	assert_int_equal(mark_of(scanner, "Home Work"), mark_of(scanner, "Work Home"));
	assert_int_not_equal(mark_of(scanner, "Home Work"), work);
	imap_scanner_free(&scanner);
}

static void
test_flags_change(void **state)
{
	static const char *now_list[] = { "$MailFlagBit1", "Old", "Keep", "NonJunk" };
	static const char *wanted[] = { "keep", "New", "New" };
	struct imap_flags now = { .keywords = { now_list, 4 } };
	struct email email = { 0 };
	struct flag_change change;

	(void)state;
	flags_change(arena, &email, &now, true, &change);
	assert_string_equal(change.add, "");
	assert_string_equal(change.remove, "");
	ITEM_SET(&email, read, false);
	email.has.flag = true;	/* empty: cleared */
	flags_change(arena, &email, &now, true, &change);
	assert_string_equal(change.add, "");
	assert_string_equal(change.remove, "\\Seen \\Flagged $MailFlagBit1");
	ITEM_SET(&email, read, true);
	email.flag.status = 2;
	ITEM_SET(&email, last_verb, 3);
	email.categories = (struct strings){ wanted, 3 };
	email.has.categories = true;
	flags_change(arena, &email, &now, true, &change);
	assert_string_equal(change.add, "\\Seen \\Flagged $Forwarded New");
	assert_string_equal(change.remove, "Old");
	/* a mailbox without keywords */
	flags_change(arena, &email, &now, false, &change);
	assert_string_equal(change.add, "\\Seen \\Flagged");
	assert_string_equal(change.remove, "");
}

static struct mime_part *
structure_of(struct imap_scanner *scanner, const char *text)
{
	return structure_read(arena, response_of(scanner,
	    arena_printf(arena, "* X %s\r\n", text))->values);
}

static void
test_structure(void **state)
{
	struct imap_scanner *scanner = imap_scanner_new();
	struct mime_part *root, *part;

	(void)state;
	root = structure_of(scanner, "(\"TEXT\" \"Plain\" (\"CHARSET\" \"utf-8\") NIL NIL "
	    "\"8BIT\" 1152 23 NIL (\"inline\" NIL) (\"en\" \"de\") \"http://x/\")");
	assert_true(mime_is(root, "text", "plain"));
	assert_string_equal(root->section, "1");
	assert_string_equal(root->encoding, "8bit");
	assert_string_equal(mime_param(&root->params, "charset"), "utf-8");
	assert_int_equal(root->octets, 1152);
	assert_int_equal(root->lines, 23);
	assert_string_equal(root->disposition, "inline");
	assert_string_equal(root->language, "en");
	assert_string_equal(root->location, "http://x/");

	root = structure_of(scanner, "((\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 1)"
	    "(\"message\" \"rfc822\" NIL \"<id>\" \"desc\" \"7bit\" 99 "
	    "(\"date\" \"Inner subject\" NIL NIL NIL NIL NIL NIL NIL NIL) "
	    "((\"text\" \"html\" NIL NIL NIL \"base64\" 5 1)(\"image\" \"png\" (\"NAME\" \"x.png\")"
	    " NIL NIL \"base64\" 7) \"related\" (\"BOUNDARY\" \"b\")) 12 NIL "
	    "(\"ATTACHMENT\" (\"FILENAME\" \"m.eml\"))) \"mixed\" (\"boundary\" \"=b\") NIL NIL)");
	assert_true(mime_is(root, "multipart", "mixed"));
	assert_string_equal(mime_param(&root->params, "boundary"), "=b");
	part = mime_find(root, "2");
	assert_non_null(part);
	assert_string_equal(part->subject, "Inner subject");
	assert_string_equal(part->disposition, "attachment");
	assert_int_equal(part->lines, 12);
	part = mime_find(root, "2.2");
	assert_non_null(part);
	assert_true(mime_is(part, "image", "png"));
	assert_int_equal(part->octets, 7);
	imap_scanner_free(&scanner);
}

/* Whatever comes, there is a tree or NULL. */
static void
test_structure_odd(void **state)
{
	static const char *const odd[] = {
		"(NIL NIL NIL NIL NIL NIL NIL)", "(\"text\")", "((\"text\" \"plain\"))", "(5 6 7)",
		"(((((\"a\" \"b\")))))", "(\"message\" \"rfc822\" NIL NIL NIL NIL 5)",
		"(\"message\" \"rfc822\" NIL NIL NIL NIL 5 () () x)", "(() ())", "(NIL)",
		"(\"text\" \"plain\" (\"a\") NIL NIL \"7bit\" -1 x y z)",
		"(\"text\" \"plain\" (\"a\" NIL \"b\" (\"c\") \"d\" \"e\") NIL NIL NIL NIL)",
	};
	struct imap_scanner *scanner = imap_scanner_new();
	struct mime_part *root;
	struct buf deep;
	unsigned depth = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(odd); i++) {
		root = structure_of(scanner, odd[i]);
		assert_true(!root || (root->type && root->subtype && root->encoding));
	}
	assert_null(structure_of(scanner, "NIL"));
	assert_null(structure_of(scanner, "()"));
	buf_init_arena(&deep, arena, 100000);
	for (unsigned i = 0; i < 150; i++)
		buf_putc(&deep, '(');
	buf_puts(&deep, "\"a\" \"b\"");
	for (unsigned i = 0; i < 150; i++)
		buf_puts(&deep, ") \"mixed\"");
	root = structure_of(scanner, arena_printf(arena, "(%s)", buf_str(&deep)));
	for (struct mime_part *p = root; p; p = p->child)
		depth++;
	assert_int_equal(depth, 100);
	imap_scanner_free(&scanner);
}

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stamp),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_special),
		cmocka_unit_test(test_uidset),
		cmocka_unit_test(test_uidset_pieces),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_flags_change),
		cmocka_unit_test(test_structure),
		cmocka_unit_test(test_structure_odd),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
