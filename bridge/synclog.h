/* SPDX-License-Identifier: ISC */
/*
 * One line of sync.log: the fields and their order, in one place.  The worker writes a line for
 * each command that it ran; front writes those of requests that no worker saw (401 from memory,
 * 400, 413, 503).  Never a secret: no password, no message text.
 */
#ifndef BRIDGE_SYNCLOG_H
#define BRIDGE_SYNCLOG_H

#include <stdint.h>

/*
 * Zeroed is "nothing known": NULL and "" print "-", and so do a status or http of 0 and a number
 * below 0.  Strings may come from outside: they are quoted, cleaned and cut.
 */
struct synclog {
	const char *id;          /* of the request, 8 hex digits */
	const char *user;
	const char *device;
	const char *type;        /* of the device */
	const char *version;     /* of the protocol, "14.1" */
	const char *cmd;
	const char *collections; /* with keys, "5:12,7:3" */
	const char *in;          /* counts from the phone, "add=1" */
	const char *out;         /* counts to the phone */
	int status;              /* of the command */
	int http;
	int64_t ms;              /* from the request's last byte to the answer */
	int64_t up_ms;           /* of these: waiting for upstream servers */
	int64_t bytes_in;        /* body of the request */
	int64_t bytes_out;       /* body of the answer */
	const char *reason;      /* why it failed */

	/* Printed behind all others, only where set: "auth-failed" and who it was, for fail2ban. */
	const char *event;
	const char *peer;
};

/* Stamps the line with the wall clock and writes it. */
void synclog_write(const struct synclog *line);

#endif
