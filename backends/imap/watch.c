/* SPDX-License-Identifier: ISC */
/*
 * Push for IMAP: the event-driven end of struct watch_ops.  Bytes in, dirty
 * folders out; what is said is in watch_dialogue.c.  Process: watch.
 */
#include "backends/imap/watch.h"

#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "backends/imap/watcher.h"
#include "bridge/base/crypto.h"
#include "bridge/base/date.h"
#include "bridge/base/log.h"
#include "bridge/config.h"

enum {
	OUT_MAX = 256 * 1024,
	READ_PIECE = 16 * 1024,
	ANSWER_MS = 60000,      /* a command that is not answered by then: lost */
	IDLE_MS = 25 * 60000,   /* RFC 2177: servers may drop after 30 minutes */
};

static struct imap_watcher *
own(struct watcher *watcher)
{
	return (struct imap_watcher *)watcher;
}

void
watch_lose(struct imap_watcher *watcher, enum fault fault, const char *why)
{
	char quoted[256];

	if (watcher->phase == PHASE_LOST)
		return;
	log_event(fault == DENIED ? LEVEL_INFO : LEVEL_WARN, NULL, "watch-lost",
	    "user=%s host=%s fault=%s reason=%s", watcher->account, watcher->host,
	    fault_name(fault), log_quote(why, quoted, sizeof(quoted)));
	watcher->phase = PHASE_LOST;
	watcher->fault = fault;
}

static void
imap_watch_close(struct watcher **base)
{
	struct imap_watcher *watcher = own(*base);

	*base = NULL;
	stream_close(&watcher->stream);
	imap_scanner_free(&watcher->scanner);
	if (watcher->out.data)
		crypto_wipe(watcher->out.data, watcher->out.len);
	buf_free(&watcher->out);
	wanted_drop_all(watcher);
	if (watcher->password)
		crypto_wipe(watcher->password, strlen(watcher->password));
	free(watcher->password);
	free(watcher->user);
	free(watcher->account);
	free(watcher->host);
	free(watcher->selected);
	free(watcher);
}

static socklen_t
address_len(const struct sockaddr *address)
{
	return !address ? 0 : address->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) :
	    sizeof(struct sockaddr_in);
}

static struct watcher *
imap_watch_open(const struct login *login, const struct sockaddr *address, dirty_fn *fn,
    void *ctx)
{
	struct imap_watcher *watcher = calloc(1, sizeof(*watcher));
	struct watcher *base = (struct watcher *)watcher;
	struct stream_options options = {
		.host = login->url->host,
		.port = login->url->port,
		.tls = url_is_tls(login->url),
		.starttls_later = login->url->starttls,
		.ca_file = login->url->ca_file,
		.address = address,
		.address_len = address_len(address),
	};

	if (!watcher)
		return NULL;
	watcher->base.ops = &imap_watch_ops;
	watcher->dirty = fn;
	watcher->ctx = ctx;
	watcher->needs_starttls = login->url->starttls;
	watcher->poll_ms = login->domain->poll_interval * 1000;
	watcher->account = strdup(login->account);
	watcher->user = strdup(login->user);
	watcher->password = strdup(login->password);
	watcher->host = strdup(login->url->host);
	watcher->stream = stream_new(&options);
	watcher->scanner = imap_scanner_new();
	watcher->progress_ms = now_ms();
	buf_init(&watcher->out, OUT_MAX);
	if (watcher->account && watcher->user && watcher->password && watcher->host &&
	    watcher->stream && watcher->scanner) {
		stream_deadline(watcher->stream, now_ms() +
		    (int64_t)config->server.connect_timeout * 1000);
		return base;
	}
	imap_watch_close(&base);
	return NULL;
}

/* Connect and handshake go on until the stream is ready. */
static bool
connected(struct imap_watcher *watcher)
{
	bool is_handshake = watcher->phase == PHASE_STARTTLS && !watcher->n_due;

	if (watcher->phase != PHASE_CONNECT && !is_handshake)
		return true;
	switch (stream_step(watcher->stream)) {
	case STREAM_READY:
		stream_deadline(watcher->stream, 0);
		dialogue_begin(watcher);
		return true;
	case STREAM_FAILED:
		watch_lose(watcher, TRY_LATER, stream_error(watcher->stream));
		return false;
	default:
		return false;
	}
}

static void
scan(struct imap_watcher *watcher, const uint8_t *data, size_t n)
{
	while (n && watcher->phase != PHASE_LOST) {
		size_t used = 0;
		enum scan_result result = imap_scan(watcher->scanner, data, n, &used);

		if (result == SCAN_BAD)
			watch_lose(watcher, TRY_LATER, watcher->scanner->error);
		else if (result == SCAN_DONE)
			dialogue_response(watcher, &watcher->scanner->response);
		data += used;
		n -= used;
		/* nothing that came before the handshake may count after it */
		if (watcher->phase == PHASE_STARTTLS && !watcher->n_due && n)
			watch_lose(watcher, TRY_LATER, "bytes injected before TLS");
	}
}

/* Commands may hold the password: nothing of them stays in memory. */
static void
sent(struct imap_watcher *watcher, size_t n)
{
	crypto_wipe(watcher->out.data, n);
	buf_consume(&watcher->out, n);
}

