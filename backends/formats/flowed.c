/* SPDX-License-Identifier: ISC */
/*
 * RFC 3676 section 4: a line that ends in a blank goes on in the next one of the same quote depth;
 * "-- " is a signature mark and never flows.
 */
#include "backends/formats/flowed.h"

#include <string.h>

#include "bridge/base/buf.h"

struct line {
	const char *text;	/* behind quote marks and stuffing */
	size_t len;
	unsigned depth;
	bool flows;
};

/* Takes one line off the front of *at. */
static struct line
take_line(const char **at, const char *end)
{
	const char *newline = memchr(*at, '\n', (size_t)(end - *at));
	const char *stop = newline == NULL ? end : newline;
	struct line line = { .text = *at };

	*at = newline == NULL ? end : newline + 1;
	if (stop > line.text && stop[-1] == '\r')
		stop--;
	while (line.text < stop && *line.text == '>') {
		line.text++;
		line.depth++;
	}
	if (line.text < stop && *line.text == ' ')
		line.text++;
	line.len = (size_t)(stop - line.text);
	line.flows = line.len > 0 && line.text[line.len - 1] == ' ' &&
	    !(line.len == 3 && memcmp(line.text, "-- ", 3) == 0);
	return line;
}

bool
flowed_join(struct buf *out, const char *text, size_t n, bool del_sp)
{
	const char *end = text + n;
	bool is_open = false; /* the line before flows into this one */
	unsigned depth = 0;

	while (text < end) {
		struct line line = take_line(&text, end);

		if (is_open && line.depth != depth) {
			buf_puts(out, "\r\n");
			is_open = false;
		}
		if (!is_open) {
			for (unsigned i = 0; i < line.depth; i++)
				buf_putc(out, '>');
			if (line.depth > 0)
				buf_putc(out, ' ');
		}
		buf_put(out, line.text, line.len - (line.flows && del_sp ? 1 : 0));
		if (!line.flows && (text < end || text[-1] == '\n'))
			buf_puts(out, "\r\n");
		is_open = line.flows;
		depth = line.depth;
	}
	return !out->failed;
}

bool
flowed_quote(struct buf *out, const char *text, size_t n)
{
	const char *end = text + n;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline == NULL ? end : newline;

		if (stop > text && stop[-1] == '\r')
			stop--;
		buf_puts(out, text < stop && *text != '>' ? "> " : ">");
		buf_put(out, text, (size_t)(stop - text));
		buf_puts(out, "\r\n");
		text = newline == NULL ? end : newline + 1;
	}
	return !out->failed;
}
