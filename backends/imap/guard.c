/* SPDX-License-Identifier: ISC */
/* The guard of an IMAP connection.  Worker. */
#include "backends/imap/guard.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bridge/base/limits.h"

void
guard_init(struct guard *guard, guard_line_fn *fn, void *ctx)
{
	memset(guard, 0, sizeof(*guard));
	guard->fn = fn;
	guard->ctx = ctx;
	guard->strict = true;
}

static bool
refuse(struct guard *g, const char *why)
{
	g->error = why;
	return false;
}

static void
show(struct guard *g, const char *data, size_t n)
{
	if (n > GUARD_LINE - g->shown)
		n = GUARD_LINE - g->shown;
	memcpy(g->text + g->shown, data, n);
	g->shown += n;
}

static void
carriage_return_drop(struct guard *g)
{
	if (g->shown && g->text[g->shown - 1] == '\r')
		g->shown--;
}

static void
line_end(struct guard *g)
{
	if (g->fn) {
		carriage_return_drop(g);
		g->text[g->shown] = '\0';
		g->fn(g->ctx, g->text);
	}
	g->shown = 0;
	g->line = 0;
	g->depth = 0;
	g->quoted = g->escaped = false;
}

/* A line that ends with {n}: its literal follows and the line goes on behind it. */
static bool
literal_start(struct guard *g)
{
	g->brace = 0;
	if (g->size > LIMIT_UPSTREAM_LITERAL)
		return refuse(g, "literal too large");
	g->literal = g->size;
	carriage_return_drop(g);
	return true;
}

static void
brace_feed(struct guard *g, char c)
{
	if (c == '{') {
		g->brace = 1;
		g->size = 0;
	} else if (g->brace == 1 && c >= '0' && c <= '9') {
		if (g->size <= LIMIT_UPSTREAM_LITERAL)
			g->size = g->size * 10 + (uint64_t)(c - '0');
	} else if (g->brace == 1 && c == '}') {
		g->brace = 2;
	} else if (!(g->brace == 1 && c == '+') && !(g->brace == 2 && c == '\r')) {
		g->brace = 0;
	}
}

static bool
byte_feed(struct guard *g, char c)
{
	if (c == '\n') {
		if (g->brace == 2)
			return literal_start(g);
		g->brace = 0;
		line_end(g);
		return true;
	}
	if (g->escaped) {
		g->escaped = false;
		return true;
	}
	if (c == '"')
		g->quoted = !g->quoted;
	if (g->quoted) {
		g->escaped = c == '\\';
		return true;
	}
	brace_feed(g, c);
	if (c == '(' && ++g->depth > LIMIT_UPSTREAM_NESTING && g->strict)
		return refuse(g, "nested too deeply");
	if (c == ')' && g->depth)
		g->depth--;
	return true;
}

/* How many bytes belong to a literal; they are skipped. */
static size_t
literal_skip(struct guard *g, size_t n)
{
	if (n > g->literal)
		n = (size_t)g->literal;
	g->literal -= n;
	return n;
}

bool
guard_feed(struct guard *g, const void *data, size_t n)
{
	const char *bytes = data;

	for (size_t i = 0; i < n && !g->error;) {
		size_t start = i;

		if (g->literal) {
			i += literal_skip(g, n - i);
			continue;
		}
		while (i < n && !g->literal && bytes[i] != '\n' && byte_feed(g, bytes[i]))
			i++;
		if (g->fn)
			show(g, bytes + start, i - start);
		g->line += i - start;
		if (g->line > LIMIT_UPSTREAM_LINE && g->strict)
			return refuse(g, "line too long");
		if (i < n && !g->error && byte_feed(g, bytes[i]))
			i++;
	}
	return !g->error;
}
