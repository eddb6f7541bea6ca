/* SPDX-License-Identifier: ISC */
/*
 * Names of mailboxes: modified UTF-7 (RFC 9051 A.1) both ways, and what well-known names mean in
 * the common languages.  Pure functions.  Worker.
 */
#ifndef BACKENDS_IMAP_NAMES_H
#define BACKENDS_IMAP_NAMES_H

#include <stdbool.h>

struct arena;

enum special { SPECIAL_NONE, SPECIAL_DRAFTS, SPECIAL_SENT, SPECIAL_TRASH, SPECIAL_JUNK,
	SPECIAL_ARCHIVE, N_SPECIALS };

/* Modified UTF-7 to UTF-8.  NULL: not well-formed (then the bytes are to be shown as they are). */
char *name_decode(struct arena *arena, const char *mailbox);

/* UTF-8 to modified UTF-7.  NULL: not UTF-8. */
char *name_encode(struct arena *arena, const char *text);

/* What a folder of this display name (UTF-8) is for, letter case ignored. */
enum special name_special(const char *display_name);

/* What an attribute of LIST means: "\Sent" (RFC 6154), any letter case. */
enum special name_special_use(const char *attribute);

/* The other way; NULL for NONE. */
const char *name_of_special_use(enum special special);

/* The name under which a missing one is created; NULL: never created. */
const char *name_to_create(enum special special);

#endif
