/* SPDX-License-Identifier: ISC */
/* Conformance of probe, changes and change. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "bridge/base/date.h"
#include "tests/conform/conform.h"

enum { MAILS = 12, DAY = 86400 };

static struct stamp
stamp_of(struct suite *suite, const char *folder)
{
	struct stamp stamp = { 0 };

	CHECK_FAULT(suite, suite->ops->probe(suite->store, &folder, 1, &stamp), OK);
	return stamp;
}

static const char *
folder_fresh(struct suite *suite, const char *name)
{
	struct folder_edit edit = { .kind = FOLDER_CREATE, .display_name = name,
		.class = CLASS_EMAIL };
	const struct folder *old = folder_by_name(folders_list(suite), name);
	const char *id = NULL;

	if (old) {
		struct folder_edit away = { .kind = FOLDER_REMOVE, .folder = old->id };

		CHECK_FAULT(suite, suite->ops->edit_folder(suite->store, &away, NULL), OK);
	}
	CHECK_FAULT(suite, suite->ops->edit_folder(suite->store, &edit, &id), OK);
	return id;
}

static enum fault
read_set(struct suite *suite, struct store *store, const char *folder, uint32_t num, bool read,
    uint32_t *ret_mark)
{
	struct item item = { .class = CLASS_EMAIL };
	struct item_ref ref = { .folder = folder, .num = num };

	ITEM_SET(&item.email, read, read);
	return suite->ops->change(store, &ref, &item, ret_mark);
}

static void
removed(struct suite *suite, struct store *store, const char *folder, uint32_t num)
{
	struct item_ref ref = { .folder = folder, .num = num };

	CHECK_FAULT(suite, suite->ops->remove(store, &ref, 1, false), OK);
}

static bool
stop_at_once(void *ctx, const struct change *change)
{
	uint32_t *num = ctx;

	*num = change->num;
	return false;
}

/* The answers to a first and an unchanged look. */
static struct known_list *
first_check(struct suite *suite, const char *folder, const uint32_t *nums, struct stamp *stamp)
{
	struct stamp probed = stamp_of(suite, folder);
	struct known_list nothing = { 0 }, *known;
	struct span span = { 0 };
	struct told *told;
	enum fault fault;
	uint32_t newest = 0;

	told = changes_of(suite, folder, NULL, 0, stamp, &fault);
	CHECK_FAULT(suite, fault, OK);
	CHECK(suite, told->n == MAILS);
	CHECK(suite, stamp_is_equal(stamp, &probed));
	for (unsigned i = 0; i < told->n; i++) {
		CHECK(suite, told->list[i].kind == CHANGE_ADDED);
		CHECK(suite, told->list[i].num == nums[MAILS - 1 - i]);
	}
	CHECK_FAULT(suite, suite->ops->changes(suite->store, folder, &span, &nothing,
	    stop_at_once, &newest, &probed), OK);
	CHECK(suite, newest == nums[MAILS - 1]);
	known = known_after(suite, told, stamp);
	told = changes_of(suite, folder, known, 0, &probed, &fault);
	CHECK(suite, fault == OK && told->n == 0 && stamp_is_equal(&probed, stamp));
	return known;
}

/* What another client does arrives, in order: gone, changed, added. */
static void
foreign_check(struct suite *suite, const char *folder, struct known_list *known,
    const uint32_t *nums)
{
	struct stamp stamp, probed;
	struct told *told;
	enum fault fault;
	uint32_t mark = 0, new;

	removed(suite, suite->other, folder, nums[3]);
	removed(suite, suite->other, folder, nums[MAILS - 1]);	/* R18: the newest */
	CHECK_FAULT(suite, read_set(suite, suite->other, folder, nums[5], true, &mark), OK);
	new = mail_add(suite, suite->other, folder, "new");
	probed = stamp_of(suite, folder);
	CHECK(suite, !stamp_is_equal(&probed, known->stamp));
	told = changes_of(suite, folder, known, 0, &stamp, &fault);
	CHECK_FAULT(suite, fault, OK);
	CHECK(suite, stamp_is_equal(&stamp, &probed));
	if (!CHECK(suite, told->n == 4)) {
		for (unsigned i = 0; i < told->n; i++)
			printf("  %d %u\n", told->list[i].kind, told->list[i].num);
		return;
	}
	CHECK(suite, told->list[0].kind == CHANGE_GONE && told->list[0].num == nums[3]);
	CHECK(suite, told->list[1].kind == CHANGE_GONE && told->list[1].num == nums[MAILS - 1]);
	CHECK(suite, told->list[2].kind == CHANGE_CHANGED && told->list[2].num == nums[5]);
	CHECK(suite, told->list[2].mark == mark && (mark & MARK_READ));
	CHECK(suite, told->list[3].kind == CHANGE_ADDED && told->list[3].num == new);
	removed(suite, suite->other, folder, new);
}

/* The same differences on a connection that has seen nothing before. */
static void
cold_check(struct suite *suite, const char *folder, struct known_list *known, int64_t since)
{
	struct store *warm = suite->store, *cold = NULL;
	struct stamp stamp;
	struct told *told, *again;
	enum fault fault;

	told = changes_of(suite, folder, known, since, &stamp, &fault);
	CHECK_FAULT(suite, conform_open(suite, suite->password, &cold), OK);
	if (!cold)
		return;
	suite->store = cold;
	again = changes_of(suite, folder, known, since, &stamp, &fault);
	CHECK(suite, fault == OK && again->n == told->n);
	for (unsigned i = 0; i < told->n && i < again->n; i++)
		CHECK(suite, told->list[i].kind == again->list[i].kind &&
		    told->list[i].num == again->list[i].num);
	suite->store = warm;
	suite->ops->close(&cold);
}

