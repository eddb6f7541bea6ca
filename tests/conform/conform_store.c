/* SPDX-License-Identifier: ISC */
/*
 * conform_store URL USER PASSWORD [SETTINGS]: plays every operation of struct store_ops against a
 * server and says what does not hold.  SETTINGS are lines of the domain's configuration.  With
 * "--refused FAULT" before the URL only opening is tried, and has to fail with that fault.  With
 * "--evil KIND" the server is one of tests/servers/evil: whatever it does, all ends in time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/base/body.h"
#include "bridge/base/date.h"
#include "bridge/base/log.h"
#include "bridge/config.h"
#include "tests/conform/conform.h"

extern const struct store_ops imap_store_ops;

bool
check(struct suite *suite, bool ok, const char *what, const char *file, int line)
{
	const char *slash = strrchr(file, '/');

	if (ok) {
		suite->passed++;
	} else {
		suite->failed++;
		printf("FAILED %s:%d: %s\n", slash ? slash + 1 : file, line, what);
	}
	return ok;
}

bool
check_fault(struct suite *suite, enum fault got, enum fault want, const char *what, int line)
{
	if (got == want) {
		suite->passed++;
		return true;
	}
	suite->failed++;
	printf("FAILED line %d: %s gave %s, not %s\n", line, what, fault_name(got),
	    fault_name(want));
	return false;
}

static void
mistake_print(void *ctx, const char *file, int line, const char *key, const char *reason)
{
	(void)ctx;
	fprintf(stderr, "%s:%d: %s: %s\n", file, line, key ? key : "", reason);
}

void
conform_configure(const char *url, const char *extra)
{
	char text[4096];
	int n = snprintf(text, sizeof(text),
	    "[server]\nlisten = 127.0.0.1:1 plain\nupstream_timeout = 5\nconnect_timeout = 5\n"
	    "[domain *]\nsmtp = smtp://localhost\nimap = %s\n%s\n", url, extra ? extra : "");

	config = config_parse(text, (size_t)n, "conform", mistake_print, NULL);
	if (!config)
		exit(2);
}

enum fault
conform_open(struct suite *suite, const char *password, struct store **ret_store)
{
	const struct domain_config *domain = config_domain(config, "ex.test");
	struct login login = { .url = &domain->imap, .domain = domain, .account = suite->user,
		.user = suite->user, .password = password, .request_id = "conform" };
	enum fault fault = suite->ops->open(&login, ret_store);

	if (fault == OK)
		(*ret_store)->arena = suite->arena;
	return fault;
}

static bool
folder_collect(void *ctx, const struct folder *folder)
{
	struct folder_list *list = ctx;

	if (list->n < LIST_MAX)
		list->list[list->n++] = *folder;
	return true;
}

struct folder_list *
folders_list(struct suite *suite)
{
	struct folder_list *list = arena_alloc(suite->arena, sizeof(*list));

	CHECK_FAULT(suite, suite->ops->folders(suite->store, folder_collect, list), OK);
	return list;
}

const struct folder *
folder_by_name(const struct folder_list *list, const char *display_name)
{
	for (unsigned i = 0; i < list->n; i++)
		if (strcmp(list->list[i].display_name, display_name) == 0)
			return &list->list[i];
	return NULL;
}

const struct folder *
folder_by_type(const struct folder_list *list, enum folder_type type)
{
	for (unsigned i = 0; i < list->n; i++)
		if (list->list[i].type == type)
			return &list->list[i];
	return NULL;
}

static bool
change_collect(void *ctx, const struct change *change)
{
	struct told *told = ctx;

	if (told->n < LIST_MAX)
		told->list[told->n++] = *change;
	return told->n < LIST_MAX;
}

struct told *
changes_of(struct suite *suite, const char *folder, struct known_list *known, int64_t since,
    struct stamp *ret_stamp, enum fault *ret_fault)
{
	struct told *told = arena_alloc(suite->arena, sizeof(*told));
	struct span span = { since };
	struct known_list nothing = { 0 };

	*ret_fault = suite->ops->changes(suite->store, folder, &span, known ? known : &nothing,
	    change_collect, told, ret_stamp);
	return told;
}

static int
entry_compare(const void *a, const void *b)
{
	const struct known_entry *x = a, *y = b;

	return x->num < y->num ? -1 : x->num > y->num;
}

struct known_list *
known_after(struct suite *suite, const struct told *told, const struct stamp *stamp)
{
	struct known_list *known = arena_alloc(suite->arena, sizeof(*known));
	struct known_entry *list = arena_array(suite->arena, told->n, sizeof(*list));

	for (unsigned i = 0; i < told->n; i++)
		list[i] = (struct known_entry){ .num = told->list[i].num,
			.mark = told->list[i].mark };
	qsort(list, told->n, sizeof(*list), entry_compare);
	known->list = list;
	known->n = told->n;
	known->stamp = stamp;
	return known;
}

uint32_t
raw_add(struct suite *suite, struct store *store, const char *folder, const char *raw)
{
	struct item item = { .class = CLASS_EMAIL };
	struct body body;
	uint32_t num = 0;

	body_from_memory(&body, raw, strlen(raw));
	CHECK_FAULT(suite, suite->ops->add(store, folder, &item, &body, &num), OK);
	CHECK(suite, num != 0);
	body_close(&body);
	return num;
}

uint32_t
mail_add(struct suite *suite, struct store *store, const char *folder, const char *subject)
{
	static unsigned serial;

	return raw_add(suite, store, folder, arena_printf(suite->arena,
	    "From: Anna <anna@example.net>\r\nTo: alice@ex.test\r\nSubject: %s\r\n"
	    "Message-ID: <conform.%u.%lld@example.net>\r\n"
	    "Date: Mon, 05 Jan 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n\r\nText of %s, Grüße.\r\n",
	    subject, ++serial, (long long)now_wall_ms(), subject));
}

static int
refused_try(struct suite *suite, const char *want)
{
	struct store *store = NULL;
	int64_t begun = now_ms();
	enum fault fault = conform_open(suite, suite->password, &store);

	CHECK(suite, store == NULL);
	CHECK(suite, now_ms() - begun < 12000);
	if (!CHECK(suite, strcmp(fault_name(fault), want) == 0))
		printf("  it gave %s\n", fault_name(fault));
	return suite->failed ? 1 : 0;
}

int
main(int argc, char **argv)
{
	struct suite suite = { .ops = &imap_store_ops };
	const char *refused = NULL, *evil = NULL;

	if (argc > 3 && strncmp(argv[1], "--", 2) == 0) {
		refused = strcmp(argv[1], "--refused") == 0 ? argv[2] : NULL;
		evil = strcmp(argv[1], "--evil") == 0 ? argv[2] : NULL;
		argc -= 2;
		argv += 2;
	}
	if (argc < 4) {
		fprintf(stderr, "usage: conform_store [--refused FAULT | --evil KIND] "
		    "URL USER PASSWORD [SETTINGS]\n");
		return 2;
	}
	if (getenv("CONFORM_WIRE"))
		log_set_level(LEVEL_WIRE);
	suite.url = argv[1];
	suite.user = argv[2];
	suite.password = argv[3];
	conform_configure(suite.url, argc > 4 ? argv[4] : NULL);
	suite.arena = arena_new(0);
	if (refused)
		return refused_try(&suite, refused);
	if (evil) {
		if (strcmp(evil, "poison") == 0)
			conform_poison(&suite);
		else
			conform_evil(&suite);
		printf("%u passed, %u failed\n", suite.passed, suite.failed);
		return suite.failed ? 1 : 0;
	}
	if (!CHECK_FAULT(&suite, conform_open(&suite, suite.password, &suite.store), OK))
		return 1;
	CHECK_FAULT(&suite, conform_open(&suite, suite.password, &suite.other), OK);
	conform_folders(&suite);
	conform_changes(&suite);
	conform_items(&suite);
	conform_moves(&suite);
	CHECK(&suite, suite.ops->is_alive(suite.store));
	suite.ops->close(&suite.store);
	suite.ops->close(&suite.other);
	CHECK(&suite, suite.store == NULL);
	arena_free(&suite.arena);
	printf("%u passed, %u failed\n", suite.passed, suite.failed);
	return suite.failed ? 1 : 0;
}
