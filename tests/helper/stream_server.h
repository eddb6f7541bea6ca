/* SPDX-License-Identifier: ISC */
/*
 * A server for one connection in a child process, for unit/base_stream.c: certificates made on the
 * spot, and a few kinds of good and bad manners.
 */
#ifndef TESTS_HELPER_STREAM_SERVER_H
#define TESTS_HELPER_STREAM_SERVER_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum certificate {
	CERT_GOOD,	/* localhost and 127.0.0.1, by the CA */
	CERT_OTHER,	/* other.example, by the CA */
	CERT_EXPIRED,
	CERT_SELF,	/* localhost, by itself */
	N_CERTS,
};

enum manners {
	ECHO,		/* gives back what comes */
	DRIP,		/* a byte every 20 ms */
	SILENT,		/* accepts, then nothing; no TLS handshake either */
	DEAF,		/* TLS handshake, then never reads */
	CLOSE,		/* closes at once behind the handshake */
	CUT,		/* "bye", then the socket goes without close_notify */
	BULK,		/* reads BULK_SIZE bytes, then sends as many */
	STARTTLS,	/* "ok\n" in the clear, then TLS, then ECHO */
	OLD,		/* nothing newer than TLS 1.1 */
};

enum { BULK_SIZE = 3 * 1024 * 1024 };

struct server {
	enum manners manners;
	enum certificate certificate;
	bool tls;
	/* filled in by server_start */
	pid_t child;
	uint16_t port;
	struct sockaddr_in address;
};

/* Writes the CA to a file of this name; once before the first server. */
void server_make_certificates(const char *ca_file);

void server_start(struct server *server);
void server_stop(struct server *server);

/* A port where nobody listens. */
uint16_t server_free_port(void);

char bulk_byte(size_t i);

#endif
