/* SPDX-License-Identifier: ISC */
/*
 * Addresses in the configuration: upstream URLs, what phones are served on,
 * trusted networks.  Names are not resolved here: the file must be readable
 * without a network.
 */
#include "bridge/config_value.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/un.h>

#include "bridge/base/arena.h"
#include "bridge/base/codec.h"

enum scheme_flags {
	HAS_TLS = 1,      /* the connection begins with it */
	HAS_STARTTLS = 2, /* the protocol can upgrade */
	WANTS_STARTTLS = 4, /* and does so without being told */
	HAS_PATH = 8,
};

static const struct scheme {
	const char *name;
	uint16_t port;
	unsigned flags;
} schemes[] = {
	[URL_NONE] = { "", 0, 0 },
	[URL_IMAP] = { "imap", 143, HAS_STARTTLS },
	[URL_IMAPS] = { "imaps", 993, HAS_TLS },
	[URL_SMTP] = { "smtp", 25, HAS_STARTTLS },
	[URL_SMTPS] = { "smtps", 465, HAS_TLS },
	[URL_SUBMISSION] = { "submission", 587, HAS_STARTTLS | WANTS_STARTTLS },
	[URL_SIEVE] = { "sieve", 4190, HAS_STARTTLS | WANTS_STARTTLS },
	[URL_HTTP] = { "http", 80, HAS_PATH },
	[URL_HTTPS] = { "https", 443, HAS_TLS | HAS_PATH },
	[URL_LDAP] = { "ldap", 389, HAS_STARTTLS | HAS_PATH },
	[URL_LDAPS] = { "ldaps", 636, HAS_TLS | HAS_PATH },
};

enum { N_SCHEMES = sizeof(schemes) / sizeof(schemes[0]) };

bool
url_is_tls(const struct url *url)
{
	return (schemes[url->scheme].flags & HAS_TLS) != 0;
}

/* The next word of *text (blanks between), from the arena; NULL at the end. */
static char *
word_next(struct arena *arena, const char **text)
{
	size_t n;

	*text += strspn(*text, " \t");
	n = strcspn(*text, " \t");
	*text += n;
	return n > 0 ? arena_strndup(arena, *text - n, n) : NULL;
}

static bool
port_read(struct config_value *value, const char *text, int min, uint16_t *ret_port)
{
	int64_t port;

	if (!number_parse(text, min, 65535, &port))
		return config_refuse(value, "\"%s\" is not a port number", text);
	*ret_port = (uint16_t)port;
	return true;
}

/* Letters, digits and hyphens between dots, RFC 1123; an underscore is seen in the wild. */
bool
config_name_is_valid(const char *name)
{
	size_t label = 0, len = strlen(name);

	if (len == 0 || len > 253)
		return false;
	for (const char *at = name; *at != '\0'; at++) {
		bool edge = label == 0 || at[1] == '.' || at[1] == '\0';

		if (*at == '.' && label == 0)
			return false;
		if (!isalnum((unsigned char)*at) && strchr("._-", *at) == NULL)
			return false;
		if (*at == '-' && edge)
			return false;
		label = *at == '.' ? 0 : label + 1;
		if (label > 63)
			return false;
	}
	return label > 0;
}

static bool
host_is_loopback(const char *host)
{
	struct in6_addr six;
	struct in_addr four;

	if (inet_pton(AF_INET, host, &four) == 1)
		return ntohl(four.s_addr) >> 24 == 127;
	if (inet_pton(AF_INET6, host, &six) == 1)
		return IN6_IS_ADDR_LOOPBACK(&six);
	return strcmp(host, "localhost") == 0;
}

