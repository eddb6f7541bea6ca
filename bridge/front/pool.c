/* SPDX-License-Identifier: ISC */
/*
 * The pool hands requests to worker processes, one at a time each.
 *
 * Choice.  A worker keeps upstream connections open for the accounts it served last, so a job goes
 * to an idle worker that has served the same credentials lately; the pool remembers the last
 * AFFINITY of each.  Without such a one the worker that has been idle longest takes it, which
 * spreads accounts evenly.  A worker that becomes free looks for a job of one of its accounts
 * among the first in the queue, unless the first has waited for a while: order beats warmth.
 *
 * Queue.  Jobs of new requests are refused when `queue` of them wait.  Jobs run again (a held
 * request whose folder moved) are not counted: their number is bounded by the held requests, and
 * refusing them would wake phones for nothing.
 *
 * Death.  A worker may fall at any moment (a hostile mail, the watchdog).  Its end closes, and the
 * parent says LOST; whichever is seen first counts.  A LOST message first drains the end, because
 * the worker may have answered before it fell.  The job it had is given back as lost and its
 * digest remembered, so that a request that kills workers is refused after the third.  A job stays
 * with its worker when its client has left ("orphan"): a phone that gives up after a minute must
 * not hide that its request hangs every worker for two.
 *
 * Replacement.  When a second worker comes for a slot, the first one retires: it finishes its job,
 * then its end is closed, which tells it to exit.
 */
#include "bridge/front/pool.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/base/date.h"
#include "bridge/base/log.h"
#include "bridge/front/deaths.h"
#include "bridge/front/peer.h"

enum {
	WORKERS_MAX = 1024, /* twice the most that can be configured: old ones retire */
	AFFINITY = 16,      /* as config's default of worker_stores */
	QUEUE_LOOK = 32,    /* jobs looked at for warmth */
	QUEUE_PATIENCE = 250, /* ms after which the first in the queue is next, warm or not */
};

struct worker {
	struct peer peer;
	struct pool *pool;
	struct pool_worker who;
	struct job *job; /* NULL: idle */
	bool retiring;
	int64_t idle_since;
	uint64_t served[AFFINITY]; /* latest first; 0: none */
};

struct pool {
	struct pool_setup setup;
	struct worker workers[WORKERS_MAX];
	uint32_t n_workers; /* entries of workers[] in use or used before */
	struct job *first, *last;
	uint32_t n_queued, n_fresh, n_working;
	struct deaths deaths;
};

struct pool *
pool_new(const struct pool_setup *setup)
{
	struct pool *pool = calloc(1, sizeof(*pool));

	if (pool != NULL)
		pool->setup = *setup;
	return pool;
}

void
pool_free(struct pool **pool)
{
	if (*pool == NULL)
		return;
	for (uint32_t i = 0; i < (*pool)->n_workers; i++) {
		struct worker *worker = &(*pool)->workers[i];

		peer_close(&worker->peer);
		if (worker->job != NULL && worker->job->orphan)
			job_free(&worker->job);
	}
	free(*pool);
	*pool = NULL;
}

/* The queue. */

static void
queue_put(struct pool *pool, struct job *job)
{
	job->place = JOB_QUEUED;
	job->queued_ms = now_ms();
	job->prev = pool->last;
	job->next = NULL;
	if (pool->last != NULL)
		pool->last->next = job;
	else
		pool->first = job;
	pool->last = job;
	pool->n_queued++;
	pool->n_fresh += !job->request.rerun;
}

static void
queue_take(struct pool *pool, struct job *job)
{
	if (job->prev != NULL)
		job->prev->next = job->next;
	else
		pool->first = job->next;
	if (job->next != NULL)
		job->next->prev = job->prev;
	else
		pool->last = job->prev;
	job->prev = job->next = NULL;
	job->place = JOB_WITH_CLIENT;
	pool->n_queued--;
	pool->n_fresh -= !job->request.rerun;
}

/* Affinity. */

/* Never 0, which stands for none. */
static uint64_t
job_key(const struct job *job)
{
	uint64_t key;

	memcpy(&key, job->credentials, sizeof(key));
	return key | 1;
}

