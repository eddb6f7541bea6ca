/* SPDX-License-Identifier: ISC */
/*
 * hold N ACCOUNTS: N phones in one process, each with a device of its own, on ACCOUNTS accounts
 * (hold0@..., the domain is that of BENCH_USER).  Environment: EAS_URL, EAS_CA_FILE, LMTP_PORT,
 * BENCH_USER.  Commands come on stdin, a line each; each ends with a line on stdout:
 *	prime		each phone once: FolderSync, Sync of the INBOX; then it hangs up
 *	ping		each phone connects and sends its Ping; answered when all are quiet for 1 s
 *	deliver K RATE	a mail to each of the first K accounts, RATE a second, by LMTP; prints
 *			the times from "delivered" to each phone's answer, and how many never came
 *	again		phones that were answered: Sync, and the next Ping
 *	end
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bridge/base/arena.h"
#include "bridge/base/stream.h"
#include "tests/helper/lean.h"
#include "tests/player/mail.h"

enum { PHONES_MAX = 50000, ANSWER_BYTES = 4096, LATEST_US = 60000000 };

struct device {
	struct lean_folder inbox;
	struct stream *stream;	/* of the Ping under way */
	const char *id;
	long account;
	int64_t answered_us;	/* 0: not yet */
};

struct crowd {
	struct arena *arena;
	struct lean phone;	/* does the work of each device in turn */
	struct device *devices;
	struct pollfd *pollers;
	const char **users;
	int64_t *delivered_us;	/* an account each; shared with the child that delivers */
	long n, accounts;
};

static const char inner[] = "GetChanges~ WindowSize 100 Options { MIMESupport 0 "
	"AirSyncBase:BodyPreference { Type 1 TruncationSize 512 } }";

static bool fail(const struct crowd *crowd, const char *what)
{
	fprintf(stderr, "hold: %s: %s\n", what, crowd->phone.problem);
	return false;
}

static void raise_files(long n)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max > (rlim_t)n + 64 ? (rlim_t)n + 64 : limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static void become(struct crowd *crowd, const struct device *device)
{
	lean_login(&crowd->phone, crowd->users[device->account], device->id);
}

static bool prime(struct crowd *crowd)
{
	for (long i = 0; i < crowd->n; i++) {
		struct device *device = &crowd->devices[i];
		char key[64];

		become(crowd, device);
		if (!lean_folders(&crowd->phone, "0", key, &device->inbox)
		    || lean_sync_all(&crowd->phone, &device->inbox, inner) < 0)
			return fail(crowd, "prime");
	}
	lean_close(&crowd->phone);
	return true;
}

static bool ping_one(struct crowd *crowd, long i)
{
	struct device *device = &crowd->devices[i];
	const struct wire_target *target = &crowd->phone.target;
	struct stream_options options = {.host = target->host, .port = target->port,
					 .tls = target->tls, .ca_file = target->ca_file};
	char text[256];
	const char *request;
	size_t len;

	become(crowd, device);
	arena_reset(crowd->phone.scratch);
	snprintf(text, sizeof(text), "Ping:Ping { HeartbeatInterval 1800 Folders { Folder { "
		 "Id \"%s\" Class Email } } }", device->inbox.id);
	request = lean_request(&crowd->phone, "Ping", text, &len);
	if (device->stream == NULL) {
		device->stream = stream_new(&options);
		if (device->stream == NULL || !stream_open(device->stream))
			return fail(crowd, "connect");
	}
	device->answered_us = 0;
	if (request == NULL || stream_write(device->stream, request, len) < 0)
		return fail(crowd, "ping");
	crowd->pollers[i] = (struct pollfd){stream_fd(device->stream), POLLIN, 0};
	return true;
}

/* An answer to a Ping is short and comes in one piece. */
static void take(struct crowd *crowd, long i)
{
	struct device *device = &crowd->devices[i];
	char data[ANSWER_BYTES];
	ssize_t n = stream_try_read(device->stream, data, sizeof(data));

	if (n == STREAM_AGAIN)
		return;
	device->answered_us = now_us();
	crowd->pollers[i].fd = -1;
	if (n < 12 || memcmp(data + 9, "200", 3) != 0) {
		fprintf(stderr, "hold: a Ping ended with %.*s\n", n < 12 ? 6 : 12,
			n < 12 ? "nothing" : data);
		stream_close(&device->stream);
	}
}

/* Takes answers until none came for ms. */
static void collect(struct crowd *crowd, int ms)
{
	while (poll(crowd->pollers, (nfds_t)crowd->n, ms) > 0)
		for (long i = 0; i < crowd->n; i++)
			if (crowd->pollers[i].fd >= 0 && crowd->pollers[i].revents != 0)
				take(crowd, i);
}

static long held(const struct crowd *crowd)
{
	long n = 0;

	for (long i = 0; i < crowd->n; i++)
		n += crowd->devices[i].stream != NULL && crowd->devices[i].answered_us == 0;
	return n;
}

static bool ping(struct crowd *crowd)
{
	for (long i = 0; i < crowd->n; i++)
		if (!ping_one(crowd, i))
			return false;
	collect(crowd, 1000);
	printf("held %ld\n", held(crowd));
	return true;
}

