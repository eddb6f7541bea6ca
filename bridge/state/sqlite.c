/* SPDX-License-Identifier: ISC */
/*
 * State in one SQLite file, shared by all workers.  WAL with synchronous NORMAL:
 * after a crash of the machine the last saves may be missing, never half of one,
 * and a missing last SyncKey costs a phone one request with the key before.
 * Statements are prepared once a process.  A file that is damaged, foreign or
 * written by a newer version is refused and left as it is.  Worker.
 */
#include "bridge/state/state.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bridge/base/arena.h"
#include "bridge/base/log.h"
#include "bridge/state/device.h"

enum {
	SCHEMA = 1,                   /* user_version of the file */
	APPLICATION = 0x65617362,     /* application_id: "easb" */
	BUSY_MS = 5000,
	HEADER = 100,                 /* bytes of an SQLite file's header */
	WAL_TRIES = 20, WAL_PAUSE_US = 50000,
};

#define NAME_OF(name) ", " #name
#define NUMBER_OF(kind, name) ", " #name
#define MARK_OF(name) ", ?"
#define NUMBER_MARK_OF(kind, name) ", ?"
#define TEXT_COLUMN(name) #name " TEXT NOT NULL, "
#define NUMBER_COLUMN(kind, name) #name " INTEGER NOT NULL, "

static const char schema[] =
    "CREATE TABLE blob (user TEXT NOT NULL, device TEXT NOT NULL, name TEXT NOT NULL,"
    " data BLOB NOT NULL, PRIMARY KEY (user, device, name));"
    "CREATE TABLE device (user TEXT NOT NULL, id TEXT NOT NULL, "
    DEVICE_NUMBERS(NUMBER_COLUMN) DEVICE_TEXTS(TEXT_COLUMN)
    "PRIMARY KEY (user, id));"
    "PRAGMA application_id = 1700885346;"
    "PRAGMA user_version = 1;";

enum statement {
	BEGIN, COMMIT, ROLLBACK, LOAD, SAVE, FORGET_ONE, FORGET_BELOW, FORGET_ALL, FORGET_DEVICE,
	DEVICE_GET, DEVICE_PUT, N_STATEMENTS
};

static const char *const statements[N_STATEMENTS] = {
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",
	[LOAD] = "SELECT data FROM blob WHERE user = ?1 AND device = ?2 AND name = ?3",
	[SAVE] = "INSERT INTO blob (user, device, name, data) VALUES (?1, ?2, ?3, ?4)"
	    " ON CONFLICT (user, device, name) DO UPDATE SET data = excluded.data",
	[FORGET_ONE] = "DELETE FROM blob WHERE user = ?1 AND device = ?2 AND name = ?3",
	/* everything below "c/5/" lies between "c/5/" and "c/50" ('0' follows '/') */
	[FORGET_BELOW] = "DELETE FROM blob WHERE user = ?1 AND device = ?2 AND name >= ?3"
	    " AND name < substr(?3, 1, length(?3) - 1) || '0'",
	[FORGET_ALL] = "DELETE FROM blob WHERE user = ?1 AND device = ?2",
	[FORGET_DEVICE] = "DELETE FROM device WHERE user = ?1 AND id = ?2",
	[DEVICE_GET] = "SELECT id" DEVICE_NUMBERS(NUMBER_OF) DEVICE_TEXTS(NAME_OF)
	    " FROM device WHERE user = ?1 AND id = ?2",
	[DEVICE_PUT] = "INSERT OR REPLACE INTO device (user, id" DEVICE_NUMBERS(NUMBER_OF)
	    DEVICE_TEXTS(NAME_OF) ") VALUES (?, ?" DEVICE_NUMBERS(NUMBER_MARK_OF)
	    DEVICE_TEXTS(MARK_OF) ")",
};

struct sqlite_state {
	struct state state;
	sqlite3 *db;
	sqlite3_stmt *statements[N_STATEMENTS];
};

static struct sqlite_state *
of(struct state *state)
{
	return (struct sqlite_state *)state;
}

/* --- errors --- */

static void
complain(const char *where, const char *reason)
{
	char quoted[256], why[256];

	log_event(LEVEL_ERROR, NULL, "state", "file=%s reason=%s",
	    log_quote(where, quoted, sizeof(quoted)), log_quote(reason, why, sizeof(why)));
}

/* Logs and tells what an SQLite error means to us. */
static enum fault
fault_of(struct sqlite_state *sqlite, int code)
{
	complain(sqlite3_db_filename(sqlite->db, "main"), sqlite3_errmsg(sqlite->db));
	switch (code & 0xff) {
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return CANNOT;
	case SQLITE_MISUSE:
	case SQLITE_RANGE:
	case SQLITE_ERROR:
		return BUG;
	default:
		return TRY_LATER;
	}
}

/* --- statements --- */

static sqlite3_stmt *
statement(struct sqlite_state *sqlite, enum statement which)
{
	sqlite3_stmt **at = &sqlite->statements[which];

	if (!*at)
		sqlite3_prepare_v3(sqlite->db, statements[which], -1, SQLITE_PREPARE_PERSISTENT,
		    at, NULL);
	return *at;
}

