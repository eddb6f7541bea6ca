/* SPDX-License-Identifier: ISC */
/* TLS as phones speak it to the front: names, versions, tickets, reload. */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "front_play.h"

static struct play play;
static SSL_CTX *client;

static int
bio_file(BIO *bio)
{
	char *data;
	long len = BIO_get_mem_data(bio, &data);
	int fd = proc_memfd("pem", data, (size_t)len);

	BIO_free(bio);
	return fd;
}

/* A self-signed certificate for a name, and its key, as two files. */
static void
certificate_make(const char *name, int ret_fds[2])
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x509 = X509_new();
	BIO *cert_pem = BIO_new(BIO_s_mem()), *key_pem = BIO_new(BIO_s_mem());

	X509_gmtime_adj(X509_getm_notBefore(x509), -60);
	X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
	X509_set_pubkey(x509, key);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC,
	    (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(x509, X509_get_subject_name(x509));
	assert_true(X509_sign(x509, key, EVP_sha256()) > 0);
	PEM_write_bio_X509(cert_pem, x509);
	PEM_write_bio_PrivateKey(key_pem, key, NULL, NULL, 0, NULL, NULL);
	ret_fds[0] = bio_file(cert_pem);
	ret_fds[1] = bio_file(key_pem);
	X509_free(x509);
	EVP_PKEY_free(key);
}

static int
begin(void **state)
{
	int fds[4];

	(void)state;
	certificate_make("default.test", fds);
	certificate_make("example.org", fds + 2);
	play_start(&play, "head_timeout = 2", &(struct play_tls) { "*,example.org", fds, 4 });
	play_worker(&play, 0, 100);
	for (int i = 0; i < 4; i++)
		close(fds[i]);
	client = SSL_CTX_new(TLS_client_method());
	return 0;
}

static int
end(void **state)
{
	(void)state;
	SSL_CTX_free(client);
	play_end(&play);
	return 0;
}

/* NULL: the handshake failed. */
static SSL *
tls_phone(const char *host, SSL_SESSION *session)
{
	int fd = phone(&play, TLS);
	SSL *ssl = SSL_new(client);

	SSL_set_fd(ssl, fd);
	if (host != NULL)
		SSL_set_tlsext_host_name(ssl, host);
	if (session != NULL)
		SSL_set_session(ssl, session);
	if (SSL_connect(ssl) == 1)
		return ssl;
	ERR_clear_error();
	SSL_free(ssl);
	close(fd);
	return NULL;
}

static void
hang_up(SSL *ssl)
{
	int fd = SSL_get_fd(ssl);

	SSL_shutdown(ssl);
	SSL_free(ssl);
	close(fd);
}

static const char *
shown_name(SSL *ssl)
{
	static char name[128];
	X509 *x509 = SSL_get1_peer_certificate(ssl);

	X509_NAME_get_text_by_NID(X509_get_subject_name(x509), NID_commonName, name, sizeof(name));
	X509_free(x509);
	return name;
}

