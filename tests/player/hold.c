/* SPDX-License-Identifier: ISC */
/*
 * easphone hold N: N phones, each with a device id of its own and one held Ping, in one process.
 * It prints "held N" when all requests are out and none was answered for a second, then waits:
 * each answer is counted, and a line tells how many came and how late after the first.  End by
 * a signal or when all are answered.  For bench/hold and the memory figures of README.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "bridge/base/arena.h"
#include "bridge/base/date.h"
#include "bridge/base/stream.h"
#include "tests/player/node.h"
#include "tests/player/notation.h"
#include "tests/player/phone.h"
#include "tests/player/programs.h"
#include "tests/player/request.h"
#include "tests/player/script.h"
#include "tests/player/steps.h"

struct crowd {
	struct phone *first;	/* synced the folder; its device id is the crowd's stem */
	struct wire **wires;
	struct pollfd *pollers;
	const char *ping;
	long n, answered;
	int64_t first_answer;
};

static void raise_files(long n)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max == RLIM_INFINITY || limit.rlim_max > (rlim_t)n + 64
		? (rlim_t)n + 64 : limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* The phone as device i: key 0 of the folder, so that its Ping has something to watch. */
static bool prime(struct crowd *crowd, struct phone *phone, const char *folder_name)
{
	struct sync_wish wish = SYNC_WISH_DEFAULT;
	struct folder *folder;

	phone->folder_key = "0";
	map_init(&phone->folders, phone->arena);
	if (!step_folders(phone, "0"))
		return false;
	folder = phone_folder(phone, folder_name);
	if (folder == NULL)
		return phone_fail(phone, "no folder %s", folder_name);
	wish.until_quiet = true;
	wish.window = 512;
	crowd->ping = arena_printf(phone->arena,
		"Ping { HeartbeatInterval %s Folders { Folder { Id \"%s\" Class Email } } }",
		crowd->ping, folder->id);
	return step_sync(phone, folder, &wish);
}

static bool open_one(struct crowd *crowd, long i)
{
	struct phone *phone = crowd->first;
	struct notation notation = {.arena = phone->arena, .dir = ""};
	struct sending sending = {.command = "Ping"};
	const char *text = crowd->ping;
	const char *problem = "";
	struct buf out;
	bool good;

	sending.document = notation_element(&notation, &text);
	crowd->wires[i] = wire_open(phone->arena, &phone->target, &problem);
	if (crowd->wires[i] == NULL)
		return phone_fail(phone, "connection %ld: %s", i, problem);
	buf_init(&out, 65536);
	request_build(phone, &sending, &out);
	good = wire_send(crowd->wires[i], out.data, out.len);
	buf_free(&out);
	crowd->pollers[i] = (struct pollfd){.fd = stream_fd(crowd->wires[i]->stream),
					    .events = POLLIN};
	return good || phone_fail(phone, "connection %ld lost", i);
}

/* Counts answers until none came for ms milliseconds. */
static void collect(struct crowd *crowd, int ms)
{
	while (crowd->answered < crowd->n && poll(crowd->pollers, (nfds_t)crowd->n, ms) > 0)
		for (long i = 0; i < crowd->n; i++) {
			if (crowd->pollers[i].fd < 0 || crowd->pollers[i].revents == 0)
				continue;
			if (crowd->answered++ == 0)
				crowd->first_answer = now_ms();
			crowd->pollers[i].fd = -1;
		}
}

static int fail(const struct phone *phone)
{
	fprintf(stderr, "hold: %s\n", phone->error);
	return 1;
}

int program_hold(struct options *options)
{
	struct phone *phone = options_phone(options);
	struct crowd crowd = {.first = phone};
	const char *stem;

	crowd.n = options->argument ? strtol(options->argument, NULL, 10) : 0;
	if (phone == NULL || crowd.n < 1 || crowd.n > 100000)
		return 2;
	raise_files(crowd.n);
	crowd.wires = arena_array(phone->arena, (size_t)crowd.n, sizeof(*crowd.wires));
	crowd.pollers = arena_array(phone->arena, (size_t)crowd.n, sizeof(*crowd.pollers));
	stem = phone->device_id;
	for (long i = 0; i < crowd.n; i++) {
		phone->device_id = arena_printf(phone->arena, "%.20s%05ld", stem, i);
		crowd.ping = options->heartbeat ? options->heartbeat : "900";
		if (!prime(&crowd, phone, options->folder) || !open_one(&crowd, i))
			return fail(phone);
	}
	collect(&crowd, 1000);
	printf("held %ld\n", crowd.n - crowd.answered);
	fflush(stdout);
	while (crowd.answered < crowd.n)
		collect(&crowd, -1);
	printf("answered %ld spread_ms=%lld\n", crowd.answered,
	       (long long)(now_ms() - crowd.first_answer));
	return 0;
}
