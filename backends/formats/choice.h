/* SPDX-License-Identifier: ISC */
/*
 * Which parts of a message are its text, for a reader of HTML or of plain text, and what else it
 * holds: attachments, the invitation, the signature.  Only structure is looked at.  Worker.
 */
#ifndef BACKENDS_FORMATS_CHOICE_H
#define BACKENDS_FORMATS_CHOICE_H

#include <stdbool.h>

#include "backends/formats/mime.h"

enum { CHOICE_MAX = 8 };

/* The parts that make the body, in order. */
struct choice {
	const struct mime_part *parts[CHOICE_MAX];
	unsigned n;
	bool has_html;		/* one of them is HTML */
};

/* html: the richest alternative; else the plainest. */
void choice_make(const struct mime_part *root, bool html, struct choice *ret_choice);

bool choice_is_html(const struct mime_part *part);

/* How S/MIME and PGP matter to us. */
enum protection {
	PROTECTION_NONE,
	PROTECTION_SIGNED,	/* multipart/signed, S/MIME: text is readable */
	PROTECTION_OPAQUE,	/* application/pkcs7-mime: encrypted, or signed and wrapped */
	PROTECTION_PGP_SIGNED,
	PROTECTION_PGP_ENCRYPTED,
};

enum protection choice_protection(const struct mime_part *root);

/* The first text/calendar, else application/ics; NULL: none. */
const struct mime_part *choice_calendar(const struct mime_part *root);

/* multipart/report: the machine-readable part; NULL: none. */
const struct mime_part *choice_report(const struct mime_part *root);

/* Is this leaf one of what a phone lists as attachments?  calendar: the invitation, if the mail is
 * a meeting mail, else NULL. */
bool choice_is_attachment(const struct mime_part *root, const struct mime_part *part,
    const struct choice *text, const struct mime_part *calendar);

/* Has a file name in any form. */
bool choice_has_name(const struct mime_part *part);

#endif
