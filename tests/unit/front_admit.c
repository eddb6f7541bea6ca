/* SPDX-License-Identifier: ISC */
/* Which requests get where, as a table of heads and ways of arrival. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bridge/front/admit.h"

#define AUTH "Authorization: Basic dTpw\r\n"
#define EAS "/Microsoft-Server-ActiveSync"

enum { TLS = 1, NEAR = 2, PLAIN_OK = 4 };

static const struct {
	const char *line;
	const char *fields;
	int how;
	int status;          /* 0: a worker gets it */
	const char *headers; /* part of the answer's lines */
} cases[] = {
	{ "POST " EAS "?Cmd=Sync", AUTH, TLS, 0, "" },
	{ "OPTIONS " EAS, AUTH, TLS, 0, "" },
	{ "POST /microsoft-server-activesync?Cmd=Sync", AUTH, TLS, 0, "" },
	{ "POST /MICROSOFT-SERVER-ACTIVESYNC/", AUTH, TLS, 0, "" },
	{ "POST /Microsoft-Server-Activesync/Default.EAS?x", AUTH, TLS, 0, "" },
	{ "POST " EAS "/other", AUTH, TLS, 404, "" },
	{ "POST " EAS "x", AUTH, TLS, 404, "" },
	{ "POST /", AUTH, TLS, 404, "" },
	{ "OPTIONS *", AUTH, TLS, 404, "" },
	{ "GET " EAS, AUTH, TLS, 405, "Allow: OPTIONS, POST\r\n" },
	{ "HEAD " EAS, "", TLS, 405, "Allow: OPTIONS, POST\r\n" },
	{ "PUT " EAS, AUTH "Content-Length: 0\r\n", TLS, 405, "Allow: OPTIONS, POST\r\n" },
	{ "POST " EAS, "", TLS, 401, "WWW-Authenticate: Basic realm=\"easbridge\"\r\n" },
	{ "OPTIONS " EAS, "", TLS, 401, "WWW-Authenticate: Basic realm=\"easbridge\"\r\n" },
	{ "POST " EAS, "Authorization:\r\n", TLS, 401, "WWW-Authenticate" },
	{ "POST " EAS, AUTH, 0, 403, "" },
	{ "POST " EAS, "", 0, 401, "WWW-Authenticate" },
	{ "POST " EAS, AUTH, NEAR, 0, "" },
	{ "POST " EAS, AUTH, PLAIN_OK, 0, "" },
	{ "POST " EAS, AUTH "Content-Length: 1000\r\n", TLS, 0, "" },
	{ "POST " EAS, AUTH "Content-Length: 1001\r\n", TLS, 413, "" },
	{ "GET /healthz", "", 0, 200, "" },
	{ "GET /healthz?x=1", "", 0, 200, "" },
	{ "POST /healthz", "", 0, 404, "" },
	{ "GET /healthzz", "", 0, 404, "" },
};

static void
requests_are_admitted_or_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct admit_rules rules = {
			.encrypted = cases[i].how & TLS,
			.near = cases[i].how & NEAR,
			.allow_plain = cases[i].how & PLAIN_OK,
			.max_body = 1000,
		};
		struct http_head head;
		struct admit admit;
		char text[512];

		snprintf(text, sizeof(text), "%s HTTP/1.1\r\nHost: x\r\n%s\r\n", cases[i].line,
		    cases[i].fields);
		http_head_init(&head);
		assert_int_equal(http_head_parse(&head, text, strlen(text)), HTTP_DONE);
		admit = admit_request(&head, &rules);
		if (admit.status != cases[i].status)
			print_error("case %zu: %s\n", i, cases[i].line);
		assert_int_equal(admit.status, cases[i].status);
		assert_non_null(strstr(admit.headers, cases[i].headers));
		assert_null(strstr(admit.content_type, "html"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_admitted_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
