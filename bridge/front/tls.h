/* SPDX-License-Identifier: ISC */
/*
 * Certificates and how TLS is spoken to phones: one context per name, chosen by the server name
 * the client asks for (RFC 6066); TLS 1.2 and later; session tickets that stay valid over a
 * reload.  Connections keep the context they began with, so a reload cuts none.  Process: front.
 */
#ifndef BRIDGE_FRONT_TLS_H
#define BRIDGE_FRONT_TLS_H

#include <stdbool.h>

#include <openssl/types.h>

struct tls;

/* NULL: no memory. */
struct tls *tls_new(void);
void tls_free(struct tls **tls);

/*
 * names: comma separated; "*" is the default, else a domain whose certificate also serves hosts
 * below it.  fds: certificate chain and key (PEM, read from offset 0) of each name in turn; they
 * stay the caller's.  Takes the place of what was loaded before.  False: nothing has changed; the
 * reason is in the log.
 */
bool tls_load(struct tls *tls, const char *names, const int *fds, unsigned n_fds);

/* What a new connection begins with; NULL: there is no certificate. */
SSL_CTX *tls_context(const struct tls *tls);

#endif
