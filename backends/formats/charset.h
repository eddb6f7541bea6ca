/* SPDX-License-Identifier: ISC */
/*
 * Every charset that mail carries into UTF-8.  The declared charset is believed where that is
 * possible; undeclared or plainly wrong ones are read as UTF-8 if they are valid UTF-8, else as
 * windows-1252.  What cannot be decoded becomes U+FFFD; characters that XML 1.0 does not allow
 * vanish.  So the output is always valid.  Linear time.  Worker.
 */
#ifndef BACKENDS_FORMATS_CHARSET_H
#define BACKENDS_FORMATS_CHARSET_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct buf;

/*
 * Appends n bytes of the declared charset (NULL: not declared) to out as UTF-8.  A character cut
 * at the very end is dropped.  false: out is full.
 */
bool charset_convert(const char *declared, const void *data, size_t n, struct buf *out);

/* The same into the arena, terminated. */
char *charset_string(struct arena *arena, const char *declared, const void *data, size_t n);

/* The charset an HTML text names in its first 4 KiB (meta or XML declaration); NULL: none. */
char *charset_of_html(struct arena *arena, const void *data, size_t n);

/* Valid UTF-8, except that the last character may be cut. */
bool charset_is_utf8(const void *data, size_t n);

/* Appends UTF-8, which may be broken, in its clean form (U+FFFD, no control characters). */
bool charset_put_clean(const void *data, size_t n, struct buf *out);

#endif
