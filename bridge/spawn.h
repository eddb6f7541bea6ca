/* SPDX-License-Identifier: ISC */
/*
 * How a role's process comes to be: fork, everything dropped that it must not
 * have, then the same binary anew, so that no memory of the parent goes along
 * and each process has an address space layout of its own.
 */
#ifndef BRIDGE_SPAWN_H
#define BRIDGE_SPAWN_H

#include <sys/types.h>

#include "bridge/config.h"
#include "bridge/identity.h"
#include "bridge/role.h"

struct spawn_order {
	enum role role;
	unsigned slot;
	int control_fd;
	int breadcrumb_fd;   /* -1: none */
	const char *program; /* argv[0], for where /proc is not mounted */
	const struct identity *identity;
	const struct server_config *server;
};

/* The descriptors stay the caller's.  -1: errno. */
pid_t spawn(const struct spawn_order *order);

#endif
