/* SPDX-License-Identifier: ISC */
/*
 * The lines of an INI text: sections and keys, in order, without any meaning
 * yet.  Only config.c uses this.
 */
#ifndef BRIDGE_CONFIG_TEXT_H
#define BRIDGE_CONFIG_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct config_line {
	int number;
	const char *section; /* what stands between the brackets; NULL before the first section */
	const char *key;     /* NULL: the line that opens the section, or a mistake */
	const char *value;
	const char *mistake; /* what is wrong with the line; NULL: nothing */
};

/* The line's strings live during the call only. */
typedef void config_line_fn(void *ctx, const struct config_line *line);

/*
 * Calls fn for each line that is neither blank nor a comment.  Lines that begin with ; or # are
 * comments, and so is what follows a ; with a blank before it.  A value in double quotes is taken
 * as it stands, semicolons and outer blanks included.  False: no memory.
 */
bool config_text_read(const char *text, size_t len, config_line_fn *fn, void *ctx);

#endif
