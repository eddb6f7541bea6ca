/* SPDX-License-Identifier: ISC */
/*
 * The transport of one client: a non-blocking socket, with or without TLS on it.  Nothing here
 * waits; what a call would have to wait for is left in `wants`.  The client owns it.
 * Process: front.
 */
#ifndef BRIDGE_FRONT_CONN_H
#define BRIDGE_FRONT_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <openssl/types.h>

struct conn {
	int fd;       /* -1: none */
	SSL *ssl;     /* NULL: plain */
	short wants;  /* after CONN_AGAIN: EV_READ or EV_WRITE */
	bool broken;  /* a fatal error: TLS must not say goodbye any more */
};

enum { CONN_EOF = 0, CONN_ERROR = -1, CONN_AGAIN = -2 };

void conn_open(struct conn *conn, int fd);

/* Wraps the socket in TLS; conn_handshake follows.  False: no memory. */
bool conn_start_tls(struct conn *conn, SSL_CTX *context);

/* 1: done; CONN_AGAIN, CONN_ERROR. */
int conn_handshake(struct conn *conn);

/* Bytes moved (1 .. n), CONN_EOF (read only), CONN_AGAIN or CONN_ERROR. */
ssize_t conn_read(struct conn *conn, void *data, size_t n);
ssize_t conn_write(struct conn *conn, const void *data, size_t n);

/* Up to n bytes of a file from `offset` on, as conn_write; a file that ends early is an error. */
ssize_t conn_write_file(struct conn *conn, int fd, off_t offset, size_t n);

/* Bytes wait inside TLS, so the event loop would be silent about them. */
bool conn_pending(const struct conn *conn);

/* Says goodbye and closes the sending half; the peer can still be read. */
void conn_finish(struct conn *conn);
void conn_close(struct conn *conn);

#endif
