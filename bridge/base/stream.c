/* SPDX-License-Identifier: ISC */
/*
 * Phases: START (no socket) -> CONNECTING (one address after the other) -> HANDSHAKE -> READY, or
 * FAILED, which is final.  Everything below is non-blocking; the blocking functions are loops of
 * "try, else poll until the deadline".  Addresses are in dial.c, TLS set-up in trust.c.
 */
#include "bridge/base/stream.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "bridge/base/date.h"
#include "bridge/base/dial.h"
#include "bridge/base/trust.h"

enum { IO_MOST = 1 << 30 };	/* OpenSSL counts in int */

enum phase {
	PHASE_START,
	PHASE_CONNECTING,
	PHASE_HANDSHAKE,
	PHASE_READY,
	PHASE_FAILED,
};

struct stream {
	char *host;
	char *ca_file;
	struct dial *dial;	/* gone once connected */
	SSL *ssl;
	enum phase phase;
	enum stream_state wants;
	int fd;
	uint16_t port;
	bool tls;		/* TLS follows the connect */
	int64_t deadline;	/* 0 = none */
	int64_t attempt_end;	/* of the connect under way; 0 = none */
	uint64_t bytes_in, bytes_out;
	char error[160];
};

/* What this process has spent waiting; single waits are far less than a millisecond. */
static int64_t waited_us;

static enum stream_state __attribute__((format(printf, 2, 3)))
stream_fail(struct stream *stream, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(stream->error, sizeof(stream->error), format, args);
	va_end(args);
	stream->phase = PHASE_FAILED;
	stream->wants = STREAM_FAILED;
	return STREAM_FAILED;
}

static void
stream_free(struct stream *stream)
{
	SSL_free(stream->ssl);
	if (stream->fd >= 0)
		close(stream->fd);
	dial_free(&stream->dial);
	free(stream->ca_file);
	free(stream->host);
	free(stream);
}

struct stream *
stream_new(const struct stream_options *options)
{
	struct stream *stream = calloc(1, sizeof(*stream));
	const char *why;

	if (stream == NULL)
		return NULL;
	stream->fd = -1;
	stream->port = options->port;
	stream->tls = options->tls;
	stream->host = strdup(options->host);
	stream->ca_file = options->ca_file != NULL ? strdup(options->ca_file) : NULL;
	stream->dial = dial_new(options->address, options->address_len);
	if (stream->host == NULL || (options->ca_file != NULL && stream->ca_file == NULL) ||
		stream->dial == NULL) {
		stream_free(stream);
		return NULL;
	}
	if ((options->tls || options->starttls_later) &&
		trust_get(stream->ca_file, &why) == NULL)
		stream_fail(stream, "%s", why);
	return stream;
}

void
stream_close(struct stream **stream)
{
	if (*stream == NULL)
		return;
	if ((*stream)->ssl != NULL && (*stream)->phase == PHASE_READY) {
		ERR_clear_error();
		SSL_shutdown((*stream)->ssl);
	}
	stream_free(*stream);
	*stream = NULL;
}

void
stream_deadline(struct stream *stream, int64_t ms_monotonic)
{
	stream->deadline = ms_monotonic;
}

static bool
deadline_is_over(const struct stream *stream)
{
	return stream->deadline != 0 && now_ms() >= stream->deadline;
}

int64_t
stream_wake_at(const struct stream *stream)
{
	if (stream->phase >= PHASE_READY)
		return 0;
	if (stream->attempt_end != 0 &&
		(stream->deadline == 0 || stream->attempt_end < stream->deadline))
		return stream->attempt_end;
	return stream->deadline;
}

/* Goes on with the next address; `error` is why the one before failed. */
static enum stream_state
stream_connect_next(struct stream *stream, int error)
{
	if (stream->fd >= 0)
		close(stream->fd);
	stream->attempt_end = dial_limit(stream->dial, stream->deadline);
	stream->fd = dial_next(stream->dial, &error);
	if (stream->fd < 0)
		return stream_fail(stream, "connect: %s", strerror(error));
	stream->phase = PHASE_CONNECTING;
	return stream->wants = STREAM_NEEDS_WRITE;
}

/* SSL_get_error in our words; `failed` is what happens beyond waiting. */
static enum stream_state
tls_wants(struct stream *stream, int outcome)
{
	int error = SSL_get_error(stream->ssl, outcome);

	if (error == SSL_ERROR_WANT_READ)
		return stream->wants = STREAM_NEEDS_READ;
	if (error == SSL_ERROR_WANT_WRITE)
		return stream->wants = STREAM_NEEDS_WRITE;
	return STREAM_FAILED;
}

