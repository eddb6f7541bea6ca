/* SPDX-License-Identifier: ISC */
/*
 * What the parent reads from files, at start and at each reload, and hands to
 * the roles as memory files: the text of the configuration, certificates and
 * keys.  So no role needs a right to read them.
 */
#ifndef BRIDGE_SUPPLIES_H
#define BRIDGE_SUPPLIES_H

#include "bridge/config.h"
#include "bridge/ipc.h"

struct supplies {
	struct config *config;
	char *names;       /* as in a CONFIG message */
	int fds[IPC_FDS];  /* the text, then certificate and key of each name */
	unsigned n_fds;
};

/* Reads and checks everything.  NULL: each mistake was reported. */
struct supplies *supplies_load(const char *path, config_mistake_fn *fn, void *ctx);
void supplies_free(struct supplies **supplies);

#endif
