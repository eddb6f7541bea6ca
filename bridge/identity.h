/* SPDX-License-Identifier: ISC */
/*
 * Who the roles run as when the parent was started by root.  The parent looks
 * the user up once; a child takes the identity on between fork and exec.
 */
#ifndef BRIDGE_IDENTITY_H
#define BRIDGE_IDENTITY_H

#include <stdbool.h>
#include <sys/types.h>

#include "bridge/config.h"

struct identity {
	bool changes;  /* false: stay who we are */
	char user[64];
	uid_t uid;
	gid_t gid;
};

/* Looks up the settings user and group.  False: reported as a mistake. */
bool identity_find(const struct config *from, config_mistake_fn *fn, void *ctx,
	struct identity *ret_identity);

/* For good, with the user's further groups.  False: errno. */
bool identity_assume(const struct identity *identity);

/* Creates a log file, if it is not there, so that the roles may append to it. */
bool identity_make_file(const struct identity *identity, const char *path);

#endif
