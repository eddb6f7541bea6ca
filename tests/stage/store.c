/* SPDX-License-Identifier: ISC */
/* The mail server of arrays.  Included by test programs. */
#include "tests/stage/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/base/arena.h"
#include "bridge/base/body.h"
#include "bridge/base/date.h"

struct world world;

void
world_clear(void)
{
	for (unsigned i = 0; i < world.n_boxes; i++)
		free(world.boxes[i].mails);
	memset(&world, 0, sizeof(world));
}

struct box *
world_box(const char *name, enum folder_type type)
{
	struct box *box = &world.boxes[world.n_boxes++];
	const char *slash = strrchr(name, '/');

	if (world.n_boxes > WORLD_BOXES)
		abort();
	snprintf(box->name, sizeof(box->name), "%s", name);
	if (slash)
		snprintf(box->parent, sizeof(box->parent), "%.*s", (int)(slash - name), name);
	box->type = type;
	box->validity = 1000 + world.n_boxes;
	box->next = 1;
	box->modseq = 1;
	box->is_there = true;
	box->mails = calloc(WORLD_MAILS, sizeof(struct mail));
	return box;
}

struct mail *
world_deliver(struct box *box, int64_t date)
{
	struct mail *mail = &box->mails[box->n++];

	if (box->n > WORLD_MAILS)
		abort();
	*mail = (struct mail){ .uid = box->next++, .modseq = ++box->modseq, .date = date };
	return mail;
}

struct mail *
world_mail(struct box *box, uint32_t uid)
{
	for (unsigned i = 0; i < box->n; i++)
		if (box->mails[i].uid == uid)
			return box->mails[i].is_gone ? NULL : &box->mails[i];
	return NULL;
}

void
world_mark(struct box *box, struct mail *mail, uint32_t mark)
{
	if (mail->mark == mark)
		return;
	mail->mark = mark;
	mail->modseq = ++box->modseq;
}

void
world_expunge(struct box *box, struct mail *mail)
{
	mail->is_gone = true;
	mail->modseq = ++box->modseq;
}

unsigned
world_count(const struct box *box)
{
	unsigned n = 0;

	for (unsigned i = 0; i < box->n; i++)
		n += !box->mails[i].is_gone;
	return n;
}

/* --- the contract --- */

static struct box *
box_named(const char *name)
{
	for (unsigned i = 0; i < world.n_boxes; i++)
		if (world.boxes[i].is_there && !strcmp(world.boxes[i].name, name))
			return &world.boxes[i];
	return NULL;
}

static enum fault
stage_open(const struct login *login, struct store **ret_store)
{
	if (world.is_down)
		return TRY_LATER;
	if (strcmp(login->password, "secret") != 0)
		return DENIED;
	*ret_store = calloc(1, sizeof(struct store));
	(*ret_store)->ops = &stage_store_ops;
	return OK;
}

static void
stage_close(struct store **store)
{
	free(*store);
	*store = NULL;
}

static bool
stage_is_alive(struct store *store)
{
	(void)store;
	return !world.is_down;
}

static enum fault
stage_folders(struct store *store, folder_fn *fn, void *ctx)
{
	(void)store;
	world.n_folders++;
	for (unsigned i = 0; i < world.n_boxes; i++) {
		struct box *box = &world.boxes[i];
		const char *slash = strrchr(box->name, '/');
		struct folder folder = {
			.id = box->name, .parent = *box->parent ? box->parent : NULL,
			.display_name = slash ? slash + 1 : box->name,
			.identity = *box->identity ? box->identity : NULL, .type = box->type,
			.class = CLASS_EMAIL, .can_hold_items = true,
		};

		if (box->is_there && !fn(ctx, &folder))
			break;
	}
	return OK;
}

static void
box_rename(struct box *box, const char *from, const char *to)
{
	char name[256];

	snprintf(name, sizeof(name), "%s%s", to, box->name + strlen(from));
	snprintf(box->name, sizeof(box->name), "%s", name);
	if (strrchr(name, '/'))
		*strrchr(name, '/') = 0;
	else
		*name = 0;
	snprintf(box->parent, sizeof(box->parent), "%s", name);
}

