/* SPDX-License-Identifier: ISC */
/*
 * All mailboxes of an account as LIST gives them, with ancestors that the server did not list put
 * in, sorted so that parents come first, and with what each is for.  Memory is the request's.
 * Worker.
 */
#ifndef BACKENDS_IMAP_LIST_H
#define BACKENDS_IMAP_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "backends/imap/names.h"
#include "bridge/fault.h"

struct imap_store;

struct listed {
	const char *id;		/* as the server spells it */
	const char *parent;	/* NULL: at the root */
	const char *display;	/* last component, UTF-8 */
	const char *path;	/* the whole name, UTF-8 */
	const char *identity;	/* MAILBOXID; NULL: none */
	char separator;		/* 0: none */
	bool inbox, no_select, subscribed, hidden, personal;
	enum special use;	/* what the server says it is for */
	enum special special;	/* what it is taken for in the end, at most one each */
};

struct list {
	struct listed *list;
	size_t n, cap;
};

/* Asks the server. */
enum fault list_load(struct imap_store *store, struct list *ret_list);

/* Settings first, then the server's word, then well-known names; missing ones are created where
 * that is allowed.  The store remembers the result. */
enum fault list_assign(struct imap_store *store, struct list *list);

/* A further one (just created), in its place. */
void list_add(struct imap_store *store, struct list *list, const char *id);

#endif
