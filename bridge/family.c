/* SPDX-License-Identifier: ISC */
/*
 * A child is known from its start to its reaping; its place may be given away
 * before that.  Every worker and the watch have one pair with the front, made
 * when they start.  When the front dies all its pairs are dead, so everybody is
 * replaced: simple, and rare enough.
 */
#include "bridge/family.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bridge/base/date.h"
#include "bridge/base/log.h"
#include "bridge/base/proc.h"
#include "bridge/spawn.h"

enum {
	DEATHS_SPAN_MS = 10000,
	PAUSE_MS = 1000,
	CLOSED_GRACE_MS = 5000,  /* from closing the control channel to the end */
	DRAIN_GRACE_MS = 10000,  /* beyond what a drained child is allowed */
};

bool
family_init(struct family *family)
{
	memset(family->places, 0, sizeof(family->places));
	family->places[PLACE_FRONT].role = ROLE_FRONT;
	family->places[PLACE_WATCH].role = ROLE_WATCH;
	for (unsigned i = 0; i < WORKERS_MAX; i++) {
		family->places[PLACE_WORKER + i].role = ROLE_WORKER;
		family->places[PLACE_WORKER + i].slot = i;
	}
	family->n_places = PLACE_WORKER;
	family->message = malloc(sizeof(*family->message));
	return family->message != NULL;
}

static struct child *
front_of(const struct family *family)
{
	return family->places[PLACE_FRONT].child;
}

static void
child_free(struct child *child)
{
	ipc_end_close(&child->control);
	if (child->breadcrumb != NULL)
		munmap((void *)(uintptr_t)child->breadcrumb, BREADCRUMB_SIZE);
	free(child);
}

void
family_free(struct family *family)
{
	while (family->children != NULL) {
		struct child *child = family->children;

		family->children = child->next;
		child_free(child);
	}
	free(family->polls);
	free(family->message);
}

/* Who does not take what it is sent is not alive in any useful sense. */
static void
sent_or_kill(struct child *child, bool sent)
{
	if (sent)
		return;
	log_event(LEVEL_ERROR, NULL, "role-stuck", "role=%s slot=%u pid=%d", role_name(child->role),
		child->slot, (int)child->pid);
	kill(child->pid, SIGKILL);
}

static void
send_config(const struct family *family, struct child *child)
{
	const struct supplies *supplies = family->supplies;
	bool is_front = child->role == ROLE_FRONT;
	struct ipc_config message = {
		.path = supplies->config->path,
		.names = is_front ? supplies->names : "",
		.generation = family->generation,
	};

	sent_or_kill(child, ipc_send_config(child->control, &message, supplies->fds,
		is_front ? supplies->n_fds : 1));
	child->generation = family->generation;
	for (unsigned i = 0; is_front && i < family->sockets->n; i++) {
		struct ipc_listen listen = { .number = i, .n = family->sockets->n };

		sent_or_kill(child, ipc_send_listen(child->control, &listen,
			&family->sockets->list[i].fd, 1));
	}
}

static void
send_peer(struct child *to, const struct child *about, int fd)
{
	struct ipc_peer message = { .role = about->role, .slot = about->slot,
		.pid = (uint32_t)about->pid };

	sent_or_kill(to, ipc_send_peer(to->control, &message, &fd, 1));
}

/* Gives a worker or the watch and the front an end each of a new pair. */
static void
front_connect(const struct family *family, struct child *child)
{
	struct child *front = front_of(family);
	int pair[2];

	/* a front that has closed its channel is about to be reaped, and then all are replaced */
	if (front->control == NULL)
		return;
	if (!proc_socketpair(pair)) {
		sent_or_kill(child, false);
		return;
	}
	send_peer(child, front, pair[0]);
	send_peer(front, child, pair[1]);
	close(pair[0]);
	close(pair[1]);
}

