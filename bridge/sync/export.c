/* SPDX-License-Identifier: ISC */
/*
 * Writes items.  The store fetches in bulk and calls back item by item; what each
 * of them became is noted at once in the known list, so that whatever stops us
 * in between leaves the list telling the truth about the answer.  Worker.
 */
#include "bridge/sync/export.h"

#include <string.h>

#include "bridge/account.h"
#include "bridge/base/arena.h"
#include "bridge/base/body.h"
#include "bridge/base/date.h"
#include "bridge/base/log.h"
#include "bridge/classes/class.h"
#include "bridge/request.h"
#include "bridge/store.h"
#include "bridge/sync/hierarchy.h"
#include "bridge/sync/known.h"
#include "bridge/worker/quarantine.h"
#include "wbxml/writer.h"

#define STAND_IN_SUBJECT "[This message cannot be shown]"
#define STAND_IN_WHY \
	"The mail gateway could not convert it for your device. It is unharmed and still in your " \
	"mailbox: other mail programs may be able to show it."

/* The text by body type: what was asked for is what the phone can show. */
static const char *const stand_in_texts[] = {
	[BODY_PLAIN] = "This message cannot be shown here.\r\n\r\n" STAND_IN_WHY "\r\n",
	[BODY_HTML] = "<html><body><p>This message cannot be shown here.</p><p>" STAND_IN_WHY
	    "</p></body></html>\r\n",
	[BODY_MIME] = "Subject: " STAND_IN_SUBJECT "\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=us-ascii\r\n\r\n"
	    "This message cannot be shown here.\r\n\r\n" STAND_IN_WHY "\r\n",
};

/* One bulk fetch under way. */
struct batch {
	struct export *export;
	const struct item_ref *refs;
	unsigned n, done;
	enum due due;
	bool is_again;        /* state stays as it is, limits do not count */
	export_reply_fn *reply; /* Fetch replies; else commands */
	void *ctx;
};

/* --- writing one item --- */

static void
data_write(struct export *export, uint32_t num, const struct item *item)
{
	struct class_view view = {
		.version = export->request->version,
		.reference_prefix = arena_printf(export->request->arena, "%u:%u:",
		    export->collection->id, num),
	};

	writer_open_always(export->writer, AirSync_ApplicationData);
	class_write(export->writer, item, &view);
	writer_close(export->writer);
}

static void
command_open(struct export *export, enum token command, uint32_t num)
{
	writer_open(export->writer, command);
	writer_text(export->writer, AirSync_ServerId, item_id_print(export->request->arena,
	    export->collection->id, num));
}

/* The first type asked for that the stand-in comes in; MIME only where it may be sent. */
static enum body_type
stand_in_type(const struct body_wish *wish)
{
	for (unsigned i = 0; i < wish->n; i++)
		if (wish->want[i].type == BODY_PLAIN || wish->want[i].type == BODY_HTML ||
		    (wish->want[i].type == BODY_MIME && wish->mime_support == 2))
			return wish->want[i].type;
	return BODY_PLAIN;
}

/* A mail that says why another cannot be shown (R10). */
static void
stand_in_write(struct export *export, uint32_t num)
{
	struct item item = { .class = CLASS_EMAIL };
	struct email *email = &item.email;
	enum body_type type = stand_in_type(export->wish);
	struct body text;

	body_from_memory(&text, stand_in_texts[type], strlen(stand_in_texts[type]));
	ITEM_SET(email, to, export->request->account->address);
	ITEM_SET(email, from, export->request->account->address);
	ITEM_SET(email, subject, STAND_IN_SUBJECT);
	ITEM_SET(email, date_received, now_s());
	ITEM_SET(email, importance, 1);
	ITEM_SET(email, read, false);
	ITEM_SET(email, message_class, "IPM.Note");
	ITEM_SET(email, internet_cpid, 65001);
	email->body = (struct item_body){
		.type = type, .estimated_size = (uint32_t)strlen(stand_in_texts[type]),
		.has_data = true, .data = &text,
	};
	email->has.body = true;
	ITEM_SET(email, native_body_type, BODY_PLAIN);
	data_write(export, num, &item);
}

static void
item_write(struct batch *batch, uint32_t num, const struct item *item)
{
	struct export *export = batch->export;

	command_open(export, batch->due == DUE_ADD ? AirSync_Add : AirSync_Change, num);
	if (item)
		data_write(export, num, item);
	else
		stand_in_write(export, num);
	writer_close(export->writer);
	if (batch->due == DUE_ADD)
		export->n_add++;
	else
		export->n_change++;
}

/* --- what became of one item --- */

static bool
is_over_limit(const struct export *export)
{
	return writer_bytes(export->writer) >= export->bytes_max || now_ms() >= export->until_ms;
}

