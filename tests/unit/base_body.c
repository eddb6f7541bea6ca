/* SPDX-License-Identifier: ISC */
/* body: memory, spilling, limits, views, descriptors; on an arena and on malloc. */
#include "bridge/base/body.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "bridge/base/arena.h"
#include "bridge/base/limits.h"

static char
byte_at(size_t i)
{
	return (char)(i * 7 + i / 256);
}

static void
fill(struct body *body, size_t len)
{
	char piece[1000];

	for (size_t at = 0; at < len;) {
		size_t n = len - at < sizeof(piece) ? len - at : sizeof(piece);

		for (size_t i = 0; i < n; i++)
			piece[i] = byte_at(at + i);
		assert_true(body_write(body, piece, n));
		at += n;
	}
}

static void
verify(struct body *body, size_t len)
{
	const void *view;
	size_t view_len, at = 0;
	char piece[777];
	ssize_t got;

	assert_int_equal(body_len(body), len);
	assert_true(body_view(body, &view, &view_len));
	assert_non_null(view);
	assert_int_equal(view_len, len);
	for (size_t i = 0; i < len; i++)
		assert_int_equal(((const char *)view)[i], byte_at(i));
	while ((got = body_read_at(body, at, piece, sizeof(piece))) > 0) {
		for (ssize_t i = 0; i < got; i++)
			assert_int_equal(piece[i], byte_at(at + (size_t)i));
		at += (size_t)got;
	}
	assert_int_equal(got, 0);
	assert_int_equal(at, len);
	assert_int_equal(body_read_at(body, len + 5, piece, 1), 0);
}

static void
test_sizes(void **state)
{
	static const size_t sizes[] = {
		0, 1, 1023, 1024, 5000, LIMIT_BODY_MEMORY - 1, LIMIT_BODY_MEMORY,
		LIMIT_BODY_MEMORY + 1, 300000,
	};
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_t size = sizes[i / 2];
		struct body body;

		body_init(&body, i % 2 == 0 ? arena : NULL, size);
		fill(&body, size);
		assert_int_equal(body.fd >= 0, size > LIMIT_BODY_MEMORY);
		verify(&body, size);
		assert_false(body_write(&body, "x", 1));
		assert_true(body.too_big);
		assert_false(body_write(&body, "", 0));
		verify(&body, size);
		body_close(&body);
		body_close(&body);
	}
	arena_free(&arena);
}

static void
test_write_after_view(void **state)
{
	struct body body;

	(void)state;
	body_init(&body, NULL, 1000000);
	fill(&body, 100000);
	verify(&body, 100000);
	for (size_t len = 100000; len < 150000;) {
		char piece[10000];

		for (size_t i = 0; i < sizeof(piece); i++)
			piece[i] = byte_at(len + i);
		assert_true(body_write(&body, piece, sizeof(piece)));
		len += sizeof(piece);
		verify(&body, len);
	}
	body_close(&body);
}

static void
test_descriptors(void **state)
{
	struct body from, to;
	struct stat st;
	int fd;

	(void)state;
	body_init(&from, NULL, 1000);
	fill(&from, 100);
	assert_int_equal(body_take_fd(&from), -1);
	assert_true(body_spill(&from));
	verify(&from, 100);
	fd = body_take_fd(&from);
	assert_true(fd >= 0);
	assert_int_equal(body_len(&from), 0);
	body_close(&from);
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_nlink, 0);
	assert_int_equal(st.st_mode & 077, 0);

	body_from_fd(&to, fd, 100);
	verify(&to, 100);
	body_close(&to);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
}

/* A peer that names more bytes than the file has must not make us touch them. */
static void
test_lie(void **state)
{
	struct body body;
	const void *view;
	size_t len;
	int fd = body_spool_open();

	(void)state;
	assert_int_equal(write(fd, "abc", 3), 3);
	body_from_fd(&body, fd, 100000);
	assert_false(body_view(&body, &view, &len));
	body_close(&body);
}

static void
test_borrowed(void **state)
{
	static const char text[] = "borrowed";
	struct body body;
	const void *view;
	size_t len;

	(void)state;
	body_from_memory(&body, text, 8);
	assert_true(body_view(&body, &view, &len));
	assert_ptr_equal(view, text);
	assert_int_equal(len, 8);
	assert_false(body_puts(&body, "x"));
	body_close(&body);
}

static void
test_spool_dir(void **state)
{
	struct body body;

	(void)state;
	body_spool_dir_set("/nonexistent/dir");
	body_init(&body, NULL, 1000);
	assert_true(body_puts(&body, "abc"));
	assert_false(body_spill(&body));
	assert_false(body.too_big);
	assert_false(body_puts(&body, "abc"));
	body_close(&body);
	body_spool_dir_set("");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_write_after_view),
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_lie),
		cmocka_unit_test(test_borrowed),
		cmocka_unit_test(test_spool_dir),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