/* host, host:port or [address]:port; port_text is NULL where there is none. */
static bool
authority_split(struct config_value *value, char *authority, const char **ret_port_text)
{
	char *end = strchr(authority, ':');
	struct in6_addr six;

	if (authority[0] == '[') {
		end = strchr(authority, ']');
		if (end == NULL || (end[1] != '\0' && end[1] != ':'))
			return config_refuse(value, "the address in brackets does not end with ]");
		*end = '\0';
		memmove(authority, authority + 1, strlen(authority));
		if (inet_pton(AF_INET6, authority, &six) != 1)
			return config_refuse(value, "\"%s\" is not an IPv6 address", authority);
		end = end[1] == ':' ? end + 1 : NULL;
	} else if (end != NULL) {
		if (strchr(end + 1, ':') != NULL)
			return config_refuse(value, "an IPv6 address must be in brackets");
		*end = '\0';
	}
	*ret_port_text = end != NULL ? end + 1 : NULL;
	return true;
}

/* text: what follows "scheme://" in the first word. */
static bool
url_place_read(struct config_value *value, const char *text, struct url *url)
{
	const struct scheme *scheme = &schemes[url->scheme];
	size_t len = strcspn(text, "/");
	char *host = arena_strndup(value->arena, text, len);
	const char *port = NULL;

	if (strchr(host, '@') != NULL)
		return config_refuse(value, "a URL here has no user or password; see \"login\"");
	if (!authority_split(value, host, &port))
		return false;
	if (strchr(host, ':') == NULL && !config_name_is_valid(host))
		return config_refuse(value, "\"%s\" is not a host name", host);
	for (char *at = host; *at != '\0'; at++)
		*at = (char)tolower((unsigned char)*at);
	url->host = host;
	url->port = scheme->port;
	if (port != NULL && !port_read(value, port, 1, &url->port))
		return false;
	if ((scheme->flags & HAS_PATH) == 0 && text[len] == '/' && text[len + 1] != '\0')
		return config_refuse(value, "%s:// takes no path", scheme->name);
	url->path = (scheme->flags & HAS_PATH) != 0 ? arena_strdup(value->arena, text + len) : "";
	return true;
}

static bool
url_option_read(struct config_value *value, const char *word, struct url *url)
{
	const struct scheme *scheme = &schemes[url->scheme];

	if (strncmp(word, "ca=", 3) == 0) {
		url->ca_file = arena_strdup(value->arena, word + 3);
		if (word[3] != '/')
			return config_refuse(value, "ca= must be an absolute path");
	} else if (strcmp(word, "starttls") == 0) {
		url->starttls = true;
		if ((scheme->flags & HAS_STARTTLS) == 0)
			return config_refuse(value, "%s:// cannot take starttls", scheme->name);
	} else if (strcmp(word, "plain") == 0) {
		url->plain = true;
		if ((scheme->flags & HAS_TLS) != 0)
			return config_refuse(value, "%s:// is never plain", scheme->name);
	} else {
		return config_refuse(value,
			"\"%s\" is not known here: starttls, plain or ca=FILE may follow", word);
	}
	return true;
}

/* Passwords must not cross a network in clear text by oversight. */
static bool
url_secrecy_check(struct config_value *value, struct url *url)
{
	unsigned flags = schemes[url->scheme].flags;

	if (url->starttls && url->plain)
		return config_refuse(value, "starttls and plain exclude each other");
	if ((flags & HAS_TLS) != 0 || url->starttls || url->plain || host_is_loopback(url->host))
		return true;
	url->starttls = (flags & WANTS_STARTTLS) != 0;
	if (url->starttls)
		return true;
	return config_refuse(value, "passwords would cross the network in clear text: "
		"use %ss://%s, or say \"plain\" to allow it", schemes[url->scheme].name,
		(flags & HAS_STARTTLS) != 0 ? " or add \"starttls\"" : "");
}

bool
config_url_read(struct config_value *value, const char *text, struct url *ret_url)
{
	struct url url = { .text = arena_strdup(value->arena, text) };
	char *place = word_next(value->arena, &text);
	char *mark = place != NULL ? strstr(place, "://") : NULL;
	const char *word;

	if (mark == NULL)
		return config_refuse(value, "must be scheme://host");
	*mark = '\0';
	for (unsigned i = 1; i < N_SCHEMES; i++) {
		if (strcmp(place, schemes[i].name) == 0)
			url.scheme = (enum url_scheme)i;
	}
	if (url.scheme == URL_NONE)
		return config_refuse(value, "\"%s://\" is not known", place);
	if (!url_place_read(value, mark + 3, &url))
		return false;
	while ((word = word_next(value->arena, &text)) != NULL) {
		if (!url_option_read(value, word, &url))
			return false;
	}
	if (!url_secrecy_check(value, &url))
		return false;
	*ret_url = url;
	return true;
}