static void
complain(const struct export *export, uint32_t num)
{
	log_event(LEVEL_WARN, export->request->id, "item-bad", "user=%s collection=%u item=%u",
	    export->request->account->login, export->collection->id, num);
}

/* The mark of what the phone sees now, which may be younger than the list it was picked from. */
static uint32_t
mark_shown(const struct known_item *known, const struct item *item)
{
	enum { FLAG_ACTIVE = 2 };
	const struct email *email;
	uint32_t mark = known->mark & ~(uint32_t)(MARK_READ | MARK_FLAGGED);

	if (!item)
		return 0; /* a stand-in shows no flags: they follow */
	if (item->has_mark || item->class != CLASS_EMAIL)
		return item->has_mark ? item->mark : known->mark;
	email = &item->email;
	return mark | (email->read ? (uint32_t)MARK_READ : 0) |
	    (email->flag.status == FLAG_ACTIVE ? (uint32_t)MARK_FLAGGED : 0);
}

static void
note_told(struct batch *batch, struct known_item *known, const struct item *item)
{
	/* a change that cannot be shown is given up, not tried for ever */
	uint32_t mark = !item && batch->due == DUE_CHANGE ? known->mark : mark_shown(known, item);

	if (!batch->is_again) {
		known_tell(batch->export->known, known, batch->due);
		known->sent = mark;
	} else if (known->sent != mark) {
		/* told twice, not the same: nobody knows which one the phone took */
		known->sent = ~known->mark;
		batch->export->known->items_changed = true;
	}
}

static void
command_settle(struct batch *batch, uint32_t num, enum fault fault, const struct item *item)
{
	struct export *export = batch->export;
	struct known_item *known = known_find(export->known, num);

	if (!known)
		return;
	if (fault == OK || (fault == ITEM_BAD && batch->due == DUE_ADD))
		item_write(batch, num, item);
	if (fault == ITEM_BAD)
		complain(export, num);
	if (fault != ITEM_GONE) {
		note_told(batch, known, fault == OK ? item : NULL);
	} else if (!batch->is_again) {
		known->target = TARGET_GONE;
		export->known->items_changed = true;
	}
}

static void
reply_settle(struct batch *batch, uint32_t num, enum fault fault, const struct item *item)
{
	enum { FETCHED = 1, UNREADABLE = 6, NOT_FOUND = 8 };
	int status = fault == OK ? FETCHED : fault == ITEM_GONE ? NOT_FOUND : UNREADABLE;

	if (fault == ITEM_BAD)
		complain(batch->export, num);
	batch->reply(batch->ctx, num, status, false);
	if (status == FETCHED)
		data_write(batch->export, num, item);
	batch->reply(batch->ctx, num, status, true);
}

static void
breadcrumb(struct batch *batch)
{
	if (batch->done < batch->n)
		quarantine_mark(batch->export->request, batch->export->collection->folder,
		    batch->refs[batch->done].num, "fetch");
	else
		quarantine_clear();
}

/* An item_fn.  What item_write allocates goes again with the item. */
static bool
item_arrived(void *ctx, const struct item_ref *ref, enum fault fault, const struct item *item)
{
	struct batch *batch = ctx;
	struct arena *arena = batch->export->request->arena;
	struct arena_mark mark = arena_mark(arena);

	if (batch->reply)
		reply_settle(batch, ref->num, fault, item);
	else
		command_settle(batch, ref->num, fault, item);
	arena_release(arena, mark);
	batch->done++;
	breadcrumb(batch);
	return batch->reply || batch->is_again || !is_over_limit(batch->export);
}

/* --- bulk --- */

static enum fault
batch_fetch(struct batch *batch)
{
	struct export *export = batch->export;
	struct body_wish wish = *export->wish;
	enum fault fault;

	if (!batch->n)
		return OK;
	wish.flags_only = batch->due == DUE_CHANGE && export->collection->class == CLASS_EMAIL;
	if (!batch->reply && !batch->is_again)
		wish.budget = export->bytes_max > writer_bytes(export->writer) ?
		    export->bytes_max - writer_bytes(export->writer) : 1;
	breadcrumb(batch);
	fault = export->store->ops->fetch(export->store, batch->refs, batch->n, &wish,
	    item_arrived, batch);
	quarantine_clear();
	return fault;
}

/* Newest first, at most max. */
static unsigned
pick(const struct known *known, enum due (*what)(const struct known_item *), enum due due,
    uint32_t *nums, unsigned max)
{
	unsigned n = 0;

	for (size_t i = known->n; i-- > 0 && n < max;) {
		const struct known_item *item = &known->items[i];

		if (!item->is_busy && what(item) == due && item->num < KNOWN_MADE_UP)
			nums[n++] = item->num;
	}
	return n;
}

static unsigned
room(const struct export *export)
{
	unsigned n = export_count(export);

	return n < export->window ? export->window - n : 0;
}

