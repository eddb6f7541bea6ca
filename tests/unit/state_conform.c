/* SPDX-License-Identifier: ISC */
/*
 * What every state store must do, played against each of them; then what only a
 * file can get wrong: foreign, damaged, newer, and a process killed in between.
 */
#include <setjmp.h> /* cmocka wants it */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bridge/base/arena.h"
#include "bridge/state/state.h"

static char dir[] = "/tmp/state_conform.XXXXXX";
static struct arena *arena;

static const char *
path(const char *name)
{
	return arena_printf(arena, "%s/%s", dir, name);
}

static const struct state_key a1 = { "a@x", "phone", "c/1" }, a1_items = { "a@x", "phone", "c/1/" },
    a10 = { "a@x", "phone", "c/10" }, other_device = { "a@x", "tablet", "c/1" },
    other_user = { "b@x", "phone", "c/1" };

static void
put(struct state *state, const struct state_key *key, const char *text)
{
	assert_int_equal(state->ops->save(state, key, text, strlen(text)), OK);
}

/* NULL if there is nothing of that name. */
static const char *
get(struct state *state, const struct state_key *key)
{
	void *data;
	size_t len;
	enum fault fault = state->ops->load(state, arena, key, &data, &len);

	if (fault == ITEM_GONE)
		return NULL;
	assert_int_equal(fault, OK);
	return arena_strndup(arena, data, len);
}

static void
blobs(struct state *state)
{
	char binary[300];
	void *data;
	size_t len;

	assert_null(get(state, &a1));
	put(state, &a1, "one");
	put(state, &a1, "two");
	put(state, &other_device, "tablet");
	put(state, &other_user, "b");
	assert_string_equal(get(state, &a1), "two");
	assert_string_equal(get(state, &other_device), "tablet");
	assert_string_equal(get(state, &other_user), "b");
	for (size_t i = 0; i < sizeof(binary); i++)
		binary[i] = (char)i;
	assert_int_equal(state->ops->save(state, &a1, binary, sizeof(binary)), OK);
	assert_int_equal(state->ops->load(state, arena, &a1, &data, &len), OK);
	assert_int_equal(len, sizeof(binary));
	assert_memory_equal(data, binary, len);
	assert_int_equal(state->ops->save(state, &a1, NULL, 0), OK);
	assert_int_equal(state->ops->load(state, arena, &a1, &data, &len), OK);
	assert_int_equal(len, 0);
}

static void
forgetting(struct state *state)
{
	static const struct {
		const char *forget;
		const char *left; /* of 1 = c/1, i = c/1/, x = c/1/x, t = c/10 */
	} cases[] = {
		{ "c/2", "1ixt" }, { "c/1", "ixt" }, { "c/1/", "1t" }, { "c/", "" }, { "", "" },
		{ "c/1/x", "1it" },
	};
	static const struct {
		char letter;
		const char *name;
	} names[] = { { '1', "c/1" }, { 'i', "c/1/" }, { 'x', "c/1/x" }, { 't', "c/10" } };

	put(state, &other_device, "stays");
	put(state, &other_user, "stays");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct state_key key = { "a@x", "phone", cases[i].forget };
		char left[8] = "";

		for (size_t j = 0; j < 4; j++)
			put(state, &(struct state_key){ "a@x", "phone", names[j].name }, "x");
		assert_int_equal(state->ops->forget(state, &key), OK);
		for (size_t j = 0; j < 4; j++)
			if (get(state, &(struct state_key){ "a@x", "phone", names[j].name }))
				left[strlen(left)] = names[j].letter;
		assert_string_equal(left, cases[i].left);
	}
	assert_non_null(get(state, &other_device));
	assert_non_null(get(state, &other_user));
}

