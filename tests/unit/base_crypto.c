/* SPDX-License-Identifier: ISC */
/* Digests against published vectors (FIPS 180-2, RFC 4231), random text. */
#include "bridge/base/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "bridge/base/codec.h"

static void
test_sha256(void **state)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = strlen(cases[i].in);
		struct crypto_hash *hash = crypto_hash_new();
		uint8_t digest[SHA256_SIZE];
		char hex[65];

		crypto_sha256_hex(cases[i].in, len, hex);
		assert_string_equal(hex, cases[i].want);
		crypto_hash_add(hash, cases[i].in, len / 2);
		crypto_hash_add(hash, cases[i].in + len / 2, len - len / 2);
		crypto_hash_end(&hash, digest);
		assert_null(hash);
		hex_encode(digest, sizeof(digest), hex);
		assert_string_equal(hex, cases[i].want);
	}
}

static void
test_hmac(void **state)
{
	static const struct {
		const char *key, *in, *want;
	} cases[] = {
		{ "\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b"
		  "\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b",
		  "Hi There",
		  "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
		{ "Jefe", "what do ya want for nothing?",
		  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
		{ "", "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct crypto_key key = { cases[i].key, strlen(cases[i].key) };
		uint8_t digest[SHA256_SIZE];
		char hex[65];

		crypto_hmac(key, cases[i].in, strlen(cases[i].in), digest);
		hex_encode(digest, sizeof(digest), hex);
		assert_string_equal(hex, cases[i].want);
	}
}

static void
test_random(void **state)
{
	char a[33], b[33];

	(void)state;
	crypto_random_hex(a, 16);
	crypto_random_hex(b, 16);
	assert_int_equal(strlen(a), 32);
	assert_int_equal(strspn(a, "0123456789abcdef"), 32);
	assert_string_not_equal(a, b);
	for (int i = 0; i < 20; i++) {
		crypto_random_hex(b, 16);
		assert_int_equal(strspn(b, "0123456789abcdef"), 32);
	}
}

static void
test_equal(void **state)
{
	char secret[] = "secret";

	(void)state;
	assert_true(crypto_equal("abc", "abc", 3));
	assert_false(crypto_equal("abc", "abd", 3));
	assert_true(crypto_equal("abc", "abd", 2));
	assert_true(crypto_equal("", "x", 0));
	crypto_wipe(secret, sizeof(secret));
	for (size_t i = 0; i < sizeof(secret); i++)
		assert_int_equal(secret[i], 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sha256),
		cmocka_unit_test(test_hmac),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_equal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
