/* SPDX-License-Identifier: ISC */
/*
 * What every role does before its own main, and what all do alike when the
 * configuration is renewed.  The children's side of spawn.c.
 */
#include "bridge/role.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bridge/base/log.h"
#include "bridge/base/proc.h"
#include "bridge/config.h"

static const char *const names[N_ROLES] = {
	[ROLE_PARENT] = "parent",
	[ROLE_FRONT] = "front",
	[ROLE_WORKER] = "worker",
	[ROLE_WATCH] = "watch",
};

const char *
role_name(enum role role)
{
	return (unsigned)role < N_ROLES ? names[role] : "none";
}

enum role
role_parse(const char *name)
{
	for (unsigned i = 0; i < N_ROLES; i++) {
		if (strcmp(names[i], name) == 0)
			return (enum role)i;
	}
	return N_ROLES;
}

/* log_reopen is open, dup3 and close: safe at any moment. */
static void
reopen_logs(int number)
{
	int saved = errno;

	(void)number;
	log_reopen();
	errno = saved;
}

/* The parent starts us with these blocked, so that none is early. */
static void
signals_set(void)
{
	static const int ignored[] = { SIGPIPE, SIGHUP, SIGINT, SIGTERM };
	struct sigaction action = { .sa_handler = SIG_IGN };
	sigset_t none;

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		sigaction(ignored[i], &action, NULL);
	action.sa_handler = reopen_logs;
	action.sa_flags = SA_RESTART;
	sigaction(SIGUSR1, &action, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* reopen_logs must not come between. */
void
role_logs_open(const struct server_config *server)
{
	enum log_level level = LEVEL_INFO;
	sigset_t blocked, before;
	bool ok;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	sigprocmask(SIG_BLOCK, &blocked, &before);
	log_level_parse(server->log_level, &level);
	ok = server->log[0] != '\0' ? log_open(LOG_TO_FILE, server->log, level)
		: log_open(LOG_TO_STDERR, NULL, level);
	if (!ok)
		log_event(LEVEL_ERROR, NULL, "log-failed", "file=%s error=\"%m\"", server->log);
	if (!synclog_open(server->sync_log))
		log_event(LEVEL_ERROR, NULL, "log-failed", "file=%s error=\"%m\"",
			server->sync_log);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

bool
role_config_renew(struct ipc_message *message)
{
	struct config *renewed = config_from_fd(message->fds[0], message->config.path);

	if (renewed == NULL)
		return false;
	renewed->older = config;
	config = renewed;
	role_logs_open(&config->server);
	return true;
}

/* The CONFIG message that the parent sends first. */
static bool
config_await(struct role_start *start)
{
	struct pollfd waiting = { .fd = ipc_end_fd(start->control), .events = POLLIN };
	enum ipc_got got;

	do
		got = ipc_receive(start->control, start->config);
	while (got == IPC_AGAIN && (poll(&waiting, 1, -1) >= 0 || errno == EINTR));
	if (got == IPC_GOT && start->config->type == IPC_CONFIG)
		return role_config_renew(start->config);
	log_event(LEVEL_ERROR, NULL, "role-without-config", NULL);
	return false;
}

/* What a worker may use beyond what the program itself occupies by now. */
static void
memory_limit(uint64_t bytes)
{
	unsigned long long pages = 0; /* the first number in statm(5) */
	FILE *file = fopen("/proc/self/statm", "re");
	char text[200];
	struct rlimit limit;

	if (file != NULL) {
		if (fgets(text, sizeof(text), file) != NULL)
			pages = strtoull(text, NULL, 10);
		fclose(file);
	}
	limit.rlim_cur = limit.rlim_max = pages * (uint64_t)sysconf(_SC_PAGESIZE) + bytes;
	if (pages == 0 || setrlimit(RLIMIT_AS, &limit) != 0)
		log_event(LEVEL_WARN, NULL, "memory-unlimited", "error=\"%m\"");
}

static bool
breadcrumb_map(struct role_start *start)
{
	void *page = mmap(NULL, BREADCRUMB_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
		ROLE_BREADCRUMB_FD, 0);

	close(ROLE_BREADCRUMB_FD);
	if (page == MAP_FAILED) {
		log_event(LEVEL_ERROR, NULL, "breadcrumb-failed", "error=\"%m\"");
		return false;
	}
	start->breadcrumb = page;
	return true;
}

bool
role_begin(enum role role, unsigned slot, struct role_start *ret_start)
{
	struct role_start start = { .slot = slot };

	signals_set();
	prctl(PR_SET_NAME, "easbridged"); /* else "exe", after the link it was started by */
	proc_set_cloexec(ROLE_CONTROL_FD, true);
	start.control = ipc_end_new(ROLE_CONTROL_FD, role != ROLE_WORKER);
	start.config = malloc(sizeof(*start.config));
	if (start.control == NULL || start.config == NULL) {
		log_event(LEVEL_ERROR, NULL, "role-failed", "error=\"%m\"");
		role_end(&start);
		return false;
	}
	if (!config_await(&start) || (role == ROLE_WORKER && !breadcrumb_map(&start))) {
		role_end(&start);
		return false;
	}
	if (role == ROLE_WORKER)
		memory_limit(config->server.worker_memory);
	*ret_start = start;
	return true;
}

void
role_end(struct role_start *start)
{
	ipc_end_close(&start->control);
	if (start->config != NULL)
		ipc_message_done(start->config);
	free(start->config);
	start->config = NULL;
	if (start->breadcrumb != NULL)
		munmap(start->breadcrumb, BREADCRUMB_SIZE);
	start->breadcrumb = NULL;
	while (config != NULL) {
		struct config *older = config->older;

		config_free(&config);
		config = older;
	}
}
