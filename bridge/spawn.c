/* SPDX-License-Identifier: ISC */
/* Runs in the child between fork and exec, but for the fork itself. */
#include "bridge/spawn.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bridge/base/log.h"
#include "bridge/base/proc.h"

enum { FD_ASIDE = 10, EXIT_NOT_STARTED = 127 };

/* Moves the two descriptors to their numbers, where nothing of ours may be in the way. */
static bool
descriptors_place(const struct spawn_order *order)
{
	static const int kept[] = { ROLE_CONTROL_FD, ROLE_BREADCRUMB_FD };
	bool has_crumb = order->breadcrumb_fd >= 0;
	int control = fcntl(order->control_fd, F_DUPFD_CLOEXEC, FD_ASIDE);
	int crumb = has_crumb ? fcntl(order->breadcrumb_fd, F_DUPFD_CLOEXEC, FD_ASIDE) : -1;

	if (control < 0 || (has_crumb && crumb < 0))
		return false;
	if (dup2(control, ROLE_CONTROL_FD) < 0)
		return false;
	if (has_crumb && dup2(crumb, ROLE_BREADCRUMB_FD) < 0)
		return false;
	proc_close_all_except(kept, has_crumb ? 2 : 1);
	return true;
}

/* Most descriptors the role may need: a connection and a spool file a client; a connection an
 * account that is watched. */
static rlim_t
descriptors_wanted(const struct spawn_order *order)
{
	const struct server_config *server = order->server;

	if (order->role == ROLE_FRONT)
		return 2 * (rlim_t)server->max_clients + 2048;
	if (order->role == ROLE_WATCH)
		return (rlim_t)server->max_held + (rlim_t)server->upstream_max + 1024;
	return 1024;
}

/* As much as can be had; root may go beyond the hard limit. */
static void
limits_set(const struct spawn_order *order)
{
	struct rlimit none = { 0, 0 }, files;
	rlim_t wanted = descriptors_wanted(order);

	(void)setrlimit(RLIMIT_CORE, &none);
	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return;
	if (wanted > files.rlim_max) {
		struct rlimit raised = { wanted, wanted };

		if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
			return;
		log_event(LEVEL_WARN, NULL, "few-descriptors", "role=%s wanted=%llu limit=%llu",
			role_name(order->role), (unsigned long long)wanted,
			(unsigned long long)files.rlim_max);
		wanted = files.rlim_max;
	}
	files.rlim_cur = wanted;
	(void)setrlimit(RLIMIT_NOFILE, &files);
}

static void
child_run(const struct spawn_order *order)
{
	static const char *const private[] = { "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID",
		"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES" };
	char slot[16], role[16], name[] = "easbridged", role_option[] = "--role",
		slot_option[] = "--slot";
	char *argv[] = { name, role_option, role, slot_option, slot, NULL };

	snprintf(role, sizeof(role), "%s", role_name(order->role));
	snprintf(slot, sizeof(slot), "%u", order->slot);
	for (size_t i = 0; i < sizeof(private) / sizeof(private[0]); i++)
		unsetenv(private[i]);
	/* all that may log comes first: afterwards the log's descriptor may be the control channel */
	limits_set(order);
	if (!identity_assume(order->identity)) {
		log_event(LEVEL_ERROR, NULL, "identity-failed", "user=%s error=\"%m\"",
			order->identity->user);
		return;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !descriptors_place(order))
		return;
	execv("/proc/self/exe", argv);
	execv(order->program, argv);
	dprintf(STDERR_FILENO, "easbridged: cannot execute %s: %m\n", order->program);
}

pid_t
spawn(const struct spawn_order *order)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	child_run(order);
	_exit(EXIT_NOT_STARTED);
}
