/* SPDX-License-Identifier: ISC */
/* stream against good and bad servers on loopback, blocking and event-driven. */
#include "bridge/base/stream.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bridge/base/date.h"
#include "tests/helper/stream_server.h"

static char ca_file[] = "/tmp/easbridge-ca-XXXXXX";

static struct stream *
client_new(const struct server *server, const char *host, const char *ca)
{
	const struct stream_options options = {
		.host = host,
		.port = server->port,
		.tls = server->tls,
		.ca_file = ca,
		.address = (const struct sockaddr *)&server->address,
		.address_len = sizeof(server->address),
	};
	struct stream *stream = stream_new(&options);

	assert_non_null(stream);
	stream_deadline(stream, now_ms() + 10000);
	return stream;
}

static void
echo_once(struct stream *stream)
{
	uint64_t in = stream_bytes_in(stream), out = stream_bytes_out(stream);
	char text[16];

	assert_int_equal(stream_write(stream, "hello", 5), 5);
	assert_int_equal(stream_read(stream, text, 3), 3);
	assert_int_equal(stream_pending(stream), stream_is_tls(stream));
	assert_int_equal(stream_read(stream, text + 3, 13), 2);
	assert_memory_equal(text, "hello", 5);
	assert_false(stream_pending(stream));
	assert_int_equal(stream_bytes_in(stream) - in, 5);
	assert_int_equal(stream_bytes_out(stream) - out, 5);
	assert_string_equal(stream_error(stream), "");
}

static void
test_echo(void **state)
{
	static const struct {
		bool tls;
		const char *host;
	} cases[] = { { false, "localhost" }, { true, "localhost" }, { true, "127.0.0.1" } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct server server = { .manners = ECHO, .tls = cases[i].tls };
		struct sockaddr_storage peer;
		struct stream *stream;

		server_start(&server);
		stream = client_new(&server, cases[i].host, ca_file);
		assert_false(stream_peer(stream, &peer));
		assert_int_equal(stream_read(stream, &peer, 1), -1);
		stream_close(&stream);
		stream = client_new(&server, cases[i].host, ca_file);
		assert_true(stream_open(stream));
		assert_int_equal(stream_is_tls(stream), cases[i].tls);
		assert_true(stream_peer(stream, &peer));
		assert_memory_equal(&peer, &server.address, sizeof(server.address));
		echo_once(stream);
		stream_close(&stream);
		assert_null(stream);
		server_stop(&server);
	}
}

/* The name is asked of the resolver, and a first address (::1) may well refuse. */
static void
test_resolver(void **state)
{
	struct server server = { .manners = ECHO, .tls = true };
	struct stream_options options = { .host = "localhost", .tls = true, .ca_file = ca_file };
	struct stream *stream;
	char name[300];

	(void)state;
	server_start(&server);
	options.port = server.port;
	stream = stream_new(&options);
	assert_true(stream_open(stream));
	echo_once(stream);
	stream_close(&stream);
	server_stop(&server);

	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	options.host = name;
	stream = stream_new(&options);
	assert_false(stream_open(stream));
	assert_memory_equal(stream_error(stream), "resolve: ", 9);
	stream_close(&stream);
}

