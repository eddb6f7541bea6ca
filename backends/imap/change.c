/* SPDX-License-Identifier: ISC */
/*
 * Flags of one message as a phone wants them.  What the server says last is what stands afterwards,
 * whoever else changed it, so the mark given back is the truth.  Worker.
 */
#include <string.h>

#include "backends/imap/flags.h"
#include "backends/imap/store.h"
#include "bridge/base/arena.h"

struct look {
	struct arena *arena;
	uint32_t uid;
	bool found;
	struct imap_flags flags;
};

static void
flags_take(void *ctx, const struct imap_response *r)
{
	struct look *look = ctx;
	const struct imap_value *items = imap_list(r->values), *flags;
	uint64_t uid;

	if (strcmp(r->word, "FETCH") != 0 || !(flags = imap_find(items, "FLAGS")) ||
	    !imap_number(imap_find(items, "UID"), UINT32_MAX, &uid) || uid != look->uid)
		return;
	flags_read(look->arena, imap_list(flags), &look->flags);
	look->found = true;
}

static unsigned
flags_ask(struct imap *imap, uint32_t uid)
{
	return imap_send(imap, "UID FETCH %u (UID FLAGS)", uid);
}

/* Only then the flags of now matter: to know what to take away. */
static bool
needs_look(const struct email *email)
{
	return email->has.categories || (email->has.flag && email->flag.status != 2);
}

static unsigned
store_send(struct imap *imap, uint32_t uid, char sign, const char *flags)
{
	return *flags ? imap_send(imap, "UID STORE %u %cFLAGS (%s)", uid, sign, flags) : 0;
}

/* Not .SILENT: the server answers with the flags that stand then.  Only if it says nothing (it may
 * where nothing changed, and does where the message is gone) they are asked for. */
static enum fault
change_send(struct imap_store *store, const struct flag_change *change, struct look *look)
{
	struct imap *imap = store->imap;
	struct imap_reader reader = { .fn = flags_take, .ctx = look };
	unsigned add = store_send(imap, look->uid, '+', change->add);
	unsigned remove = store_send(imap, look->uid, '-', change->remove);
	enum fault added = OK, removed = OK, asked = OK;

	look->found = false;
	if (add)
		added = imap_wait(imap, add, &reader);
	if (remove)
		removed = imap_wait(imap, remove, &reader);
	if (!look->found)
		asked = imap_wait(imap, flags_ask(imap, look->uid), &reader);
	if (asked != OK)
		return asked;
	if (!look->found || look->flags.deleted)
		return ITEM_GONE;
	return added != OK ? added : removed;
}

enum fault
imap_change(struct store *base, const struct item_ref *ref, const struct item *item,
    uint32_t *ret_mark)
{
	struct imap_store *store = imap_store(base);
	struct look look = { .arena = base->arena, .uid = ref->num };
	struct imap_reader reader = { .fn = flags_take, .ctx = &look };
	struct flag_change change;
	enum fault fault;

	if (item->class != CLASS_EMAIL)
		return BAD_INPUT;
	fault = imap_select(store->imap, ref->folder);
	if (fault != OK)
		return fault;
	if (store->imap->selected.read_only)
		return REFUSED;
	if (needs_look(&item->email)) {
		fault = imap_wait(store->imap, flags_ask(store->imap, ref->num), &reader);
		if (fault == OK && !look.found)
			fault = ITEM_GONE;
		if (fault != OK)
			return fault;
	}
	flags_change(base->arena, &item->email, &look.flags, store->imap->selected.keywords,
	    &change);
	fault = change_send(store, &change, &look);
	if (fault == OK && ret_mark)
		*ret_mark = flags_mark_of(base->arena, &look.flags);
	return fault;
}
