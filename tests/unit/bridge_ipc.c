/* SPDX-License-Identifier: ISC */
/*
 * Messages between the roles: what goes in comes out, of every type; hostile
 * packets end as IPC_BROKEN; slow peers fill a bounded queue; no descriptor
 * leaks on any path (counted after each test).
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "bridge/base/proc.h"
#include "bridge/ipc.h"
#include "bridge/ipc_codec.h"

static unsigned
count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned n = 0;

	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n;
}

struct pair {
	struct ipc_end *a, *b;
	struct ipc_message *message;
	unsigned fds_before;
};

static int
pair_open(void **state)
{
	struct pair *pair = calloc(1, sizeof(*pair));
	int fds[2];

	pair->fds_before = count_fds();
	assert_true(proc_socketpair(fds));
	pair->a = ipc_end_new(fds[0], true);
	pair->b = ipc_end_new(fds[1], true);
	pair->message = malloc(sizeof(*pair->message));
	*state = pair;
	return 0;
}

static int
pair_close(void **state)
{
	struct pair *pair = *state;

	ipc_end_close(&pair->a);
	ipc_end_close(&pair->b);
	assert_null(pair->a);
	assert_int_equal(count_fds(), pair->fds_before);
	free(pair->message);
	free(pair);
	return 0;
}

/* Any value of each field, told apart by its number; NULL strings come back as "". */
static const struct ipc_watched folders[] = {
	{ "INBOX", { "\0\1\2", 3 } }, { "", { NULL, 0 } }, { "Gesendet/B\xc3\xbc", { "s", 1 } },
};

#define FILL_U32(member) sent.member = (uint32_t)++n * 0x01000193u;
#define FILL_U64(member) sent.member = (uint64_t)++n * UINT64_C(0x0100000001000193);
#define FILL_STR(member) sent.member = ++n % 3 == 0 ? NULL : &"aaaabbbbccccdddd"[n % 16];
#define FILL_DATA(member) sent.member = (struct ipc_data) { "\0data\0of\377", (size_t)(++n % 9) };
#define FILL_WATCHED(member) sent.member = (struct ipc_watched_list) { list, 3 };
#define FILL(kind, member) FILL_##kind(member)

#define SAME_U32(member) assert_int_equal(got->member, sent.member);
#define SAME_U64(member) assert_int_equal(got->member, sent.member);
#define SAME_STR(member) \
	assert_string_equal(got->member, sent.member != NULL ? sent.member : "");
#define SAME_DATA(member)                                                 \
	assert_int_equal(got->member.len, sent.member.len);               \
	assert_int_equal((uintptr_t)got->member.data % 8 * (got->member.len > 0), 0); \
	assert_memory_equal(got->member.data, sent.member.data, sent.member.len);
#define SAME_WATCHED(member) same_folders(&got->member);
#define SAME(kind, member) SAME_##kind(member)

static void
same_folders(const struct ipc_watched_list *got)
{
	assert_int_equal(got->n, 3);
	for (unsigned i = 0; i < 3; i++) {
		assert_string_equal(got->list[i].folder, folders[i].folder);
		assert_int_equal(got->list[i].stamp.len, folders[i].stamp.len);
		assert_true(folders[i].stamp.len == 0 || memcmp(got->list[i].stamp.data,
			folders[i].stamp.data, folders[i].stamp.len) == 0);
	}
}

