/* SPDX-License-Identifier: ISC */
/*
 * raw_imap WORK ...: the floor, a client that fetches what the bridge must fetch, from the same
 * server, pipelined, and does nothing with it.  Environment: IMAP_PORT, LMTP_PORT, BENCH_USER;
 * with IMAP_CA_FILE over TLS.
 *	sync WINDOW SIZE	ENVELOPE, BODYSTRUCTURE, FLAGS, INTERNALDATE and up to SIZE bytes of
 *				the first part of each message of the INBOX, WINDOW a command
 *	status ROUNDS		a STATUS of the INBOX, one after another: the round trip
 *	attachment ROUNDS	part 2 of the last message
 *	notify ROUNDS		from LMTP's "delivered" to NOTIFY's event, one after another
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "bridge/base/stream.h"
#include "tests/helper/lean.h"
#include "tests/player/mail.h"

enum { READ = 65536, ROUNDS_MAX = 10000 };

struct raw {
	struct arena *arena;
	struct stream *stream;
	struct buf in;
	long fetched;		/* untagged FETCH so far */
	uint64_t exists;	/* messages of the mailbox selected */
	int64_t times[ROUNDS_MAX];
};

static void die(const char *what)
{
	fprintf(stderr, "raw_imap: %s\n", what);
	exit(1);
}

static void fill(struct raw *raw)
{
	uint8_t *at = buf_space(&raw->in, READ);
	ssize_t n = at ? stream_read(raw->stream, at, READ) : -1;

	if (n <= 0)
		die(stream_error(raw->stream));
	buf_grown(&raw->in, (size_t)n);
}

static void skip(struct raw *raw, size_t n)
{
	while (n > raw->in.len) {
		n -= raw->in.len;
		buf_reset(&raw->in);
		fill(raw);
	}
	buf_consume(&raw->in, n);
}

/* One line without literals' bytes; the first up to 255 bytes are kept in line. */
static void read_line(struct raw *raw, char line[256])
{
	bool first = true;

	for (;;) {
		uint8_t *eol = raw->in.len ? memchr(raw->in.data, '\n', raw->in.len) : NULL;
		size_t len, literal = 0;

		if (eol == NULL) {
			fill(raw);
			continue;
		}
		len = (size_t)(eol - raw->in.data) + 1;
		if (first)
			snprintf(line, 256, "%.*s", (int)len, (const char *)raw->in.data);
		first = false;
		if (len >= 3 && eol[-2] == '}') {
			const uint8_t *brace = eol - 2;

			while (brace > raw->in.data && *brace != '{')
				brace--;
			literal = strtoul((const char *)brace + 1, NULL, 10);
		}
		buf_consume(&raw->in, len);
		if (literal == 0 && !(len >= 3 && eol[-2] == '}'))
			return;
		skip(raw, literal);
	}
}

static void put(struct raw *raw, const char *text)
{
	if (stream_write(raw->stream, text, strlen(text)) < 0)
		die(stream_error(raw->stream));
}

/* Reads until the tag's line; a NO is the end. */
static void until(struct raw *raw, const char *tag)
{
	char line[256];

	for (;;) {
		read_line(raw, line);
		if (strncmp(line, "* ", 2) == 0) {
			char *end;
			unsigned long n = strtoul(line + 2, &end, 10);

			raw->fetched += strncmp(end, " FETCH", 6) == 0;
			if (strncmp(end, " EXISTS", 7) == 0)
				raw->exists = n;
		} else if (strncmp(line, tag, strlen(tag)) == 0) {
			if (strncmp(line + strlen(tag), " OK", 3) != 0)
				die(line);
			return;
		}
	}
}

static void open_imap(struct raw *raw)
{
	const char *port = getenv("IMAP_PORT"), *user = getenv("BENCH_USER");
	const char *ca_file = getenv("IMAP_CA_FILE");
	struct stream_options options = {.host = "localhost", .ca_file = ca_file};
	char line[256];

	if (port == NULL || user == NULL)
		die("no IMAP_PORT or BENCH_USER");
	options.port = (uint16_t)strtol(port, NULL, 10);
	options.tls = ca_file != NULL;
	raw->stream = stream_new(&options);
	buf_init(&raw->in, 256 << 20);
	if (raw->stream == NULL || !stream_open(raw->stream))
		die("cannot connect");
	read_line(raw, line);
	put(raw, arena_printf(raw->arena, "l LOGIN %s secret\r\ns SELECT INBOX\r\n", user));
	until(raw, "l");
	until(raw, "s");
}

