/* SPDX-License-Identifier: ISC */
/*
 * The sockets that phones connect to.  Opened by the parent, while it may use
 * low ports; kept over reloads where the address stays, so that no connection
 * is refused meanwhile; handed to the front as descriptors.
 */
#ifndef BRIDGE_SOCKETS_H
#define BRIDGE_SOCKETS_H

#include <stdbool.h>

#include "bridge/config.h"

struct sockets {
	struct open_socket {
		char *text; /* the address as written in the configuration */
		int fd;
		bool is_ours; /* not passed by systemd: a socket file goes with it */
	} *list;
	unsigned n;
};

/*
 * Opens the listeners of a configuration, in its order.  What `before` has open is taken over
 * (its fd becomes -1); so are the sockets that systemd passes to a process at its start, where
 * `before` is empty.  False: each failure was reported, and `before` is as it was.
 */
bool sockets_open(const struct config *from, struct sockets *before, config_mistake_fn *fn,
	void *ctx, struct sockets *ret_sockets);

/* Closes what is open and removes socket files. */
void sockets_free(struct sockets *sockets);

#endif
