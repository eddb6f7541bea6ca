/* SPDX-License-Identifier: ISC */
/*
 * libetpan's transport, made by us over base/stream.h: TLS is verified, the end of the connection
 * is an error (libetpan takes it for "nothing yet" and loops), every wait has a deadline, and what
 * arrives passes the guard before any parser sees it.  Worker.
 *
 * Two deadlines: `timeout` without progress, where a whole response or 64 KiB are progress, and
 * twice the timeout for one command in all, however it drips.
 */
#ifndef BACKENDS_IMAP_TRANSPORT_H
#define BACKENDS_IMAP_TRANSPORT_H

#include <stdbool.h>
#include <stdint.h>

#include <libetpan/libetpan.h>

#include "backends/imap/guard.h"

struct login;
struct stream;

struct transport {
	struct stream *stream;
	struct guard in, out;
	int64_t timeout;	/* ms */
	int64_t hard;		/* now_ms() at which the command in hand has failed */
	uint64_t unmarked;	/* bytes since the last progress */
	bool secret;		/* what is sent now must not be traced */
	bool failed;
	const char *error;	/* one line, "" while all is well; borrowed */
	char request_id[64];
};

/* Connects (TLS from the first byte with imaps:).  NULL: ret_error (size bytes) says why. */
struct transport *transport_open(const struct login *login, char *ret_error, size_t size);
void transport_free(struct transport **transport);

/* The stream for libetpan; it does not own the transport.  NULL: no memory. */
mailstream *transport_mailstream(struct transport *transport);

/* A new command begins: both deadlines start. */
void transport_begin(struct transport *transport);
/* The server got something done. */
void transport_progress(struct transport *transport);

bool transport_start_tls(struct transport *transport);

#endif
