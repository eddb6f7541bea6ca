/* SPDX-License-Identifier: ISC */
/*
 * Waiting is data.  A worker that finds nothing to say describes the wait in a PARK message and
 * goes on with other work; what remains of the request is a record here of some hundred bytes, the
 * request's own bytes at its client, and a subscription at the watch.
 *
 * A record's life.
 *   HELD     subscribed, the deadline's clock runs
 *   DUE      the watch said "changed", but this request was run again just before: it waits a
 *            little (back-off below)
 *   RUNNING  the request is with a worker again; no clock runs here, the pool answers for it
 * HELD -> RUNNING by CHANGED; RUNNING -> HELD when the worker says PARK again (nothing for this
 * device in what moved); it ends when a worker answers, when the deadline comes (the canned answer,
 * no worker), when the phone leaves, or when the device has sent a newer request.
 *
 * No change is missed.  Folder stamps taken before the wait travel to the watch, which compares
 * them when it begins to look; a change between probe and subscription fires at once.  For the same
 * reason a dead watch is harmless: its successor gets the same subscriptions with the old stamps,
 * at a pace that it can stand.  While an old watch is being replaced by a new one both may fire;
 * a subscription that lives on at the new one is then taken back.
 *
 * Newest wins.  A device asks again when it has lost its connection, often before we notice.  The
 * newer request ends the older one with its canned answer, a normal answer that the phone ignores.
 * Workers can overtake each other, so the time of receipt decides, not that of the PARK message.
 *
 * Back-off.  A folder in which things move that the device does not see (or an upstream that
 * refuses to be watched) could make a request run again and again.  A record run again within
 * CALM of the last time waits before the next run, twice as long each time, up to BACKOFF_MAX.
 *
 * Draining.  Held requests get their canned answers evenly over the time given: the protocol's own
 * "nothing yet, ask again" moves the phones to our successor without a stampede.
 *
 * Memory.  Table, heap and hash buckets are allocated at start; a record has one further block with
 * all its strings (wait.h).
 */
#include "bridge/front/park.h"

#include <stdlib.h>
#include <string.h>

#include "bridge/base/date.h"
#include "bridge/base/map.h"
#include "bridge/front/deadline.h"
#include "bridge/front/wait.h"

enum {
	CALM = 2000,         /* ms between runs of one record that are no reason to slow down */
	BACKOFF_MIN = 250,   /* ms */
	BACKOFF_MAX = 30000, /* ms */
	LOST_DELAY = 1000,   /* ms before a run because a watch lost its upstream */
	PACE = 50,           /* ms between steps of subscribing again and of draining */
	ID_SLOT_BITS = 20,   /* a subscription's id: counter and place in the table */
};

enum record_state { FREE, HELD, DUE, RUNNING };

struct record {
	struct deadline deadline; /* first member: the heap leads back to the record */
	enum record_state state;
	bool subscribed;          /* at the watch of now */
	uint64_t serial, id;
	uint64_t received_ms;
	int64_t until;
	int64_t ran_ms;           /* when it was last run again */
	int64_t backoff;
	uint64_t device;          /* hash of the device key */
	uint32_t next_device;     /* chain, places from 1 */
	uint32_t next_free;
	struct wait wait;
};

struct park {
	const struct park_ops *ops;
	void *ctx;
	struct record *records;   /* [max]; a record's number is its place from 1 */
	uint32_t max, n;
	uint32_t used;            /* records that were ever used; the others are untouched memory */
	uint32_t free;            /* first of the free list among these */
	uint32_t *devices;        /* buckets of the device chain */
	uint32_t device_mask;
	struct deadlines deadlines;
	uint64_t counter;
	bool has_watch;
	uint32_t resubscribe;     /* next place to look at; max: done */
	int64_t resubscribe_ms;
	bool draining;
	int64_t drain_ms, drain_until, drain_whole; /* next step, end, length */
	uint32_t drain_n, drain_left; /* records at the beginning; places not looked at yet */
};

struct park *
park_new(uint32_t max, const struct park_ops *ops, void *ctx)
{
	struct park *park = calloc(1, sizeof(*park));
	uint32_t buckets = 64;

	if (park == NULL)
		return NULL;
	while (buckets < max)
		buckets *= 2;
	park->ops = ops;
	park->ctx = ctx;
	park->max = max;
	park->resubscribe = max;
	park->device_mask = buckets - 1;
	park->records = calloc(max, sizeof(*park->records));
	park->devices = calloc(buckets, sizeof(*park->devices));
	if (!deadlines_init(&park->deadlines, max) || park->records == NULL ||
	    park->devices == NULL) {
		park_free(&park);
		return NULL;
	}
	return park;
}

void
park_free(struct park **park)
{
	if (*park == NULL)
		return;
	for (uint32_t i = 0; i < (*park)->used; i++)
		wait_wipe(&(*park)->records[i].wait);
	deadlines_free(&(*park)->deadlines);
	free((*park)->devices);
	free((*park)->records);
	free(*park);
	*park = NULL;
}

