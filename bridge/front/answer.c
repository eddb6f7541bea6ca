/* SPDX-License-Identifier: ISC */
/* Head by printf into a buffer, small bodies behind it, large ones by sendfile or pread. */
#include "bridge/front/answer.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "bridge/base/date.h"
#include "bridge/base/http.h"
#include "bridge/ipc.h"

enum {
	OUT_MAX = IPC_MAX + 16 * 1024, /* a head and the inline body of one message */
	TURN_MAX = 512 * 1024,         /* bytes written before others get their turn */
};

void
answer_init(struct answer *answer)
{
	*answer = (struct answer) { .fd = -1, .tail = "", .since = now_ms() };
	buf_init(&answer->out, OUT_MAX);
}

static void
answer_drop_file(struct answer *answer)
{
	if (answer->fd >= 0)
		close(answer->fd);
	answer->fd = -1;
	answer->at = answer->end = 0;
}

void
answer_close(struct answer *answer)
{
	answer_drop_file(answer);
	buf_free(&answer->out);
}

static void
put_start(struct answer *answer, int status, const char *content_type)
{
	char date[DATE_TEXT];

	date_print_http(now_s(), date);
	buf_printf(&answer->out, "HTTP/1.1 %d %s\r\nDate: %s\r\n", status, http_reason(status),
	    date);
	if (content_type[0] != '\0')
		buf_printf(&answer->out, "Content-Type: %s\r\n", content_type);
}

static void
put_connection(struct answer *answer)
{
	buf_printf(&answer->out, "Connection: %s\r\n\r\n", answer->close ? "close" : "keep-alive");
}

static void
put_body(struct answer *answer, const struct reply *reply, size_t skip)
{
	if (reply->fd < 0) {
		if (reply->len > skip)
			buf_put(&answer->out, (const char *)reply->data + skip, reply->len - skip);
		return;
	}
	answer->fd = reply->fd;
	answer->at = skip;
	answer->end = reply->fd_len;
}

static uint64_t
reply_len(const struct reply *reply)
{
	return reply->fd >= 0 ? reply->fd_len : reply->len;
}

void
answer_put(struct answer *answer, const struct reply *reply, const struct answer_style *style)
{
	answer->since = now_ms();
	answer->close = reply->close || !style->keep_alive;
	put_start(answer, reply->status, reply->content_type);
	buf_printf(&answer->out, "Content-Length: %" PRIu64 "\r\n", reply_len(reply));
	buf_puts(&answer->out, reply->headers);
	put_connection(answer);
	if (!style->no_body)
		put_body(answer, reply, 0);
	else if (reply->fd >= 0)
		close(reply->fd);
}

void
answer_put_stream(struct answer *answer, const char *content_type, const struct answer_style *style)
{
	answer->since = now_ms();
	answer->is_stream = true;
	answer->chunked = style->minor > 0;
	answer->close = !style->keep_alive || !answer->chunked;
	put_start(answer, 200, content_type);
	if (answer->chunked)
		buf_puts(&answer->out, "Transfer-Encoding: chunked\r\n");
	put_connection(answer);
}

void
answer_put_piece(struct answer *answer, const void *data, size_t n)
{
	if (n == 0)
		return; /* an empty chunk would end the body */
	if (answer->chunked)
		buf_printf(&answer->out, "%zx\r\n", n);
	buf_put(&answer->out, data, n);
	if (answer->chunked)
		buf_puts(&answer->out, "\r\n");
}

bool
answer_end_stream(struct answer *answer, const struct reply *reply, size_t skip)
{
	uint64_t len = reply_len(reply);

	/* What was sent cannot be the beginning of something compressed, either. */
	if (reply->status != 200 || len < skip ||
	    strcasestr(reply->headers, "Content-Encoding:") != NULL) {
		if (reply->fd >= 0)
			close(reply->fd);
		return false;
	}
	answer->since = now_ms();
	answer->sent = 0;
	answer->close = answer->close || reply->close;
	if (answer->chunked && len > skip) {
		buf_printf(&answer->out, "%" PRIx64 "\r\n", len - skip);
		answer->tail = "\r\n0\r\n\r\n";
	} else if (answer->chunked) {
		answer->tail = "0\r\n\r\n";
	}
	put_body(answer, reply, skip);
	return true;
}

/* One write of whatever comes next.  Bytes, or CONN_AGAIN, CONN_ERROR. */
static ssize_t
answer_write_some(struct answer *answer, struct conn *conn)
{
	ssize_t put;

	if (answer->out.len > 0) {
		put = conn_write(conn, answer->out.data, answer->out.len);
		if (put > 0)
			buf_consume(&answer->out, (size_t)put);
	} else if (answer->at < answer->end) {
		put = conn_write_file(conn, answer->fd, (off_t)answer->at,
		    (size_t)(answer->end - answer->at));
		if (put > 0)
			answer->at += (uint64_t)put;
	} else {
		put = conn_write(conn, answer->tail, strlen(answer->tail));
		if (put > 0)
			answer->tail += put;
	}
	return put;
}

static bool
answer_is_written(const struct answer *answer)
{
	return answer->out.len == 0 && answer->at == answer->end && answer->tail[0] == '\0';
}

enum answer_result
answer_write(struct answer *answer, struct conn *conn)
{
	size_t turn = 0;

	if (answer->out.failed)
		return ANSWER_FAILED;
	while (!answer_is_written(answer)) {
		ssize_t put;

		if (turn >= TURN_MAX) {
			conn->wants = EV_WRITE;
			return ANSWER_AGAIN;
		}
		put = answer_write_some(answer, conn);
		if (put <= 0)
			return put == CONN_AGAIN ? ANSWER_AGAIN : ANSWER_FAILED;
		answer->sent += (uint64_t)put;
		turn += (size_t)put;
	}
	buf_free(&answer->out);
	answer_drop_file(answer);
	return ANSWER_DONE;
}
