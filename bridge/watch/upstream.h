/* SPDX-License-Identifier: ISC */
/*
 * One account's connection for watching, shared by all its devices: opened with
 * the first subscription, kept for a while after the last, opened again when it
 * is lost.  Process: watch.
 */
#ifndef BRIDGE_WATCH_UPSTREAM_H
#define BRIDGE_WATCH_UPSTREAM_H

#include <stdbool.h>

#include "bridge/ipc.h"
#include "bridge/store.h"

struct event_base;
struct upstream;

/* What upstreams tell: a folder's state, or that this login is refused (then all subscriptions
 * are over and the upstream is freed after the call). */
struct upstream_ops {
	void (*state)(struct upstream *upstream, const char *folder, const struct stamp *stamp);
	void (*refused)(struct upstream *upstream);
};

/* Once at start. */
void upstream_start(struct event_base *base, const struct upstream_ops *ops);

/* The upstream of that account and store, made if need be.  NULL: no memory, no such store, or
 * the host has as many as it may. */
struct upstream *upstream_get(const struct ipc_subscribe *message);

/* Its state is told as soon as it is known, and whenever it changes. */
void upstream_want(struct upstream *upstream, const char *folder, const struct stamp *stamp);
void upstream_unwant(struct upstream *upstream, const char *folder);

/* Subscriptions come and go; the upstream of none is closed after a while. */
void upstream_hold(struct upstream *upstream);
void upstream_release(struct upstream *upstream);

/* Head of the caller's list of subscriptions. */
void **upstream_list(struct upstream *upstream);

unsigned upstream_count(void);
void upstream_close_all(void);

#endif
