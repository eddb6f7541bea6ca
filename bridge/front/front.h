/* SPDX-License-Identifier: ISC */
/*
 * The root object of the front process: one of everything.  It is made by front_main and known to
 * those parts that have to reach others (clients, listeners, dispatch).  Process: front.
 */
#ifndef BRIDGE_FRONT_FRONT_H
#define BRIDGE_FRONT_FRONT_H

#include <stdbool.h>
#include <stdint.h>

#include "bridge/front/peer.h"

struct clients;
struct event;
struct event_base;
struct listener_set;
struct park;
struct pool;
struct proof;
struct role_start;
struct tls;

enum { FRONT_ID = 9 }; /* 8 hex digits and a NUL */

struct front {
	struct event_base *base;
	struct event *timer;
	struct peer control;                  /* the parent */
	struct peer watch, old_watch;
	struct ipc_message *control_space, *peer_space;
	struct tls *tls;
	struct proof *proof;
	struct pool *pool;
	struct park *park;
	struct clients *clients;
	struct listener_set *listeners;

	uint32_t last_id;                     /* of a request */
	bool plain_told;                      /* a password came in plain: it is in the log */

	bool draining;
	int64_t over_ms;                      /* draining: exit then, whatever is left */
	int64_t status_ms;                    /* when the parent was told how we are */
	char status[128];
};

/* Makes everything but listeners and peers, from the global config.  NULL: the log says why. */
struct front *front_new(struct role_start *start);
void front_free(struct front **front);

/* The id of the next request, for logs. */
void front_new_id(struct front *front, char ret_id[FRONT_ID]);

/* Does all that is due; returns when to come again (now_ms() scale, INT64_MAX: no need). */
int64_t front_run(struct front *front);

/* The whole work is done, or has to be left undone. */
bool front_is_over(const struct front *front);

#endif