static unsigned
served_place(const struct worker *worker, uint64_t key)
{
	unsigned i = 0;

	while (i < AFFINITY && worker->served[i] != key)
		i++;
	return i;
}

static void
served_note(struct worker *worker, uint64_t key)
{
	unsigned place = served_place(worker, key);

	if (place == AFFINITY)
		place--;
	memmove(worker->served + 1, worker->served, place * sizeof(worker->served[0]));
	worker->served[0] = key;
}

static bool
is_idle(const struct worker *worker)
{
	return worker->peer.end != NULL && worker->job == NULL && !worker->retiring;
}

/* NULL: all are busy. */
static struct worker *
worker_choose(struct pool *pool, const struct job *job)
{
	uint64_t key = job_key(job);
	struct worker *best = NULL;

	for (uint32_t i = 0; i < pool->n_workers; i++) {
		struct worker *worker = &pool->workers[i];

		if (!is_idle(worker))
			continue;
		if (served_place(worker, key) < AFFINITY)
			return worker;
		if (best == NULL || worker->idle_since < best->idle_since)
			best = worker;
	}
	return best;
}

/* NULL: nothing waits. */
static struct job *
job_choose(struct pool *pool, const struct worker *worker)
{
	struct job *job = pool->first;

	if (job == NULL || now_ms() - job->queued_ms > QUEUE_PATIENCE)
		return job;
	for (unsigned i = 0; job != NULL && i < QUEUE_LOOK; i++, job = job->next) {
		if (served_place(worker, job_key(job)) < AFFINITY)
			return job;
	}
	return pool->first;
}

/* Work. */

static void worker_gone(struct worker *worker);

/* False: that worker is gone; the job is as it was. */
static bool
worker_give(struct worker *worker, struct job *job)
{
	if (!job_send(job, worker->peer.end)) {
		peer_close(&worker->peer);
		return false;
	}
	peer_sent(&worker->peer);
	worker->job = job;
	worker->pool->n_working++;
	job->place = JOB_WITH_WORKER;
	served_note(worker, job_key(job));
	return true;
}

/* Gives an idle worker what it should do next. */
static void
worker_feed(struct worker *worker)
{
	struct pool *pool = worker->pool;
	struct job *job;

	while (worker != NULL && is_idle(worker) && (job = job_choose(pool, worker)) != NULL) {
		queue_take(pool, job);
		if (worker_give(worker, job))
			return;
		queue_put(pool, job);
		worker = worker_choose(pool, job); /* that one fell; somebody else? */
	}
}

/* The worker is done with its job. */
static struct job *
worker_release(struct worker *worker)
{
	struct job *job = worker->job;

	worker->job = NULL;
	worker->idle_since = now_ms();
	worker->pool->n_working--;
	job->place = JOB_WITH_CLIENT;
	if (worker->retiring)
		peer_close(&worker->peer);
	else
		worker_feed(worker);
	return job;
}

static bool
is_for_job(const struct worker *worker, const struct ipc_message *message)
{
	const struct job *job = worker->job;

	if (job == NULL)
		return false;
	switch (message->type) {
	case IPC_ANSWER:
		return message->answer.serial == job->request.serial;
	case IPC_PARK:
		return message->park.serial == job->request.serial;
	case IPC_HOLD:
		return message->hold.serial == job->request.serial;
	default:
		return false;
	}
}

static void
worker_message(void *ctx, struct ipc_message *message)
{
	struct worker *worker = ctx;
	struct pool *pool = worker->pool;
	const struct pool_setup *setup = &pool->setup;

	if (message == NULL) {
		worker_gone(worker);
		return;
	}
	if (!is_for_job(worker, message)) {
		log_event(LEVEL_ERROR, NULL, "worker-breach", "slot=%" PRIu32 " pid=%" PRIu32
		    " type=%s", worker->who.slot, worker->who.pid, ipc_type_name(message->type));
		peer_close(&worker->peer);
		worker_gone(worker);
		return;
	}
	if (message->type == IPC_HOLD)
		setup->ops->holds(setup->ctx, worker->job, &message->hold);
	else if (message->type == IPC_PARK)
		setup->ops->parked(setup->ctx, worker_release(worker), &message->park);
	else
		setup->ops->answered(setup->ctx, worker_release(worker), message);
}

