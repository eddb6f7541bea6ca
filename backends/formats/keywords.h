/* SPDX-License-Identifier: ISC */
/*
 * IMAP keywords and EAS categories, a reversible naming: an ASCII atom stays as it is, a space
 * becomes "_", everything that an atom or our reading could mistake goes into modified UTF-7
 * (RFC 9051 A.1).  System keywords ($..., Junk, ...) are no categories and stay untouched.  Worker.
 */
#ifndef BACKENDS_FORMATS_KEYWORDS_H
#define BACKENDS_FORMATS_KEYWORDS_H

struct arena;

/* The category a keyword stands for; NULL: none of the user's business. */
const char *keyword_to_category(struct arena *arena, const char *keyword);

/* The keyword for a category; NULL: empty or not expressible (longer than 200 bytes). */
const char *keyword_from_category(struct arena *arena, const char *category);

#endif