/* A page of shared memory that the other side cannot shrink under our eyes.  -1: errno. */
static int
breadcrumb_make(const char **ret_page)
{
	int fd = memfd_create("breadcrumb", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	void *page = MAP_FAILED;

	if (fd < 0)
		return -1;
	if (ftruncate(fd, BREADCRUMB_SIZE) == 0 &&
		fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
		page = mmap(NULL, BREADCRUMB_SIZE, PROT_READ, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED) {
		close(fd);
		return -1;
	}
	*ret_page = page;
	return fd;
}

/* Starts the process of a new child; what only the process needs is closed here afterwards. */
static bool
child_spawn(const struct family *family, struct child *child)
{
	struct spawn_order order = {
		.role = child->role, .slot = child->slot, .breadcrumb_fd = -1,
		.program = family->program, .identity = family->identity,
		.server = &family->supplies->config->server,
	};
	int pair[2];

	if (child->role == ROLE_WORKER) {
		order.breadcrumb_fd = breadcrumb_make(&child->breadcrumb);
		if (order.breadcrumb_fd < 0)
			return false;
	}
	child->pid = -1;
	if (proc_socketpair(pair)) {
		order.control_fd = pair[1];
		child->control = ipc_end_new(pair[0], true);
		if (child->control != NULL)
			child->pid = spawn(&order);
		else
			close(pair[0]);
		close(pair[1]);
	}
	if (order.breadcrumb_fd >= 0)
		close(order.breadcrumb_fd);
	return child->pid > 0;
}

static void
place_fill(struct family *family, struct place *place)
{
	struct child *child = calloc(1, sizeof(*child));

	if (child != NULL) {
		child->role = place->role;
		child->slot = place->slot;
	}
	if (child == NULL || !child_spawn(family, child)) {
		log_event(LEVEL_ERROR, NULL, "role-not-started", "role=%s slot=%u error=\"%m\"",
			role_name(place->role), place->slot);
		if (child != NULL)
			child_free(child);
		place->fill_at = now_ms() + PAUSE_MS;
		return;
	}
	child->next = family->children;
	family->children = child;
	place->child = child;
	send_config(family, child);
	if (child->role != ROLE_FRONT)
		front_connect(family, child);
}

void
family_drain(struct family *family, struct child *child, unsigned seconds)
{
	unsigned work = child->role == ROLE_WORKER
		? (unsigned)family->supplies->config->server.worker_timeout : 0;

	child->is_leaving = true;
	child->kill_at = now_ms() + (int64_t)(seconds + work) * 1000 + DRAIN_GRACE_MS;
	if (child->control != NULL)
		(void)ipc_send_drain(child->control, &(struct ipc_drain) { seconds }, NULL, 0);
}

static void
place_vacate(struct family *family, struct place *place)
{
	if (place->child != NULL)
		family_drain(family, place->child, 1);
	if (place->outgoing != NULL)
		family_drain(family, place->outgoing, 1);
	place->child = place->outgoing = NULL;
}

void
family_set_workers(struct family *family, unsigned n)
{
	unsigned n_places = PLACE_WORKER + (n < WORKERS_MAX ? n : WORKERS_MAX);

	for (unsigned i = n_places; i < family->n_places; i++)
		place_vacate(family, &family->places[i]);
	family->n_places = n_places;
}

/* One worker of an older generation leaves its place, unless another is just doing so.  The
 * newcomer starts first; the older one is told to drain when that is ready. */
static void
worker_exchange(struct family *family)
{
	struct place *older = NULL;

	for (unsigned i = family->n_places; i-- > PLACE_WORKER;) {
		struct place *place = &family->places[i];

		if (place->outgoing != NULL)
			return;
		if (place->child != NULL && place->child->generation != family->generation)
			older = place;
	}
	if (older == NULL)
		return;
	older->outgoing = older->child;
	older->outgoing->is_leaving = true;
	older->child = NULL;
}

void
family_tend(struct family *family)
{
	int64_t now = now_ms();

	for (struct child *c = family->children; c != NULL; c = c->next) {
		if (c->kill_at != 0 && now >= c->kill_at) {
			kill(c->pid, SIGKILL);
			c->kill_at = 0;
		}
	}
	if (family->is_ending)
		return;
	worker_exchange(family);
	for (unsigned i = 0; i < family->n_places; i++) {
		struct place *place = &family->places[i];

		if (i != PLACE_FRONT && front_of(family) == NULL)
			return;
		if (place->child == NULL && now >= place->fill_at)
			place_fill(family, place);
	}
}

int64_t
family_wake_at(const struct family *family)
{
	int64_t wake = INT64_MAX;

	for (const struct child *c = family->children; c != NULL; c = c->next) {
		if (c->kill_at != 0 && c->kill_at < wake)
			wake = c->kill_at;
	}
	for (unsigned i = 0; i < family->n_places && !family->is_ending; i++) {
		if (family->places[i].child == NULL && family->places[i].fill_at < wake)
			wake = family->places[i].fill_at;
	}
	return wake;
}

static struct place *
place_of(struct family *family, const struct child *child)
{
	unsigned first = child->role == ROLE_FRONT ? PLACE_FRONT
		: child->role == ROLE_WATCH ? PLACE_WATCH : PLACE_WORKER;

	return &family->places[first + child->slot];
}

static void
child_ready(struct family *family, struct child *child)
{
	struct place *place = place_of(family, child);

	child->is_ready = true;
	log_event(LEVEL_DEBUG, NULL, "role-ready", "role=%s slot=%u pid=%d",
		role_name(child->role), child->slot, (int)child->pid);
	if (place->child != child || place->outgoing == NULL)
		return;
	family_drain(family, place->outgoing, 1);
	place->outgoing = NULL;
}

/* What the front says of itself goes to systemd; it faces the network, so it is not trusted to
 * send one line only. */
static void
child_status(const struct child *child, const char *text)
{
	char state[300];

	if (child->role != ROLE_FRONT)
		return;
	snprintf(state, sizeof(state), "STATUS=%s", text);
	for (char *at = state; *at != '\0'; at++) {
		if ((unsigned char)*at < ' ')
			*at = ' ';
	}
	proc_notify(state);
}

static void
breach_log(const struct child *child, enum ipc_type type)
{
	log_event(LEVEL_ERROR, NULL, "role-breach", "role=%s slot=%u pid=%d type=%s",
		role_name(child->role), child->slot, (int)child->pid, ipc_type_name(type));
}

/* False: no more for now. */
static bool
child_message(struct family *family, struct child *child)
{
	struct ipc_message *message = family->message;
	enum ipc_got got = ipc_receive(child->control, message);

	if (got == IPC_AGAIN)
		return false;
	if (got == IPC_GOT && message->type == IPC_READY) {
		child_ready(family, child);
	} else if (got == IPC_GOT && message->type == IPC_STATUS) {
		child_status(child, message->status.text);
	} else {
		if (got != IPC_CLOSED) {
			breach_log(child, message->type);
			kill(child->pid, SIGKILL);
		}
		child->kill_at = now_ms() + CLOSED_GRACE_MS;
		ipc_end_close(&child->control);
	}
	if (got == IPC_GOT)
		ipc_message_done(message);
	return child->control != NULL;
}

/* The descriptors to wait for; the signals' first, then the children's in their order. */
static size_t
polls_make(struct family *family, int signal_fd)
{
	size_t n = 1;
	struct pollfd *polls;

	for (const struct child *c = family->children; c != NULL; c = c->next)
		n++;
	polls = realloc(family->polls, n * sizeof(*polls));
	if (polls == NULL)
		return 0;
	family->polls = polls;
	polls[0] = (struct pollfd) { .fd = signal_fd, .events = POLLIN };
	n = 1;
	for (const struct child *c = family->children; c != NULL; c = c->next, n++) {
		polls[n] = (struct pollfd) { .fd = -1 };
		if (c->control == NULL)
			continue;
		polls[n].fd = ipc_end_fd(c->control);
		polls[n].events = ipc_end_has_backlog(c->control) ? POLLIN | POLLOUT : POLLIN;
	}
	return n;
}

bool
family_wait(struct family *family, int signal_fd, int64_t until)
{
	int64_t wait = until - now_ms();
	size_t n = polls_make(family, signal_fd), i = 1;

	if (n == 0) {
		usleep(100 * 1000); /* no memory: the roles go on, and this passes */
		return false;
	}
	if (poll(family->polls, n, wait < 0 ? 0 : wait > 60000 ? 60000 : (int)wait) <= 0)
		return false;
	for (struct child *c = family->children; c != NULL; c = c->next, i++) {
		short got = family->polls[i].revents;

		if ((got & POLLOUT) != 0)
			sent_or_kill(c, ipc_end_flush(c->control));
		if ((got & (POLLIN | POLLHUP | POLLERR)) != 0) {
			while (child_message(family, c))
				continue;
		}
	}
	return family->polls[0].revents != 0;
}

static void
death_log(const struct child *child, int status, const char *breadcrumb)
{
	bool crashed = WIFSIGNALED(status) || WEXITSTATUS(status) != 0;
	enum log_level level = crashed ? LEVEL_ERROR : LEVEL_DEBUG;
	char quoted[600];

	log_event(level, NULL, "role-ended", "role=%s slot=%u pid=%d %s=%d work=%s",
		role_name(child->role), child->slot, (int)child->pid,
		WIFSIGNALED(status) ? "signal" : "exit",
		WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
		log_quote(breadcrumb, quoted, sizeof(quoted)));
}

/* Tells the front which worker, or that the watch, has gone, and over what. */
static void
death_tell(const struct family *family, const struct child *child, int status,
	const char *breadcrumb)
{
	struct ipc_lost message = {
		.role = child->role, .slot = child->slot, .pid = (uint32_t)child->pid,
		.status = (uint32_t)status, .breadcrumb = breadcrumb,
	};
	struct child *front = front_of(family);

	if (front != NULL && front->control != NULL)
		sent_or_kill(front, ipc_send_lost(front->control, &message, NULL, 0));
}

static void
death_count(struct place *place)
{
	int64_t now = now_ms();
	int64_t *tenth_last = &place->deaths[place->n_deaths % DEATHS_MAX];
	bool often = place->n_deaths >= DEATHS_MAX && now - *tenth_last < DEATHS_SPAN_MS;

	*tenth_last = now;
	place->n_deaths++;
	place->fill_at = often ? now + PAUSE_MS : now;
}

static void
child_ended(struct family *family, struct child *child, int status)
{
	struct place *place = place_of(family, child);
	char breadcrumb[BREADCRUMB_SIZE] = "";

	/* it was theirs to write until just now: copied, ended, then used */
	if (child->breadcrumb != NULL)
		memcpy(breadcrumb, child->breadcrumb, sizeof(breadcrumb) - 1);
	breadcrumb[sizeof(breadcrumb) - 1] = '\0';
	death_log(child, status, breadcrumb);
	if (place->outgoing == child)
		place->outgoing = NULL;
	if (place->child == child) {
		place->child = NULL;
		death_count(place);
	}
	if (child->role != ROLE_FRONT) {
		death_tell(family, child, status, breadcrumb);
		return;
	}
	for (unsigned i = 1; i < family->n_places && !family->is_ending; i++)
		place_vacate(family, &family->places[i]);
}

unsigned
family_reap(struct family *family)
{
	unsigned unexpected = 0;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		struct child **at = &family->children;

		while (*at != NULL && (*at)->pid != pid)
			at = &(*at)->next;
		if (*at != NULL) {
			struct child *child = *at;

			*at = child->next;
			unexpected += !child->is_leaving;
			child_ended(family, child, status);
			child_free(child);
		}
	}
	return unexpected;
}

void
family_renew(struct family *family)
{
	for (unsigned i = 0; i < PLACE_WORKER; i++) {
		if (family->places[i].child != NULL && family->places[i].child->control != NULL)
			send_config(family, family->places[i].child);
	}
}

void
family_kill(struct family *family, int number)
{
	for (const struct child *c = family->children; c != NULL; c = c->next)
		kill(c->pid, number);
}

bool
family_is_ready(const struct family *family)
{
	for (unsigned i = 0; i < family->n_places; i++) {
		if (family->places[i].child == NULL || !family->places[i].child->is_ready)
			return false;
	}
	return true;
}