/* A whole exchange with a worker; what the phone read is returned. */
static const char *
exchange(SSL *ssl)
{
	static char text[1024];
	int n;

	assert_int_equal(SSL_write(ssl, PING, (int)strlen(PING)), (int)strlen(PING));
	play_work(&play, 0);
	assert_int_equal(play.message->request.is_tls, 1);
	play_answer(&play, 0, "secret");
	n = SSL_read(ssl, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void
the_name_asked_for_is_shown(void **state)
{
	static const struct {
		const char *host, *want;
	} cases[] = {
		{ NULL, "default.test" },
		{ "unknown.test", "default.test" },
		{ "example.org", "example.org" },
		{ "Mail.Example.ORG", "example.org" },
		{ "notexample.org", "default.test" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		SSL *ssl = tls_phone(cases[i].host, NULL);

		assert_non_null(ssl);
		assert_string_equal(shown_name(ssl), cases[i].want);
		assert_non_null(strstr(exchange(ssl), "200 OK"));
		assert_non_null(strstr(exchange(ssl), "secret"));
		hang_up(ssl);
	}
}

static void
old_versions_are_refused(void **state)
{
	static const struct {
		int version;
		bool ok;
	} cases[] = {
		{ TLS1_1_VERSION, false },
		{ TLS1_2_VERSION, true },
		{ TLS1_3_VERSION, true },
	};

	(void)state;
	SSL_CTX_set_security_level(client, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		SSL *ssl;

		SSL_CTX_set_min_proto_version(client, cases[i].version);
		SSL_CTX_set_max_proto_version(client, cases[i].version);
		ssl = tls_phone(NULL, NULL);
		assert_int_equal(ssl != NULL, cases[i].ok);
		if (ssl == NULL)
			continue;
		assert_non_null(strstr(exchange(ssl), "200 OK"));
		hang_up(ssl);
	}
}

static void
only_http_1_1_is_chosen(void **state)
{
	static const struct {
		const char *offer;
		unsigned n;
		const char *want;
	} cases[] = {
		{ "\x02h2\x08http/1.1", 12, "http/1.1" },
		{ "\x02h2", 3, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const unsigned char *name;
		unsigned n;
		SSL *ssl;

		SSL_CTX_set_alpn_protos(client, (const unsigned char *)cases[i].offer, cases[i].n);
		ssl = tls_phone(NULL, NULL);
		assert_non_null(ssl);
		SSL_get0_alpn_selected(ssl, &name, &n);
		assert_int_equal(n, strlen(cases[i].want));
		if (n > 0)
			assert_memory_equal(name, cases[i].want, n);
		hang_up(ssl);
	}
}

static void
reload(const char *name)
{
	int fds[2];
	char *text = play_config_text(&play, "");

	certificate_make(name, fds);
	play_config_send(&play, text, &(struct play_tls) { "*", fds, 2 });
	play_listen(&play);
	free(text);
	close(fds[0]);
	close(fds[1]);
}

static void
a_reload_shows_the_new_certificate(void **state)
{
	SSL *before = tls_phone(NULL, NULL), *after;

	(void)state;
	assert_non_null(before);
	reload("renewed.test");
	after = tls_phone("example.org", NULL);
	assert_non_null(after);
	assert_string_equal(shown_name(after), "renewed.test");
	/* the old connection lives on */
	assert_non_null(strstr(exchange(before), "200 OK"));
	hang_up(before);
	hang_up(after);
}

static void
a_broken_certificate_changes_nothing(void **state)
{
	int fds[2] = { proc_memfd("pem", "rubbish", 7), proc_memfd("pem", "rubbish", 7) };
	char *text = play_config_text(&play, "");
	SSL *ssl;

	(void)state;
	play_config_send(&play, text, &(struct play_tls) { "*", fds, 2 });
	play_listen(&play);
	free(text);
	close(fds[0]);
	close(fds[1]);
	ssl = tls_phone(NULL, NULL);
	assert_non_null(ssl);
	assert_string_equal(shown_name(ssl), "default.test");
	hang_up(ssl);
}

static void
tickets_resume_even_after_a_reload(void **state)
{
	SSL *ssl = tls_phone("example.org", NULL);
	SSL_SESSION *session;

	(void)state;
	assert_non_null(ssl);
	exchange(ssl); /* TLS 1.3 sends the ticket behind the handshake */
	session = SSL_get1_session(ssl);
	hang_up(ssl);
	reload("renewed.test");
	ssl = tls_phone("example.org", session);
	assert_non_null(ssl);
	assert_true(SSL_session_reused(ssl));
	assert_non_null(strstr(exchange(ssl), "200 OK"));
	hang_up(ssl);
	SSL_SESSION_free(session);
}

static void
a_held_phone_that_says_goodbye_is_noticed(void **state)
{
	SSL *ssl = tls_phone(NULL, NULL);

	(void)state;
	assert_non_null(ssl);
	SSL_write(ssl, PING, (int)strlen(PING));
	play_work(&play, 0);
	play_park(&play, 0, "a/d/Ping", 60000);
	assert_int_equal(play_receive(&play, play.watch), IPC_SUBSCRIBE);
	SSL_shutdown(ssl); /* close_notify, while the socket stays open */
	assert_int_equal(play_receive(&play, play.watch), IPC_UNSUBSCRIBE);
	hang_up(ssl);
}

static void
large_bodies_cross_tls_both_ways(void **state)
{
	enum { SIZE = 3 * 1024 * 1024 };
	static char body[SIZE], got[SIZE + 1024];
	SSL *ssl = tls_phone(NULL, NULL);
	char head[512];
	struct ipc_answer answer;
	size_t len = 0;
	int file;

	(void)state;
	assert_non_null(ssl);
	for (size_t i = 0; i < SIZE; i++)
		body[i] = (char)(i * 7 + i / 4096);
	snprintf(head, sizeof(head), POST "Content-Length: %d\r\n\r\n", SIZE);
	SSL_write(ssl, head, (int)strlen(head));
	assert_int_equal(SSL_write(ssl, body, SIZE), SIZE);
	answer = answer_of(play_work(&play, 0), "");
	assert_int_equal(play.message->request.body_len, SIZE);
	assert_int_equal(pread(play.message->fds[0], got, SIZE, 0), SIZE);
	assert_memory_equal(got, body, SIZE);
	file = proc_memfd("body", body, SIZE);
	answer.body_len = SIZE;
	assert_true(ipc_send_answer(play.workers[0], &answer, &file, 1));
	close(file);
	while (len < SIZE || strstr(got, "\r\n\r\n") == NULL ||
	    len < SIZE + (size_t)(strstr(got, "\r\n\r\n") - got) + 4) {
		int n = SSL_read(ssl, got + len, (int)(sizeof(got) - len));

		assert_true(n > 0);
		len += (size_t)n;
	}
	assert_memory_equal(got + len - SIZE, body, SIZE);
	hang_up(ssl);
}

static void
a_handshake_has_its_time(void **state)
{
	int fd = phone(&play, TLS);

	(void)state;
	assert_false(is_closed(fd, 1500));
	assert_true(is_closed(fd, 2000));
	close(fd);
}

static void
plain_text_at_the_tls_port_is_closed(void **state)
{
	int fd = phone(&play, TLS);

	(void)state;
	say(fd, PING);
	usleep(50000);
	shutdown(fd, SHUT_WR);
	while (!is_closed(fd, 1000))
		;
	close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_name_asked_for_is_shown),
		TEST(old_versions_are_refused),
		TEST(only_http_1_1_is_chosen),
		TEST(a_reload_shows_the_new_certificate),
		TEST(a_broken_certificate_changes_nothing),
		TEST(tickets_resume_even_after_a_reload),
		TEST(a_held_phone_that_says_goodbye_is_noticed),
		TEST(large_bodies_cross_tls_both_ways),
		TEST(a_handshake_has_its_time),
		TEST(plain_text_at_the_tls_port_is_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
