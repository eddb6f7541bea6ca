/* SPDX-License-Identifier: ISC */
/*
 * The bytes of struct known.  Items are two streams of runs, numbers (gap, length)
 * and what is said of them (facts, length): a mailbox is mostly long runs.  Both
 * are deflated in pieces small enough for gzip_inflate not to suspect a bomb.
 * 10,000 mails with a third unread take about 3 KB.  Worker.
 */
#include "bridge/sync/known.h"

#include <string.h>

#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "bridge/base/gzip.h"
#include "bridge/base/limits.h"
#include "bridge/sync/blob.h"

enum {
	HEAD_FORMAT = 1, ITEMS_FORMAT = 1,
	ITEMS_RAW_MAX = 256 * 1024 * 1024, ITEMS_MAX = 16 * 1024 * 1024,
	PIECE = LIMIT_INFLATE_FREE - 1024,
	SUPPORTED_MAX = 512,
	ITEMS_COUNT_MAX = 4000000,
	/* facts of an item */
	FACT_HELD = 1, FACT_TOLD_SHIFT = 1, FACT_TARGET_SHIFT = 3, FACT_POISON = 32,
	FACT_OWN = 64, FACT_MARKS = 128, /* shown and sent differ from mark and follow it */
	TWO_BITS = 3,
};

/* --- the head --- */

static void
options_encode(const struct sync_options *options, struct buf *out)
{
	const struct body_wish *wish = &options->wish;

	blob_put_number(out, options->filter);
	blob_put_number(out, options->conflict);
	blob_put_number(out, options->conversations);
	blob_put_number(out, wish->mime_support);
	blob_put_number(out, wish->n);
	for (unsigned i = 0; i < wish->n; i++) {
		blob_put_number(out, (uint64_t)wish->want[i].type);
		blob_put_number(out, wish->want[i].has_truncation);
		blob_put_number(out, wish->want[i].truncation);
		blob_put_number(out, wish->want[i].all_or_none);
		blob_put_number(out, wish->want[i].preview);
	}
}

static void
options_decode(struct sync_options *options, struct blob *blob)
{
	struct body_wish *wish = &options->wish;
	const uint64_t most = sizeof(wish->want) / sizeof(wish->want[0]);

	*options = (struct sync_options){ 0 };
	options->filter = (uint8_t)blob_number_max(blob, UINT8_MAX);
	options->conflict = (uint8_t)blob_number_max(blob, 1);
	options->conversations = blob_number_max(blob, 1);
	wish->mime_support = (uint8_t)blob_number_max(blob, 2);
	wish->n = (unsigned)blob_number_max(blob, most);
	for (unsigned i = 0; i < wish->n; i++) {
		wish->want[i].type = (enum body_type)blob_number_max(blob, BODY_MIME);
		wish->want[i].has_truncation = blob_number_max(blob, 1);
		wish->want[i].truncation = blob_number32(blob);
		wish->want[i].all_or_none = blob_number_max(blob, 1);
		wish->want[i].preview = (uint16_t)blob_number_max(blob, UINT16_MAX);
	}
}

static void
applied_encode(const struct known *known, struct buf *out)
{
	blob_put_number(out, known->n_applied);
	for (unsigned i = 0; i < known->n_applied; i++) {
		blob_put_number(out, known->applied[i].kind);
		blob_put_number(out, known->applied[i].status);
		blob_put_number(out, known->applied[i].num);
		blob_put_number(out, known->applied[i].hash);
	}
}

static void
applied_decode(struct known *known, struct blob *blob)
{
	known->n_applied = (unsigned)blob_number_max(blob, APPLIED_MAX);
	known->cap_applied = known->n_applied;
	known->applied = arena_array(known->arena, known->n_applied, sizeof(*known->applied));
	for (unsigned i = 0; i < known->n_applied; i++) {
		known->applied[i].kind = (uint8_t)blob_number_max(blob, APPLIED_DELETE);
		known->applied[i].status = (uint8_t)blob_number_max(blob, UINT8_MAX);
		known->applied[i].num = blob_number32(blob);
		known->applied[i].hash = blob_number(blob);
	}
}

static void
supported_decode(struct known *known, struct blob *blob)
{
	known->has_supported = blob_number_max(blob, 1);
	known->n_supported = (unsigned)blob_number_max(blob, SUPPORTED_MAX);
	known->supported = arena_array(known->arena, known->n_supported,
	    sizeof(*known->supported));
	for (unsigned i = 0; i < known->n_supported; i++)
		known->supported[i] = blob_number32(blob);
}

