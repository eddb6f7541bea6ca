/* SPDX-License-Identifier: ISC */
/*
 * The table of client connections, its size fixed at start: free slots, the kept-alive idle ones
 * in order of age, deadlines.  Process: front.
 */
#ifndef BRIDGE_FRONT_CLIENTS_H
#define BRIDGE_FRONT_CLIENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "bridge/front/deadline.h"

struct client;
struct front;

enum { CLIENTS_SCRATCH = 64 * 1024 };

struct clients {
	struct front *front;
	struct client *table;
	uint32_t max, n;
	uint32_t used;             /* slots ever used; the memory of the others is untouched */
	uint32_t free;             /* list of free ones among these */
	uint32_t oldest, youngest; /* ends of the idle list */
	struct deadlines deadlines;
	uint64_t counter;          /* of serials */
	bool sees_close;           /* the event loop reports a closed peer without reading */
	uint8_t *scratch;          /* where bytes are read to; valid until the next read */
};

/* How a connection came in. */
struct arrival {
	int fd;
	struct sockaddr_storage peer;
	bool tls, proxy;
};

/* NULL: no memory. */
struct clients *clients_new(struct front *front, uint32_t max);
void clients_free(struct clients **clients);

/* Takes over the connection; when the table is full the oldest idle client makes room.  False:
 * there is none; the descriptor is closed. */
bool clients_accept(struct clients *clients, const struct arrival *arrival);
bool clients_has_room(const struct clients *clients);

/* A new serial for the client's next request. */
uint64_t clients_serial(struct clients *clients, const struct client *client);

/* NULL: that request is over. */
struct client *clients_find(const struct clients *clients, uint64_t serial);

void clients_idle_add(struct clients *clients, struct client *client);
void clients_idle_remove(struct clients *clients, struct client *client);
void clients_close_idle(struct clients *clients);

/* The slot is free again. */
void clients_give_back(struct clients *clients, struct client *client);

/* Does what is due; returns when to come again. */
int64_t clients_run(struct clients *clients);

#endif