static bool
listen_unix_read(struct config_value *value, const char *path, struct listener *listener)
{
	struct sockaddr_un *address = (struct sockaddr_un *)&listener->address;

	if (path[0] != '/' || strlen(path) >= sizeof(address->sun_path))
		return config_refuse(value, "unix: needs an absolute path of at most "
			"%zu characters", sizeof(address->sun_path) - 1);
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path, path, strlen(path) + 1);
	listener->address_len = sizeof(*address);
	return true;
}

static bool
listen_address_read(struct config_value *value, char *text, struct listener *listener)
{
	struct sockaddr_in *four = (struct sockaddr_in *)&listener->address;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)&listener->address;
	const char *port_text = NULL;
	uint16_t port = 0;

	if (!authority_split(value, text, &port_text))
		return false;
	if (port_text == NULL)
		return config_refuse(value, "the port is missing: ADDRESS:PORT");
	if (!port_read(value, port_text, 0, &port))
		return false;
	if (inet_pton(AF_INET6, text, &six->sin6_addr) == 1) {
		six->sin6_family = AF_INET6;
		six->sin6_port = htons(port);
		listener->address_len = sizeof(*six);
		return true;
	}
	memset(&listener->address, 0, sizeof(listener->address));
	if (inet_pton(AF_INET, text, &four->sin_addr) != 1)
		return config_refuse(value, "\"%s\" is not an IP address", text);
	four->sin_family = AF_INET;
	four->sin_port = htons(port);
	listener->address_len = sizeof(*four);
	return true;
}

bool
config_listen_read(struct config_value *value, const char *text, struct listener *ret_listener)
{
	struct listener listener = { .tls = false };
	char *place = word_next(value->arena, &text);
	bool plain = false, ok;
	const char *word;

	if (place == NULL)
		return config_refuse(value, "must be ADDRESS:PORT or unix:PATH");
	listener.text = arena_strdup(value->arena, place);
	ok = strncmp(place, "unix:", 5) == 0 ? listen_unix_read(value, place + 5, &listener)
		: listen_address_read(value, place, &listener);
	if (!ok)
		return false;
	while ((word = word_next(value->arena, &text)) != NULL) {
		if (strcmp(word, "tls") == 0)
			listener.tls = true;
		else if (strcmp(word, "plain") == 0)
			plain = true;
		else if (strcmp(word, "proxy") == 0)
			listener.proxy = true;
		else
			return config_refuse(value,
				"\"%s\" is not known here: tls, plain and proxy may follow", word);
	}
	if (listener.tls == plain)
		return config_refuse(value, "say either tls or plain");
	*ret_listener = listener;
	return true;
}

bool
config_nets_read(struct config_value *value, const char *text, struct nets *ret_nets)
{
	struct nets nets = { .n = 0 };
	size_t most = 1;

	for (const char *at = text; *at != '\0'; at++)
		most += *at == ',';
	nets.list = arena_array(value->arena, most, sizeof(*nets.list));
	for (const char *at = text; *at != '\0'; at += *at == ',') {
		size_t n = strcspn(at, ",");
		const char *piece = arena_strndup(value->arena, at, n);
		const char *net = word_next(value->arena, &piece);

		at += n;
		if (net == NULL || piece[strspn(piece, " \t")] != '\0' ||
			!proxy_net_parse(net, &nets.list[nets.n]))
			return config_refuse(value, "\"%s\" is not a network such as 10.0.0.0/8",
				net != NULL ? net : "");
		nets.n++;
	}
	*ret_nets = nets;
	return true;
}

bool
nets_contain(const struct nets *nets, const struct sockaddr *address)
{
	if (address->sa_family == AF_UNIX)
		return true;
	for (unsigned i = 0; i < nets->n; i++) {
		if (proxy_net_has(&nets->list[i], address))
			return true;
	}
	return false;
}
