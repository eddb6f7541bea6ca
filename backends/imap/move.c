/* SPDX-License-Identifier: ISC */
/*
 * Moving messages, with their true new UIDs: from COPYUID (RFC 4315, RFC 6851) where the server
 * says it, else found by Message-ID among what is new in the target.  Worker.
 */
#include <string.h>

#include "backends/formats/headers.h"
#include "backends/imap/section.h"
#include "backends/imap/store.h"
#include "bridge/base/arena.h"

struct moving {
	struct imap_store *store;
	const struct item_ref *refs;
	unsigned n;
	const char *to;
	uint32_t *nums;			/* out */
	uint32_t uidnext;		/* of the target before; 0: not known */
	const char **message_ids;	/* without UIDPLUS */
};

static void
num_set(const struct moving *m, uint32_t old, uint32_t new)
{
	for (unsigned i = 0; i < m->n; i++)
		if (m->refs[i].num == old)
			m->nums[i] = new;
}

/* [COPYUID validity old-set new-set]: member by member. */
static void
copyuid_read(void *ctx, const struct imap_response *r)
{
	const struct moving *m = ctx;
	struct uid_walk at_old = { 0 }, at_new = { 0 };
	struct uid_set old, new;
	uint32_t from, to;

	if (strcmp(r->code, "COPYUID") != 0 || !r->args || !r->args->next || !r->args->next->next)
		return;
	uidset_init(&old, m->store->base.arena);
	uidset_init(&new, m->store->base.arena);
	if (!imap_text(r->args->next) || !imap_text(r->args->next->next) ||
	    !uidset_parse(&old, r->args->next->text) ||
	    !uidset_parse(&new, r->args->next->next->text) ||
	    uidset_count(&old) != uidset_count(&new))
		return;
	while (uidset_next(&old, &at_old, &from) && uidset_next(&new, &at_new, &to))
		num_set(m, from, to);
}

static enum fault
set_send(struct moving *m, const struct uid_set *set, const char *command)
{
	struct imap *imap = m->store->imap;
	struct imap_reader reader = { .fn = copyuid_read, .ctx = m };
	const char *target = imap_quote(m->store->base.arena, m->to);
	enum fault fault = OK;
	size_t at = 0;

	while (at < set->n && fault == OK) {
		unsigned tag = imap_begin(imap);

		imap_printf(imap, "%s ", command);
		uidset_print(set, &at, SET_ROOM, &imap->out);
		imap_printf(imap, " %s", target);
		imap_end(imap);
		fault = imap_wait(imap, tag, &reader);
	}
	return fault;
}

/* Message-IDs of what is to be moved. */
static void
message_id_read(void *ctx, const struct imap_response *r)
{
	struct moving *m = ctx;
	const struct imap_value *items = imap_list(r->values);
	char section[64];
	uint64_t uid;

	if (strcmp(r->word, "FETCH") != 0 ||
	    !imap_number(imap_find(items, "UID"), UINT32_MAX, &uid))
		return;
	for (const struct imap_value *v = items; v && v->next; v = v->next->next) {
		if (!section_name(v, section, sizeof(section)) || !imap_text(v->next))
			continue;
		for (unsigned i = 0; i < m->n; i++)
			if (m->refs[i].num == uid)
				m->message_ids[i] = header_raw(m->store->base.arena,
				    v->next->text, v->next->len, "Message-ID");
	}
}

static enum fault
message_ids_fetch(struct moving *m, const struct uid_set *set)
{
	struct imap *imap = m->store->imap;
	struct imap_reader reader = { .fn = message_id_read, .ctx = m };
	enum fault fault = OK;
	size_t at = 0;

	m->message_ids = arena_array(m->store->base.arena, m->n, sizeof(*m->message_ids));
	while (at < set->n && fault == OK) {
		unsigned tag = imap_begin(imap);

		imap_printf(imap, "UID FETCH ");
		uidset_print(set, &at, SET_ROOM, &imap->out);
		imap_printf(imap, " (UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])");
		imap_end(imap);
		fault = imap_wait(imap, tag, &reader);
	}
	return fault;
}

/* The server did not say the new numbers: look for what was just filed. */
static enum fault
new_nums_find(struct moving *m)
{
	enum fault fault = imap_select(m->store->imap, m->to);

	for (unsigned i = 0; i < m->n && fault == OK; i++)
		if (!m->nums[i] && m->message_ids[i])
			m->nums[i] = store_find_new(m->store, m->message_ids[i], m->uidnext);
	return m->store->imap->dead ? TRY_LATER : fault;
}

/* COPY, then removal of what was copied. */
static enum fault
copy_and_remove(struct moving *m, const struct uid_set *set)
{
	struct imap_state state;
	enum fault fault = OK;

	if (!imap_has(m->store->imap, CAP_UIDPLUS)) {
		fault = probe_state(m->store, m->to, &state);
		m->uidnext = fault == OK ? state.uidnext : 0;
		if (fault == OK)
			fault = message_ids_fetch(m, set);
	}
	if (fault == OK)
		fault = set_send(m, set, "UID COPY");
	if (fault == OK)
		fault = store_expunge(m->store, set);
	if (fault == OK && m->message_ids)
		fault = new_nums_find(m);
	return fault;
}

/* Programs that learn spam go by these keywords. */
static void
junk_mark(struct moving *m, const struct uid_set *set)
{
	struct imap_store *store = m->store;
	const char *junk = store->special[SPECIAL_JUNK];
	bool into = junk && strcmp(m->to, junk) == 0;
	bool out_of = junk && strcmp(m->refs[0].folder, junk) == 0;
	const char *add = into ? "$Junk Junk" : "$NotJunk NonJunk";
	const char *remove = into ? "$NotJunk NonJunk" : "$Junk Junk";
	unsigned tags[2];
	size_t at = 0;

	if (into == out_of || !store->imap->selected.keywords)
		return;
	while (at < set->n) {
		size_t again = at;

		for (unsigned i = 0; i < 2; i++) {
			size_t from = again;

			tags[i] = imap_begin(store->imap);
			imap_printf(store->imap, "UID STORE ");
			uidset_print(set, &from, SET_ROOM, &store->imap->out);
			imap_printf(store->imap, " %cFLAGS.SILENT (%s)", i ? '-' : '+',
			    i ? remove : add);
			imap_end(store->imap);
			at = from;
		}
		imap_wait(store->imap, tags[0], NULL);
		imap_wait(store->imap, tags[1], NULL);
	}
}

enum fault
imap_move(struct store *base, const struct item_ref *refs, unsigned n, const char *to,
    uint32_t *ret_nums)
{
	struct imap_store *store = imap_store(base);
	struct moving m = { .store = store, .refs = refs, .n = n, .to = to, .nums = ret_nums };
	struct imap_state state;
	struct uid_set set;
	enum fault fault;

	memset(ret_nums, 0, n * sizeof(*ret_nums));
	if (n == 0)
		return OK;
	if (strcmp(refs[0].folder, to) == 0)
		return REFUSED;
	fault = imap_select(store->imap, refs[0].folder);
	if (fault == OK && store->imap->selected.read_only)
		fault = REFUSED;
	if (fault != OK)
		return fault;
	store_uids(store, refs, n, &set);
	junk_mark(&m, &set);
	fault = imap_has(store->imap, CAP_MOVE) && imap_has(store->imap, CAP_UIDPLUS) ?
	    set_send(&m, &set, "UID MOVE") : copy_and_remove(&m, &set);
	/* a NO without a code: is it the target? */
	if (fault == REFUSED && probe_state(store, to, &state) == FOLDER_GONE)
		return FOLDER_GONE;
	return fault;
}
