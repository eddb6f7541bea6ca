/* SPDX-License-Identifier: ISC */
/*
 * How a role's process begins.  The parent re-executes the binary with the
 * role's name; main sets up logging, configuration and the control channel
 * (descriptor 3) and calls the role's main, which returns the exit code.
 */
#ifndef BRIDGE_ROLE_H
#define BRIDGE_ROLE_H

#include "bridge/ipc.h"

struct role_start {
	struct ipc_end *control; /* to the parent */
	unsigned slot;           /* which worker */
	char *breadcrumb;        /* shared page, BREADCRUMB_SIZE bytes; NULL except in workers */
	struct ipc_message *config; /* the CONFIG message received, its fds not yet taken (front: TLS) */
};

enum { BREADCRUMB_SIZE = 4096 };

int front_main(struct role_start *start);
int worker_main(struct role_start *start);
int watch_main(struct role_start *start);

#endif
