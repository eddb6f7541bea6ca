/* SPDX-License-Identifier: ISC */
/*
 * The table of folders.  A listing is matched to the rows in two rounds, first
 * by identity, then by name, so that folders which swapped their names keep
 * their numbers.  Worker.
 */
#include "bridge/sync/folders.h"

#include <stdlib.h>
#include <string.h>

#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "bridge/base/map.h"
#include "bridge/sync/blob.h"

enum {
	FORMAT = 1,
	GONE_MAX = 2000, /* rows kept of folders that are not there any more */
	ROW_BYTES = 9,   /* least size of an encoded row */
	DEPTH_MAX = 100,
	BIT_JUNK = 1, BIT_HOLDS = 2, BIT_LISTED = 4,
};

/* Folders every phone wants to see ([MS-ASCMD] 2.2.3.186.3, R51).  A store cannot name its folders
 * like this: the names begin with a control character. */
static const struct {
	enum folder_type type;
	const char *folder, *name;
} virtuals[] = {
	{ FOLDER_INBOX, "\001inbox", "Inbox" },
	{ FOLDER_DRAFTS, "\001drafts", "Drafts" },
	{ FOLDER_TRASH, "\001trash", "Deleted Items" },
	{ FOLDER_SENT, "\001sent", "Sent Items" },
	{ FOLDER_OUTBOX, "\001outbox", "Outbox" },
};

enum { N_VIRTUALS = sizeof(virtuals) / sizeof(virtuals[0]) };

/* --- listing --- */

bool
folder_listing_add(void *ctx, const struct folder *folder)
{
	struct folder_listing *listing = ctx;
	struct folder *copy;

	if (listing->n == listing->max)
		return false;
	if (listing->n == listing->cap) {
		unsigned cap = listing->cap ? listing->cap * 2 : 64;
		struct folder *list = arena_array(listing->arena, cap, sizeof(*list));

		if (listing->n)
			memcpy(list, listing->list, listing->n * sizeof(*list));
		listing->list = list;
		listing->cap = cap;
	}
	copy = &listing->list[listing->n++];
	*copy = *folder;
	copy->id = arena_strdup(listing->arena, folder->id);
	copy->parent = arena_strdup(listing->arena, folder->parent);
	copy->identity = arena_strdup(listing->arena, folder->identity);
	copy->display_name = arena_strdup(listing->arena, folder->display_name);
	return true;
}

/* --- bytes --- */

bool
folders_decode(const void *data, size_t len, struct arena *arena, struct folders *ret)
{
	struct blob blob = { data, (const uint8_t *)data + len, false };
	struct folders folders = { 0 };

	if (blob_number(&blob) != FORMAT)
		return false;
	folders.next = blob_number32(&blob);
	folders.listed_at = (int64_t)blob_number_max(&blob, INT64_MAX);
	folders.n = folders.cap = (unsigned)blob_number_max(&blob, blob_room(&blob, ROW_BYTES));
	folders.rows = arena_array(arena, folders.n, sizeof(*folders.rows));
	for (unsigned i = 0; i < folders.n; i++) {
		struct folder_row *row = &folders.rows[i];
		unsigned bits;

		row->number = blob_number32(&blob);
		row->folder = blob_text(&blob, arena);
		row->parent = blob_text(&blob, arena);
		row->identity = blob_text(&blob, arena);
		row->name = blob_text(&blob, arena);
		row->type = (enum folder_type)blob_number_max(&blob, 255);
		row->class = (enum item_class)blob_number_max(&blob, N_CLASSES - 1);
		bits = (unsigned)blob_number_max(&blob, 7);
		row->is_junk = bits & BIT_JUNK;
		row->can_hold_items = bits & BIT_HOLDS;
		row->is_listed = bits & BIT_LISTED;
		row->above = blob_number32(&blob);
	}
	if (!blob_is_done(&blob))
		return false;
	*ret = folders;
	return true;
}

