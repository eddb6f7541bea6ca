/* SPDX-License-Identifier: ISC */
/*
 * The bytes of what bridge/sync keeps in the state: numbers as varints, texts
 * with their length before them.  A reader is a value over bytes that somebody
 * else owns; its failure sticks, and then it gives zeros and empty texts, so one
 * look at the end is enough.  Stored bytes may be damaged: nothing is trusted.
 * Worker.
 */
#ifndef BRIDGE_SYNC_BLOB_H
#define BRIDGE_SYNC_BLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct buf;

struct blob {
	const uint8_t *at, *end;
	bool failed;
};

void blob_put_number(struct buf *out, uint64_t value);
void blob_put_bytes(struct buf *out, const void *data, size_t len);
void blob_put_text(struct buf *out, const char *text); /* NULL is stored as "" */

uint64_t blob_number(struct blob *blob);
/* A number of at most max; more is a failure and gives 0. */
uint64_t blob_number_max(struct blob *blob, uint64_t max);
uint32_t blob_number32(struct blob *blob);
/* Borrowed from the blob. */
const void *blob_bytes(struct blob *blob, size_t *ret_len);
/* A copy in the arena, never NULL. */
const char *blob_text(struct blob *blob, struct arena *arena);

/* How many records of at least min bytes the rest can hold: a bound for a stored count. */
uint64_t blob_room(const struct blob *blob, size_t min);

/* True if everything was read, exactly to the end. */
bool blob_is_done(const struct blob *blob);

#endif
