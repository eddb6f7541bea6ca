/* SPDX-License-Identifier: ISC */
/*
 * The parent, on one page.
 *
 * It owns what must outlive any other process: the listening sockets, the files
 * that only root may read (kept as memory files), and the right to start
 * processes.  Everything that faces the network or a hostile mail is a child
 * without privileges, started by fork and exec of this same binary; so no child
 * inherits another's clients, keys or memory, and whichever child falls, the
 * parent is there to start the next one.
 *
 * To stay that reliable it does very little.  One loop waits for signals and
 * for the children, who may say only READY and STATUS; anything else ends them.
 *
 *   SIGCHLD    a worker died: LOST to the front, with the breadcrumb of what it
 *              worked on; a new one in its place.  More than 10 deaths of one
 *              place in 10 seconds: one a second.  The watch: likewise; the front
 *              subscribes its held requests anew.  The front: its phones reconnect
 *              to the next one; workers and watch, whose pairs with it are dead,
 *              are drained and replaced.
 *   SIGHUP     everything is read and checked anew.  One mistake: it is logged,
 *              and nothing changes.  Else front and watch get the new
 *              configuration (held requests stay held), and the workers are
 *              replaced one after another, the newcomer first.
 *   SIGUSR1    logs are opened anew, here and in every role.
 *   SIGTERM    the front is drained (held requests answered within a second, work
 *              in hand finished), then the others; after 10 seconds, or at the
 *              second signal, whoever is left is killed.
 *
 * A request that never ends is not the parent's business: a worker sets an
 * alarm(2) of worker_timeout before each request, and SIGALRM ends it like any
 * other crash.  When the parent itself dies, the children see the end of their
 * control channel, drain and exit.
 *
 * Changes of user, group and max_clients need a restart.
 */
#include "bridge/parent.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bridge/base/codec.h"
#include "bridge/base/date.h"
#include "bridge/base/log.h"
#include "bridge/base/proc.h"
#include "bridge/family.h"
#include "bridge/role.h"

enum {
	START_MS = 60000, /* for all roles to be ready */
	STOP_MS = 10000,
	DRAIN_S = 1,      /* over which held requests are answered at a stop */
	WORKERS_PER_CORE = 4,
	WORKERS_LEAST = 8,
};

enum phase { STARTING, RUNNING, STOPPING_FRONT, STOPPING_ALL };

struct parent {
	struct parent_start *start;
	struct supplies *supplies;
	struct sockets sockets;
	struct family family;
	enum phase phase;
	int64_t deadline;       /* of starting or stopping */
	int64_t watchdog_every; /* ms; 0: nobody watches */
	int64_t watchdog_at;
	int exit_code;
};

bool
parent_logs_open(const struct config *from, const struct identity *identity,
	config_mistake_fn *fn, void *ctx)
{
	const struct server_config *server = &from->server;
	bool ok = true;

	if (!identity_make_file(identity, server->log)) {
		fn(ctx, from->path, 0, "log", strerror(errno));
		ok = false;
	}
	if (!identity_make_file(identity, server->sync_log)) {
		fn(ctx, from->path, 0, "sync_log", strerror(errno));
		ok = false;
	}
	if (ok)
		role_logs_open(server);
	return ok;
}

static unsigned
workers_wanted(const struct server_config *server)
{
	unsigned n = proc_cores() * WORKERS_PER_CORE;

	if (server->workers > 0)
		return (unsigned)server->workers;
	return n < WORKERS_LEAST ? WORKERS_LEAST : n > WORKERS_MAX ? WORKERS_MAX : n;
}

/* Tells who started us, once. */
static void
report(struct parent *parent, const char *text)
{
	int fd = parent->start->report_fd;

	if (fd < 0)
		return;
	(void)proc_write_all(fd, text, strlen(text));
	close(fd);
	parent->start->report_fd = -1;
}

static void
pid_file_write(const struct server_config *server)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "%d\n", (int)getpid());
	int fd;

	if (server->pid_file[0] == '\0')
		return;
	fd = open(server->pid_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0 || fchmod(fd, 0644) != 0 || !proc_write_all(fd, text, (size_t)len))
		log_event(LEVEL_ERROR, NULL, "pid-file", "file=%s error=\"%m\"", server->pid_file);
	if (fd >= 0)
		close(fd);
}

