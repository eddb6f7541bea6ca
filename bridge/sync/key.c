/* SPDX-License-Identifier: ISC */
/* SyncKeys as text: twelve hex digits, a hyphen, a decimal counter.  Worker. */
#include "bridge/sync/key.h"

#include <inttypes.h>
#include <string.h>

#include "bridge/base/arena.h"
#include "bridge/base/codec.h"
#include "bridge/base/crypto.h"

enum { EPOCH_BYTES = 6, EPOCH_DIGITS = 12, KEY_MAX = 64 };

uint64_t
key_epoch(void)
{
	uint64_t epoch = 0;

	while (!epoch)
		crypto_random(&epoch, EPOCH_BYTES);
	return epoch;
}

const char *
key_print(struct arena *arena, uint64_t epoch, uint32_t counter)
{
	return arena_printf(arena, "%012" PRIx64 "-%u", epoch, counter);
}

bool
key_parse(const char *text, uint64_t *ret_epoch, uint32_t *ret_counter)
{
	uint8_t bytes[EPOCH_BYTES];
	uint64_t epoch = 0;
	int64_t counter;

	if (strlen(text) > KEY_MAX || strcspn(text, "-") != EPOCH_DIGITS ||
	    text[EPOCH_DIGITS] != '-' || !hex_decode(text, EPOCH_DIGITS, bytes) ||
	    !number_parse(text + EPOCH_DIGITS + 1, 1, UINT32_MAX, &counter))
		return false;
	for (unsigned i = 0; i < EPOCH_BYTES; i++)
		epoch = epoch << 8 | bytes[i];
	*ret_epoch = epoch;
	*ret_counter = (uint32_t)counter;
	return true;
}

bool
key_is_zero(const char *text)
{
	return *text && text[strspn(text, "0 ")] == 0;
}
