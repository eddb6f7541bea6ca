/* SPDX-License-Identifier: ISC */
/*
 * Items in bulk.  Up to WINDOW messages are asked for flags, date, structure and header in one
 * command; formats says which sections each needs; messages that need the same section to the same
 * length share a command, and all these commands are sent at once.  So a window costs two round
 * trips, whatever is in it.  Memory is given back window by window.  Worker.
 */
#include <string.h>
#include <strings.h>

#include "backends/formats/message.h"
#include "backends/imap/flags.h"
#include "backends/imap/section.h"
#include "backends/imap/store.h"
#include "backends/imap/structure.h"
#include "bridge/base/arena.h"
#include "bridge/base/date.h"
#include "bridge/base/log.h"

enum {
	WINDOW = 100,			/* messages at once */
	WINDOW_BYTES = 8 * 1024 * 1024,	/* of text at once, at least one message */
	TEXTS_MAX = 64,			/* sections of one message */
	SECTION_MAX = 512,		/* bytes of a section's name */
	SUDDEN_MS = 5000,		/* a connection lost within that time was not slow */
	DEATHS_MAX = 3,			/* mails that may break the connection in one call */
};

/* One message on its way. */
struct load {
	const struct item_ref *ref;
	bool found;
	uint32_t mark;
	struct message_source source;
	struct message_needs needs;
	struct message_text *texts;	/* one per need, data NULL until it came */
};

struct loading {
	struct imap_store *store;
	const struct body_wish *wish;
	struct sections sections;
	struct load *loads;
	unsigned n;
};

static struct load *
load_find(const struct loading *l, const struct imap_value *items)
{
	uint64_t uid;

	if (!imap_number(imap_find(items, "UID"), UINT32_MAX, &uid))
		return NULL;
	for (unsigned i = 0; i < l->n; i++)
		if (l->loads[i].ref->num == uid)
			return &l->loads[i];
	return NULL;
}

static void
flags_take(struct arena *arena, struct load *load, const struct imap_value *list)
{
	struct message_source *source = &load->source;
	struct imap_flags flags;

	flags_read(arena, imap_list(list), &flags);
	source->seen = flags.seen;
	source->flagged = flags.flagged;
	source->answered = flags.answered;
	source->forwarded = flags.forwarded;
	source->draft = flags.draft;
	source->keywords = flags.keywords;
	load->found = !flags.deleted;
	load->mark = flags_mark_of(arena, &flags);
}

static void
header_take(struct loading *l, struct load *load, const struct imap_value *value)
{
	const void *data = "";
	size_t len = 0;

	body_view(sections_take(&l->sections, value), &data, &len);
	load->source.header = data;
	load->source.header_len = len;
}

/* Flags, date, structure and header.  A server that reports flags on its own says less: what is
 * not in the response stays. */
static void
frame_read(void *ctx, const struct imap_response *r)
{
	struct loading *l = ctx;
	struct arena *arena = l->store->base.arena;
	const struct imap_value *items = imap_list(r->values);
	struct load *load;

	if (strcmp(r->word, "FETCH") != 0 || !(load = load_find(l, items)))
		return;
	for (const struct imap_value *v = items; v && v->next; v = v->next->next) {
		if (imap_is(v, "FLAGS"))
			flags_take(arena, load, v->next);
		else if (imap_is(v, "INTERNALDATE") && imap_text(v->next))
			date_parse_imap(v->next->text, &load->source.internal_date);
		else if (imap_is(v, "RFC822.SIZE"))
			imap_number(v->next, INT64_MAX, &load->source.size);
		else if (imap_is(v, "BODYSTRUCTURE"))
			load->source.root = structure_read(arena, v->next);
		else if (v->kind == IMAP_ATOM && strncasecmp(v->text, "BODY[HEADER", 11) == 0)
			header_take(l, load, v->next);
	}
}

static struct imap_sink *
literal_take(void *ctx, const struct imap_value *key, uint64_t size)
{
	struct loading *l = ctx;

	return sections_literal(&l->sections, key, size);
}

