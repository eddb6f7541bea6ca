/* SPDX-License-Identifier: ISC */
/* proc: flags, descriptors through a socket, sealed memory, systemd's datagram. */
#include "bridge/base/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void
test_flags(void **state)
{
	int pair[2];

	(void)state;
	assert_int_equal(pipe(pair), 0);
	assert_true(proc_set_cloexec(pair[0], true));
	assert_true(fcntl(pair[0], F_GETFD) & FD_CLOEXEC);
	assert_true(proc_set_cloexec(pair[0], false));
	assert_false(fcntl(pair[0], F_GETFD) & FD_CLOEXEC);
	assert_true(proc_set_nonblock(pair[0], true));
	assert_true(fcntl(pair[0], F_GETFL) & O_NONBLOCK);
	assert_true(proc_set_nonblock(pair[0], false));
	assert_false(fcntl(pair[0], F_GETFL) & O_NONBLOCK);
	close(pair[0]);
	close(pair[1]);
	assert_false(proc_set_cloexec(pair[0], true));
	assert_false(proc_set_nonblock(pair[0], true));
}

static unsigned
fds_open(void)
{
	unsigned n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void
test_messages(void **state)
{
	struct proc_fds fds = { .n = PROC_FDS_MAX }, got;
	unsigned before = fds_open();
	char text[16];
	int pair[2];

	(void)state;
	assert_true(proc_socketpair(pair));
	for (unsigned i = 0; i < PROC_FDS_MAX; i++)
		fds.fd[i] = proc_memfd("x", &"abcdefgh"[i % 8], 1);
	assert_true(proc_send(pair[0], "hello", 5, &fds));
	assert_true(proc_send(pair[0], "second", 6, NULL));
	assert_int_equal(proc_recv(pair[1], text, sizeof(text), &got), 5);
	assert_memory_equal(text, "hello", 5);
	assert_int_equal(got.n, PROC_FDS_MAX);
	for (unsigned i = 0; i < PROC_FDS_MAX; i++) {
		assert_true(fcntl(got.fd[i], F_GETFD) & FD_CLOEXEC);
		assert_int_equal(read(got.fd[i], text, 1), 1);
		assert_int_equal(text[0], "abcdefgh"[i % 8]);
		close(got.fd[i]);
	}
	assert_int_equal(proc_recv(pair[1], text, sizeof(text), &got), 6);
	assert_int_equal(got.n, 0);

	/* cut off, or not wanted: the descriptors do not leak */
	assert_true(proc_send(pair[0], "long message here", 17, &fds));
	assert_int_equal(proc_recv(pair[1], text, 4, &got), -1);
	assert_int_equal(errno, EMSGSIZE);
	assert_true(proc_send(pair[0], "x", 1, &fds));
	assert_int_equal(proc_recv(pair[1], text, 4, NULL), 1);
	fds.n = PROC_FDS_MAX + 1;
	assert_false(proc_send(pair[0], "x", 1, &fds));
	for (unsigned i = 0; i < PROC_FDS_MAX; i++)
		close(fds.fd[i]);
	close(pair[0]);
	assert_int_equal(proc_recv(pair[1], text, sizeof(text), &got), 0);
	assert_false(proc_send(pair[1], "x", 1, NULL));
	close(pair[1]);
	assert_int_equal(fds_open(), before);
}

static void
test_memfd(void **state)
{
	char text[8];
	int fd = proc_memfd("test", "content", 7);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(read(fd, text, 8), 7);
	assert_memory_equal(text, "content", 7);
	assert_int_equal(write(fd, "x", 1), -1);
	assert_int_equal(ftruncate(fd, 3), -1);
	close(fd);
}

static void
test_close_all(void **state)
{
	int status = -1;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		int keep[2] = { dup2(0, 50), dup2(0, 90) };

		dup2(0, 51);
		dup2(0, 60);
		proc_close_all_except(keep, 2);
		_exit((fcntl(50, F_GETFD) >= 0 && fcntl(90, F_GETFD) >= 0 &&
			fds_open() == 5) ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void
test_notify(void **state)
{
	char path[] = "/tmp/easbridge-notify-XXXXXX", text[32];
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int sock = socket(AF_UNIX, SOCK_DGRAM, 0);

	(void)state;
	unsetenv("NOTIFY_SOCKET");
	assert_true(proc_notify("READY=1"));
	assert_non_null(mkdtemp(path));
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/s", path);
	assert_int_equal(bind(sock, (struct sockaddr *)&address, sizeof(address)), 0);
	setenv("NOTIFY_SOCKET", address.sun_path, 1);
	assert_true(proc_notify("READY=1"));
	assert_int_equal(recv(sock, text, sizeof(text), 0), 7);
	assert_memory_equal(text, "READY=1", 7);
	close(sock);
	assert_false(proc_notify("READY=1"));
	setenv("NOTIFY_SOCKET", "relative", 1);
	assert_false(proc_notify("READY=1"));
	unsetenv("NOTIFY_SOCKET");
	unlink(address.sun_path);
	rmdir(path);
}

static void
test_notify_abstract(void **state)
{
	static const char name[] = "\0easbridge-test";
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int sock = socket(AF_UNIX, SOCK_DGRAM, 0);
	char unique[16], text[64];
	socklen_t size;

	(void)state;
	memcpy(address.sun_path, name, sizeof(name) - 1);
	size = (socklen_t)snprintf(unique, sizeof(unique), "-%d", (int)getpid());
	memcpy(address.sun_path + sizeof(name) - 1, unique, size);
	size += (socklen_t)(offsetof(struct sockaddr_un, sun_path) + sizeof(name) - 1);
	assert_int_equal(bind(sock, (struct sockaddr *)&address, size), 0);
	snprintf(text, sizeof(text), "@%s%s", name + 1, unique);
	setenv("NOTIFY_SOCKET", text, 1);
	assert_true(proc_notify("STOPPING=1"));
	assert_int_equal(recv(sock, text, sizeof(text), 0), 10);
	unsetenv("NOTIFY_SOCKET");
	close(sock);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_memfd),
		cmocka_unit_test(test_close_all),
		cmocka_unit_test(test_notify),
		cmocka_unit_test(test_notify_abstract),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
