/* SPDX-License-Identifier: ISC */
/*
 * SHA-256, HMAC-SHA-256, random bytes and comparison in constant time, over OpenSSL.  Failure of
 * the library or of the random source aborts the process: there is nothing sane to go on with.
 */
#ifndef BRIDGE_BASE_CRYPTO_H
#define BRIDGE_BASE_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SHA256_SIZE = 32 };

void crypto_sha256(const void *data, size_t n, uint8_t ret_digest[SHA256_SIZE]);

/* Lower-case hex of the digest. */
void crypto_sha256_hex(const void *data, size_t n, char ret_text[2 * SHA256_SIZE + 1]);

/* In pieces. */
struct crypto_hash;
struct crypto_hash *crypto_hash_new(void);
void crypto_hash_add(struct crypto_hash *hash, const void *data, size_t n);
void crypto_hash_end(struct crypto_hash **hash, uint8_t ret_digest[SHA256_SIZE]);

struct crypto_key {
	const void *data;
	size_t len;
};
void crypto_hmac(struct crypto_key key, const void *data, size_t n,
	uint8_t ret_digest[SHA256_SIZE]);

void crypto_random(void *ret_data, size_t n);
/* n random bytes as 2 * n hex digits and a terminator. */
void crypto_random_hex(char *ret_text, size_t n);

bool crypto_equal(const void *a, const void *b, size_t n);

/* Overwrites secrets in a way the compiler does not drop. */
void crypto_wipe(void *data, size_t n);

#endif
