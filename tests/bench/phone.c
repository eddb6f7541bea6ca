/* SPDX-License-Identifier: ISC */
/*
 * phone WORK ...: what one phone does, measured from outside and with as little work of its own as
 * can be (see helper/lean.h).  Environment: EAS_URL, EAS_CA_FILE, BENCH_USER, IMAP_PORT.
 *	first WINDOW TYPE SIZE		first Sync of the INBOX until nothing is left
 *	steady ROUNDS		no change, FolderSync, flag up, mail down: times of each
 *	still ROUNDS WINDOW		first Sync, then Syncs that find nothing
 *	attachment inline|multipart N	the INBOX's last attachment, N times
 *	send N PHONES sent|unsent	N mails of 5 KB from PHONES accounts at once
 * "attachment" and "still" print "ready" and wait for a line on stdin before they go on, and
 * print "done" and wait once more before they end: so that processes can be looked at.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/base/arena.h"
#include "bridge/base/stream.h"
#include "tests/helper/lean.h"
#include "tests/player/mail.h"
#include "tests/player/wire.h"

enum { ROUNDS_MAX = 10000, PHONES_MAX = 64 };

struct bench {
	struct arena *arena;
	struct lean phone;
	struct lean_folder inbox;
	char hierarchy[64];
	int64_t *times;
	long rounds;
	const char *inner;	/* of a Sync that asks for changes */
};

static bool fail(const struct lean *phone, const char *what)
{
	fprintf(stderr, "phone: %s: %s\n", what, phone->problem);
	return false;
}

static void pause_here(const char *word)
{
	char line[16];

	puts(word);
	fflush(stdout);
	if (fgets(line, sizeof(line), stdin) == NULL)
		exit(1);
}

static long number(char **argv, int i, long otherwise)
{
	return argv[i] != NULL ? strtol(argv[i], NULL, 10) : otherwise;
}

static const char *inner_text(struct bench *bench, long window, long type, long size)
{
	return arena_printf(bench->arena, "GetChanges~ WindowSize %ld Options { MIMESupport 0 "
			    "AirSyncBase:BodyPreference { Type %ld TruncationSize %ld } }",
			    window, type, size);
}

static bool begin(struct bench *bench)
{
	return lean_folders(&bench->phone, "0", bench->hierarchy, &bench->inbox)
		|| fail(&bench->phone, "FolderSync");
}

static bool sync_all(struct bench *bench, long *ret_items)
{
	*ret_items = lean_sync_all(&bench->phone, &bench->inbox, bench->inner);
	return *ret_items >= 0 || fail(&bench->phone, "first Sync");
}

static bool work_first(struct bench *bench, char **argv)
{
	int64_t start = now_us();
	long items;

	bench->inner = inner_text(bench, number(argv, 0, 100), number(argv, 1, 1),
				  number(argv, 2, 32768));
	if (!begin(bench) || !sync_all(bench, &items))
		return false;
	printf("first items=%ld requests=%ld wall=%lld waited=%lld\n", items,
	       bench->phone.requests, (long long)(now_us() - start),
	       (long long)bench->phone.waited_us);
	return true;
}

static bool still_rounds(struct bench *bench, const char *name)
{
	struct lean_sync sync;

	for (long i = 0; i < bench->rounds; i++) {
		if (!lean_sync(&bench->phone, &bench->inbox, bench->inner, &sync))
			return fail(&bench->phone, name);
		bench->times[i] = bench->phone.took_us;
	}
	lean_print_times(name, bench->times, (size_t)bench->rounds);
	return true;
}

static bool folder_rounds(struct bench *bench)
{
	struct lean_folder unused;

	for (long i = 0; i < bench->rounds; i++) {
		if (!lean_folders(&bench->phone, bench->hierarchy, bench->hierarchy, &unused))
			return fail(&bench->phone, "FolderSync");
		bench->times[i] = bench->phone.took_us;
	}
	lean_print_times("foldersync", bench->times, (size_t)bench->rounds);
	return true;
}

/* The newest mail becomes read and unread in turn.  A phone sends this without asking. */
static bool flag_rounds(struct bench *bench, const char *id)
{
	struct lean_sync sync;

	for (long i = 0; i < bench->rounds; i++) {
		const char *text = arena_printf(bench->arena, "GetChanges 0 Commands { Change { "
			"ServerId \"%s\" ApplicationData { Email:Read %d } } }", id, i % 2 == 0);

		if (!lean_sync(&bench->phone, &bench->inbox, text, &sync))
			return fail(&bench->phone, "flag");
		bench->times[i] = bench->phone.took_us;
	}
	lean_print_times("flag", bench->times, (size_t)bench->rounds);
	return true;
}

