/* SPDX-License-Identifier: ISC */
/*
 * Folders made, renamed, moved and removed, by libetpan's calls: short commands with short answers,
 * which its parser takes well.  Worker.
 */
#include <string.h>
#include <strings.h>

#include "backends/imap/list.h"
#include "backends/imap/store.h"
#include "backends/imap/transport.h"
#include "backends/imap/view.h"
#include "bridge/base/arena.h"

enum { NAME_MAX_TEXT = 255 };

/* What libetpan says of a command that was answered with NO: the response code is the reason. */
static enum fault
refusal(const struct mailimap_response_info *info)
{
	static const struct {
		const char *code;
		enum fault fault;
	} codes[] = {
		{ "NONEXISTENT", FOLDER_GONE },
		{ "ALREADYEXISTS", FOLDER_EXISTS },
		{ "OVERQUOTA", NO_SPACE },
		{ "UNAVAILABLE", TRY_LATER },
		{ "INUSE", TRY_LATER },
		{ "SERVERBUG", TRY_LATER },
	};

	if (!info || !info->rsp_atom)
		return REFUSED;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (strcasecmp(info->rsp_atom, codes[i].code) == 0)
			return codes[i].fault;
	return REFUSED;
}

/* A libetpan result: what is not a plain NO has broken the session. */
static enum fault
result(struct imap *imap, int r)
{
	switch (r) {
	case MAILIMAP_NO_ERROR:
		return OK;
	case MAILIMAP_ERROR_CREATE:
	case MAILIMAP_ERROR_RENAME:
	case MAILIMAP_ERROR_DELETE:
	case MAILIMAP_ERROR_SUBSCRIBE:
	case MAILIMAP_ERROR_UNSUBSCRIBE:
		return refusal(imap->session->imap_response_info);
	default:
		return imap_die(imap, *imap->transport->error ? imap->transport->error :
		    "answer not understood");
	}
}

typedef int mailbox_call(mailimap *session, const char *mailbox);

static enum fault
call(struct imap *imap, mailbox_call *fn, const char *mailbox)
{
	if (imap->dead)
		return TRY_LATER;
	imap_settle(imap);
	return result(imap, fn(imap->session, mailbox));
}

enum fault
store_create(struct imap_store *store, const char *mailbox, enum special special)
{
	struct imap *imap = store->imap;
	const char *use = name_of_special_use(special);
	enum fault fault;

	if (use && imap_has(imap, CAP_CREATE_SPECIAL_USE))
		fault = imap_run(imap, NULL, "CREATE %s (USE (%s))",
		    imap_quote(store->base.arena, mailbox), use);
	else
		fault = call(imap, mailimap_create, mailbox);
	if (fault == OK)
		call(imap, mailimap_subscribe, mailbox);
	return imap->dead ? TRY_LATER : fault;
}

/* The id of a folder of that display name below that parent; NULL: not a possible name. */
static const char *
id_make(struct imap_store *store, const char *parent, const char *display_name)
{
	struct arena *arena = store->base.arena;
	const struct namespace *space = parent ? namespaces_of(&store->namespaces, parent) :
	    &store->namespaces.list[0];
	const char *name = display_name;
	size_t n = strlen(display_name);

	if (n == 0 || n > NAME_MAX_TEXT || (parent && !space->separator))
		return NULL;
	if (space->separator && strchr(display_name, space->separator))
		return NULL;
	for (const char *c = display_name; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7F || *c == '*' || *c == '%')
			return NULL;
	if (!store->imap->utf8)
		name = name_encode(arena, display_name);
	if (!name || (space->separator && strchr(name, space->separator)))
		return NULL;
	return parent ? arena_printf(arena, "%s%c%s", parent, space->separator, name) :
	    arena_printf(arena, "%s%s", space->prefix, name);
}

/* A NO without a code: is it because of the name? */
static enum fault
exists_check(struct imap_store *store, const char *id, enum fault fault)
{
	struct imap_state state;

	if (fault != REFUSED || probe_state(store, id, &state) != OK)
		return fault;
	return FOLDER_EXISTS;
}

static enum fault
folder_create(struct imap_store *store, const struct folder_edit *edit, const char **ret_id)
{
	const char *id = id_make(store, edit->parent, edit->display_name);
	enum fault fault;

	if (!id || edit->class != CLASS_EMAIL)
		return BAD_INPUT;
	if (strcasecmp(id, "INBOX") == 0)
		return FOLDER_EXISTS;
	fault = exists_check(store, id, store_create(store, id, SPECIAL_NONE));
	if (fault == OK && ret_id)
		*ret_id = id;
	return fault;
}

/* Everything below a mailbox, deepest last, and itself first. */
struct subtree {
	struct imap_store *store;
	const char **ids;
	size_t n, cap;
	bool found;		/* the mailbox itself is there */
};

