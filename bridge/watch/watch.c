/* SPDX-License-Identifier: ISC */
/*
 * The watch: one connection per account with held requests, however many devices
 * it has.  It hears "this folder moved" and passes it on; what moved, and whether
 * the phone cares, is found out by a worker.  Process: watch.
 */
#include <event2/event.h>
#include <stdlib.h>
#include <unistd.h>

#include "bridge/base/log.h"
#include "bridge/role.h"
#include "bridge/watch/subscription.h"
#include "bridge/watch/upstream.h"

static struct {
	struct event_base *base;
	struct ipc_end *control, *front;
	struct event *on_control, *on_front;
	struct ipc_message *message;
} role;

static void
leave(void)
{
	event_base_loopbreak(role.base);
}

static void
fire(uint64_t park, const char *reason)
{
	struct ipc_changed changed = { .park = park, .reason = reason };

	if (role.front && !ipc_send_changed(role.front, &changed, NULL, 0))
		leave();
}

static void
front_message(void)
{
	switch (role.message->type) {
	case IPC_SUBSCRIBE:
		subscription_add(&role.message->subscribe);
		break;
	case IPC_UNSUBSCRIBE:
		subscription_remove(role.message->unsubscribe.park);
		break;
	default:
		leave();
		break;
	}
}

/* Reads all that is there.  The end of the front is the end of our work. */
static void
on_front(evutil_socket_t fd, short what, void *ctx)
{
	enum ipc_got got;

	(void)fd;
	(void)ctx;
	if (what & EV_WRITE)
		ipc_end_flush(role.front);
	while ((got = ipc_receive(role.front, role.message)) == IPC_GOT) {
		front_message();
		ipc_message_done(role.message);
	}
	if (got != IPC_AGAIN)
		leave();
}

static void
front_connect(void)
{
	if (role.on_front)
		event_free(role.on_front);
	if (role.front)
		ipc_end_close(&role.front);
	subscription_remove_all();
	role.front = ipc_end_new(role.message->fds[0], true);
	role.message->fds[0] = -1;
	role.on_front = event_new(role.base, ipc_end_fd(role.front), EV_READ | EV_PERSIST,
	    on_front, NULL);
	event_add(role.on_front, NULL);
}

static void
control_message(void)
{
	switch (role.message->type) {
	case IPC_PEER:
		front_connect();
		break;
	case IPC_CONFIG:
		role_config_renew(role.message);
		break;
	default: /* DRAIN: the next watch gets the same subscriptions from the front */
		leave();
		break;
	}
}

static void
on_control(evutil_socket_t fd, short what, void *ctx)
{
	enum ipc_got got;

	(void)fd;
	(void)what;
	(void)ctx;
	while ((got = ipc_receive(role.control, role.message)) == IPC_GOT) {
		control_message();
		ipc_message_done(role.message);
	}
	if (got != IPC_AGAIN)
		leave();
}

int
watch_main(struct role_start *start)
{
	struct ipc_ready ready = { .pid = (uint32_t)getpid() };

	role.control = start->control;
	role.base = event_base_new();
	role.message = malloc(sizeof(*role.message));
	if (!role.base || !role.message)
		return 1;
	subscription_start(role.base, fire);
	role.on_control = event_new(role.base, ipc_end_fd(role.control), EV_READ | EV_PERSIST,
	    on_control, NULL);
	event_add(role.on_control, NULL);
	ipc_send_ready(role.control, &ready, NULL, 0);
	event_base_dispatch(role.base);
	subscription_remove_all();
	upstream_close_all();
	free(role.message);
	return 0;
}
