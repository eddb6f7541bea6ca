/* SPDX-License-Identifier: ISC */
/*
 * The parent's children: one front, one watch, many workers; who fills which
 * place, who is on the way out, who is to be killed when.  Starts and connects
 * them, hears that they are ready, notices their end.  It decides nothing about
 * the service as a whole: that is parent.c.  Process: parent.
 */
#ifndef BRIDGE_FAMILY_H
#define BRIDGE_FAMILY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "bridge/identity.h"
#include "bridge/ipc.h"
#include "bridge/sockets.h"
#include "bridge/supplies.h"

enum {
	WORKERS_MAX = 512,
	PLACE_FRONT = 0,
	PLACE_WATCH = 1,
	PLACE_WORKER = 2,
	DEATHS_MAX = 10, /* of one place within ten seconds; beyond it a pause before the next */
};

struct pollfd;

struct child {
	struct child *next;
	enum role role;
	unsigned slot;
	pid_t pid;
	struct ipc_end *control; /* NULL: closed */
	const char *breadcrumb;  /* the page shared with a worker; NULL: none */
	uint32_t generation;     /* of the configuration it has */
	bool is_ready;
	bool is_leaving;         /* its place is another's, or nobody's */
	int64_t kill_at;         /* now_ms() scale; 0: not */
};

/* What one child after the other fills. */
struct place {
	enum role role;
	unsigned slot;
	struct child *child;     /* NULL: empty */
	struct child *outgoing;  /* to be drained once `child` is ready */
	int64_t fill_at;         /* not before */
	int64_t deaths[DEATHS_MAX]; /* when the last ones happened, as a ring */
	unsigned n_deaths;
};

struct family {
	/* borrowed, set by the parent */
	const struct supplies *supplies;
	const struct sockets *sockets;
	const struct identity *identity;
	const char *program;
	uint32_t generation;
	bool is_ending; /* nobody is started any more */

	struct place places[PLACE_WORKER + WORKERS_MAX];
	unsigned n_places;
	struct child *children;
	struct pollfd *polls;
	struct ipc_message *message;
};

/* False: no memory. */
bool family_init(struct family *family);
void family_free(struct family *family);

/* Places for so many workers; those beyond are drained. */
void family_set_workers(struct family *family, unsigned n);

/* Fills empty places whose time has come, exchanges workers of an older generation one after
 * another, kills who has overstayed.  Call it after every wait. */
void family_tend(struct family *family);

/* When family_tend should be called again at the latest, now_ms() scale. */
int64_t family_wake_at(const struct family *family);

/* Waits up to `until` for signal_fd or messages, and handles the messages.  True: signals wait. */
bool family_wait(struct family *family, int signal_fd, int64_t until);

/* After SIGCHLD: takes note of all who ended.  Returns how many of them should not have. */
unsigned family_reap(struct family *family);

/* The new configuration to front and watch, listening sockets to the front. */
void family_renew(struct family *family);

void family_drain(struct family *family, struct child *child, unsigned seconds);
void family_kill(struct family *family, int number);
bool family_is_ready(const struct family *family);

#endif
