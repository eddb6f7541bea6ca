/* SPDX-License-Identifier: ISC */
/*
 * Pull reader for WBXML requests: no tree, no allocation, one pass over a body in memory.
 * A reader is a value: copying it makes a bookmark to which one can return.  The body must
 * outlive the reader and all texts borrowed from it.  Errors stick: after one, reader_child says
 * false, texts are "", numbers their minimum; ask reader_fault once at the end.  Worker and tools.
 *
 *	reader_init(&r, data, len, memory);
 *	if (!reader_enter(&r, Ping_Ping))
 *		return ...;
 *	while (reader_child(&r, &token))
 *		switch (token) {
 *		case Ping_HeartbeatInterval: seconds = reader_int(&r, 0, 99999); break;
 *		case Ping_Folders:           reader_into(&r); read_folders(&r);  break;
 *		default:                     break;      // unknown: skipped by the next call
 *		}
 *
 * What clients get wrong and we accept (compare [MS-ASWBXML] 2.1.1): version bytes 01-03,
 * redundant page switches, split and OPAQUE texts, entities, a small string table, literal
 * tags (skipped), unknown pages and tags.
 */
#ifndef WBXML_READER_H
#define WBXML_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "wbxml/lexer.h"
#include "wbxml/tokens.h"

/* Asked only when a text cannot be borrowed: OPAQUE (no NUL behind it) or several pieces.  The
 * result belongs to the owner of ctx and is never freed here.  alloc may be NULL or return NULL:
 * then such a text is READER_NO_MEMORY. */
struct reader_memory {
	void *(*alloc)(void *ctx, size_t size);
	void *ctx;
};

/* All members are private. */
struct reader {
	struct lexer lexer;
	struct reader_memory memory;
	unsigned depth;      /* of the current container; the root's content is 1 */
	bool has_child;      /* a child was returned and not entered yet */
	bool child_content;  /* ... and it has a content bit */
	bool is_hollow;      /* the current container has no content bit */
};

/* data may be NULL if len is 0.  Faults of the prologue show at reader_enter or reader_root. */
void reader_init(struct reader *reader, const void *data, size_t len, struct reader_memory memory);

/* Enters the root element, which must be root; else READER_WRONG_ROOT. */
bool reader_enter(struct reader *reader, enum token root);

/* Tells the root element without moving; only before reader_enter. */
bool reader_root(struct reader *reader, enum token *ret);

/* Next child of the current container; whatever of the previous child is unread gets skipped.
 * False at the container's end, whereupon its parent is the current container again: a loop run
 * to its end needs no reader_out.  After the root's end it stays false.  The token may have no
 * name; literal tags and text between elements are skipped. */
bool reader_child(struct reader *reader, enum token *ret);

/* The child just returned becomes the current container (also if it is empty). */
void reader_into(struct reader *reader);

/* Leaves the current container early, skipping the rest of it. */
void reader_out(struct reader *reader);

/* The child just returned has no element and no text of at least one byte inside. */
bool reader_is_empty(const struct reader *reader);

/* Text of the child just returned, NUL-terminated, never NULL, "" if empty.  Borrowed from the
 * body when it is one inline string, else copied into reader->memory.  Elements inside are
 * passed over.  May be asked again, and before reader_into.  UTF-8 is not checked; a NUL inside
 * an OPAQUE text ends it. */
const char *reader_text(struct reader *reader);

/* Content of the child just returned as bytes, borrowed when it is in one piece.  Never NULL. */
const void *reader_bytes(struct reader *reader, size_t *ret_len);

/* Decimal number between min and max; blanks around it are accepted.  Anything else, also an
 * empty text: READER_BAD_VALUE, returns min. */
long reader_int(struct reader *reader, long min, long max);

/* The same without a fault: false if the text is no number that fits a long. */
bool reader_number(struct reader *reader, long *ret);

/* "1", "true" or empty: true.  "0", "false": false.  Else READER_BAD_VALUE, returns false. */
bool reader_bool(struct reader *reader);

/* Skips to the end of the root element; true if the document ends there without a fault. */
bool reader_finish(struct reader *reader);

enum reader_fault reader_fault(const struct reader *reader);

/* Byte of the body at which the reader stands, after a fault that of the bad piece. */
size_t reader_offset(const struct reader *reader);

/* For the log: "truncated", "too deep", ... */
const char *reader_fault_name(enum reader_fault fault);

/* One linear pass over a whole document: prologue, bounds, balance, nothing behind the root.  A
 * worker asks this before it acts on the first element of a request. */
enum reader_fault wbxml_check(const void *data, size_t len);

#endif
