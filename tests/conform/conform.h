/* SPDX-License-Identifier: ISC */
/*
 * What the conformance tests of stores share: a store opened by URL, its folders and changes as
 * lists, mails to put in.  Each check prints one line and counts; nothing stops at a failure.
 */
#ifndef TESTS_CONFORM_CONFORM_H
#define TESTS_CONFORM_CONFORM_H

#include <stdbool.h>
#include <stdint.h>

#include "bridge/base/arena.h"
#include "bridge/store.h"

enum {
	LIST_MAX = 4096,
	NOT_THERE = 1000000,	/* a number no mail has (Cyrus stumbles over larger ones) */
};

struct told {
	unsigned n;
	struct change list[LIST_MAX];
};

struct folder_list {
	unsigned n;
	struct folder list[LIST_MAX];
};

struct suite {
	const struct store_ops *ops;
	const char *url, *user, *password;
	struct store *store;	/* the one under test */
	struct store *other;	/* a second connection of the same account */
	struct arena *arena;
	unsigned passed, failed;
};

#define CHECK(suite, condition) check((suite), (condition), #condition, __FILE__, __LINE__)
#define CHECK_FAULT(suite, call, want) check_fault((suite), (call), (want), #call, __LINE__)

bool check(struct suite *suite, bool ok, const char *what, const char *file, int line);
bool check_fault(struct suite *suite, enum fault got, enum fault want, const char *what, int line);

/* The configuration that opening needs, with this URL as the domain's store; extra: further
 * settings of the domain.  Exits if it is broken. */
void conform_configure(const char *url, const char *extra);
enum fault conform_open(struct suite *suite, const char *password, struct store **ret_store);

struct folder_list *folders_list(struct suite *suite);
const struct folder *folder_by_name(const struct folder_list *list, const char *display_name);
const struct folder *folder_by_type(const struct folder_list *list, enum folder_type type);

/* The folder's differences to known (NULL: nothing known), of mails since then. */
struct told *changes_of(struct suite *suite, const char *folder, struct known_list *known,
    int64_t since, struct stamp *ret_stamp, enum fault *ret_fault);
/* A known list of all that was told ADDED. */
struct known_list *known_after(struct suite *suite, const struct told *told,
    const struct stamp *stamp);

/* Puts a mail in; its number. */
uint32_t mail_add(struct suite *suite, struct store *store, const char *folder,
    const char *subject);
uint32_t raw_add(struct suite *suite, struct store *store, const char *folder, const char *raw);

/* The groups of tests. */
void conform_folders(struct suite *suite);
void conform_changes(struct suite *suite);
void conform_items(struct suite *suite);
void conform_moves(struct suite *suite);

/* Reading from a server that goes wrong: each operation ends in time, with a fault or without. */
void conform_evil(struct suite *suite);
/* A server that hangs up whenever one mail is fetched: the others arrive. */
void conform_poison(struct suite *suite);

#endif