/* The device's own change is not told back. */
static void
own_check(struct suite *suite, const char *folder)
{
	struct stamp stamp;
	struct told *told;
	struct known_list *known;
	enum fault fault;
	uint32_t mark = 0;
	struct known_entry *entry;

	told = changes_of(suite, folder, NULL, 0, &stamp, &fault);
	known = known_after(suite, told, &stamp);
	entry = (struct known_entry *)&known->list[2];
	CHECK_FAULT(suite, read_set(suite, suite->store, folder, entry->num,
	    !(entry->mark & MARK_READ), &mark), OK);
	CHECK(suite, mark != entry->mark);
	told = changes_of(suite, folder, known, 0, &stamp, &fault);
	CHECK(suite, told->n == 1 && told->list[0].kind == CHANGE_CHANGED &&
	    told->list[0].mark == mark);
	entry->mark = mark;
	told = changes_of(suite, folder, known, 0, &stamp, &fault);
	CHECK(suite, fault == OK && told->n == 0);
	CHECK_FAULT(suite, read_set(suite, suite->store, folder, NOT_THERE, true, NULL),
	    ITEM_GONE);
}

static void
span_check(struct suite *suite, const char *folder)
{
	struct stamp stamp;
	struct told *told;
	struct known_list *known;
	enum fault fault;
	unsigned all;

	told = changes_of(suite, folder, NULL, now_s() - DAY, &stamp, &fault);
	all = told->n;
	CHECK(suite, fault == OK && all >= MAILS - 3);
	known = known_after(suite, told, &stamp);
	told = changes_of(suite, folder, known, now_s() - DAY, &stamp, &fault);
	CHECK(suite, fault == OK && told->n == 0);
	/* with a flag, a loss and a mail more, on a new connection */
	CHECK_FAULT(suite, read_set(suite, suite->other, folder, known->list[1].num,
	    !(known->list[1].mark & MARK_READ), NULL), OK);
	removed(suite, suite->other, folder, known->list[2].num);
	mail_add(suite, suite->other, folder, "late");
	cold_check(suite, folder, known, now_s() - DAY);
	told = changes_of(suite, folder, known, now_s() - DAY, &stamp, &fault);
	CHECK(suite, told->n == 3 && told->list[0].kind == CHANGE_GONE &&
	    told->list[1].kind == CHANGE_CHANGED && told->list[2].kind == CHANGE_ADDED);
	told = changes_of(suite, folder, NULL, now_s() - DAY, &stamp, &fault);
	CHECK(suite, told->n == all);
	known = known_after(suite, told, NULL);
	/* the edge moves past everything: all of it leaves, nothing is gone */
	told = changes_of(suite, folder, known, now_s() + 2 * DAY, &stamp, &fault);
	CHECK(suite, fault == OK && told->n == all);
	for (unsigned i = 0; i < told->n; i++)
		CHECK(suite, told->list[i].kind == CHANGE_LEFT);
	/* and comes back when the filter is widened */
	told = changes_of(suite, folder, NULL, now_s() - 5 * DAY, &stamp, &fault);
	CHECK(suite, fault == OK && told->n == all);
	known->n--;
	removed(suite, suite->other, folder, known->list[0].num);
	told = changes_of(suite, folder, known, now_s() - DAY, &stamp, &fault);
	CHECK(suite, told->n == 2 && told->list[0].kind == CHANGE_GONE &&
	    told->list[1].kind == CHANGE_ADDED);
}

static void
stale_check(struct suite *suite, const char *folder)
{
	struct stamp stamp;
	struct told *told;
	struct known_list *known;
	struct folder_edit away = { .kind = FOLDER_REMOVE, .folder = folder };
	enum fault fault;

	told = changes_of(suite, folder, NULL, 0, &stamp, &fault);
	known = known_after(suite, told, arena_memdup(suite->arena, &stamp, sizeof(stamp)));
	CHECK_FAULT(suite, suite->ops->edit_folder(suite->store, &away, NULL), OK);
	changes_of(suite, folder, known, 0, &stamp, &fault);
	CHECK_FAULT(suite, fault, FOLDER_GONE);
	stamp = stamp_of(suite, folder);
	CHECK(suite, stamp.len == 0);
	/* UIDVALIDITY counts seconds on some servers */
	struct timespec second = { 1, 100000000 };
	nanosleep(&second, NULL);
	folder_fresh(suite, "Changes");
	mail_add(suite, suite->store, folder, "other");
	changes_of(suite, folder, known, 0, &stamp, &fault);
	CHECK_FAULT(suite, fault, STALE);
}

void
conform_changes(struct suite *suite)
{
	const char *folder = folder_fresh(suite, "Changes");
	uint32_t nums[MAILS];
	struct stamp *stamp = arena_alloc(suite->arena, sizeof(*stamp));
	struct known_list *known;

	if (!folder)
		return;
	for (unsigned i = 0; i < MAILS; i++)
		nums[i] = mail_add(suite, i % 2 ? suite->store : suite->other, folder,
		    arena_printf(suite->arena, "mail %u", i));
	known = first_check(suite, folder, nums, stamp);
	foreign_check(suite, folder, known, nums);
	cold_check(suite, folder, known, 0);
	own_check(suite, folder);
	span_check(suite, folder);
	stale_check(suite, folder);
}
