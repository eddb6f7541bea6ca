/* SPDX-License-Identifier: ISC */
/*
 * SyncKeys: a random epoch, which a reset changes, and a counter.  "0" is the
 * phone's word for "I have nothing".  No value is ever given out twice with two
 * meanings.  Worker.
 */
#ifndef BRIDGE_SYNC_KEY_H
#define BRIDGE_SYNC_KEY_H

#include <stdbool.h>
#include <stdint.h>

struct arena;

/* A fresh epoch, never 0. */
uint64_t key_epoch(void);

const char *key_print(struct arena *arena, uint64_t epoch, uint32_t counter);

/* False unless the text is a key that key_print could have made. */
bool key_parse(const char *text, uint64_t *ret_epoch, uint32_t *ret_counter);

/* "0", and what some clients make of it ("00", " 0"). */
bool key_is_zero(const char *text);

#endif
