/* SPDX-License-Identifier: ISC */
/*
 * The configuration: what each mistake is called and where, what values come
 * out, inheritance of [domain *], lookups of domains.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bridge/base/buf.h"
#include "bridge/config.h"

#define SERVER_OK "[server]\nlisten = 127.0.0.1:8080 plain\n"
#define DOMAIN_OK "[domain *]\nimap = imaps://m.example\nsmtp = smtps://m.example\n"

static void
gather(void *ctx, const char *file, int line, const char *key, const char *reason)
{
	buf_printf(ctx, "%s:%d: %s: %s\n", file, line, key, reason);
}

static struct config *
parse(const char *text, struct buf *mistakes)
{
	return config_parse(text, strlen(text), "f", gather, mistakes);
}

/* text: a whole file, or one setting for the section that the letter names. */
static const struct {
	char in;
	const char *text, *want;
} mistakes[] = {
	{ 'w', SERVER_OK DOMAIN_OK, "" },
	{ 'w', "", "f:0: listen: missing: phones have nowhere to connect to\n"
		"f:0: imap: missing in [domain *]\nf:0: smtp: missing in [domain *]\n" },
	{ 'w', "x = 1\n" SERVER_OK DOMAIN_OK, "f:1: x: stands before the first [section]\n" },
	{ 'w', SERVER_OK DOMAIN_OK "[servr]\nx=1\n",
		"f:6: servr: no such section: there are [server], [domain NAME] and [domain *]\n" },
	{ 'w', SERVER_OK DOMAIN_OK "[domain ex_ample.org]\n[domain -a]\n",
		"f:7: domain -a: not a domain name "
		"(write others than ASCII in their xn-- form)\n" },
	{ 'w', SERVER_OK DOMAIN_OK "[domain a..b]\n[domain bücher.example]\n",
		"f:6: domain a..b: not a domain name (write others than ASCII in their xn-- form)\n"
		"f:7: domain bücher.example: not a domain name "
		"(write others than ASCII in their xn-- form)\n" },
	{ 'w', SERVER_OK DOMAIN_OK "[domain x.org\nlogin = %n\n",
		"f:6: : the section's name does not end with ]\n" },
	{ 'w', SERVER_OK DOMAIN_OK "[domain x.org] login = %n\n",
		"f:6: : something stands behind the section's name\n" },
	{ 'w', SERVER_OK DOMAIN_OK "[domain x.org] ; yes\nlogin = %n ; no\n; no\n# no\n\n", "" },
	{ 'w', SERVER_OK "rubbish\n= 3\n  continued\n" DOMAIN_OK,
		"f:3: : neither [section] nor key = value\nf:4: : no key before the =\n"
		"f:5: : neither [section] nor key = value\n" },
	{ 'w', SERVER_OK "log = \"/a\nstate = \"memory:\"x\n" DOMAIN_OK,
		"f:3: : the quotes of the value are not closed\n"
		"f:4: : the quotes of the value are not closed\n" },
	{ 'w', SERVER_OK "log = /a\001\n" DOMAIN_OK,
		"f:3: : there is a control character in the line\n" },
	{ 'w', "\xef\xbb\xbf[server]\r\nlisten = 127.0.0.1:1 plain\r\n" DOMAIN_OK, "" },
	{ 'w', SERVER_OK "[domain a.org]\nimap = imaps://a\nsmtp = smtps://a\n", "" },
	{ 'w', SERVER_OK "[domain a.org]\nimap = imaps://a\n",
		"f:3: smtp: missing in [domain a.org] and [domain *]\n" },
	{ 'w', SERVER_OK "[domain *]\nsmtp = smtps://a\nlogin = %q\n"
		"[domain a.org]\n[domain b.org]\n",
		"f:5: login: after % comes u, n, d or another %\n"
		"f:6: imap: missing in [domain a.org] and [domain *]\n"
		"f:7: imap: missing in [domain b.org] and [domain *]\n" },
	{ 'w', "[server]\nlisten = 0.0.0.0:443 tls\n" DOMAIN_OK,
		"f:1: tls_certificate: missing: 0.0.0.0:443 is to speak TLS\n" },
	{ 'w', "[server]\nlisten=[::1]:1 plain\nlisten=[::1]:1 plain\n" DOMAIN_OK,
		"f:3: listen: [::1]:1 is listened on twice\n" },

	{ 's', "wrkers = 3", "f:3: wrkers: no such setting; did you mean workers?\n" },
	{ 's', "imap = imaps://x", "f:3: imap: belongs in a [domain ...] section\n" },
	{ 's', "zzz = 1", "f:3: zzz: no such setting\n" },
	{ 's', "workers = 3\nworkers = 4", "f:4: workers: already set in line 3\n" },
	{ 's', "workers = many", "f:3: workers: must be a whole number from 0 to 512\n" },
	{ 's', "workers = 513", "f:3: workers: must be a whole number from 0 to 512\n" },
	{ 's', "workers = -1", "f:3: workers: must be a whole number from 0 to 512\n" },
	{ 's', "workers = ", "f:3: workers: must be a whole number from 0 to 512\n" },
	{ 's', "workers = 99999999999999999999",
		"f:3: workers: must be a whole number from 0 to 512\n" },
	{ 's', "max_body = 64K\nworker_memory = 16G\nbody_rate = 1", "" },
	{ 's', "max_body = 63K", "f:3: max_body: must be a number of bytes (K, M or G may follow) "
		"from 65536 to 134217728\n" },
	{ 's', "max_body = 9999999G", "f:3: max_body: must be a number of bytes "
		"(K, M or G may follow) from 65536 to 134217728\n" },
	{ 's', "max_body = M", "f:3: max_body: must be a number of bytes (K, M or G may follow) "
		"from 65536 to 134217728\n" },
	{ 's', "listen = 1.2.3.4 plain", "f:3: listen: the port is missing: ADDRESS:PORT\n" },
	{ 's', "listen = host:80 plain", "f:3: listen: \"host\" is not an IP address\n" },
	{ 's', "listen = ::1:80 plain", "f:3: listen: an IPv6 address must be in brackets\n" },
	{ 's', "listen = [::1:80 plain",
		"f:3: listen: the address in brackets does not end with ]\n" },
	{ 's', "listen = 1.2.3.4:99999 plain", "f:3: listen: \"99999\" is not a port number\n" },
	{ 's', "listen = 1.2.3.4:80", "f:3: listen: say either tls or plain\n" },
	{ 's', "listen = 1.2.3.4:80 tls plain", "f:3: listen: say either tls or plain\n" },
	{ 's', "listen = 1.2.3.4:80 quick",
		"f:3: listen: \"quick\" is not known here: tls, plain and proxy may follow\n" },
	{ 's', "listen = unix:rel plain", "f:3: listen: unix: needs an absolute path "
		"of at most 107 characters\n" },
	{ 's', "listen = unix:/run/x.sock plain", "" },
	{ 's', "tls_key = /k", "f:1: tls_certificate: missing beside tls_key\n" },
	{ 's', "tls_certificate = c", "f:1: tls_key: missing beside tls_certificate\n"
		"f:3: tls_certificate: must be an absolute path\n" },
	{ 's', "log = log", "f:3: log: must be an absolute path\n" },
	{ 's', "log_level = loud",
		"f:3: log_level: must be error, warn, info, debug or wire\n" },
	{ 's', "max_version = 16.1", "f:3: max_version: must be 2.5, 12.0, 12.1, 14.0 or 14.1\n" },
	{ 's', "state = /x", "f:3: state: must be sqlite:PATH (absolute) or memory:\n" },
	{ 's', "state = sqlite:x", "f:3: state: must be sqlite:PATH (absolute) or memory:\n" },
	{ 's', "admin_listen = 127.0.0.1:80", "f:3: admin_listen: must be unix:PATH\n" },
	{ 's', "group = mail", "f:3: group: means nothing without user\n" },
	{ 's', "trusted_proxies = 10.0.0.0/8, fd00::/8 ,192.0.2.1", "" },
	{ 's', "trusted_proxies = 10.0.0.0/8, x",
		"f:3: trusted_proxies: \"x\" is not a network such as 10.0.0.0/8\n" },
	{ 's', "trusted_proxies = 10.0.0.0/33",
		"f:3: trusted_proxies: \"10.0.0.0/33\" is not a network such as 10.0.0.0/8\n" },

	{ 'd', "workers = 3", "f:6: workers: belongs in a [server] section\n" },
	{ 'd', "heartbeat_min = 900\nheartbeat_max = 600",
		"f:6: heartbeat_min: is greater than heartbeat_max (600)\n" },
	{ 'd', "login =", "f:6: login: must not be empty\n" },
	{ 'd', "login = %", "f:6: login: after % comes u, n, d or another %\n" },
	{ 'd', "address = %n+x%%@%d", "" },
	{ 'd', "subscribed_only = maybe", "f:6: subscribed_only: must be yes or no\n" },
	{ 'd', "caldav = imap://x plain", "f:6: caldav: must begin with https:// or http://\n" },
	{ 'd', "caldav = ftp://x", "f:6: caldav: \"ftp://\" is not known\n" },
	{ 'd', "caldav = dav.example", "f:6: caldav: must be scheme://host\n" },
	{ 'd', "caldav = https://", "f:6: caldav: \"\" is not a host name\n" },
	{ 'd', "caldav = https://a:0/", "f:6: caldav: \"0\" is not a port number\n" },
	{ 'd', "caldav = https://u:p@a/",
		"f:6: caldav: a URL here has no user or password; see \"login\"\n" },
	{ 'd', "caldav = https://a b", "f:6: caldav: \"b\" is not known here: "
		"starttls, plain or ca=FILE may follow\n" },
	{ 'd', "caldav = https://a ca=x", "f:6: caldav: ca= must be an absolute path\n" },
	{ 'd', "caldav = https://a starttls", "f:6: caldav: https:// cannot take starttls\n" },
	{ 'd', "caldav = https://a plain", "f:6: caldav: https:// is never plain\n" },
	{ 'd', "caldav = http://dav.example/", "f:6: caldav: passwords would cross the network in "
		"clear text: use https://, or say \"plain\" to allow it\n" },
	{ 'd', "ldap = ldap://d", "f:6: ldap: passwords would cross the network in clear text: "
		"use ldaps:// or add \"starttls\", or say \"plain\" to allow it\n" },
	{ 'd', "ldap = ldap://d plain starttls",
		"f:6: ldap: starttls and plain exclude each other\n" },
	{ 'd', "ldap = ldap://127.0.0.2", "" },
	{ 'd', "ldap = ldap://[::1]", "" },
	{ 'd', "ldap = ldap://[::2]", "f:6: ldap: passwords would cross the network in clear text: "
		"use ldaps:// or add \"starttls\", or say \"plain\" to allow it\n" },
	{ 'd', "ldap = ldap://localhost/dc=x plain", "" },
	{ 'd', "ldap = ldap://localhost.evil.example",
		"f:6: ldap: passwords would cross the network in clear text: "
		"use ldaps:// or add \"starttls\", or say \"plain\" to allow it\n" },
	{ 'd', "sieve = sieve://d/path", "f:6: sieve: sieve:// takes no path\n" },
};

