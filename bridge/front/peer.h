/* SPDX-License-Identifier: ISC */
/*
 * An end of a message pair in the event loop: receives whole messages, flushes what the other
 * side was too slow for.  Owned by whoever talks to that process.  Process: front.
 */
#ifndef BRIDGE_FRONT_PEER_H
#define BRIDGE_FRONT_PEER_H

#include <stdbool.h>

#include "bridge/ipc.h"

struct event;
struct event_base;

/* A message came; NULL: the other side is gone, or broke the rules (the log says so), and the peer
 * is closed already.  The function may close the peer itself. */
typedef void peer_fn(void *ctx, struct ipc_message *message);

/* Zeroed: closed. */
struct peer {
	struct ipc_end *end;        /* NULL: closed */
	struct event *reads, *writes;
	struct ipc_message *space;  /* borrowed; where messages are decoded */
	peer_fn *fn;
	void *ctx;
};

/* Takes over the end.  peer->space, fn and ctx are set by the caller before.  False: no memory;
 * the end is closed. */
bool peer_open(struct peer *peer, struct event_base *base, struct ipc_end *end);
void peer_close(struct peer *peer);

/* After something was sent: sees to what could not leave yet. */
void peer_sent(struct peer *peer);

/* Handles what has arrived.  Also called for what a dead process has left behind. */
void peer_pump(struct peer *peer);

#endif