static enum fault
stage_edit_folder(struct store *store, const struct folder_edit *edit, const char **ret_id)
{
	char name[200] = "";

	if (edit->parent)
		snprintf(name, sizeof(name), "%s/", edit->parent);
	if (edit->display_name)
		snprintf(name + strlen(name), sizeof(name) - strlen(name), "%s",
		    edit->display_name);
	if (edit->kind != FOLDER_REMOVE && box_named(name))
		return FOLDER_EXISTS;
	if (edit->kind != FOLDER_CREATE && !box_named(edit->folder))
		return FOLDER_GONE;
	if (edit->kind == FOLDER_CREATE)
		world_box(name, FOLDER_USER_MAIL);
	else if (edit->kind == FOLDER_REMOVE)
		box_named(edit->folder)->is_there = false;
	else
		for (unsigned i = 0; i < world.n_boxes; i++) {
			size_t n = strlen(edit->folder);
			const char *rest = world.boxes[i].name + n;

			if (!strncmp(world.boxes[i].name, edit->folder, n) &&
			    (!*rest || *rest == '/'))
				box_rename(&world.boxes[i], edit->folder, name);
		}
	*ret_id = arena_strdup(store->arena, name);
	return OK;
}

static void
stamp_print(const struct box *box, struct stamp *ret)
{
	int n = snprintf((char *)ret->bytes, sizeof(ret->bytes), "%u %u %" PRIu64, box->validity,
	    box->next, box->modseq);

	ret->len = (uint8_t)n;
}

static enum fault
stage_probe(struct store *store, const char *const *folders, unsigned n, struct stamp *ret_stamps)
{
	(void)store;
	world.n_probe++;
	if (world.is_down)
		return TRY_LATER;
	for (unsigned i = 0; i < n; i++) {
		const struct box *box = box_named(folders[i]);

		ret_stamps[i] = (struct stamp){ 0 };
		if (box)
			stamp_print(box, &ret_stamps[i]);
	}
	return OK;
}

