/* SPDX-License-Identifier: ISC */
/*
 * Opening happens in two steps, so that a reload with one address that cannot
 * be had changes nothing: first every new socket is opened, then those that
 * stay are moved over.
 */
#include "bridge/sockets.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "bridge/base/codec.h"
#include "bridge/base/log.h"
#include "bridge/base/proc.h"

enum { SYSTEMD_FIRST = 3, SYSTEMD_MAX = 64 };

static bool
address_is_same(const struct listener *listener, const struct sockaddr_storage *address)
{
	const struct sockaddr_in *four = (const struct sockaddr_in *)&listener->address;
	const struct sockaddr_in *other4 = (const struct sockaddr_in *)address;
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&listener->address;
	const struct sockaddr_in6 *other6 = (const struct sockaddr_in6 *)address;

	if (listener->address.ss_family != address->ss_family)
		return false;
	if (address->ss_family == AF_INET)
		return four->sin_port == other4->sin_port &&
			four->sin_addr.s_addr == other4->sin_addr.s_addr;
	if (address->ss_family == AF_INET6)
		return six->sin6_port == other6->sin6_port &&
			memcmp(&six->sin6_addr, &other6->sin6_addr, sizeof(six->sin6_addr)) == 0;
	return strcmp(((const struct sockaddr_un *)&listener->address)->sun_path,
		((const struct sockaddr_un *)address)->sun_path) == 0;
}

/* How many sockets systemd passed to this process (sd_listen_fds(3)). */
static unsigned
systemd_count(void)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
	int64_t number, n;

	if (pid == NULL || count == NULL || !number_parse(pid, 1, INT32_MAX, &number) ||
		number != getpid() || !number_parse(count, 0, SYSTEMD_MAX, &n))
		return 0;
	return (unsigned)n;
}

/* The socket passed for this listener; -1: none. */
static int
systemd_find(const struct listener *listener)
{
	unsigned n = systemd_count();

	for (unsigned i = 0; i < n; i++) {
		struct sockaddr_storage address = { .ss_family = AF_UNSPEC };
		socklen_t len = sizeof(address);
		int fd = SYSTEMD_FIRST + (int)i;

		if (getsockname(fd, (struct sockaddr *)&address, &len) == 0 &&
			address_is_same(listener, &address)) {
			proc_set_cloexec(fd, true);
			proc_set_nonblock(fd, true);
			return fd;
		}
	}
	return -1;
}

/* A socket file that a dead process left would make bind fail; a live one should. */
static void
stale_remove(const struct listener *listener)
{
	const struct sockaddr_un *address = (const struct sockaddr_un *)&listener->address;
	struct stat status;
	int probe;

	if (address->sun_family != AF_UNIX || lstat(address->sun_path, &status) != 0 ||
		!S_ISSOCK(status.st_mode))
		return;
	probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (probe < 0)
		return;
	if (connect(probe, (const struct sockaddr *)address, sizeof(*address)) != 0 &&
		errno == ECONNREFUSED)
		unlink(address->sun_path);
	close(probe);
}

static bool
socket_bind(int fd, const struct listener *listener)
{
	const struct sockaddr_un *local = (const struct sockaddr_un *)&listener->address;
	int on = 1;

	stale_remove(listener);
	if (local->sun_family != AF_UNIX &&
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0)
		return false;
	/* so that 0.0.0.0 and [::] can stand side by side */
	if (local->sun_family == AF_INET6 &&
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) != 0)
		return false;
	if (bind(fd, (const struct sockaddr *)&listener->address, listener->address_len) != 0)
		return false;
	/* who may connect is for the permissions of its directory to say */
	if (local->sun_family == AF_UNIX && chmod(local->sun_path, 0666) != 0)
		return false;
	return listen(fd, SOMAXCONN) == 0;
}

static int
socket_open(const struct listener *listener)
{
	int fd = socket(listener->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd >= 0 && !socket_bind(fd, listener)) {
		int saved = errno;

		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

/* NULL: there is none of this address. */
static struct open_socket *
socket_find(const struct sockets *sockets, const char *text)
{
	for (unsigned i = 0; i < sockets->n; i++) {
		if (strcmp(sockets->list[i].text, text) == 0)
			return &sockets->list[i];
	}
	return NULL;
}

static void
socket_log(const struct open_socket *opened)
{
	struct sockaddr_storage address = { .ss_family = AF_UNSPEC };
	socklen_t len = sizeof(address);
	in_port_t port = 0;

	if (getsockname(opened->fd, (struct sockaddr *)&address, &len) == 0) {
		if (address.ss_family == AF_INET)
			port = ((struct sockaddr_in *)&address)->sin_port;
		else if (address.ss_family == AF_INET6)
			port = ((struct sockaddr_in6 *)&address)->sin6_port;
	}
	log_event(LEVEL_INFO, NULL, "listening", "address=%s port=%u", opened->text, ntohs(port));
}

/* False: errno. */
static bool
socket_new(struct open_socket *opened, const struct listener *listener, bool is_kept)
{
	opened->text = strdup(listener->text);
	opened->fd = -1;
	if (is_kept)
		return opened->text != NULL;
	opened->fd = systemd_find(listener);
	opened->is_ours = opened->fd < 0;
	if (opened->is_ours)
		opened->fd = socket_open(listener);
	return opened->fd >= 0 && opened->text != NULL;
}

bool
sockets_open(const struct config *from, struct sockets *before, config_mistake_fn *fn,
	void *ctx, struct sockets *ret_sockets)
{
	const struct listeners *listeners = &from->server.listen;
	struct sockets opened = { .n = listeners->n };
	bool ok = true;

	opened.list = calloc(opened.n, sizeof(*opened.list));
	if (opened.list == NULL)
		return false;
	for (unsigned i = 0; i < opened.n; i++) {
		const struct listener *listener = &listeners->list[i];
		bool is_kept = socket_find(before, listener->text) != NULL;
		char reason[300];

		if (socket_new(&opened.list[i], listener, is_kept))
			continue;
		snprintf(reason, sizeof(reason), "%s: %s", listener->text, strerror(errno));
		fn(ctx, from->path, 0, "listen", reason);
		ok = false;
	}
	if (!ok) {
		sockets_free(&opened);
		return false;
	}
	for (unsigned i = 0; i < opened.n; i++) {
		struct open_socket *kept = socket_find(before, opened.list[i].text);

		if (kept == NULL) {
			socket_log(&opened.list[i]);
			continue;
		}
		opened.list[i].fd = kept->fd;
		opened.list[i].is_ours = kept->is_ours;
		kept->fd = -1;
	}
	unsetenv("LISTEN_FDS"); /* their numbers will mean other things from now on */
	*ret_sockets = opened;
	return true;
}

void
sockets_free(struct sockets *sockets)
{
	for (unsigned i = 0; i < sockets->n; i++) {
		struct open_socket *freed = &sockets->list[i];

		if (freed->fd >= 0) {
			close(freed->fd);
			if (freed->is_ours && strncmp(freed->text, "unix:", 5) == 0)
				unlink(freed->text + 5);
		}
		free(freed->text);
	}
	free(sockets->list);
	sockets->list = NULL;
	sockets->n = 0;
}