void
known_head_encode(const struct known *known, struct buf *out)
{
	blob_put_number(out, HEAD_FORMAT);
	blob_put_number(out, known->serial);
	blob_put_number(out, known->epoch);
	blob_put_number(out, known->key);
	blob_put_number(out, known->before);
	blob_put_number(out, known->newest);
	blob_put_number(out, (uint64_t)known->born);
	blob_put_number(out, known->is_joined);
	blob_put_number(out, known->is_loaded);
	blob_put_bytes(out, known->stamp.bytes, known->stamp.len);
	blob_put_number(out, (uint64_t)known->since);
	blob_put_number(out, known->n_due);
	blob_put_number(out, known->attempts);
	blob_put_number(out, known->limit);
	blob_put_number(out, known->store_limit);
	blob_put_number(out, known->suspect);
	blob_put_number(out, known->failures);
	blob_put_number(out, (uint64_t)known->failing_since);
	blob_put_number(out, known->made_up);
	options_encode(&known->options, out);
	blob_put_number(out, known->has_supported);
	blob_put_number(out, known->n_supported);
	for (unsigned i = 0; i < known->n_supported; i++)
		blob_put_number(out, known->supported[i]);
	applied_encode(known, out);
}

static void
stamp_decode(struct stamp *stamp, struct blob *blob)
{
	size_t len;
	const void *data = blob_bytes(blob, &len);

	if (len > sizeof(stamp->bytes)) {
		blob->failed = true;
		return;
	}
	stamp->len = (uint8_t)len;
	memcpy(stamp->bytes, data, len);
}

bool
known_head_decode(struct known *known, const void *data, size_t len)
{
	struct blob blob = { data, (const uint8_t *)data + len, false };
	struct known head = { .arena = known->arena, .collection = known->collection };

	if (blob_number(&blob) != HEAD_FORMAT)
		return false;
	head.serial = blob_number32(&blob);
	head.epoch = blob_number(&blob);
	head.key = blob_number32(&blob);
	head.before = blob_number32(&blob);
	head.newest = blob_number32(&blob);
	head.born = (int64_t)blob_number_max(&blob, INT64_MAX);
	head.is_joined = blob_number_max(&blob, 1);
	head.is_loaded = blob_number_max(&blob, 1);
	stamp_decode(&head.stamp, &blob);
	head.since = (int64_t)blob_number_max(&blob, INT64_MAX);
	head.n_due = blob_number32(&blob);
	head.attempts = blob_number32(&blob);
	head.limit = blob_number32(&blob);
	head.store_limit = blob_number32(&blob);
	head.suspect = blob_number32(&blob);
	head.failures = blob_number32(&blob);
	head.failing_since = (int64_t)blob_number_max(&blob, INT64_MAX);
	head.made_up = blob_number32(&blob);
	options_decode(&head.options, &blob);
	supported_decode(&head, &blob);
	applied_decode(&head, &blob);
	if (!blob_is_done(&blob) || !head.epoch || !head.key || head.key > head.newest)
		return false;
	*known = head;
	return true;
}

/* --- items, raw --- */

static void
nums_encode(const struct known *known, struct buf *raw)
{
	uint32_t expected = 0;

	for (size_t i = 0, run; i < known->n; i += run) {
		for (run = 1; i + run < known->n; run++)
			if (known->items[i + run].num != known->items[i].num + run)
				break;
		blob_put_number(raw, known->items[i].num - expected);
		blob_put_number(raw, run);
		expected = known->items[i].num + (uint32_t)run;
	}
}

static unsigned
facts_of(const struct known_item *item)
{
	bool marks = (item->held && item->shown != item->mark) ||
	    (item->told == TOLD_ITEM && item->sent != item->mark);

	return (item->held ? FACT_HELD : 0u) | (unsigned)item->told << FACT_TOLD_SHIFT |
	    (unsigned)item->target << FACT_TARGET_SHIFT | (item->is_poison ? FACT_POISON : 0u) |
	    (item->is_own ? FACT_OWN : 0u) | (marks ? FACT_MARKS : 0u);
}

static bool
facts_are_equal(const struct known_item *a, const struct known_item *b)
{
	unsigned facts = facts_of(a);

	return facts == facts_of(b) && a->mark == b->mark &&
	    (!(facts & FACT_MARKS) || (a->shown == b->shown && a->sent == b->sent));
}

