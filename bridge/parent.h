/* SPDX-License-Identifier: ISC */
/*
 * The parent: supervises the roles from start to stop.  It reads its files,
 * signals and two small messages of its children; no byte from the network ever
 * enters it.  Process: parent.
 */
#ifndef BRIDGE_PARENT_H
#define BRIDGE_PARENT_H

#include "bridge/identity.h"
#include "bridge/sockets.h"
#include "bridge/supplies.h"

struct parent_start {
	const char *config_path;
	const char *program;       /* argv[0] */
	struct supplies *supplies; /* the parent's from here on */
	struct sockets sockets;    /* likewise */
	struct identity identity;
	int report_fd; /* gets "+" once all roles serve, or the reason why not; -1: none */
};

/* Opens the parent's logs and creates those of the roles.  False: reported. */
bool parent_logs_open(const struct config *from, const struct identity *identity,
	config_mistake_fn *fn, void *ctx);

/* Runs until a signal ends it; returns the exit code. */
int parent_run(struct parent_start *start);

#endif
