/* SPDX-License-Identifier: ISC */
/*
 * Writes one HTTP answer to a client: a head, then a body out of memory or out of a file, in
 * pieces as the client takes them, so that memory does not grow with the body.  An answer can also
 * be a stream, begun before its content is known (hold.h).  The client owns it.  Process: front.
 */
#ifndef BRIDGE_FRONT_ANSWER_H
#define BRIDGE_FRONT_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bridge/base/buf.h"
#include "bridge/front/conn.h"

/* What to say.  Everything is borrowed, but the file is taken over by the answer. */
struct reply {
	int status;
	const char *content_type; /* "" none */
	const char *headers;      /* further lines "Name: value\r\n", "" none */
	const void *data;         /* body in memory */
	size_t len;
	int fd;                   /* body in a file, from offset 0; -1: none */
	uint64_t fd_len;
	bool close;               /* the connection ends with it */
};

/* How this client wants to be spoken to. */
struct answer_style {
	unsigned minor;  /* of HTTP/1.x */
	bool keep_alive;
	bool no_body;    /* HEAD */
};

struct answer {
	struct buf out;   /* head and what of the body is in memory */
	int fd;           /* -1: none */
	uint64_t at, end; /* of the file */
	const char *tail; /* behind the file; static */
	int64_t since;    /* now_ms() when writing began */
	uint64_t sent;
	bool is_stream;   /* begun without a known length */
	bool chunked;
	bool close;       /* close the connection behind it */
};

void answer_init(struct answer *answer);
void answer_close(struct answer *answer);

void answer_put(struct answer *answer, const struct reply *reply, const struct answer_style *style);

/* A 200 whose body follows piece by piece: chunked, or until close for HTTP/1.0. */
void answer_put_stream(struct answer *answer, const char *content_type,
    const struct answer_style *style);
void answer_put_piece(struct answer *answer, const void *data, size_t n);

/* The rest of a stream: the reply's body without its first `skip` bytes.  False: the reply cannot
 * be told any more (it is no 200, shorter, or compressed); the connection has to be cut. */
bool answer_end_stream(struct answer *answer, const struct reply *reply, size_t skip);

enum answer_result { ANSWER_DONE, ANSWER_AGAIN, ANSWER_FAILED };

/* Writes what the client takes now.  ANSWER_AGAIN: conn->wants says for what to wait. */
enum answer_result answer_write(struct answer *answer, struct conn *conn);

#endif