static void
transactions(struct state *state)
{
	put(state, &a1, "old");
	put(state, &other_device, "tablet");
	assert_int_equal(state->ops->begin(state), OK);
	put(state, &a1, "new");
	put(state, &a1, "newer");
	put(state, &a10, "ten");
	assert_int_equal(state->ops->forget(state, &other_device), OK);
	assert_string_equal(get(state, &a1), "newer");
	state->ops->rollback(state);
	assert_string_equal(get(state, &a1), "old");
	assert_null(get(state, &a10));
	assert_non_null(get(state, &other_device));
	assert_int_equal(state->ops->begin(state), OK);
	put(state, &a1, "new");
	assert_int_equal(state->ops->commit(state), OK);
	state->ops->rollback(state); /* of nothing: harmless */
	assert_string_equal(get(state, &a1), "new");
}

static void
devices(struct state *state)
{
	struct device got, device = {
		.id = "phone", .id_as_given = "PHONE", .type = "iPhone", .user_agent = "UA/1",
		.model = "", .imei = "49", .friendly_name = "M\xc3\xbcller's", .os = "iOS",
		.os_language = "de", .phone_number = "", .mobile_operator = "x",
		.version = 141, .policy_key = 4294967295u, .temporary_key = 7,
		.first_seen = 1700000000, .last_seen = 17000000000, .is_new = true,
	};

	assert_int_equal(state->ops->device_get(state, arena, "a@x", "phone", &got), ITEM_GONE);
	assert_int_equal(state->ops->device_put(state, "a@x", &device), OK);
	device.type = "iPad";
	assert_int_equal(state->ops->device_put(state, "a@x", &device), OK);
	assert_int_equal(state->ops->device_get(state, arena, "b@x", "phone", &got), ITEM_GONE);
	assert_int_equal(state->ops->device_get(state, arena, "a@x", "phone", &got), OK);
	assert_string_equal(got.id, "phone");
	assert_string_equal(got.id_as_given, "PHONE");
	assert_string_equal(got.type, "iPad");
	assert_string_equal(got.friendly_name, device.friendly_name);
	assert_string_equal(got.mobile_operator, "x");
	assert_string_equal(got.phone_number, "");
	assert_true(got.version == 141 && got.policy_key == 4294967295u && got.temporary_key == 7);
	assert_true(got.last_seen == 17000000000 && !got.is_new);
	assert_int_equal(state->ops->forget(state, &(struct state_key){ "a@x", "phone", "" }), OK);
	assert_int_equal(state->ops->device_get(state, arena, "a@x", "phone", &got), ITEM_GONE);
}

static void
test_conform(void **unused)
{
	static void (*const parts[])(struct state *) = {
		blobs, forgetting, transactions, devices
	};
	const char *settings[] = { "memory:", arena_printf(arena, "sqlite:%s", path("c.db")) };

	(void)unused;
	for (size_t i = 0; i < 2; i++)
		for (size_t j = 0; j < sizeof(parts) / sizeof(parts[0]); j++) {
			struct state *state;

			unlink(path("c.db"));
			unlink(path("c.db-wal"));
			unlink(path("c.db-shm"));
			assert_int_equal(state_open(settings[i], &state), OK);
			parts[j](state);
			state->ops->close(&state);
			assert_null(state);
		}
}

static void
test_settings(void **unused)
{
	static const char *const cases[] = {
		"sqlite:", "postgresql://x", "", "sqlite:/nonexistent/dir/x.db"
	};
	struct state *state = NULL;

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(state_open(cases[i], &state), CANNOT);
	assert_null(state);
}

static enum fault
open_file(const char *name, struct state **ret)
{
	return state_open(arena_printf(arena, "sqlite:%s", path(name)), ret);
}

static void
write_file(const char *name, const void *data, size_t len)
{
	FILE *file = fopen(path(name), "w");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
	fclose(file);
}

static size_t
read_file(const char *name, char *data, size_t max)
{
	FILE *file = fopen(path(name), "r");
	size_t n;

	assert_non_null(file);
	n = fread(data, 1, max, file);
	fclose(file);
	return n;
}

static void
sql(const char *name, const char *text)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path(name), &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

