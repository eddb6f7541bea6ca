/* SPDX-License-Identifier: ISC */
/*
 * The front's process: its loop, and what the parent tells it.  Before each wait everything that
 * is due is done and one timer set for the next; libevent's own timers are not used otherwise.
 * Nothing here waits but the loop itself.
 */
#include "bridge/front/front.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "bridge/base/body.h"
#include "bridge/base/crypto.h"
#include "bridge/base/date.h"
#include "bridge/base/log.h"
#include "bridge/config.h"
#include "bridge/front/clients.h"
#include "bridge/front/dispatch.h"
#include "bridge/front/listener.h"
#include "bridge/front/proof.h"
#include "bridge/front/tls.h"
#include "bridge/role.h"

enum {
	DRAIN_GRACE = 30 * 1000, /* ms for answers in hand, beyond the time to drain */
	ORPHAN_GRACE = 5 * 1000,
	STATUS_EVERY = 10 * 1000,
};

void
front_new_id(struct front *front, char ret_id[FRONT_ID])
{
	/* An odd step through all numbers: no id twice in four thousand million requests. */
	front->last_id += 0x9e3779b1u;
	snprintf(ret_id, FRONT_ID, "%08" PRIx32, front->last_id);
}

static void
tls_take(struct front *front, struct ipc_message *message)
{
	const int *fds = message->fds + 1;
	unsigned n = message->n_fds > 0 ? message->n_fds - 1 : 0;

	if (message->config.names[0] != '\0' &&
	    !tls_load(front->tls, message->config.names, fds, n))
		log_event(LEVEL_ERROR, NULL, "tls-kept", "reason=\"the certificates do not load\"");
}

/* Messages of the parent. */

static void
take_config(struct front *front, struct ipc_message *message)
{
	if (!role_config_renew(message))
		return;
	config_free(&config->older); /* nothing in this process keeps pointers into it */
	body_spool_dir_set(config->server.spool_dir);
	tls_take(front, message);
	proof_forget_refused(front->proof);
	listener_set_renew(front->listeners);
	log_event(LEVEL_INFO, NULL, "config", "generation=%" PRIu32, message->config.generation);
}

static void
take_listen(struct front *front, struct ipc_message *message)
{
	const struct listeners *list = &config->server.listen;
	struct listener_facts facts = { message->listen.number, message->listen.n, false, false };

	if (message->listen.number >= list->n)
		return;
	facts.tls = list->list[facts.number].tls;
	facts.proxy = list->list[facts.number].proxy;
	if (facts.tls && tls_context(front->tls) == NULL)
		log_event(LEVEL_ERROR, NULL, "listen-without-certificate", "number=%u",
		    facts.number);
	listener_set_add(front->listeners, message->fds[0], &facts);
	message->fds[0] = -1;
}

static void
take_peer(struct front *front, struct ipc_message *message)
{
	const struct ipc_peer *peer = &message->peer;
	struct ipc_end *end = ipc_end_new(message->fds[0], true);

	if (end == NULL)
		return;
	message->fds[0] = -1;
	if (peer->role == ROLE_WORKER)
		pool_add(front->pool, (struct pool_worker) { peer->slot, peer->pid }, end);
	else if (peer->role == ROLE_WATCH)
		dispatch_watch_new(front, end);
	else
		ipc_end_close(&end);
}

static void
take_lost(struct front *front, const struct ipc_lost *lost)
{
	char breadcrumb[256];

	if (lost->role != ROLE_WORKER)
		return; /* a watch that ended is seen by its pair */
	if (lost->breadcrumb[0] != '\0')
		log_event(LEVEL_WARN, NULL, "worker-lost", "slot=%" PRIu32 " pid=%" PRIu32
		    " at=%s", lost->slot, lost->pid,
		    log_quote(lost->breadcrumb, breadcrumb, sizeof(breadcrumb)));
	pool_lost(front->pool, (struct pool_worker) { lost->slot, lost->pid });
}

static void
front_drain(struct front *front, uint32_t seconds, int64_t grace)
{
	int64_t over = now_ms() + (int64_t)seconds * 1000 + grace;

	if (!front->draining || over < front->over_ms)
		front->over_ms = over;
	if (!front->draining)
		log_event(LEVEL_INFO, NULL, "drain", "seconds=%" PRIu32 " held=%" PRIu32, seconds,
		    park_count(front->park));
	front->draining = true;
	listener_set_stop(front->listeners);
	clients_close_idle(front->clients);
	park_drain(front->park, seconds);
}

static void
control_message(void *ctx, struct ipc_message *message)
{
	struct front *front = ctx;

	if (message == NULL) {
		log_event(LEVEL_WARN, NULL, "parent-gone", NULL);
		front_drain(front, 1, ORPHAN_GRACE);
		return;
	}
	switch (message->type) {
	case IPC_CONFIG:
		take_config(front, message);
		break;
	case IPC_LISTEN:
		take_listen(front, message);
		break;
	case IPC_PEER:
		take_peer(front, message);
		break;
	case IPC_LOST:
		take_lost(front, &message->lost);
		break;
	case IPC_DRAIN:
		front_drain(front, message->drain.seconds, DRAIN_GRACE);
		break;
	default:
		log_event(LEVEL_ERROR, NULL, "parent-breach", "type=%s",
		    ipc_type_name(message->type));
		break;
	}
}