static enum fault
answer_wait(struct loading *l, unsigned tag, imap_response_fn *fn)
{
	struct imap_reader reader = { .fn = fn, .literal = literal_take, .ctx = l,
		.no = TRY_LATER };
	enum fault fault = imap_wait(l->store->imap, tag, &reader);

	/* some went meanwhile: the others came */
	return fault == ITEM_GONE ? OK : fault;
}

static void
set_print(struct imap_store *store, const struct uid_set *set)
{
	size_t at = 0;

	uidset_print(set, &at, SIZE_MAX, &store->imap->out);
}

static enum fault
frames_fetch(struct loading *l)
{
	struct imap *imap = l->store->imap;
	struct uid_set set;
	unsigned tag;

	uidset_init(&set, l->store->base.arena);
	for (unsigned i = 0; i < l->n; i++)
		if (l->loads[i].ref->num)
			uidset_add(&set, l->loads[i].ref->num, l->loads[i].ref->num);
	uidset_sort(&set);
	if (!set.n)
		return OK;
	tag = imap_begin(imap);
	imap_printf(imap, "UID FETCH ");
	set_print(l->store, &set);
	if (l->wish->flags_only) {
		imap_printf(imap, " (UID FLAGS)");
	} else {
		imap_printf(imap, " (UID FLAGS INTERNALDATE RFC822.SIZE BODYSTRUCTURE "
		    "BODY.PEEK[HEADER.FIELDS (");
		for (const char *const *name = message_header_fields; *name; name++)
			imap_printf(imap, "%s%s", name == message_header_fields ? "" : " ",
			    *name);
		imap_printf(imap, ")])");
	}
	imap_end(imap);
	return answer_wait(l, tag, frame_read);
}

static void
load_plan(struct loading *l, struct load *load, bool all)
{
	struct arena *arena = l->store->base.arena;

	load->needs = (struct message_needs){ 0 };
	message_plan(arena, &load->source, l->wish, all, &load->needs);
	if (load->needs.n > TEXTS_MAX)
		load->needs.n = TEXTS_MAX;
	load->texts = arena_array(arena, load->needs.n, sizeof(*load->texts));
	for (unsigned i = 0; i < load->needs.n; i++)
		load->texts[i].section = load->needs.list[i].section;
}

static uint64_t
need_size(const struct load *load, const struct message_need *need)
{
	const struct mime_part *part = NULL;
	uint64_t size = load->source.size;

	if (*need->section && load->source.root)
		part = mime_find(load->source.root, need->section);
	if (part)
		size = part->octets;
	return size < need->max ? size : need->max;
}

static void
text_read(void *ctx, const struct imap_response *r)
{
	struct loading *l = ctx;
	const struct imap_value *items = imap_list(r->values);
	char section[SECTION_MAX];
	struct load *load;

	if (strcmp(r->word, "FETCH") != 0 || !(load = load_find(l, items)))
		return;
	for (const struct imap_value *v = items; v && v->next; v = v->next->next) {
		if (!section_name(v, section, sizeof(section)))
			continue;
		for (unsigned i = 0; i < load->needs.n; i++)
			if (!load->texts[i].data && strcmp(load->texts[i].section, section) == 0)
				load->texts[i].data = sections_take(&l->sections, v->next);
	}
}

/* One command for everything that is wanted alike. */
struct group {
	struct message_need need;
	struct uid_set set;
	unsigned tag;
	struct group *next;
};

static struct group *
group_of(struct loading *l, struct group **groups, const struct message_need *need)
{
	struct group **at = groups;

	for (; *at; at = &(*at)->next)
		if ((*at)->need.max == need->max &&
		    strcmp((*at)->need.section, need->section) == 0)
			return *at;
	*at = arena_alloc(l->store->base.arena, sizeof(**at));
	(*at)->need = *need;
	uidset_init(&(*at)->set, l->store->base.arena);
	return *at;
}

static void
group_send(struct loading *l, struct group *group)
{
	struct imap *imap = l->store->imap;

	uidset_sort(&group->set);
	group->tag = imap_begin(imap);
	imap_printf(imap, "UID FETCH ");
	set_print(l->store, &group->set);
	imap_printf(imap, " (UID BODY.PEEK[%s]", group->need.section);
	if (group->need.max < UINT32_MAX)
		imap_printf(imap, "<0.%u>", (unsigned)group->need.max);
	imap_printf(imap, ")");
	imap_end(imap);
}

