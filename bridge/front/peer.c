/* SPDX-License-Identifier: ISC */
/* Two events an end: reading is always on, writing only while there is a backlog. */
#include "bridge/front/peer.h"

#include <event2/event.h>

#include "bridge/base/log.h"

enum { PUMP_MAX = 64 }; /* messages a turn */

static void
peer_readable(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	peer_pump(ctx);
}

static void
peer_writable(evutil_socket_t fd, short what, void *ctx)
{
	struct peer *peer = ctx;

	(void)fd;
	(void)what;
	/* A failure shows up as the end of what can be read, too: it is dealt with there. */
	if (!ipc_end_flush(peer->end) || !ipc_end_has_backlog(peer->end))
		event_del(peer->writes);
}

bool
peer_open(struct peer *peer, struct event_base *base, struct ipc_end *end)
{
	int fd = ipc_end_fd(end);

	peer->end = end;
	peer->reads = event_new(base, fd, EV_READ | EV_PERSIST, peer_readable, peer);
	peer->writes = event_new(base, fd, EV_WRITE | EV_PERSIST, peer_writable, peer);
	if (peer->reads != NULL && peer->writes != NULL && event_add(peer->reads, NULL) == 0)
		return true;
	peer_close(peer);
	return false;
}

void
peer_close(struct peer *peer)
{
	if (peer->reads != NULL)
		event_free(peer->reads);
	if (peer->writes != NULL)
		event_free(peer->writes);
	peer->reads = peer->writes = NULL;
	ipc_end_close(&peer->end);
}

void
peer_sent(struct peer *peer)
{
	if (ipc_end_has_backlog(peer->end))
		(void)event_add(peer->writes, NULL);
}

void
peer_pump(struct peer *peer)
{
	for (unsigned i = 0; i < PUMP_MAX && peer->end != NULL; i++) {
		enum ipc_got got = ipc_receive(peer->end, peer->space);

		if (got == IPC_AGAIN)
			return;
		if (got != IPC_GOT) {
			if (got == IPC_BROKEN)
				log_event(LEVEL_ERROR, NULL, "ipc-broken", NULL);
			peer_close(peer);
			peer->fn(peer->ctx, NULL);
			return;
		}
		peer->fn(peer->ctx, peer->space);
		ipc_message_done(peer->space);
	}
}
