/* SPDX-License-Identifier: ISC */
/*
 * HTML and plain text into each other, for reading and for cutting.  Input is clean UTF-8 (see
 * charset.h), output too; line ends of what is made here are CRLF.  Linear time on anything, no
 * recursion: nesting does not matter.  Worker.
 */
#ifndef BACKENDS_FORMATS_HTML_H
#define BACKENDS_FORMATS_HTML_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

enum {
	HTML_SHOW_LINKS = 1,	/* "text <target>" where they differ */
	HTML_SHOW_IMAGES = 2,	/* "[alternative text]" */
};

/* Readable text: blocks to lines, lists and tables as lines, quotes with "> ". */
bool html_to_text(struct buf *out, const char *html, size_t n, unsigned flags);

/* Escapes, keeps line breaks and indentation.  A fragment, without <html>. */
bool html_from_text(struct buf *out, const char *text, size_t n);

/* Escapes & < > and quotes only. */
bool html_escape(struct buf *out, const char *text, size_t n);

/*
 * How many of the first max bytes to keep so that no tag, reference or character is broken.  At
 * most max; n where n fits.
 */
size_t html_cut(const char *html, size_t n, size_t max);

/* Copies, with the charset that a <meta> names replaced by utf-8 (the text has been converted). */
bool html_put_utf8(struct buf *out, const char *html, size_t n);

/* Copies the <style> elements only. */
bool html_put_styles(struct buf *out, const char *html, size_t n);

/* Where the content of <body> starts and ends (all of it where there is no such tag). */
void html_find_body(const char *html, size_t n, size_t *ret_start, size_t *ret_end);

#endif