/* In the child. */
static void deliver(struct crowd *crowd, long k, long rate)
{
	const char *port = getenv("LMTP_PORT");
	const char *mail = "From: a@example.net\r\nSubject: new\r\nMIME-Version: 1.0\r\n"
		"Content-Type: text/plain; charset=utf-8\r\n\r\nA short text.\r\n";
	const char *problem = "no LMTP_PORT";
	int64_t start = now_us();

	for (long i = 0; i < k && i < crowd->accounts; i++) {
		int64_t wait_us = start + i * 1000000 / rate - now_us();

		if (wait_us > 0)
			usleep((useconds_t)wait_us);
		if (port == NULL || !lmtp_deliver(crowd->arena, (uint16_t)strtol(port, NULL, 10),
				crowd->users[i], mail, strlen(mail), &problem)) {
			fprintf(stderr, "hold: LMTP: %s\n", problem);
			_exit(1);
		}
		crowd->delivered_us[i] = now_us();
	}
	_exit(0);
}

static void print_latencies(struct crowd *crowd)
{
	int64_t *times = arena_array(crowd->arena, (size_t)crowd->n, sizeof(*times));
	size_t n = 0;
	long missing = 0;

	for (long i = 0; i < crowd->n; i++) {
		const struct device *device = &crowd->devices[i];
		int64_t from = crowd->delivered_us[device->account];

		if (from == 0)
			continue;
		if (device->answered_us == 0)
			missing++;
		else
			times[n++] = device->answered_us > from ? device->answered_us - from : 0;
	}
	lean_print_times("latency", times, n);
	printf("delivered missing=%ld\n", missing);
}

static bool waits(const struct crowd *crowd)
{
	for (long i = 0; i < crowd->n; i++)
		if (crowd->devices[i].answered_us == 0
		    && crowd->delivered_us[crowd->devices[i].account] != 0)
			return true;
	return false;
}

static bool work_deliver(struct crowd *crowd, const char *arguments)
{
	char *rest;
	long k = strtol(arguments, &rest, 10), rate = strtol(rest, NULL, 10);
	int64_t end = 0;
	pid_t child;
	int status;

	memset(crowd->delivered_us, 0, (size_t)crowd->accounts * sizeof(int64_t));
	child = fork();
	if (child == 0)
		deliver(crowd, k, rate < 1 ? 1 : rate);
	while (end == 0 || (waits(crowd) && now_us() < end)) {
		collect(crowd, 20);
		if (end == 0 && waitpid(child, &status, WNOHANG) == child)
			end = now_us() + LATEST_US;
	}
	print_latencies(crowd);
	return true;
}

static bool again(struct crowd *crowd)
{
	for (long i = 0; i < crowd->n; i++) {
		struct device *device = &crowd->devices[i];

		if (device->stream != NULL && device->answered_us == 0)
			continue;
		become(crowd, device);
		if (lean_sync_all(&crowd->phone, &device->inbox, inner) < 0)
			return fail(crowd, "Sync");
		if (!ping_one(crowd, i))
			return false;
	}
	lean_close(&crowd->phone);
	collect(crowd, 1000);
	printf("held %ld\n", held(crowd));
	return true;
}

static bool obey(struct crowd *crowd, const char *line)
{
	if (strncmp(line, "prime", 5) == 0 && prime(crowd))
		return puts("primed") >= 0;
	if (strncmp(line, "ping", 4) == 0)
		return ping(crowd);
	if (strncmp(line, "deliver ", 8) == 0)
		return work_deliver(crowd, line + 8);
	if (strncmp(line, "again", 5) == 0)
		return again(crowd);
	return false;
}

static bool make_crowd(struct crowd *crowd, const char *domain)
{
	crowd->devices = arena_array(crowd->arena, (size_t)crowd->n, sizeof(*crowd->devices));
	crowd->pollers = arena_array(crowd->arena, (size_t)crowd->n, sizeof(*crowd->pollers));
	crowd->users = arena_array(crowd->arena, (size_t)crowd->accounts, sizeof(char *));
	crowd->delivered_us = mmap(NULL, (size_t)crowd->accounts * sizeof(int64_t),
				   PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (crowd->delivered_us == MAP_FAILED)
		return false;
	for (long i = 0; i < crowd->accounts; i++)
		crowd->users[i] = arena_printf(crowd->arena, "hold%ld%s", i, domain);
	for (long i = 0; i < crowd->n; i++) {
		crowd->devices[i].id = arena_printf(crowd->arena, "held%dx%05ld",
						    (int)getpid(), i);
		crowd->devices[i].account = i * crowd->accounts / crowd->n;
		crowd->pollers[i].fd = -1;
	}
	return true;
}

int main(int argc, char **argv)
{
	struct crowd crowd = {.arena = arena_new(0)};
	const char *user = getenv("BENCH_USER");
	char line[128];

	if (argc == 3) {
		crowd.n = strtol(argv[1], NULL, 10);
		crowd.accounts = strtol(argv[2], NULL, 10);
	}
	if (crowd.n < 1 || crowd.n > PHONES_MAX || crowd.accounts < 1 || user == NULL
	    || strchr(user, '@') == NULL
	    || !lean_init(&crowd.phone, crowd.arena, getenv("EAS_URL"), getenv("EAS_CA_FILE"))
	    || !make_crowd(&crowd, strchr(user, '@'))) {
		fprintf(stderr, "usage: hold N ACCOUNTS (see the head of hold.c)\n");
		return 2;
	}
	raise_files(crowd.n);
	while (fgets(line, sizeof(line), stdin) != NULL && strncmp(line, "end", 3) != 0) {
		if (!obey(&crowd, line))
			return 1;
		fflush(stdout);
	}
	return 0;
}
