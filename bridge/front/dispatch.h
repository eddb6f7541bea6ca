/* SPDX-License-Identifier: ISC */
/*
 * Between the parts: complete requests to the pool, outcomes back to clients or into the park, the
 * park's wishes to watch and pool.  Holds no state of its own.  Process: front.
 */
#ifndef BRIDGE_FRONT_DISPATCH_H
#define BRIDGE_FRONT_DISPATCH_H

#include "bridge/front/park.h"
#include "bridge/front/pool.h"

struct client;
struct front;

/* Header lines of a 503: soon again, or when the crowd has gone. */
#define DISPATCH_RETRY "Retry-After: 10\r\n"
#define DISPATCH_RETRY_CROWD "Retry-After: 30\r\n"
#define DISPATCH_RETRY_HOUR "Retry-After: 3600\r\n"

/* The client's job is complete. */
void dispatch_request(struct front *front, struct client *client);

/* The client lets go of its request: out of the park, out of the queue. */
void dispatch_leave(struct front *front, struct client *client);

/* The line of sync.log for a request that no worker saw to its end. */
void dispatch_log(const struct client *client, int http, const char *reason);

/* Outcomes; ctx is the front. */
extern const struct pool_ops dispatch_pool_ops;
extern const struct park_ops dispatch_park_ops;

/* For peer_fn of the watches; ctx is the front. */
void dispatch_watch(void *ctx, struct ipc_message *message);
void dispatch_old_watch(void *ctx, struct ipc_message *message);

/* A watch has come; one that was there before is kept until everything is subscribed again. */
void dispatch_watch_new(struct front *front, struct ipc_end *end);

#endif
