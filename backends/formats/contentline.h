/* SPDX-License-Identifier: ISC */
/*
 * Content lines of iCalendar (RFC 5545 3.1) and vCard, for reading: unfolded, split into name,
 * parameters and value.  A reader owns a private copy of the text; results point into it.  Linear
 * time, any nesting.  Worker.
 */
#ifndef BACKENDS_FORMATS_CONTENTLINE_H
#define BACKENDS_FORMATS_CONTENTLINE_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

struct contentline_reader {
	struct arena *arena;
	char *at;
};

struct contentline {
	char *name;	/* upper case */
	char *params;	/* "TZID=Europe/Berlin;X=Y", "" if none */
	char *value;	/* raw */
};

void contentline_init(struct contentline_reader *reader, struct arena *arena, const char *text,
    size_t n);

/* The next line that has a name and a value; false: the end. */
bool contentline_next(struct contentline_reader *reader, struct contentline *ret_line);

/* A parameter's value (quotes removed); NULL: not there. */
char *contentline_param(struct arena *arena, const struct contentline *line, const char *name);

/* TEXT unescaped: \n \, \; \\ */
char *contentline_text(struct arena *arena, const char *value);

#endif
