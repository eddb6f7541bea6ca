/* SPDX-License-Identifier: ISC */
/* Listing mailboxes.  Worker. */
#include "backends/imap/list.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "backends/imap/store.h"
#include "bridge/base/arena.h"
#include "bridge/base/codec.h"
#include "bridge/base/log.h"
#include "bridge/base/map.h"

enum { HEADROOM = 64 };	/* folders beyond the limit that ancestors may take */

struct listing {
	struct imap_store *store;
	struct list *list;
	struct map seen;	/* id -> listed, by index + 1 */
	bool full;
};

static size_t
limit(const struct imap_store *store)
{
	return (size_t)store->settings.max_folders;
}

static const char *
text_of(const struct imap_store *store, const char *name)
{
	struct arena *arena = store->base.arena;
	const char *text = store->imap->utf8 ? NULL : name_decode(arena, name);

	return utf8_clean(arena, text ? text : name, strlen(text ? text : name));
}

/* Parent and display name follow from the name. */
static void
names_set(const struct imap_store *store, struct listed *l)
{
	const struct namespace *space = namespaces_of(&store->namespaces, l->id);
	const char *cut = l->separator ? strrchr(l->id, l->separator) : NULL;
	size_t prefix = strlen(space->prefix);

	l->inbox = strcasecmp(l->id, "INBOX") == 0;
	l->personal = space->personal;
	l->path = text_of(store, l->id);
	l->display = l->inbox ? "Inbox" : text_of(store, cut && cut[1] ? cut + 1 : l->id);
	/* what lies directly below the prefix of the user's own namespace lies at the root */
	if (cut && cut > l->id && !(l->personal && prefix && (size_t)(cut - l->id) + 1 == prefix))
		l->parent = arena_strndup(store->base.arena, l->id, (size_t)(cut - l->id));
}

static struct listed *
listed_new(struct imap_store *store, struct list *list, const char *id, char separator)
{
	struct listed *l;

	if (list->n == list->cap) {
		size_t cap = list->cap ? list->cap * 2 : 64;
		struct listed *grown = arena_array(store->base.arena, cap, sizeof(*grown));

		if (list->n)
			memcpy(grown, list->list, list->n * sizeof(*grown));
		list->list = grown;
		list->cap = cap;
	}
	l = &list->list[list->n++];
	memset(l, 0, sizeof(*l));
	l->id = arena_strdup(store->base.arena, id);
	l->separator = separator;
	names_set(store, l);
	return l;
}

static void
attribute_set(struct listed *l, const char *attribute)
{
	static const char *const views[] = { "\\All", "\\AllMail", "\\Flagged", "\\Starred",
		"\\Important" };

	if (strcasecmp(attribute, "\\Noselect") == 0 || strcasecmp(attribute, "\\NonExistent") == 0)
		l->no_select = true;
	if (strcasecmp(attribute, "\\Subscribed") == 0)
		l->subscribed = true;
	if (name_special_use(attribute))
		l->use = name_special_use(attribute);
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++)
		if (strcasecmp(attribute, views[i]) == 0)
			l->hidden = true;
}

/* Names that cannot be said again in a command, or name nothing, are not shown. */
static bool
is_speakable(const char *id, char separator)
{
	size_t n = strlen(id);

	if (n == 0 || (separator && id[n - 1] == separator))
		return false;
	for (; *id; id++)
		if ((unsigned char)*id < 0x20 || *id == 0x7F)
			return false;
	return true;
}

static struct listed *
listing_find(const struct listing *listing, const char *id)
{
	uintptr_t index = (uintptr_t)map_get(&listing->seen, id);

	return index ? &listing->list->list[index - 1] : NULL;
}

static struct listed *
listing_put(struct listing *listing, const char *id, char separator)
{
	struct listed *l = listed_new(listing->store, listing->list, id, separator);

	map_put(&listing->seen, id, (void *)(uintptr_t)listing->list->n);
	return l;
}

/* "* LIST (\HasChildren) "/" name", XLIST and LSUB alike. */
static void
list_read(void *ctx, const struct imap_response *r)
{
	struct listing *listing = ctx;
	const struct imap_value *attributes = r->values, *separator, *name;
	bool lsub = strcmp(r->word, "LSUB") == 0;
	struct listed *l;
	char id[1024], mark;

	if ((!lsub && strcmp(r->word, "LIST") != 0 && strcmp(r->word, "XLIST") != 0) ||
	    !attributes || !(separator = attributes->next) || !(name = separator->next) ||
	    name->len >= sizeof(id) || name->kind == IMAP_LIST || name->kind == IMAP_STREAMED)
		return;
	memcpy(id, name->text, name->len + 1);
	/* XLIST calls the INBOX by its translated name */
	for (const struct imap_value *v = imap_list(attributes); v; v = v->next)
		if (imap_is(v, "\\Inbox"))
			memcpy(id, "INBOX", 6);
	mark = imap_text(separator) ? *imap_text(separator) : 0;
	if (!is_speakable(id, mark))
		return;
	if (strcasecmp(id, "INBOX") == 0)
		memcpy(id, "INBOX", 6);
	l = listing_find(listing, id);
	if (lsub) {
		if (l)
			l->subscribed = true;
		return;
	}
	if (!l && listing->list->n >= limit(listing->store)) {
		listing->full = true;
		return;
	}
	if (!l)
		l = listing_put(listing, id, mark);
	for (const struct imap_value *v = imap_list(attributes); v; v = v->next)
		if (imap_text(v))
			attribute_set(l, imap_text(v));
}

