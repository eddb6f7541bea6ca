/* SPDX-License-Identifier: ISC */
/*
 * The tree of a message's parts, as IMAP's BODYSTRUCTURE gives it or as mimeread finds it in raw
 * bytes.  Plain data: strings are never decoded (RFC 2047, RFC 2231) here.  Whoever builds a tree
 * keeps to LIMIT_MIME_DEPTH and LIMIT_MIME_PARTS, so walking it by recursion is safe; text that
 * comes from outside goes through mime_lower for the members that say "lower case".
 * All memory is the arena's of the builder.  Worker.
 */
#ifndef BACKENDS_FORMATS_MIME_H
#define BACKENDS_FORMATS_MIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

struct mime_param {
	const char *name;	/* lower case, with the marks of RFC 2231: "filename*0*" */
	const char *value;	/* unquoted, else as it stood */
};

struct mime_params {
	struct mime_param *list;
	unsigned n;
};

/* Pointers are NULL where the message says nothing, unless noted. */
struct mime_part {
	const char *type;	/* lower case, never NULL: "text", "multipart" */
	const char *subtype;	/* lower case, never NULL */
	struct mime_params params;
	const char *id;		/* Content-ID with its angle brackets */
	const char *description;
	const char *encoding;	/* Content-Transfer-Encoding, lower case, never NULL */
	uint64_t octets;	/* size as encoded (leaves and message/rfc822) */
	uint64_t lines;
	const char *disposition; /* lower case */
	struct mime_params disposition_params;
	const char *md5;
	const char *language;	/* the first, if several */
	const char *location;
	const char *subject;	/* message/rfc822: of the enclosed envelope, undecoded */
	const char *section;	/* set by mime_number: "" for a multipart root, "1", "2.1" */
	struct mime_part *parent;
	struct mime_part *child; /* multipart: the first; message/rfc822: its content */
	struct mime_part *next;
	/* Only in trees made by mimeread: where the part lies in the raw message. */
	uint64_t header_at;	/* first byte of its header block */
	uint64_t body_at;	/* first byte behind the empty line; octets bytes from here */
};

/* A part with every "never NULL" member set: text/plain, 7bit. */
struct mime_part *mime_new(struct arena *arena);

/* Puts child behind the children parent has; O(their number) unless last is kept by the caller. */
void mime_append(struct mime_part *parent, struct mime_part *child);

/* Numbers the whole tree as IMAP does (RFC 9051 6.4.5.1).  A root that is not multipart is "1". */
void mime_number(struct arena *arena, struct mime_part *root);

/* The part of that section; NULL: none.  "" is the root. */
struct mime_part *mime_find(struct mime_part *root, const char *section);

/* The next part in document order below root, NULL at the end: for loops without recursion.
 * Does not enter message/rfc822 unless it is root. */
struct mime_part *mime_next(const struct mime_part *root, const struct mime_part *part);

/* type NULL: any; subtype NULL: any. */
bool mime_is(const struct mime_part *part, const char *type, const char *subtype);

/* The raw value; NULL: none.  For file names use params_get. */
const char *mime_param(const struct mime_params *params, const char *name);

/* A lower-case copy; NULL gives NULL. */
const char *mime_lower(struct arena *arena, const char *text);

#endif
