/* SPDX-License-Identifier: ISC */
/*
 * A real front in a forked process, with a test on all its sides: as parent, as workers, as watch,
 * and as phones.  Everything that waits gives up after PATIENCE and fails the test.
 */
#ifndef TESTS_UNIT_FRONT_PLAY_H
#define TESTS_UNIT_FRONT_PLAY_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "bridge/base/log.h"
#include "bridge/base/proc.h"
#include "bridge/config.h"
#include "bridge/ipc.h"
#include "bridge/role.h"

enum {
	PATIENCE = 5000, /* ms */
	PLAY_WORKERS = 3,
	PLAIN = 0, TLS = 1, PROXY = 2, /* listeners */
	N_LISTENERS = 3,
	HEARD_MAX = 1024 * 1024,
};

#define AUTH "Authorization: Basic dTpw\r\n"
#define POST "POST /Microsoft-Server-ActiveSync?Cmd=Ping HTTP/1.1\r\nHost: h\r\n" AUTH
#define PING POST "Content-Length: 4\r\n\r\nping"

struct play {
	pid_t pid;
	struct ipc_end *control, *watch, *workers[PLAY_WORKERS];
	uint16_t ports[N_LISTENERS];
	struct ipc_message *message; /* the last one received */
	char sync_log[64];
};

/* Certificates for CONFIG: names as in ipc.h, descriptors behind the configuration's text. */
struct play_tls {
	const char *names;
	const int *fds;
	unsigned n_fds;
};

static inline void
wait_readable(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	if (poll(&poll_fd, 1, PATIENCE) != 1)
		fail_msg("nothing came");
}

static inline bool
is_silent(int fd, int ms)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	return poll(&poll_fd, 1, ms) == 0;
}

/* As the parent. */

static inline void
play_config_send(struct play *play, const char *text, const struct play_tls *tls)
{
	int fds[IPC_FDS];
	unsigned n = tls != NULL ? tls->n_fds : 0;
	struct ipc_config message = { "test.conf", tls != NULL ? tls->names : "", 1 };

	fds[0] = proc_memfd("config", text, strlen(text));
	if (n > 0)
		memcpy(fds + 1, tls->fds, n * sizeof(*fds));
	assert_true(ipc_send_config(play->control, &message, fds, n + 1));
	close(fds[0]);
}

static inline char *
play_config_text(const struct play *play, const char *settings)
{
	const char *level = getenv("PLAY_LOG");
	char *text = NULL;

	assert_true(asprintf(&text, "[server]\nlisten = 127.0.0.1:1001 plain\n"
	    "listen = 127.0.0.1:1002 tls\nlisten = 127.0.0.1:1003 plain proxy\n"
	    "tls_certificate = /nowhere.pem\ntls_key = /nowhere.key\nstate = memory:\n"
	    "sync_log = %s\nlog_level = %s\n%s\n"
	    "[domain *]\nimap = imaps://127.0.0.1\nsmtp = smtps://127.0.0.1\n",
	    play->sync_log, level != NULL ? level : "error", settings) > 0);
	return text;
}

static inline int
play_child(int control)
{
	struct role_start start = { .control = ipc_end_new(control, true),
		.config = malloc(sizeof(*start.config)) };
	struct pollfd poll_fd = { .fd = control, .events = POLLIN };
	int code;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGALRM, SIG_DFL);
	while (ipc_receive(start.control, start.config) == IPC_AGAIN)
		poll(&poll_fd, 1, -1);
	if (!role_config_renew(start.config))
		return 3;
	code = front_main(&start);
	ipc_message_done(start.config);
	free(start.config);
	config_free(&config);
	return code;
}

