/* SPDX-License-Identifier: ISC */
/* PROXY protocol headers, trusted networks, X-Forwarded-For. */
#include "bridge/base/proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "bridge/base/codec.h"
#include "bridge/base/limits.h"

enum {
	V1_MOST = 107,		/* the specification's own figure, CRLF included */
	V2_FIXED = 16,
	V2_LOCAL = 0x20,
	V2_PROXY = 0x21,
	V2_TCP4 = 0x11,
	V2_TCP6 = 0x21,
};

/* ::ffff:0:0/96, where IPv4 lies in IPv6 */
static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

static const uint8_t v2_signature[12] = "\r\n\r\n\0\r\nQUIT\n";

/* An address literal; port 0..65535. */
static bool
address_parse(const char *text, unsigned port, struct sockaddr_storage *ret)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)ret;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret;
	struct in_addr in;
	struct in6_addr in6;

	if (inet_pton(AF_INET, text, &in) == 1) {
		memset(ret, 0, sizeof(*ret));
		v4->sin_family = AF_INET;
		v4->sin_addr = in;
		v4->sin_port = htons((uint16_t)port);
		return true;
	}
	if (inet_pton(AF_INET6, text, &in6) == 1) {
		memset(ret, 0, sizeof(*ret));
		v6->sin6_family = AF_INET6;
		v6->sin6_addr = in6;
		v6->sin6_port = htons((uint16_t)port);
		return true;
	}
	return false;
}

/* "TCP4 source destination port port", cut at spaces. */
static bool
v1_source(char *line, struct proxy_head *head)
{
	char *words[5] = { line }, *word;
	unsigned n = 0;
	int64_t port;

	for (word = line; n < 5 && word != NULL; n++) {
		char *space = strchr(word, ' ');

		words[n] = word;
		if (space != NULL)
			*space++ = '\0';
		word = space;
	}
	if (strcmp(words[0], "UNKNOWN") == 0) {
		head->local = true;
		return true;
	}
	if (n != 5 || word != NULL ||
		(strcmp(words[0], "TCP4") != 0 && strcmp(words[0], "TCP6") != 0))
		return false;
	if (!number_parse(words[3], 0, 65535, &port) ||
		!address_parse(words[1], (unsigned)port, &head->source))
		return false;
	return head->source.ss_family == (words[0][3] == '4' ? AF_INET : AF_INET6);
}

static enum http_result
v1_parse(const uint8_t *data, size_t len, struct proxy_head *ret_head)
{
	const uint8_t *newline = memchr(data, '\n', len < V1_MOST ? len : V1_MOST);
	struct proxy_head head = { .local = false };
	char line[V1_MOST];
	size_t n;

	if (newline == NULL)
		return len < V1_MOST ? HTTP_MORE : HTTP_BAD;
	n = (size_t)(newline - data);
	if (n < 7 || data[n - 1] != '\r' || memchr(data, '\0', n) != NULL)
		return HTTP_BAD;
	head.size = n + 1;
	memcpy(line, data + 6, n - 7);
	line[n - 7] = '\0';
	if (!v1_source(line, &head))
		return HTTP_BAD;
	*ret_head = head;
	return HTTP_DONE;
}

static void
v2_source(const uint8_t *data, size_t len, struct proxy_head *head)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)&head->source;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&head->source;

	if (data[13] == V2_TCP4 && len >= 12) {
		v4->sin_family = AF_INET;
		memcpy(&v4->sin_addr, data + V2_FIXED, 4);
		memcpy(&v4->sin_port, data + V2_FIXED + 8, 2);
	} else if (data[13] == V2_TCP6 && len >= 36) {
		v6->sin6_family = AF_INET6;
		memcpy(&v6->sin6_addr, data + V2_FIXED, 16);
		memcpy(&v6->sin6_port, data + V2_FIXED + 32, 2);
	} else {
		head->local = true;	/* unknown or local families tell us nothing */
	}
}

static enum http_result
v2_parse(const uint8_t *data, size_t len, struct proxy_head *ret_head)
{
	struct proxy_head head = { .local = false };
	size_t extra;

	if (len < V2_FIXED)
		return HTTP_MORE;
	extra = (size_t)data[14] << 8 | data[15];
	if ((data[12] != V2_LOCAL && data[12] != V2_PROXY) || V2_FIXED + extra > LIMIT_PROXY_HEAD)
		return HTTP_BAD;
	if (len < V2_FIXED + extra)
		return HTTP_MORE;
	head.size = V2_FIXED + extra;
	if (data[12] == V2_LOCAL)
		head.local = true;
	else
		v2_source(data, extra, &head);
	*ret_head = head;
	return HTTP_DONE;
}

