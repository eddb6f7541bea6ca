/* SPDX-License-Identifier: ISC */
/*
 * Buckets of four.  When one is full, an expired verdict goes first, then a refused one, then the
 * one nearest its end: guessing passwords cannot push out those who logged in.
 */
#include "bridge/front/proof.h"

#include <stdlib.h>
#include <string.h>

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

enum ipc_proof
proof_find(const struct proof *proof, const uint8_t digest[SHA256_SIZE], int64_t now)
{
	const struct verdict *verdict = verdict_find(bucket_of(proof, digest), digest);

	return verdict != NULL && now < verdict->until ? verdict->what : IPC_PROOF_NONE;
}

/* True if a should go before b. */
static bool
is_worth_less(const struct verdict *a, const struct verdict *b)
{
	if (a->what != b->what)
		return a->what == IPC_PROOF_NONE ||
		    (a->what == IPC_PROOF_REFUSED && b->what == IPC_PROOF_ACCEPTED);
	return a->until < b->until;
}

void
proof_learn(struct proof *proof, const uint8_t digest[SHA256_SIZE], enum ipc_proof verdict,
    int64_t until)
{
	struct bucket *bucket = bucket_of(proof, digest);
	struct verdict *place = verdict_find(bucket, digest);

	if (verdict != IPC_PROOF_ACCEPTED && verdict != IPC_PROOF_REFUSED)
		return;
	if (place == NULL) {
		place = &bucket->ways[0];
		for (unsigned i = 1; i < WAYS; i++) {
			if (is_worth_less(&bucket->ways[i], place))
				place = &bucket->ways[i];
		}
	}
	memcpy(place->digest, digest, SHA256_SIZE);
	place->until = until;
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
