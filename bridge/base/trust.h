/* SPDX-License-Identifier: ISC */
/*
 * What a TLS client believes: one SSL_CTX per trust store, read once a process (the system's store
 * costs some 10 ms), shared by all streams.  Inner part of stream; nobody else needs it.
 */
#ifndef BRIDGE_BASE_TRUST_H
#define BRIDGE_BASE_TRUST_H

#include <openssl/ssl.h>

/* ca_file NULL: the system's store.  NULL: *ret_why says in a line why, borrowed. */
SSL_CTX *trust_get(const char *ca_file, const char **ret_why);

/* A client session that accepts certificates for this host name or IP literal only. */
SSL *trust_client(const char *ca_file, const char *host, const char **ret_why);

#endif