/* Its end is closed already. */
static void
worker_gone(struct worker *worker)
{
	struct pool *pool = worker->pool;
	struct job *job = worker->job;
	uint8_t digest[SHA256_SIZE];

	if (job == NULL)
		return;
	worker->job = NULL;
	pool->n_working--;
	job->place = JOB_WITH_CLIENT;
	job_digest(job, digest);
	log_event(LEVEL_WARN, job->id, "worker-died", "slot=%" PRIu32 " pid=%" PRIu32
	    " deaths=%" PRIu32, worker->who.slot, worker->who.pid,
	    deaths_add(&pool->deaths, digest, now_ms()));
	pool->setup.ops->lost(pool->setup.ctx, job);
}

/* A free entry; NULL: none. */
static struct worker *
worker_place(struct pool *pool)
{
	for (uint32_t i = 0; i < pool->n_workers; i++) {
		if (pool->workers[i].peer.end == NULL && pool->workers[i].job == NULL)
			return &pool->workers[i];
	}
	return pool->n_workers < WORKERS_MAX ? &pool->workers[pool->n_workers++] : NULL;
}

static void
slot_retire(struct pool *pool, uint32_t slot)
{
	for (uint32_t i = 0; i < pool->n_workers; i++) {
		struct worker *worker = &pool->workers[i];

		if (worker->peer.end == NULL || worker->who.slot != slot)
			continue;
		worker->retiring = true;
		if (worker->job == NULL)
			peer_close(&worker->peer);
	}
}

void
pool_add(struct pool *pool, struct pool_worker who, struct ipc_end *end)
{
	struct worker *worker;

	slot_retire(pool, who.slot);
	worker = worker_place(pool);
	if (worker == NULL) {
		log_event(LEVEL_ERROR, NULL, "worker-refused", "slot=%" PRIu32, who.slot);
		ipc_end_close(&end);
		return;
	}
	*worker = (struct worker) { .pool = pool, .who = who, .idle_since = now_ms() };
	worker->peer.space = pool->setup.space;
	worker->peer.fn = worker_message;
	worker->peer.ctx = worker;
	if (peer_open(&worker->peer, pool->setup.base, end))
		worker_feed(worker);
}

void
pool_lost(struct pool *pool, struct pool_worker who)
{
	for (uint32_t i = 0; i < pool->n_workers; i++) {
		struct worker *worker = &pool->workers[i];

		if (worker->peer.end == NULL || worker->who.slot != who.slot ||
		    worker->who.pid != who.pid)
			continue;
		peer_pump(&worker->peer);
		if (worker->peer.end != NULL) {
			peer_close(&worker->peer);
			worker_gone(worker);
		}
		return;
	}
}

enum pool_result
pool_submit(struct pool *pool, struct job *job)
{
	struct worker *worker;
	uint8_t digest[SHA256_SIZE];

	if (deaths_has_any(&pool->deaths, now_ms())) {
		job_digest(job, digest);
		job->request.deaths = deaths_count(&pool->deaths, digest, now_ms());
		if (job->request.deaths >= DEATHS_REFUSED)
			return POOL_REFUSED;
	}
	while (pool->first == NULL && (worker = worker_choose(pool, job)) != NULL) {
		if (worker_give(worker, job))
			return POOL_TAKEN;
	}
	if (!job->request.rerun && pool->n_fresh >= pool->setup.queue)
		return POOL_FULL;
	queue_put(pool, job);
	return POOL_TAKEN;
}

void
pool_forget(struct pool *pool, struct job *job)
{
	if (job->place == JOB_WITH_WORKER) {
		job->orphan = true;
		return;
	}
	if (job->place == JOB_QUEUED)
		queue_take(pool, job);
	job_free(&job);
}

uint32_t
pool_busy(const struct pool *pool)
{
	return pool->n_queued + pool->n_working;
}

uint32_t
pool_queued(const struct pool *pool)
{
	return pool->n_queued;
}

uint32_t
pool_workers(const struct pool *pool)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < pool->n_workers; i++)
		n += pool->workers[i].peer.end != NULL && !pool->workers[i].retiring;
	return n;
}
