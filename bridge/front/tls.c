/* SPDX-License-Identifier: ISC */
/*
 * A set of contexts is built beside the old one and swapped in whole.  The keys of session tickets
 * belong to struct tls, not to a context: phones resume after a reload, and with whichever name
 * they ask for.  They are renewed with the first load after a day.
 */
#include "bridge/front/tls.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "bridge/base/crypto.h"
#include "bridge/base/date.h"
#include "bridge/base/log.h"
#include "bridge/ipc.h"

enum {
	PEM_MAX = 1024 * 1024,
	TICKET_KEYS = 80, /* what OpenSSL 3 takes: name, HMAC key, AES key */
	TICKET_KEYS_AGE = 24 * 3600 * 1000,
	NAME_MAX_BYTES = 256,
};

struct tls_name {
	char name[NAME_MAX_BYTES];
	SSL_CTX *context;
};

struct tls {
	struct tls_name names[IPC_NAMES_MAX];
	unsigned n;
	unsigned char ticket_keys[TICKET_KEYS];
	int64_t ticket_keys_since;
};

/* Leaves a name's context to the connections that still use it. */
static void
names_free(struct tls_name *names, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		SSL_CTX_free(names[i].context);
}

struct tls *
tls_new(void)
{
	struct tls *tls = calloc(1, sizeof(*tls));

	if (tls == NULL)
		return NULL;
	crypto_random(tls->ticket_keys, sizeof(tls->ticket_keys));
	tls->ticket_keys_since = now_ms();
	return tls;
}

void
tls_free(struct tls **tls)
{
	if (*tls == NULL)
		return;
	names_free((*tls)->names, (*tls)->n);
	crypto_wipe((*tls)->ticket_keys, sizeof((*tls)->ticket_keys));
	free(*tls);
	*tls = NULL;
}

/* True if the certificate's name covers the host: itself or a parent domain of it. */
static bool
name_covers(const char *name, const char *host)
{
	size_t n = strlen(name), n_host = strlen(host);

	if (n_host < n || strcasecmp(host + n_host - n, name) != 0)
		return false;
	return n_host == n || host[n_host - n - 1] == '.';
}

static const struct tls_name *
name_for(const struct tls *tls, const char *host)
{
	const struct tls_name *best = NULL;

	for (unsigned i = 0; i < tls->n; i++) {
		const struct tls_name *name = &tls->names[i];

		if (name_covers(name->name, host) &&
		    (best == NULL || strlen(name->name) > strlen(best->name)))
			best = name;
	}
	return best;
}

SSL_CTX *
tls_context(const struct tls *tls)
{
	for (unsigned i = 0; i < tls->n; i++) {
		if (strcmp(tls->names[i].name, "*") == 0)
			return tls->names[i].context;
	}
	return tls->n > 0 ? tls->names[0].context : NULL;
}

/* Callback of OpenSSL: which name does the client want?  Unknown ones get the default. */
static int
servername_choose(SSL *ssl, int *alert, void *ctx)
{
	const char *host = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	const struct tls_name *name = host != NULL ? name_for(ctx, host) : NULL;

	(void)alert;
	if (host == NULL)
		return SSL_TLSEXT_ERR_NOACK;
	if (name != NULL)
		SSL_set_SSL_CTX(ssl, name->context);
	return SSL_TLSEXT_ERR_OK;
}

/* Callback of OpenSSL.  A client that offers only what we do not speak is left without an answer
 * instead of refused: it then falls back to HTTP/1.1. */
