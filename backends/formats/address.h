/* SPDX-License-Identifier: ISC */
/*
 * Address lists of header fields: read with all the broken forms of the wild, printed as phones
 * want them, and checked strictly before one goes into an SMTP envelope.  Groups are flattened.
 * Input is an unfolded raw value (header_raw).  Linear time, bounded number.  Worker.
 */
#ifndef BACKENDS_FORMATS_ADDRESS_H
#define BACKENDS_FORMATS_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

struct address {
	const char *name;	/* decoded display name; "": none */
	const char *address;	/* local@domain as it stood; "": none (unusable) */
};

struct addresses {
	struct address *list;
	unsigned n;
};

/*
 * join: for display, "Foo, Bar <x@y>" is one person.  Else for sending: what has no address, or
 * two, stays an entry with address "".
 */
void address_parse(struct arena *arena, const char *value, bool join, struct addresses *ret);

/* `"Name" <a@b>` joined by separator, whole entries of at most max bytes in all. */
char *address_print(struct arena *arena, const struct addresses *list, const char *separator,
    size_t max);

/* Names only, the address where there is none. */
char *address_print_names(struct arena *arena, const struct addresses *list, size_t max);

/*
 * Fit for MAIL FROM and RCPT TO: local@domain, at most 254 bytes, no control characters, no blanks
 * or angle brackets, local part a dot-atom or a quoted string without blanks, domain letters,
 * digits, hyphens and dots or an address literal; above ASCII only valid UTF-8.
 */
bool address_is_safe(const char *address);

/* Has bytes above 127: needs SMTPUTF8. */
bool address_needs_utf8(const char *address);

#endif