static bool mail_rounds(struct bench *bench)
{
	struct arena *arena = bench->arena;
	struct imap *imap = arena_alloc(arena, sizeof(*imap));
	const char *port = getenv("IMAP_PORT");
	const char *reply = "";
	const char *mail = "From: a@example.net\r\nTo: b@ex.test\r\nSubject: new\r\n"
		"Date: Mon, 06 Jan 2025 10:00:00 +0000\r\nMIME-Version: 1.0\r\n"
		"Content-Type: text/plain; charset=utf-8\r\n\r\nA short text.\r\n";
	struct lean_sync sync;

	if (port == NULL || !imap_login(imap, arena, (uint16_t)strtol(port, NULL, 10),
					bench->phone.user, "secret", &reply))
		return false;
	for (long i = 0; i < bench->rounds; i++) {
		if (!imap_append(imap, "INBOX", "", mail, strlen(mail), &reply)
		    || !lean_sync(&bench->phone, &bench->inbox, bench->inner, &sync))
			return fail(&bench->phone, "new mail");
		bench->times[i] = bench->phone.took_us;
		if (sync.adds != 1)
			fprintf(stderr, "phone: %ld mails came, not 1\n", sync.adds);
	}
	imap_close(imap);
	lean_print_times("newmail", bench->times, (size_t)bench->rounds);
	return true;
}

static bool work_steady(struct bench *bench, char **argv)
{
	struct lean_sync sync;

	bench->rounds = number(argv, 0, 200);
	bench->inner = inner_text(bench, 1, 1, 32768);
	if (bench->rounds > ROUNDS_MAX || !begin(bench))
		return false;
	/* one item for its id, then the others in large windows */
	if (!lean_sync(&bench->phone, &bench->inbox, "", &sync)
	    || !lean_sync(&bench->phone, &bench->inbox, bench->inner, &sync))
		return fail(&bench->phone, "first Sync");
	bench->inner = inner_text(bench, 512, 1, 1024);
	if (lean_sync_all(&bench->phone, &bench->inbox, bench->inner) < 0)
		return fail(&bench->phone, "first Sync");
	return still_rounds(bench, "nochange") && folder_rounds(bench)
		&& flag_rounds(bench, sync.last_id) && mail_rounds(bench);
}

static bool work_still(struct bench *bench, char **argv)
{
	int64_t start = now_us();
	long items;

	bench->rounds = number(argv, 0, 200);
	bench->inner = inner_text(bench, number(argv, 1, 512), 1, 512);
	if (bench->rounds > ROUNDS_MAX || !begin(bench) || !sync_all(bench, &items))
		return false;
	printf("first items=%ld requests=%ld wall=%lld waited=%lld\n", items,
	       bench->phone.requests, (long long)(now_us() - start),
	       (long long)bench->phone.waited_us);
	pause_here("ready");
	if (!still_rounds(bench, "nochange"))
		return false;
	pause_here("done");
	return true;
}

static bool work_attachment(struct bench *bench, char **argv)
{
	bool multipart = strcmp(argv[0] ? argv[0] : "", "multipart") == 0;
	struct lean *phone = &bench->phone;
	struct lean_sync sync;
	size_t bytes = 0;
	const char *text;

	bench->rounds = number(argv, 1, 1);
	bench->inner = inner_text(bench, 100, 1, 512);
	if (!begin(bench) || !lean_sync(phone, &bench->inbox, "", &sync)
	    || !lean_sync(phone, &bench->inbox, bench->inner, &sync) || *sync.file == '\0')
		return fail(phone, "no attachment");
	text = arena_printf(bench->arena, "ItemOperations { Fetch { Store Mailbox "
			    "AirSyncBase:FileReference \"%s\" } }", sync.file);
	if (multipart)
		phone->accept = "MS-ASAcceptMultiPart: T\r\n";
	pause_here("ready");
	for (long i = 0; i < bench->rounds; i++) {
		if (!lean_drain(phone, "ItemOperations", text, &bytes))
			return fail(phone, "ItemOperations");
		bench->times[i] = phone->took_us;
	}
	printf("bytes %zu\n", bytes);
	lean_print_times("attachment", bench->times, (size_t)bench->rounds);
	pause_here("done");
	return true;
}

/* --- many at once --- */

struct sender {
	struct lean phones[PHONES_MAX];
	struct pollfd pollers[PHONES_MAX];
	long n_phones, started, done, wanted, refused;
	const char *mime, *save;
};

