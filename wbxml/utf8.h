/* SPDX-License-Identifier: ISC */
/*
 * What text may go into WBXML: valid UTF-8 (RFC 3629) of characters legal in XML 1.0.  Some
 * clients drop a whole answer, or crash, over one control character.  Stateless.
 */
#ifndef WBXML_UTF8_H
#define WBXML_UTF8_H

#include <stddef.h>

enum utf8_kind {
	UTF8_LEGAL,
	UTF8_ILLEGAL, /* a character, but not one for XML 1.0 (section 2.2) */
	UTF8_BROKEN,  /* no character */
	UTF8_PARTIAL, /* the beginning of a character, cut by the end of the bytes */
};

/* Looks at the first character; len >= 1.  Returns how many bytes belong together (1-4): of a
 * broken sequence the part that has to be replaced by one U+FFFD. */
size_t utf8_scan(const void *bytes, size_t len, enum utf8_kind *ret_kind);

/* Bytes at the beginning that are all legal characters. */
size_t utf8_legal(const void *bytes, size_t len);

/* Encodes a code point below 0x110000; returns the length, 1-4. */
size_t utf8_encode(unsigned long code, char out[4]);

#endif
