/* SPDX-License-Identifier: ISC */
/*
 * Small things about processes and descriptors: flags, descriptors over SOCK_SEQPACKET, memory
 * files, what systemd wants to hear.  Used by every role.
 */
#ifndef BRIDGE_BASE_PROC_H
#define BRIDGE_BASE_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { PROC_FDS_MAX = 129 };	/* descriptors in one message */

bool proc_set_cloexec(int fd, bool on);
bool proc_set_nonblock(int fd, bool on);

struct proc_fds {
	int fd[PROC_FDS_MAX];
	unsigned n;
};

/* A connected pair of SOCK_SEQPACKET sockets, close-on-exec. */
bool proc_socketpair(int ret_pair[2]);

/* One message, with descriptors (fds may be NULL); the descriptors stay the caller's. */
bool proc_send(int sock, const void *data, size_t n, const struct proc_fds *fds);

/*
 * One message of at most n bytes.  Received descriptors are close-on-exec and the caller's.
 * Bytes, 0 = the peer is gone, -1 = errno (EMSGSIZE: cut off, and its descriptors are closed).
 */
ssize_t proc_recv(int sock, void *data, size_t n, struct proc_fds *ret_fds);

/* Anonymous memory file holding data, sealed against change, positioned at 0.  -1: errno. */
int proc_memfd(const char *name, const void *data, size_t n);

/* Closes every descriptor above stderr that is not listed. */
void proc_close_all_except(const int *keep, size_t n_keep);

/* Tells systemd ("READY=1", "STOPPING=1", ...).  true: told, or there is none to tell. */
bool proc_notify(const char *state);

/* All of it, through short writes and EINTR. */
bool proc_write_all(int fd, const void *data, size_t n);

/* Number of processors this process may use, at least 1. */
unsigned proc_cores(void);

#endif
