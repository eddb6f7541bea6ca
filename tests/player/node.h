/* SPDX-License-Identifier: ISC */
/*
 * A decoded document as a tree, and a pattern of one.  The test phone is deliberately not built
 * on the product's reader and writer: node.c, decode.c and notation.c are a second, stricter
 * opinion on the same bytes (they share only the table of token names).
 * Everything lives in the arena given; nothing is freed one by one.
 */
#ifndef TESTS_PLAYER_NODE_H
#define TESTS_PLAYER_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wbxml/tokens.h"

struct arena;
struct buf;

/* What a pattern wants of an element; in documents always NODE_IS. */
enum node_want {
	NODE_IS,		/* this text, or (at least) these children */
	NODE_ANY,		/* present */
	NODE_CAPTURE,		/* $x: bind if unbound, else compare */
	NODE_RECAPTURE,		/* new $x: bind again */
	NODE_DIFFERS,		/* not "text" */
	NODE_CONTAINS,
	NODE_LACKS,
	NODE_LIKE,		/* shell pattern */
	NODE_AT_LEAST,		/* >= n */
	NODE_AT_MOST,		/* <= n */
	NODE_SIZE_AT_LEAST,	/* size >= n, bytes of the text */
	NODE_SIZE_AT_MOST,
	NODE_ABSENT,		/* no such child */
	NODE_COUNT,		/* exactly n such children, any content */
};

struct node {
	enum token token;	/* TOKEN_NONE in a pattern: any page with this tag name */
	const char *name;	/* tag without page */
	struct node *parent, *first, *last, *next;
	const char *text;	/* NULL: no text; always followed by a NUL */
	size_t len;
	bool opaque;
	enum node_want want;
	bool only;		/* pattern: no children beside those listed */
	long number;		/* for want */
	long line;		/* of the transcript, for messages */
};

struct node *node_new(struct arena *arena, struct node *parent, enum token token);
void node_set_text(struct arena *arena, struct node *node, const void *text, size_t len);

/* First child with this tag name ("Status"), whatever its page; NULL: none or node is NULL. */
struct node *node_child(const struct node *node, const char *name);
struct node *node_sibling(const struct node *node, const char *name); /* next of that name */
/* Child by child: node_path(n, "Collections/Collection/SyncKey"). */
struct node *node_path(const struct node *node, const char *path);
/* Text of that path, "" if absent. */
const char *node_text(const struct node *node, const char *path);
/* That text as a decimal number, 0 if absent. */
long node_number(const struct node *node, const char *path);
unsigned node_count(const struct node *node, const char *name);

/* Deep copy; children of `over` replace those of the same name (item updates). */
struct node *node_copy(struct arena *arena, const struct node *node);
void node_merge(struct arena *arena, struct node *into, const struct node *over);

/* Takes out all children of this name. */
void node_drop(struct node *node, const char *name);

/* In the notation of transcripts; texts longer than max are cut (0 = never). */
void node_print(struct buf *out, const struct node *node, size_t max);

/* As WBXML, canonical: header 03 01 6A 00, one STR_I or OPAQUE a text. */
void node_encode(struct buf *out, const struct node *root);

#endif
