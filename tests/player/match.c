/* SPDX-License-Identifier: ISC */
/*
 * Pattern matching over trees.  Captures are collected on a list that shrinks back when a try
 * with one sibling fails, and are handed out at the end.
 */
#include "tests/player/match.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/base/arena.h"
#include "tests/player/node.h"

enum { CAPTURES = 200, SIBLINGS = 4096 };

struct capture {
	const char *name, *value;
};

struct try {
	struct match *match;
	struct capture captures[CAPTURES];
	unsigned n;
};

static bool fits(struct try *t, const struct node *want, const struct node *have, const char *path);

static bool refuse(struct try *t, const char *path, const char *text)
{
	t->match->reason = arena_printf(t->match->arena, "%s: %s", path, text);
	return false;
}

static const char *captured(const struct try *t, const char *name)
{
	for (unsigned i = t->n; i > 0; i--)
		if (strcmp(t->captures[i - 1].name, name) == 0)
			return t->captures[i - 1].value;
	return NULL;
}

static const char *text_of(const struct node *node)
{
	return node->text == NULL ? "" : node->text;
}

static bool capture(struct try *t, const struct node *want, const struct node *have,
	const char *path)
{
	const char *before = captured(t, want->text);

	if (want->want == NODE_CAPTURE && before != NULL) {
		if (strcmp(before, text_of(have)) == 0)
			return true;
		return refuse(t, path, arena_printf(t->match->arena, "is \"%s\", want $%s = \"%s\"",
						    text_of(have), want->text, before));
	}
	if (t->n == CAPTURES)
		return refuse(t, path, "too many captures");
	t->captures[t->n++] = (struct capture){want->text, text_of(have)};
	return true;
}

static bool contains(const struct node *have, const struct node *want)
{
	return want->len == 0
		|| (have->text != NULL && memmem(have->text, have->len, want->text, want->len));
}

static bool is_same(const struct node *have, const struct node *want)
{
	if (want->text == NULL)
		return have->text == NULL && have->first == NULL;
	return have->text != NULL && have->len == want->len
		&& memcmp(have->text, want->text, have->len) == 0;
}

static bool text_fits(const struct node *want, const struct node *have)
{
	long number = strtol(text_of(have), NULL, 10);

	switch (want->want) {
	case NODE_IS:
		return is_same(have, want);
	case NODE_DIFFERS:
		return !is_same(have, want);
	case NODE_CONTAINS:
		return contains(have, want);
	case NODE_LACKS:
		return !contains(have, want);
	case NODE_LIKE:
		return fnmatch(want->text, text_of(have), 0) == 0;
	case NODE_AT_LEAST:
		return have->len > 0 && number >= want->number;
	case NODE_AT_MOST:
		return have->len > 0 && number <= want->number;
	case NODE_SIZE_AT_LEAST:
		return (long)have->len >= want->number;
	case NODE_SIZE_AT_MOST:
		return (long)have->len <= want->number;
	default:
		return true;
	}
}

static bool is_named(const struct node *want, const struct node *have)
{
	if (want->token != TOKEN_NONE)
		return want->token == have->token;
	return have->name != NULL && strcmp(want->name, have->name) == 0;
}

static bool count_fits(struct try *t, const struct node *want, const struct node *have,
	const char *path)
{
	long wanted = want->want == NODE_COUNT ? want->number : 0;
	long n = 0;

	for (const struct node *at = have->first; at != NULL; at = at->next)
		n += is_named(want, at);
	if (n == wanted)
		return true;
	return refuse(t, path, arena_printf(t->match->arena, "%ld times %s, want %ld", n,
					    want->name, wanted));
}

/* First unused child of `have` that fits; its index is marked used. */
static bool child_fits(struct try *t, const struct node *want, const struct node *have,
	const char *path, bool *used)
{
	char *below = arena_printf(t->match->arena, "%s/%s", path, want->name);
	unsigned i = 0;
	bool seen = false;

	for (const struct node *at = have->first; at != NULL && i < SIBLINGS; at = at->next, i++) {
		unsigned mark = t->n;

		if (used[i] || !is_named(want, at))
			continue;
		if (fits(t, want, at, below)) {
			used[i] = true;
			return true;
		}
		seen = true;
		t->n = mark;
	}
	return seen ? false : refuse(t, below, "missing");
}

static bool children_fit(struct try *t, const struct node *want, const struct node *have,
	const char *path)
{
	bool *used = calloc(SIBLINGS, sizeof(*used));
	bool good = used != NULL;
	unsigned i = 0;

	for (const struct node *at = want->first; good && at != NULL; at = at->next) {
		if (at->want == NODE_ABSENT || at->want == NODE_COUNT)
			good = count_fits(t, at, have, path);
		else
			good = child_fits(t, at, have, path, used);
	}
	if (good && want->only)
		for (const struct node *at = have->first; good && at != NULL; at = at->next, i++)
			if (i < SIBLINGS && !used[i])
				good = refuse(t, path, arena_printf(t->match->arena,
						"%s was not wanted", at->name));
	free(used);
	return good;
}

static bool fits(struct try *t, const struct node *want, const struct node *have, const char *path)
{
	if (want->want == NODE_CAPTURE || want->want == NODE_RECAPTURE)
		return capture(t, want, have, path);
	if (want->want == NODE_IS && (want->first != NULL || want->only))
		return children_fit(t, want, have, path);
	if (text_fits(want, have))
		return true;
	return refuse(t, path, arena_printf(t->match->arena,
		"is %s\"%.200s\", want %s\"%.200s\" %ld",
		have->first != NULL ? "a container, " : "", text_of(have),
		want->want == NODE_IS ? "" : "(compared) ", text_of(want), want->number));
}

bool match_document(struct match *match, const struct node *pattern, const struct node *document)
{
	struct try *t = calloc(1, sizeof(*t));
	bool good;

	if (t == NULL)
		return false;
	t->match = match;
	good = is_named(pattern, document) && fits(t, pattern, document, pattern->name);
	if (!good && match->reason == NULL)
		refuse(t, pattern->name, arena_printf(match->arena, "it is %s",
						  document->name));
	for (unsigned i = 0; good && i < t->n; i++)
		match->bind(match->ctx, t->captures[i].name, t->captures[i].value);
	free(t);
	return good;
}