static void
test_mistakes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		char text[1000];
		struct buf got;
		struct config *read;

		buf_init(&got, 10000);
		snprintf(text, sizeof(text), "%s%s%s%s%s",
			mistakes[i].in == 'w' ? mistakes[i].text : SERVER_OK,
			mistakes[i].in == 's' ? mistakes[i].text : "",
			mistakes[i].in == 's' ? "\n" : "",
			mistakes[i].in == 'w' ? "" : DOMAIN_OK,
			mistakes[i].in == 'd' ? mistakes[i].text : "");
		read = parse(text, &got);
		if (strcmp(buf_str(&got), mistakes[i].want) != 0)
			fail_msg("case %zu, %s\nwant %sgot  %s", i, mistakes[i].text,
				mistakes[i].want, buf_str(&got));
		assert_int_equal(read != NULL, mistakes[i].want[0] == '\0');
		config_free(&read);
		buf_free(&got);
	}
}

static const struct {
	const char *text, *host, *path, *ca;
	int scheme, port;
	bool starttls, plain, tls;
} urls[] = {
	{ "imap = imap://m.Example starttls", "m.example", "", NULL, URL_IMAP, 143, 1, 0, 0 },
	{ "imap = imap://localhost", "localhost", "", NULL, URL_IMAP, 143, 0, 0, 0 },
	{ "imap = imap://m plain", "m", "", NULL, URL_IMAP, 143, 0, 1, 0 },
	{ "imap = imaps://[2001:db8::1]:1993 ca=/c.pem", "2001:db8::1", "", "/c.pem", URL_IMAPS,
		1993, 0, 0, 1 },
	{ "smtp = smtp://127.1.2.3", "127.1.2.3", "", NULL, URL_SMTP, 25, 0, 0, 0 },
	{ "smtp = smtps://m/", "m", "", NULL, URL_SMTPS, 465, 0, 0, 1 },
	{ "smtp = submission://m", "m", "", NULL, URL_SUBMISSION, 587, 1, 0, 0 },
	{ "smtp = submission://m plain", "m", "", NULL, URL_SUBMISSION, 587, 0, 1, 0 },
	{ "smtp = submission://localhost:9", "localhost", "", NULL, URL_SUBMISSION, 9, 0, 0, 0 },
	{ "sieve = sieve://m", "m", "", NULL, URL_SIEVE, 4190, 1, 0, 0 },
	{ "caldav = https://m/%u/x", "m", "/%u/x", NULL, URL_HTTPS, 443, 0, 0, 1 },
	{ "caldav = http://127.0.0.1", "127.0.0.1", "", NULL, URL_HTTP, 80, 0, 0, 0 },
	{ "ldap = ldap://m starttls", "m", "", NULL, URL_LDAP, 389, 1, 0, 0 },
	{ "ldap = ldaps://m/dc=x", "m", "/dc=x", NULL, URL_LDAPS, 636, 0, 0, 1 },
	{ "imap =", "", "", NULL, URL_NONE, 0, 0, 0, 0 },
};

