/* SPDX-License-Identifier: ISC */
/*
 * The HTTP side of the test phone.  Bytes gather in wire->in until head and body are whole; then
 * they become an answer and leave.  So a time-out needs no state beyond that buffer.
 */
#include "tests/player/wire.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

#include "bridge/base/arena.h"
#include "bridge/base/date.h"
#include "bridge/base/stream.h"

enum { ANSWER_MAX = 256 << 20, OPEN_MS = 15000, SEND_MS = 60000 };

bool wire_target_parse(struct arena *arena, const char *url, struct wire_target *ret)
{
	const char *host = strstr(url, "://");
	const char *end, *colon;

	if (host == NULL)
		return false;
	ret->tls = strncmp(url, "https:", 6) == 0;
	host += 3;
	end = host + strcspn(host, "/");
	colon = memchr(host, ':', (size_t)(end - host));
	ret->host = arena_strndup(arena, host, (size_t)((colon ? colon : end) - host));
	ret->port = (uint16_t)(colon ? strtol(colon + 1, NULL, 10) : ret->tls ? 443 : 80);
	return true;
}

struct wire *wire_open(struct arena *arena, const struct wire_target *target,
	const char **ret_problem)
{
	struct wire *wire = arena_alloc(arena, sizeof(*wire));
	struct stream_options options = {
		.host = target->host,
		.port = target->port,
		.tls = target->tls,
		.ca_file = target->ca_file,
	};

	wire->stream = stream_new(&options);
	if (wire->stream == NULL)
		return NULL;
	stream_deadline(wire->stream, now_ms() + OPEN_MS);
	if (!stream_open(wire->stream)) {
		*ret_problem = arena_strdup(arena, stream_error(wire->stream));
		stream_close(&wire->stream);
		return NULL;
	}
	stream_deadline(wire->stream, 0);
	buf_init(&wire->in, ANSWER_MAX);
	return wire;
}

void wire_close(struct wire *wire)
{
	if (wire == NULL || wire->stream == NULL)
		return;
	stream_close(&wire->stream);
	buf_free(&wire->in);
	wire->busy = false;
}

bool wire_send(struct wire *wire, const void *data, size_t len)
{
	bool good;

	stream_deadline(wire->stream, now_ms() + SEND_MS);
	good = stream_write(wire->stream, data, len) == (ssize_t)len;
	stream_deadline(wire->stream, 0);
	wire->first_ms = wire->last_ms = wire->widest_gap_ms = 0;
	wire->busy = true;
	return good;
}

static void note_time(struct wire *wire)
{
	int64_t now = now_ms();

	if (wire->first_ms == 0)
		wire->first_ms = now;
	else if (now - wire->last_ms > wire->widest_gap_ms)
		wire->widest_gap_ms = now - wire->last_ms;
	wire->last_ms = now;
}

/* Reads once, waiting until the deadline at most. */
static enum wire_result fill(struct wire *wire, int64_t deadline)
{
	struct pollfd poller = {.fd = stream_fd(wire->stream), .events = POLLIN};
	uint8_t *at = buf_space(&wire->in, 65536);
	int64_t left = deadline - now_ms();
	ssize_t n;

	if (at == NULL)
		return WIRE_BAD;
	if (!stream_pending(wire->stream) && poll(&poller, 1, left < 0 ? 0 : (int)left) <= 0)
		return WIRE_TIMEOUT;
	n = stream_try_read(wire->stream, at, 65536);
	if (n == STREAM_AGAIN)
		return WIRE_DONE;
	if (n <= 0) {
		wire->eof = true;
		return WIRE_CLOSED;
	}
	buf_grown(&wire->in, (size_t)n);
	note_time(wire);
	return WIRE_DONE;
}

/* TLS may have records of its own (session tickets): only bytes of an answer, or the end, count. */
bool wire_wait(struct wire *wire, int64_t ms)
{
	int64_t end = now_ms() + ms;

	while (!wire->eof && wire->in.len == 0)
		if (fill(wire, end) == WIRE_TIMEOUT || wire->in.failed)
			return wire->in.failed;
	return true;
}

const char *answer_header(const struct answer *answer, const char *name)
{
	for (unsigned i = 0; i < answer->n_headers; i++)
		if (strcasecmp(answer->headers[i].name, name) == 0)
			return answer->headers[i].value;
	return NULL;
}

static bool parse_line(struct arena *arena, const char *line, size_t len, struct answer *ret)
{
	const char *colon = memchr(line, ':', len);
	const char *value;

	if (colon == NULL || ret->n_headers == HEADERS_MAX)
		return false;
	value = colon + 1;
	while (value < line + len && (*value == ' ' || *value == '\t'))
		value++;
	ret->headers[ret->n_headers].name = arena_strndup(arena, line, (size_t)(colon - line));
	ret->headers[ret->n_headers].value =
		arena_strndup(arena, value, (size_t)(line + len - value));
	ret->n_headers++;
	return true;
}

static bool parse_head(struct arena *arena, const char *data, size_t len, struct answer *ret)
{
	const char *at = memmem(data, len, "\r\n", 2);
	const char *end = data + len;

	if (at == NULL || strncmp(data, "HTTP/1.", 7) != 0)
		return false;
	ret->status = (int)strtol(data + 9, NULL, 10);
	for (at += 2; at < end;) {
		const char *eol = memmem(at, (size_t)(end - at), "\r\n", 2);

		if (eol == NULL || !parse_line(arena, at, (size_t)(eol - at), ret))
			return false;
		at = eol + 2;
	}
	return ret->status >= 100 && ret->status < 600;
}