static uint32_t
record_number(const struct park *park, const struct record *record)
{
	return (uint32_t)(record - park->records) + 1;
}

/* The chain of devices. */

static uint32_t *
device_bucket(struct park *park, uint64_t device)
{
	return &park->devices[device & park->device_mask];
}

static void
device_link(struct park *park, struct record *record)
{
	uint32_t *bucket;

	record->device = map_hash(record->wait.device, strlen(record->wait.device));
	bucket = device_bucket(park, record->device);
	record->next_device = *bucket;
	*bucket = record_number(park, record);
}

static void
device_unlink(struct park *park, struct record *record)
{
	uint32_t *at = device_bucket(park, record->device);
	uint32_t number = record_number(park, record);

	while (*at != 0 && *at != number)
		at = &park->records[*at - 1].next_device;
	if (*at == number)
		*at = record->next_device;
	record->next_device = 0;
}

/* Another held request of the device; NULL: none. */
static struct record *
device_find(struct park *park, const char *key)
{
	uint64_t device = map_hash(key, strlen(key));
	uint32_t number = *device_bucket(park, device);

	while (number != 0) {
		struct record *record = &park->records[number - 1];

		if (record->device == device && strcmp(record->wait.device, key) == 0)
			return record;
		number = record->next_device;
	}
	return NULL;
}

/* Records. */

static void
record_unsubscribe(struct park *park, struct record *record)
{
	if (record->subscribed)
		park->ops->unsubscribe(park->ctx, record->id);
	record->subscribed = false;
}

static void
record_subscribe(struct park *park, struct record *record)
{
	record->wait.subscribe.park = record->id;
	if (park->has_watch)
		record->subscribed = park->ops->subscribe(park->ctx, &record->wait.subscribe);
}

/* NULL: the table is full. */
static struct record *
record_take(struct park *park)
{
	struct record *record;

	if (park->free != 0) {
		record = &park->records[park->free - 1];
		park->free = record->next_free;
	} else if (park->used < park->max) {
		record = &park->records[park->used++];
	} else {
		return NULL;
	}
	*record = (struct record) { .state = RUNNING };
	park->n++;
	return record;
}

/* The block stays: what is canned in it may still have to be sent. */
static void
record_leave(struct park *park, struct record *record)
{
	record_unsubscribe(park, record);
	deadline_clear(&park->deadlines, &record->deadline);
	device_unlink(park, record);
	record->state = FREE;
	park->n--;
}

static void
record_give_back(struct park *park, struct record *record)
{
	wait_wipe(&record->wait);
	record->next_free = park->free;
	park->free = record_number(park, record);
}

/* Ends it with its canned answer. */
static void
record_finish(struct park *park, struct record *record)
{
	record_leave(park, record);
	park->ops->finish(park->ctx, record->serial, &record->wait.canned);
	record_give_back(park, record);
}

static void
record_wait(struct park *park, struct record *record, int64_t until)
{
	deadline_set(&park->deadlines, &record->deadline,
	    until < record->until ? until : record->until);
}

static void
record_run(struct park *park, struct record *record)
{
	record->state = RUNNING;
	record->ran_ms = now_ms();
	deadline_clear(&park->deadlines, &record->deadline);
	park->ops->rerun(park->ctx, record->serial);
}

void
park_drop(struct park *park, uint32_t *record)
{
	struct record *dropped;

	if (*record == PARK_NONE)
		return;
	dropped = &park->records[*record - 1];
	*record = PARK_NONE;
	if (dropped->state == FREE)
		return; /* in the middle of record_finish */
	record_leave(park, dropped);
	record_give_back(park, dropped);
}

/* True if a newer request of the device waits already; an older one is ended. */
static bool
device_is_taken(struct park *park, const struct ipc_park *message, uint64_t received_ms,
    uint32_t own)
{
	struct record *other = device_find(park, message->device);

	if (message->device[0] == '\0' || other == NULL || record_number(park, other) == own)
		return false;
	if (other->received_ms > received_ms)
		return true;
	record_finish(park, other);
	return false;
}

/* Fills a fresh or renewed record.  False: no memory. */
static bool
record_hold(struct park *park, struct record *record, const struct ipc_park *message)
{
	if (record->wait.block != NULL)
		device_unlink(park, record);
	if (!wait_fill(&record->wait, message))
		return false;
	record->serial = message->serial;
	record->id = ++park->counter << ID_SLOT_BITS | (record_number(park, record) - 1);
	record->until = (int64_t)message->deadline_ms;
	record->state = HELD;
	device_link(park, record);
	record_wait(park, record, record->until);
	record_subscribe(park, record);
	return true;
}

