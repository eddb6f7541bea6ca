/* SPDX-License-Identifier: ISC */
/*
 * HTML cut into tokens, as forgiving as a browser and in linear time on anything: no tree, no
 * nesting, no memory.  Shared by the converters and the cutter.  A scanner is a value.  Worker.
 */
#ifndef BACKENDS_FORMATS_HTMLSCAN_H
#define BACKENDS_FORMATS_HTMLSCAN_H

#include <stdbool.h>
#include <stddef.h>

enum html_kind {
	HTML_TEXT,	/* up to the next markup; holds character references */
	HTML_OPEN,	/* <name ...> or <name .../> */
	HTML_CLOSE,	/* </name> */
	HTML_HIDDEN,	/* comment, declaration, or the content of style, script, title ... */
};

struct html_scan {
	const char *at, *end;
	const char *raw;	/* inside <style> and the like: its name, until </name> */
	bool no_quote[2];	/* no '"' or '\'' in the rest: do not search again */
	bool no_comment_end;
	bool no_tag_end;
};

struct html_token {
	enum html_kind kind;
	const char *text;	/* all of it, borrowed */
	size_t len;
	char name[16];		/* OPEN and CLOSE: lower case, cut */
};

void html_scan_init(struct html_scan *scan, const char *html, size_t n);

/* false: the end. */
bool html_scan_next(struct html_scan *scan, struct html_token *ret_token);

/* An attribute's raw value within an OPEN token; false: not there. */
bool html_attribute(const struct html_token *token, const char *name, const char **ret_value,
    size_t *ret_len);

#endif
