/* SPDX-License-Identifier: ISC */
/*
 * Character references of HTML: &eacute; &#233; &#xE9;, with or without the semicolon.  Worker.
 */
#ifndef BACKENDS_FORMATS_ENTITY_H
#define BACKENDS_FORMATS_ENTITY_H

#include <stddef.h>
#include <stdint.h>

enum { ENTITY_MAX = 12 };	/* longest reference we know, & and ; included */

/*
 * The reference at text, which stands on the '&'.  Returns its length and its code point; 0: this
 * is a plain ampersand.
 */
size_t entity_read(const char *text, size_t n, uint32_t *ret_code);

/* UTF-8 of a code point into ret_text (4 bytes); returns the length.  What is no character gives
 * U+FFFD, a control character nothing. */
size_t entity_print(uint32_t code, char ret_text[4]);

#endif
