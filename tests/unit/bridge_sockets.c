/* SPDX-License-Identifier: ISC */
/*
 * Listening sockets: opened as configured, kept over a reload, taken from
 * systemd, and nothing changed where one of them cannot be had.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "bridge/base/buf.h"
#include "bridge/base/log.h"
#include "bridge/config.h"
#include "bridge/sockets.h"

static void
gather(void *ctx, const char *file, int line, const char *key, const char *reason)
{
	buf_printf(ctx, "%s:%d: %s: %s\n", file, line, key, reason);
}

/* A configuration with these `listen` lines. */
static struct config *
config_with(const char *listen)
{
	struct buf text, mistakes;
	struct config *read;

	buf_init(&text, 10000);
	buf_init(&mistakes, 10000);
	buf_printf(&text, "[server]\n%s[domain *]\nimap = imaps://m\nsmtp = smtps://m\n", listen);
	read = config_parse(buf_str(&text), text.len, "f", gather, &mistakes);
	assert_string_equal(buf_str(&mistakes), "");
	buf_free(&text);
	buf_free(&mistakes);
	return read;
}

static in_port_t
port_of(int fd)
{
	struct sockaddr_in address;
	socklen_t len = sizeof(address);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	return ntohs(address.sin_port);
}

static int
connect_unix(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), result;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	result = connect(fd, (struct sockaddr *)&address, sizeof(address));
	close(fd);
	return result;
}

static void
test_open_and_keep(void **state)
{
	struct sockets none = { NULL, 0 }, first, second;
	struct config *read = config_with("listen = 127.0.0.1:0 plain\n"
		"listen = 127.0.0.2:0 plain\n");
	struct buf mistakes;
	char text[200];
	in_port_t kept, taken;

	(void)state;
	buf_init(&mistakes, 10000);
	assert_true(sockets_open(read, &none, gather, &mistakes, &first));
	config_free(&read);
	assert_int_equal(first.n, 2);
	kept = port_of(first.list[1].fd);
	taken = port_of(first.list[0].fd);
	assert_true(kept != 0 && taken != 0);

	/* one address in use: all stays as it was */
	snprintf(text, sizeof(text), "listen = 127.0.0.3:0 plain\nlisten = 127.0.0.1:%u plain\n"
		"listen = 127.0.0.2:0 plain\n", taken);
	read = config_with(text);
	assert_false(sockets_open(read, &first, gather, &mistakes, &second));
	config_free(&read);
	snprintf(text, sizeof(text), "f:0: listen: 127.0.0.1:%u: Address already in use\n", taken);
	assert_string_equal(buf_str(&mistakes), text);
	assert_int_equal(port_of(first.list[1].fd), kept);

	/* one goes, one stays, one comes; the order is that of the file */
	read = config_with("listen = [::1]:0 plain\nlisten = 127.0.0.2:0 plain\n");
	assert_true(sockets_open(read, &first, gather, &mistakes, &second));
	config_free(&read);
	sockets_free(&first);
	assert_int_equal(port_of(second.list[1].fd), kept);
	sockets_free(&second);
	buf_free(&mistakes);
}

static void
test_unix(void **state)
{
	struct sockets none = { NULL, 0 }, first, second;
	char folder[] = "/tmp/sockets-XXXXXX", listen[100], path[60];
	struct config *read;
	struct buf mistakes;
	struct stat status;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/s", folder);
	snprintf(listen, sizeof(listen), "listen = unix:%s plain\n", path);
	read = config_with(listen);
	buf_init(&mistakes, 10000);
	assert_true(sockets_open(read, &none, gather, &mistakes, &first));
	assert_int_equal(connect_unix(path), 0);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0666);

	/* a live one is not stolen, a dead one is replaced */
	assert_false(sockets_open(read, &none, gather, &mistakes, &second));
	assert_int_equal(connect_unix(path), 0);
	close(first.list[0].fd);
	first.list[0].fd = -1;
	assert_int_not_equal(connect_unix(path), 0);
	assert_true(sockets_open(read, &none, gather, &mistakes, &second));
	assert_int_equal(connect_unix(path), 0);
	sockets_free(&first);
	sockets_free(&second);
	assert_int_not_equal(stat(path, &status), 0);
	rmdir(folder);
	config_free(&read);
	buf_free(&mistakes);
}

/* systemd puts its sockets at descriptor 3 and up. */
static void
test_systemd(void **state)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	struct sockets none = { NULL, 0 }, opened;
	char listen_line[100], pid[20];
	struct config *read;
	struct buf mistakes;
	int passed = socket(AF_INET, SOCK_STREAM, 0);

	(void)state;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(passed, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(passed, 5), 0);
	snprintf(listen_line, sizeof(listen_line), "listen = 127.0.0.1:%u plain\n",
		port_of(passed));
	read = config_with(listen_line);
	buf_init(&mistakes, 10000);
	if (passed != 3) {
		dup2(passed, 3);
		close(passed);
	}
	setenv("LISTEN_FDS", "1", 1);
	setenv("LISTEN_PID", "1", 1); /* another process's */
	assert_false(sockets_open(read, &none, gather, &mistakes, &opened));
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("LISTEN_PID", pid, 1);
	assert_true(sockets_open(read, &none, gather, &mistakes, &opened));
	assert_int_equal(opened.list[0].fd, 3);
	assert_null(getenv("LISTEN_FDS"));
	sockets_free(&opened);
	config_free(&read);
	buf_free(&mistakes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open_and_keep),
		cmocka_unit_test(test_unix),
		cmocka_unit_test(test_systemd),
	};

	log_set_level(LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
