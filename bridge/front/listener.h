/* SPDX-License-Identifier: ISC */
/*
 * The listening sockets, which the parent opened: accepts at a bounded rate, and not at all while
 * the table of clients is full.  Process: front.
 */
#ifndef BRIDGE_FRONT_LISTENER_H
#define BRIDGE_FRONT_LISTENER_H

#include <stdbool.h>
#include <stdint.h>

struct clients;
struct event_base;
struct listener_set;

/* NULL: no memory. */
struct listener_set *listener_set_new(struct event_base *base, struct clients *clients);
void listener_set_free(struct listener_set **listeners);

struct listener_facts {
	unsigned number, n; /* this one, of so many */
	bool tls, proxy;
};

/* Takes over the socket.  With the last of a set those of the set before are closed. */
void listener_set_add(struct listener_set *listeners, int fd, const struct listener_facts *facts);

/* A reload: the sockets that come now are a new set. */
void listener_set_renew(struct listener_set *listeners);

/* No more connections, for good. */
void listener_set_stop(struct listener_set *listeners);

/* Does what is due; returns when to come again. */
int64_t listener_set_run(struct listener_set *listeners);

#endif
