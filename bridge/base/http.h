/* SPDX-License-Identifier: ISC */
/*
 * HTTP/1.x as a server needs it (RFC 9112): request heads, chunked bodies, reason phrases.  Pure
 * functions over bytes; no input costs more than linear time or bounded memory.  Used by front.
 * Strict where leniency would let two parsers see two requests: no obs-fold, no space before the
 * colon, no bare CR, one kind of line end a head, Content-Length xor chunked.
 */
#ifndef BRIDGE_BASE_HTTP_H
#define BRIDGE_BASE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bridge/base/limits.h"

enum http_result {
	HTTP_MORE,	/* not complete: come back with more bytes */
	HTTP_DONE,
	HTTP_BAD,	/* refuse and close; see the status */
};

struct http_line {
	const char *name;
	const char *value;	/* without white space around it */
};

struct http_head {
	size_t size;		/* HTTP_DONE: bytes of the head, blank line included */
	int status;		/* HTTP_BAD: what to answer (400 413 414 417 431 501 505) */
	const char *reason;	/* HTTP_BAD: for the log */

	const char *method;	/* case kept */
	const char *target;	/* origin form or "*"; an absolute one is cut */
	const char *query;	/* within target, behind the first '?'; NULL = none */
	size_t path_len;	/* bytes of target before the '?' */
	unsigned minor;		/* 0 or 1 */
	bool keep_alive;
	bool chunked;
	bool expect_continue;
	int64_t content_length;	/* -1: none given */

	struct http_line lines[LIMIT_HTTP_FIELDS];
	unsigned n_lines;
	size_t scanned;		/* how far the search for the end has come */
	bool has_line;		/* the request line is complete */
};

void http_head_init(struct http_head *head);

/*
 * data: all bytes received so far, from the first on; call again with more after HTTP_MORE.  On
 * HTTP_DONE (and HTTP_BAD) delimiters in data have become NULs and the strings of head are borrowed
 * from it: the bytes must stay where they are as long as head is used.  Empty lines before the
 * request line are skipped (RFC 9112, 2.2).
 */
enum http_result http_head_parse(struct http_head *head, char *data, size_t len);

/* Value of the first field of this name, letter case ignored; NULL: absent. */
const char *http_field(const struct http_head *head, const char *name);

/* true: the field's comma-separated list holds the token, other than with ";q=0". */
bool http_field_lists(const struct http_head *head, const char *name, const char *token);

/* Decoder of a chunked body (RFC 9112, 7.1).  Extensions and trailers are read and dropped. */
struct http_chunked {
	uint64_t left;		/* bytes left of this chunk */
	uint64_t total;		/* payload so far */
	uint64_t limit;
	unsigned line;		/* bytes of the size line or of the trailers so far */
	int state;
	bool too_big;		/* HTTP_BAD because of the limit: answer 413, not 400 */
};

void http_chunked_init(struct http_chunked *chunked, uint64_t limit);

/*
 * Eats from data.  ret_used: bytes eaten; ret_data/ret_len: a run of payload within data, maybe
 * empty.  HTTP_MORE with *ret_used < n: call again with the rest.  HTTP_DONE: the body is complete
 * and the bytes behind *ret_used belong to the next request.
 */
enum http_result http_chunked_feed(struct http_chunked *chunked, const uint8_t *data, size_t n,
	size_t *ret_used, const uint8_t **ret_data, size_t *ret_len);

/* "Not Found"; 449 is "Retry after sending a PROVISION command"; never NULL. */
const char *http_reason(int status);

#endif
