/* SPDX-License-Identifier: ISC */
/*
 * Buckets of four.  When one is full, an expired verdict goes first, then a refused one, then the
 * one nearest its end: guessing passwords cannot push out those who logged in.
 */
#include "bridge/front/proof.h"

#include <stdlib.h>
#include <string.h>

#include "bridge/base/date.h"

enum { WAYS = 4 };

struct verdict {
	uint8_t digest[SHA256_SIZE];
	int64_t until;
	enum ipc_proof what; /* IPC_PROOF_NONE: free */
};

struct bucket {
	struct verdict ways[WAYS];
};

struct proof {
	uint8_t key[SHA256_SIZE];
	uint32_t n_buckets; /* a power of two */
	struct bucket *buckets;
};

struct proof *
proof_new(uint32_t entries)
{
	struct proof *proof = calloc(1, sizeof(*proof));

	if (proof == NULL)
		return NULL;
	proof->n_buckets = 1;
	while (proof->n_buckets < entries / WAYS)
		proof->n_buckets *= 2;
	proof->buckets = calloc(proof->n_buckets, sizeof(*proof->buckets));
	if (proof->buckets == NULL) {
		free(proof);
		return NULL;
	}
	crypto_random(proof->key, sizeof(proof->key));
	return proof;
}

void
proof_free(struct proof **proof)
{
	if (*proof == NULL)
		return;
	free((*proof)->buckets);
	crypto_wipe((*proof)->key, sizeof((*proof)->key));
	free(*proof);
	*proof = NULL;
}

void
proof_digest(const struct proof *proof, const char *authorization, uint8_t ret_digest[SHA256_SIZE])
{
	crypto_hmac((struct crypto_key) { proof->key, sizeof(proof->key) }, authorization,
	    strlen(authorization), ret_digest);
}

static struct bucket *
bucket_of(const struct proof *proof, const uint8_t digest[SHA256_SIZE])
{
	uint32_t number;

	memcpy(&number, digest, sizeof(number));
	return &proof->buckets[number & (proof->n_buckets - 1)];
}

static struct verdict *
verdict_find(struct bucket *bucket, const uint8_t digest[SHA256_SIZE])
{
	for (unsigned i = 0; i < WAYS; i++) {
		struct verdict *verdict = &bucket->ways[i];

		if (verdict->what != IPC_PROOF_NONE &&
		    crypto_equal(verdict->digest, digest, SHA256_SIZE))
			return verdict;
	}
	return NULL;
}

/* What it still says. */
static enum ipc_proof
verdict_worth(const struct verdict *verdict, int64_t now)
{
	return now < verdict->until ? verdict->what : IPC_PROOF_NONE;
}

/* True if a should go before b. */
static bool
is_worth_less(const struct verdict *a, const struct verdict *b, int64_t now)
{
	static const int worth[] = {
		[IPC_PROOF_NONE] = 0,
		[IPC_PROOF_REFUSED] = 1,
		[IPC_PROOF_ACCEPTED] = 2,
	};
	int worth_a = worth[verdict_worth(a, now)], worth_b = worth[verdict_worth(b, now)];

	return worth_a != worth_b ? worth_a < worth_b : a->until < b->until;
}

enum ipc_proof
proof_find(const struct proof *proof, const uint8_t digest[SHA256_SIZE])
{
	const struct verdict *verdict = verdict_find(bucket_of(proof, digest), digest);

	return verdict != NULL ? verdict_worth(verdict, now_ms()) : IPC_PROOF_NONE;
}

void
proof_learn(struct proof *proof, const uint8_t digest[SHA256_SIZE], enum ipc_proof verdict,
    uint32_t seconds)
{
	struct bucket *bucket = bucket_of(proof, digest);
	struct verdict *place = verdict_find(bucket, digest);
	int64_t now = now_ms();

	if ((verdict != IPC_PROOF_ACCEPTED && verdict != IPC_PROOF_REFUSED) || seconds == 0)
		return;
	if (place == NULL) {
		place = &bucket->ways[0];
		for (unsigned i = 1; i < WAYS; i++) {
			if (is_worth_less(&bucket->ways[i], place, now))
				place = &bucket->ways[i];
		}
	}
	memcpy(place->digest, digest, SHA256_SIZE);
	place->until = now + (int64_t)seconds * 1000;
	place->what = verdict;
}

void
proof_forget_refused(struct proof *proof)
{
	for (uint32_t i = 0; i < proof->n_buckets; i++) {
		for (unsigned k = 0; k < WAYS; k++) {
			struct verdict *verdict = &proof->buckets[i].ways[k];

			if (verdict->what == IPC_PROOF_REFUSED)
				verdict->what = IPC_PROOF_NONE;
		}
	}
}