/* Sends as many commands as surely fit into the socket's buffers, then reads their answers (sending
 * on without reading could block both sides); *groups moves behind them. */
static enum fault
groups_fetch(struct loading *l, struct group **groups)
{
	struct group *end = *groups;
	enum fault fault = OK;

	for (unsigned n = 0; end && n < IMAP_PIPELINE / 2; n++, end = end->next)
		group_send(l, end);
	for (; *groups != end && fault != TRY_LATER; *groups = (*groups)->next)
		fault = answer_wait(l, (*groups)->tag, text_read);
	return fault;
}

/* The texts of loads [first, last). */
static enum fault
texts_fetch(struct loading *l, unsigned first, unsigned last)
{
	struct group *groups = NULL;
	enum fault fault = OK;

	for (unsigned i = first; i < last; i++)
		for (unsigned k = 0; l->loads[i].found && k < l->loads[i].needs.n; k++)
			uidset_add(&group_of(l, &groups, &l->loads[i].needs.list[k])->set,
			    l->loads[i].ref->num, l->loads[i].ref->num);
	while (groups && fault != TRY_LATER)
		fault = groups_fetch(l, &groups);
	return fault;
}

static bool
load_convert(struct loading *l, struct load *load, struct item *item)
{
	struct message_texts texts = { load->texts, load->needs.n };

	memset(item, 0, sizeof(*item));
	return message_convert(l->store->base.arena, &load->source, l->wish, &texts, item);
}

/* What is missing is empty: the section is not there, or the server would not say. */
static void
texts_complete(struct loading *l, struct load *load)
{
	for (unsigned i = 0; i < load->needs.n; i++)
		if (!load->texts[i].data)
			load->texts[i].data = sections_take(&l->sections, NULL);
}

/* Converts load i and hands it over; *used grows by its size, *go_on is the callback's word. */
static enum fault
load_finish(struct loading *l, unsigned i, struct item *item)
{
	struct load *load = &l->loads[i];
	enum fault fault;

	texts_complete(l, load);
	if (load_convert(l, load, item))
		return OK;
	message_close(item);
	load_plan(l, load, true);
	fault = texts_fetch(l, i, i + 1);
	if (fault != OK)
		return fault;
	texts_complete(l, load);
	return load_convert(l, load, item) ? OK : ITEM_BAD;
}

struct hand_over {
	item_fn *fn;
	void *ctx;
	unsigned n;	/* items handed over so far */
	size_t used;	/* their bytes */
	bool stopped;	/* the callback's word, or the budget */
};

static enum fault
load_hand_over(struct loading *l, unsigned i, struct hand_over *out)
{
	struct load *load = &l->loads[i];
	struct item item;
	enum fault fault;

	if (!load->found) {
		out->n++;
		out->stopped = !out->fn(out->ctx, load->ref, ITEM_GONE, NULL);
		return OK;
	}
	fault = load_finish(l, i, &item);
	if (fault != OK && !fault_is_item(fault))
		return fault;
	item.has_mark = true;
	item.mark = load->mark;
	out->n++;
	out->stopped = !out->fn(out->ctx, load->ref, fault, fault == OK ? &item : NULL);
	if (fault == OK) {
		if (item.email.has.body && item.email.body.data)
			out->used += body_len(item.email.body.data);
		message_close(&item);
	}
	if (l->wish->budget && out->used >= l->wish->budget)
		out->stopped = true;
	return OK;
}

/* How many loads from `first` on go together: as many as the bytes allow, one at least. */
static unsigned
batch_end(struct loading *l, unsigned first)
{
	uint64_t room = l->wish->budget && l->wish->budget < WINDOW_BYTES ? l->wish->budget :
	    WINDOW_BYTES;
	uint64_t bytes = 0;
	unsigned i;

	for (i = first; i < l->n; i++) {
		struct load *load = &l->loads[i];

		for (unsigned k = 0; load->found && k < load->needs.n; k++)
			bytes += need_size(load, &load->needs.list[k]);
		if (bytes > room && i > first)
			break;
	}
	return i;
}

