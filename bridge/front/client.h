/* SPDX-License-Identifier: ISC */
/*
 * One client connection and what it is at.  Clients live in the table of clients.h and are known to
 * others by serial: every request gets a new one, so that an answer meant for an earlier request,
 * or for another client of the same slot, finds nobody.  Process: front.
 *
 *   PROXY -> HANDSHAKE -> HEAD -> BODY -> WORK <-> HELD -> ANSWER -> HEAD ... LINGER
 */
#ifndef BRIDGE_FRONT_CLIENT_H
#define BRIDGE_FRONT_CLIENT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include <event2/event.h>
#include <event2/event_struct.h>

#include "bridge/base/buf.h"
#include "bridge/front/admit.h"
#include "bridge/front/answer.h"
#include "bridge/front/conn.h"
#include "bridge/front/deadline.h"

struct clients;
struct hold;
struct intake;
struct job;

enum client_state {
	CLIENT_FREE,
	CLIENT_PROXY,     /* a PROXY header comes first */
	CLIENT_HANDSHAKE, /* of TLS */
	CLIENT_HEAD,      /* a request's head, or nothing yet */
	CLIENT_BODY,
	CLIENT_WORK,      /* in the queue or with a worker */
	CLIENT_HELD,      /* in the park */
	CLIENT_ANSWER,    /* being written */
	CLIENT_LINGER,    /* half closed: the answer must survive what still comes */
};

struct client {
	struct deadline deadline; /* first member: the heap leads back to the client */
	enum client_state state;
	struct clients *clients;
	uint64_t serial;          /* of the request at hand */
	struct conn conn;
	struct event event;
	short armed;              /* what event waits for */
	bool tls, proxy;          /* of its listener */
	bool near;                /* the socket's peer is a trusted proxy or this machine */
	bool running;             /* client_run is at it */
	bool deaf;                /* no room for bytes that come ahead of their time */
	bool cut;                 /* the request was not read to its end: close behind the answer */
	bool idle;                /* kept alive without a request; in the list of clients.h */
	uint8_t interim;          /* bytes of "100 Continue" not yet written */
	uint32_t record;          /* in the park */
	uint32_t next, prev;      /* free list or idle list, places from 1 */
	int64_t until;            /* WORK: patience with the workers */
	struct sockaddr_storage peer;
	struct buf in;            /* bytes received and not used yet: one head at most */
	struct http_head *head;   /* while it comes in */
	struct answer_style style;
	struct admit refusal;     /* status 0: none; to be said when the body has been read */
	struct intake *intake;
	struct job *job;
	struct hold *hold;
	struct answer *answer;
	char id[9];               /* of the request at hand, for the log */
};

/* Goes on with whatever it can do now, and arms its event for the rest. */
void client_run(struct client *client);

/* Its deadline has come. */
void client_expire(struct client *client);

/* Answers the request at hand and lets go of all that was going on for it.  A file in reply
 * becomes the client's in any case. */
void client_answer(struct client *client, const struct reply *reply);

/* Answers with a status and no body, and writes the line of sync.log that no worker will write;
 * reason NULL: no line.  headers: further lines. */
void client_refuse(struct client *client, int status, const char *headers, const char *reason);

/* The request was taken by the pool, or went into the park. */
void client_works(struct client *client);
void client_waits(struct client *client);

/* The worker asked for patience (hold.h); the client owns it from here on. */
void client_holds(struct client *client, struct hold *hold);

/* Ends the connection now; whatever was going on for it is called off. */
void client_close(struct client *client);

#endif