/*
 * Whole chunked body at data: its decoded bytes go to out.  Bytes used; 0: more needed; -1: bad.
 * Nothing is sent behind an answer, so only what ends like the last chunk is looked at.
 */
static ssize_t unchunk(const char *data, size_t len, struct buf *out)
{
	size_t at = 0;

	if (len < 5 || memcmp(data + len - 5, "0\r\n\r\n", 5) != 0)
		return 0;
	buf_reset(out);
	for (;;) {
		const char *eol = memmem(data + at, len - at, "\r\n", 2);
		char *end;
		unsigned long size;

		if (eol == NULL)
			return 0;
		size = strtoul(data + at, &end, 16);
		if (end == data + at || size > ANSWER_MAX)
			return -1;
		at = (size_t)(eol + 2 - data);
		if (len - at < size + 2)
			return 0;
		if (memcmp(data + at + size, "\r\n", 2) != 0)
			return -1;
		buf_put(out, data + at, size);
		at += size + 2;
		if (size == 0)
			return (ssize_t)at;
	}
}

static bool gunzip(struct arena *arena, struct answer *answer)
{
	z_stream z = {0};
	struct buf out;
	int rc = Z_OK;

	if (inflateInit2(&z, 16 + MAX_WBITS) != Z_OK)
		return false;
	buf_init_arena(&out, arena, ANSWER_MAX);
	z.next_in = (unsigned char *)(uintptr_t)answer->body;
	z.avail_in = (unsigned)answer->len;
	while (rc == Z_OK && !out.failed) {
		uint8_t *at = buf_space(&out, 65536);

		if (at == NULL)
			break;
		z.next_out = at;
		z.avail_out = 65536;
		rc = inflate(&z, Z_NO_FLUSH);
		buf_grown(&out, 65536 - z.avail_out);
	}
	inflateEnd(&z);
	answer->body = buf_str(&out);
	answer->len = out.len;
	return rc == Z_STREAM_END;
}

/* The body at data, head parsed.  Bytes used, 0: more needed, -1: bad; keeps it in the answer. */
static ssize_t take_body(struct wire *wire, struct arena *arena, struct answer *ret)
{
	const char *data = (const char *)wire->in.data + ret->head_len;
	size_t have = wire->in.len - ret->head_len;
	const char *length = answer_header(ret, "Content-Length");
	const char *coding = answer_header(ret, "Transfer-Encoding");
	struct buf out;
	size_t want = length == NULL ? 0 : strtoul(length, NULL, 10);
	ssize_t used;

	ret->has_length = length != NULL;
	ret->chunked = coding != NULL && strcasecmp(coding, "chunked") == 0;
	buf_init_arena(&out, arena, ANSWER_MAX);
	if (ret->chunked) {
		used = unchunk(data, have, &out);
		if (used <= 0)
			return used;
		ret->body = buf_str(&out);
		ret->len = out.len;
	} else {
		if (ret->has_length ? have < want : !wire->eof && ret->status != 204)
			return 0;
		used = (ssize_t)(ret->has_length ? want : have);
		ret->body = arena_strndup(arena, "", 0);
		ret->len = (size_t)used;
		if (used > 0) {
			char *copy = arena_alloc(arena, (size_t)used + 1);

			memcpy(copy, data, (size_t)used);
			ret->body = copy;
		}
	}
	ret->wire_len = ret->len;
	return used + (ssize_t)ret->head_len;
}

static bool finish(struct wire *wire, struct arena *arena, size_t used, struct answer *ret)
{
	const char *coding = answer_header(ret, "Content-Encoding");
	const char *connection = answer_header(ret, "Connection");

	buf_consume(&wire->in, used);
	wire->busy = false;
	ret->first_ms = wire->first_ms;
	ret->last_ms = wire->last_ms;
	ret->widest_gap_ms = wire->widest_gap_ms;
	ret->closes = wire->eof || (connection != NULL && strcasecmp(connection, "close") == 0);
	ret->gzipped = coding != NULL && strcasecmp(coding, "gzip") == 0 && ret->len > 0;
	return !ret->gzipped || gunzip(arena, ret);
}

/* 1: an answer is whole; 0: more needed; -1: bad. */
static int try_parse(struct wire *wire, struct arena *arena, struct answer *ret)
{
	const char *data = (const char *)wire->in.data;
	const char *blank;
	ssize_t used;

	for (;;) {
		blank = wire->in.len == 0 ? NULL : memmem(data, wire->in.len, "\r\n\r\n", 4);
		if (blank == NULL)
			return 0;
		*ret = (struct answer){.head_len = (size_t)(blank + 4 - data)};
		if (!parse_head(arena, data, ret->head_len - 2, ret))
			return -1;
		if (ret->status != 100)
			break;
		buf_consume(&wire->in, ret->head_len); /* 100 Continue */
		data = (const char *)wire->in.data;
	}
	used = take_body(wire, arena, ret);
	if (used <= 0)
		return (int)used;
	return finish(wire, arena, (size_t)used, ret) ? 1 : -1;
}

enum wire_result wire_answer(struct wire *wire, struct arena *arena, int64_t deadline,
	struct answer *ret)
{
	for (;;) {
		int parsed = try_parse(wire, arena, ret);
		enum wire_result result;

		if (parsed > 0)
			return WIRE_DONE;
		if (parsed < 0 || (wire->eof && wire->in.len > 0)) {
			wire->problem = "answer is broken HTTP, or broken gzip";
			return WIRE_BAD;
		}
		if (wire->eof) {
			wire->problem = "connection closed without an answer";
			return WIRE_CLOSED;
		}
		result = fill(wire, deadline);
		if (result == WIRE_TIMEOUT || result == WIRE_BAD)
			return result;
	}
}
