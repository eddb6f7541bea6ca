/* SPDX-License-Identifier: ISC */
/* Which mailbox is for drafts, sent, deleted and unwanted mail.  Worker. */
#include <stdlib.h>
#include <string.h>

#include "backends/imap/list.h"
#include "backends/imap/store.h"
#include "bridge/base/arena.h"
#include "bridge/base/log.h"

static bool
is_candidate(const struct listed *l)
{
	return l->personal && !l->inbox && !l->no_select && !l->hidden &&
	    l->special == SPECIAL_NONE;
}

/* The name an administrator gave: the path in UTF-8, with or without the namespace's prefix. */
static bool
is_set(const struct imap_store *store, const struct listed *l, enum special special)
{
	const char *name = store->settings.special[special];
	size_t prefix = strlen(store->namespaces.list[0].prefix);

	return name && (strcmp(l->path, name) == 0 ||
	    (prefix && strncmp(l->id, store->namespaces.list[0].prefix, prefix) == 0 &&
		strcmp(l->path + prefix, name) == 0));
}

static bool
is_used(const struct imap_store *store, const struct listed *l, enum special special)
{
	(void)store;
	return l->use == special;
}

/* By its name, at the root or directly below INBOX. */
static bool
is_known(const struct imap_store *store, const struct listed *l, enum special special)
{
	(void)store;
	return (!l->parent || strcmp(l->parent, "INBOX") == 0) && l->use == SPECIAL_NONE &&
	    name_special(l->display) == special;
}

/* From the strongest reason to the weakest. */
static bool (*const reasons[])(const struct imap_store *, const struct listed *, enum special) = {
	is_set, is_used, is_known,
};

static struct listed *
special_find(const struct imap_store *store, struct list *list, enum special special)
{
	for (size_t r = 0; r < sizeof(reasons) / sizeof(reasons[0]); r++)
		for (size_t i = 0; i < list->n; i++)
			if (is_candidate(&list->list[i]) &&
			    reasons[r](store, &list->list[i], special))
				return &list->list[i];
	return NULL;
}

/* The name a missing one gets; NULL: none is made. */
static const char *
name_new(const struct imap_store *store, enum special special)
{
	struct arena *arena = store->base.arena;
	const char *name = store->settings.special[special];

	if (!store->settings.create_special || !name_to_create(special))
		return NULL;
	if (!name)
		name = name_to_create(special);
	if (!store->imap->utf8)
		name = name_encode(arena, name);
	return name ? arena_printf(arena, "%s%s", store->namespaces.list[0].prefix, name) : NULL;
}

static struct listed *
special_create(struct imap_store *store, struct list *list, enum special special)
{
	const char *name = name_new(store, special);
	char account[128], quoted[128];
	enum fault fault;

	if (!name)
		return NULL;
	fault = store_create(store, name, special);
	log_event(fault == OK ? LEVEL_INFO : LEVEL_WARN, NULL, "imap-create",
	    "user=%s folder=%s result=%s",
	    log_quote(store->imap->account, account, sizeof(account)),
	    log_quote(name, quoted, sizeof(quoted)), fault_name(fault));
	if (fault != OK)
		return NULL;
	list_add(store, list, name);
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->list[i].id, name) == 0)
			return &list->list[i];
	return NULL;
}

static void
special_remember(struct imap_store *store, enum special special, const struct listed *l)
{
	free(store->special[special]);
	store->special[special] = l ? strdup(l->id) : NULL;
}

enum fault
list_assign(struct imap_store *store, struct list *list)
{
	struct listed *l;

	/* all that are there first: a made one must not take the place of another's */
	for (enum special s = SPECIAL_NONE + 1; s < N_SPECIALS; s++)
		if ((l = special_find(store, list, s)))
			l->special = s;
	for (enum special s = SPECIAL_NONE + 1; s < N_SPECIALS; s++) {
		for (l = list->list; l < list->list + list->n && l->special != s; l++)
			;
		if (l == list->list + list->n)
			l = special_create(store, list, s);
		if (l)
			l->special = s;
		special_remember(store, s, l);
	}
	store->listed = !store->imap->dead;
	return store->imap->dead ? TRY_LATER : OK;
}

const char *
store_special(struct imap_store *store, enum special special)
{
	struct list list;

	if (!store->listed && (list_load(store, &list) != OK || list_assign(store, &list) != OK))
		return NULL;
	return store->special[special];
}