static void
stop(struct parent *parent)
{
	struct child *front = parent->family.places[PLACE_FRONT].child;

	parent->family.is_ending = true;
	parent->phase = STOPPING_FRONT;
	parent->deadline = now_ms() + STOP_MS;
	proc_notify("STOPPING=1");
	if (front != NULL)
		family_drain(&parent->family, front, DRAIN_S);
}

/* The workers are needed until the front has finished its work in hand. */
static void
stop_others(struct parent *parent)
{
	parent->phase = STOPPING_ALL;
	for (struct child *c = parent->family.children; c != NULL; c = c->next)
		family_drain(&parent->family, c, DRAIN_S);
}

static void
start_failed(struct parent *parent, const char *reason)
{
	log_event(LEVEL_ERROR, NULL, "start-failed", "reason=\"%s\"", reason);
	report(parent, reason);
	parent->exit_code = 1;
	stop(parent);
}

static void
started(struct parent *parent)
{
	parent->phase = RUNNING;
	parent->deadline = INT64_MAX;
	pid_file_write(&parent->supplies->config->server);
	log_event(LEVEL_INFO, NULL, "started", "pid=%d workers=%u", (int)getpid(),
		parent->family.n_places - PLACE_WORKER);
	proc_notify("READY=1\nSTATUS=serving");
	report(parent, "+");
}

/* Reads and opens all that a new configuration needs; false: nothing has changed. */
static bool
renewal_load(struct parent *parent)
{
	const char *path = parent->start->config_path;
	struct supplies *renewed = supplies_load(path, config_mistake_log, NULL);
	struct sockets sockets;

	if (renewed == NULL)
		return false;
	if (!sockets_open(renewed->config, &parent->sockets, config_mistake_log, NULL, &sockets)) {
		supplies_free(&renewed);
		return false;
	}
	sockets_free(&parent->sockets);
	parent->sockets = sockets;
	supplies_free(&parent->supplies);
	parent->supplies = renewed;
	config = renewed->config;
	return true;
}

static void
reload(struct parent *parent)
{
	char state[80];
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%lld%06ld",
		(long long)now.tv_sec, now.tv_nsec / 1000);
	proc_notify(state);
	if (renewal_load(parent)) {
		parent_logs_open(config, &parent->start->identity, config_mistake_log, NULL);
		parent->family.supplies = parent->supplies;
		parent->family.generation++;
		family_set_workers(&parent->family, workers_wanted(&config->server));
		family_renew(&parent->family);
		family_kill(&parent->family, SIGUSR1);
		log_event(LEVEL_INFO, NULL, "reloaded", "generation=%" PRIu32,
			parent->family.generation);
	} else {
		log_event(LEVEL_ERROR, NULL, "reload-failed", "kept=generation-%" PRIu32,
			parent->family.generation);
	}
	proc_notify("READY=1");
}

static void
logs_reopen(struct parent *parent)
{
	parent_logs_open(parent->supplies->config, &parent->start->identity, config_mistake_log,
		NULL);
	family_kill(&parent->family, SIGUSR1);
}

static void
children_ended(struct parent *parent)
{
	unsigned unexpected = family_reap(&parent->family);

	if (parent->phase == STARTING && unexpected > 0)
		start_failed(parent, "a process ended while it started; the log tells more");
}

static void
signal_take(struct parent *parent, uint32_t number)
{
	switch (number) {
	case SIGCHLD:
		children_ended(parent);
		break;
	case SIGHUP:
		if (parent->phase == RUNNING)
			reload(parent);
		break;
	case SIGUSR1:
		logs_reopen(parent);
		break;
	default:
		log_event(LEVEL_INFO, NULL, "stopping", "signal=%" PRIu32, number);
		if (parent->phase == STARTING)
			start_failed(parent, "stopped by a signal");
		else if (parent->phase == RUNNING)
			stop(parent);
		else
			family_kill(&parent->family, SIGKILL);
		break;
	}
}

