/* SPDX-License-Identifier: ISC */
/* gzip: round trips from memory and file, damage, cut input, bombs. */
#include "bridge/base/gzip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bridge/base/body.h"
#include "bridge/base/buf.h"

/* Text that shrinks to about a half. */
static void
fill(char *text, size_t n)
{
	srand(3);
	for (size_t i = 0; i < n; i++)
		text[i] = "abcdefghijklmnop"[rand() % 16];
}

static void
test_body(void **state)
{
	static const size_t sizes[] = { 0, 1, 1000, 60000, 500000 };
	char *text = malloc(500000);

	(void)state;
	fill(text, 500000);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct body from, to;
		const void *data;
		struct buf back;
		size_t len;

		body_init(&from, NULL, 1000000);
		body_init(&to, NULL, 1000000);
		assert_true(body_write(&from, text, sizes[i]));
		assert_true(gzip_body(&from, &to));
		assert_true(body_view(&to, &data, &len));
		assert_memory_equal(data, "\x1f\x8b\x08", 3);
		assert_true(len < sizes[i] * 3 / 4 + 40);
		buf_init(&back, 1000000);
		assert_true(gzip_inflate(data, len, &back));
		assert_int_equal(back.len, sizes[i]);
		assert_memory_equal(buf_str(&back), text, sizes[i]);
		buf_free(&back);
		body_close(&from);
		body_close(&to);
	}
	free(text);
}

static void
test_body_limit(void **state)
{
	struct body from, to;
	char text[5000];

	(void)state;
	fill(text, sizeof(text));
	body_from_memory(&from, text, sizeof(text));
	body_init(&to, NULL, 100);
	assert_false(gzip_body(&from, &to));
	assert_true(to.too_big);
	body_close(&to);
}

static void
test_damage(void **state)
{
	struct buf packed, back;
	char text[2000];

	(void)state;
	fill(text, sizeof(text));
	buf_init(&packed, 10000);
	buf_init(&back, 10000);
	assert_true(gzip_deflate(text, sizeof(text), 9, &packed));
	for (size_t cut = 0; cut < packed.len; cut++) {
		buf_reset(&back);
		assert_false(gzip_inflate(packed.data, cut, &back));
	}
	packed.data[packed.len - 1] ^= 1;
	buf_reset(&back);
	assert_false(gzip_inflate(packed.data, packed.len, &back));
	packed.data[packed.len - 1] ^= 1;
	buf_putc(&packed, 'x');
	buf_reset(&back);
	assert_false(gzip_inflate(packed.data, packed.len, &back));
	buf_reset(&back);
	assert_true(gzip_inflate(packed.data, packed.len - 1, &back));
	assert_memory_equal(back.data, text, sizeof(text));
	buf_free(&packed);
	buf_free(&back);
}

static void
test_bombs(void **state)
{
	char *zeros = calloc(1, 10000000);
	struct buf packed, back;

	(void)state;
	buf_init(&packed, 1000000);
	assert_true(gzip_deflate(zeros, 10000000, 9, &packed));
	buf_init(&back, SIZE_MAX);
	assert_false(gzip_inflate(packed.data, packed.len, &back));
	assert_true(back.len < 1000000);
	buf_free(&back);
	buf_free(&packed);

	/* within the ratio, yet more than wanted */
	fill(zeros, 300000);
	buf_init(&packed, 1000000);
	assert_true(gzip_deflate(zeros, 300000, 1, &packed));
	buf_init(&back, 299999);
	assert_false(gzip_inflate(packed.data, packed.len, &back));
	buf_free(&back);
	buf_init(&back, 300000);
	assert_true(gzip_inflate(packed.data, packed.len, &back));
	buf_free(&back);
	buf_free(&packed);
	free(zeros);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_body),
		cmocka_unit_test(test_body_limit),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_bombs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