enum http_result
proxy_head_parse(const uint8_t *data, size_t len, struct proxy_head *ret_head)
{
	static const uint8_t v1_start[6] = "PROXY ";

	if (memcmp(data, v2_signature, len < 12 ? len : 12) == 0)
		return v2_parse(data, len, ret_head);
	if (memcmp(data, v1_start, len < 6 ? len : 6) == 0)
		return v1_parse(data, len, ret_head);
	return HTTP_BAD;
}

/* Every address as 16 bytes; false: neither IPv4 nor IPv6. */
static bool
address_bytes(const struct sockaddr *address, uint8_t ret_bytes[16])
{
	const struct sockaddr_in *v4 = (const void *)address;
	const struct sockaddr_in6 *v6 = (const void *)address;

	if (address->sa_family == AF_INET6) {
		memcpy(ret_bytes, &v6->sin6_addr, 16);
		return true;
	}
	if (address->sa_family != AF_INET)
		return false;
	memcpy(ret_bytes, mapped, sizeof(mapped));
	memcpy(ret_bytes + sizeof(mapped), &v4->sin_addr, 4);
	return true;
}

bool
proxy_net_parse(const char *text, struct proxy_net *ret_net)
{
	char literal[INET6_ADDRSTRLEN];
	size_t len = strcspn(text, "/");
	struct sockaddr_storage address;
	struct proxy_net net;
	int64_t bits, most;

	if (len >= sizeof(literal))
		return false;
	memcpy(literal, text, len);
	literal[len] = '\0';
	if (!address_parse(literal, 0, &address))
		return false;
	address_bytes((struct sockaddr *)&address, net.address);
	bits = most = address.ss_family == AF_INET ? 32 : 128;
	if (text[len] == '/' && !number_parse(text + len + 1, 0, most, &bits))
		return false;
	net.bits = (unsigned)(bits + (128 - most));
	*ret_net = net;
	return true;
}

bool
proxy_net_has(const struct proxy_net *net, const struct sockaddr *address)
{
	uint8_t bytes[16];
	unsigned whole = net->bits / 8, rest = net->bits % 8;

	if (!address_bytes(address, bytes) || memcmp(bytes, net->address, whole) != 0)
		return false;
	return rest == 0 || (bytes[whole] ^ net->address[whole]) >> (8 - rest) == 0;
}

/* One element of the list: "192.0.2.1", "192.0.2.1:80", "::1", "[::1]:80", "\"[::1]\"". */
static bool
element_parse(const char *text, size_t len, struct sockaddr_storage *ret)
{
	char literal[INET6_ADDRSTRLEN + 16];
	char *end;

	while (len > 0 && strchr(" \t\"[", *text) != NULL)
		text++, len--;
	while (len > 0 && strchr(" \t\"", text[len - 1]) != NULL)
		len--;
	if (len == 0 || len >= sizeof(literal))
		return false;
	memcpy(literal, text, len);
	literal[len] = '\0';
	end = strchr(literal, ']');
	if (end == NULL && strchr(literal, '.') != NULL && strrchr(literal, ':') != NULL &&
		strchr(literal, ':') == strrchr(literal, ':'))
		end = strchr(literal, ':');
	if (end != NULL)
		*end = '\0';
	return address_parse(literal, 0, ret);
}

static bool
nets_have(const struct proxy_net *nets, size_t n_nets, const struct sockaddr_storage *address)
{
	for (size_t i = 0; i < n_nets; i++)
		if (proxy_net_has(&nets[i], (const struct sockaddr *)address))
			return true;
	return false;
}

bool
proxy_forwarded(const char *value, const struct proxy_net *nets, size_t n_nets,
	struct sockaddr_storage *ret_source)
{
	size_t end = strlen(value), start;
	struct sockaddr_storage found;
	bool any = false;

	do {
		start = end;
		while (start > 0 && value[start - 1] != ',')
			start--;
		if (!element_parse(value + start, end - start, &found))
			return any;
		*ret_source = found;
		any = true;
		if (!nets_have(nets, n_nets, &found))
			return true;
		end = start > 0 ? start - 1 : 0;
	} while (start > 0);
	return any;
}

void
proxy_address_text(const struct sockaddr *address, char *ret_text, size_t size)
{
	uint8_t bytes[16];
	bool is_v4;

	if (!address_bytes(address, bytes)) {
		snprintf(ret_text, size, "unix");
		return;
	}
	is_v4 = memcmp(bytes, mapped, 12) == 0;
	if (inet_ntop(is_v4 ? AF_INET : AF_INET6, is_v4 ? bytes + 12 : bytes, ret_text,
		(socklen_t)size) == NULL)
		snprintf(ret_text, size, "-");
}
