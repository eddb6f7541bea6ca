/* SPDX-License-Identifier: ISC */
/*
 * The window is refilled when no line end is left in it; then what is left moves to its front, at
 * most once per window, so the work stays linear.  A CR alone is an ordinary byte here.
 */
#include "backends/formats/lines.h"

#include <string.h>

#include "bridge/base/body.h"

void
lines_init(struct lines *lines, const struct body *body, uint64_t from, uint64_t to)
{
	uint64_t len = body_len(body);

	lines->body = body;
	lines->stop = to < len ? to : len;
	lines->at = from < lines->stop ? from : lines->stop;
	lines->pos = 0;
	lines->filled = 0;
	lines->in_line = false;
	lines->failed = false;
}

/* Makes the window start at pos and as full as can be.  false: nothing more to read. */
static bool
refill(struct lines *lines)
{
	size_t kept = lines->filled - lines->pos;
	uint64_t from, left;
	ssize_t got;

	memmove(lines->window, lines->window + lines->pos, kept);
	lines->at += lines->pos;
	lines->pos = 0;
	lines->filled = kept;
	from = lines->at + kept;
	left = lines->stop - from;
	if (left > sizeof(lines->window) - kept)
		left = sizeof(lines->window) - kept;
	if (left == 0)
		return false;
	got = body_read_at(lines->body, (size_t)from, lines->window + kept, (size_t)left);
	lines->failed |= got < 0;
	if (got <= 0) {
		lines->stop = from;
		return false;
	}
	lines->filled += (size_t)got;
	return true;
}

bool
lines_next(struct lines *lines, struct line *ret_line)
{
	const char *newline = NULL;
	const char *start;
	size_t searched = 0, left;

	for (;;) {
		start = lines->window + lines->pos;
		left = lines->filled - lines->pos;
		newline = memchr(start + searched, '\n', left - searched);
		searched = left;
		if (newline != NULL || left == sizeof(lines->window) || !refill(lines))
			break;
	}
	start = lines->window + lines->pos;
	left = newline != NULL ? (size_t)(newline - start) + 1 : lines->filled - lines->pos;
	if (left == 0)
		return false;
	/* a piece must not end between CR and LF */
	if (newline == NULL && left == sizeof(lines->window) && start[left - 1] == '\r')
		left--;
	ret_line->text = start;
	ret_line->at = lines->at + lines->pos;
	ret_line->is_start = !lines->in_line;
	ret_line->end_len = newline == NULL ? 0 : left > 1 && newline[-1] == '\r' ? 2 : 1;
	ret_line->len = left - ret_line->end_len;
	lines->in_line = newline == NULL;
	lines->pos += left;
	return true;
}

void
lines_unread(struct lines *lines, const struct line *line)
{
	lines->pos -= line->len + line->end_len;
	lines->in_line = !line->is_start;
}
