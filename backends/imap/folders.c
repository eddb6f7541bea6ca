/* SPDX-License-Identifier: ISC */
/* The folders of an account, as the bridge sees them.  Worker. */
#include <string.h>
#include <strings.h>

#include "backends/imap/list.h"
#include "backends/imap/store.h"
#include "bridge/base/arena.h"

static const enum folder_type types[N_SPECIALS] = {
	[SPECIAL_NONE] = FOLDER_USER_MAIL,
	[SPECIAL_DRAFTS] = FOLDER_DRAFTS,
	[SPECIAL_SENT] = FOLDER_SENT,
	[SPECIAL_TRASH] = FOLDER_TRASH,
	[SPECIAL_JUNK] = FOLDER_USER_MAIL,
	[SPECIAL_ARCHIVE] = FOLDER_USER_MAIL,
};

struct identities {
	struct arena *arena;
	struct listed *list;
	size_t n;
};

/* "* STATUS name (MAILBOXID (F221))", RFC 8474 4.3. */
static void
identity_read(void *ctx, const struct imap_response *r)
{
	const struct identities *identities = ctx;
	const char *name, *text;

	if (strcmp(r->word, "STATUS") != 0 || !r->values || !(name = imap_text(r->values)))
		return;
	text = imap_text(imap_list(imap_find(imap_list(r->values->next), "MAILBOXID")));
	for (size_t i = 0; text && i < identities->n; i++)
		if (strcasecmp(identities->list[i].id, name) == 0 &&
		    (identities->list[i].inbox || strcmp(identities->list[i].id, name) == 0))
			identities->list[i].identity = arena_strdup(identities->arena, text);
}

/* Asked by STATUS: in LIST RETURN (STATUS (...)) Cyrus 3.6 prints garbage for it. */
static enum fault
identities_load(struct imap_store *store, const struct list *list)
{
	unsigned tags[IMAP_PIPELINE];

	for (size_t at = 0; at < list->n && !store->imap->dead; at += IMAP_PIPELINE) {
		struct identities part = { store->base.arena, list->list + at, list->n - at };
		struct imap_reader reader = { .fn = identity_read, .ctx = &part };

		if (part.n > IMAP_PIPELINE)
			part.n = IMAP_PIPELINE;
		for (size_t i = 0; i < part.n; i++)
			tags[i] = part.list[i].no_select || part.list[i].hidden ? 0 :
			    imap_send(store->imap, "STATUS %s (MAILBOXID)",
				imap_quote(store->base.arena, part.list[i].id));
		for (size_t i = 0; i < part.n; i++)
			if (tags[i])
				imap_wait(store->imap, tags[i], &reader);
	}
	return store->imap->dead ? TRY_LATER : OK;
}

static bool
is_shown(const struct imap_store *store, const struct listed *l)
{
	if (l->hidden)
		return false;
	return !store->settings.subscribed_only || l->subscribed || l->inbox || l->special ||
	    l->no_select;
}

static bool
folder_tell(const struct listed *l, folder_fn *fn, void *ctx)
{
	struct folder folder = {
		.id = l->id,
		.parent = l->parent,
		.display_name = l->display,
		.identity = l->identity,
		.type = l->inbox ? FOLDER_INBOX : types[l->special],
		.class = CLASS_EMAIL,
		.is_junk = l->special == SPECIAL_JUNK,
		.can_hold_items = !l->no_select,
	};

	return fn(ctx, &folder);
}

enum fault
imap_folders(struct store *base, folder_fn *fn, void *ctx)
{
	struct imap_store *store = imap_store(base);
	struct list list;
	enum fault fault = list_load(store, &list);

	if (fault == OK)
		fault = list_assign(store, &list);
	if (fault == OK && imap_has(store->imap, CAP_OBJECTID))
		fault = identities_load(store, &list);
	if (fault != OK)
		return fault;
	for (size_t i = 0; i < list.n; i++)
		if (is_shown(store, &list.list[i]) && !folder_tell(&list.list[i], fn, ctx))
			break;
	return OK;
}
