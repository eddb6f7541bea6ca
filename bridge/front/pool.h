/* SPDX-License-Identifier: ISC */
/*
 * The workers as the front sees them: who is idle, who has which job, and the jobs that wait for
 * one.  The pool owns the ends to the workers; jobs are only lent to it.  Process: front.
 */
#ifndef BRIDGE_FRONT_POOL_H
#define BRIDGE_FRONT_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "bridge/front/job.h"
#include "bridge/ipc.h"

struct event_base;
struct pool;

/*
 * Outcomes.  With answered, parked and lost the job is no longer the pool's; if job->orphan is
 * set it is now the callee's to free.  The message is borrowed.
 */
struct pool_ops {
	void (*answered)(void *ctx, struct job *job, struct ipc_message *message);
	void (*parked)(void *ctx, struct job *job, const struct ipc_park *park);
	void (*holds)(void *ctx, struct job *job, const struct ipc_hold *hold);
	void (*lost)(void *ctx, struct job *job);
};

struct pool_setup {
	struct event_base *base;
	struct ipc_message *space; /* borrowed; for messages of workers */
	const struct pool_ops *ops;
	void *ctx;
	uint32_t queue;            /* most jobs that wait, those run again not counted */
};

/* NULL: no memory. */
struct pool *pool_new(const struct pool_setup *setup);
void pool_free(struct pool **pool);

/* Whose end it is. */
struct pool_worker {
	uint32_t slot;
	uint32_t pid;
};

/* Takes over the end.  An older worker of the slot gets no more work and is let go when done. */
void pool_add(struct pool *pool, struct pool_worker who, struct ipc_end *end);

/* That process ended; what it still sent is handled first. */
void pool_lost(struct pool *pool, struct pool_worker who);

enum pool_result {
	POOL_TAKEN,   /* with a worker or in the queue */
	POOL_FULL,
	POOL_REFUSED, /* three workers died over this very request within an hour */
};

/* On POOL_TAKEN an outcome follows, maybe only after this call. */
enum pool_result pool_submit(struct pool *pool, struct job *job);

/* The job's client is gone: taken off the queue and freed, or left to the worker as an orphan. */
void pool_forget(struct pool *pool, struct job *job);

/* Jobs in hand, waiting or with workers. */
uint32_t pool_busy(const struct pool *pool);
uint32_t pool_queued(const struct pool *pool);
uint32_t pool_workers(const struct pool *pool);

#endif