static int
alpn_choose(SSL *ssl, const unsigned char **ret_name, unsigned char *ret_len,
    const unsigned char *offered, unsigned int n, void *ctx)
{
	static const unsigned char ours[] = "\x08http/1.1";
	unsigned char *name;

	(void)ssl;
	(void)ctx;
	if (SSL_select_next_proto(&name, ret_len, ours, sizeof(ours) - 1, offered, n) !=
	    OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_NOACK;
	*ret_name = name;
	return SSL_TLSEXT_ERR_OK;
}

/* A file as an OpenSSL memory source, *ret_data owned by the caller.  NULL: unreadable. */
static BIO *
pem_open(int fd, char **ret_data, size_t *ret_len)
{
	struct stat st;
	char *data;
	ssize_t got;
	BIO *bio;

	if (fstat(fd, &st) != 0 || st.st_size <= 0 || st.st_size > PEM_MAX)
		return NULL;
	data = malloc((size_t)st.st_size);
	if (data == NULL)
		return NULL;
	got = pread(fd, data, (size_t)st.st_size, 0);
	bio = got > 0 ? BIO_new_mem_buf(data, (int)got) : NULL;
	if (bio == NULL) {
		free(data);
		return NULL;
	}
	*ret_data = data;
	*ret_len = (size_t)got;
	return bio;
}

static void
pem_close(BIO *bio, char *data, size_t len)
{
	BIO_free(bio);
	crypto_wipe(data, len);
	free(data);
}

/* No pass phrase is ever asked for: the daemon has no terminal. */
static int
phrase_none(char *text, int size, int writing, void *ctx)
{
	(void)text;
	(void)size;
	(void)writing;
	(void)ctx;
	return -1;
}

/* The first certificate is the server's, the others lead to the root. */
static bool
chain_use(SSL_CTX *context, BIO *bio)
{
	X509 *leaf = PEM_read_bio_X509(bio, NULL, phrase_none, NULL);
	X509 *next;
	bool ok = leaf != NULL && SSL_CTX_use_certificate(context, leaf) == 1;

	X509_free(leaf);
	while (ok && (next = PEM_read_bio_X509(bio, NULL, phrase_none, NULL)) != NULL) {
		ok = SSL_CTX_add0_chain_cert(context, next) == 1;
		if (!ok)
			X509_free(next);
	}
	return ok;
}

static bool
chain_load(SSL_CTX *context, int fd)
{
	char *data;
	size_t len;
	BIO *bio = pem_open(fd, &data, &len);
	bool ok;

	if (bio == NULL)
		return false;
	ok = chain_use(context, bio);
	pem_close(bio, data, len);
	return ok;
}

static bool
key_load(SSL_CTX *context, int fd)
{
	char *data;
	size_t len;
	BIO *bio = pem_open(fd, &data, &len);
	EVP_PKEY *key;
	bool ok;

	if (bio == NULL)
		return false;
	key = PEM_read_bio_PrivateKey(bio, NULL, phrase_none, NULL);
	ok = key != NULL && SSL_CTX_use_PrivateKey(context, key) == 1 &&
	    SSL_CTX_check_private_key(context) == 1;
	EVP_PKEY_free(key);
	pem_close(bio, data, len);
	return ok;
}

static SSL_CTX *
context_new(struct tls *tls)
{
	static const unsigned char session_context[] = "easbridge";
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());

	if (context == NULL)
		return NULL;
	SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
	SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
	    SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
	SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_session_id_context(context, session_context, sizeof(session_context) - 1);
	SSL_CTX_set_num_tickets(context, 1);
	SSL_CTX_set_tlsext_ticket_keys(context, tls->ticket_keys, sizeof(tls->ticket_keys));
	SSL_CTX_set_tlsext_servername_callback(context, servername_choose);
	SSL_CTX_set_tlsext_servername_arg(context, tls);
	SSL_CTX_set_alpn_select_cb(context, alpn_choose, NULL);
	return context;
}

static void
load_complain(const char *name, const char *what)
{
	char name_text[NAME_MAX_BYTES], error[256], error_text[300];

	ERR_error_string_n(ERR_get_error(), error, sizeof(error));
	log_event(LEVEL_ERROR, NULL, "tls-load", "name=%s what=%s error=%s",
	    log_quote(name, name_text, sizeof(name_text)), what,
	    log_quote(error, error_text, sizeof(error_text)));
	ERR_clear_error();
}

static bool
name_load(struct tls *tls, struct tls_name *name, const int fds[2])
{
	ERR_clear_error();
	name->context = context_new(tls);
	if (name->context == NULL)
		load_complain(name->name, "context");
	else if (!chain_load(name->context, fds[0]))
		load_complain(name->name, "certificate");
	else if (!key_load(name->context, fds[1]))
		load_complain(name->name, "key");
	else
		return true;
	return false;
}

/* Takes the next name off the list; false: there is none, or it is too long. */
static bool
names_next(const char **names, char ret_name[NAME_MAX_BYTES])
{
	size_t n = strcspn(*names, ",");

	if (n == 0 || n >= NAME_MAX_BYTES)
		return false;
	memcpy(ret_name, *names, n);
	ret_name[n] = '\0';
	*names += n + ((*names)[n] == ',');
	return true;
}

bool
tls_load(struct tls *tls, const char *names, const int *fds, unsigned n_fds)
{
	struct tls_name loaded[IPC_NAMES_MAX] = { 0 };
	unsigned n = 0;
	bool ok = true;

	if (now_ms() - tls->ticket_keys_since > TICKET_KEYS_AGE) {
		crypto_random(tls->ticket_keys, sizeof(tls->ticket_keys));
		tls->ticket_keys_since = now_ms();
	}
	while (ok && n < IPC_NAMES_MAX && names_next(&names, loaded[n].name)) {
		ok = 2 * n + 1 < n_fds && name_load(tls, &loaded[n], fds + 2 * (size_t)n);
		n++;
	}
	if (!ok || *names != '\0') {
		names_free(loaded, n);
		return false;
	}
	names_free(tls->names, tls->n);
	memcpy(tls->names, loaded, sizeof(loaded));
	tls->n = n;
	return true;
}