static void
facts_encode(const struct known *known, struct buf *raw)
{
	for (size_t i = 0, run; i < known->n; i += run) {
		const struct known_item *item = &known->items[i];
		unsigned facts = facts_of(item);

		for (run = 1; i + run < known->n; run++)
			if (!facts_are_equal(item, &known->items[i + run]))
				break;
		blob_put_number(raw, facts);
		blob_put_number(raw, item->mark);
		if (facts & FACT_MARKS) {
			blob_put_number(raw, item->shown);
			blob_put_number(raw, item->sent);
		}
		blob_put_number(raw, run);
	}
}

static bool
nums_decode(struct blob *raw, struct known_item *items, size_t n)
{
	uint64_t next = 0;

	for (size_t i = 0; i < n;) {
		uint64_t gap = blob_number32(raw), run = blob_number_max(raw, n - i);

		next += gap;
		if (raw->failed || !run || (i && !gap) || next + run - 1 > UINT32_MAX)
			return false;
		while (run--)
			items[i++].num = (uint32_t)next++;
	}
	return true;
}

static bool
facts_decode(struct blob *raw, struct known_item *items, size_t n)
{
	for (size_t i = 0; i < n;) {
		unsigned facts = (unsigned)blob_number_max(raw, UINT8_MAX);
		struct known_item item = {
			.held = facts & FACT_HELD, .told = facts >> FACT_TOLD_SHIFT & TWO_BITS,
			.target = facts >> FACT_TARGET_SHIFT & TWO_BITS,
			.is_poison = facts & FACT_POISON, .is_own = facts & FACT_OWN,
		};
		uint64_t run;

		item.mark = item.shown = item.sent = blob_number32(raw);
		if (facts & FACT_MARKS) {
			item.shown = blob_number32(raw);
			item.sent = blob_number32(raw);
		}
		run = blob_number_max(raw, n - i);
		if (raw->failed || !run || item.target > TARGET_LEFT)
			return false;
		for (; run--; i++) {
			item.num = items[i].num;
			items[i] = item;
		}
	}
	return true;
}

/* --- items, deflated --- */

static bool
deflate_pieces(const struct buf *raw, struct arena *arena, struct buf *out)
{
	for (size_t at = 0; at < raw->len; at += PIECE) {
		size_t n = raw->len - at < PIECE ? raw->len - at : PIECE;
		struct buf piece;

		buf_init_arena(&piece, arena, ITEMS_MAX);
		if (!gzip_deflate(raw->data + at, n, 1, &piece))
			return false;
		blob_put_bytes(out, piece.data, piece.len);
	}
	return !out->failed;
}

bool
known_items_encode(const struct known *known, struct buf *out)
{
	struct buf raw;

	buf_init_arena(&raw, known->arena, ITEMS_RAW_MAX);
	nums_encode(known, &raw);
	facts_encode(known, &raw);
	blob_put_number(out, ITEMS_FORMAT);
	blob_put_number(out, known->n);
	return !raw.failed && known->n <= ITEMS_COUNT_MAX &&
		deflate_pieces(&raw, known->arena, out);
}

bool
known_items_decode(struct known *known, const void *data, size_t len)
{
	struct blob blob = { data, (const uint8_t *)data + len, false };
	struct blob plain;
	struct buf raw;
	struct known_item *items;
	size_t n;

	if (blob_number(&blob) != ITEMS_FORMAT)
		return false;
	n = (size_t)blob_number_max(&blob, ITEMS_COUNT_MAX);
	buf_init_arena(&raw, known->arena, ITEMS_RAW_MAX);
	while (!blob.failed && blob.at < blob.end) {
		size_t piece_len;
		const void *piece = blob_bytes(&blob, &piece_len);
		struct buf part;

		buf_init_arena(&part, known->arena, PIECE);
		if (blob.failed || !gzip_inflate(piece, piece_len, &part))
			return false;
		buf_put(&raw, part.data, part.len);
	}
	if (blob.failed || raw.failed)
		return false;
	plain = (struct blob){ raw.data, raw.data ? raw.data + raw.len : NULL, false };
	items = arena_array(known->arena, n, sizeof(*items));
	if (!nums_decode(&plain, items, n) || !facts_decode(&plain, items, n) ||
	    !blob_is_done(&plain))
		return false;
	known->items = items;
	known->n = known->cap = n;
	known->has_items = true;
	return true;
}
