/* SPDX-License-Identifier: ISC */
/*
 * The PROXY protocol header, version 1 (text) and 2 (binary), that a load balancer puts before the
 * first byte of a connection.  Also: lists of trusted networks and the client address out of
 * X-Forwarded-For.  Pure functions; used by front.
 */
#ifndef BRIDGE_BASE_PROXY_H
#define BRIDGE_BASE_PROXY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "bridge/base/http.h"

struct proxy_head {
	size_t size;		/* HTTP_DONE: bytes of the header */
	bool local;		/* health check of the proxy itself: keep the socket's address */
	struct sockaddr_storage source;
};

/* HTTP_BAD: no PROXY header, or a broken one: close without an answer. */
enum http_result proxy_head_parse(const uint8_t *data, size_t len, struct proxy_head *ret_head);

/* A network such as 10.0.0.0/8 or fd00::/8; a bare address is a network of one. */
struct proxy_net {
	uint8_t address[16];	/* IPv4 as ::ffff:a.b.c.d */
	unsigned bits;		/* 0..128 */
};

bool proxy_net_parse(const char *text, struct proxy_net *ret_net);
bool proxy_net_has(const struct proxy_net *net, const struct sockaddr *address);

/*
 * The nearest address in an X-Forwarded-For value (read from its right end) that is not itself in
 * a trusted net; where all are trusted, the farthest.  What is left of garbage is not believed.
 * false: nothing usable.
 */
bool proxy_forwarded(const char *value, const struct proxy_net *nets, size_t n_nets,
	struct sockaddr_storage *ret_source);

/* "192.0.2.1" or "2001:db8::1" (no port); "unix" for a local socket. */
void proxy_address_text(const struct sockaddr *address, char *ret_text, size_t size);

#endif
