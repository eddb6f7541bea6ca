/* SPDX-License-Identifier: ISC */
/* An IMAP server of a few fixed answers. */
#include "tests/helper/imap_script.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LINE = 64 * 1024, HEARD = 256 * 1024 };

static void
say(int fd, const char *reply, const char *tag)
{
	for (; *reply; reply++) {
		const char *piece = *reply == '$' ? tag : reply;
		size_t n = *reply == '$' ? strlen(tag) : 1;

		if (write(fd, piece, n) < 0)
			return;
	}
}

/* false: the connection ends. */
static bool
answer(const struct script *script, int fd, const char *line)
{
	char tag[32] = "";

	sscanf(line, "%31s", tag);
	for (const struct script_row *row = script->rows; row && row->word; row++) {
		if (!strstr(line, row->word))
			continue;
		if (strcmp(row->reply, "!close") == 0)
			return false;
		if (strcmp(row->reply, "!hang") != 0)
			say(fd, row->reply, tag);
		return true;
	}
	say(fd, "$ OK done\r\n", tag);
	return true;
}

static void
serve(const struct script *script, int fd, int log)
{
	static char line[LINE];
	size_t n = 0;
	char c;

	if (script->greeting)
		say(fd, script->greeting, "");
	while (read(fd, &c, 1) == 1) {
		if (write(log, &c, 1) != 1 || n == LINE - 1)
			return;
		line[n++] = c;
		if (c != '\n')
			continue;
		line[n] = '\0';
		n = 0;
		if (!answer(script, fd, line))
			return;
	}
}

static void
child_run(const struct script *script, int listener)
{
	int log = open(script->log, O_WRONLY | O_APPEND);

	/* a test that fails never comes to script_stop */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	for (;;) {
		int fd = accept(listener, NULL, NULL);

		if (fd < 0)
			_exit(1);
		serve(script, fd, log);
		close(fd);
	}
}

void
script_start(struct script *script)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), log;

	snprintf(script->log, sizeof(script->log), "/tmp/imap_script.XXXXXX");
	log = mkstemp(script->log);
	if (listener < 0 || log < 0 ||
	    bind(listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    listen(listener, 5) != 0 ||
	    getsockname(listener, (struct sockaddr *)&address, &len) != 0) {
		perror("imap_script");
		exit(1);
	}
	close(log);
	script->port = ntohs(address.sin_port);
	script->child = fork();
	if (script->child == 0)
		child_run(script, listener);
	close(listener);
}

void
script_stop(struct script *script)
{
	kill(script->child, SIGKILL);
	waitpid(script->child, NULL, 0);
	unlink(script->log);
}

const char *
script_heard(const struct script *script)
{
	static char text[HEARD];
	int fd = open(script->log, O_RDONLY);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	return text;
}
