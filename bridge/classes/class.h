/* SPDX-License-Identifier: ISC */
/*
 * A class is a table: element, member, kind, first and last version.  One
 * writer and one reader serve all classes; what is not one to one (body,
 * attachments, flag, recurrence) has a function as its kind.  Worker.
 */
#ifndef BRIDGE_CLASSES_CLASS_H
#define BRIDGE_CLASSES_CLASS_H

#include <stdbool.h>

#include "bridge/classes/items.h"
#include "bridge/fault.h"
#include "bridge/version.h"
#include "wbxml/reader.h"
#include "wbxml/writer.h"

struct arena;

struct class_view {
	enum version version;
	/* Put before each attachment's part path to make the FileReference ("5:1234:"). */
	const char *reference_prefix;
	/* ItemOperations Schema: only these elements; NULL: all. */
	const enum token *schema;
	unsigned n_schema;
};

/* Writes the item's elements in Exchange's order: the content of ApplicationData or Properties,
 * which the caller has opened. */
void class_write(struct writer *writer, const struct item *item, const struct class_view *view);

/* Reads the children of the container that the reader stands in (reader_into was called) to its
 * end.  Unknown elements are passed over.  ITEM_BAD: an element this class and version do not
 * take from a phone (Sync item status 6).  Strings live in the arena or the body. */
enum fault class_read(struct reader *reader, struct arena *arena, enum version version,
    struct item *ret_item);

/* "Email", "Calendar", ... and back; N_CLASSES if unknown. */
const char *class_name(enum item_class class);
enum item_class class_by_name(const char *name);

/* True if an element belongs to the class (for Schema and Supported). */
bool class_has_token(enum item_class class, enum token token);

#endif
