/* SPDX-License-Identifier: ISC */
/*
 * A whole front inside the test's own process, so that its clock can be shifted: turns of its loop
 * are made by hand, phones are socket pairs, parent, worker and watch are ends that the test holds.
 */
#ifndef TESTS_UNIT_FRONT_INSIDE_H
#define TESTS_UNIT_FRONT_INSIDE_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "bridge/base/date.h"
#include "bridge/base/proc.h"
#include "bridge/config.h"
#include "bridge/front/clients.h"
#include "bridge/front/front.h"
#include "bridge/front/park.h"
#include "bridge/front/pool.h"
#include "bridge/ipc.h"
#include "bridge/role.h"

struct inside {
	struct front *front;
	struct ipc_end *control, *worker, *watch;
	struct ipc_message *message; /* the last one received */
	unsigned pid;                /* of the worker of now */
	int64_t clock;               /* how far it was shifted, ms */
};

static inline void
inside_turn(struct inside *inside)
{
	for (int i = 0; i < 6; i++) {
		front_run(inside->front);
		event_base_loop(inside->front->base, EVLOOP_NONBLOCK);
	}
}

static inline void
inside_pass(struct inside *inside, int64_t ms)
{
	inside->clock += ms;
	clock_set_offset(inside->clock);
	inside_turn(inside);
}

static inline struct ipc_end *
inside_peer(struct inside *inside, enum role role, unsigned pid)
{
	int pair[2];

	if (!proc_socketpair(pair))
		abort();
	ipc_send_peer(inside->control, &(struct ipc_peer) { role, 0, pid }, &pair[1], 1);
	close(pair[1]);
	inside_turn(inside);
	return ipc_end_new(pair[0], true);
}

/* A new worker in the place of the old one. */
static inline void
inside_worker(struct inside *inside)
{
	ipc_end_close(&inside->worker);
	inside->worker = inside_peer(inside, ROLE_WORKER, ++inside->pid);
}

static inline void
inside_config(const char *settings)
{
	char text[1024];
	int len = snprintf(text, sizeof(text), "[server]\nlisten = 127.0.0.1:1 plain\n"
	    "state = memory:\n%s\n[domain *]\nimap = imaps://h\nsmtp = smtps://h\n", settings);

	config_free(&config);
	config = config_parse(text, (size_t)len, "test.conf", NULL, NULL);
	if (config == NULL)
		abort();
}

static inline void
inside_begin(struct inside *inside, const char *settings)
{
	struct ipc_message given = { .type = IPC_CONFIG, .config = { "", "", 1 } };
	struct role_start start = { .config = &given };
	int pair[2];

	*inside = (struct inside) { .message = calloc(1, sizeof(*inside->message)) };
	clock_set_offset(0);
	inside_config(settings);
	if (!proc_socketpair(pair))
		abort();
	start.control = ipc_end_new(pair[0], true);
	inside->control = ipc_end_new(pair[1], true);
	inside->front = front_new(&start);
	if (inside->front == NULL)
		abort();
	inside->watch = inside_peer(inside, ROLE_WATCH, 1);
	inside_worker(inside);
}

static inline void
inside_end(struct inside *inside)
{
	ipc_message_done(inside->message);
	free(inside->message);
	ipc_end_close(&inside->worker);
	ipc_end_close(&inside->watch);
	ipc_end_close(&inside->control);
	front_free(&inside->front);
	config_free(&config);
	clock_set_offset(0);
}

enum { INSIDE_TLS = 1, INSIDE_PROXY = 2, INSIDE_FAR = 4 };

/* The phone's end of a new connection, non-blocking; -1: it was not taken. */
static inline int
inside_phone(struct inside *inside, unsigned how)
{
	struct arrival arrival = { .tls = how & INSIDE_TLS, .proxy = how & INSIDE_PROXY };
	struct sockaddr_in *peer = (struct sockaddr_in *)&arrival.peer;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0)
		abort();
	peer->sin_family = AF_INET;
	peer->sin_addr.s_addr = htonl(how & INSIDE_FAR ? 0xc0000201u : INADDR_LOOPBACK);
	arrival.fd = pair[0];
	if (clients_accept(inside->front->clients, &arrival))
		return pair[1];
	close(pair[1]);
	return -1;
}

/* What has come at an end; IPC_NONE: nothing, or its other side is gone. */
static inline enum ipc_type
inside_receive(struct inside *inside, struct ipc_end *end)
{
	ipc_message_done(inside->message);
	if (ipc_receive(end, inside->message) != IPC_GOT)
		return IPC_NONE;
	return inside->message->type;
}

/* The worker's answer to the request that was received last. */
static inline void
inside_answer(struct inside *inside, uint64_t serial, const char *body)
{
	struct ipc_answer answer = { .serial = serial, .status = 200, .content_type = "",
		.headers = "", .body_len = strlen(body), .body = { body, strlen(body) } };

	ipc_send_answer(inside->worker, &answer, NULL, 0);
	inside_turn(inside);
}

static inline void
inside_park(struct inside *inside, uint64_t serial, int64_t ms)
{
	struct ipc_watched watched = { "INBOX", { "s", 1 } };
	struct ipc_park park = { .serial = serial, .deadline_ms = (uint64_t)(now_ms() + ms),
		.device = "d", .account = "a", .login = "l", .password = "p", .store = "s",
		.watched = { &watched, 1 }, .status = 200, .content_type = "", .headers = "",
		.body = { "canned", 6 } };

	ipc_send_park(inside->worker, &park, NULL, 0);
	inside_turn(inside);
}

#endif
