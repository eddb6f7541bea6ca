/* SPDX-License-Identifier: ISC */
/*
 * Which messages a user's devices have handed in lately, so that a retry after a
 * lost answer sends nothing twice (R74).  A message is known by its ClientId and
 * device, before 14.0 by its digest.  Worker.
 */
#ifndef BRIDGE_COMMANDS_JOURNAL_H
#define BRIDGE_COMMANDS_JOURNAL_H

#include "bridge/base/crypto.h"
#include "bridge/fault.h"

struct body;
struct request;

enum journal_state {
	JOURNAL_NEW,      /* never seen: entered as begun */
	JOURNAL_BEGUN,    /* begun just now by another request that may still be at it */
	JOURNAL_SENT,     /* accepted by the server */
};

struct journal_entry {
	char name[2 * SHA256_SIZE + 16];
	char message_id[64]; /* made when first seen, kept over retries; without brackets */
};

/* client_id NULL: the message's digest stands for it.  Enters the message as begun unless it is
 * there.  An entry begun long ago (a crash) counts as new, with the same message_id. */
enum fault journal_begin(struct request *request, const char *client_id, struct body *mime,
    enum journal_state *ret_state, struct journal_entry *ret_entry);

/* The message went out. */
enum fault journal_sent(struct request *request, const struct journal_entry *entry);

/* It surely did not: a retry is new. */
void journal_failed(struct request *request, const struct journal_entry *entry);

#endif
