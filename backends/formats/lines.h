/* SPDX-License-Identifier: ISC */
/*
 * Lines of a body of any size in constant memory: a window slides over it.  A line longer than the
 * window comes in pieces.  Worker.
 */
#ifndef BACKENDS_FORMATS_LINES_H
#define BACKENDS_FORMATS_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct body;

enum { LINES_WINDOW = 32 * 1024 };

struct lines {
	const struct body *body;
	uint64_t at;		/* offset in the body of window[0] */
	uint64_t stop;		/* read no further */
	size_t pos, filled;	/* in the window */
	bool in_line;		/* the piece before had no line end */
	bool failed;		/* the file could not be read */
	char window[LINES_WINDOW];
};

struct line {
	const char *text;	/* borrowed until the next call */
	size_t len;		/* without the line end */
	size_t end_len;		/* bytes of the line end: 0 (piece, or end of data), 1 or 2 */
	uint64_t at;		/* offset of text in the body */
	bool is_start;		/* begins a line */
};

/* Bytes [from, to) of the body; to may lie behind its end. */
void lines_init(struct lines *lines, const struct body *body, uint64_t from, uint64_t to);

bool lines_next(struct lines *lines, struct line *ret_line);

/* Puts back the line that was just read: the next call gives it again. */
void lines_unread(struct lines *lines, const struct line *line);

#endif
