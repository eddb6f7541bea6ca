/* SPDX-License-Identifier: ISC */
/*
 * Who waits for what: one subscription per held request.  It ends by firing (the
 * front is told once), or when the front takes it back.  Process: watch.
 */
#ifndef BRIDGE_WATCH_SUBSCRIPTION_H
#define BRIDGE_WATCH_SUBSCRIPTION_H

#include "bridge/ipc.h"

struct event_base;

/* Tells the front; the subscription is gone. */
typedef void subscription_fire_fn(uint64_t park, const char *reason);

void subscription_start(struct event_base *base, subscription_fire_fn *fire);
void subscription_add(const struct ipc_subscribe *message);
void subscription_remove(uint64_t park);
void subscription_remove_all(void);

#endif