static inline void
play_listen(struct play *play)
{
	for (unsigned i = 0; i < N_LISTENERS; i++) {
		struct sockaddr_in address = { .sin_family = AF_INET,
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
		socklen_t len = sizeof(address);
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

		assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
		assert_int_equal(listen(fd, 64), 0);
		getsockname(fd, (struct sockaddr *)&address, &len);
		play->ports[i] = ntohs(address.sin_port);
		assert_true(ipc_send_listen(play->control,
		    &(struct ipc_listen) { i, N_LISTENERS }, &fd, 1));
		close(fd);
	}
}

/* Our end of a new pair, the other one goes to the front. */
static inline struct ipc_end *
play_peer(struct play *play, enum role role, unsigned slot, unsigned pid)
{
	int pair[2];

	assert_true(proc_socketpair(pair));
	assert_true(ipc_send_peer(play->control, &(struct ipc_peer) { role, slot, pid }, &pair[1],
	    1));
	close(pair[1]);
	return ipc_end_new(pair[0], false);
}

static inline void
play_worker(struct play *play, unsigned slot, unsigned pid)
{
	ipc_end_close(&play->workers[slot]);
	play->workers[slot] = play_peer(play, ROLE_WORKER, slot, pid);
}

static inline enum ipc_type
play_receive(struct play *play, struct ipc_end *end)
{
	enum ipc_got got;

	ipc_message_done(play->message);
	wait_readable(ipc_end_fd(end));
	got = ipc_receive(end, play->message);
	return got == IPC_GOT ? play->message->type : IPC_NONE;
}

static inline void
play_start(struct play *play, const char *settings, const struct play_tls *tls)
{
	int pair[2];
	char *text;

	*play = (struct play) { .message = calloc(1, sizeof(*play->message)) };
	snprintf(play->sync_log, sizeof(play->sync_log), "/tmp/front-play-%d.log", (int)getpid());
	unlink(play->sync_log);
	assert_true(proc_socketpair(pair));
	fflush(NULL);
	play->pid = fork();
	if (play->pid == 0) {
		close(pair[0]);
		exit(play_child(pair[1]));
	}
	close(pair[1]);
	play->control = ipc_end_new(pair[0], false);
	text = play_config_text(play, settings);
	play_config_send(play, text, tls);
	free(text);
	play_listen(play);
	play->watch = play_peer(play, ROLE_WATCH, 0, 900);
	assert_int_equal(play_receive(play, play->control), IPC_READY);
}

/* Ends the front and expects a clean exit. */
static inline void
play_end(struct play *play)
{
	int status = 0;

	ipc_message_done(play->message);
	ipc_end_close(&play->control);
	for (unsigned i = 0; i < PLAY_WORKERS; i++)
		ipc_end_close(&play->workers[i]);
	ipc_end_close(&play->watch);
	alarm(20);
	assert_int_equal(waitpid(play->pid, &status, 0), play->pid);
	alarm(0);
	free(play->message);
	unlink(play->sync_log);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* True if sync.log gets a line with this in it. */
static inline bool
play_logged(const struct play *play, const char *what)
{
	for (int i = 0; i < PATIENCE / 50; i++) {
		char text[8192] = "";
		FILE *file = fopen(play->sync_log, "r");

		if (file != NULL) {
			text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
			fclose(file);
		}
		if (strstr(text, what) != NULL)
			return true;
		usleep(50000);
	}
	return false;
}

/* As a worker. */

/* The request that worker `slot` now has; its serial is returned. */
static inline uint64_t
play_work(struct play *play, unsigned slot)
{
	assert_int_equal(play_receive(play, play->workers[slot]), IPC_REQUEST);
	return play->message->request.serial;
}

static inline struct ipc_answer
answer_of(uint64_t serial, const char *body)
{
	return (struct ipc_answer) { .serial = serial, .status = 200,
		.content_type = "application/vnd.ms-sync.wbxml", .headers = "X-Test: yes\r\n",
		.body_len = strlen(body), .body = { body, strlen(body) } };
}

static inline void
play_answer(struct play *play, unsigned slot, const char *body)
{
	struct ipc_answer answer = answer_of(play->message->request.serial, body);

	assert_true(ipc_send_answer(play->workers[slot], &answer, NULL, 0));
}

/* Lets the request that was received last wait, with "canned" as its end. */
static inline void
play_park(struct play *play, unsigned slot, const char *device, int ms)
{
	struct timespec now;
	struct ipc_watched watched = { "INBOX", { "stamp", 5 } };
	struct ipc_park park = { .serial = play->message->request.serial, .device = device,
		.account = "a", .login = "u", .password = "p", .store = "imaps://h",
		.watched = { &watched, 1 }, .status = 200,
		.content_type = "application/vnd.ms-sync.wbxml", .headers = "",
		.body = { "canned", 6 } };

	clock_gettime(CLOCK_MONOTONIC, &now);
	park.deadline_ms = (uint64_t)(now.tv_sec * 1000 + now.tv_nsec / 1000000 + ms);
	assert_true(ipc_send_park(play->workers[slot], &park, NULL, 0));
}

static inline void
play_lost(struct play *play, unsigned slot, unsigned pid)
{
	ipc_end_close(&play->workers[slot]);
	assert_true(ipc_send_lost(play->control,
	    &(struct ipc_lost) { ROLE_WORKER, slot, pid, 11, "test" }, NULL, 0));
}

/* As a phone. */

static inline int
phone(const struct play *play, unsigned listener)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons(play->ports[listener]),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static inline void
say_bytes(int fd, const void *data, size_t n)
{
	assert_true(proc_write_all(fd, data, n));
}

static inline void
say(int fd, const char *text)
{
	say_bytes(fd, text, strlen(text));
}

struct heard {
	int status;
	char head[4096];
	char body[4096]; /* what of it fits; terminated */
	size_t len;      /* of the body */
};

static inline char
hear_byte(int fd)
{
	char c;

	wait_readable(fd);
	if (recv(fd, &c, 1, 0) != 1)
		fail_msg("the connection ended");
	return c;
}

static inline void
hear_head(int fd, struct heard *heard)
{
	size_t n = 0;

	memset(heard, 0, sizeof(*heard));
	while (n < sizeof(heard->head) - 1 && strstr(heard->head, "\r\n\r\n") == NULL)
		heard->head[n++] = hear_byte(fd);
	assert_int_equal(sscanf(heard->head, "HTTP/1.1 %d ", &heard->status), 1);
}

static inline void
hear_bytes(int fd, struct heard *heard, size_t n)
{
	for (; n > 0; n--) {
		char c = hear_byte(fd);

		if (heard->len < sizeof(heard->body) - 1)
			heard->body[heard->len] = c;
		heard->len++;
	}
}

static inline size_t
hear_chunk_size(int fd)
{
	char line[32] = "";

	for (size_t n = 0; n < sizeof(line) - 1 && strchr(line, '\n') == NULL; n++)
		line[n] = hear_byte(fd);
	return strtoul(line, NULL, 16);
}

/* One whole answer. */
static inline void
hear(int fd, struct heard *heard)
{
	const char *length;
	size_t n;

	hear_head(fd, heard);
	length = strstr(heard->head, "Content-Length: ");
	if (length != NULL) {
		hear_bytes(fd, heard, strtoul(length + 16, NULL, 10));
		return;
	}
	assert_non_null(strstr(heard->head, "Transfer-Encoding: chunked\r\n"));
	while ((n = hear_chunk_size(fd)) > 0) {
		hear_bytes(fd, heard, n);
		assert_int_equal(hear_chunk_size(fd), 0); /* the line end behind it */
	}
	hear_chunk_size(fd);
}

static inline int
hear_status(int fd)
{
	struct heard heard;

	hear(fd, &heard);
	return heard.status;
}

/* True if the front closes the connection within so many ms. */
static inline bool
is_closed(int fd, int ms)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	char c;

	return poll(&poll_fd, 1, ms) == 1 && recv(fd, &c, 1, 0) <= 0;
}

#endif
