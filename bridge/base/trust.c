/* SPDX-License-Identifier: ISC */
/* A short list of contexts by file name; it has an entry per CA file of the configuration. */
#include "bridge/base/trust.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "bridge/base/stream.h"

struct trust {
	struct trust *next;
	char *ca_file;		/* NULL: the system's store */
	SSL_CTX *context;
};

/* the process's cache */
static struct trust *trusts;

static bool
trust_load(SSL_CTX *context, const char *ca_file)
{
	if (ca_file != NULL)
		return SSL_CTX_load_verify_file(context, ca_file) == 1;
	return SSL_CTX_set_default_verify_paths(context) == 1;
}

static SSL_CTX *
context_new(const char *ca_file)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());

	if (context == NULL)
		return NULL;
	SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
	SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
		SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
		SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_AUTO_RETRY);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	if (!trust_load(context, ca_file)) {
		SSL_CTX_free(context);
		return NULL;
	}
	return context;
}

/* OpenSSL writes to sockets with write(2), and a peer may be gone. */
static void
sigpipe_ignore(void)
{
	struct sigaction action;

	if (sigaction(SIGPIPE, NULL, &action) != 0 || action.sa_handler != SIG_DFL)
		return;
	action.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &action, NULL);
}

static struct trust *
trust_add(const char *ca_file)
{
	struct trust *trust = calloc(1, sizeof(*trust));

	if (trust == NULL)
		return NULL;
	trust->ca_file = ca_file != NULL ? strdup(ca_file) : NULL;
	trust->context = context_new(ca_file);
	if (trust->context == NULL || (ca_file != NULL && trust->ca_file == NULL)) {
		SSL_CTX_free(trust->context);
		free(trust->ca_file);
		free(trust);
		return NULL;
	}
	sigpipe_ignore();
	trust->next = trusts;
	trusts = trust;
	return trust;
}

static bool
trust_is_for(const struct trust *trust, const char *ca_file)
{
	if (trust->ca_file == NULL || ca_file == NULL)
		return trust->ca_file == ca_file;
	return strcmp(trust->ca_file, ca_file) == 0;
}

SSL_CTX *
trust_get(const char *ca_file, const char **ret_why)
{
	struct trust *trust = trusts;

	while (trust != NULL && !trust_is_for(trust, ca_file))
		trust = trust->next;
	if (trust == NULL)
		trust = trust_add(ca_file);
	if (trust == NULL) {
		ERR_clear_error();
		*ret_why = "certificate: the CA file cannot be read";
		return NULL;
	}
	return trust->context;
}

/* The name or address that the certificate must carry; a name also goes into SNI. */
static bool
host_set(SSL *ssl, const char *host)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(ssl);
	unsigned char address[16];

	if (inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1)
		return X509_VERIFY_PARAM_set1_ip_asc(param, host) == 1;
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return SSL_set1_host(ssl, host) == 1 && SSL_set_tlsext_host_name(ssl, host) == 1;
}

SSL *
trust_client(const char *ca_file, const char *host, const char **ret_why)
{
	SSL_CTX *context = trust_get(ca_file, ret_why);
	SSL *ssl = context != NULL ? SSL_new(context) : NULL;

	if (ssl != NULL && host_set(ssl, host))
		return ssl;
	if (context != NULL)
		*ret_why = "TLS: the host name cannot be used";
	SSL_free(ssl);
	ERR_clear_error();
	return NULL;
}

void
stream_trust_reload(void)
{
	while (trusts != NULL) {
		struct trust *next = trusts->next;

		/* sessions under way hold their own reference */
		SSL_CTX_free(trusts->context);
		free(trusts->ca_file);
		free(trusts);
		trusts = next;
	}
}
