/* SPDX-License-Identifier: ISC */
/*
 * Receives the body of one request, of a stated length or chunked, into memory or a spool file,
 * or into nothing where the answer is already known.  The client owns it.  Process: front.
 */
#ifndef BRIDGE_FRONT_INTAKE_H
#define BRIDGE_FRONT_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bridge/base/body.h"
#include "bridge/base/http.h"

struct intake {
	struct body body;
	struct http_chunked chunked;
	bool is_chunked;
	bool drop;         /* read it, keep nothing */
	uint64_t left;     /* of a stated length */
	uint64_t received; /* bytes of payload */
	int64_t since;     /* now_ms() when it began */
};

enum intake_result {
	INTAKE_MORE,
	INTAKE_DONE,
	INTAKE_BAD,     /* broken chunks */
	INTAKE_TOO_BIG, /* more than the limit */
	INTAKE_NO_ROOM, /* the spool directory or memory is full */
};

/* limit: most bytes of payload. */
void intake_begin(struct intake *intake, const struct http_head *head, uint64_t limit, bool drop);
void intake_close(struct intake *intake);

/* Nothing is to come (no body, or all of it is here). */
bool intake_is_done(const struct intake *intake);

/* How many bytes may be read for it at once: where its end is known, none beyond it. */
size_t intake_wants(const struct intake *intake, size_t most);

/* ret_used: bytes of data that belonged to the body. */
enum intake_result intake_feed(struct intake *intake, const uint8_t *data, size_t n,
    size_t *ret_used);

#endif