#define ROUND_TRIP(NAME, name)                                                      \
	static void round_trip_##name(struct pair *pair)                             \
	{                                                                           \
		struct ipc_watched list[3];                                         \
		struct ipc_##name sent;                                             \
		const struct ipc_##name *got = &pair->message->name;                \
		int fd = ipc_may_carry(IPC_##NAME, 0) ? 0 : 1, n = 0;                \
		memcpy(list, folders, sizeof(list));                                \
		IPC_FIELDS_##NAME(FILL)                                             \
		assert_true(ipc_send_##name(pair->a, &sent, &fd, (unsigned)fd));      \
		assert_int_equal(ipc_receive(pair->b, pair->message), IPC_GOT);      \
		assert_int_equal(pair->message->type, IPC_##NAME);                   \
		assert_int_equal(pair->message->n_fds, fd);                          \
		assert_string_equal(ipc_type_name(pair->message->type), #NAME);      \
		(void)list;                                                         \
		IPC_FIELDS_##NAME(SAME)                                             \
		ipc_message_done(pair->message);                                     \
		ipc_message_done(pair->message);                                     \
	}
IPC_MESSAGES(ROUND_TRIP)

static void
test_round_trips(void **state)
{
#define CALL(NAME, name) round_trip_##name(*state);
	IPC_MESSAGES(CALL)
}

static void
test_fds(void **state)
{
	struct pair *pair = *state;
	struct ipc_message *m = pair->message;
	struct ipc_config config = { .path = "x" };
	int fds[IPC_FDS + 1], taken;
	char text[6] = "";

	fds[0] = proc_memfd("a", "first", 5);
	for (unsigned i = 1; i < IPC_FDS + 1; i++)
		fds[i] = fds[0];
	assert_false(ipc_send_config(pair->a, &config, fds, 0));
	assert_false(ipc_send_config(pair->a, &config, fds, IPC_FDS + 1));
	assert_false(ipc_send_drain(pair->a, &(struct ipc_drain) { 1 }, fds, 1));
	assert_int_equal(ipc_receive(pair->b, m), IPC_AGAIN);
	assert_true(ipc_send_config(pair->a, &config, fds, IPC_FDS));
	assert_int_equal(ipc_receive(pair->b, m), IPC_GOT);
	assert_int_equal(m->n_fds, IPC_FDS);
	assert_true(fcntl(m->fds[3], F_GETFD) & FD_CLOEXEC);
	taken = m->fds[7];
	m->fds[7] = -1;
	ipc_message_done(m);
	assert_int_equal(pread(taken, text, 5, 0), 5);
	assert_string_equal(text, "first");
	close(taken);
	close(fds[0]);
}

static void
test_sizes(void **state)
{
	struct pair *pair = *state;
	char *body = calloc(1, IPC_MAX), *target = malloc(60 * 1024);
	struct ipc_answer answer = { .body = { body, IPC_MAX - 100 } };
	struct ipc_request request = { .body = { body, IPC_INLINE_MAX } };
	struct ipc_watched *list = calloc(IPC_WATCHED_MAX + 1, sizeof(*list));
	struct ipc_subscribe subscribe = { .watched = { list, IPC_WATCHED_MAX } };

	assert_true(ipc_send_answer(pair->a, &answer, NULL, 0));
	assert_int_equal(ipc_receive(pair->b, pair->message), IPC_GOT);
	assert_int_equal(pair->message->answer.body.len, IPC_MAX - 100);
	ipc_message_done(pair->message);
	answer.body.len = IPC_MAX;
	assert_false(ipc_send_answer(pair->a, &answer, NULL, 0));
	answer.body.len = SIZE_MAX - 3;
	assert_false(ipc_send_answer(pair->a, &answer, NULL, 0));
	memset(target, 'x', 60 * 1024);
	target[60 * 1024 - 1] = '\0';
	request.target = request.authorization = target;
	assert_true(ipc_send_request(pair->a, &request, NULL, 0));
	assert_int_equal(ipc_receive(pair->b, pair->message), IPC_GOT);
	ipc_message_done(pair->message);
	request.user_agent = target;
	assert_false(ipc_send_request(pair->a, &request, NULL, 0));
	assert_true(ipc_send_subscribe(pair->a, &subscribe, NULL, 0));
	assert_int_equal(ipc_receive(pair->b, pair->message), IPC_GOT);
	assert_int_equal(pair->message->subscribe.watched.n, IPC_WATCHED_MAX);
	ipc_message_done(pair->message);
	subscribe.watched.n++;
	assert_false(ipc_send_subscribe(pair->a, &subscribe, NULL, 0));
	free(list);
	free(target);
	free(body);
}

/* A slow peer: what does not fit waits, in order, with its descriptors; then sending fails. */
static void
test_backlog(void **state)
{
	struct pair *pair = *state;
	static char body[32 * 1024];
	uint64_t n = 0, got = 0;
	struct ipc_answer answer = { .body = { body, sizeof(body) } };
	int fd = proc_memfd("b", "x", 1);

	do
		answer.serial = n++;
	while (ipc_send_answer(pair->a, &answer, &fd, 1) && n < 10000);
	assert_in_range(n, 200, 600);
	assert_true(ipc_end_has_backlog(pair->a));
	n--;
	close(fd);
	while (got < n) {
		enum ipc_got what = ipc_receive(pair->b, pair->message);

		if (what == IPC_AGAIN) {
			assert_true(ipc_end_flush(pair->a));
			continue;
		}
		assert_int_equal(what, IPC_GOT);
		assert_int_equal(pair->message->answer.serial, got++);
		assert_int_equal(pair->message->n_fds, 1);
		ipc_message_done(pair->message);
	}
	assert_false(ipc_end_has_backlog(pair->a));
	assert_int_equal(ipc_receive(pair->b, pair->message), IPC_AGAIN);
	/* a queue left over is given back with the end (pair_close counts) */
	fd = proc_memfd("c", "x", 1);
	for (n = 0; n < 30; n++)
		assert_true(ipc_send_answer(pair->a, &answer, &fd, 1));
	close(fd);
}

static void
test_peer_gone(void **state)
{
	struct pair *pair = *state;
	struct ipc_drain drain = { 1 };

	assert_true(ipc_send_drain(pair->a, &drain, NULL, 0));
	ipc_end_close(&pair->a);
	assert_int_equal(ipc_receive(pair->b, pair->message), IPC_GOT);
	ipc_message_done(pair->message);
	assert_int_equal(ipc_receive(pair->b, pair->message), IPC_CLOSED);
	assert_false(ipc_send_drain(pair->b, &drain, NULL, 0));
}

/* Peer dies with unread packets in its queue: the next receive is an end, not a fault. */
static void
test_peer_gone_unread(void **state)
{
	struct pair *pair = *state;
	struct ipc_drain drain = { 1 };

	assert_true(ipc_send_drain(pair->b, &drain, NULL, 0));
	ipc_end_close(&pair->a);
	assert_int_equal(ipc_receive(pair->b, pair->message), IPC_CLOSED);
}

static void
test_blocking(void **state)
{
	struct pair *pair = *state;
	int fds[2];
	struct ipc_end *end;
	pid_t child;

	assert_true(proc_socketpair(fds));
	child = fork();
	if (child == 0) {
		end = ipc_end_new(fds[1], false);
		usleep(50 * 1000);
		for (uint32_t i = 0; i < 2000; i++)
			if (!ipc_send_drain(end, &(struct ipc_drain) { i }, NULL, 0))
				_exit(1);
		_exit(0);
	}
	close(fds[1]);
	end = ipc_end_new(fds[0], false);
	for (uint32_t i = 0; i < 2000; i++) {
		assert_int_equal(ipc_receive(end, pair->message), IPC_GOT);
		assert_int_equal(pair->message->drain.seconds, i);
		ipc_message_done(pair->message);
	}
	assert_int_equal(ipc_receive(end, pair->message), IPC_CLOSED);
	ipc_end_close(&end);
	waitpid(child, NULL, 0);
}

static const struct {
	const char *bytes;
	size_t len;
} garbled[] = {
#define BYTES(text) { text, sizeof(text) - 1 }
	BYTES("\0"), BYTES("\0\0\0\0"), BYTES("\xff\xff\xff\xff"), BYTES("\x0f\0\0\0"),
	BYTES("\7\0\0\0"),                             /* DRAIN without its number */
	BYTES("\7\0\0\0\1\0\0"), BYTES("\7\0\0\0\1\0\0\0x"), /* cut, and one byte more */
	BYTES("\2\0\0\0\1\0\0\0ab"),                   /* STATUS: no NUL */
	BYTES("\2\0\0\0\2\0\0\0a\0\0"),                /* NUL inside */
	BYTES("\2\0\0\0\xff\xff\xff\xff"), BYTES("\2\0\0\0\xfe\xff\xff\xff\0"),
	BYTES("\6\0\0\0"),
	BYTES("\3\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), /* CONFIG without a descriptor */
};

static void
test_garbled(void **state)
{
	struct pair *pair = *state;
	struct proc_fds fds = { .fd = { 0 }, .n = 1 };

	for (size_t i = 0; i < sizeof(garbled) / sizeof(garbled[0]); i++) {
		assert_true(proc_send(ipc_end_fd(pair->a), garbled[i].bytes, garbled[i].len,
			i % 2 ? &fds : NULL));
		assert_int_equal(ipc_receive(pair->b, pair->message), IPC_BROKEN);
		assert_int_equal(pair->message->type, IPC_NONE);
		ipc_message_done(pair->message);
	}
}

/* More bytes than a packet may have, and an empty packet with a descriptor. */
static void
test_oversized(void **state)
{
	struct pair *pair = *state;
	struct proc_fds fds = { .fd = { 0 }, .n = 1 };
	char *big = calloc(1, IPC_MAX + 1);

	assert_true(proc_send(ipc_end_fd(pair->a), big, IPC_MAX + 1, &fds));
	assert_int_equal(ipc_receive(pair->b, pair->message), IPC_BROKEN);
	assert_true(proc_send(ipc_end_fd(pair->a), "", 0, &fds));
	assert_int_equal(ipc_receive(pair->b, pair->message), IPC_CLOSED);
	free(big);
}

/* Every packet cut anywhere, and every byte of it changed, is refused or decodes within bounds. */
static void
test_mutations(void **state)
{
	struct pair *pair = *state;
	struct ipc_message *m = pair->message;
	static uint8_t packet[IPC_MAX];
	struct ipc_watched list[3];
	struct ipc_park park = { .device = "a/b/Ping", .address = { "1234567", 7 },
		.watched = { list, 3 }, .body = { "xyz", 3 } };
	size_t len;

	memcpy(list, folders, sizeof(list));
	len = ipc_encode(IPC_PARK, &park, packet);
	assert_true(len > 0);
	for (size_t cut = 0; cut < len; cut++) {
		memcpy(m->packet, packet, cut);
		m->packet_len = cut;
		m->n_fds = 0;
		assert_false(ipc_decode(m));
	}
	for (size_t at = 0; at < len * 256; at++) {
		memcpy(m->packet, packet, len);
		m->packet_len = len;
		m->packet[at / 256] = (uint8_t)at;
		if (ipc_decode(m) && m->type == IPC_PARK)
			assert_true(strlen(m->park.device) < len && m->park.body.len < len);
	}
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, pair_open, pair_close)
	const struct CMUnitTest tests[] = {
		TEST(test_round_trips),
		TEST(test_fds),
		TEST(test_sizes),
		TEST(test_backlog),
		TEST(test_peer_gone),
		TEST(test_peer_gone_unread),
		TEST(test_blocking),
		TEST(test_garbled),
		TEST(test_oversized),
		TEST(test_mutations),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