/* Why OpenSSL gave up: the certificate, the protocol, the socket. */
static enum stream_state
tls_fail(struct stream *stream, int saved_errno)
{
	long verify = SSL_get_verify_result(stream->ssl);
	unsigned long error = ERR_peek_last_error();
	const char *reason = error != 0 ? ERR_reason_error_string(error) : NULL;

	ERR_clear_error();
	if (verify != X509_V_OK && stream->phase == PHASE_HANDSHAKE)
		return stream_fail(stream, "certificate: %s",
			X509_verify_cert_error_string(verify));
	if (reason != NULL)
		return stream_fail(stream, "TLS: %s", reason);
	if (saved_errno != 0)
		return stream_fail(stream, "TLS: %s", strerror(saved_errno));
	return stream_fail(stream, "TLS: closed by the peer");
}

static enum stream_state
stream_handshake(struct stream *stream)
{
	int outcome;

	ERR_clear_error();
	errno = 0;
	outcome = SSL_connect(stream->ssl);
	if (outcome == 1) {
		stream->phase = PHASE_READY;
		return stream->wants = STREAM_READY;
	}
	if (tls_wants(stream, outcome) != STREAM_FAILED)
		return stream->wants;
	return tls_fail(stream, errno);
}

static enum stream_state
stream_handshake_begin(struct stream *stream)
{
	const char *why;

	stream->ssl = trust_client(stream->ca_file, stream->host, &why);
	if (stream->ssl == NULL)
		return stream_fail(stream, "%s", why);
	if (SSL_set_fd(stream->ssl, stream->fd) != 1)
		return stream_fail(stream, "TLS: no memory");
	stream->phase = PHASE_HANDSHAKE;
	return stream_handshake(stream);
}

static enum stream_state
stream_connected(struct stream *stream)
{
	dial_free(&stream->dial);
	stream->attempt_end = 0;
	if (stream->tls)
		return stream_handshake_begin(stream);
	stream->phase = PHASE_READY;
	return stream->wants = STREAM_READY;
}

