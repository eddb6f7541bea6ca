/* SPDX-License-Identifier: ISC */
/*
 * The whole way of a client's bytes: a front in this process, a connection that sends the input in
 * pieces, a worker that does what the input says.  Afterwards nothing may be left: no client, no
 * job, no held request.
 *
 * Input: two bytes (kind of listener, size of a piece), four of what the worker does with the first
 * four requests, then what the client sends.
 */
#include "tests/unit/front_inside.h"

#include <signal.h>

#include "bridge/base/log.h"

enum { STEERING = 6, WORKS = 4, HOUR = 3700 * 1000 };

enum work { ANSWER, PARK_IT, HOLD_THEN_ANSWER, DIE, SAY_NOTHING, BREAK_RULES, N_WORKS };

/* One front for all inputs: an hour passes between them, in which it forgets everything. */
static struct inside inside;

static void
hold(uint64_t serial)
{
	struct ipc_hold message = { .serial = serial, .after_ms = 1000, .every_ms = 1000, .skip = 2,
		.content_type = "t", .head = { "ab", 2 }, .pad = { "p", 1 } };

	ipc_send_hold(inside.worker, &message, NULL, 0);
	inside_turn(&inside);
	inside_pass(&inside, 2500);
	inside_answer(&inside, serial, "abcdef");
}

static void
work(enum work what, uint64_t serial)
{
	switch (what) {
	case ANSWER:
		inside_answer(&inside, serial, "answer");
		break;
	case PARK_IT:
		inside_park(&inside, serial, 60000);
		if (inside_receive(&inside, inside.watch) == IPC_SUBSCRIBE)
			ipc_send_changed(inside.watch,
			    &(struct ipc_changed) { inside.message->subscribe.park, "folder" },
			    NULL, 0);
		break;
	case HOLD_THEN_ANSWER:
		hold(serial);
		break;
	case DIE:
		inside_worker(&inside);
		break;
	case BREAK_RULES:
		inside_answer(&inside, serial + 1, "for another");
		inside_worker(&inside);
		break;
	case SAY_NOTHING:
	case N_WORKS:
		break;
	}
	inside_turn(&inside);
}

static void
swallow(int fd)
{
	char text[16 * 1024];

	while (read(fd, text, sizeof(text)) > 0)
		;
}

/* Requests that have come to the worker; returns how many so far. */
static unsigned
serve(const uint8_t *works, unsigned n)
{
	while (inside_receive(&inside, inside.worker) == IPC_REQUEST) {
		enum work what = n < WORKS ? works[n] % N_WORKS : ANSWER;

		n++;
		work(what, inside.message->request.serial);
	}
	return n;
}

static void
send_all(int fd, const uint8_t *steering, const uint8_t *data, size_t n)
{
	size_t piece = steering[1] > 200 ? 4096 : steering[1] + 1u;
	unsigned n_works = 0;

	while (n > 0) {
		size_t part = n < piece ? n : piece;

		if (write(fd, data, part) != (ssize_t)part)
			break;
		data += part;
		n -= part;
		inside_turn(&inside);
		n_works = serve(steering + 2, n_works);
		swallow(fd);
	}
	serve(steering + 2, n_works);
}

static void
check_empty(void)
{
	if (inside.front->clients->n != 0 || park_count(inside.front->park) != 0 ||
	    pool_busy(inside.front->pool) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	int fd;

	if (n < STEERING)
		return 0;
	if (inside.front == NULL) {
		signal(SIGPIPE, SIG_IGN);
		log_open(LOG_TO_FILE, "/dev/null", LEVEL_ERROR);
		inside_begin(&inside, "max_clients = 4\nmax_held = 4\nmax_body = 64K");
	}
	fd = inside_phone(&inside, data[0] & INSIDE_PROXY);
	send_all(fd, data, data + STEERING, n - STEERING);
	if (data[0] & 1)
		inside_pass(&inside, 70000);
	close(fd);
	inside_turn(&inside);
	inside_worker(&inside); /* takes with it what it never answered */
	inside_pass(&inside, HOUR);
	check_empty();
	while (inside_receive(&inside, inside.watch) != IPC_NONE ||
	    inside_receive(&inside, inside.control) != IPC_NONE)
		;
	return 0;
}
