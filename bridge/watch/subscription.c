/* SPDX-License-Identifier: ISC */
/*
 * Each subscription brings the stamps that its device has seen, so a state that
 * comes from upstream is news to one device and stale to another.  Comparing
 * here, and not in the watcher, lets devices of one account share a connection.
 * Process: watch.
 */
#include "bridge/watch/subscription.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/base/log.h"
#include "bridge/watch/upstream.h"

enum { BUCKETS = 1 << 14, REASON_SIZE = 128 };

struct seen {
	char *folder;
	struct stamp stamp;
};

struct subscription {
	struct subscription *next, **back;       /* in its bucket */
	struct subscription *peer, **peer_back;  /* of the same upstream */
	struct upstream *upstream;
	uint64_t park;
	uint32_t latency_ms;
	struct event *timer;                     /* running while a change is held back */
	char reason[REASON_SIZE];
	unsigned n;
	struct seen seen[];
};

static struct {
	struct event_base *base;
	subscription_fire_fn *fire;
	struct subscription *buckets[BUCKETS];
} role;

static struct subscription **
bucket(uint64_t park)
{
	return &role.buckets[(park ^ park >> 20) % BUCKETS];
}

static struct subscription *
find(uint64_t park)
{
	struct subscription *one = *bucket(park);

	while (one && one->park != park)
		one = one->next;
	return one;
}

static void
unlink_all(struct subscription *one)
{
	if (one->back) {
		*one->back = one->next;
		if (one->next)
			one->next->back = one->back;
	}
	if (one->peer_back) {
		*one->peer_back = one->peer;
		if (one->peer)
			one->peer->peer_back = one->peer_back;
	}
}

static void
drop(struct subscription *one)
{
	unlink_all(one);
	for (unsigned i = 0; i < one->n; i++) {
		if (one->upstream)
			upstream_unwant(one->upstream, one->seen[i].folder);
		free(one->seen[i].folder);
	}
	if (one->upstream)
		upstream_release(one->upstream);
	if (one->timer)
		event_free(one->timer);
	free(one);
}

static void
fire(struct subscription *one)
{
	uint64_t park = one->park;
	char reason[REASON_SIZE];

	memcpy(reason, one->reason, sizeof(reason));
	drop(one);
	role.fire(park, reason);
}

static void
on_timer(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	fire(ctx);
}

/* At once, or after the domain's notification_latency. */
static void
fire_soon(struct subscription *one)
{
	struct timeval tv = { one->latency_ms / 1000, one->latency_ms % 1000 * 1000 };

	if (one->timer)
		return;
	one->timer = one->latency_ms ? evtimer_new(role.base, on_timer, one) : NULL;
	if (one->timer)
		event_add(one->timer, &tv);
	else
		fire(one);
}

static bool
is_news(const struct subscription *one, const char *folder, const struct stamp *stamp)
{
	for (unsigned i = 0; i < one->n; i++)
		if (!strcmp(one->seen[i].folder, folder))
			return !stamp->len || !stamp_is_equal(&one->seen[i].stamp, stamp);
	return false;
}

static void
on_state(struct upstream *upstream, const char *folder, const struct stamp *stamp)
{
	/* a copy: firing may drop the folder's name with its last user */
	char *copy = strdup(folder);
	struct subscription *next;

	for (struct subscription *one = *upstream_list(upstream); copy && one; one = next) {
		next = one->peer;
		if (!is_news(one, copy, stamp))
			continue;
		snprintf(one->reason, sizeof(one->reason), "folder %.100s", copy);
		fire_soon(one);
	}
	free(copy);
}

static void
on_refused(struct upstream *upstream)
{
	struct subscription *one;

	while ((one = *upstream_list(upstream))) {
		snprintf(one->reason, sizeof(one->reason), "denied");
		fire(one);
	}
}

void
subscription_start(struct event_base *base, subscription_fire_fn *fire_fn)
{
	static const struct upstream_ops ops = { on_state, on_refused };

	role.base = base;
	role.fire = fire_fn;
	upstream_start(base, &ops);
}

static struct subscription *
subscription_new(const struct ipc_subscribe *message)
{
	unsigned n = message->watched.n;
	struct subscription *one = calloc(1, sizeof(*one) + n * sizeof(one->seen[0]));

	if (!one)
		return NULL;
	one->park = message->park;
	one->latency_ms = message->latency_ms;
	for (; one->n < n; one->n++) {
		const struct ipc_watched *watched = &message->watched.list[one->n];
		struct seen *seen = &one->seen[one->n];

		seen->folder = strdup(watched->folder);
		if (!seen->folder || watched->stamp.len > sizeof(seen->stamp.bytes)) {
			one->n += seen->folder != NULL;
			drop(one);
			return NULL;
		}
		seen->stamp.len = (uint8_t)watched->stamp.len;
		memcpy(seen->stamp.bytes, watched->stamp.data, watched->stamp.len);
	}
	return one;
}

static void
link_to(struct subscription *one, struct subscription **head)
{
	one->next = *head;
	one->back = head;
	if (one->next)
		one->next->back = &one->next;
	*head = one;
}

static void
attach(struct subscription *one, struct upstream *upstream)
{
	struct subscription **head = (struct subscription **)upstream_list(upstream);

	one->upstream = upstream;
	one->peer = *head;
	one->peer_back = head;
	if (one->peer)
		one->peer->peer_back = &one->peer;
	*head = one;
	upstream_hold(upstream);
	for (unsigned i = 0; i < one->n; i++)
		upstream_want(upstream, one->seen[i].folder, &one->seen[i].stamp);
}

void
subscription_add(const struct ipc_subscribe *message)
{
	struct upstream *upstream;
	struct subscription *one;

	subscription_remove(message->park);
	one = subscription_new(message);
	if (!one)
		return;
	link_to(one, bucket(one->park));
	upstream = upstream_get(message);
	if (upstream)
		attach(one, upstream);
	else
		log_event(LEVEL_WARN, NULL, "watch-none", "user=%s store=%s", message->account,
		    message->store);
}

void
subscription_remove(uint64_t park)
{
	struct subscription *one = find(park);

	if (one)
		drop(one);
}

void
subscription_remove_all(void)
{
	for (size_t i = 0; i < BUCKETS; i++)
		while (role.buckets[i])
			drop(role.buckets[i]);
}
