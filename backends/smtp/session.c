/* SPDX-License-Identifier: ISC */
/*
 * The low driver under libetpan's mailstream, and reading replies.  A reply is bounded by the
 * driver: more than LIMIT_UPSTREAM_LINE bytes between two commands end the connection.
 */
#include "backends/smtp/session.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/base/date.h"
#include "bridge/base/limits.h"
#include "bridge/base/log.h"
#include "bridge/base/stream.h"

enum { MULTILINE_MAX = 200 };

static ssize_t
low_read(mailstream_low *low, void *data, size_t n)
{
	struct session *session = low->data;
	ssize_t got = session->has_failed ? -1 : stream_read(session->stream, data, n);

	if (got > 0)
		session->received += (uint64_t)got;
	if (got <= 0 || session->received > LIMIT_UPSTREAM_LINE) {
		session->has_failed = true;
		return -1; /* libetpan mistakes 0 for "try again" */
	}
	return got;
}

static ssize_t
low_write(mailstream_low *low, const void *data, size_t n)
{
	struct session *session = low->data;
	ssize_t put = session->has_failed ? -1 : stream_write(session->stream, data, n);

	if (put > 0)
		return put;
	session->has_failed = true;
	return -1;
}

static int
low_close(mailstream_low *low)
{
	(void)low;
	return 0;
}

static int
low_fd(mailstream_low *low)
{
	const struct session *session = low->data;

	return stream_fd(session->stream);
}

static void
low_free(mailstream_low *low)
{
	free(low);
}

static void
low_cancel(mailstream_low *low)
{
	(void)low;
}

static const mailstream_low_driver low_driver = {
	.mailstream_read = low_read,
	.mailstream_write = low_write,
	.mailstream_close = low_close,
	.mailstream_get_fd = low_fd,
	.mailstream_free = low_free,
	.mailstream_cancel = low_cancel,
};

mailstream *
session_mailstream(struct session *session)
{
	mailstream_low_driver *driver = (mailstream_low_driver *)(uintptr_t)&low_driver;
	mailstream_low *low = mailstream_low_new(session, driver);
	mailstream *mail = low == NULL ? NULL : mailstream_new(low, 32 * 1024);

	if (mail == NULL)
		free(low);
	return mail;
}

void
session_close(struct session **session)
{
	struct session *gone = *session;

	*session = NULL;
	if (gone == NULL)
		return;
	if (gone->smtp != NULL) {
		session_touch(gone);
		mailsmtp_free(gone->smtp); /* says QUIT */
	}
	stream_close(&gone->stream);
	free(gone);
}

bool
session_is_alive(struct session *session)
{
	struct pollfd poll_fd = { .fd = stream_fd(session->stream), .events = POLLIN };

	/* nothing may come while we have nothing asked: it is a farewell */
	return !session->has_failed && session->smtp->stream != NULL &&
	    session->smtp->stream->read_buffer_len == 0 && !stream_pending(session->stream) &&
	    poll(&poll_fd, 1, 0) == 0;
}

void
session_touch(struct session *session)
{
	stream_deadline(session->stream, now_ms() + session->timeout_ms);
}

bool
session_offers(const struct session *session, int extension)
{
	return (session->smtp->esmtp & extension) != 0;
}

bool
session_send(struct session *session, const char *command)
{
	size_t n = strlen(command);

	session->received = 0;
	if (session->smtp->stream == NULL ||
	    mailstream_write(session->smtp->stream, command, n) != (ssize_t)n)
		session->has_failed = true;
	return !session->has_failed;
}

bool
session_flush(struct session *session)
{
	if (session->has_failed || mailstream_flush(session->smtp->stream) == -1)
		session->has_failed = true;
	return !session->has_failed;
}

/* "250-text": the code, whether more lines follow, and the text without control characters. */
static int
line_read(const char *line, bool *ret_more, char ret_text[SESSION_REPLY_MAX])
{
	size_t n = 0;
	int code = 0;

	for (int i = 0; i < 3; i++) {
		if (line[i] < '0' || line[i] > '9')
			return 0;
		code = code * 10 + (line[i] - '0');
	}
	*ret_more = line[3] == '-';
	line += line[3] == '\0' ? 3 : 4;
	for (; *line != '\0' && n < SESSION_REPLY_MAX - 1; line++)
		ret_text[n++] = *line >= ' ' && *line < 127 ? *line : '?';
	ret_text[n] = '\0';
	return code;
}

void
session_reply(struct session *session, struct reply *ret_reply)
{
	char rest[SESSION_REPLY_MAX] = "";
	bool more = true;

	memset(ret_reply, 0, sizeof(*ret_reply));
	for (unsigned i = 0; more && i < MULTILINE_MAX && !session->has_failed; i++) {
		const char *line = mailstream_read_line_remove_eol(session->smtp->stream,
		    session->smtp->line_buffer);
		int code = line == NULL ? 0 :
		    line_read(line, &more, i == 0 ? ret_reply->text : rest);

		if (code == 0 || (i > 0 && code != ret_reply->code))
			break;
		ret_reply->code = code;
	}
	if (!more)
		return;
	session->has_failed = true;
	ret_reply->code = 0;
}

void
session_command(struct session *session, const char *command, struct reply *ret_reply)
{
	session_touch(session);
	memset(ret_reply, 0, sizeof(*ret_reply));
	if (session_send(session, command) && session_flush(session))
		session_reply(session, ret_reply);
	if (ret_reply->code == 421)
		session->has_failed = true;
}

enum fault
session_fault(const struct reply *reply)
{
	switch (reply->code) {
	case 452:
		return NO_SPACE;
	case 552: /* 5.2.2: a mailbox is full; else the message is too large */
		return strncmp(reply->text, "5.2.2", 5) == 0 ? NO_SPACE : TOO_BIG;
	case 530:
	case 534:
	case 535:
	case 538:
		return DENIED;
	case 523:
		return TOO_BIG;
	default:
		if (reply->code >= 200 && reply->code < 400)
			return OK;
		return reply->code >= 500 ? REFUSED : TRY_LATER;
	}
}