static bool
is_bad(const struct export *export, uint32_t num)
{
	const struct known_item *item = known_find(export->known, num);

	return (item && item->is_poison) ||
	    quarantine_is_bad(export->request, export->collection->folder, num);
}

/* Items that killed a worker twice, or that the phone never got past, are told by their stand-in
 * without anybody looking at them. */
static unsigned
bad_write(struct batch *batch, struct item_ref *refs, unsigned n)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < n; i++) {
		if (batch->due == DUE_ADD && is_bad(batch->export, refs[i].num))
			command_settle(batch, refs[i].num, ITEM_BAD, NULL);
		else
			refs[kept++] = refs[i];
	}
	return kept;
}

static enum fault
items_write(struct batch *batch, const uint32_t *nums, unsigned n)
{
	struct export *export = batch->export;
	struct item_ref *refs = arena_array(export->request->arena, n, sizeof(*refs));

	for (unsigned i = 0; i < n; i++)
		refs[i] = (struct item_ref){
			.folder = export->collection->folder, .num = nums[i],
		};
	if (!batch->reply)
		n = bad_write(batch, refs, n);
	batch->refs = refs;
	batch->n = n;
	batch->done = 0;
	return batch_fetch(batch);
}

static void
gone_write(struct export *export, const uint32_t *nums, unsigned n, enum due due)
{
	for (unsigned i = 0; i < n; i++) {
		command_open(export, due == DUE_DELETE ? AirSync_Delete : AirSync_SoftDelete,
		    nums[i]);
		writer_close(export->writer);
		if (due == DUE_DELETE)
			export->n_delete++;
		else
			export->n_soft_delete++;
	}
}

/* --- what is due --- */

static void
tell_gone(struct export *export, uint32_t *nums, enum due due)
{
	unsigned n = pick(export->known, known_due, due, nums, room(export));

	gone_write(export, nums, n, due);
	for (unsigned i = 0; i < n; i++)
		known_tell(export->known, known_find(export->known, nums[i]), due);
}

/* Goes on until the window is full or nothing is left: items that vanished leave room. */
static enum fault
tell_items(struct export *export, uint32_t *nums, enum due due)
{
	while (!export->is_full && room(export)) {
		struct batch batch = { .export = export, .due = due };
		unsigned n = pick(export->known, known_due, due, nums, room(export));
		unsigned before = export_count(export);
		enum fault fault;

		if (!n)
			return OK;
		fault = items_write(&batch, nums, n);
		if (fault != OK && !export_count(export))
			return fault;
		export->broken = fault;
		if (fault != OK || is_over_limit(export) ||
		    (!batch.done && export_count(export) == before))
			export->is_full = true;
	}
	return OK;
}

static bool
is_anything_left(const struct known *known)
{
	for (size_t i = 0; i < known->n; i++)
		if (!known->items[i].is_busy && known_due(&known->items[i]) != DUE_NOTHING)
			return true;
	return false;
}

static enum fault
tell_round(struct export *export, uint32_t *nums)
{
	enum fault fault;

	tell_gone(export, nums, DUE_DELETE);
	tell_gone(export, nums, DUE_SOFT_DELETE);
	fault = tell_items(export, nums, DUE_CHANGE);
	return fault == OK ? tell_items(export, nums, DUE_ADD) : fault;
}

enum fault
export_due(struct export *export)
{
	uint32_t *nums = arena_array(export->request->arena, export->window, sizeof(*nums));
	enum fault fault = tell_round(export, nums);

	/* all that was changed turned out to be gone: that is something to tell */
	if (fault == OK && !export_count(export) && is_anything_left(export->known))
		fault = tell_round(export, nums);
	export->is_full = is_anything_left(export->known);
	return fault;
}

enum fault
export_again(struct export *export)
{
	static const enum due order[] = {
		DUE_DELETE, DUE_SOFT_DELETE, DUE_CHANGE, DUE_ADD
	};
	unsigned most = (unsigned)export->known->n;
	uint32_t *nums = arena_array(export->request->arena, most, sizeof(*nums));
	enum fault fault = OK;

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]) && fault == OK; i++) {
		struct batch batch = { .export = export, .due = order[i], .is_again = true };
		unsigned n = pick(export->known, known_said, order[i], nums, most);

		if (order[i] == DUE_DELETE || order[i] == DUE_SOFT_DELETE)
			gone_write(export, nums, n, order[i]);
		else
			fault = items_write(&batch, nums, n);
	}
	export->is_full = is_anything_left(export->known);
	return fault;
}

enum fault
export_fetch(struct export *export, const uint32_t *nums, unsigned n, export_reply_fn *reply,
    void *ctx)
{
	struct batch batch = { .export = export, .reply = reply, .ctx = ctx, .due = DUE_ADD };

	return items_write(&batch, nums, n);
}
