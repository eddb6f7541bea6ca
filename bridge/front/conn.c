/* SPDX-License-Identifier: ISC */
/*
 * Plain reads and writes, or those of OpenSSL on the same socket.  OpenSSL's buffers are released
 * whenever they are empty (SSL_MODE_RELEASE_BUFFERS in tls.c), which is what makes 20,000 held
 * TLS connections affordable.
 */
#include "bridge/front/conn.h"

#include <errno.h>
#include <limits.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

enum {
	TLS_PIECE = 16 * 1024,   /* one TLS record */
	FILE_PIECE = 256 * 1024, /* per sendfile, so that one client does not hold up the loop */
};

void
conn_open(struct conn *conn, int fd)
{
	*conn = (struct conn) { .fd = fd };
}

bool
conn_start_tls(struct conn *conn, SSL_CTX *context)
{
	SSL *ssl = SSL_new(context);

	if (ssl == NULL)
		return false;
	if (SSL_set_fd(ssl, conn->fd) != 1) {
		SSL_free(ssl);
		return false;
	}
	SSL_set_accept_state(ssl);
	conn->ssl = ssl;
	return true;
}

/* What a failed call of OpenSSL means. */
static int
tls_outcome(struct conn *conn, int result)
{
	switch (SSL_get_error(conn->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		conn->wants = EV_READ;
		return CONN_AGAIN;
	case SSL_ERROR_WANT_WRITE:
		conn->wants = EV_WRITE;
		return CONN_AGAIN;
	case SSL_ERROR_ZERO_RETURN:
		return CONN_EOF;
	default:
		conn->broken = true;
		return CONN_ERROR;
	}
}

static ssize_t
plain_outcome(struct conn *conn, short wants)
{
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) {
		conn->wants = wants;
		return CONN_AGAIN;
	}
	conn->broken = true;
	return CONN_ERROR;
}

int
conn_handshake(struct conn *conn)
{
	int result;

	ERR_clear_error();
	result = SSL_do_handshake(conn->ssl);
	if (result == 1)
		return 1;
	result = tls_outcome(conn, result);
	return result == CONN_EOF ? CONN_ERROR : result;
}

ssize_t
conn_read(struct conn *conn, void *data, size_t n)
{
	ssize_t got;

	if (n > INT_MAX)
		n = INT_MAX;
	if (conn->ssl != NULL) {
		ERR_clear_error();
		got = SSL_read(conn->ssl, data, (int)n);
		return got > 0 ? got : tls_outcome(conn, (int)got);
	}
	got = recv(conn->fd, data, n, 0);
	return got >= 0 ? got : plain_outcome(conn, EV_READ);
}

ssize_t
conn_write(struct conn *conn, const void *data, size_t n)
{
	ssize_t put;

	if (n > INT_MAX)
		n = INT_MAX;
	if (conn->ssl != NULL) {
		ERR_clear_error();
		put = SSL_write(conn->ssl, data, (int)n);
		if (put > 0)
			return put;
		put = tls_outcome(conn, (int)put);
		return put == CONN_EOF ? CONN_ERROR : put;
	}
	put = send(conn->fd, data, n, MSG_NOSIGNAL);
	return put >= 0 ? put : plain_outcome(conn, EV_WRITE);
}

ssize_t
conn_write_file(struct conn *conn, int fd, off_t offset, size_t n)
{
	char piece[TLS_PIECE];
	ssize_t got;

	if (conn->ssl == NULL) {
		got = sendfile(conn->fd, fd, &offset, n < FILE_PIECE ? n : FILE_PIECE);
		if (got < 0)
			return plain_outcome(conn, EV_WRITE);
		return got > 0 ? got : CONN_ERROR;
	}
	got = pread(fd, piece, n < sizeof(piece) ? n : sizeof(piece), offset);
	return got > 0 ? conn_write(conn, piece, (size_t)got) : CONN_ERROR;
}

bool
conn_pending(const struct conn *conn)
{
	/* Not SSL_has_pending: half a record would make the loop spin until the rest comes. */
	return conn->ssl != NULL && SSL_pending(conn->ssl) > 0;
}

void
conn_finish(struct conn *conn)
{
	if (conn->ssl != NULL && !conn->broken && SSL_is_init_finished(conn->ssl)) {
		ERR_clear_error();
		(void)SSL_shutdown(conn->ssl);
	}
	(void)shutdown(conn->fd, SHUT_WR);
}

void
conn_close(struct conn *conn)
{
	SSL_free(conn->ssl);
	conn->ssl = NULL;
	if (conn->fd >= 0)
		close(conn->fd);
	conn->fd = -1;
}