void
folders_encode(const struct folders *folders, struct buf *out)
{
	blob_put_number(out, FORMAT);
	blob_put_number(out, folders->next);
	blob_put_number(out, (uint64_t)folders->listed_at);
	blob_put_number(out, folders->n);
	for (unsigned i = 0; i < folders->n; i++) {
		const struct folder_row *row = &folders->rows[i];

		blob_put_number(out, row->number);
		blob_put_text(out, row->folder);
		blob_put_text(out, row->parent);
		blob_put_text(out, row->identity);
		blob_put_text(out, row->name);
		blob_put_number(out, (uint64_t)row->type);
		blob_put_number(out, (uint64_t)row->class);
		blob_put_number(out, (row->is_junk ? BIT_JUNK : 0u) |
		    (row->can_hold_items ? BIT_HOLDS : 0u) | (row->is_listed ? BIT_LISTED : 0u));
		blob_put_number(out, row->above);
	}
}

/* --- rows --- */

static void
row_set(struct folder_row *row, struct arena *arena, const struct folder *folder)
{
	row->folder = arena_strdup(arena, folder->id);
	row->parent = arena_strdup(arena, folder->parent ? folder->parent : "");
	row->name = arena_strdup(arena, folder->display_name && *folder->display_name ?
	    folder->display_name : folder->id);
	if (folder->identity)
		row->identity = arena_strdup(arena, folder->identity);
	row->type = folder->type;
	row->class = folder->class;
	row->is_junk = folder->is_junk;
	row->can_hold_items = folder->can_hold_items;
	row->is_listed = true;
}

static void
rows_reserve(struct folders *folders, struct arena *arena, unsigned n)
{
	struct folder_row *rows;

	if (folders->n + n <= folders->cap)
		return;
	folders->cap = (folders->n + n) * 2;
	rows = arena_array(arena, folders->cap, sizeof(*rows));
	if (folders->n)
		memcpy(rows, folders->rows, folders->n * sizeof(*rows));
	folders->rows = rows;
}

struct folder_row *
folders_add(struct folders *folders, struct arena *arena, const struct folder *folder)
{
	struct folder_row *row;

	rows_reserve(folders, arena, 1);
	if (!folders->next)
		folders->next = 1;
	row = &folders->rows[folders->n++];
	*row = (struct folder_row){ .number = folders->next++, .identity = "" };
	row_set(row, arena, folder);
	return row;
}

struct folder_row *
folders_by_number(struct folders *folders, uint32_t number)
{
	for (unsigned i = 0; i < folders->n; i++)
		if (folders->rows[i].number == number)
			return &folders->rows[i];
	return NULL;
}

void
folders_remove(struct folders *folders, uint32_t number)
{
	struct folder_row *row = folders_by_number(folders, number);

	if (!row)
		return;
	folders->n--;
	memmove(row, row + 1, (size_t)(folders->rows + folders->n - row) * sizeof(*row));
}

/* True if a folder's name lies below that of another, which the store's names show. */
static bool
is_below(const char *folder, const char *above)
{
	size_t n = strlen(above);

	return !strncmp(folder, above, n) && folder[n];
}

/* What stands between a folder's name and those of its children; 0: it has none. */
static char
row_separator(const struct folders *folders, const struct folder_row *row)
{
	for (unsigned i = 0; i < folders->n; i++) {
		const struct folder_row *child = &folders->rows[i];

		if (child->class == row->class && !strcmp(child->parent, row->folder) &&
		    is_below(child->folder, row->folder))
			return child->folder[strlen(row->folder)];
	}
	return 0;
}

void
folders_renamed(struct folders *folders, struct arena *arena, struct folder_row *row,
    const struct folder *now)
{
	const char *old = row->folder;
	size_t n = strlen(old);
	char separator = row_separator(folders, row);

	for (unsigned i = 0; i < folders->n && separator; i++) {
		struct folder_row *below = &folders->rows[i];

		if (below->class != row->class || !is_below(below->folder, old) ||
		    below->folder[n] != separator)
			continue;
		below->folder = arena_printf(arena, "%s%s", now->id, below->folder + n);
		if (!strncmp(below->parent, old, n))
			below->parent = arena_printf(arena, "%s%s", now->id, below->parent + n);
	}
	row_set(row, arena, now);
}