enum park_result
park_add(struct park *park, const struct ipc_park *message, uint64_t received_ms,
    uint32_t *record)
{
	struct record *held = *record != PARK_NONE ? &park->records[*record - 1] : NULL;

	if (park->draining || (int64_t)message->deadline_ms <= now_ms() ||
	    device_is_taken(park, message, received_ms, *record)) {
		park_drop(park, record);
		return PARK_ENDED;
	}
	if (held == NULL)
		held = record_take(park);
	if (held == NULL)
		return PARK_FULL;
	held->received_ms = received_ms;
	*record = record_number(park, held);
	if (record_hold(park, held, message))
		return PARK_HELD;
	park_drop(park, record);
	return PARK_FULL;
}

/* What the watch says. */

/* How long the next run of this record has to wait. */
static int64_t
record_delay(struct record *record, const char *reason)
{
	int64_t least = strncmp(reason, "lost", 4) == 0 ? LOST_DELAY : 0;

	if (record->ran_ms == 0 || now_ms() - record->ran_ms > CALM + record->backoff)
		record->backoff = 0;
	else if (record->backoff == 0)
		record->backoff = BACKOFF_MIN;
	else if (record->backoff < BACKOFF_MAX)
		record->backoff *= 2;
	if (record->backoff > BACKOFF_MAX)
		record->backoff = BACKOFF_MAX;
	return record->backoff > least ? record->backoff : least;
}

void
park_changed(struct park *park, const struct ipc_changed *message, bool from_old)
{
	uint64_t place = message->park & ((1u << ID_SLOT_BITS) - 1);
	struct record *record = place < park->used ? &park->records[place] : NULL;
	int64_t delay;

	if (record == NULL || record->state != HELD || record->id != message->park)
		return; /* it has ended meanwhile */
	if (from_old)
		record_unsubscribe(park, record);
	record->subscribed = false;
	delay = record_delay(record, message->reason);
	if (delay == 0) {
		record_run(park, record);
		return;
	}
	record->state = DUE;
	record_wait(park, record, now_ms() + delay);
}

void
park_watch_up(struct park *park)
{
	park->has_watch = true;
	park->resubscribe = 0;
	park->resubscribe_ms = now_ms();
	for (uint32_t i = 0; i < park->used; i++)
		park->records[i].subscribed = false;
}

void
park_watch_down(struct park *park)
{
	park->has_watch = false;
	park->resubscribe = park->max;
	for (uint32_t i = 0; i < park->used; i++)
		park->records[i].subscribed = false;
}

bool
park_is_subscribed(const struct park *park)
{
	return park->has_watch && park->resubscribe == park->max;
}

/* A step of subscribing again. */
static void
resubscribe_some(struct park *park)
{
	uint32_t left = PARK_RESUBSCRIBE * PACE / 1000;

	while (park->resubscribe < park->used && left > 0) {
		struct record *record = &park->records[park->resubscribe++];

		if (record->state != HELD || record->subscribed)
			continue;
		record_subscribe(park, record);
		left--;
	}
	if (park->resubscribe == park->used)
		park->resubscribe = park->max;
	park->resubscribe_ms = now_ms() + PACE;
}

void
park_drain(struct park *park, uint32_t seconds)
{
	int64_t until = now_ms() + (int64_t)seconds * 1000;

	if (park->draining && park->drain_until <= until)
		return;
	park->draining = true;
	park->drain_ms = now_ms();
	park->drain_until = until;
	park->drain_whole = until - now_ms();
	park->drain_n = park->n;
	park->drain_left = park->used;
}

/* Finishes so many that the share of those left is that of the time left. */
static void
drain_some(struct park *park)
{
	int64_t now = now_ms(), left_ms = park->drain_until - now;
	int64_t may_stay = left_ms > 0 ? park->drain_n * left_ms / park->drain_whole : 0;

	for (; park->drain_left > 0 && park->n > may_stay; park->drain_left--) {
		struct record *record = &park->records[park->drain_left - 1];

		if (record->state == HELD || record->state == DUE)
			record_finish(park, record);
	}
	park->drain_ms = now + PACE;
}

static void
deadlines_run(struct park *park, int64_t now)
{
	struct deadline *due;

	while ((due = deadlines_due(&park->deadlines, now)) != NULL) {
		struct record *record = (struct record *)(void *)due;

		if (now >= record->until)
			record_finish(park, record);
		else
			record_run(park, record);
	}
}

int64_t
park_run(struct park *park)
{
	int64_t now = now_ms(), next;

	deadlines_run(park, now);
	if (park->resubscribe < park->max && now >= park->resubscribe_ms)
		resubscribe_some(park);
	if (park->draining && park->n > 0 && now >= park->drain_ms)
		drain_some(park);
	next = deadlines_next(&park->deadlines);
	if (park->resubscribe < park->max && park->resubscribe_ms < next)
		next = park->resubscribe_ms;
	if (park->draining && park->n > 0 && park->drain_ms < next)
		next = park->drain_ms;
	return next;
}

uint32_t
park_count(const struct park *park)
{
	return park->n;
}