static void
signals_take(struct parent *parent, int signal_fd)
{
	struct signalfd_siginfo info;

	while (read(signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
		signal_take(parent, info.ssi_signo);
}

/* Descriptor on which signals are read from now on. */
static int
signals_open(void)
{
	static const int numbers[] = { SIGCHLD, SIGHUP, SIGUSR1, SIGTERM, SIGINT };
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaddset(&set, numbers[i]);
	sigprocmask(SIG_SETMASK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

/* systemd's watchdog hears from us twice as often as it wants to. */
static void
watchdog_tend(struct parent *parent)
{
	int64_t now = now_ms();

	if (parent->watchdog_every == 0 || now < parent->watchdog_at)
		return;
	proc_notify("WATCHDOG=1");
	parent->watchdog_at = now + parent->watchdog_every;
}

static void
watchdog_start(struct parent *parent)
{
	const char *text = getenv("WATCHDOG_USEC");
	int64_t us;

	if (text != NULL && number_parse(text, 1000, INT64_MAX / 2, &us))
		parent->watchdog_every = us / 2000;
}

/* Moves on from one phase to the next. */
static void
phase_tend(struct parent *parent)
{
	bool late = now_ms() >= parent->deadline;

	if (parent->phase == STARTING) {
		if (family_is_ready(&parent->family))
			started(parent);
		else if (late)
			start_failed(parent, "not all processes were ready in time");
	} else if (parent->phase == STOPPING_FRONT) {
		if (parent->family.places[PLACE_FRONT].child == NULL)
			stop_others(parent);
	}
	if (late && parent->phase >= STOPPING_FRONT) {
		log_event(LEVEL_WARN, NULL, "stop-late", NULL);
		family_kill(&parent->family, SIGKILL);
		parent->deadline = INT64_MAX;
	}
}

static bool
is_over(const struct parent *parent)
{
	return parent->phase >= STOPPING_FRONT && parent->family.children == NULL;
}

static void
loop(struct parent *parent, int signal_fd)
{
	while (!is_over(parent)) {
		int64_t until = family_wake_at(&parent->family);

		if (parent->deadline < until)
			until = parent->deadline;
		if (parent->watchdog_every > 0 && parent->watchdog_at < until)
			until = parent->watchdog_at;
		if (family_wait(&parent->family, signal_fd, until))
			signals_take(parent, signal_fd);
		watchdog_tend(parent);
		phase_tend(parent);
		family_tend(&parent->family);
	}
}

/* Descriptors on their way to children count as ours. */
static void
descriptors_raise(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return;
	files.rlim_cur = files.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &files);
}

int
parent_run(struct parent_start *start)
{
	struct parent parent = { .start = start, .supplies = start->supplies,
		.sockets = start->sockets, .deadline = now_ms() + START_MS };
	int signal_fd = signals_open();

	descriptors_raise();
	config = parent.supplies->config;
	if (signal_fd < 0 || !family_init(&parent.family)) {
		log_event(LEVEL_ERROR, NULL, "start-failed", "error=\"%m\"");
		return 1;
	}
	if (geteuid() == 0 && !start->identity.changes)
		log_event(LEVEL_WARN, NULL, "running-as-root", "remedy=\"set user in %s\"",
			start->config_path);
	parent.family.supplies = parent.supplies;
	parent.family.sockets = &parent.sockets;
	parent.family.identity = &start->identity;
	parent.family.program = start->program;
	parent.family.generation = 1;
	family_set_workers(&parent.family, workers_wanted(&config->server));
	watchdog_start(&parent);
	family_tend(&parent.family);
	loop(&parent, signal_fd);
	if (config->server.pid_file[0] != '\0' && parent.exit_code == 0)
		unlink(config->server.pid_file);
	log_event(LEVEL_INFO, NULL, "stopped", NULL);
	family_free(&parent.family);
	sockets_free(&parent.sockets);
	config = NULL;
	supplies_free(&parent.supplies);
	close(signal_fd);
	return parent.exit_code;
}