/* The one URL of a domain that the case sets. */
static const struct url *
url_of(const struct domain_config *domain, const char *text)
{
	return strncmp(text, "imap", 4) == 0 ? &domain->imap
		: strncmp(text, "smtp", 4) == 0 ? &domain->smtp
		: strncmp(text, "sieve", 5) == 0 ? &domain->sieve
		: strncmp(text, "caldav", 6) == 0 ? &domain->caldav : &domain->ldap;
}

static void
test_urls(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		char text[1000];
		struct config *read;
		const struct url *url;
		struct buf got;

		buf_init(&got, 10000);
		snprintf(text, sizeof(text), SERVER_OK "[domain *]\n%s\n"
			"[domain a.org]\nimap = imaps://m\nsmtp = smtps://m\n", urls[i].text);
		read = parse(text, &got);
		assert_string_equal(buf_str(&got), "");
		url = url_of(&read->domains[0], urls[i].text);
		assert_string_equal(url->host, urls[i].host);
		assert_string_equal(url->path, urls[i].path);
		assert_int_equal(url->scheme, urls[i].scheme);
		assert_int_equal(url->port, urls[i].port);
		assert_int_equal(url->starttls, urls[i].starttls);
		assert_int_equal(url->plain, urls[i].plain);
		assert_int_equal(url_is_tls(url), urls[i].tls);
		assert_string_equal(url->ca_file != NULL ? url->ca_file : "",
			urls[i].ca != NULL ? urls[i].ca : "");
		config_free(&read);
		buf_free(&got);
	}
}

