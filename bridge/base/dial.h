/* SPDX-License-Identifier: ISC */
/*
 * The addresses of an upstream host and the attempt to reach one after the other.  Inner part of
 * stream; nobody else needs it.
 */
#ifndef BRIDGE_BASE_DIAL_H
#define BRIDGE_BASE_DIAL_H

#include <stdint.h>
#include <sys/socket.h>

struct dial;

/* address NULL: dial_resolve will find some.  NULL: out of memory, or the address is too long. */
struct dial *dial_new(const struct sockaddr *address, socklen_t len);
void dial_free(struct dial **dial);

/* Asks the resolver where no address is known yet; blocks.  NULL: good, else why not. */
const char *dial_resolve(struct dial *dial, const char *host, uint16_t port);

/* now_ms() moment at which to give up the attempt that dial_next is about to begin; 0 = never. */
int64_t dial_limit(const struct dial *dial, int64_t deadline);

/*
 * A non-blocking socket on its way to the next address that does not fail at once.  -1: none is
 * left; *error is then the reason of the last failure, as it was if nothing was tried.
 */
int dial_next(struct dial *dial, int *error);

#endif
