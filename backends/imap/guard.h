/* SPDX-License-Identifier: ISC */
/*
 * Watches one direction of an IMAP connection byte by byte, before any parser sees them: a line
 * longer than LIMIT_UPSTREAM_LINE, parentheses nested deeper than LIMIT_UPSTREAM_NESTING outside
 * strings and literals, or a literal above LIMIT_UPSTREAM_LITERAL ends the connection (libetpan's
 * parser recurses and allocates what is announced).  Not strict, while our scanner reads, only the
 * last counts: the scanner has its own limits and stays in step.  On the way the guard gathers
 * lines for the protocol trace, with literals shown as their size.  Linear, constant memory.
 */
#ifndef BACKENDS_IMAP_GUARD_H
#define BACKENDS_IMAP_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One line without its end; only called while tracing. */
typedef void guard_line_fn(void *ctx, const char *line);

enum { GUARD_LINE = 1024 };	/* of a line that the trace shows */

struct guard {
	const char *error;	/* set once, stays */
	bool strict;		/* libetpan reads */
	guard_line_fn *fn;	/* NULL: no trace */
	void *ctx;
	/* private */
	uint64_t literal;	/* bytes still to be skipped */
	uint64_t size;		/* of a literal being announced */
	size_t line;
	unsigned depth;
	bool quoted, escaped;
	uint8_t brace;		/* 0 none, 1 in digits, 2 closed */
	size_t shown;
	char text[GUARD_LINE + 1];
};

void guard_init(struct guard *guard, guard_line_fn *fn, void *ctx);

/* false: beyond a limit; guard->error says which. */
bool guard_feed(struct guard *guard, const void *data, size_t n);

#endif