/* --- the tree --- */

static const char *
key_of(struct arena *arena, enum item_class class, const char *text)
{
	return arena_printf(arena, "%d %s", (int)class, text);
}

/* The nearest listed folder above a row.  A parent that is not listed itself is cut where its name
 * goes on to the child's, as often as needed. */
static const struct folder_row *
row_above(const struct map *listed, struct arena *arena, const struct folder_row *row)
{
	char *parent = arena_strdup(arena, row->parent);
	char separator = is_below(row->folder, parent) ? row->folder[strlen(parent)] : 0;
	char *end;

	while (*parent) {
		const struct folder_row *above = map_get(listed,
		    key_of(arena, row->class, parent));

		if (above && above != row)
			return above;
		end = separator ? strrchr(parent, separator) : NULL;
		if (!end)
			break;
		*end = 0;
	}
	return NULL;
}

/* Folders between a row and the root; DEPTH_MAX if it goes round in circles. */
static unsigned
row_depth(struct folders *folders, const struct map *by_number, struct arena *arena, unsigned at)
{
	const struct folder_row *row = &folders->rows[at];
	unsigned depth = 0;

	while (row && row->above && depth < DEPTH_MAX) {
		row = map_get(by_number, arena_printf(arena, "%u", row->above));
		depth++;
	}
	return depth;
}

struct row_place {
	unsigned depth;
	struct folder_row row;
};

static int
place_compare(const void *a, const void *b)
{
	const struct row_place *x = a, *y = b;

	if (x->row.is_listed != y->row.is_listed)
		return x->row.is_listed ? -1 : 1;
	if (x->depth != y->depth)
		return x->depth < y->depth ? -1 : 1;
	return x->row.number < y->row.number ? -1 : 1;
}

void
folders_link(struct folders *folders, struct arena *arena)
{
	struct row_place *places = arena_array(arena, folders->n, sizeof(*places));
	struct map listed, by_number;

	map_init(&listed, arena);
	map_init(&by_number, arena);
	for (unsigned i = 0; i < folders->n; i++) {
		struct folder_row *row = &folders->rows[i];

		row->above = 0;
		if (row->is_listed)
			map_put(&listed, key_of(arena, row->class, row->folder), row);
		map_put(&by_number, arena_printf(arena, "%u", row->number), row);
	}
	for (unsigned i = 0; i < folders->n; i++) {
		const struct folder_row *above = folders->rows[i].is_listed ?
		    row_above(&listed, arena, &folders->rows[i]) : NULL;

		folders->rows[i].above = above ? above->number : 0;
	}
	for (unsigned i = 0; i < folders->n; i++) {
		places[i].depth = row_depth(folders, &by_number, arena, i);
		if (places[i].depth == DEPTH_MAX) {
			folders->rows[i].above = 0;
			places[i].depth = 0;
		}
		places[i].row = folders->rows[i];
	}
	qsort(places, folders->n, sizeof(*places), place_compare);
	for (unsigned i = 0; i < folders->n; i++)
		folders->rows[i] = places[i].row;
}

/* --- merging --- */

/* The rows by identity and by name. */
struct row_maps {
	struct map by_identity, by_folder;
};

/* Of several rows that had a name, the one that is there now, else the newest. */
static void
map_prefer(struct map *map, const char *key, struct folder_row *row)
{
	const struct folder_row *other = map_get(map, key);

	if (!other || (row->is_listed != other->is_listed ? row->is_listed :
	    row->number > other->number))
		map_put(map, key, row);
}

static void
maps_fill(struct row_maps *maps, const struct folders *folders, struct arena *arena)
{
	map_init(&maps->by_identity, arena);
	map_init(&maps->by_folder, arena);
	for (unsigned i = 0; i < folders->n; i++) {
		struct folder_row *row = &folders->rows[i];

		if (*row->identity)
			map_prefer(&maps->by_identity, key_of(arena, row->class, row->identity),
			    row);
		map_prefer(&maps->by_folder, key_of(arena, row->class, row->folder), row);
	}
}

