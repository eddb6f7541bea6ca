/* SPDX-License-Identifier: ISC */
/* PROXY headers of both versions, networks, X-Forwarded-For. */
#include "bridge/base/proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define V2 "\r\n\r\n\0\r\nQUIT\n"
#define BYTES(text) text, sizeof(text) - 1

static const struct {
	const char *in;
	size_t len;
	const char *source;	/* NULL: refused; "": local */
	size_t rest;
} heads[] = {
	{ BYTES("PROXY TCP4 192.0.2.1 10.0.0.1 56324 443\r\nGET"), "192.0.2.1", 3 },
	{ BYTES("PROXY TCP6 2001:db8::1 ::1 56324 443\r\n"), "2001:db8::1", 0 },
	{ BYTES("PROXY UNKNOWN\r\n"), "", 0 },
	{ BYTES("PROXY UNKNOWN ffff::1 ffff::1 1 2\r\n"), "", 0 },
	{ BYTES("PROXY TCP4 192.0.2.1 10.0.0.1 56324 443\n"), NULL, 0 },
	{ BYTES("PROXY TCP4 192.0.2.1 10.0.0.1 56324\r\n"), NULL, 0 },
	{ BYTES("PROXY TCP4 192.0.2.1 10.0.0.1 56324 443 x\r\n"), NULL, 0 },
	{ BYTES("PROXY TCP4 2001:db8::1 ::1 56324 443\r\n"), NULL, 0 },
	{ BYTES("PROXY TCP4 192.0.2.300 10.0.0.1 56324 443\r\n"), NULL, 0 },
	{ BYTES("PROXY TCP4 192.0.2.1 10.0.0.1 65536 443\r\n"), NULL, 0 },
	{ BYTES("PROXY TCP4 192.0.2.1\0 10.0.0.1 6 443\r\n"), NULL, 0 },
	{ BYTES("PROXY UDP4 192.0.2.1 10.0.0.1 1 443\r\n"), NULL, 0 },
	{ BYTES("PROXY \r\n"), NULL, 0 },
	{ BYTES("GET / HTTP/1.1\r\n"), NULL, 0 },
	{ BYTES("PROXY UNKNOWN .............................................................."
		"..............................................................."), NULL, 0 },
	{ BYTES(V2 "\x21\x11\x00\x0c\xc0\x00\x02\x01\x0a\x00\x00\x01\xdc\x04\x01\xbbGET"),
	  "192.0.2.1", 3 },
	{ BYTES(V2 "\x21\x11\x00\x0e\xc0\x00\x02\x01\x0a\x00\x00\x01\xdc\x04\x01\xbb\x04\x00"),
	  "192.0.2.1", 0 },
	{ BYTES(V2 "\x21\x21\x00\x24\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"
		"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\xdc\x04\x01\xbb"), "2001:db8::1", 0 },
	{ BYTES(V2 "\x20\x00\x00\x00"), "", 0 },
	{ BYTES(V2 "\x21\x11\x00\x04\xc0\x00\x02\x01"), "", 0 },
	{ BYTES(V2 "\x21\x31\x00\x00"), "", 0 },
	{ BYTES(V2 "\x11\x11\x00\x0c"), NULL, 0 },
	{ BYTES(V2 "\x22\x11\x00\x0c"), NULL, 0 },
	{ BYTES(V2 "\x21\x11\xff\xff"), NULL, 0 },
};

static void
test_heads(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(heads); i++) {
		enum http_result result = HTTP_MORE;
		struct proxy_head head;
		size_t have = 0;

		/* each prefix in memory of its own size, so that a read beyond it shows */
		while (result == HTTP_MORE && have < heads[i].len) {
			uint8_t *copy = malloc(++have);

			memcpy(copy, heads[i].in, have);
			result = proxy_head_parse(copy, have, &head);
			free(copy);
		}
		assert_int_equal(result, heads[i].source != NULL ? HTTP_DONE : HTTP_BAD);
		if (result != HTTP_DONE)
			continue;
		assert_int_equal(head.size, heads[i].len - heads[i].rest);
		assert_int_equal(have, head.size);
		assert_int_equal(head.local, heads[i].source[0] == '\0');
		if (!head.local) {
			char text[64];

			proxy_address_text((struct sockaddr *)&head.source, text, sizeof(text));
			assert_string_equal(text, heads[i].source);
			assert_int_equal(((struct sockaddr_in *)&head.source)->sin_port,
				htons(56324));
		}
	}
}

