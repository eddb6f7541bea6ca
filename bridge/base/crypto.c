/* SPDX-License-Identifier: ISC */
/* Digests and random bytes, all by OpenSSL's libcrypto. */
#include "bridge/base/crypto.h"

#include <limits.h>
#include <stdlib.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "bridge/base/codec.h"
#include "bridge/base/log.h"

/* An EVP_MD_CTX under our name: the header shows no OpenSSL. */
struct crypto_hash {
	EVP_MD_CTX *context;
};

static void
crypto_need(bool ok)
{
	if (ok)
		return;
	log_event(LEVEL_ERROR, NULL, "crypto-fail", NULL);
	abort();
}

void
crypto_sha256(const void *data, size_t n, uint8_t ret_digest[SHA256_SIZE])
{
	crypto_need(EVP_Digest(data, n, ret_digest, NULL, EVP_sha256(), NULL) == 1);
}

void
crypto_sha256_hex(const void *data, size_t n, char ret_text[2 * SHA256_SIZE + 1])
{
	uint8_t digest[SHA256_SIZE];

	crypto_sha256(data, n, digest);
	hex_encode(digest, sizeof(digest), ret_text);
}

struct crypto_hash *
crypto_hash_new(void)
{
	struct crypto_hash *hash = malloc(sizeof(*hash));

	crypto_need(hash != NULL);
	hash->context = EVP_MD_CTX_new();
	crypto_need(hash->context != NULL);
	crypto_need(EVP_DigestInit_ex(hash->context, EVP_sha256(), NULL) == 1);
	return hash;
}

void
crypto_hash_add(struct crypto_hash *hash, const void *data, size_t n)
{
	crypto_need(EVP_DigestUpdate(hash->context, data, n) == 1);
}

void
crypto_hash_end(struct crypto_hash **hash, uint8_t ret_digest[SHA256_SIZE])
{
	crypto_need(EVP_DigestFinal_ex((*hash)->context, ret_digest, NULL) == 1);
	EVP_MD_CTX_free((*hash)->context);
	free(*hash);
	*hash = NULL;
}

void
crypto_hmac(struct crypto_key key, const void *data, size_t n, uint8_t ret_digest[SHA256_SIZE])
{
	unsigned len = SHA256_SIZE;

	crypto_need(key.len <= INT_MAX);
	/* a NULL key would mean "the key of last time" to OpenSSL */
	crypto_need(HMAC(EVP_sha256(), key.data != NULL ? key.data : "", (int)key.len, data, n,
		ret_digest, &len) != NULL);
}

void
crypto_random(void *ret_data, size_t n)
{
	crypto_need(n <= INT_MAX && RAND_bytes(ret_data, (int)n) == 1);
}

void
crypto_random_hex(char *ret_text, size_t n)
{
	/* the bytes sit at the end of the text and are read before hex overwrites them */
	uint8_t *bytes = (uint8_t *)ret_text + n;

	crypto_random(bytes, n);
	hex_encode(bytes, n, ret_text);
}

bool
crypto_equal(const void *a, const void *b, size_t n)
{
	return CRYPTO_memcmp(a, b, n) == 0;
}

void
crypto_wipe(void *data, size_t n)
{
	OPENSSL_cleanse(data, n);
}
