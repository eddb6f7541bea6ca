/* SPDX-License-Identifier: ISC */
/* Thin wrappers over system calls, each with the one behaviour that all roles want. */
#include "bridge/base/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <dirent.h>

bool
proc_set_cloexec(int fd, bool on)
{
	int flags = fcntl(fd, F_GETFD);

	if (flags < 0)
		return false;
	return fcntl(fd, F_SETFD, on ? flags | FD_CLOEXEC : flags & ~FD_CLOEXEC) == 0;
}

bool
proc_set_nonblock(int fd, bool on)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0)
		return false;
	return fcntl(fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK) == 0;
}

bool
proc_socketpair(int ret_pair[2])
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ret_pair) == 0;
}

/* Room for the control message, aligned as its header. */
union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(PROC_FDS_MAX * sizeof(int))];
};

bool
proc_send(int sock, const void *data, size_t n, const struct proc_fds *fds)
{
	struct iovec piece = { .iov_base = (void *)(uintptr_t)data, .iov_len = n };
	struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1 };
	union control control;
	ssize_t sent;

	if (fds != NULL && fds->n > 0) {
		size_t size = fds->n * sizeof(int);

		if (fds->n > PROC_FDS_MAX) {
			errno = EINVAL;
			return false;
		}
		memset(&control, 0, sizeof(control));
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(size);
		memcpy(CMSG_DATA(&control.header), fds->fd, size);
		message.msg_control = control.bytes;
		message.msg_controllen = CMSG_SPACE(size);
	}
	do
		sent = sendmsg(sock, &message, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent >= 0;
}

/* Takes the descriptors out of a message. */
static void
fds_collect(struct msghdr *message, struct proc_fds *fds)
{
	struct cmsghdr *part;

	for (part = CMSG_FIRSTHDR(message); part != NULL; part = CMSG_NXTHDR(message, part)) {
		size_t n = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
			continue;
		if (n > PROC_FDS_MAX - fds->n)
			n = PROC_FDS_MAX - fds->n;
		memcpy(fds->fd + fds->n, CMSG_DATA(part), n * sizeof(int));
		fds->n += (unsigned)n;
	}
}

static void
fds_close(const struct proc_fds *fds)
{
	for (unsigned i = 0; i < fds->n; i++)
		close(fds->fd[i]);
}

ssize_t
proc_recv(int sock, void *data, size_t n, struct proc_fds *ret_fds)
{
	struct iovec piece = { .iov_base = data, .iov_len = n };
	union control control;
	struct msghdr message = {
		.msg_iov = &piece,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	struct proc_fds fds = { .n = 0 };
	ssize_t got;

	do
		got = recvmsg(sock, &message, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return -1;
	fds_collect(&message, &fds);
	if (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) {
		fds_close(&fds);
		errno = EMSGSIZE;
		return -1;
	}
	if (ret_fds != NULL)
		*ret_fds = fds;
	else
		fds_close(&fds);
	return got;
}

int
proc_memfd(const char *name, const void *data, size_t n)
{
	const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return -1;
	if (!proc_write_all(fd, data, n) || lseek(fd, 0, SEEK_SET) != 0 ||
		fcntl(fd, F_ADD_SEALS, seals) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool
fd_is_kept(int fd, const int *keep, size_t n_keep)
{
	if (fd <= STDERR_FILENO)
		return true;
	for (size_t i = 0; i < n_keep; i++)
		if (keep[i] == fd)
			return true;
	return false;
}

/* Without /proc or /dev/fd: every number there could be. */
static void
close_by_number(const int *keep, size_t n_keep)
{
	struct rlimit limit;
	int most = 65536;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 65536)
		most = (int)limit.rlim_cur;
	for (int fd = STDERR_FILENO + 1; fd < most; fd++)
		if (!fd_is_kept(fd, keep, n_keep))
			close(fd);
}

void
proc_close_all_except(const int *keep, size_t n_keep)
{
	DIR *dir = opendir("/dev/fd");
	struct dirent *entry;

	if (dir == NULL) {
		close_by_number(keep, n_keep);
		return;
	}
	while ((entry = readdir(dir)) != NULL) {
		char *end;
		long fd = strtol(entry->d_name, &end, 10);

		if (*end == '\0' && end != entry->d_name && fd != dirfd(dir) &&
			!fd_is_kept((int)fd, keep, n_keep))
			close((int)fd);
	}
	closedir(dir);
}

bool
proc_notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = path != NULL ? strlen(path) : 0;
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	bool ok;
	int sock;

	if (len == 0)
		return true;
	if (len >= sizeof(address.sun_path) || (path[0] != '/' && path[0] != '@'))
		return false;
	memcpy(address.sun_path, path, len);
	if (path[0] == '@')	/* a name outside the file system starts with NUL */
		address.sun_path[0] = '\0';
	sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sock < 0)
		return false;
	ok = sendto(sock, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&address,
		size) >= 0;
	close(sock);
	return ok;
}

bool
proc_write_all(int fd, const void *data, size_t n)
{
	const char *at = data;

	while (n > 0) {
		ssize_t done = write(fd, at, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		at += done;
		n -= (size_t)done;
	}
	return true;
}

unsigned
proc_cores(void)
{
	cpu_set_t set;
	int n = 0;

	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		n = CPU_COUNT(&set);
	return n > 0 ? (unsigned)n : 1;
}
