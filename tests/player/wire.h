/* SPDX-License-Identifier: ISC */
/*
 * One HTTP/1.1 client connection of the test phone: a stream (TLS verified against the test CA, or
 * plain), keep-alive, answers by Content-Length, chunks or close, gzip undone.  Reading is bounded
 * in time, and a time-out leaves everything in place for the next try.
 */
#ifndef TESTS_PLAYER_WIRE_H
#define TESTS_PLAYER_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bridge/base/buf.h"

struct arena;
struct stream;

enum { HEADERS_MAX = 64 };

struct answer {
	int status;		/* 200; 0: none yet */
	struct {
		const char *name, *value;
	} headers[HEADERS_MAX];
	unsigned n_headers;
	const char *body;	/* gzip undone; NUL behind it; never NULL */
	size_t len;
	size_t wire_len;	/* bytes of the body as they came */
	size_t head_len;
	bool has_length, chunked, gzipped, closes;
	int64_t first_ms;	/* now_ms() at the first byte and at the last */
	int64_t last_ms;
	int64_t widest_gap_ms;	/* longest silence after the first byte */
};

enum wire_result {
	WIRE_DONE,
	WIRE_TIMEOUT,
	WIRE_CLOSED,		/* by the server, before a whole answer */
	WIRE_BAD,		/* not HTTP, or broken gzip or chunks */
};

struct wire {
	struct stream *stream;
	struct buf in;
	bool busy;		/* a request is out, its answer not read */
	bool eof;
	int64_t first_ms, last_ms, widest_gap_ms;
	const char *problem;	/* static text for CLOSED and BAD */
};

struct wire_target {
	const char *host;
	uint16_t port;
	bool tls;
	const char *ca_file;
};

/* "https://host:port/..." */
bool wire_target_parse(struct arena *arena, const char *url, struct wire_target *ret_target);

/* NULL: cannot connect; *ret_problem then says why. */
struct wire *wire_open(struct arena *arena, const struct wire_target *target,
	const char **ret_problem);
void wire_close(struct wire *wire);	/* the struct itself is the arena's */

bool wire_send(struct wire *wire, const void *data, size_t len);

/* true: something can be read (or the end) within so many milliseconds. */
bool wire_wait(struct wire *wire, int64_t ms);

/* deadline: as now_ms().  Fills the answer from the arena. */
enum wire_result wire_answer(struct wire *wire, struct arena *arena, int64_t deadline,
	struct answer *ret_answer);

/* Value of a header, letter case ignored; NULL: absent. */
const char *answer_header(const struct answer *answer, const char *name);

#endif