static enum stream_state
stream_connecting(struct stream *stream)
{
	struct pollfd poller = { .fd = stream->fd, .events = POLLOUT };
	socklen_t size = sizeof(int);
	int error = 0;

	if (poll(&poller, 1, 0) <= 0) {
		if (stream->attempt_end != 0 && now_ms() >= stream->attempt_end)
			return stream_connect_next(stream, ETIMEDOUT);
		return stream->wants = STREAM_NEEDS_WRITE;
	}
	if (getsockopt(stream->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
		error = errno;
	return error == 0 ? stream_connected(stream) : stream_connect_next(stream, error);
}

enum stream_state
stream_step(struct stream *stream)
{
	const char *why;

	if (stream->phase < PHASE_READY && deadline_is_over(stream))
		return stream_fail(stream, "timeout (%s)",
			stream->phase == PHASE_HANDSHAKE ? "TLS handshake" : "connect");
	switch (stream->phase) {
	case PHASE_START:
		why = dial_resolve(stream->dial, stream->host, stream->port);
		if (why != NULL)
			return stream_fail(stream, "resolve: %s", why);
		return stream_connect_next(stream, EHOSTUNREACH);
	case PHASE_CONNECTING:
		return stream_connecting(stream);
	case PHASE_HANDSHAKE:
		return stream_handshake(stream);
	case PHASE_READY:
		return STREAM_READY;
	case PHASE_FAILED:
		break;
	}
	return STREAM_FAILED;
}

enum stream_state
stream_begin_tls(struct stream *stream)
{
	if (stream->phase != PHASE_READY || stream->ssl != NULL)
		return stream_fail(stream, "TLS: not possible now");
	return stream_handshake_begin(stream);
}

static int64_t
micros(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Until the socket is ready or stream_step has something to do at `until` (0 = never). */
static void
stream_wait(const struct stream *stream, enum stream_state state, int64_t until)
{
	struct pollfd poller = {
		.fd = stream->fd,
		.events = state == STREAM_NEEDS_WRITE ? POLLOUT : POLLIN,
	};
	int64_t left = -1, start = micros();

	if (until != 0) {
		left = until - now_ms();
		left = left < 0 ? 0 : left > 60000 ? 60000 : left + 1;
	}
	poll(&poller, 1, (int)left);
	waited_us += micros() - start;
}

int64_t
stream_waited_ms(void)
{
	return waited_us / 1000;
}

static bool
stream_finish(struct stream *stream, enum stream_state state)
{
	while (state == STREAM_NEEDS_READ || state == STREAM_NEEDS_WRITE) {
		stream_wait(stream, state, stream_wake_at(stream));
		state = stream_step(stream);
	}
	return state == STREAM_READY;
}

bool
stream_open(struct stream *stream)
{
	return stream_finish(stream, stream_step(stream));
}

bool
stream_start_tls(struct stream *stream)
{
	return stream_finish(stream, stream_begin_tls(stream));
}

/* What a recv or send that moved nothing means. */
static ssize_t
plain_outcome(struct stream *stream, enum stream_state wants, const char *what)
{
	int error = errno;

	if (error == EAGAIN || error == EWOULDBLOCK || error == EINTR) {
		stream->wants = wants;
		return STREAM_AGAIN;
	}
	stream_fail(stream, "%s: %s", what, strerror(error));
	return error == EPIPE ? 0 : -1;
}

static ssize_t
tls_outcome(struct stream *stream, int outcome)
{
	int saved = errno;

	if (tls_wants(stream, outcome) != STREAM_FAILED)
		return STREAM_AGAIN;
	if (SSL_get_error(stream->ssl, outcome) == SSL_ERROR_ZERO_RETURN)
		return 0;
	tls_fail(stream, saved);
	return saved == EPIPE ? 0 : -1;
}

static bool
stream_is_ready(struct stream *stream)
{
	if (stream->phase != PHASE_READY && stream->phase != PHASE_FAILED)
		stream_fail(stream, "not connected");
	return stream->phase == PHASE_READY;
}

ssize_t
stream_try_read(struct stream *stream, void *data, size_t n)
{
	ssize_t got;

	if (!stream_is_ready(stream))
		return -1;
	if (n > IO_MOST)
		n = IO_MOST;
	if (stream->ssl != NULL) {
		ERR_clear_error();
		errno = 0;
		got = SSL_read(stream->ssl, data, (int)n);
		if (got <= 0)
			return tls_outcome(stream, (int)got);
	} else {
		got = recv(stream->fd, data, n, 0);
		if (got < 0)
			return plain_outcome(stream, STREAM_NEEDS_READ, "read");
	}
	stream->bytes_in += (uint64_t)got;
	return got;
}

ssize_t
stream_try_write(struct stream *stream, const void *data, size_t n)
{
	ssize_t put;

	if (!stream_is_ready(stream))
		return -1;
	if (n == 0)
		return 0;
	if (n > IO_MOST)
		n = IO_MOST;
	if (stream->ssl != NULL) {
		ERR_clear_error();
		errno = 0;
		put = SSL_write(stream->ssl, data, (int)n);
		if (put <= 0)
			return tls_outcome(stream, (int)put);
	} else {
		put = send(stream->fd, data, n, MSG_NOSIGNAL);
		if (put < 0)
			return plain_outcome(stream, STREAM_NEEDS_WRITE, "write");
	}
	stream->bytes_out += (uint64_t)put;
	return put;
}

/* false: the time is over, and so is the stream. */
static bool
stream_has_time(struct stream *stream, const char *what)
{
	if (stream->phase != PHASE_READY || !deadline_is_over(stream))
		return true;
	stream_fail(stream, "timeout (%s)", what);
	return false;
}

ssize_t
stream_read(struct stream *stream, void *data, size_t n)
{
	for (;;) {
		ssize_t got;

		if (!stream_has_time(stream, "read"))
			return -1;
		got = stream_try_read(stream, data, n);
		if (got != STREAM_AGAIN)
			return got;
		stream_wait(stream, stream->wants, stream->deadline);
	}
}

ssize_t
stream_write(struct stream *stream, const void *data, size_t n)
{
	const char *at = data;
	size_t left = n;

	while (left > 0) {
		ssize_t put;

		if (!stream_has_time(stream, "write"))
			return -1;
		put = stream_try_write(stream, at, left);
		if (put == STREAM_AGAIN) {
			stream_wait(stream, stream->wants, stream->deadline);
			continue;
		}
		if (put <= 0)
			return put;
		at += put;
		left -= (size_t)put;
	}
	return (ssize_t)n;
}

enum stream_state
stream_wants(const struct stream *stream)
{
	return stream->wants;
}

bool
stream_pending(const struct stream *stream)
{
	return stream->ssl != NULL && SSL_pending(stream->ssl) > 0;
}

int
stream_fd(const struct stream *stream)
{
	return stream->fd;
}

bool
stream_is_tls(const struct stream *stream)
{
	return stream->ssl != NULL;
}

const char *
stream_error(const struct stream *stream)
{
	return stream->error;
}

uint64_t
stream_bytes_in(const struct stream *stream)
{
	return stream->bytes_in;
}

uint64_t
stream_bytes_out(const struct stream *stream)
{
	return stream->bytes_out;
}

bool
stream_peer(const struct stream *stream, struct sockaddr_storage *ret_peer)
{
	struct sockaddr_storage peer;
	socklen_t size = sizeof(peer);

	memset(&peer, 0, sizeof(peer));
	if (stream->fd < 0 || getpeername(stream->fd, (struct sockaddr *)&peer, &size) != 0)
		return false;
	*ret_peer = peer;
	return true;
}
