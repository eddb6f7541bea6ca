/* SPDX-License-Identifier: ISC */
/* Conformance of folders and edit_folder. */
#include <stdio.h>
#include <string.h>

#include "tests/conform/conform.h"

/* Each default type at most once, parents before children, ids once. */
static void
tree_check(struct suite *suite, const struct folder_list *list)
{
	for (unsigned i = 0; i < list->n; i++) {
		const struct folder *f = &list->list[i];
		bool parent = f->parent == NULL;

		for (unsigned k = 0; k < i; k++) {
			parent |= f->parent && strcmp(list->list[k].id, f->parent) == 0;
			CHECK(suite, strcmp(list->list[k].id, f->id) != 0);
			CHECK(suite, f->type > FOLDER_NOTES || f->type == FOLDER_GENERIC ||
			    list->list[k].type != f->type);
		}
		if (!CHECK(suite, parent))
			printf("  %s\n", f->id);
		CHECK(suite, f->display_name && *f->display_name);
		CHECK(suite, f->class == CLASS_EMAIL);
	}
	CHECK(suite, folder_by_type(list, FOLDER_INBOX) != NULL);
	CHECK(suite, folder_by_type(list, FOLDER_DRAFTS) != NULL);
	CHECK(suite, folder_by_type(list, FOLDER_SENT) != NULL);
	CHECK(suite, folder_by_type(list, FOLDER_TRASH) != NULL);
}

static enum fault
create(struct suite *suite, const char *parent, const char *name, const char **ret_id)
{
	struct folder_edit edit = { .kind = FOLDER_CREATE, .parent = parent,
		.display_name = name, .class = CLASS_EMAIL };

	return suite->ops->edit_folder(suite->store, &edit, ret_id);
}

static enum fault
move(struct suite *suite, const char *folder, const char *parent, const char *name,
    const char **ret_id)
{
	struct folder_edit edit = { .kind = FOLDER_RENAME, .folder = folder, .parent = parent,
		.display_name = name };

	return suite->ops->edit_folder(suite->store, &edit, ret_id);
}

static enum fault
removal(struct suite *suite, const char *folder)
{
	struct folder_edit edit = { .kind = FOLDER_REMOVE, .folder = folder };

	return suite->ops->edit_folder(suite->store, &edit, NULL);
}

static void
names_check(struct suite *suite)
{
	static const char *const names[] = { "Grüße & Ähnliches", "日本語", "plain", "a \"b\" \\c",
		"📎 clip", "[x]", "{5}", "R&D" };
	const char *id = NULL;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		enum fault fault = create(suite, NULL, names[i], &id);

		/* a server may dislike a name, but it must say so and go on */
		if (fault == REFUSED)
			continue;
		if (!CHECK(suite, fault == OK)) {
			printf("  %s: %s\n", names[i], fault_name(fault));
			continue;
		}
		const struct folder *f = folder_by_name(folders_list(suite), names[i]);

		if (!CHECK(suite, f && strcmp(f->id, id) == 0))
			printf("  %s as %s\n", names[i], id);
		CHECK_FAULT(suite, removal(suite, id), OK);
	}
}

static void
refusals_check(struct suite *suite, const struct folder *inbox)
{
	const char *id;

	CHECK_FAULT(suite, create(suite, NULL, "", &id), BAD_INPUT);
	CHECK_FAULT(suite, create(suite, NULL, "a\nb", &id), BAD_INPUT);
	CHECK_FAULT(suite, create(suite, NULL, "bad \xff", &id), BAD_INPUT);
	CHECK_FAULT(suite, move(suite, inbox->id, NULL, "Elsewhere", &id), REFUSED);
	CHECK_FAULT(suite, removal(suite, inbox->id), REFUSED);
	CHECK_FAULT(suite, removal(suite, "NoSuchFolder"), FOLDER_GONE);
	CHECK_FAULT(suite, move(suite, "NoSuchFolder", NULL, "X", &id), FOLDER_GONE);
}

void
conform_folders(struct suite *suite)
{
	struct folder_list *list = folders_list(suite);
	const struct folder *inbox = folder_by_type(list, FOLDER_INBOX), *f;
	const char *top = NULL, *child = NULL, *deep = NULL, *id = NULL;

	tree_check(suite, list);
	if (!inbox)
		return;
	names_check(suite);
	refusals_check(suite, inbox);
	removal(suite, "Top");	/* of an earlier run */
	CHECK_FAULT(suite, create(suite, NULL, "Top", &top), OK);
	CHECK_FAULT(suite, create(suite, NULL, "Top", &id), FOLDER_EXISTS);
	CHECK_FAULT(suite, create(suite, top, "Child", &child), OK);
	CHECK_FAULT(suite, create(suite, child, "Deep", &deep), OK);
	f = folder_by_name(folders_list(suite), "Deep");
	CHECK(suite, f && f->parent && strcmp(f->parent, child) == 0);
	CHECK_FAULT(suite, move(suite, child, child, "Below", &id), BAD_INPUT);

	/* renamed and moved: what is below follows */
	CHECK_FAULT(suite, move(suite, child, NULL, "Moved", &id), OK);
	list = folders_list(suite);
	tree_check(suite, list);
	f = folder_by_name(list, "Deep");
	CHECK(suite, f && f->parent && strcmp(f->parent, id) == 0);
	CHECK(suite, folder_by_name(list, "Child") == NULL);
	CHECK_FAULT(suite, move(suite, id, top, "Back", &child), OK);
	CHECK_FAULT(suite, removal(suite, top), OK);
	list = folders_list(suite);
	CHECK(suite, !folder_by_name(list, "Top") && !folder_by_name(list, "Back") &&
	    !folder_by_name(list, "Deep"));
	CHECK_FAULT(suite, removal(suite, top), FOLDER_GONE);
}
