/* SPDX-License-Identifier: ISC */
/* Resolver and connect(2); the waiting is done by stream. */
#include "bridge/base/dial.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bridge/base/date.h"
#include "bridge/base/limits.h"

enum { ATTEMPT_MS = 10000 };	/* for an address that is not the last, without a deadline */

struct dial_address {
	struct sockaddr_storage storage;
	socklen_t len;
};

struct dial {
	unsigned n, next;
	struct dial_address addresses[LIMIT_ADDRESSES];
};

static bool
dial_add(struct dial *dial, const struct sockaddr *address, socklen_t len)
{
	struct dial_address *slot = &dial->addresses[dial->n];

	if (len > sizeof(slot->storage) || dial->n == LIMIT_ADDRESSES)
		return false;
	memcpy(&slot->storage, address, len);
	slot->len = len;
	dial->n++;
	return true;
}

struct dial *
dial_new(const struct sockaddr *address, socklen_t len)
{
	struct dial *dial = calloc(1, sizeof(*dial));

	if (dial != NULL && address != NULL && !dial_add(dial, address, len))
		dial_free(&dial);
	return dial;
}

void
dial_free(struct dial **dial)
{
	free(*dial);
	*dial = NULL;
}

const char *
dial_resolve(struct dial *dial, const char *host, uint16_t port)
{
	const struct addrinfo hints = {
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICSERV | AI_ADDRCONFIG,
	};
	struct addrinfo *list = NULL;
	char service[8];
	int error;

	if (dial->n > 0)
		return NULL;
	snprintf(service, sizeof(service), "%u", port);
	error = getaddrinfo(host, service, &hints, &list);
	if (error != 0)
		return gai_strerror(error);
	for (struct addrinfo *at = list; at != NULL; at = at->ai_next)
		dial_add(dial, at->ai_addr, at->ai_addrlen);
	freeaddrinfo(list);
	return dial->n > 0 ? NULL : "no address";
}

/* The last address may use all the time there is; the others share it. */
int64_t
dial_limit(const struct dial *dial, int64_t deadline)
{
	unsigned left = dial->n - dial->next;
	int64_t now = now_ms();

	if (left <= 1)
		return 0;
	return now + (deadline == 0 ? ATTEMPT_MS : (deadline - now) / left);
}

/* A socket on its way to the address; -1: errno. */
static int
address_connect(const struct dial_address *address)
{
	const struct sockaddr *to = (const struct sockaddr *)&address->storage;
	const int on = 1;
	int fd = socket(to->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int error;

	if (fd < 0)
		return -1;
	if (to->sa_family != AF_UNIX) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	}
	if (connect(fd, to, address->len) == 0 || errno == EINPROGRESS)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

int
dial_next(struct dial *dial, int *error)
{
	int fd = -1;

	while (fd < 0 && dial->next < dial->n) {
		fd = address_connect(&dial->addresses[dial->next++]);
		if (fd < 0)
			*error = errno;
	}
	return fd;
}
