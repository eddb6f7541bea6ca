/* SPDX-License-Identifier: ISC */
/*
 * The worker's life: wait for a request, serve it, forget it.  Plain blocking
 * code, one request at a time; between requests it keeps nothing but open
 * upstream connections.  Whatever a request does to this process, it does to no
 * other phone: a crash costs an answer 503, a request that never ends is ended
 * by the alarm, memory by the limit that the parent has set.  Process: worker.
 */
#include "bridge/worker/worker.h"

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "bridge/account.h"
#include "bridge/base/arena.h"
#include "bridge/base/body.h"
#include "bridge/base/limits.h"
#include "bridge/base/log.h"
#include "bridge/config.h"
#include "bridge/role.h"
#include "bridge/state/state.h"
#include "bridge/worker/quarantine.h"

enum { TRIM_EVERY_MS = 5000 };

static bool
front_connect(struct worker *worker, struct ipc_message *message)
{
	if (worker->front)
		ipc_end_close(&worker->front);
	worker->front = ipc_end_new(message->fds[0], false);
	message->fds[0] = -1;
	return worker->front != NULL;
}

/* False: time to go. */
static bool
control_message(struct worker *worker, struct ipc_message *message)
{
	bool goes_on = true;

	if (ipc_receive(worker->control, message) != IPC_GOT)
		return false;
	switch (message->type) {
	case IPC_PEER:
		goes_on = front_connect(worker, message);
		break;
	case IPC_CONFIG:
		role_config_renew(message);
		break;
	default:
		goes_on = false; /* DRAIN, or something that has no business here */
		break;
	}
	ipc_message_done(message);
	return goes_on;
}

static bool
front_message(struct worker *worker, struct ipc_message *message)
{
	bool goes_on;

	if (ipc_receive(worker->front, message) != IPC_GOT || message->type != IPC_REQUEST)
		return false;
	alarm((unsigned)config->server.worker_timeout);
	goes_on = serve(worker, message);
	alarm(0);
	ipc_message_done(message);
	return goes_on;
}

/* One round of waiting and working.  False: the end. */
static bool
worker_turn(struct worker *worker, struct ipc_message *message)
{
	struct pollfd fds[2] = {
		{ .fd = ipc_end_fd(worker->control), .events = POLLIN },
		{ .fd = worker->front ? ipc_end_fd(worker->front) : -1, .events = POLLIN },
	};
	int n = poll(fds, 2, TRIM_EVERY_MS);

	if (n == 0)
		account_cache_trim(false);
	/* work in hand first: a drained worker has answered what it was given */
	if (n > 0 && fds[1].revents)
		return front_message(worker, message);
	if (n > 0 && fds[0].revents)
		return control_message(worker, message);
	return true;
}

int
worker_main(struct role_start *start)
{
	struct worker worker = { .control = start->control, .slot = start->slot };
	struct ipc_message *message = malloc(sizeof(*message));
	struct ipc_ready ready = { .pid = (uint32_t)getpid() };

	if (!message)
		return 1;
	body_spool_dir_set(config->server.spool_dir);
	worker.arena = arena_new(LIMIT_ARENA_REQUEST);
	if (state_open("memory:", &worker.guests) != OK)
		return 1;
	if (state_open(config->server.state, &worker.state) != OK)
		log_event(LEVEL_ERROR, NULL, "state", "state is not usable, serving nothing");
	quarantine_start(start->breadcrumb, worker.state);
	ipc_send_ready(worker.control, &ready, NULL, 0);
	while (worker_turn(&worker, message))
		continue;
	account_cache_trim(true);
	if (worker.state)
		worker.state->ops->close(&worker.state);
	worker.guests->ops->close(&worker.guests);
	arena_free(&worker.arena);
	free(message);
	return 0;
}
