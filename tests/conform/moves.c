/* SPDX-License-Identifier: ISC */
/* Conformance of move, remove and empty. */
#include <stdio.h>
#include <string.h>

#include "tests/conform/conform.h"

enum { MAILS = 5 };

static const char *
folder_fresh(struct suite *suite, const char *name)
{
	struct folder_edit edit = { .kind = FOLDER_CREATE, .display_name = name,
		.class = CLASS_EMAIL };
	const struct folder *old = folder_by_name(folders_list(suite), name);
	const char *id = NULL;

	if (old) {
		struct folder_edit away = { .kind = FOLDER_REMOVE, .folder = old->id };

		suite->ops->edit_folder(suite->store, &away, NULL);
	}
	CHECK_FAULT(suite, suite->ops->edit_folder(suite->store, &edit, &id), OK);
	return id;
}

static struct told *
content(struct suite *suite, const char *folder)
{
	struct stamp stamp;
	enum fault fault;
	struct told *told = changes_of(suite, folder, NULL, 0, &stamp, &fault);

	CHECK_FAULT(suite, fault, OK);
	return told;
}

static bool
has(const struct told *told, uint32_t num)
{
	for (unsigned i = 0; i < told->n; i++)
		if (told->list[i].num == num)
			return true;
	return false;
}

static bool
subject_check(void *ctx, const struct item_ref *ref, enum fault fault, const struct item *item)
{
	const char **want = ctx;

	(void)ref;
	if (fault == OK && item->email.subject && strcmp(item->email.subject, *want) == 0)
		*want = NULL;
	return true;
}

static void
subject_is(struct suite *suite, const char *folder, uint32_t num, const char *subject)
{
	struct item_ref ref = { .folder = folder, .num = num };
	struct body_wish wish = { .n = 1, .want = { { .type = BODY_PLAIN } } };
	const char *want = subject;

	CHECK_FAULT(suite, suite->ops->fetch(suite->store, &ref, 1, &wish, subject_check, &want),
	    OK);
	if (!CHECK(suite, want == NULL))
		printf("  %u is not \"%s\"\n", num, subject);
}

static void
move_check(struct suite *suite, const char *from, const char *to, const uint32_t *nums)
{
	/* out of order, with one that is not there */
	struct item_ref refs[4] = { { .folder = from, .num = nums[3] },
		{ .folder = from, .num = nums[0] }, { .folder = from, .num = NOT_THERE },
		{ .folder = from, .num = nums[1] } };
	uint32_t new[4] = { 9, 9, 9, 9 }, again[4];
	struct told *told;

	mail_add(suite, suite->store, to, "resident");
	CHECK_FAULT(suite, suite->ops->move(suite->store, refs, 4, to, new), OK);
	CHECK(suite, new[0] && new[1] && new[3] && new[2] == 0);
	subject_is(suite, to, new[0], "move 3");
	subject_is(suite, to, new[1], "move 0");
	subject_is(suite, to, new[3], "move 1");
	told = content(suite, from);
	CHECK(suite, told->n == 2 && has(told, nums[2]) && has(told, nums[4]));
	CHECK(suite, content(suite, to)->n == 4);
	CHECK_FAULT(suite, suite->ops->move(suite->store, refs, 4, to, again), OK);
	CHECK(suite, again[0] == 0 && again[3] == 0);
	refs[0].num = nums[2];
	CHECK_FAULT(suite, suite->ops->move(suite->store, refs, 1, "NoSuchFolder", again),
	    FOLDER_GONE);
	CHECK(suite, content(suite, from)->n == 2);
	refs[0].folder = "NoSuchFolder";
	CHECK_FAULT(suite, suite->ops->move(suite->store, refs, 1, to, again), FOLDER_GONE);
}

static void
remove_check(struct suite *suite, const char *folder, const uint32_t *nums)
{
	const struct folder *trash = folder_by_type(folders_list(suite), FOLDER_TRASH);
	struct item_ref refs[2] = { { .folder = folder, .num = nums[2] },
		{ .folder = folder, .num = NOT_THERE } };
	unsigned before;
	struct told *told;

	if (!trash)
		return;
	before = content(suite, trash->id)->n;
	CHECK_FAULT(suite, suite->ops->remove(suite->store, refs, 2, true), OK);
	told = content(suite, trash->id);
	CHECK(suite, told->n == before + 1);
	CHECK(suite, content(suite, folder)->n == 1);
	/* gone already: as good as removed */
	CHECK_FAULT(suite, suite->ops->remove(suite->store, refs, 2, true), OK);
	/* in Trash: for good */
	refs[0] = (struct item_ref){ .folder = trash->id, .num = told->list[0].num };
	CHECK_FAULT(suite, suite->ops->remove(suite->store, refs, 1, true), OK);
	CHECK(suite, content(suite, trash->id)->n == before);
	refs[0] = (struct item_ref){ .folder = folder, .num = nums[4] };
	CHECK_FAULT(suite, suite->ops->remove(suite->store, refs, 1, false), OK);
	CHECK(suite, content(suite, folder)->n == 0);
}

void
conform_moves(struct suite *suite)
{
	const char *from = folder_fresh(suite, "MoveFrom"), *to = folder_fresh(suite, "MoveTo");
	uint32_t nums[MAILS];

	if (!from || !to)
		return;
	for (unsigned i = 0; i < MAILS; i++)
		nums[i] = mail_add(suite, suite->store, from,
		    arena_printf(suite->arena, "move %u", i));
	move_check(suite, from, to, nums);
	remove_check(suite, from, nums);
	CHECK_FAULT(suite, suite->ops->empty(suite->store, to), OK);
	CHECK(suite, content(suite, to)->n == 0);
	CHECK_FAULT(suite, suite->ops->empty(suite->store, to), OK);
}
