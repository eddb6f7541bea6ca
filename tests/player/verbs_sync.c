/* SPDX-License-Identifier: ISC */
/*
 * The phone's larger steps, each several exchanges: folders, provisions, sync, and questions
 * about what it has then: has, lacks, knows.
 */
#include <fnmatch.h>
#include <string.h>

#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "tests/player/match.h"
#include "tests/player/node.h"
#include "tests/player/phone.h"
#include "tests/player/script.h"
#include "tests/player/steps.h"

static bool fail_step(struct line *line, const struct phone *phone)
{
	struct buf out;

	buf_init_arena(&out, phone->arena, 64 << 20);
	if (phone->asked != NULL) {
		buf_puts(&out, "\n--- request ---\n");
		node_print(&out, phone->asked, 200);
	}
	buf_printf(&out, "\n--- answer: HTTP %d ---\n", phone->answer.status);
	if (phone->document != NULL)
		node_print(&out, phone->document, 200);
	return script_fail(line->script, "%s: %s%.*s", phone->name, phone->error, 20000,
			   buf_str(&out));
}

static bool read_sync(struct line *line, struct sync_wish *wish)
{
	static const struct {
		const char *word;
		size_t member;
	} numbers[] = {
		{"window", offsetof(struct sync_wish, window)},
		{"filter", offsetof(struct sync_wish, filter)},
		{"body", offsetof(struct sync_wish, body)},
		{"size", offsetof(struct sync_wish, size)},
		{"mime", offsetof(struct sync_wish, mime)},
		{"changes", offsetof(struct sync_wish, changes)},
		{"moves", offsetof(struct sync_wish, moves)},
	};

	if (line_is(line, "until")) {
		wish->until_quiet = line_is(line, "quiet");
		return wish->until_quiet;
	}
	if (line_is(line, "bare"))
		return wish->bare = true;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (line_is(line, numbers[i].word))
			return line_number(line, (long *)((char *)wish + numbers[i].member));
	return script_fail(line->script, "sync: no such word \"%.30s\"", line->text);
}

static struct folder *read_folder(struct line *line, struct phone *phone)
{
	char *name = line_word(line);
	struct folder *folder = name == NULL ? NULL : phone_folder(phone, name);

	if (folder == NULL && name != NULL)
		script_fail(line->script, "%s knows no folder \"%s\"", phone->name, name);
	return folder;
}

static bool do_sync(struct line *line, struct phone *phone)
{
	struct sync_wish wish = SYNC_WISH_DEFAULT;
	struct folder *folder = read_folder(line, phone);

	while (folder != NULL && !line_at_end(line))
		if (!read_sync(line, &wish))
			return false;
	phone->error = NULL;
	return folder != NULL && (step_sync(phone, folder, &wish) || fail_step(line, phone));
}

static bool do_folders(struct line *line, struct phone *phone)
{
	phone->error = NULL;
	if (line_is(line, "anew"))
		return step_folders(phone, "0") || fail_step(line, phone);
	return step_folders(phone, phone->folder_key) || fail_step(line, phone);
}

static bool do_provisions(struct line *line, struct phone *phone)
{
	phone->error = NULL;
	return step_provision(phone) || fail_step(line, phone);
}

/* A pattern on items: "{ Subject x }" */
static const struct node *read_pattern(struct line *line)
{
	const char *root = "ApplicationData ";
	const char *text = arena_printf(line->script->arena, "%s%s", root, line->text);
	const char *start = text;
	struct node *pattern;

	line->notation.pattern = true;
	pattern = notation_element(&line->notation, &text);
	line->notation.pattern = false;
	if (pattern == NULL)
		script_fail(line->script, "%s", line->notation.error);
	line->text += text - start - (ptrdiff_t)strlen(root);
	return pattern;
}

static void bind(void *ctx, const char *name, const char *value)
{
	script_set(ctx, name, value);
}

static const struct item *find_item(struct line *line, const struct folder *folder,
	const struct node *pattern, const char **ret_reason)
{
	struct match match = {.arena = line->script->arena, .bind = bind, .ctx = line->script};
	const struct map_entry *entry;
	uint32_t cursor = 0;

	*ret_reason = "the folder is empty";
	while ((entry = map_next(&folder->items, &cursor)) != NULL) {
		const struct item *item = entry->value;

		if (match_document(&match, pattern, item->data))
			return item;
		*ret_reason = match.reason;
	}
	return NULL;
}

