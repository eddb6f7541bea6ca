/* SPDX-License-Identifier: ISC */
/*
 * Ends of SOCK_SEQPACKET pairs.  A blocking end (worker) simply sends and
 * receives.  A non-blocking end (parent, front, watch) copies what the kernel
 * will not take now, descriptors included, into a bounded queue; the owner
 * polls for writing while ipc_end_has_backlog and then calls ipc_end_flush.
 */
#include "bridge/ipc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bridge/base/proc.h"
#include "bridge/ipc_codec.h"

_Static_assert((int)IPC_FDS == (int)PROC_FDS_MAX, "base must carry what a message may");

enum {
	/* Asked of the kernel, which may give less; its usual default of 208 KiB is enough for
	 * one packet of IPC_MAX. */
	SOCKET_BUFFER = 1024 * 1024,
	BACKLOG_MAX = 8 * 1024 * 1024, /* bytes of an end's queue */
	BACKLOG_COST = 1024,           /* what a packet counts beside its bytes */
};

struct waiting {
	struct waiting *next;
	struct proc_fds fds;
	size_t len;
	uint8_t packet[];
};

struct ipc_end {
	int fd;
	bool nonblocking;
	struct waiting *first, **last;
	size_t backlog;
};

struct ipc_end *
ipc_end_new(int fd, bool nonblocking)
{
	struct ipc_end *end = calloc(1, sizeof(*end));
	int size = SOCKET_BUFFER;

	if (end == NULL)
		return NULL;
	end->fd = fd;
	end->nonblocking = nonblocking;
	end->last = &end->first;
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	if (!proc_set_nonblock(fd, nonblocking)) {
		free(end);
		return NULL;
	}
	return end;
}

static void
fds_close(struct proc_fds *fds)
{
	while (fds->n > 0)
		close(fds->fd[--fds->n]);
}

static void
backlog_drop_first(struct ipc_end *end)
{
	struct waiting *first = end->first;

	end->first = first->next;
	if (end->first == NULL)
		end->last = &end->first;
	end->backlog -= first->len + BACKLOG_COST;
	fds_close(&first->fds);
	explicit_bzero(first->packet, first->len);
	free(first);
}

void
ipc_end_close(struct ipc_end **end)
{
	if (*end == NULL)
		return;
	while ((*end)->first != NULL)
		backlog_drop_first(*end);
	close((*end)->fd);
	free(*end);
	*end = NULL;
}

int
ipc_end_fd(const struct ipc_end *end)
{
	return end->fd;
}

bool
ipc_end_has_backlog(const struct ipc_end *end)
{
	return end->first != NULL;
}

bool
ipc_end_flush(struct ipc_end *end)
{
	while (end->first != NULL) {
		struct waiting *first = end->first;

		if (!proc_send(end->fd, first->packet, first->len, &first->fds))
			return errno == EAGAIN;
		backlog_drop_first(end);
	}
	return true;
}

static bool
fds_copy(const struct proc_fds *from, struct proc_fds *ret_copy)
{
	ret_copy->n = 0;
	for (unsigned i = 0; i < from->n; i++) {
		int copy = fcntl(from->fd[i], F_DUPFD_CLOEXEC, 3);

		if (copy < 0) {
			fds_close(ret_copy);
			return false;
		}
		ret_copy->fd[ret_copy->n++] = copy;
	}
	return true;
}

static bool
backlog_add(struct ipc_end *end, const void *packet, size_t len, const struct proc_fds *fds)
{
	struct waiting *added;

	if (end->backlog + len + BACKLOG_COST > BACKLOG_MAX)
		return false;
	added = malloc(sizeof(*added) + len);
	if (added == NULL)
		return false;
	if (!fds_copy(fds, &added->fds)) {
		free(added);
		return false;
	}
	added->next = NULL;
	added->len = len;
	memcpy(added->packet, packet, len);
	*end->last = added;
	end->last = &added->next;
	end->backlog += len + BACKLOG_COST;
	return true;
}

static bool
send_packet(struct ipc_end *end, const void *packet, size_t len, const struct proc_fds *fds)
{
	if (!ipc_end_flush(end))
		return false;
	if (end->first != NULL)
		return backlog_add(end, packet, len, fds);
	if (proc_send(end->fd, packet, len, fds))
		return true;
	return end->nonblocking && errno == EAGAIN && backlog_add(end, packet, len, fds);
}

struct outgoing {
	enum ipc_type type;
	const void *message;
	const int *fds;
	unsigned n_fds;
};

static bool
send_message(struct ipc_end *end, const struct outgoing *outgoing)
{
	struct proc_fds fds = { .n = outgoing->n_fds };
	uint8_t packet[IPC_MAX];
	size_t len;
	bool sent;

	if (!ipc_may_carry(outgoing->type, outgoing->n_fds))
		return false;
	for (unsigned i = 0; i < fds.n; i++)
		fds.fd[i] = outgoing->fds[i];
	len = ipc_encode(outgoing->type, outgoing->message, packet);
	sent = len > 0 && send_packet(end, packet, len, &fds);
	explicit_bzero(packet, len);
	return sent;
}

#define SENDER(NAME, name)                                                          \
	bool                                                                        \
	ipc_send_##name(struct ipc_end *end, const struct ipc_##name *message,       \
	    const int *fds, unsigned n_fds)                                         \
	{                                                                           \
		return send_message(end,                                            \
		    &(struct outgoing) { IPC_##NAME, message, fds, n_fds });        \
	}
IPC_MESSAGES(SENDER)

enum ipc_got
ipc_receive(struct ipc_end *end, struct ipc_message *ret_message)
{
	struct proc_fds fds = { .n = 0 };
	ssize_t len = proc_recv(end->fd, ret_message->packet, IPC_MAX, &fds);

	ret_message->type = IPC_NONE;
	ret_message->packet_len = len > 0 ? (size_t)len : 0;
	ret_message->n_fds = len > 0 ? fds.n : 0;
	if (len < 0)
		return errno == EAGAIN ? IPC_AGAIN : errno == ECONNRESET ? IPC_CLOSED : IPC_BROKEN;
	if (len == 0) {
		fds_close(&fds);
		return IPC_CLOSED;
	}
	for (unsigned i = 0; i < fds.n; i++)
		ret_message->fds[i] = fds.fd[i];
	if (ipc_decode(ret_message))
		return IPC_GOT;
	ipc_message_done(ret_message);
	return IPC_BROKEN;
}

void
ipc_message_done(struct ipc_message *message)
{
	for (unsigned i = 0; i < message->n_fds; i++) {
		if (message->fds[i] >= 0)
			close(message->fds[i]);
	}
	message->n_fds = 0;
	explicit_bzero(message->packet, message->packet_len);
	message->packet_len = 0;
}
