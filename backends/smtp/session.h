/* SPDX-License-Identifier: ISC */
/*
 * One SMTP session: libetpan's mailsmtp (greeting, EHLO, STARTTLS, QUIT) on our own stream, which
 * verifies TLS and keeps deadlines.  AUTH, envelope and data are ours: libetpan cuts commands at
 * 512 bytes, puts addresses in unchecked and wants the message in memory.  Worker.
 */
#ifndef BACKENDS_SMTP_SESSION_H
#define BACKENDS_SMTP_SESSION_H

#include <libetpan/libetpan.h>
#include <stdbool.h>
#include <stdint.h>

#include "bridge/fault.h"
#include "bridge/send.h"

struct login;
struct stream;

enum { SESSION_ID_MAX = 64, SESSION_REPLY_MAX = 500 };

/* A reply of the server: its code and its first line, cleaned.  Code 0: connection lost. */
struct reply {
	int code;
	char text[SESSION_REPLY_MAX];
};

struct session {
	struct sender sender;	/* first: the caller's handle */
	struct stream *stream;
	mailsmtp *smtp;
	bool has_failed;	/* nothing more can be said on this connection */
	bool has_utf8;		/* SMTPUTF8 offered */
	uint64_t received;	/* bytes since the last command: guard against endless replies */
	int64_t timeout_ms;	/* for each command and each piece of data */
	char request_id[SESSION_ID_MAX];
};

/* Connects, encrypts where the URL wants it, logs in. */
enum fault session_open(const struct login *login, struct session **ret_session);
void session_close(struct session **session);

/* libetpan's stream over ours; the caller owns it.  NULL: no memory. */
mailstream *session_mailstream(struct session *session);

/* Connected, and the server has not closed meanwhile. */
bool session_is_alive(struct session *session);

/* Puts a command (with its CRLF) into the buffer; false: connection lost. */
bool session_send(struct session *session, const char *command);
bool session_flush(struct session *session);

/* Reads a whole reply. */
void session_reply(struct session *session, struct reply *ret_reply);

/* Both. */
void session_command(struct session *session, const char *command, struct reply *ret_reply);

bool session_offers(const struct session *session, int extension);

/* Starts the time for the next step anew. */
void session_touch(struct session *session);

/* What a code means for the whole mail. */
enum fault session_fault(const struct reply *reply);

#endif
