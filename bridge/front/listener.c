/* SPDX-License-Identifier: ISC */
/*
 * Why a rate: a TLS handshake costs about a millisecond of CPU.  After an outage all phones come
 * at once; those beyond the rate wait in the kernel's queue, and those that are in get served.
 */
#include "bridge/front/listener.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "bridge/base/date.h"
#include "bridge/base/log.h"
#include "bridge/front/clients.h"

enum {
	SOCKETS_MAX = 64,
	ACCEPT_RATE = 1000,  /* connections a second */
	ACCEPT_BURST = 200,
	ACCEPT_TURN = 32,    /* before others get their turn */
	PAUSE = 50,          /* ms without accepting when there is no room */
};

struct listening {
	struct listener_set *listeners;
	struct event *event; /* NULL: free entry */
	int fd;
	unsigned generation;
	bool tls, proxy;
};

struct listener_set {
	struct event_base *base;
	struct clients *clients;
	struct listening sockets[SOCKETS_MAX];
	unsigned generation;
	bool paused, stopped;
	int64_t resume_ms;
	int64_t tokens, tokens_ms; /* thousandths of a connection; when they were counted */
};

struct listener_set *
listener_set_new(struct event_base *base, struct clients *clients)
{
	struct listener_set *listeners = calloc(1, sizeof(*listeners));

	if (listeners == NULL)
		return NULL;
	listeners->base = base;
	listeners->clients = clients;
	listeners->tokens = ACCEPT_BURST * 1000;
	listeners->tokens_ms = now_ms();
	return listeners;
}

static void
listening_close(struct listening *listening)
{
	if (listening->event == NULL)
		return;
	event_free(listening->event);
	close(listening->fd);
	listening->event = NULL;
}

void
listener_set_stop(struct listener_set *listeners)
{
	listeners->stopped = true;
	for (unsigned i = 0; i < SOCKETS_MAX; i++)
		listening_close(&listeners->sockets[i]);
}

void
listener_set_free(struct listener_set **listeners)
{
	if (*listeners == NULL)
		return;
	listener_set_stop(*listeners);
	free(*listeners);
	*listeners = NULL;
}

static void
listener_set_pause(struct listener_set *listeners, int64_t ms)
{
	listeners->resume_ms = now_ms() + ms;
	if (listeners->paused)
		return;
	listeners->paused = true;
	for (unsigned i = 0; i < SOCKETS_MAX; i++) {
		if (listeners->sockets[i].event != NULL)
			event_del(listeners->sockets[i].event);
	}
}

int64_t
listener_set_run(struct listener_set *listeners)
{
	if (!listeners->paused)
		return INT64_MAX;
	if (now_ms() < listeners->resume_ms)
		return listeners->resume_ms;
	listeners->paused = false;
	for (unsigned i = 0; i < SOCKETS_MAX; i++) {
		if (listeners->sockets[i].event != NULL)
			event_add(listeners->sockets[i].event, NULL);
	}
	return INT64_MAX;
}

/* True if one more connection may come in now. */
static bool
token_take(struct listener_set *listeners)
{
	int64_t now = now_ms();

	listeners->tokens += (now - listeners->tokens_ms) * ACCEPT_RATE;
	listeners->tokens_ms = now;
	if (listeners->tokens > ACCEPT_BURST * 1000)
		listeners->tokens = ACCEPT_BURST * 1000;
	if (listeners->tokens < 1000)
		return false;
	listeners->tokens -= 1000;
	return true;
}

static void
accept_failed(struct listener_set *listeners)
{
	int error = errno;

	if (error == EAGAIN || error == EINTR || error == ECONNABORTED)
		return;
	log_event(LEVEL_WARN, NULL, "accept-failed", "error=\"%s\" clients=%u", strerror(error),
	    listeners->clients->n);
	listener_set_pause(listeners, PAUSE * 10);
}

/* False: that was all for now. */
static bool
accept_one(struct listening *listening)
{
	struct listener_set *listeners = listening->listeners;
	struct arrival arrival = { .tls = listening->tls, .proxy = listening->proxy };
	socklen_t len = sizeof(arrival.peer);

	if (!clients_has_room(listeners->clients) || !token_take(listeners)) {
		listener_set_pause(listeners, PAUSE);
		return false;
	}
	arrival.fd = accept4(listening->fd, (struct sockaddr *)&arrival.peer, &len,
	    SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (arrival.fd < 0) {
		accept_failed(listeners);
		return false;
	}
	return clients_accept(listeners->clients, &arrival);
}

static void
listening_readable(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	for (unsigned i = 0; i < ACCEPT_TURN && accept_one(ctx); i++)
		;
}

void
listener_set_renew(struct listener_set *listeners)
{
	listeners->generation++;
}

static void
generation_end(struct listener_set *listeners)
{
	for (unsigned i = 0; i < SOCKETS_MAX; i++) {
		if (listeners->sockets[i].generation != listeners->generation)
			listening_close(&listeners->sockets[i]);
	}
}

static struct listening *
listening_place(struct listener_set *listeners)
{
	for (unsigned i = 0; i < SOCKETS_MAX; i++) {
		if (listeners->sockets[i].event == NULL)
			return &listeners->sockets[i];
	}
	return NULL;
}

void
listener_set_add(struct listener_set *listeners, int fd, const struct listener_facts *facts)
{
	struct listening *listening = listening_place(listeners);

	if (listening != NULL && !listeners->stopped) {
		*listening = (struct listening) { .listeners = listeners, .fd = fd,
			.generation = listeners->generation, .tls = facts->tls,
			.proxy = facts->proxy };
		listening->event = event_new(listeners->base, fd, EV_READ | EV_PERSIST,
		    listening_readable, listening);
	}
	if (listening == NULL || listening->event == NULL) {
		log_event(LEVEL_ERROR, NULL, "listen-refused", "number=%u", facts->number);
		close(fd);
		return;
	}
	if (!listeners->paused)
		event_add(listening->event, NULL);
	if (facts->number + 1 == facts->n)
		generation_end(listeners);
}