static bool
address_of(const char *text, struct sockaddr_storage *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->ss_family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
	if (ret->ss_family == AF_INET6)
		return inet_pton(AF_INET6, text, &((struct sockaddr_in6 *)ret)->sin6_addr) == 1;
	return inet_pton(AF_INET, text, &((struct sockaddr_in *)ret)->sin_addr) == 1;
}

static void
test_nets(void **state)
{
	static const struct {
		const char *net, *address;
		int has;	/* -1: not a net */
	} cases[] = {
		{ "10.0.0.0/8", "10.255.0.1", 1 }, { "10.0.0.0/8", "11.0.0.1", 0 },
		{ "10.0.0.0/8", "::ffff:10.0.0.1", 1 }, { "192.0.2.1", "192.0.2.1", 1 },
		{ "192.0.2.1", "192.0.2.2", 0 }, { "192.0.2.128/25", "192.0.2.127", 0 },
		{ "192.0.2.128/25", "192.0.2.255", 1 }, { "192.0.2.128/26", "192.0.2.0", 0 },
		{ "0.0.0.0/0", "1.2.3.4", 1 },
		{ "0.0.0.0/0", "2001:db8::1", 0 }, { "::/0", "2001:db8::1", 1 },
		{ "2001:db8::/33", "2001:db8:7fff::1", 1 },
		{ "2001:db8::/33", "2001:db8:8000::1", 0 },
		{ "::1/128", "::1", 1 }, { "10.0.0.0/33", "", -1 }, { "10.0.0.0/", "", -1 },
		{ "10.0.0.0/-1", "", -1 }, { "10.0.0/8", "", -1 }, { "::1/129", "", -1 },
		{ "", "", -1 },
		{ "x", "", -1 },
		{ "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000", "", -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sockaddr_storage address;
		struct proxy_net net;

		assert_int_equal(proxy_net_parse(cases[i].net, &net), cases[i].has >= 0);
		if (cases[i].has < 0)
			continue;
		assert_true(address_of(cases[i].address, &address));
		assert_int_equal(proxy_net_has(&net, (struct sockaddr *)&address), cases[i].has);
	}
}

static void
test_forwarded(void **state)
{
	static const struct {
		const char *value, *want;
	} cases[] = {
		{ "192.0.2.1", "192.0.2.1" }, { " 192.0.2.1 ", "192.0.2.1" },
		{ "198.51.100.7, 192.0.2.1, 10.0.0.2", "192.0.2.1" },
		{ "10.0.0.3,10.0.0.2", "10.0.0.3" }, { "192.0.2.1:5678", "192.0.2.1" },
		{ "2001:db8::1", "2001:db8::1" }, { "[2001:db8::1]:80", "2001:db8::1" },
		{ "\"[2001:db8::1]:80\", 10.0.0.2", "2001:db8::1" }, { "unknown", NULL },
		{ "", NULL },
		{ ",", NULL }, { "192.0.2.1,", NULL }, { "unknown, 10.0.0.2", "10.0.0.2" },
		{ "192.0.2.1, evil, 10.0.0.2", "10.0.0.2" },
		{ "[", NULL }, { "\"", NULL },
		{ "11111111111111111111111111111111111111111111111111111111",
		  NULL },
	};
	struct proxy_net net;

	(void)state;
	assert_true(proxy_net_parse("10.0.0.0/8", &net));
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sockaddr_storage source;
		char text[64] = "";
		bool ok = proxy_forwarded(cases[i].value, &net, 1, &source);

		if (ok)
			proxy_address_text((struct sockaddr *)&source, text, sizeof(text));
		assert_int_equal(ok, cases[i].want != NULL);
		assert_string_equal(text, cases[i].want != NULL ? cases[i].want : "");
	}
}

static void
test_text(void **state)
{
	struct sockaddr_storage address;
	char text[64];

	(void)state;
	assert_true(address_of("::ffff:192.0.2.1", &address));
	proxy_address_text((struct sockaddr *)&address, text, sizeof(text));
	assert_string_equal(text, "192.0.2.1");
	address.ss_family = AF_UNIX;
	proxy_address_text((struct sockaddr *)&address, text, sizeof(text));
	assert_string_equal(text, "unix");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heads),
		cmocka_unit_test(test_nets),
		cmocka_unit_test(test_forwarded),
		cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
