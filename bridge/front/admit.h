/* SPDX-License-Identifier: ISC */
/*
 * The first look at a request: is it for us, may it come in this way, and is it small enough?  A
 * pure function of the head and of how it arrived.  Process: front.
 */
#ifndef BRIDGE_FRONT_ADMIT_H
#define BRIDGE_FRONT_ADMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "bridge/base/http.h"

/* How the request arrived, and what is allowed. */
struct admit_rules {
	bool encrypted;   /* TLS, here or before a trusted proxy */
	bool near;        /* the socket's peer is a trusted proxy or this machine */
	bool allow_plain; /* passwords may come unencrypted from anywhere */
	uint64_t max_body;
};

/* status 0: a worker shall see it.  Otherwise the whole answer; all strings are static. */
struct admit {
	int status;
	const char *content_type; /* "" none */
	const char *headers;      /* further lines, "" none */
	const char *body;         /* "" none */
	const char *reason;       /* for the log */
};

struct admit admit_request(const struct http_head *head, const struct admit_rules *rules);

/* The Content-Type of answers without a body to phones: never text/html (eas/clients R41). */
extern const char admit_wbxml[];

#endif
