/* SPDX-License-Identifier: ISC */
/*
 * One logged-in IMAP connection: a libetpan session (greeting, capabilities, STARTTLS, tags,
 * mailbox commands) over our transport, and the scanner beside it.  Opened by login, kept by the
 * worker for later requests of the account.
 */
#ifndef BACKENDS_IMAP_CONNECTION_H
#define BACKENDS_IMAP_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libetpan/libetpan.h>

#include "backends/imap/scanner.h"
#include "backends/imap/stamp.h"
#include "bridge/base/buf.h"
#include "bridge/fault.h"

struct login;
struct transport;

/* Capabilities that change what we do. */
enum imap_cap {
	CAP_LITERAL_PLUS = 1 << 0,
	CAP_LITERAL_MINUS = 1 << 1,
	CAP_SASL_IR = 1 << 2,
	CAP_AUTH_PLAIN = 1 << 3,
	CAP_LOGIN_DISABLED = 1 << 4,
	CAP_ID = 1 << 5,
	CAP_ENABLE = 1 << 6,
	CAP_NAMESPACE = 1 << 7,
	CAP_CONDSTORE = 1 << 8,
	CAP_QRESYNC = 1 << 9,
	CAP_UIDPLUS = 1 << 10,
	CAP_MOVE = 1 << 11,
	CAP_ESEARCH = 1 << 12,
	CAP_LIST_EXTENDED = 1 << 13,
	CAP_SPECIAL_USE = 1 << 14,
	CAP_CREATE_SPECIAL_USE = 1 << 15,
	CAP_XLIST = 1 << 16,
	CAP_OBJECTID = 1 << 17,
	CAP_UTF8 = 1 << 18,
	CAP_UNSELECT = 1 << 19,
	CAP_STARTTLS = 1 << 20,
	CAP_IMAP4REV2 = 1 << 21,
};

/* The mailbox that is selected. */
struct selected {
	char *name;		/* NULL: none */
	struct imap_state state; /* messages and modseq follow the server's reports */
	struct imap_state status; /* what STATUS last said of it */
	bool status_holds;	/* and nothing was reported since */
	bool no_modseq;
	bool keywords;		/* new keywords may be made */
	bool read_only;
	int64_t since_ms;	/* when it was selected */
};

/* A command that was answered before its turn. */
struct imap_done {
	unsigned tag;		/* 0: free */
	unsigned char status;	/* enum imap_status */
	char code[32];
	char text[160];
};

enum { IMAP_DONE_MAX = 128 };

struct imap {
	struct transport *transport;
	mailimap *session;
	mailstream *stream;	/* the session's */
	size_t in_used;		/* of the stream's read buffer, taken by the scanner */
	struct imap_scanner *scanner;
	struct buf out;		/* commands not yet flushed */
	struct imap_done *done;	/* IMAP_DONE_MAX of them */
	unsigned caps;
	bool caps_fresh;	/* the server told them since the log-in began */
	uint64_t append_limit;	/* 0: none said */
	bool dead;
	bool qresync, condstore; /* enabled on this connection */
	bool utf8;		/* UTF8=ACCEPT is enabled: names are UTF-8 */
	struct selected selected;
	char *account, *host;	/* for logs */
};

/* OK, DENIED, TRY_LATER, CANNOT.  One log line either way. */
enum fault imap_open(const struct login *login, struct imap **ret_imap);
void imap_close(struct imap **imap);

bool imap_has(const struct imap *imap, enum imap_cap cap);

/* Makes the mailbox the selected one, if it is not already.  FOLDER_GONE, TRY_LATER. */
enum fault imap_select(struct imap *imap, const char *mailbox);
/* Gives up the selection (so that the mailbox can be deleted, renamed or opened afresh). */
enum fault imap_unselect(struct imap *imap);

/* Takes in what a response says about connection and selection; every response passes here. */
void imap_observe(struct imap *imap, const struct imap_response *response);

#endif