/* The root object. */

static void
timer_done(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	(void)ctx; /* it only ends the wait */
}

static bool
front_make(struct front *front)
{
	uint32_t max = (uint32_t)config->server.max_clients;
	struct pool_setup pool = { .ops = &dispatch_pool_ops, .ctx = front,
		.queue = (uint32_t)config->server.queue };

	front->base = event_base_new();
	front->control_space = malloc(sizeof(*front->control_space));
	front->peer_space = malloc(sizeof(*front->peer_space));
	if (front->base == NULL || front->control_space == NULL || front->peer_space == NULL)
		return false;
	pool.base = front->base;
	pool.space = front->peer_space;
	front->timer = evtimer_new(front->base, timer_done, NULL);
	front->tls = tls_new();
	front->proof = proof_new(2 * max);
	front->pool = pool_new(&pool);
	front->park = park_new((uint32_t)config->server.max_held, &dispatch_park_ops, front);
	front->clients = clients_new(front, max);
	if (front->timer == NULL || front->tls == NULL || front->proof == NULL ||
	    front->pool == NULL || front->park == NULL || front->clients == NULL)
		return false;
	front->listeners = listener_set_new(front->base, front->clients);
	return front->listeners != NULL;
}

struct front *
front_new(struct role_start *start)
{
	struct front *front = calloc(1, sizeof(*front));

	if (front == NULL || !front_make(front)) {
		log_event(LEVEL_ERROR, NULL, "front-start", "reason=\"out of memory\"");
		front_free(&front);
		return NULL;
	}
	crypto_random(&front->last_id, sizeof(front->last_id));
	tls_take(front, start->config);
	ipc_message_done(start->config);
	front->control = (struct peer) { .space = front->control_space, .fn = control_message,
		.ctx = front };
	if (!peer_open(&front->control, front->base, start->control))
		front_free(&front);
	start->control = NULL;
	return front;
}

void
front_free(struct front **ret_front)
{
	struct front *front = *ret_front;

	if (front == NULL)
		return;
	listener_set_free(&front->listeners);
	clients_free(&front->clients);
	park_free(&front->park);
	pool_free(&front->pool);
	proof_free(&front->proof);
	peer_close(&front->control);
	peer_close(&front->watch);
	peer_close(&front->old_watch);
	if (front->timer != NULL)
		event_free(front->timer);
	if (front->base != NULL)
		event_base_free(front->base);
	tls_free(&front->tls);
	free(front->control_space);
	free(front->peer_space);
	free(front);
	*ret_front = NULL;
}

/* The loop. */

/* Tells the parent how we are, when that has changed. */
static void
status_send(struct front *front)
{
	char status[sizeof(front->status)];

	front->status_ms = now_ms();
	snprintf(status, sizeof(status), "clients=%" PRIu32 " held=%" PRIu32 " queued=%" PRIu32
	    " workers=%" PRIu32, front->clients->n, park_count(front->park),
	    pool_queued(front->pool), pool_workers(front->pool));
	if (strcmp(status, front->status) == 0)
		return;
	memcpy(front->status, status, sizeof(status));
	if (front->control.end != NULL &&
	    ipc_send_status(front->control.end, &(struct ipc_status) { status }, NULL, 0))
		peer_sent(&front->control);
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int64_t
front_run(struct front *front)
{
	int64_t next = park_run(front->park);

	/* What the park did may have given clients something to wait for. */
	next = earlier(next, clients_run(front->clients));
	next = earlier(next, listener_set_run(front->listeners));
	if (front->old_watch.end != NULL && park_is_subscribed(front->park))
		peer_close(&front->old_watch);
	if (now_ms() - front->status_ms >= STATUS_EVERY)
		status_send(front);
	next = earlier(next, front->status_ms + STATUS_EVERY);
	return front->draining ? earlier(next, front->over_ms) : next;
}

bool
front_is_over(const struct front *front)
{
	return front->draining && (front->clients->n == 0 || now_ms() >= front->over_ms);
}

static void
front_wait(struct front *front, int64_t until)
{
	int64_t ms = until - now_ms();
	struct timeval wait;

	if (ms < 0)
		ms = 0;
	wait.tv_sec = (time_t)(ms / 1000);
	wait.tv_usec = (suseconds_t)(ms % 1000 * 1000);
	evtimer_add(front->timer, &wait);
	event_base_loop(front->base, EVLOOP_ONCE);
}

int
front_main(struct role_start *start)
{
	struct front *front;

	body_spool_dir_set(config->server.spool_dir);
	front = front_new(start);
	if (front == NULL)
		return 1;
	(void)ipc_send_ready(front->control.end, &(struct ipc_ready) { (uint32_t)getpid() }, NULL,
	    0);
	while (!front_is_over(front))
		front_wait(front, front_run(front));
	log_event(LEVEL_INFO, NULL, "front-ends", "clients=%" PRIu32, front->clients->n);
	front_free(&front);
	return 0;
}