static bool has_item(struct line *line, struct phone *phone, bool wanted)
{
	const struct node *pattern = read_pattern(line);
	const struct item *item;
	struct folder *folder;
	const char *reason;

	if (pattern == NULL || !line_is(line, "in"))
		return script_fail(line->script, "has item { ... } in FOLDER");
	folder = read_folder(line, phone);
	if (folder == NULL)
		return false;
	item = find_item(line, folder, pattern, &reason);
	if ((item != NULL) == wanted)
		return true;
	if (wanted)
		return script_fail(line->script, "%s has no such item in %s (%s)", phone->name,
				   folder->name, reason);
	return script_fail(line->script, "%s has item %s in %s", phone->name, item->id,
			   folder->name);
}

static bool has_folder(struct line *line, struct phone *phone, bool wanted)
{
	char *name = line_word(line);
	struct folder *folder = name == NULL ? NULL : phone_folder(phone, name);
	const struct folder *parent;
	long type = 0;

	if (name == NULL)
		return false;
	if ((folder != NULL) != wanted)
		return script_fail(line->script, "%s %s folder \"%s\"", phone->name,
				   wanted ? "has no" : "has the", name);
	if (line_is(line, "type")) {
		if (!line_number(line, &type))
			return false;
		if (folder != NULL && folder->type != type)
			return script_fail(line->script, "folder %s is of type %d", name,
					   folder->type);
	}
	if (!line_is(line, "below"))
		return true;
	parent = read_folder(line, phone);
	return parent != NULL && folder != NULL && (strcmp(parent->id, folder->parent) == 0
		|| script_fail(line->script, "folder %s is not below it", name));
}

/* has N items in FOLDER */
static bool has_count(struct line *line, struct phone *phone)
{
	struct folder *folder;
	long n;

	if (!line_number(line, &n))
		return false;
	if (!(line_is(line, "items") || line_is(line, "item")) || !line_is(line, "in"))
		return script_fail(line->script, "has N items in FOLDER");
	folder = read_folder(line, phone);
	if (folder == NULL)
		return false;
	return (long)map_count(&folder->items) == n
		|| script_fail(line->script, "%s has %zu items in %s, want %ld", phone->name,
			       map_count(&folder->items), folder->name, n);
}

static bool do_has(struct line *line, struct phone *phone)
{
	if (line_is(line, "item"))
		return has_item(line, phone, true);
	if (line_is(line, "folder"))
		return has_folder(line, phone, true);
	return has_count(line, phone);
}

static bool do_lacks(struct line *line, struct phone *phone)
{
	if (line_is(line, "item"))
		return has_item(line, phone, false);
	if (line_is(line, "folder"))
		return has_folder(line, phone, false);
	return script_fail(line->script, "lacks item { ... } in FOLDER, or lacks folder NAME");
}

/* knows NAME as item "Subject" in FOLDER | as field PATH of item "Subject" in FOLDER */
static bool do_knows(struct line *line, struct phone *phone)
{
	char *name = line_word(line);
	char *path = NULL;
	char *subject;
	struct folder *folder;
	const struct map_entry *entry;
	uint32_t cursor = 0;

	if (name == NULL || !line_is(line, "as"))
		return script_fail(line->script, "knows NAME as ...");
	if (line_is(line, "field")) {
		path = line_word(line);
		if (path == NULL || !line_is(line, "of"))
			return script_fail(line->script, "as field PATH of item ...");
	}
	if (!line_is(line, "item") || (subject = line_word(line)) == NULL || !line_is(line, "in")
	    || (folder = read_folder(line, phone)) == NULL)
		return script_fail(line->script, "as item \"Subject\" in FOLDER");
	while ((entry = map_next(&folder->items, &cursor)) != NULL) {
		const struct item *item = entry->value;

		if (fnmatch(subject, node_text(item->data, "Subject"), 0) != 0)
			continue;
		script_set(line->script, name, path ? node_text(item->data, path) : item->id);
		return path == NULL || node_path(item->data, path) != NULL
			|| script_fail(line->script, "the item has no %s", path);
	}
	return script_fail(line->script, "%s has no item \"%s\" in %s", phone->name, subject,
			   folder->name);
}

static const struct {
	const char *word;
	bool (*run)(struct line *line, struct phone *phone);
} verbs[] = {
	{"sync", do_sync}, {"folders", do_folders}, {"provisions", do_provisions},
	{"has", do_has}, {"lacks", do_lacks}, {"knows", do_knows},
};

bool sync_statement(struct line *line, struct phone *phone, const char *verb, bool *ret_known)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verb, verbs[i].word) == 0)
			return verbs[i].run(line, phone);
	*ret_known = false;
	return false;
}