static void
subtree_put(struct subtree *tree, const char *id)
{
	struct arena *arena = tree->store->base.arena;

	if (tree->n == tree->cap) {
		size_t cap = tree->cap ? tree->cap * 2 : 16;
		const char **grown = arena_array(arena, cap, sizeof(*grown));

		if (tree->n)
			memcpy(grown, tree->ids, tree->n * sizeof(*grown));
		tree->ids = grown;
		tree->cap = cap;
	}
	tree->ids[tree->n++] = arena_strdup(arena, id);
}

static enum fault
subtree_load(struct imap_store *store, const char *folder, struct subtree *ret_tree)
{
	struct list list;
	size_t n = strlen(folder);
	enum fault fault = list_load(store, &list);

	*ret_tree = (struct subtree){ .store = store };
	for (size_t i = 0; fault == OK && i < list.n; i++) {
		const struct listed *l = &list.list[i];
		bool itself = strcmp(l->id, folder) == 0;

		ret_tree->found |= itself;
		if (itself || (l->separator && strncmp(l->id, folder, n) == 0 &&
		    l->id[n] == l->separator))
			subtree_put(ret_tree, l->id);
	}
	return fault == OK && !ret_tree->found ? FOLDER_GONE : fault;
}

/* The subscriptions follow the names. */
static void
subscriptions_move(struct imap_store *store, const struct subtree *tree, const char *from,
    const char *to)
{
	for (size_t i = 0; i < tree->n; i++) {
		call(store->imap, mailimap_unsubscribe, tree->ids[i]);
		call(store->imap, mailimap_subscribe, arena_printf(store->base.arena, "%s%s", to,
		    tree->ids[i] + strlen(from)));
	}
}

static enum fault
folder_rename(struct imap_store *store, const struct folder_edit *edit, const char **ret_id)
{
	const char *id = id_make(store, edit->parent, edit->display_name);
	struct subtree tree;
	size_t n = strlen(edit->folder);
	enum fault fault;

	if (!id)
		return BAD_INPUT;
	/* RENAME of INBOX would move its messages (RFC 9051 6.3.6) */
	if (strcasecmp(edit->folder, "INBOX") == 0)
		return REFUSED;
	if (strcasecmp(id, "INBOX") == 0)
		return FOLDER_EXISTS;
	/* not below itself */
	if (strncmp(id, edit->folder, n) == 0 && id[n] &&
	    id[n] == namespaces_of(&store->namespaces, id)->separator)
		return BAD_INPUT;
	if (strcmp(id, edit->folder) != 0) {
		fault = subtree_load(store, edit->folder, &tree);
		if (fault == OK)
			fault = imap_unselect(store->imap);
		if (fault != OK)
			return fault;
		imap_settle(store->imap);
		fault = exists_check(store, id, result(store->imap,
		    mailimap_rename(store->imap->session, edit->folder, id)));
		if (fault != OK)
			return fault;
		subscriptions_move(store, &tree, edit->folder, id);
		view_forget(store, edit->folder);
		store->listed = false;
	}
	if (ret_id)
		*ret_id = id;
	return store->imap->dead ? TRY_LATER : OK;
}

static enum fault
folder_remove(struct imap_store *store, const struct folder_edit *edit)
{
	struct subtree tree;
	enum fault fault;

	if (strcasecmp(edit->folder, "INBOX") == 0)
		return REFUSED;
	fault = subtree_load(store, edit->folder, &tree);
	if (fault == OK)
		fault = imap_unselect(store->imap);
	/* parents stand before their children: from the end the deepest come first */
	for (size_t i = tree.n; fault == OK && i-- > 0;) {
		fault = call(store->imap, mailimap_delete, tree.ids[i]);
		if (fault == FOLDER_GONE || (fault == REFUSED && strcmp(tree.ids[i], edit->folder)))
			fault = OK;
		if (fault == OK)
			call(store->imap, mailimap_unsubscribe, tree.ids[i]);
		view_forget(store, tree.ids[i]);
	}
	store->listed = false;
	return store->imap->dead ? TRY_LATER : fault;
}

enum fault
imap_edit_folder(struct store *base, const struct folder_edit *edit, const char **ret_id)
{
	struct imap_store *store = imap_store(base);
	enum fault fault = namespaces_load(store->imap, &store->namespaces);

	if (fault != OK)
		return fault;
	switch (edit->kind) {
	case FOLDER_CREATE:
		return folder_create(store, edit, ret_id);
	case FOLDER_RENAME:
		return folder_rename(store, edit, ret_id);
	case FOLDER_REMOVE:
		return folder_remove(store, edit);
	}
	return BAD_INPUT;
}
