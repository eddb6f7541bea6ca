/* SPDX-License-Identifier: ISC */
/*
 * IMAP and LMTP by hand: lines in, lines out.  Literals in answers are taken as they come (their
 * bytes are lines like others), which is enough for tests.
 */
#include "tests/player/mail.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "bridge/base/codec.h"
#include "bridge/base/proc.h"

enum { REPLY_MAX = 64 << 20 };

static int connect_to(uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct timeval limit = {10, 0};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* One line with its end; NULL: closed, or silent too long. */
static char *read_line(struct imap *imap)
{
	for (;;) {
		char *eol = memchr(imap->buffer, '\n', imap->used);
		ssize_t n;

		if (eol != NULL || imap->used == sizeof(imap->buffer)) {
			size_t len = eol ? (size_t)(eol - imap->buffer) + 1 : imap->used;
			char *line = arena_strndup(imap->arena, imap->buffer, len);

			memmove(imap->buffer, imap->buffer + len, imap->used - len);
			imap->used -= len;
			return line;
		}
		n = recv(imap->fd, imap->buffer + imap->used, sizeof(imap->buffer) - imap->used, 0);
		if (n <= 0)
			return NULL;
		imap->used += (size_t)n;
	}
}

static bool send_text(struct imap *imap, const char *text)
{
	return proc_write_all(imap->fd, text, strlen(text));
}

static bool read_reply(struct imap *imap, const char **ret_reply)
{
	char *tag = arena_printf(imap->arena, "p%u ", imap->tag);
	struct buf out;
	char *line;

	buf_init_arena(&out, imap->arena, REPLY_MAX);
	while ((line = read_line(imap)) != NULL) {
		buf_puts(&out, line);
		if (strncmp(line, tag, strlen(tag)) == 0) {
			*ret_reply = arena_strdup(imap->arena, buf_str(&out));
			return strncmp(line + strlen(tag), "OK", 2) == 0;
		}
	}
	*ret_reply = "connection lost";
	return false;
}

bool imap_command(struct imap *imap, const char *command, const char **ret_reply)
{
	imap->tag++;
	*ret_reply = "connection lost";
	return send_text(imap, arena_printf(imap->arena, "p%u %s\r\n", imap->tag, command))
		&& read_reply(imap, ret_reply);
}

static char *quote(struct arena *arena, const char *text)
{
	struct buf out;

	buf_init_arena(&out, arena, 65536);
	quoted_put(&out, text);
	return arena_strdup(arena, buf_str(&out));
}

bool imap_login(struct imap *imap, struct arena *arena, uint16_t port, const char *user,
	const char *password, const char **ret_problem)
{
	*imap = (struct imap){.arena = arena, .fd = connect_to(port)};
	*ret_problem = "cannot connect";
	if (imap->fd < 0)
		return false;
	if (read_line(imap) != NULL
	    && imap_command(imap, arena_printf(arena, "LOGIN %s %s", quote(arena, user),
					       quote(arena, password)), ret_problem))
		return true;
	close(imap->fd);
	return false;
}

bool imap_append(struct imap *imap, const char *mailbox, const char *flags, const char *data,
	size_t len, const char **ret_reply)
{
	char *line;

	imap->tag++;
	*ret_reply = "connection lost";
	if (!send_text(imap, arena_printf(imap->arena, "p%u APPEND %s%s%s {%zu}\r\n", imap->tag,
			quote(imap->arena, mailbox), *flags ? " " : "", flags, len)))
		return false;
	line = read_line(imap);
	if (line == NULL || *line != '+') {
		*ret_reply = line ? line : "no answer";
		return false;
	}
	return proc_write_all(imap->fd, data, len) && send_text(imap, "\r\n")
		&& read_reply(imap, ret_reply);
}

void imap_close(struct imap *imap)
{
	send_text(imap, "z LOGOUT\r\n");
	close(imap->fd);
}

static bool step(struct imap *imap, const char *text, char wanted, const char **ret_problem)
{
	char *line;

	*ret_problem = "connection lost";
	if (text != NULL && !send_text(imap, text))
		return false;
	do {
		line = read_line(imap);
	} while (line != NULL && strlen(line) > 3 && line[3] == '-');
	if (line != NULL)
		*ret_problem = line;
	return line != NULL && *line == wanted;
}

/* RFC 5321 4.5.2 */
static bool send_stuffed(struct imap *imap, const char *data, size_t len)
{
	struct buf out;
	bool good;

	buf_init(&out, REPLY_MAX);
	for (size_t i = 0; i < len; i++) {
		if (data[i] == '.' && (i == 0 || data[i - 1] == '\n'))
			buf_putc(&out, '.');
		buf_putc(&out, data[i]);
	}
	if (len < 2 || data[len - 1] != '\n')
		buf_puts(&out, "\r\n");
	good = !out.failed && proc_write_all(imap->fd, out.data, out.len);
	buf_free(&out);
	return good;
}

bool lmtp_deliver(struct arena *arena, uint16_t port, const char *user, const char *data,
	size_t len, const char **ret_problem)
{
	struct imap c = {.arena = arena, .fd = connect_to(port)};
	bool good;

	*ret_problem = "cannot connect";
	if (c.fd < 0)
		return false;
	good = step(&c, NULL, '2', ret_problem)
		&& step(&c, "LHLO phone\r\n", '2', ret_problem)
		&& step(&c, "MAIL FROM:<sender@example.net>\r\n", '2', ret_problem)
		&& step(&c, arena_printf(arena, "RCPT TO:<%s>\r\n", user), '2', ret_problem)
		&& step(&c, "DATA\r\n", '3', ret_problem)
		&& send_stuffed(&c, data, len)
		&& step(&c, ".\r\n", '2', ret_problem);
	close(c.fd);
	return good;
}