static void work_sync(struct raw *raw, char **argv)
{
	unsigned long window = argv[0] && argv[1] ? strtoul(argv[0], NULL, 10) : 100;
	int64_t start = now_us();
	struct buf out;
	unsigned long n = 0;

	open_imap(raw);
	if (window == 0)
		return;
	buf_init(&out, 1 << 20);
	for (unsigned long first = 1; first <= raw->exists; first += window)
		buf_printf(&out, "f%lu FETCH %lu:%lu (UID FLAGS INTERNALDATE ENVELOPE "
			   "BODYSTRUCTURE BODY.PEEK[1]<0.%s>)\r\n", n++, first,
			   first + window - 1 < raw->exists ? first + window - 1 : raw->exists,
			   argv[0] && argv[1] ? argv[1] : "32768");
	raw->fetched = 0;
	put(raw, buf_str(&out));
	until(raw, arena_printf(raw->arena, "f%lu", n - 1));
	buf_free(&out);
	printf("first items=%ld wall=%lld bytes=%llu\n", raw->fetched,
	       (long long)(now_us() - start),
	       (unsigned long long)stream_bytes_in(raw->stream));
}

static long rounds_of(char **argv, long otherwise)
{
	long n = argv[0] ? strtol(argv[0], NULL, 10) : otherwise;

	return n < 1 || n > ROUNDS_MAX ? otherwise : n;
}

static void repeat(struct raw *raw, char **argv, const char *command, const char *name)
{
	long n = rounds_of(argv, 20);

	open_imap(raw);
	for (long i = 0; i < n; i++) {
		int64_t start = now_us();

		put(raw, command);
		until(raw, "r");
		raw->times[i] = now_us() - start;
	}
	printf("bytes %llu\n", (unsigned long long)stream_bytes_in(raw->stream) / (uint64_t)n);
	lean_print_times(name, raw->times, (size_t)n);
}

static void work_status(struct raw *raw, char **argv)
{
	repeat(raw, argv, "r STATUS INBOX (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ)\r\n",
	       "status");
}

static void work_attachment(struct raw *raw, char **argv)
{
	repeat(raw, argv, "r FETCH * (UID BODY.PEEK[2])\r\n", "attachment");
}

/* Another folder is selected: what is told of the INBOX comes as STATUS lines. */
static void work_notify(struct raw *raw, char **argv)
{
	const char *user = getenv("BENCH_USER"), *port = getenv("LMTP_PORT");
	const char *mail = "From: a@example.net\r\nSubject: new\r\n\r\nA short text.\r\n";
	const char *problem;
	long n = rounds_of(argv, 20);
	char line[256];

	open_imap(raw);
	put(raw, "n NOTIFY SET STATUS (mailboxes INBOX (MessageNew MessageExpunge FlagChange))"
		 "\r\nu UNSELECT\r\n");
	until(raw, "n");
	until(raw, "u");
	for (long i = 0; i < n; i++) {
		int64_t start;

		if (port == NULL || !lmtp_deliver(raw->arena, (uint16_t)strtol(port, NULL, 10),
						  user, mail, strlen(mail), &problem))
			die("LMTP");
		start = now_us();
		do {
			read_line(raw, line);
		} while (strncmp(line, "* STATUS", 8) != 0);
		raw->times[i] = now_us() - start;
		/* away from the beat of the server's own timers */
		nanosleep(&(struct timespec){0, 40000000L + 7000000L * (i % 11)}, NULL);
	}
	lean_print_times("notify", raw->times, (size_t)n);
}

static const struct {
	const char *name;
	void (*work)(struct raw *raw, char **argv);
} works[] = {
	{"sync", work_sync}, {"status", work_status}, {"attachment", work_attachment},
	{"notify", work_notify},
};

int main(int argc, char **argv)
{
	struct arena *arena = arena_new(0);
	struct raw *raw = arena_alloc(arena, sizeof(*raw));

	raw->arena = arena;
	for (size_t i = 0; argc > 1 && i < sizeof(works) / sizeof(works[0]); i++)
		if (strcmp(argv[1], works[i].name) == 0) {
			works[i].work(raw, argv + 2);
			return 0;
		}
	fprintf(stderr, "usage: raw_imap WORK ... (see the head of raw_imap.c)\n");
	return 2;
}
