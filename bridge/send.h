/* SPDX-License-Identifier: ISC */
/*
 * The contract of mail submission: first compose (the phone's MIME becomes the
 * message that goes out: reply and forward text joined, headers completed),
 * then submit.  The composed message keeps its Bcc field for the Sent copy;
 * submit leaves it out on the wire.  Worker.
 */
#ifndef BRIDGE_SEND_H
#define BRIDGE_SEND_H

#include <stdbool.h>

#include "bridge/fault.h"

struct arena;
struct body;
struct login;

enum outgoing_kind { OUTGOING_NEW, OUTGOING_REPLY, OUTGOING_FORWARD };

struct outgoing {
	enum outgoing_kind kind;
	struct body *mime;   /* as the phone sent it */
	struct body *source; /* the whole source message; NULL: new mail or ReplaceMime */
	/* For REPLY/FORWARD with ReplaceMime: headers of the source, for References; or NULL. */
	const char *source_message_id, *source_references;
	const char *address; /* the account's own address: From when missing or not allowed */
	const char *message_id; /* used when the phone gave none: without angle brackets */
};

struct envelope {
	const char *from;        /* bare address, checked */
	const char **to;         /* bare addresses of To, Cc and Bcc, checked, no doubles */
	unsigned n_to;
	const char *message_id;  /* of the composed message, with angle brackets */
	bool is_8bit;            /* body holds bytes above 127 */
	bool needs_utf8;         /* an address or header needs SMTPUTF8 */
};

/* What became of one recipient the server refused. */
struct refusal {
	const char *address;
	int code;         /* SMTP reply code */
	const char *text; /* first reply line, cleaned */
};

struct refusals {
	struct refusal *list;
	unsigned n;
};

struct sender {
	const struct send_ops *ops;
	struct arena *arena; /* of the request in hand; set by the caller before each use */
	/* the backend's own members follow */
};

struct send_ops {
	const char *name;
	/* ret_message is the caller's, appended to; ret_envelope points into the arena.
	 * BAD_INPUT: the MIME cannot be read or has no usable recipient (n_to 0). */
	enum fault (*compose)(struct arena *arena, const struct outgoing *out,
	    struct body *ret_message, struct envelope *ret_envelope);
	enum fault (*open)(const struct login *login, struct sender **ret_sender);
	void (*close)(struct sender **sender);
	bool (*is_alive)(struct sender *sender);
	/* OK: accepted for every recipient.  REFUSED: for none or only some recipients
	 * (ret->n tells; nothing was sent unless *ret_sent).  TOO_BIG, NO_SPACE, DENIED,
	 * TRY_LATER (nothing sent), BUG.  An end that leaves it unclear whether the message
	 * was taken (connection lost after the final dot) is TRY_LATER with *ret_sent true. */
	enum fault (*submit)(struct sender *sender, const struct envelope *envelope,
	    struct body *message, struct refusals *ret, bool *ret_sent);
};

#endif