static const char whole[] =
	"# a comment\n"
	"[server]\n"
	"listen = 0.0.0.0:443 tls proxy      ; inline\n"
	"listen = [::]:443 tls\n"
	"  listen = unix:/run/eas.sock plain\n"
	"tls_certificate = \"/etc/a ; b#c.pem\"  ; quoted\n"
	"tls_key = /etc/a;b.key\n"
	"state = \"memory:\"\n"
	"max_body = 1M\n"
	"[domain B.example.org]\n"
	"login = %n\n"
	"nt_domain = CORP\n"
	"[domain *]\n"
	"imap = imaps://default\n"
	"smtp = smtps://default\n"
	"login = %d\\%n\n"
	"poll_interval = 30\n"
	"subscribed_only = YES\n"
	"[domain a.example.org]\n"
	"imap = imap://[::1]:1143\n"
	"[domain a.example.net]\n"
	"[domain c.example.org]\n";

static void
test_values(void **state)
{
	struct buf got;
	struct config *read;
	const struct server_config *server;
	const struct domain_config *domain;

	(void)state;
	buf_init(&got, 10000);
	read = parse(whole, &got);
	assert_string_equal(buf_str(&got), "");
	server = &read->server;
	assert_int_equal(server->listen.n, 3);
	assert_string_equal(server->listen.list[0].text, "0.0.0.0:443");
	assert_true(server->listen.list[0].tls && server->listen.list[0].proxy);
	assert_false(server->listen.list[1].proxy);
	assert_int_equal(server->listen.list[1].address.ss_family, AF_INET6);
	assert_int_equal(((struct sockaddr_in6 *)&server->listen.list[1].address)->sin6_port,
		htons(443));
	assert_false(server->listen.list[2].tls);
	assert_int_equal(server->listen.list[2].address.ss_family, AF_UNIX);
	assert_string_equal(server->tls_certificate, "/etc/a ; b#c.pem");
	assert_string_equal(server->tls_key, "/etc/a;b.key");
	assert_int_equal(server->max_body, 1024 * 1024);
	assert_int_equal(server->worker_memory, 512 * 1024 * 1024);
	assert_int_equal(server->trusted_proxies.n, 2);
	assert_int_equal(read->n_domains, 5);
	assert_string_equal(read->domains[0].name, "*");

	domain = config_domain(read, "b.EXAMPLE.org");
	assert_string_equal(domain->name, "b.example.org");
	assert_string_equal(domain->login, "%n");
	assert_string_equal(domain->imap.host, "default");
	assert_int_equal(domain->poll_interval, 30);
	assert_true(domain->subscribed_only);
	domain = config_domain(read, "a.example.org");
	assert_string_equal(domain->login, "%d\\%n");
	assert_string_equal(domain->imap.host, "::1");
	assert_int_equal(domain->imap.port, 1143);
	assert_ptr_equal(config_domain(read, "nowhere.example"), &read->domains[0]);
	assert_ptr_equal(config_domain(read, ""), &read->domains[0]);
	config_free(&read);
	assert_null(read);
	buf_free(&got);
}

