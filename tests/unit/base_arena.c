/* SPDX-License-Identifier: ISC */
/* Arena: alignment, zeroing, marks, limits; the deaths happen in a child. */
#include "bridge/base/arena.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void
test_alloc(void **state)
{
	static const size_t sizes[] = { 0, 1, 15, 16, 17, 1000, 16 * 1024, 70000, 3 << 20, 8 };
	struct arena *arena = arena_new(0);
	size_t total = 0;

	(void)state;
	for (size_t round = 0; round < 3; round++) {
		total = 0;
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			unsigned char *data = arena_alloc(arena, sizes[i]);

			assert_non_null(data);
			assert_int_equal((uintptr_t)data % 16, 0);
			for (size_t k = 0; k < sizes[i]; k++)
				assert_int_equal(data[k], 0);
			memset(data, 0xff, sizes[i]);
			total += sizes[i];
			assert_int_equal(arena_used(arena), total);
		}
		arena_reset(arena);
		assert_int_equal(arena_used(arena), 0);
	}
	arena_free(&arena);
	assert_null(arena);
	arena_free(&arena);
}

static void
test_strings(void **state)
{
	struct arena *arena = arena_new(0);
	char *big;

	(void)state;
	assert_string_equal(arena_strdup(arena, "abc"), "abc");
	assert_null(arena_strdup(arena, NULL));
	assert_string_equal(arena_strndup(arena, "abcdef", 3), "abc");
	assert_string_equal(arena_strndup(arena, "ab\0cd", 5), "ab");
	assert_string_equal(arena_strndup(arena, "", 5), "");
	assert_memory_equal(arena_memdup(arena, "a\0b", 3), "a\0b", 3);
	assert_string_equal(arena_printf(arena, "%s-%d", "x", 7), "x-7");
	assert_string_equal(arena_printf(arena, "%s", ""), "");
	big = arena_printf(arena, "%050000d", 5);
	assert_int_equal(strlen(big), 50000);
	arena_free(&arena);
}

static void
test_marks(void **state)
{
	struct arena *arena = arena_new(0);
	char *kept = arena_strdup(arena, "kept");

	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct arena_mark outer = arena_mark(arena), inner;
		size_t used = arena_used(arena);

		arena_alloc(arena, 10000);
		inner = arena_mark(arena);
		memset(arena_alloc(arena, 100000), 1, 100000);
		memset(arena_alloc(arena, 2000000), 1, 2000000);
		arena_release(arena, inner);
		assert_int_equal(arena_used(arena), used + 10000);
		memset(arena_alloc(arena, 50000), 2, 50000);
		arena_release(arena, outer);
		assert_int_equal(arena_used(arena), used);
	}
	assert_string_equal(kept, "kept");
	arena_free(&arena);
}

/* How a child that allocates this dies; 0: it does not. */
static int
death_of(size_t limit, size_t n, size_t size)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		struct arena *arena = arena_new(limit);

		signal(SIGABRT, SIG_DFL);
		close(STDERR_FILENO);
		arena_array(arena, n, size);
		arena_array(arena, n, size);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void
test_limits(void **state)
{
	static const struct {
		size_t limit, n, size;
		int death;
	} cases[] = {
		{ 1000, 500, 1, 0 },
		{ 1000, 501, 1, SIGABRT },
		{ 999, 500, 1, SIGABRT },
		{ 0, SIZE_MAX / 2, 3, SIGABRT },
		{ 0, SIZE_MAX, 1, SIGABRT },
		{ 0, SIZE_MAX - 8, 1, SIGABRT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(death_of(cases[i].limit, cases[i].n, cases[i].size),
			cases[i].death);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alloc),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
