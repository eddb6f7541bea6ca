/* SPDX-License-Identifier: ISC */
/* libetpan's transport over our own stream.  Worker. */
#include "backends/imap/transport.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/base/date.h"
#include "bridge/base/log.h"
#include "bridge/base/stream.h"
#include "bridge/config.h"
#include "bridge/store.h"

enum {
	BUFFER = 16 * 1024,		/* libetpan's, each way */
	PROGRESS = 64 * 1024,		/* bytes that count as progress */
	HARD_FACTOR = 2,		/* timeouts that one command may last */
};

static void
trace_in(void *ctx, const char *line)
{
	const struct transport *t = ctx;

	log_wire(t->request_id, "imap<", line);
}

static void
trace_out(void *ctx, const char *line)
{
	const struct transport *t = ctx;

	log_wire(t->request_id, "imap>", t->secret ? "(secret)" : line);
}

static void
deadline_set(struct transport *t, int64_t ms)
{
	int64_t at = now_ms() + ms;

	stream_deadline(t->stream, at < t->hard ? at : t->hard);
}

void
transport_begin(struct transport *t)
{
	t->hard = now_ms() + t->timeout * HARD_FACTOR;
	t->unmarked = 0;
	deadline_set(t, t->timeout);
}

void
transport_progress(struct transport *t)
{
	t->unmarked = 0;
	deadline_set(t, t->timeout);
}

static void
moved(struct transport *t, size_t n)
{
	t->unmarked += n;
	if (t->unmarked >= PROGRESS)
		transport_progress(t);
}

static ssize_t
failed(struct transport *t, const char *why)
{
	t->failed = true;
	if (!*t->error)
		t->error = why;
	return -1;
}

static ssize_t
low_read(mailstream_low *low, void *data, size_t n)
{
	struct transport *t = low->data;
	ssize_t got = t->failed ? -1 : stream_read(t->stream, data, n);

	if (got == 0)
		return failed(t, "connection closed by the server");
	if (got < 0)
		return failed(t, stream_error(t->stream));
	if (!guard_feed(&t->in, data, (size_t)got))
		return failed(t, t->in.error);
	moved(t, (size_t)got);
	return got;
}

static ssize_t
low_write(mailstream_low *low, const void *data, size_t n)
{
	struct transport *t = low->data;
	ssize_t put;

	if (t->failed)
		return -1;
	if (t->out.fn)
		guard_feed(&t->out, data, n);
	put = stream_write(t->stream, data, n);
	if (put <= 0)
		return failed(t, stream_error(t->stream));
	moved(t, (size_t)put);
	return put;
}

static int
low_close(mailstream_low *low)
{
	(void)low;
	return 0;
}

static int
low_get_fd(mailstream_low *low)
{
	struct transport *t = low->data;

	return stream_fd(t->stream);
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

static mailstream_low_driver driver = {
	.mailstream_read = low_read,
	.mailstream_write = low_write,
	.mailstream_close = low_close,
	.mailstream_get_fd = low_get_fd,
	.mailstream_free = low_free,
	.mailstream_cancel = low_cancel,
};

mailstream *
transport_mailstream(struct transport *t)
{
	mailstream_low *low = mailstream_low_new(t, &driver);
	mailstream *stream = low ? mailstream_new(low, BUFFER) : NULL;

	if (low && !stream)
		free(low);
	return stream;
}

struct transport *
transport_open(const struct login *login, char *ret_error, size_t size)
{
	const struct url *url = login->url;
	struct stream_options options = {
		.host = url->host,
		.port = url->port,
		.tls = url_is_tls(url),
		.starttls_later = url->starttls,
		.ca_file = url->ca_file,
	};
	struct transport *t = calloc(1, sizeof(*t));
	bool wire = log_is_on(LEVEL_WIRE);

	if (!t || !(t->stream = stream_new(&options))) {
		free(t);
		snprintf(ret_error, size, "no memory");
		return NULL;
	}
	t->error = "";
	snprintf(t->request_id, sizeof(t->request_id), "%s",
	    login->request_id ? login->request_id : "");
	guard_init(&t->in, wire ? trace_in : NULL, t);
	guard_init(&t->out, wire ? trace_out : NULL, t);
	t->timeout = (int64_t)config->server.connect_timeout * 1000;
	t->hard = now_ms() + t->timeout;
	deadline_set(t, t->timeout);
	if (!stream_open(t->stream)) {
		snprintf(ret_error, size, "%s", stream_error(t->stream));
		transport_free(&t);
	}
	return t;
}

void
transport_free(struct transport **transport)
{
	if (!*transport)
		return;
	stream_close(&(*transport)->stream);
	free(*transport);
	*transport = NULL;
}

bool
transport_start_tls(struct transport *t)
{
	if (stream_start_tls(t->stream))
		return true;
	failed(t, stream_error(t->stream));
	return false;
}