static void
test_certificates(void **state)
{
	static const struct {
		enum certificate certificate;
		enum manners manners;
		const char *host, *error;
		bool system_store;
	} cases[] = {
		{ CERT_OTHER, ECHO, "localhost", "certificate: hostname mismatch", false },
		{ CERT_OTHER, ECHO, "127.0.0.1", "certificate: IP address mismatch", false },
		{ CERT_GOOD, ECHO, "example.org", "certificate: hostname mismatch", false },
		{ CERT_EXPIRED, ECHO, "localhost", "certificate: certificate has expired", false },
		{ CERT_SELF, ECHO, "localhost", "certificate: self-signed certificate", false },
		{ CERT_GOOD, ECHO, "localhost",
		  "certificate: unable to get local issuer certificate", true },
		{ CERT_GOOD, OLD, "localhost", "TLS: ", false },
		{ CERT_GOOD, SILENT, "localhost", "timeout (TLS handshake)", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct server server = {
			.manners = cases[i].manners,
			.certificate = cases[i].certificate,
			.tls = true,
		};
		struct stream *stream;
		char text[1];

		server_start(&server);
		stream = client_new(&server, cases[i].host, cases[i].system_store ? NULL : ca_file);
		if (cases[i].manners == SILENT)
			stream_deadline(stream, now_ms() + 200);
		assert_false(stream_open(stream));
		if (strncmp(stream_error(stream), cases[i].error, strlen(cases[i].error)) != 0)
			fail_msg("%zu: %s", i, stream_error(stream));
		assert_int_equal(stream_write(stream, "secret", 6), -1);
		assert_int_equal(stream_read(stream, text, 1), -1);
		assert_int_equal(stream_step(stream), STREAM_FAILED);
		stream_close(&stream);
		server_stop(&server);
	}
}

static void
test_no_ca(void **state)
{
	const struct server server = { .tls = true };
	struct stream *stream = client_new(&server, "localhost", "/nonexistent.pem");

	(void)state;
	assert_false(stream_open(stream));
	assert_string_equal(stream_error(stream), "certificate: the CA file cannot be read");
	stream_close(&stream);
}

static void
test_refused(void **state)
{
	struct stream_options options = { .host = "127.0.0.1", .port = server_free_port() };
	struct stream *stream = stream_new(&options);

	(void)state;
	assert_false(stream_open(stream));
	assert_string_equal(stream_error(stream), "connect: Connection refused");
	stream_close(&stream);
	stream_close(&stream);
}

/* Bytes that keep coming do not stretch the deadline. */
static void
test_deadline(void **state)
{
	static const enum manners manners[] = { DRIP, SILENT, DEAF, DEAF };
	static const bool tls[] = { true, false, false, true };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct server server = { .manners = manners[i], .tls = tls[i] };
		int64_t start = now_ms(), waited = stream_waited_ms();
		static char big[1 << 20];
		struct stream *stream;
		ssize_t outcome = 1;

		server_start(&server);
		stream = client_new(&server, "localhost", ca_file);
		assert_true(stream_open(stream));
		stream_deadline(stream, now_ms() + 300);
		while (outcome > 0)
			outcome = manners[i] == DEAF ? stream_write(stream, big, sizeof(big)) :
				stream_read(stream, big, sizeof(big));
		assert_int_equal(outcome, -1);
		assert_in_range(now_ms() - start, 290, 3000);
		assert_in_range(stream_waited_ms() - waited, 200, now_ms() - start + 1);
		assert_string_equal(stream_error(stream),
			manners[i] == DEAF ? "timeout (write)" : "timeout (read)");
		if (manners[i] == DRIP)
			assert_in_range(stream_bytes_in(stream), 3, 40);
		stream_deadline(stream, 0);
		assert_int_equal(stream_read(stream, big, 1), -1);
		stream_close(&stream);
		server_stop(&server);
	}
}

static void
test_eof(void **state)
{
	static const struct server cases[] = {
		{ .manners = CLOSE }, { .manners = CLOSE, .tls = true },
		{ .manners = CUT }, { .manners = CUT, .tls = true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct server server = cases[i];
		struct stream *stream;
		ssize_t outcome = 1;
		char text[8];

		server_start(&server);
		stream = client_new(&server, "localhost", ca_file);
		assert_true(stream_open(stream));
		if (server.manners == CUT)
			assert_int_equal(stream_read(stream, text, sizeof(text)), 3);
		assert_int_equal(stream_read(stream, text, sizeof(text)), 0);
		/* writes may succeed until the reset comes; no signal, no endless loop */
		for (int k = 0; k < 100 && outcome > 0; k++, usleep(1000))
			outcome = stream_write(stream, "x", 1);
		assert_true(outcome <= 0);
		stream_close(&stream);
		server_stop(&server);
	}
}

static void
test_bulk(void **state)
{
	char *data = malloc(BULK_SIZE);

	(void)state;
	for (int tls = 0; tls < 2; tls++) {
		struct server server = { .manners = BULK, .tls = tls };
		struct stream *stream;
		size_t at = 0;

		for (size_t i = 0; i < BULK_SIZE; i++)
			data[i] = bulk_byte(i);
		server_start(&server);
		stream = client_new(&server, "localhost", ca_file);
		assert_true(stream_open(stream));
		assert_int_equal(stream_write(stream, data, BULK_SIZE), BULK_SIZE);
		memset(data, 0, BULK_SIZE);
		while (at < BULK_SIZE) {
			ssize_t got = stream_read(stream, data + at, BULK_SIZE - at);

			assert_true(got > 0);
			at += (size_t)got;
		}
		for (size_t i = 0; i < BULK_SIZE; i++)
			assert_true(data[i] == bulk_byte(i));
		assert_int_equal(stream_bytes_in(stream), BULK_SIZE);
		stream_close(&stream);
		server_stop(&server);
	}
	free(data);
}

static void
test_starttls(void **state)
{
	static const struct {
		enum certificate certificate;
		bool ok;
	} cases[] = { { CERT_GOOD, true }, { CERT_OTHER, false } };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct server server = {
			.manners = STARTTLS,
			.certificate = cases[i].certificate,
		};
		struct stream *stream;
		char text[8];

		server_start(&server);
		stream = client_new(&server, "localhost", ca_file);
		assert_true(stream_open(stream));
		assert_int_equal(stream_read(stream, text, sizeof(text)), 3);
		assert_false(stream_is_tls(stream));
		assert_int_equal(stream_start_tls(stream), cases[i].ok);
		if (cases[i].ok) {
			assert_true(stream_is_tls(stream));
			echo_once(stream);
			assert_false(stream_start_tls(stream));
		}
		stream_close(&stream);
		server_stop(&server);
	}
}

