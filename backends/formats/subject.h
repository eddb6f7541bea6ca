/* SPDX-License-Identifier: ISC */
/*
 * The base subject of a conversation (RFC 5256 2.1 in spirit, with the marks of other languages).
 * Worker.
 */
#ifndef BACKENDS_FORMATS_SUBJECT_H
#define BACKENDS_FORMATS_SUBJECT_H

struct arena;

/* Without "Re:", "Fwd:", "AW:", "[list]" in front and "(fwd)" behind.  Never NULL. */
char *subject_base(struct arena *arena, const char *subject);

#endif
