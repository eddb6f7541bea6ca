/* SPDX-License-Identifier: ISC */
/* buf: growth to its maximum, sticky failure, consuming, both kinds of memory. */
#include "bridge/base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bridge/base/arena.h"

static void
test_puts(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 10);
	assert_string_equal(buf_str(&buf), "");
	assert_true(buf_puts(&buf, "abc"));
	assert_true(buf_putc(&buf, 'd'));
	assert_true(buf_printf(&buf, "%d", 12345));
	assert_string_equal(buf_str(&buf), "abcd12345");
	assert_true(buf_put(&buf, "x", 1));
	assert_int_equal(buf.len, 10);
	assert_true(buf_put(&buf, "", 0));
	assert_false(buf_putc(&buf, 'y'));
	assert_true(buf.failed);
	buf_consume(&buf, 5);
	assert_false(buf_put(&buf, "", 0));
	assert_string_equal(buf_str(&buf), "2345x");
	buf_reset(&buf);
	assert_false(buf.failed);
	assert_true(buf_puts(&buf, "0123456789"));
	assert_false(buf_printf(&buf, "%s", "z"));
	assert_string_equal(buf_str(&buf), "0123456789");
	buf_free(&buf);
	assert_null(buf.data);
	assert_true(buf_puts(&buf, "again"));
	buf_free(&buf);
}

static void
test_huge(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, SIZE_MAX);
	assert_true(buf_puts(&buf, "x"));
	assert_null(buf_space(&buf, SIZE_MAX));
	assert_true(buf.failed);
	buf_free(&buf);
}

static void
test_space(void **state)
{
	struct buf buf;
	uint8_t *at;

	(void)state;
	buf_init(&buf, 100);
	at = buf_space(&buf, 60);
	assert_non_null(at);
	memset(at, 'a', 60);
	buf_grown(&buf, 50);
	assert_int_equal(buf.len, 50);
	assert_null(buf_space(&buf, 51));
	assert_true(buf.failed);
	buf_grown(&buf, 1000);
	assert_true(buf.len <= 100);
	buf_free(&buf);
}

/* A model: the same operations on a plain array, compared after each. */
static void
model_run(struct buf *buf)
{
	static char model[4096];
	size_t len = 0, whole = 0;

	srand(1);
	for (int i = 0; i < 20000; i++) {
		size_t n = (size_t)rand() % 300;
		char piece[300];

		memset(piece, 'a' + i % 26, sizeof(piece));
		if (rand() % 2 == 0 && len + n <= sizeof(model)) {
			assert_true(buf_put(buf, piece, n));
			memcpy(model + len, piece, n);
			len += n;
		} else {
			buf_consume(buf, n);
			n = n < len ? n : len;
			memmove(model, model + n, len - n);
			len -= n;
		}
		assert_int_equal(buf->len, len);
		/* no part of the allocation is forgotten */
		assert_true(buf->cap + buf->skip >= whole);
		whole = buf->cap + buf->skip;
		if (len > 0)
			assert_memory_equal(buf->data, model, len);
	}
	assert_true(buf->cap + buf->skip <= sizeof(model));
}

static void
test_model(void **state)
{
	struct arena *arena = arena_new(0);
	struct buf buf;

	(void)state;
	buf_init(&buf, 4096);
	model_run(&buf);
	buf_free(&buf);
	buf_init_arena(&buf, arena, 4096);
	model_run(&buf);
	buf_free(&buf);
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_puts),
		cmocka_unit_test(test_huge),
		cmocka_unit_test(test_space),
		cmocka_unit_test(test_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