/* As watch does it: only poll() waits. */
static void
poll_for(struct stream *stream, enum stream_state state)
{
	struct pollfd poller = {
		.fd = stream_fd(stream),
		.events = state == STREAM_NEEDS_WRITE ? POLLOUT : POLLIN,
	};

	assert_true(state == STREAM_NEEDS_READ || state == STREAM_NEEDS_WRITE);
	assert_int_equal(poll(&poller, 1, 5000), 1);
}

static void
step_until_ready(struct stream *stream, enum stream_state state)
{
	unsigned steps = 0;

	while (state != STREAM_READY) {
		assert_true(stream_wake_at(stream) > now_ms());
		poll_for(stream, state);
		state = stream_step(stream);
		assert_true(++steps < 50);
	}
	assert_int_equal(stream_wake_at(stream), 0);
}

static size_t
try_read(struct stream *stream, char *text, size_t size)
{
	ssize_t got;

	while ((got = stream_try_read(stream, text, size)) == STREAM_AGAIN)
		poll_for(stream, stream_wants(stream));
	assert_true(got > 0);
	return (size_t)got;
}

static void
test_events(void **state)
{
	static const struct server cases[] = {
		{ .manners = ECHO }, { .manners = ECHO, .tls = true }, { .manners = STARTTLS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct server server = cases[i];
		struct stream *stream;
		char text[8];

		server_start(&server);
		stream = client_new(&server, "localhost", ca_file);
		step_until_ready(stream, stream_step(stream));
		if (server.manners == STARTTLS) {
			assert_int_equal(try_read(stream, text, 3), 3);
			step_until_ready(stream, stream_begin_tls(stream));
		}
		assert_int_equal(stream_try_read(stream, text, 8), STREAM_AGAIN);
		assert_int_equal(stream_wants(stream), STREAM_NEEDS_READ);
		assert_int_equal(stream_try_write(stream, "", 0), 0);
		assert_int_equal(stream_try_write(stream, "hello", 5), 5);
		assert_int_equal(try_read(stream, text, 8), 5);
		assert_memory_equal(text, "hello", 5);
		stream_close(&stream);
		server_stop(&server);
	}
}

/* Streams under way survive a reload of the trust stores. */
static void
test_reload(void **state)
{
	struct server server = { .manners = ECHO, .tls = true };
	struct stream *stream;

	(void)state;
	server_start(&server);
	stream = client_new(&server, "localhost", ca_file);
	assert_true(stream_open(stream));
	stream_trust_reload();
	echo_once(stream);
	stream_close(&stream);
	server_stop(&server);
}

static int
set_up(void **state)
{
	(void)state;
	close(mkstemp(ca_file));
	server_make_certificates(ca_file);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	stream_trust_reload();
	return unlink(ca_file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_echo),
		cmocka_unit_test(test_resolver),
		cmocka_unit_test(test_certificates),
		cmocka_unit_test(test_no_ca),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_eof),
		cmocka_unit_test(test_bulk),
		cmocka_unit_test(test_starttls),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_reload),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
