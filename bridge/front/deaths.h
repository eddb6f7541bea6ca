/* SPDX-License-Identifier: ISC */
/*
 * Which requests workers died over lately, by digest.  The third death of the same request within
 * an hour makes it refused for the rest of that hour.  Fixed size.  Process: front.
 */
#ifndef BRIDGE_FRONT_DEATHS_H
#define BRIDGE_FRONT_DEATHS_H

#include <stdbool.h>
#include <stdint.h>

#include "bridge/base/crypto.h"

enum {
	DEATHS_TABLE = 256,
	DEATHS_REFUSED = 3,
	DEATHS_MS = 3600 * 1000,
};

struct death {
	uint8_t digest[SHA256_SIZE];
	uint32_t count;
	int64_t since; /* the first one, now_ms() */
};

struct deaths {
	struct death table[DEATHS_TABLE];
	int64_t last; /* the latest of all; after an hour nobody needs to look */
};

/* One more; returns how many there are now. */
uint32_t deaths_add(struct deaths *deaths, const uint8_t digest[SHA256_SIZE], int64_t now);
uint32_t deaths_count(const struct deaths *deaths, const uint8_t digest[SHA256_SIZE], int64_t now);

/* False: no request is known, so that no digest need be made. */
bool deaths_has_any(const struct deaths *deaths, int64_t now);

#endif
