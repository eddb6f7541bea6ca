/* SPDX-License-Identifier: ISC */
/* Deadlines: order, moving, leaving; checked against a plain search over the same set. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bridge/front/deadline.h"

enum { MANY = 200, STEPS = 20000 };

static int64_t
least(const struct deadline *list)
{
	int64_t at = INT64_MAX;

	for (int i = 0; i < MANY; i++) {
		if (list[i].place != 0 && list[i].at < at)
			at = list[i].at;
	}
	return at;
}

static void
deadlines_match_a_search(void **state)
{
	struct deadline list[MANY] = { 0 };
	struct deadlines deadlines;

	(void)state;
	srand(7);
	assert_true(deadlines_init(&deadlines, MANY));
	for (int step = 0; step < STEPS; step++) {
		struct deadline *one = &list[rand() % MANY];

		if (rand() % 3 == 0)
			deadline_clear(&deadlines, one);
		else
			deadline_set(&deadlines, one, rand() % 1000);
		assert_true(deadlines_next(&deadlines) == least(list));
	}
	deadlines_free(&deadlines);
}

static void
due_come_in_order(void **state)
{
	static const int64_t at[] = { 5, 3, 9, 3, 1, 7 };
	struct deadline list[6] = { 0 };
	struct deadlines deadlines;
	int64_t last = 0;
	int n = 0;

	(void)state;
	assert_true(deadlines_init(&deadlines, 6));
	for (int i = 0; i < 6; i++)
		deadline_set(&deadlines, &list[i], at[i]);
	for (struct deadline *due; (due = deadlines_due(&deadlines, 7)) != NULL; n++) {
		assert_true(due->at >= last);
		assert_int_equal(due->place, 0);
		last = due->at;
	}
	assert_int_equal(n, 5);
	assert_true(deadlines_next(&deadlines) == 9);
	deadlines_free(&deadlines);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(deadlines_match_a_search),
		cmocka_unit_test(due_come_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