static const struct {
	const char *name, *want;
} nt_domains[] = {
	{ "corp", "b.example.org" },
	{ "CORP", "b.example.org" },
	{ "C", "c.example.org" },
	{ "c.example.org", "c.example.org" },
	{ "a.example.NET", "a.example.net" },
	{ "a", NULL },    /* of two domains */
	{ "", NULL },
	{ "x", NULL },
	{ "c.", NULL },
	{ "*", NULL },
};

static void
test_nt_domains(void **state)
{
	struct buf got;
	struct config *read;

	(void)state;
	buf_init(&got, 10000);
	read = parse(whole, &got);
	for (size_t i = 0; i < sizeof(nt_domains) / sizeof(nt_domains[0]); i++) {
		const struct domain_config *domain = config_nt_domain(read, nt_domains[i].name);

		assert_int_equal(domain != NULL, nt_domains[i].want != NULL);
		if (domain != NULL)
			assert_string_equal(domain->name, nt_domains[i].want);
	}
	config_free(&read);
	buf_free(&got);
}

static void
test_many_domains(void **state)
{
	struct buf text, got;
	struct config *read;

	(void)state;
	buf_init(&text, 1 << 20);
	buf_init(&got, 10000);
	buf_puts(&text, SERVER_OK DOMAIN_OK);
	for (int i = 0; i < 5000; i++)
		buf_printf(&text, "[domain d%d.example]\nlogin = %d%%n\n", i * 7919 % 5000, i);
	read = parse(buf_str(&text), &got);
	assert_string_equal(buf_str(&got), "");
	assert_int_equal(read->n_domains, 5001);
	assert_string_equal(config_domain(read, "D2919.example")->login, "1%n");
	config_free(&read);
	buf_free(&text);
	buf_free(&got);
}

static void
test_nets(void **state)
{
	static const struct {
		const char *address;
		bool want;
	} cases[] = {
		{ "127.9.9.9", true }, { "128.0.0.1", false }, { "::1", true }, { "::2", false },
		{ "::ffff:127.0.0.1", true },
	};
	struct buf got;
	struct config *read;

	(void)state;
	buf_init(&got, 10000);
	read = parse(SERVER_OK DOMAIN_OK, &got);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sockaddr_storage address = { .ss_family = AF_INET };
		struct sockaddr_in6 *six = (struct sockaddr_in6 *)&address;

		if (inet_pton(AF_INET, cases[i].address,
			&((struct sockaddr_in *)&address)->sin_addr) != 1) {
			address.ss_family = AF_INET6;
			assert_int_equal(inet_pton(AF_INET6, cases[i].address, &six->sin6_addr), 1);
		}
		assert_int_equal(nets_contain(&read->server.trusted_proxies,
			(struct sockaddr *)&address), cases[i].want);
	}
	assert_true(nets_contain(&read->server.trusted_proxies,
		&(struct sockaddr){ .sa_family = AF_UNIX }));
	config_free(&read);
	buf_free(&got);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_urls),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_nt_domains),
		cmocka_unit_test(test_many_domains),
		cmocka_unit_test(test_nets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
