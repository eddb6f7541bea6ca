/* SPDX-License-Identifier: ISC */
/*
 * Stored bytes, damaged at will: heads, items (as stored and as they are inside
 * the deflated pieces) and folder tables.  What is accepted must come out of the
 * encoder and through the decoder again as it was.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "bridge/base/gzip.h"
#include "bridge/sync/blob.h"
#include "bridge/sync/folders.h"
#include "bridge/sync/known.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEAD, ITEMS, ITEMS_INSIDE, FOLDERS, N_KINDS, MAX = 1 << 20 };

static void
must(bool truth)
{
	if (!truth)
		abort();
}

static void
head(struct arena *arena, const uint8_t *data, size_t size)
{
	struct known known = { .arena = arena }, again = { .arena = arena };
	struct buf out, out2;

	if (!known_head_decode(&known, data, size))
		return;
	buf_init_arena(&out, arena, MAX);
	buf_init_arena(&out2, arena, MAX);
	known_head_encode(&known, &out);
	must(known_head_decode(&again, out.data, out.len));
	known_head_encode(&again, &out2);
	must(out.len == out2.len && !memcmp(out.data, out2.data, out.len));
	known_match(&known, known_key_text(&known));
}

static void
work(struct known *known)
{
	const struct change change = { .kind = CHANGE_ADDED, .num = 7, .mark = 1 };

	known_count_due(known);
	known_list(known, NULL);
	known_merge(known, &change, 1);
	must(known_find(known, 7) != NULL);
	known_take_back(known);
	known_acknowledge(known);
	known_empty(known);
}

static void
items(struct arena *arena, const uint8_t *data, size_t size)
{
	struct known known = { .arena = arena }, again = { .arena = arena };
	struct buf out;

	if (!known_items_decode(&known, data, size))
		return;
	for (size_t i = 1; i < known.n; i++)
		must(known.items[i - 1].num < known.items[i].num);
	buf_init_arena(&out, arena, MAX);
	must(known_items_encode(&known, &out));
	must(known_items_decode(&again, out.data, out.len) && again.n == known.n);
	for (size_t i = 0; i < known.n; i++)
		must(again.items[i].num == known.items[i].num &&
		    known_due(&again.items[i]) == known_due(&known.items[i]) &&
		    known_said(&again.items[i]) == known_said(&known.items[i]));
	work(&known);
}

/* The bytes as if they had come out of a deflated piece. */
static void
items_inside(struct arena *arena, const uint8_t *data, size_t size)
{
	struct buf piece, blob;

	if (size < 2)
		return;
	buf_init_arena(&piece, arena, MAX);
	buf_init_arena(&blob, arena, MAX);
	must(gzip_deflate(data + 1, size - 1, 1, &piece));
	blob_put_number(&blob, 1);
	blob_put_number(&blob, data[0]);
	blob_put_bytes(&blob, piece.data, piece.len);
	items(arena, blob.data, blob.len);
}

static void
folders(struct arena *arena, const uint8_t *data, size_t size)
{
	struct folders table, again;
	struct folder_listing listing = { .arena = arena, .max = 100 };
	struct buf out;

	if (!folders_decode(data, size, arena, &table))
		return;
	buf_init_arena(&out, arena, MAX);
	folders_encode(&table, &out);
	must(folders_decode(out.data, out.len, arena, &again) && again.n == table.n);
	folders_link(&table, arena);
	folders_merge(&table, arena, &listing);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const kinds[N_KINDS])(struct arena *, const uint8_t *, size_t) = {
		[HEAD] = head, [ITEMS] = items, [ITEMS_INSIDE] = items_inside, [FOLDERS] = folders,
	};
	struct arena *arena;

	if (!size)
		return 0;
	arena = arena_new(0);
	kinds[data[0] % N_KINDS](arena, data + 1, size - 1);
	arena_free(&arena);
	return 0;
}
