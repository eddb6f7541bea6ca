/* SPDX-License-Identifier: ISC */
/* The child runs one connection and leaves; failures show in the parent's expectations. */
#include "tests/helper/stream_server.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

static EVP_PKEY *key;
static X509 *authority, *certificates[N_CERTS];

static void
need(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "stream_server: %s failed\n", what);
	abort();
}

static void
extend(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	need(extension != NULL && X509_add_ext(cert, extension, -1) == 1, "extension");
	X509_EXTENSION_free(extension);
}

static X509 *
make(const char *name, long starts, long ends, const char *alt)
{
	X509 *cert = X509_new();
	X509_NAME *subject = X509_get_subject_name(cert);

	ASN1_INTEGER_set(X509_get_serialNumber(cert), rand());
	X509_set_version(cert, 2);
	X509_gmtime_adj(X509_getm_notBefore(cert), starts);
	X509_gmtime_adj(X509_getm_notAfter(cert), ends);
	X509_set_pubkey(cert, key);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1,
		-1, 0);
	X509_set_issuer_name(cert, authority != NULL ? X509_get_subject_name(authority) : subject);
	if (alt != NULL)
		extend(cert, NID_subject_alt_name, alt);
	else
		extend(cert, NID_basic_constraints, "critical,CA:TRUE");
	need(X509_sign(cert, key, EVP_sha256()) > 0, "sign");
	return cert;
}

void
server_make_certificates(const char *ca_file)
{
	static const char alt[] = "DNS:localhost,IP:127.0.0.1";
	FILE *file = fopen(ca_file, "w");

	key = EVP_EC_gen("P-256");
	need(key != NULL && file != NULL, "key");
	certificates[CERT_SELF] = make("self", -60, 3600, alt);
	authority = make("Test CA", -86400, 86400, NULL);
	certificates[CERT_GOOD] = make("localhost", -60, 3600, alt);
	certificates[CERT_OTHER] = make("other", -60, 3600, "DNS:other.example,IP:192.0.2.1");
	certificates[CERT_EXPIRED] = make("localhost", -7200, -3600, alt);
	need(PEM_write_X509(file, authority) == 1, "PEM");
	fclose(file);
}

/* The child's side: plain or TLS behind one pair of functions. */
struct peer {
	int fd;
	SSL *ssl;
};

static int
peer_read(const struct peer *peer, void *data, int n)
{
	if (peer->ssl != NULL)
		return SSL_read(peer->ssl, data, n);
	return (int)read(peer->fd, data, (size_t)n);
}

static int
peer_write(const struct peer *peer, const void *data, int n)
{
	if (peer->ssl != NULL)
		return SSL_write(peer->ssl, data, n);
	return (int)send(peer->fd, data, (size_t)n, MSG_NOSIGNAL);
}

static bool
peer_tls(struct peer *peer, const struct server *server)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());

	if (server->manners == OLD) {
		SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0");
		SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
		SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
	}
	need(SSL_CTX_use_certificate(context, certificates[server->certificate]) == 1 &&
		SSL_CTX_use_PrivateKey(context, key) == 1, "server certificate");
	peer->ssl = SSL_new(context);
	SSL_set_fd(peer->ssl, peer->fd);
	return SSL_accept(peer->ssl) == 1;
}

static void
peer_echo(const struct peer *peer)
{
	char data[4096];
	int n;

	while ((n = peer_read(peer, data, sizeof(data))) > 0)
		peer_write(peer, data, n);
}

char
bulk_byte(size_t i)
{
	return (char)(i * 31 + i / 1000);
}

static void
peer_bulk(const struct peer *peer)
{
	char *data = malloc(BULK_SIZE);
	int have = 0, n = 1;

	while (have < BULK_SIZE && n > 0) {
		n = peer_read(peer, data + have, BULK_SIZE - have);
		have += n;
	}
	for (have = 0; n > 0 && have < BULK_SIZE; have += n)
		n = peer_write(peer, data + have, BULK_SIZE - have);
	free(data);
}

static void
behave(struct peer *peer, const struct server *server)
{
	switch (server->manners) {
	case STARTTLS:
		peer_write(peer, "ok\n", 3);
		if (peer_tls(peer, server))
			peer_echo(peer);
		break;
	case ECHO:
		peer_echo(peer);
		break;
	case DRIP:
		while (peer_write(peer, "x", 1) == 1)
			usleep(20000);
		break;
	case BULK:
		peer_bulk(peer);
		break;
	case CUT:
		peer_write(peer, "bye", 3);
		return;
	case CLOSE:
	case OLD:
		break;
	case SILENT:
	case DEAF:
		sleep(20);
		break;
	}
	if (peer->ssl != NULL)
		SSL_shutdown(peer->ssl);
}

static void
serve(const struct server *server, int listener)
{
	struct peer peer = { .fd = accept(listener, NULL, NULL) };

	signal(SIGPIPE, SIG_IGN);
	alarm(20);
	if (!server->tls || server->manners == SILENT || peer_tls(&peer, server))
		behave(&peer, server);
	close(peer.fd);
	_exit(0);
}

static int
listener_open(struct sockaddr_in *address)
{
	socklen_t size = sizeof(*address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memset(address, 0, sizeof(*address));
	address->sin_family = AF_INET;
	address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	need(bind(fd, (struct sockaddr *)address, size) == 0 && listen(fd, 5) == 0 &&
		getsockname(fd, (struct sockaddr *)address, &size) == 0, "listen");
	return fd;
}

void
server_start(struct server *server)
{
	int listener = listener_open(&server->address);

	server->port = ntohs(server->address.sin_port);
	server->child = fork();
	need(server->child >= 0, "fork");
	if (server->child == 0)
		serve(server, listener);
	close(listener);
}

void
server_stop(struct server *server)
{
	kill(server->child, SIGKILL);
	waitpid(server->child, NULL, 0);
}

uint16_t
server_free_port(void)
{
	struct sockaddr_in address;

	close(listener_open(&address));
	return ntohs(address.sin_port);
}
