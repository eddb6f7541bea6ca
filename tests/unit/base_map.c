/* SPDX-License-Identifier: ISC */
/* map: against a plain array as model, order of iteration, removal while walking. */
#include "bridge/base/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bridge/base/arena.h"

enum { KEYS = 500 };

static void
model_run(struct map *map)
{
	static int values[KEYS];
	void *model[KEYS] = { NULL };
	size_t n = 0;

	srand(7);
	for (int i = 0; i < 50000; i++) {
		int k = rand() % KEYS;
		char key[16];

		snprintf(key, sizeof(key), "key-%d", k);
		assert_ptr_equal(map_get(map, key), model[k]);
		assert_int_equal(map_has(map, key), model[k] != NULL);
		if (rand() % 3 == 0) {
			assert_ptr_equal(map_remove(map, key), model[k]);
			n -= model[k] != NULL;
			model[k] = NULL;
		} else {
			assert_true(map_put(map, key, &values[rand() % KEYS]));
			n += model[k] == NULL;
			model[k] = map_get(map, key);
		}
		assert_int_equal(map_count(map), n);
	}
	/* holes are used again: no growth beyond what live entries ask for */
	assert_true(map->cap <= 2048);
}

static void
test_model(void **state)
{
	struct arena *arena = arena_new(0);
	struct map map;

	(void)state;
	map_init(&map, NULL);
	model_run(&map);
	map_free(&map);
	assert_int_equal(map_count(&map), 0);
	map_init(&map, arena);
	model_run(&map);
	arena_free(&arena);
}

static void
test_order(void **state)
{
	static const char *const keys[] = { "b", "a", "", "zz", "a b" };
	static const char *const left[] = { "b", "", "zz" };
	const struct map_entry *entry;
	uint32_t cursor = 0, i = 0;
	char value[1];
	struct map map;

	(void)state;
	map_init(&map, NULL);
	assert_null(map_next(&map, &cursor));
	assert_null(map_get(&map, "a"));
	assert_null(map_remove(&map, "a"));
	for (i = 0; i < 5; i++)
		assert_true(map_put(&map, keys[i], value));
	assert_true(map_put(&map, "a", NULL));
	assert_true(map_has(&map, "a"));
	assert_null(map_get(&map, "a"));
	for (i = 0; (entry = map_next(&map, &cursor)) != NULL; i++) {
		assert_string_equal(entry->key, keys[i]);
		if (strchr(entry->key, 'a') != NULL)
			map_remove(&map, keys[i]);
	}
	assert_int_equal(i, 5);
	for (i = 0, cursor = 0; (entry = map_next(&map, &cursor)) != NULL; i++)
		assert_string_equal(entry->key, left[i]);
	assert_int_equal(i, 3);
	map_free(&map);
}

static void
test_hash(void **state)
{
	unsigned buckets[256] = { 0 };
	char key[16];

	(void)state;
	assert_int_equal(map_hash("abc", 3), map_hash("abc", 3));
	assert_int_not_equal(map_hash("abc", 3), map_hash("abd", 3));
	assert_int_not_equal(map_hash("", 0), map_hash("\0", 1));
	for (int i = 0; i < 25600; i++) {
		snprintf(key, sizeof(key), "%d", i);
		buckets[map_hash(key, strlen(key)) & 255]++;
	}
	for (int i = 0; i < 256; i++)
		assert_in_range(buckets[i], 50, 160);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_model),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
