/* SPDX-License-Identifier: ISC */
/*
 * The notation of wbxml/text.h, read into trees, with what transcripts need on top:
 * variables ($name and ${name}, also inside strings), values from files, and patterns.
 *
 *	value    = word | "string" | x"hex" | file NAME | mime FILE | opaque "string" | size N
 *	           (size N in a request: N bytes of filler)
 *	pattern  = value | * | $new | new $x | not V | contains V | lacks V | like V
 *	           | >= N | <= N | size >= N | size <= N
 *	in a pattern's block also: absent Tag, count Tag N, and the word only
 *
 * A name without page is looked for on its parent's page, then AirSync, AirSyncBase, Email (below
 * ApplicationData: AirSyncBase, Email, Email2, AirSync), then everywhere.  In a pattern it stands
 * for any page.
 */
#ifndef TESTS_PLAYER_NOTATION_H
#define TESTS_PLAYER_NOTATION_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct node;

struct notation {
	struct arena *arena;
	/* Value of a variable, NULL if unset. */
	const char *(*find)(void *ctx, const char *name);
	void *ctx;
	const char *dir;	/* where file and mime look, "" or with a slash at its end */
	bool pattern;
	long line;		/* of the text's first byte; moves along */
	const char *error;	/* first error */
};

/* Reads one element from *text, moves behind it.  NULL: notation->error. */
struct node *notation_element(struct notation *notation, const char **text);

/* Expands $name and ${name}; unset is an error. */
char *notation_expand(struct notation *notation, const char *text);

/* One token: a word, or a "string" (expanded, quotes and escapes gone).  NULL at the end. */
char *notation_word(struct notation *notation, const char **text);

/* Skips blanks and comments (and newlines, counted). */
void notation_blank(struct notation *notation, const char **text);

/* The content of a file below dir; NULL with error set.  crlf: line ends become CR LF. */
char *notation_file(struct notation *notation, const char *name, bool crlf, size_t *ret_len);

#endif
