/* SPDX-License-Identifier: ISC */
/*
 * Does a document fit a pattern?  A pattern names what must be there; other children may be
 * there too (unless it says only).  Children of one name are taken in order, first fit.
 */
#ifndef TESTS_PLAYER_MATCH_H
#define TESTS_PLAYER_MATCH_H

#include <stdbool.h>

struct arena;
struct node;

struct match {
	struct arena *arena;
	/* Told of each capture, in order, after the whole pattern fitted. */
	void (*bind)(void *ctx, const char *name, const char *value);
	void *ctx;
	const char *reason;	/* why it did not fit: "Sync/Status: is 4, want 1" */
};

bool match_document(struct match *match, const struct node *pattern, const struct node *document);

#endif
