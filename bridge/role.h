/* SPDX-License-Identifier: ISC */
/*
 * How a role's process begins.  The parent re-executes the binary with the
 * role's name; main sets up logging, configuration and the control channel
 * (descriptor 3) and calls the role's main, which returns the exit code.  Then
 * LISTEN and PEER messages come over the control channel; the role sends READY
 * once it can serve.  When the channel closes, the parent is dead: drain, exit.
 *
 * SIGPIPE is ignored; SIGINT and SIGTERM are ignored (the parent sends DRAIN); SIGUSR1 reopens
 * the logs without the role's doing.  A worker guards itself against a request
 * that never ends: alarm(config->server.worker_timeout) before, alarm(0) after;
 * SIGALRM's default action ends it and the parent reaps it like any crash.
 */
#ifndef BRIDGE_ROLE_H
#define BRIDGE_ROLE_H

#include "bridge/ipc.h"

struct role_start {
	struct ipc_end *control; /* to the parent; blocking in workers, else non-blocking */
	unsigned slot;           /* which worker */
	char *breadcrumb;        /* shared page, BREADCRUMB_SIZE bytes; NULL except in workers */
	struct ipc_message *config; /* the CONFIG message received, fds not yet taken (TLS) */
};

enum { BREADCRUMB_SIZE = 4096 };

/* What a process spawned by the parent finds open (only workers the second). */
enum { ROLE_CONTROL_FD = 3, ROLE_BREADCRUMB_FD = 4 };

/* "front" ...; static memory.  N_ROLES: no such name. */
const char *role_name(enum role role);
enum role role_parse(const char *name);

/*
 * The start of a role's process: signals, control channel, configuration, logs, limits, shared
 * page.  False: the process must end; the reason is in the log.
 */
bool role_begin(enum role role, unsigned slot, struct role_start *ret_start);

/* Gives back what role_begin made and the role has not taken (set to NULL), and `config`. */
void role_end(struct role_start *start);

struct server_config;

/* Turns both logs to what the settings say; one that cannot be opened stays as it was. */
void role_logs_open(const struct server_config *server);

/* A later CONFIG message: parses it, makes it the global `config` and turns the logs to the files
 * it names.  The old one is kept as config->older: pointers into it may live on (where none do,
 * config_free(&config->older)).  False: nothing has changed. */
bool role_config_renew(struct ipc_message *message);

int front_main(struct role_start *start);
int worker_main(struct role_start *start);
int watch_main(struct role_start *start);

#endif