/* The row of a listed folder that has none yet; NULL: it is new. */
static struct folder_row *
row_match(const struct row_maps *maps, struct arena *arena, const struct folder *folder)
{
	struct folder_row *row = NULL;

	if (folder->identity)
		row = map_get(&maps->by_identity, key_of(arena, folder->class, folder->identity));
	if (!row || row->is_listed)
		row = map_get(&maps->by_folder, key_of(arena, folder->class, folder->id));
	if (!row || row->is_listed)
		return NULL;
	/* another folder that took the name of one that is gone */
	if (folder->identity && *row->identity && strcmp(folder->identity, row->identity) != 0)
		return NULL;
	return row;
}

static bool
name_is_taken(const struct folders *folders, const char *name)
{
	for (unsigned i = 0; i < folders->n; i++)
		if (folders->rows[i].is_listed && !*folders->rows[i].parent &&
		    !strcmp(folders->rows[i].name, name))
			return true;
	return false;
}

static bool
type_is_there(const struct folders *folders, enum folder_type type)
{
	for (unsigned i = 0; i < folders->n; i++)
		if (folders->rows[i].is_listed && folders->rows[i].type == type)
			return true;
	return false;
}

static void
virtuals_add(struct folders *folders, struct arena *arena, const struct row_maps *maps)
{
	for (size_t i = 0; i < N_VIRTUALS; i++) {
		struct folder folder = {
			.id = virtuals[i].folder, .display_name = virtuals[i].name,
			.type = virtuals[i].type, .class = CLASS_EMAIL,
		};
		struct folder_row *row;

		if (type_is_there(folders, virtuals[i].type))
			continue;
		for (unsigned n = 2; name_is_taken(folders, folder.display_name); n++)
			folder.display_name = arena_printf(arena, "%s %u", virtuals[i].name, n);
		row = row_match(maps, arena, &folder);
		if (row)
			row_set(row, arena, &folder);
		else
			folders_add(folders, arena, &folder);
	}
}

/* Rows of folders long gone make room, oldest numbers first. */
static void
gone_trim(struct folders *folders)
{
	unsigned gone = 0, kept = 0;

	for (unsigned i = 0; i < folders->n; i++)
		gone += !folders->rows[i].is_listed;
	for (unsigned i = 0; i < folders->n; i++) {
		if (!folders->rows[i].is_listed && gone > GONE_MAX) {
			gone--;
			continue;
		}
		folders->rows[kept++] = folders->rows[i];
	}
	folders->n = kept;
}

void
folders_merge(struct folders *folders, struct arena *arena, const struct folder_listing *listing)
{
	struct folder_row **matched = arena_array(arena, listing->n, sizeof(struct folder_row *));
	struct row_maps maps;

	rows_reserve(folders, arena, listing->n + N_VIRTUALS); /* pointers to rows stay good */
	maps_fill(&maps, folders, arena);
	for (unsigned i = 0; i < folders->n; i++)
		folders->rows[i].is_listed = false;
	/* matched rows are marked first and filled later: filling changes names others look for */
	for (unsigned round = 0; round < 2; round++)
		for (unsigned i = 0; i < listing->n; i++) {
			struct folder by_name = listing->list[i];

			if (matched[i] || (!round && !by_name.identity))
				continue;
			matched[i] = row_match(&maps, arena, &by_name);
			if (matched[i] && !round && strcmp(matched[i]->identity, by_name.identity))
				matched[i] = NULL; /* by name only: not in this round */
			if (matched[i])
				matched[i]->is_listed = true;
		}
	for (unsigned i = 0; i < listing->n; i++)
		if (matched[i])
			row_set(matched[i], arena, &listing->list[i]);
	for (unsigned i = 0; i < listing->n; i++)
		if (!matched[i])
			folders_add(folders, arena, &listing->list[i]);
	virtuals_add(folders, arena, &maps);
	gone_trim(folders);
	folders_link(folders, arena);
}

