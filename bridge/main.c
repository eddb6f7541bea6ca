/* SPDX-License-Identifier: ISC */
/*
 * The command line, and the way into the background.  Everything that can be
 * wrong with files is found before the process detaches, so that whoever
 * started it reads the reason and gets the exit code.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <config.h>

#include "bridge/base/codec.h"
#include "bridge/base/log.h"
#include "bridge/config.h"
#include "bridge/parent.h"
#include "bridge/role.h"

enum { EXIT_USAGE = 64 };

struct options {
	const char *config_path;
	bool foreground, check;
	enum role role; /* ROLE_PARENT: as started by a person */
	unsigned slot;
};

static const char usage[] =
	"usage: easbridged [-FtVM] [-c file]\n"
	"  -c file  configuration [" EASBRIDGE_CONFIG_FILE "]\n"
	"  -F       stay in the foreground\n"
	"  -t       check the configuration, say what is wrong, and exit\n"
	"  -M       print the manual's list of settings\n"
	"  -V       print the version\n";

/* A config_mistake_fn. */
static void
mistake_print(void *ctx, const char *file, int line, const char *key, const char *reason)
{
	(void)ctx;
	fputs(file, stderr);
	if (line > 0)
		fprintf(stderr, ":%d", line);
	fprintf(stderr, ": %s%s%s\n", key, key[0] != '\0' ? ": " : "", reason);
}

static void
role_option(struct options *options, const char *name)
{
	options->role = role_parse(name);
	if (options->role != N_ROLES && options->role != ROLE_PARENT)
		return;
	fprintf(stderr, "easbridged: no such role: %s\n", name);
	exit(EXIT_USAGE);
}

static void
slot_option(struct options *options, const char *text)
{
	int64_t slot;

	if (!number_parse(text, 0, 65535, &slot)) {
		fprintf(stderr, "easbridged: no such slot: %s\n", text);
		exit(EXIT_USAGE);
	}
	options->slot = (unsigned)slot;
}

static struct options
options_read(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "role", required_argument, NULL, 'r' },
		{ "slot", required_argument, NULL, 's' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct options options = { .config_path = EASBRIDGE_CONFIG_FILE, .role = ROLE_PARENT };
	int option;

	while ((option = getopt_long(argc, argv, "c:FtVMh", long_options, NULL)) != -1) {
		switch (option) {
		case 'c':
			options.config_path = optarg;
			break;
		case 'F':
			options.foreground = true;
			break;
		case 't':
			options.check = true;
			break;
		case 'r':
			role_option(&options, optarg);
			break;
		case 's':
			slot_option(&options, optarg);
			break;
		case 'V':
			puts("easbridged " EASBRIDGE_VERSION);
			exit(0);
		case 'M':
			config_print_manual();
			exit(fflush(stdout) == 0 ? 0 : 1);
		case 'h':
			fputs(usage, stdout);
			exit(0);
		default:
			fputs(usage, stderr);
			exit(EXIT_USAGE);
		}
	}
	if (optind < argc) {
		fputs(usage, stderr);
		exit(EXIT_USAGE);
	}
	return options;
}

static int
role_run(const struct options *options)
{
	static int (*const mains[N_ROLES])(struct role_start *) = {
		[ROLE_FRONT] = front_main,
		[ROLE_WORKER] = worker_main,
		[ROLE_WATCH] = watch_main,
	};
	struct role_start start;
	int code;

	if (fcntl(ROLE_CONTROL_FD, F_GETFD) < 0) {
		fprintf(stderr, "easbridged: --role is for the parent's use\n");
		return EXIT_USAGE;
	}
	if (!role_begin(options->role, options->slot, &start))
		return 1;
	code = mains[options->role](&start);
	role_end(&start);
	return code;
}

/* Waits for the parent's report; the exit code that follows from it. */
static int
launcher_wait(int report_fd)
{
	char text[200];
	size_t len = 0;
	ssize_t got;

	while ((got = read(report_fd, text + len, sizeof(text) - len)) != 0 && len < sizeof(text)) {
		if (got < 0 && errno != EINTR)
			break;
		len += got > 0 ? (size_t)got : 0;
	}
	if (len == 1 && text[0] == '+')
		return 0;
	fprintf(stderr, "easbridged: not started: %.*s\n", len > 0 ? (int)len : 14,
		len > 0 ? text : "it just ended.");
	return 1;
}

/* Leaves the terminal and the session.  Returns in the process that goes on. */
static bool
daemonize(int *ret_report_fd)
{
	int report[2], null;
	pid_t pid;

	if (pipe2(report, O_CLOEXEC) != 0)
		return false;
	pid = fork();
	if (pid < 0)
		return false;
	if (pid > 0) {
		close(report[1]);
		_exit(launcher_wait(report[0]));
	}
	close(report[0]);
	if (setsid() < 0)
		return false;
	pid = fork();
	if (pid < 0)
		return false;
	if (pid > 0)
		_exit(0);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0 || chdir("/") != 0)
		return false;
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
	if (null > STDERR_FILENO)
		close(null);
	*ret_report_fd = report[1];
	return true;
}

/* Reads and opens everything; exits where that fails. */
static void
start_prepare(const struct options *options, struct parent_start *start)
{
	struct sockets none = { .n = 0 };
	const struct config *from;
	bool log_to_stderr, synclog_to_stderr;

	start->supplies = supplies_load(options->config_path, mistake_print, NULL);
	if (start->supplies == NULL)
		exit(1);
	from = start->supplies->config;
	if (!identity_find(from, mistake_print, NULL, &start->identity))
		exit(1);
	if (options->check)
		return;
	log_to_stderr = from->server.log[0] == '\0';
	synclog_to_stderr = from->server.sync_log[0] == '\0';
	if (!options->foreground && (log_to_stderr || synclog_to_stderr)) {
		mistake_print(NULL, from->path, 0, log_to_stderr ? "log" : "sync_log",
			"missing: a daemon has no standard error (or start it with -F)");
		exit(1);
	}
	if (!parent_logs_open(from, &start->identity, mistake_print, NULL) ||
		!sockets_open(from, &none, mistake_print, NULL, &start->sockets))
		exit(1);
}

/* Descriptors 0 to 2 must not become sockets, should the starter have closed them. */
static void
standard_descriptors_open(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

int
main(int argc, char **argv)
{
	struct options options = options_read(argc, argv);
	struct parent_start start = { .program = argv[0], .report_fd = -1 };
	char path[PATH_MAX];

	if (options.role != ROLE_PARENT)
		return role_run(&options);
	standard_descriptors_open();
	/* it must stay valid after the step to the root directory */
	if (realpath(options.config_path, path) != NULL)
		options.config_path = path;
	start.config_path = options.config_path;
	start_prepare(&options, &start);
	if (options.check) {
		printf("%s: no mistakes\n", options.config_path);
		supplies_free(&start.supplies);
		return 0;
	}
	umask(027);
	if (!options.foreground && !daemonize(&start.report_fd)) {
		perror("easbridged");
		return 1;
	}
	return parent_run(&start);
}