static void
flush(struct imap_watcher *watcher)
{
	while (watcher->out.len && watcher->phase != PHASE_LOST) {
		ssize_t n = stream_try_write(watcher->stream, watcher->out.data, watcher->out.len);

		if (n == STREAM_AGAIN)
			return;
		if (n <= 0)
			watch_lose(watcher, TRY_LATER, stream_error(watcher->stream));
		else
			sent(watcher, (size_t)n);
	}
	if (!watcher->out.len)
		buf_free(&watcher->out);
	if (watcher->out.failed)
		watch_lose(watcher, TRY_LATER, "server takes nothing");
}

static void
drain(struct imap_watcher *watcher)
{
	uint8_t piece[READ_PIECE];

	while (watcher->phase != PHASE_LOST && !(watcher->phase == PHASE_STARTTLS &&
	    !watcher->n_due)) {
		ssize_t n = stream_try_read(watcher->stream, piece, sizeof(piece));

		if (n == STREAM_AGAIN)
			return;
		if (n <= 0) {
			watch_lose(watcher, TRY_LATER, n ? stream_error(watcher->stream) :
			    "closed by the server");
			return;
		}
		watcher->progress_ms = now_ms();
		scan(watcher, piece, (size_t)n);
	}
}

static bool
imap_watch_ready(struct watcher *base)
{
	struct imap_watcher *watcher = own(base);

	if (connected(watcher)) {
		drain(watcher);
		dialogue_pump(watcher);
		flush(watcher);
		/* the handshake after STARTTLS begins with our words */
		connected(watcher);
		flush(watcher);
	}
	return watcher->phase != PHASE_LOST;
}

static bool
imap_watch_want(struct watcher *base, const char *folder, const struct stamp *stamp)
{
	struct imap_watcher *watcher = own(base);
	struct wanted *wanted = wanted_find(watcher, folder);

	(void)stamp; /* whoever listens compares: several devices may have seen different states */
	if (!wanted)
		wanted = wanted_add(watcher, folder);
	if (!wanted)
		return false;
	wanted->is_unread = true;
	dialogue_pump(watcher);
	if (watcher->phase == PHASE_WATCHING)
		flush(watcher);
	return true;
}

static void
imap_watch_unwant(struct watcher *base, const char *folder)
{
	wanted_drop(own(base), folder);
}

static int
imap_watch_fd(struct watcher *base)
{
	return stream_fd(own(base)->stream);
}

static short
imap_watch_events(struct watcher *base)
{
	struct imap_watcher *watcher = own(base);
	enum stream_state wants = stream_wants(watcher->stream);

	if (watcher->phase == PHASE_CONNECT || wants == STREAM_NEEDS_WRITE)
		return wants == STREAM_NEEDS_WRITE ? POLLOUT : POLLIN;
	return (short)(watcher->out.len ? POLLIN | POLLOUT : POLLIN);
}

static bool
is_overdue(const struct imap_watcher *watcher, int64_t now)
{
	if (watcher->phase == PHASE_WATCHING && (!watcher->n_due ||
	    (watcher->is_idling && !watcher->is_ending_idle)))
		return false;
	return now > watcher->progress_ms + ANSWER_MS;
}

static bool
imap_watch_tick(struct watcher *base, int64_t now, int64_t *ret_next)
{
	struct imap_watcher *watcher = own(base);

	if (watcher->phase == PHASE_CONNECT)
		imap_watch_ready(base);
	if (is_overdue(watcher, now))
		watch_lose(watcher, TRY_LATER, "no answer");
	if (watcher->phase == PHASE_WATCHING && (now >= watcher->poll_at_ms ||
	    (watcher->is_idling && now >= watcher->idle_since_ms + IDLE_MS))) {
		watcher->poll_at_ms = now + (watcher->mode == MODE_NOTIFY ? WATCH_COVERED_MS :
		    watcher->poll_ms);
		watcher->progress_ms = now;
		wanted_unread_all(watcher);
		dialogue_pump(watcher);
		flush(watcher);
	}
	*ret_next = now + ANSWER_MS;
	if (watcher->phase == PHASE_WATCHING && watcher->poll_at_ms < *ret_next)
		*ret_next = watcher->poll_at_ms;
	if (watcher->phase == PHASE_CONNECT && stream_wake_at(watcher->stream))
		*ret_next = stream_wake_at(watcher->stream);
	return watcher->phase != PHASE_LOST;
}

static const char *
imap_watch_mode(struct watcher *base)
{
	static const char *const names[] = { "none", "notify", "idle", "poll" };

	return names[own(base)->mode];
}

static enum fault
imap_watch_fault(struct watcher *base)
{
	return own(base)->fault;
}

const struct watch_ops imap_watch_ops = {
	.open = imap_watch_open,
	.close = imap_watch_close,
	.want = imap_watch_want,
	.unwant = imap_watch_unwant,
	.fd = imap_watch_fd,
	.events = imap_watch_events,
	.ready = imap_watch_ready,
	.tick = imap_watch_tick,
	.mode = imap_watch_mode,
	.fault = imap_watch_fault,
};
