/* SPDX-License-Identifier: ISC */
/*
 * Pieces of messages into new ones: ranges byte for byte, header blocks with some fields left out,
 * new texts with the encoding they need.  Bodies fail stickily; ask body->failed at the end.
 * Worker.
 */
#ifndef BACKENDS_FORMATS_MIMECOPY_H
#define BACKENDS_FORMATS_MIMECOPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backends/formats/mime.h"

struct body;

/* Bytes [from, from + n) as they are. */
bool mimecopy_range(struct body *to, const struct body *from, uint64_t at, uint64_t n);

/* The same with every line end made CRLF and NUL dropped; ends with a CRLF if n > 0. */
bool mimecopy_lines(struct body *to, const struct body *from, uint64_t at, uint64_t n);

/* Encodes a range as base64 in lines. */
bool mimecopy_base64(struct body *to, const void *data, size_t n);

/* The Content-* fields of a header block except those named (NULL-terminated), raw, CRLF. */
void mimecopy_content(struct body *to, const char *header, size_t len,
    const char *const *except);

/*
 * A text part, header and body: "Content-Type: text/SUBTYPE; charset=utf-8", 7bit where that is
 * possible, else quoted-printable or base64, whichever is shorter.  Text is clean UTF-8.
 */
void mimecopy_text(struct body *to, const char *subtype, const char *text, size_t n);

#endif