/* The order in which parents stand before their children: the separator counts least. */
static int
listed_compare(const void *a, const void *b)
{
	const struct listed *x = a, *y = b;
	const char *p = x->id, *q = y->id;

	if (x->inbox != y->inbox)
		return x->inbox ? -1 : 1;
	while (*p && *p == *q) {
		p++;
		q++;
	}
	int left = !*p ? 0 : *p == x->separator ? 1 : 2 + (unsigned char)*p;
	int right = !*q ? 0 : *q == y->separator ? 1 : 2 + (unsigned char)*q;

	return left - right;
}

static void
list_sort(struct list *list)
{
	if (list->n)
		qsort(list->list, list->n, sizeof(*list->list), listed_compare);
}

static void
ancestors_put(struct listing *listing)
{
	for (size_t i = 0; i < listing->list->n; i++) {
		const char *parent = listing->list->list[i].parent;
		char separator = listing->list->list[i].separator;

		if (!parent || listing_find(listing, parent) ||
		    listing->list->n >= limit(listing->store) + HEADROOM)
			continue;
		listing_put(listing, parent, separator)->no_select = true;
	}
	/* none found for lack of room: at the root then */
	for (size_t i = 0; i < listing->list->n; i++) {
		struct listed *l = &listing->list->list[i];

		if (l->parent && !listing_find(listing, l->parent))
			l->parent = NULL;
	}
}

enum { TAGS_MAX = NAMESPACES_MAX + 2 };

/* The LIST commands of this server, all at once. */
static unsigned
lists_send(struct imap_store *store, unsigned tags[TAGS_MAX])
{
	struct imap *imap = store->imap;
	const char *verb = imap_has(imap, CAP_XLIST) && !imap_has(imap, CAP_SPECIAL_USE) ?
	    "XLIST" : "LIST";
	const char *returns = "";
	unsigned n = 0;

	if (imap_has(imap, CAP_LIST_EXTENDED))
		returns = imap_has(imap, CAP_SPECIAL_USE) ? " RETURN (SUBSCRIBED SPECIAL-USE)" :
		    " RETURN (SUBSCRIBED)";
	else if (imap_has(imap, CAP_SPECIAL_USE))
		returns = " RETURN (SPECIAL-USE)";
	tags[n++] = imap_send(imap, "%s \"\" \"*\"%s", verb, returns);
	for (unsigned i = 0; i < store->namespaces.n; i++) {
		const struct namespace *space = &store->namespaces.list[i];
		const char *pattern;

		if (space->personal || !*space->prefix)
			continue;
		pattern = arena_printf(store->base.arena, "%s*", space->prefix);
		tags[n++] = imap_send(imap, "%s \"\" %s%s", verb,
		    imap_quote(store->base.arena, pattern), returns);
	}
	if (store->settings.subscribed_only && !imap_has(imap, CAP_LIST_EXTENDED))
		tags[n++] = imap_send(imap, "LSUB \"\" \"*\"");
	return n;
}

enum fault
list_load(struct imap_store *store, struct list *ret_list)
{
	struct list list = { 0 };
	struct listing listing = { .store = store, .list = &list };
	struct imap_reader reader = { .fn = list_read, .ctx = &listing };
	unsigned tags[TAGS_MAX], n;
	char account[128];
	enum fault fault = namespaces_load(store->imap, &store->namespaces);

	if (fault != OK)
		return fault;
	map_init(&listing.seen, store->base.arena);
	n = lists_send(store, tags);
	for (unsigned i = 0; i < n && !store->imap->dead; i++)
		fault = imap_wait(store->imap, tags[i], &reader);
	if (store->imap->dead || (fault != OK && list.n == 0))
		return TRY_LATER;
	if (!listing_find(&listing, "INBOX"))
		listing_put(&listing, "INBOX", store->namespaces.list[0].separator);
	ancestors_put(&listing);
	list_sort(&list);
	if (listing.full)
		log_event(LEVEL_WARN, NULL, "imap-folders",
		    "user=%s reason=\"more than %d folders\"",
		    log_quote(store->imap->account, account, sizeof(account)),
		    store->settings.max_folders);
	*ret_list = list;
	return OK;
}

void
list_add(struct imap_store *store, struct list *list, const char *id)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->list[i].id, id) == 0)
			return;
	listed_new(store, list, id, namespaces_of(&store->namespaces, id)->separator);
	list_sort(list);
}
