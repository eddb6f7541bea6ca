/* SPDX-License-Identifier: ISC */
/*
 * What the parts of a worker share: one request served from its message to its
 * answer.  Worker.
 */
#ifndef BRIDGE_WORKER_WORKER_H
#define BRIDGE_WORKER_WORKER_H

#include "bridge/ipc.h"

struct arena;
struct request;
struct response;
struct state;

struct worker {
	struct ipc_end *control, *front;
	struct arena *arena;
	struct state *state;        /* NULL while it cannot be opened */
	struct state *guests;       /* in memory: for devices that only try (R50) */
	unsigned slot;
};

/* Serves one REQUEST; message's descriptors are taken or closed.  False: the front is gone. */
bool serve(struct worker *worker, struct ipc_message *message);

/* Sends what the handler decided. */
bool reply_send(struct worker *worker, struct request *request, struct response *response);

#endif
