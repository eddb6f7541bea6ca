/* SPDX-License-Identifier: ISC */
/*
 * The namespaces of an account (RFC 2342): whose prefix is what, and which character separates.
 * Asked once a connection, through libetpan.  Worker.
 */
#ifndef BACKENDS_IMAP_NAMESPACES_H
#define BACKENDS_IMAP_NAMESPACES_H

#include <stdbool.h>

#include "bridge/fault.h"

struct imap;

enum { NAMESPACES_MAX = 16 };

struct namespace {
	char *prefix;		/* as the server spells it, "INBOX." */
	char separator;		/* 0: no hierarchy */
	bool personal;
};

struct namespaces {
	struct namespace list[NAMESPACES_MAX]; /* the personal ones first */
	unsigned n;		/* 0: not asked yet; else list[0] is the user's own */
};

enum fault namespaces_load(struct imap *imap, struct namespaces *namespaces);
void namespaces_free(struct namespaces *namespaces);

/* The one with the longest prefix that the mailbox begins with.  Never NULL after loading. */
const struct namespace *namespaces_of(const struct namespaces *namespaces, const char *mailbox);

#endif
