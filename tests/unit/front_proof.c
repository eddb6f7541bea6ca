/* SPDX-License-Identifier: ISC */
/* What the front remembers: verdicts on credentials, and requests that workers died over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bridge/base/date.h"
#include "bridge/front/deaths.h"
#include "bridge/front/proof.h"

static void
digest_of(const struct proof *proof, unsigned number, uint8_t ret_digest[SHA256_SIZE])
{
	char text[32];

	snprintf(text, sizeof(text), "Basic %u", number);
	proof_digest(proof, text, ret_digest);
}

static void
verdicts_hold_for_their_time(void **state)
{
	static const struct {
		enum ipc_proof learnt;
		uint32_t seconds;
		int64_t after_ms;
		enum ipc_proof want;
	} cases[] = {
		{ IPC_PROOF_ACCEPTED, 900, 0, IPC_PROOF_ACCEPTED },
		{ IPC_PROOF_ACCEPTED, 900, 899999, IPC_PROOF_ACCEPTED },
		{ IPC_PROOF_ACCEPTED, 900, 900000, IPC_PROOF_NONE },
		{ IPC_PROOF_REFUSED, 60, 59000, IPC_PROOF_REFUSED },
		{ IPC_PROOF_REFUSED, 60, 61000, IPC_PROOF_NONE },
		{ IPC_PROOF_NONE, 60, 0, IPC_PROOF_NONE },
		{ IPC_PROOF_ACCEPTED, 0, 0, IPC_PROOF_NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct proof *proof = proof_new(64);
		uint8_t digest[SHA256_SIZE];

		clock_set_offset(0);
		digest_of(proof, 1, digest);
		proof_learn(proof, digest, cases[i].learnt, cases[i].seconds);
		/* a moment may pass while the test runs */
		clock_set_offset(cases[i].after_ms - (cases[i].after_ms == 899999 ? 500 : 0));
		assert_int_equal(proof_find(proof, digest), cases[i].want);
		proof_free(&proof);
	}
	clock_set_offset(0);
}

static void
a_new_verdict_takes_the_place_of_the_old(void **state)
{
	struct proof *proof = proof_new(64);
	uint8_t digest[SHA256_SIZE];

	(void)state;
	digest_of(proof, 1, digest);
	proof_learn(proof, digest, IPC_PROOF_REFUSED, 60);
	proof_learn(proof, digest, IPC_PROOF_ACCEPTED, 900);
	assert_int_equal(proof_find(proof, digest), IPC_PROOF_ACCEPTED);
	proof_learn(proof, digest, IPC_PROOF_REFUSED, 60);
	assert_int_equal(proof_find(proof, digest), IPC_PROOF_REFUSED);
	proof_forget_refused(proof);
	assert_int_equal(proof_find(proof, digest), IPC_PROOF_NONE);
	proof_free(&proof);
}

static void
guessing_pushes_out_nobody_who_logged_in(void **state)
{
	struct proof *proof = proof_new(4);
	uint8_t digest[SHA256_SIZE];

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		digest_of(proof, i, digest);
		proof_learn(proof, digest, IPC_PROOF_ACCEPTED, 10);
	}
	for (unsigned i = 100; i < 1100; i++) {
		digest_of(proof, i, digest);
		proof_learn(proof, digest, IPC_PROOF_REFUSED, 3600);
	}
	for (unsigned i = 0; i < 3; i++) {
		digest_of(proof, i, digest);
		assert_int_equal(proof_find(proof, digest), IPC_PROOF_ACCEPTED);
	}
	proof_free(&proof);
}

static void
the_key_differs_from_process_to_process(void **state)
{
	struct proof *one = proof_new(4), *other = proof_new(4);
	uint8_t a[SHA256_SIZE], b[SHA256_SIZE];

	(void)state;
	digest_of(one, 1, a);
	digest_of(other, 1, b);
	assert_memory_not_equal(a, b, SHA256_SIZE);
	proof_free(&one);
	proof_free(&other);
}

static void
deaths_are_counted_for_an_hour(void **state)
{
	static struct deaths deaths;
	uint8_t digest[SHA256_SIZE] = { 1 };
	const int64_t start = 1000;

	(void)state;
	assert_false(deaths_has_any(&deaths, start));
	assert_int_equal(deaths_add(&deaths, digest, start), 1);
	assert_int_equal(deaths_add(&deaths, digest, start + 10), 2);
	assert_int_equal(deaths_count(&deaths, digest, start + DEATHS_MS - 1), 2);
	assert_int_equal(deaths_count(&deaths, digest, start + DEATHS_MS), 0);
	assert_int_equal(deaths_add(&deaths, digest, start + DEATHS_MS), 1);
	assert_true(deaths_has_any(&deaths, start + DEATHS_MS));
	assert_false(deaths_has_any(&deaths, start + 2 * (int64_t)DEATHS_MS));
}

static void
single_deaths_do_not_hide_repeated_ones(void **state)
{
	static struct deaths deaths;
	uint8_t digest[SHA256_SIZE] = { 0xff }, other[SHA256_SIZE] = { 0 };

	(void)state;
	deaths_add(&deaths, digest, 1);
	deaths_add(&deaths, digest, 2);
	for (unsigned i = 0; i < 10 * DEATHS_TABLE; i++) {
		memcpy(other, &i, sizeof(i));
		other[8] = 1;
		deaths_add(&deaths, other, 10 + i);
	}
	assert_int_equal(deaths_count(&deaths, digest, 20), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdicts_hold_for_their_time),
		cmocka_unit_test(a_new_verdict_takes_the_place_of_the_old),
		cmocka_unit_test(guessing_pushes_out_nobody_who_logged_in),
		cmocka_unit_test(the_key_differs_from_process_to_process),
		cmocka_unit_test(deaths_are_counted_for_an_hour),
		cmocka_unit_test(single_deaths_do_not_hide_repeated_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
