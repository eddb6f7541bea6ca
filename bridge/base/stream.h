/* SPDX-License-Identifier: ISC */
/*
 * One outgoing connection to an upstream server: a non-blocking socket, with or without TLS.  One
 * state machine serves both uses: workers call the blocking functions, watch calls stream_step and
 * stream_try_* from its event loop.  Blocking calls honour one absolute deadline, so a server that
 * drips a byte a second cannot hold a worker.  The server's certificate is always verified: chain
 * (system store or ca_file) and host name or IP address.  EOF without close_notify counts as EOF.
 * The creator owns the stream.  The first stream with TLS makes the process ignore SIGPIPE.
 */
#ifndef BRIDGE_BASE_STREAM_H
#define BRIDGE_BASE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

struct stream;

struct stream_options {
	const char *host;	/* name or IP literal; also what the certificate must say */
	uint16_t port;
	bool tls;		/* TLS from the first byte */
	bool starttls_later;	/* plain now, stream_start_tls will come: loads the CA now */
	const char *ca_file;	/* PEM; NULL: the system's store */
	const struct sockaddr *address; /* NULL: ask getaddrinfo, which blocks */
	socklen_t address_len;
};

enum stream_state {
	STREAM_NEEDS_READ,	/* wait for the descriptor to be readable, then stream_step */
	STREAM_NEEDS_WRITE,
	STREAM_READY,		/* connected, and the TLS handshake is done where asked */
	STREAM_FAILED,		/* stream_error says why */
};

/* What the stream_try functions return beside counts; 0 is EOF, -1 an error. */
enum { STREAM_AGAIN = -2 };

/* Everything in options is copied.  Never connects.  NULL only when out of memory. */
struct stream *stream_new(const struct stream_options *options);
void stream_close(struct stream **stream);	/* sends close_notify if it can at once */

/* Absolute, as now_ms(); 0 = none.  It holds until set anew. */
void stream_deadline(struct stream *stream, int64_t ms_monotonic);

/*
 * Event-driven: one step of connect, handshake.  Call it first without waiting, then after each
 * readiness event, and again at stream_wake_at (a try of the next address, or the deadline).
 */
enum stream_state stream_step(struct stream *stream);
int64_t stream_wake_at(const struct stream *stream);	/* now_ms() scale; 0 = no timer needed */

/*
 * Begins TLS on a ready plain stream; stream_step then goes on until STREAM_READY.  The caller must
 * have used up, or must refuse, all plain bytes behind the server's go-ahead: they are not trusted.
 */
enum stream_state stream_begin_tls(struct stream *stream);

/* Blocking: stream_step until ready or failed.  Each address of the host is tried. */
bool stream_open(struct stream *stream);
bool stream_start_tls(struct stream *stream);

/*
 * Blocking.  Bytes moved (read: 1..n, write: all n), 0 = closed by the peer, -1 = error.  A passed
 * deadline is an error even while bytes keep dripping in, and the stream is of no use after it.
 */
ssize_t stream_read(struct stream *stream, void *data, size_t n);
ssize_t stream_write(struct stream *stream, const void *data, size_t n);

/* Non-blocking.  Bytes moved, 0, -1 or STREAM_AGAIN; then stream_wants says what to wait for. */
ssize_t stream_try_read(struct stream *stream, void *data, size_t n);
ssize_t stream_try_write(struct stream *stream, const void *data, size_t n);
enum stream_state stream_wants(const struct stream *stream);

/* true: bytes wait inside the TLS layer, so poll() would be silent about them. */
bool stream_pending(const struct stream *stream);

/* The descriptor changes while addresses are tried: ask again after each stream_step. */
int stream_fd(const struct stream *stream);
bool stream_is_tls(const struct stream *stream);

/* One line for the log ("certificate: self-signed certificate"), "" while all is well. */
const char *stream_error(const struct stream *stream);

uint64_t stream_bytes_in(const struct stream *stream);	/* payload, not TLS records */
uint64_t stream_bytes_out(const struct stream *stream);

/* Milliseconds that this process has spent waiting in the blocking functions so far. */
int64_t stream_waited_ms(void);

/* The address connected to; false while there is none. */
bool stream_peer(const struct stream *stream, struct sockaddr_storage *ret_peer);

/* Trust stores are read once a process; after this, streams to come read them anew. */
void stream_trust_reload(void);

#endif
