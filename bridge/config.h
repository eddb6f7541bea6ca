/* SPDX-License-Identifier: ISC */
/*
 * The configuration: one file, one table (config.def).  The parent reads the
 * file and hands its text to the other roles over a memory file, so that they
 * need no right to read it.  Immutable once loaded; a reload makes a new one.
 * All processes.
 */
#ifndef BRIDGE_CONFIG_H
#define BRIDGE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "bridge/base/proxy.h"

enum url_scheme {
	URL_NONE,
	URL_IMAP, URL_IMAPS,
	URL_SMTP, URL_SMTPS, URL_SUBMISSION,
	URL_SIEVE,
	URL_HTTP, URL_HTTPS,
	URL_LDAP, URL_LDAPS,
};

/* An upstream: scheme://host[:port][/path] [starttls] [plain] [ca=FILE]. */
struct url {
	enum url_scheme scheme;
	const char *text;  /* as written, for logs; "" where unset */
	const char *host;  /* IPv6 literals without brackets */
	uint16_t port;     /* never 0 where scheme is set */
	const char *path;  /* "" or "/..."; may hold %u, %n, %d */
	bool starttls;     /* must be upgraded before anything secret is sent; implied by
	                    * submission and sieve on other hosts than this, unless `plain` */
	bool plain;        /* plain text allowed although not loopback */
	const char *ca_file; /* NULL: the system's store */
};

/* True if the connection itself begins with TLS (imaps, smtps, https, ldaps). */
bool url_is_tls(const struct url *url);

struct listener {
	const char *text; /* the address as written */
	struct sockaddr_storage address; /* AF_INET, AF_INET6 or AF_UNIX */
	socklen_t address_len;
	bool tls;
	bool proxy; /* PROXY protocol expected */
};

struct listeners {
	struct listener *list;
	unsigned n;
};

struct nets {
	struct proxy_net *list;
	unsigned n;
};

/* A local socket counts as inside: whoever can reach it was let in by its permissions. */
bool nets_contain(const struct nets *nets, const struct sockaddr *address);

#define CONFIG_TYPE_STRING const char *
#define CONFIG_TYPE_INT int
#define CONFIG_TYPE_SIZE uint64_t
#define CONFIG_TYPE_BOOL bool
#define CONFIG_TYPE_URL struct url
#define CONFIG_TYPE_LISTEN struct listeners
#define CONFIG_TYPE_NETS struct nets

struct server_config {
#define SERVER(name, kind, text, min, max, help) CONFIG_TYPE_##kind name;
#define DOMAIN(name, kind, text, min, max, help)
#include "bridge/config.def"
#undef SERVER
#undef DOMAIN
};

struct domain_config {
	const char *name; /* lower case; "*" for the defaults */
#define SERVER(name, kind, text, min, max, help)
#define DOMAIN(name, kind, text, min, max, help) CONFIG_TYPE_##kind name;
#include "bridge/config.def"
#undef SERVER
#undef DOMAIN
};

struct arena;

struct config {
	struct server_config server;
	struct domain_config *domains; /* [0] is "*" */
	unsigned n_domains;
	const char *path; /* of the file, for messages */
	struct arena *arena; /* owns all of the above */
	struct config *older; /* what it has replaced in this process: pointers there live on */
};

/* One mistake found; file, line (0: none), key and reason. */
typedef void config_mistake_fn(void *ctx, const char *file, int line, const char *key,
    const char *reason);

/* One that writes to the log. */
void config_mistake_log(void *ctx, const char *file, int line, const char *key,
    const char *reason);

/* Parses len bytes of text.  NULL if there was any mistake (each is reported).
 * The caller owns the result. */
struct config *config_parse(const char *text, size_t len, const char *path,
    config_mistake_fn *fn, void *ctx);
void config_free(struct config **freed);

/* The same from an open file, read from offset 0 (fd stays the caller's); mistakes are logged. */
struct config *config_from_fd(int fd, const char *path);

/* The settings for a domain name (any letter case): its section, else [domain *].  Never NULL. */
const struct domain_config *config_domain(const struct config *in, const char *domain);

/* The domain that NAME of a login NAME\user means: a domain's name, its first label, or
 * its nt_domain; NULL if none. */
const struct domain_config *config_nt_domain(const struct config *in, const char *name);

/* The configuration of this process; set by main, replaced on reload. */
extern struct config *config;

/* Prints the manual's list of settings (mdoc) to standard output. */
void config_print_manual(void);

#endif
