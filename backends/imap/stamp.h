/* SPDX-License-Identifier: ISC */
/*
 * The text within struct stamp of an IMAP folder: "v1 n42 c17 m1234" (UIDVALIDITY, UIDNEXT,
 * MESSAGES, HIGHESTMODSEQ), or "v1 n42 c17 u3" (UNSEEN) where the mailbox has no mod-sequences.
 * Worker and watch print the same text, since stamps are compared byte by byte.
 */
#ifndef BACKENDS_IMAP_STAMP_H
#define BACKENDS_IMAP_STAMP_H

#include <stdbool.h>
#include <stdint.h>

struct stamp;
struct imap_response;

/* The words of STATUS that a stamp is made from, with and without CONDSTORE (RFC 7162). */
#define STAMP_STATUS_CONDSTORE "MESSAGES UNSEEN UIDNEXT UIDVALIDITY HIGHESTMODSEQ"
#define STAMP_STATUS_PLAIN "MESSAGES UNSEEN UIDNEXT UIDVALIDITY"

struct imap_state {
	uint32_t uidvalidity;	/* 0: not known */
	uint32_t uidnext;
	uint32_t messages;
	uint32_t unseen;
	uint64_t modseq;	/* 0: none */
};

void stamp_print(const struct imap_state *state, struct stamp *ret_stamp);

/* false: empty, or not of this form. */
bool stamp_parse(const struct stamp *stamp, struct imap_state *ret_state);

/* Out of "* STATUS mailbox (...)", solicited or not.  ret_mailbox: its name as spelled.  false: the
 * response is none, or says too little for a stamp. */
bool stamp_from_status(const struct imap_response *response, const char **ret_mailbox,
    struct imap_state *ret_state);

#endif