/* A file that is not ours is refused and keeps every byte. */
static void
test_refused_files(void **unused)
{
	static char before[1 << 20], after[1 << 20];
	struct state *state = NULL;

	(void)unused;
	assert_int_equal(open_file("good.db", &state), OK);
	for (int i = 0; i < 100; i++)
		put(state, &(struct state_key){ "u", "d", arena_printf(arena, "n%d", i) },
		    "something longer than nothing, so that there are some pages to cut off");
	state->ops->close(&state);

	write_file("text.db", "I am a letter, not a database. Please leave me alone. "
	    "I am longer than one hundred bytes, too.", 95);
	size_t n = read_file("good.db", before, sizeof(before));
	assert_true(n > 8192);
	write_file("cut.db", before, n - 4096);
	write_file("short.db", before, 60);
	before[1000] = 'x';
	memset(before + 100, 0x5a, 400);
	write_file("damaged.db", before, n);
	sql("foreign.db", "CREATE TABLE t (x); PRAGMA user_version = 1;");
	assert_int_equal(open_file("newer.db", &state), OK);
	state->ops->close(&state);
	sql("newer.db", "PRAGMA user_version = 2");

	static const char *const cases[] = {
		"text.db", "cut.db", "short.db", "damaged.db", "foreign.db", "newer.db"
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t n1 = read_file(cases[i], before, sizeof(before));

		if (open_file(cases[i], &state) != CANNOT)
			fail_msg("%s was opened", cases[i]);
		assert_int_equal(read_file(cases[i], after, sizeof(after)), n1);
		assert_memory_equal(before, after, n1);
	}
}

/* Saves generation after generation until it is killed. */
static void
child_saves(void)
{
	struct state *state;
	char text[5000];

	if (open_file("kill.db", &state) != OK)
		_exit(1);
	for (unsigned i = 0;; i++) {
		memset(text, 'a' + (int)(i % 26), sizeof(text));
		state->ops->begin(state);
		state->ops->save(state, &a1, text, 500 + i % 7 * 600);
		state->ops->save(state, &a1_items, text, sizeof(text));
		state->ops->commit(state);
	}
}

static void
test_kill(void **unused)
{
	(void)unused;
	srand(1);
	for (int i = 0; i < 12; i++) {
		pid_t pid = fork();
		struct state *state;
		void *head, *items;
		size_t head_len, items_len;

		if (!pid)
			child_saves();
		usleep(20000 + (useconds_t)(rand() % 30000));
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		assert_int_equal(open_file("kill.db", &state), OK);
		if (state->ops->load(state, arena, &a1, &head, &head_len) == OK) {
			assert_int_equal(state->ops->load(state, arena, &a1_items, &items,
			    &items_len), OK);
			assert_int_equal(items_len, 5000);
			assert_memory_equal(head, items, head_len);
		}
		state->ops->close(&state);
	}
}

/* Several workers come to a file that is not there yet, and write at once. */
static void
test_many_processes(void **unused)
{
	enum { N = 6, EACH = 40 };
	pid_t pids[N];
	struct state *state;
	int status;

	(void)unused;
	for (int i = 0; i < N; i++) {
		pids[i] = fork();
		if (pids[i])
			continue;
		if (open_file("many.db", &state) != OK)
			_exit(1);
		for (int j = 0; j < EACH; j++) {
			struct state_key key = { "u", arena_printf(arena, "d%d", i),
				arena_printf(arena, "n%d", j) };

			if (state->ops->begin(state) != OK ||
			    state->ops->save(state, &key, "x", 1) != OK ||
			    state->ops->commit(state) != OK)
				_exit(2);
		}
		_exit(0);
	}
	for (int i = 0; i < N; i++) {
		waitpid(pids[i], &status, 0);
		assert_int_equal(status, 0);
	}
	assert_int_equal(open_file("many.db", &state), OK);
	for (int i = 0; i < N * EACH; i++)
		assert_non_null(get(state, &(struct state_key){ "u",
		    arena_printf(arena, "d%d", i / EACH), arena_printf(arena, "n%d", i % EACH) }));
	state->ops->close(&state);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conform), cmocka_unit_test(test_settings),
		cmocka_unit_test(test_refused_files), cmocka_unit_test(test_kill),
		cmocka_unit_test(test_many_processes),
	};
	char command[64];
	int failed;

	if (!mkdtemp(dir))
		return 1;
	arena = arena_new(0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(&arena);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command) || failed;
}
