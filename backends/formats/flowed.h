/* SPDX-License-Identifier: ISC */
/*
 * Plain text of format=flowed (RFC 3676) into text whose lines are paragraphs, and quoting.
 * Worker.
 */
#ifndef BACKENDS_FORMATS_FLOWED_H
#define BACKENDS_FORMATS_FLOWED_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

/* Joins soft line breaks; removes space-stuffing; quote marks stay ("> ").  Line ends: CRLF. */
bool flowed_join(struct buf *out, const char *text, size_t n, bool del_sp);

/* Every line with "> " before it (">" before a quoted one).  Line ends: CRLF. */
bool flowed_quote(struct buf *out, const char *text, size_t n);

#endif