static bool sender_start(struct sender *sender, long i)
{
	struct lean *phone = &sender->phones[i];
	const char *text, *request;
	size_t len;

	arena_reset(phone->scratch);
	text = arena_printf(phone->scratch, "ComposeMail:SendMail { ClientId \"%lld-%ld\" %s "
			    "Mime b\"%s\" }", (long long)now_us(), sender->started, sender->save,
			    sender->mime);
	sender->pollers[i].fd = -1;
	if (sender->started == sender->wanted)
		return true;
	sender->started++;
	request = lean_request(phone, "SendMail", text, &len);
	if (request == NULL)
		return fail(phone, "SendMail");
	if (phone->wire == NULL)
		phone->wire = wire_open(phone->keep, &phone->target, &phone->problem);
	if (phone->wire == NULL || !wire_send(phone->wire, request, len))
		return fail(phone, "SendMail");
	sender->pollers[i] = (struct pollfd){stream_fd(phone->wire->stream), POLLIN, 0};
	return true;
}

static bool sender_take(struct sender *sender, long i)
{
	struct lean *phone = &sender->phones[i];
	struct answer answer;

	if (sender->pollers[i].fd < 0 || sender->pollers[i].revents == 0)
		return true;
	if (wire_answer(phone->wire, phone->scratch, now_us() / 1000 + 60000, &answer)
	    != WIRE_DONE) {
		phone->problem = "no answer";
		return fail(phone, "SendMail");
	}
	sender->done++;
	if (answer.status != 200 || answer.len > 0)
		sender->refused++;
	if (answer.closes)
		lean_close(phone);
	return sender_start(sender, i);
}

static const char *mail_of_5k(struct arena *arena)
{
	char *text = arena_alloc(arena, 5001);

	memset(text, 'x', 5000);
	for (size_t i = 70; i < 5000; i += 72)
		memcpy(text + i, "\r\n", 2);
	return arena_printf(arena, "From: a@ex.test\r\nTo: b@example.net\r\nSubject: load\r\n"
		"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n", text);
}

static bool work_send(struct bench *bench, char **argv)
{
	struct sender *sender = arena_alloc(bench->arena, sizeof(*sender));
	const char *url = getenv("EAS_URL"), *ca_file = getenv("EAS_CA_FILE");
	int64_t start;

	*sender = (struct sender){.wanted = number(argv, 0, 400), .n_phones = number(argv, 1, 8)};
	if (sender->n_phones < 1 || sender->n_phones > PHONES_MAX)
		return false;
	sender->mime = mail_of_5k(bench->arena);
	sender->save = argv[2] != NULL && strcmp(argv[2], "sent") == 0 ? "SaveInSentItems~" : "";
	for (long i = 0; i < sender->n_phones; i++) {
		struct lean_folder inbox;
		char key[64];
		struct lean *phone = &sender->phones[i];

		if (!lean_init(phone, bench->arena, url, ca_file))
			return false;
		lean_login(phone, arena_printf(bench->arena, "%ld%s", i, bench->phone.user),
			   arena_printf(bench->arena, "sender%ld", i));
		if (!lean_folders(phone, "0", key, &inbox))
			return fail(phone, "FolderSync");
	}
	start = now_us();
	for (long i = 0; i < sender->n_phones; i++)
		if (!sender_start(sender, i))
			return false;
	while (sender->done < sender->wanted) {
		poll(sender->pollers, (nfds_t)sender->n_phones, -1);
		for (long i = 0; i < sender->n_phones; i++)
			if (!sender_take(sender, i))
				return false;
	}
	printf("send mails=%ld refused=%ld wall=%lld\n", sender->done, sender->refused,
	       (long long)(now_us() - start));
	return true;
}

static const struct {
	const char *name;
	bool (*work)(struct bench *bench, char **argv);
} works[] = {
	{"first", work_first}, {"steady", work_steady}, {"still", work_still},
	{"attachment", work_attachment}, {"send", work_send},
};

int main(int argc, char **argv)
{
	struct bench bench = {.arena = arena_new(0)};
	const char *user = getenv("BENCH_USER");

	if (argc < 2 || user == NULL
	    || !lean_init(&bench.phone, bench.arena, getenv("EAS_URL"), getenv("EAS_CA_FILE"))) {
		fprintf(stderr, "usage: phone WORK ... (see the head of phone.c)\n");
		return 2;
	}
	lean_login(&bench.phone, user, getenv("BENCH_DEVICE") ? getenv("BENCH_DEVICE") : "bench");
	bench.times = arena_array(bench.arena, ROUNDS_MAX, sizeof(*bench.times));
	for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++)
		if (strcmp(argv[1], works[i].name) == 0)
			return works[i].work(&bench, argv + 2) ? 0 : 1;
	fprintf(stderr, "phone: no such work: %s\n", argv[1]);
	return 2;
}
