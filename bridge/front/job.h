/* SPDX-License-Identifier: ISC */
/*
 * One request on its way through the front, complete and in the form a worker gets it.  Its
 * strings live in one block, its body in memory or in a spool file.  Owned by the client that sent
 * it; by the pool from the moment that client leaves while a worker has it.  Process: front.
 */
#ifndef BRIDGE_FRONT_JOB_H
#define BRIDGE_FRONT_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bridge/base/body.h"
#include "bridge/base/crypto.h"
#include "bridge/base/http.h"
#include "bridge/ipc.h"

enum { JOB_ID = 9 };

enum job_place { JOB_WITH_CLIENT, JOB_QUEUED, JOB_WITH_WORKER };

struct job {
	struct ipc_request request; /* body members are set by job_send only */
	char id[JOB_ID];
	uint8_t credentials[SHA256_SIZE]; /* keyed digest of Authorization (proof.h) */
	struct body body;
	char *block; /* what the strings of request point into */
	size_t block_len;

	enum job_place place;
	bool orphan;            /* its client has gone; the worker's answer is for nobody */
	int64_t queued_ms;
	struct job *prev, *next; /* in the queue */
};

/* What is known about a request beside its head. */
struct job_facts {
	uint64_t serial;
	const char *id;   /* 8 hex digits */
	const char *peer; /* address of the phone */
	bool is_tls;
};

/* Copies what a worker needs out of the head.  NULL: no memory. */
struct job *job_new(const struct http_head *head, const struct job_facts *facts);
void job_free(struct job **job);

/* Takes over what was received. */
void job_set_body(struct job *job, struct body *body);

/* Gives spare memory back before a long wait. */
void job_compact(struct job *job);

/* As ipc_send_request. */
bool job_send(struct job *job, struct ipc_end *end);

/* Names this very request: who, target, length and first 64 KiB of the body. */
void job_digest(const struct job *job, uint8_t ret_digest[SHA256_SIZE]);

#endif