static void
bind_text(sqlite3_stmt *stmt, int at, const char *text)
{
	sqlite3_bind_text(stmt, at, text, -1, SQLITE_STATIC);
}

/* Runs a statement that gives no rows, then makes it ready for the next use. */
static enum fault
finish(struct sqlite_state *sqlite, sqlite3_stmt *stmt)
{
	int code = stmt ? sqlite3_step(stmt) : sqlite3_errcode(sqlite->db);
	enum fault fault = code == SQLITE_DONE || code == SQLITE_ROW ? OK : fault_of(sqlite, code);

	if (stmt) {
		sqlite3_reset(stmt);
		sqlite3_clear_bindings(stmt);
	}
	return fault;
}

static enum fault
simple(struct state *state, enum statement which)
{
	return finish(of(state), statement(of(state), which));
}

static sqlite3_stmt *
keyed(struct state *state, enum statement which, const struct state_key *key)
{
	sqlite3_stmt *stmt = statement(of(state), which);

	if (stmt) {
		bind_text(stmt, 1, key->user);
		bind_text(stmt, 2, key->device);
		if (sqlite3_bind_parameter_count(stmt) >= 3)
			bind_text(stmt, 3, key->name);
	}
	return stmt;
}

/* --- opening --- */

/* Is the file one that SQLite wrote, and all there?  An empty or missing one is fine. */
static const char *
file_fault(const char *where)
{
	unsigned char head[HEADER];
	struct stat st;
	uint64_t page, pages;
	ssize_t n;
	int fd = open(where, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return strerror(errno);
	n = pread(fd, head, sizeof(head), 0);
	if (n < 0 || fstat(fd, &st) < 0) {
		close(fd);
		return strerror(errno);
	}
	close(fd);
	if (n == 0)
		return NULL;
	if (n < HEADER || memcmp(head, "SQLite format 3", 16) != 0)
		return "not a state file, or damaged: nothing was changed";
	page = (uint64_t)head[16] << 8 | head[17];
	page = page == 1 ? 65536 : page;
	pages = (uint64_t)head[28] << 24 | (uint64_t)head[29] << 16 | (uint64_t)head[30] << 8 |
	    head[31];
	/* the count holds only if it is as new as the file (SQLite file format, 1.3.7) */
	if (!memcmp(head + 24, head + 92, 4) && (uint64_t)st.st_size < page * pages)
		return "damaged (cut short): nothing was changed";
	return NULL;
}

static bool
ask_number(struct sqlite_state *sqlite, const char *sql, int *ret)
{
	sqlite3_stmt *stmt = NULL;
	bool ok = sqlite3_prepare_v2(sqlite->db, sql, -1, &stmt, NULL) == SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW;

	if (ok)
		*ret = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	return ok;
}

static bool
execute(struct sqlite_state *sqlite, const char *sql)
{
	return sqlite3_exec(sqlite->db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

/* Makes the tables in an empty file; several workers may come at once. */
static const char *
schema_make(struct sqlite_state *sqlite)
{
	int version = 0, tables = 0, application = 0;

	if (!execute(sqlite, "BEGIN IMMEDIATE"))
		return sqlite3_errmsg(sqlite->db);
	if (!ask_number(sqlite, "PRAGMA user_version", &version) ||
	    !ask_number(sqlite, "PRAGMA application_id", &application) ||
	    !ask_number(sqlite, "SELECT count(*) FROM sqlite_master", &tables)) {
		execute(sqlite, "ROLLBACK");
		return "damaged: nothing was changed";
	}
	if (!version && !tables && !application)
		return execute(sqlite, schema) && execute(sqlite, "COMMIT") ? NULL :
		    sqlite3_errmsg(sqlite->db);
	execute(sqlite, "ROLLBACK");
	if (application != APPLICATION)
		return "a database of another program: nothing was changed";
	if (version > SCHEMA)
		return "written by a newer version of easbridge: nothing was changed";
	return version == SCHEMA ? NULL : "of an unknown version: nothing was changed";
}

/* Only now, after the file was found to be ours, is anything about it changed. */
static const char *
wal_enable(struct sqlite_state *sqlite)
{
	for (int i = 0; i < WAL_TRIES; i++) {
		if (execute(sqlite, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
		    "PRAGMA mmap_size = 0; PRAGMA trusted_schema = OFF;"))
			return NULL;
		usleep(WAL_PAUSE_US);
	}
	return sqlite3_errmsg(sqlite->db);
}

static void
sqlite_close(struct state **state)
{
	struct sqlite_state *sqlite = of(*state);

	if (!sqlite)
		return;
	for (int i = 0; i < N_STATEMENTS; i++)
		sqlite3_finalize(sqlite->statements[i]);
	sqlite3_close(sqlite->db);
	free(sqlite);
	*state = NULL;
}

static enum fault
sqlite_open(const char *where, struct state **ret_state)
{
	struct sqlite_state *sqlite;
	struct state *state;
	const char *reason = *where ? file_fault(where) : "no file named";

	if (reason) {
		complain(where, reason);
		return CANNOT;
	}
	sqlite = calloc(1, sizeof(*sqlite));
	if (!sqlite)
		abort();
	sqlite->state.ops = &sqlite_state_ops;
	state = &sqlite->state;
	if (sqlite3_open_v2(where, &sqlite->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
	    NULL) != SQLITE_OK)
		reason = sqlite->db ? sqlite3_errmsg(sqlite->db) : "no memory";
	else {
		sqlite3_busy_timeout(sqlite->db, BUSY_MS);
		reason = schema_make(sqlite);
		if (!reason)
			reason = wal_enable(sqlite);
	}
	if (reason) {
		complain(where, reason);
		sqlite_close(&state);
		return CANNOT;
	}
	*ret_state = state;
	return OK;
}

/* --- the slots --- */

static enum fault
sqlite_begin(struct state *state)
{
	return simple(state, BEGIN);
}

static enum fault
sqlite_commit(struct state *state)
{
	enum fault fault = simple(state, COMMIT);

	if (fault != OK && !sqlite3_get_autocommit(of(state)->db))
		simple(state, ROLLBACK);
	return fault;
}

static void
sqlite_rollback(struct state *state)
{
	if (!sqlite3_get_autocommit(of(state)->db))
		simple(state, ROLLBACK);
}

static enum fault
sqlite_load(struct state *state, struct arena *arena, const struct state_key *key,
    void **ret_data, size_t *ret_len)
{
	sqlite3_stmt *stmt = keyed(state, LOAD, key);
	int code = stmt ? sqlite3_step(stmt) : SQLITE_ERROR;
	enum fault fault = code == SQLITE_ROW ? OK : code == SQLITE_DONE ? ITEM_GONE :
	    fault_of(of(state), code);

	if (fault == OK) {
		*ret_len = (size_t)sqlite3_column_bytes(stmt, 0);
		*ret_data = arena_alloc(arena, *ret_len);
		if (*ret_len)
			memcpy(*ret_data, sqlite3_column_blob(stmt, 0), *ret_len);
	}
	if (stmt)
		sqlite3_reset(stmt);
	return fault;
}

static enum fault
sqlite_save(struct state *state, const struct state_key *key, const void *data, size_t len)
{
	sqlite3_stmt *stmt = keyed(state, SAVE, key);

	if (stmt)
		sqlite3_bind_blob64(stmt, 4, len ? data : "", len, SQLITE_STATIC);
	return finish(of(state), stmt);
}

static enum fault
sqlite_forget(struct state *state, const struct state_key *key)
{
	size_t n = strlen(key->name);
	enum fault fault;

	if (n && key->name[n - 1] == '/')
		return finish(of(state), keyed(state, FORGET_BELOW, key));
	if (n)
		return finish(of(state), keyed(state, FORGET_ONE, key));
	fault = finish(of(state), keyed(state, FORGET_ALL, key));
	return fault == OK ? finish(of(state), keyed(state, FORGET_DEVICE, key)) : fault;
}

static enum fault
sqlite_device_get(struct state *state, struct arena *arena, const char *user, const char *device,
    struct device *ret_device)
{
	struct state_key key = { user, device, "" };
	sqlite3_stmt *stmt = keyed(state, DEVICE_GET, &key);
	int code = stmt ? sqlite3_step(stmt) : SQLITE_ERROR;
	int at = 1;
	enum fault fault = code == SQLITE_ROW ? OK : code == SQLITE_DONE ? ITEM_GONE :
	    fault_of(of(state), code);

	if (fault == OK) {
		*ret_device = (struct device){ .id = arena_strdup(arena, device) };
#define X(kind, name) ret_device->name = (kind)sqlite3_column_int64(stmt, at++);
		DEVICE_NUMBERS(X)
#undef X
#define X(name) ret_device->name = \
	arena_strdup(arena, (const char *)sqlite3_column_text(stmt, at++));
		DEVICE_TEXTS(X)
#undef X
	}
	if (stmt)
		sqlite3_reset(stmt);
	return fault;
}

static enum fault
sqlite_device_put(struct state *state, const char *user, const struct device *device)
{
	sqlite3_stmt *stmt = statement(of(state), DEVICE_PUT);
	int at = 1;

	if (stmt) {
		bind_text(stmt, at++, user);
		bind_text(stmt, at++, device->id);
#define X(kind, name) sqlite3_bind_int64(stmt, at++, (sqlite3_int64)device->name);
		DEVICE_NUMBERS(X)
#undef X
#define X(name) bind_text(stmt, at++, device->name);
		DEVICE_TEXTS(X)
#undef X
	}
	return finish(of(state), stmt);
}

const struct state_ops sqlite_state_ops = {
	.name = "sqlite",
	.open = sqlite_open,
	.close = sqlite_close,
	.begin = sqlite_begin,
	.commit = sqlite_commit,
	.rollback = sqlite_rollback,
	.load = sqlite_load,
	.save = sqlite_save,
	.forget = sqlite_forget,
	.device_get = sqlite_device_get,
	.device_put = sqlite_device_put,
};