static enum fault
window_fetch(struct loading *l, struct hand_over *out)
{
	enum fault fault = frames_fetch(l);

	for (unsigned i = 0; fault == OK && i < l->n && !l->wish->flags_only; i++)
		if (l->loads[i].found)
			load_plan(l, &l->loads[i], false);
	for (unsigned first = 0; fault == OK && first < l->n && !out->stopped;) {
		unsigned last = batch_end(l, first);

		fault = texts_fetch(l, first, last);
		for (; fault == OK && first < last && !out->stopped; first++)
			fault = load_hand_over(l, first, out);
	}
	return fault;
}

/* refs [0, n), n <= WINDOW. */
static enum fault
refs_fetch(struct imap_store *store, const struct item_ref *refs, unsigned n,
    const struct body_wish *wish, struct hand_over *out)
{
	struct arena *arena = store->base.arena;
	struct arena_mark mark = arena_mark(arena);
	struct loading l = { .store = store, .wish = wish, .n = n };
	enum fault fault = imap_select(store->imap, refs[0].folder);

	if (fault == OK) {
		l.loads = arena_array(arena, n, sizeof(*l.loads));
		for (unsigned i = 0; i < n; i++)
			l.loads[i].ref = &refs[i];
		sections_init(&l.sections, arena);
		fault = window_fetch(&l, out);
		sections_close(&l.sections);
	}
	arena_release(arena, mark);
	return fault;
}

static void
poison_log(const struct imap_store *store, const struct item_ref *ref)
{
	char account[128], folder[256];

	log_event(LEVEL_WARN, store->again.request_id, "imap-poison",
	    "user=%s folder=%s uid=%u reason=\"the connection is lost whenever it is fetched\"",
	    log_quote(store->imap->account, account, sizeof(account)),
	    log_quote(ref->folder, folder, sizeof(folder)), ref->num);
}

/* On a new connection: does the server answer at all when asked about messages of this folder? */
static enum fault
server_prove(struct imap_store *store, const char *folder)
{
	enum fault fault = store_reconnect(store);

	if (fault == OK)
		fault = imap_select(store->imap, folder);
	if (fault == OK && store->imap->selected.state.messages)
		imap_run(store->imap, NULL, "FETCH 1 (UID FLAGS)");
	return store->imap->dead ? TRY_LATER : fault;
}

/*
 * The connection was lost within a window, and at once: perhaps by a mail that server or reader
 * choke on.  Then it must not stop the others (R10, R19): on a new connection they come one by one,
 * and the one that breaks it again is given out as bad.  A server that is away, or answers nothing
 * rightly, condemns nobody, and one that hangs is not asked twice.
 */
static enum fault
one_by_one(struct imap_store *store, const struct item_ref *refs, unsigned n,
    const struct body_wish *wish, struct hand_over *out)
{
	enum fault fault = server_prove(store, refs[0].folder);
	unsigned first = out->n, deaths = 0;

	while (fault == OK && out->n - first < n && !out->stopped) {
		const struct item_ref *ref = &refs[out->n - first];
		unsigned before = out->n;

		fault = refs_fetch(store, ref, 1, wish, out);
		if (!store->imap->dead || out->n > before)
			continue;
		if (++deaths > DEATHS_MAX)
			return TRY_LATER;
		fault = server_prove(store, ref->folder);
		if (fault != OK)
			return fault;
		poison_log(store, ref);
		out->n++;
		out->stopped = !out->fn(out->ctx, ref, ITEM_BAD, NULL);
	}
	return fault;
}

enum fault
imap_fetch(struct store *base, const struct item_ref *refs, unsigned n,
    const struct body_wish *wish, item_fn *fn, void *ctx)
{
	struct imap_store *store = imap_store(base);
	struct hand_over out = { .fn = fn, .ctx = ctx };
	enum fault fault = OK;

	while (fault == OK && out.n < n && !out.stopped) {
		unsigned end = out.n + (n - out.n < WINDOW ? n - out.n : WINDOW);
		bool was_alive = !store->imap->dead;
		int64_t begun = now_ms();

		fault = refs_fetch(store, refs + out.n, end - out.n, wish, &out);
		if (was_alive && store->imap->dead && now_ms() - begun < SUDDEN_MS)
			fault = one_by_one(store, refs + out.n, end - out.n, wish, &out);
	}
	return fault;
}
