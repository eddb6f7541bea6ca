/* SPDX-License-Identifier: ISC */
/*
 * raw_smtp sink: a submission server that takes everything and keeps nothing, so that it is not
 * the bottleneck; prints its port, serves until killed.
 * raw_smtp send PORT N CLIENTS: the floor of sending: N mails of 5 KB, CLIENTS at once, each with
 * a connection of its own and the whole dialogue: EHLO, AUTH, MAIL, RCPT, DATA, QUIT.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bridge/base/arena.h"
#include "bridge/base/proc.h"
#include "tests/helper/lean.h"

enum { SESSIONS = 256, LINE = 4096 };

struct session {
	char line[LINE];	/* what has come of the line at hand */
	size_t len;
	bool in_data;
};

static void answer(int fd, const char *text)
{
	if (!proc_write_all(fd, text, strlen(text)))
		shutdown(fd, SHUT_RDWR);
}

static void take_line(struct session *session, int fd)
{
	static const struct {
		const char *verb, *reply;
	} replies[] = {
		{"EHLO", "250-localhost\r\n250-AUTH PLAIN LOGIN\r\n250-PIPELINING\r\n"
			 "250-SIZE 50000000\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"},
		{"AUTH", "235 2.7.0 fine\r\n"}, {"DATA", "354 go on\r\n"}, {"QUIT", "221 bye\r\n"},
	};

	if (session->in_data) {
		session->in_data = strcmp(session->line, ".\r\n") != 0;
		if (!session->in_data)
			answer(fd, "250 2.0.0 kept as nothing\r\n");
		return;
	}
	session->in_data = strncasecmp(session->line, "DATA", 4) == 0;
	for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++)
		if (strncasecmp(session->line, replies[i].verb, 4) == 0) {
			answer(fd, replies[i].reply);
			return;
		}
	answer(fd, "250 2.1.0 fine\r\n");
}

static bool take(struct session *session, int fd)
{
	char data[16384];
	ssize_t n = recv(fd, data, sizeof(data), 0);

	for (ssize_t i = 0; i < n; i++) {
		if (session->len < LINE - 1)
			session->line[session->len++] = data[i];
		if (data[i] != '\n')
			continue;
		session->line[session->len] = '\0';
		session->len = 0;
		take_line(session, fd);
	}
	return n > 0;
}

static int listen_here(unsigned *ret_port)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) != 0 || listen(fd, 128) != 0
	    || getsockname(fd, (struct sockaddr *)&address, &len) != 0)
		return -1;
	*ret_port = ntohs(address.sin_port);
	return fd;
}

static void greet(struct pollfd *pollers, struct session *sessions, int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	for (int i = 1; fd >= 0 && i < SESSIONS; i++)
		if (pollers[i].fd < 0) {
			int one = 1;

			setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
			pollers[i] = (struct pollfd){fd, POLLIN, 0};
			sessions[i] = (struct session){.len = 0};
			answer(fd, "220 localhost\r\n");
			return;
		}
	if (fd >= 0)
		close(fd);
}

static int work_sink(struct arena *arena)
{
	struct session *sessions = arena_array(arena, SESSIONS, sizeof(*sessions));
	struct pollfd pollers[SESSIONS];
	unsigned port;

	pollers[0] = (struct pollfd){listen_here(&port), POLLIN, 0};
	if (pollers[0].fd < 0)
		return 1;
	for (int i = 1; i < SESSIONS; i++)
		pollers[i] = (struct pollfd){-1, POLLIN, 0};
	printf("%u\n", port);
	fflush(stdout);
	while (poll(pollers, SESSIONS, -1) > 0) {
		if (pollers[0].revents != 0)
			greet(pollers, sessions, pollers[0].fd);
		for (int i = 1; i < SESSIONS; i++)
			if (pollers[i].fd >= 0 && pollers[i].revents != 0
			    && !take(&sessions[i], pollers[i].fd)) {
				close(pollers[i].fd);
				pollers[i].fd = -1;
			}
	}
	return 1;
}

/* --- the client --- */

static void expect(int fd, char wanted)
{
	char data[1024];
	ssize_t n;

	do {
		n = recv(fd, data, sizeof(data), 0);
		if (n <= 0 || data[0] != wanted) {
			fprintf(stderr, "raw_smtp: refused\n");
			_exit(1);
		}
	} while (data[n - 1] != '\n');
}

static void say(int fd, const char *text, char wanted)
{
	answer(fd, text);
	expect(fd, wanted);
}

static void send_one(unsigned port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char mail[5200];

	memset(mail, 'x', sizeof(mail));
	for (size_t i = 70; i < sizeof(mail) - 8; i += 72)
		memcpy(mail + i, "\r\n", 2);
	snprintf(mail + sizeof(mail) - 6, 6, "\r\n.\r\n");
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		_exit(1);
	expect(fd, '2');
	say(fd, "EHLO localhost\r\n", '2');
	say(fd, "AUTH PLAIN AGEAYg==\r\n", '2');
	say(fd, "MAIL FROM:<a@ex.test>\r\n", '2');
	say(fd, "RCPT TO:<b@example.net>\r\n", '2');
	say(fd, "DATA\r\n", '3');
	say(fd, mail, '2');
	say(fd, "QUIT\r\n", '2');
	close(fd);
}

static int work_send(unsigned port, long n, long clients)
{
	int64_t start = now_us();
	int status, bad = 0;

	for (long i = 0; i < clients; i++)
		if (fork() == 0) {
			for (long k = i; k < n; k += clients)
				send_one(port);
			_exit(0);
		}
	while (wait(&status) > 0)
		bad += status != 0;
	printf("send mails=%ld wall=%lld\n", n, (long long)(now_us() - start));
	return bad > 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "sink") == 0)
		return work_sink(arena_new(0));
	if (argc == 5 && strcmp(argv[1], "send") == 0)
		return work_send((unsigned)strtoul(argv[2], NULL, 10), strtol(argv[3], NULL, 10),
				 strtol(argv[4], NULL, 10));
	fprintf(stderr, "usage: raw_smtp sink | raw_smtp send PORT N CLIENTS\n");
	return 2;
}