static const struct known_entry *
entry_of(const struct known_list *known, uint32_t uid)
{
	size_t low = 0, high = known->n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (known->list[middle].num < uid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < known->n && known->list[low].num == uid ? &known->list[low] : NULL;
}

static bool
is_in_span(const struct mail *mail, const struct span *span)
{
	return !mail->is_gone && (!span->since || mail->date >= span->since);
}

/* One kind of difference; since modseq `from` only where tokens are trusted. */
static bool
differences(const struct box *box, const struct span *span, const struct known_list *known,
    enum change_kind kind, uint64_t from, change_fn *fn, void *ctx)
{
	for (unsigned i = box->n; i-- > 0;) {
		const struct mail *mail = &box->mails[i];
		const struct known_entry *entry = entry_of(known, mail->uid);
		struct change change = { .kind = kind, .num = mail->uid, .mark = mail->mark };
		bool is_it;

		world.n_listed++;
		if (mail->modseq <= from)
			continue;
		if (kind == CHANGE_GONE)
			is_it = mail->is_gone; /* a server may tell of items we never knew */
		else if (kind == CHANGE_LEFT)
			is_it = entry && !mail->is_gone && !is_in_span(mail, span);
		else if (kind == CHANGE_CHANGED)
			is_it = entry && is_in_span(mail, span) && entry->mark != mail->mark;
		else
			is_it = !entry && is_in_span(mail, span);
		if (is_it && !fn(ctx, &change))
			return false;
	}
	return true;
}

static enum fault
stage_changes(struct store *store, const char *folder, const struct span *span,
    const struct known_list *known, change_fn *fn, void *ctx, struct stamp *ret_stamp)
{
	static const enum change_kind order[] = {
		CHANGE_GONE, CHANGE_LEFT, CHANGE_CHANGED, CHANGE_ADDED
	};
	const struct box *box = box_named(folder);
	unsigned validity = 0, next = 0;
	uint64_t modseq = 0;

	(void)store;
	world.n_changes++;
	if (world.is_down)
		return TRY_LATER;
	if (!box)
		return FOLDER_GONE;
	if (known->stamp->len) {
		char text[100];

		snprintf(text, sizeof(text), "%.*s", known->stamp->len,
		    (const char *)known->stamp->bytes);
		if (sscanf(text, "%u %u %" SCNu64, &validity, &next, &modseq) != 3)
			abort();
		if (validity != box->validity)
			return STALE;
	}
	for (unsigned i = 0; i < 4; i++)
		if (!differences(box, span, known, order[i], world.has_tokens ? modseq : 0, fn,
		    ctx))
			break;
	stamp_print(box, ret_stamp);
	return OK;
}

static void
item_fill(struct arena *arena, const struct mail *mail, const struct body_wish *wish,
    struct item *item)
{
	struct email *email = &item->email;
	struct body *text = arena_alloc(arena, sizeof(*text));
	size_t len = mail->size ? mail->size : 40;
	char *words = arena_alloc(arena, len + 1);

	*item = (struct item){ .class = CLASS_EMAIL };
	ITEM_SET(email, read, (mail->mark & MARK_READ) != 0);
	email->has.flag = true;
	if (mail->mark & MARK_FLAGGED)
		ITEM_SET(&email->flag, status, 2);
	if (wish->flags_only)
		return;
	memset(words, 'x', len);
	snprintf(words, len, "text of %u", mail->uid);
	body_from_memory(text, words, len);
	ITEM_SET(email, subject, arena_printf(arena, "s%u", mail->uid));
	ITEM_SET(email, date_received, mail->date);
	email->body = (struct item_body){
		.type = BODY_PLAIN, .estimated_size = (uint32_t)len, .has_data = true, .data = text,
	};
	email->has.body = true;
	world.n_bodies++;
}

static enum fault
stage_fetch(struct store *store, const struct item_ref *refs, unsigned n,
    const struct body_wish *wish, item_fn *fn, void *ctx)
{
	struct box *box = n ? box_named(refs[0].folder) : NULL;
	size_t bytes = 0;

	if (world.is_down)
		return TRY_LATER;
	if (!box)
		return FOLDER_GONE;
	for (unsigned i = 0; i < n && !wish->flags_only; i++)
		if (world_mail(box, refs[i].num) && world_mail(box, refs[i].num)->breaks)
			return TRY_LATER;
	for (unsigned i = 0; i < n; i++) {
		struct arena_mark mark = arena_mark(store->arena);
		const struct mail *mail;
		struct item item;
		bool goes_on;

		world.n_fetch++;
		if (i == n / 2 && world.hook)
			world.hook();
		mail = world_mail(box, refs[i].num);
		if (world.fetch_fails_after && i + 1 == world.fetch_fails_after)
			return TRY_LATER;
		if (wish->budget && bytes >= wish->budget)
			return OK;
		if (!mail) {
			goes_on = fn(ctx, &refs[i], ITEM_GONE, NULL);
		} else if (mail->is_bad && !wish->flags_only) {
			goes_on = fn(ctx, &refs[i], ITEM_BAD, NULL);
		} else {
			item_fill(store->arena, mail, wish, &item);
			bytes += mail->size;
			goes_on = fn(ctx, &refs[i], OK, &item);
		}
		arena_release(store->arena, mark);
		if (!goes_on)
			return OK;
	}
	return OK;
}

static enum fault
stage_change(struct store *store, const struct item_ref *ref, const struct item *item,
    uint32_t *ret_mark)
{
	struct box *box = box_named(ref->folder);
	struct mail *mail = box ? world_mail(box, ref->num) : NULL;
	uint32_t mark;

	(void)store;
	if (world.is_down)
		return TRY_LATER;
	if (!mail)
		return ITEM_GONE;
	if (box->is_read_only)
		return REFUSED;
	mark = mail->mark;
	if (item->email.has.read)
		mark = item->email.read ? mark | MARK_READ : mark & ~(uint32_t)MARK_READ;
	if (item->email.has.flag)
		mark = item->email.flag.status == 2 ? mark | MARK_FLAGGED :
		    mark & ~(uint32_t)MARK_FLAGGED;
	world_mark(box, mail, mark);
	*ret_mark = mark;
	return OK;
}

static enum fault
stage_remove(struct store *store, const struct item_ref *refs, unsigned n, bool to_trash)
{
	struct box *box = n ? box_named(refs[0].folder) : NULL, *trash = box_named("Trash");

	(void)store;
	if (world.is_down)
		return TRY_LATER;
	if (box && box->is_read_only)
		return DENIED;
	for (unsigned i = 0; i < n && box; i++) {
		struct mail *mail = world_mail(box, refs[i].num);

		if (!mail)
			continue;
		if (to_trash && trash && trash != box)
			world_deliver(trash, mail->date)->mark = mail->mark;
		world_expunge(box, mail);
	}
	return OK;
}

const struct store_ops stage_store_ops = {
	.name = "stage",
	.classes = 1u << CLASS_EMAIL,
	.open = stage_open,
	.close = stage_close,
	.is_alive = stage_is_alive,
	.folders = stage_folders,
	.edit_folder = stage_edit_folder,
	.probe = stage_probe,
	.changes = stage_changes,
	.fetch = stage_fetch,
	.change = stage_change,
	.remove = stage_remove,
};
