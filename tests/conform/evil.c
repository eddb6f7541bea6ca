/* SPDX-License-Identifier: ISC */
/* Operations against a server that goes wrong when asked for messages. */
#include <stdio.h>
#include <string.h>

#include "bridge/base/body.h"
#include "bridge/base/date.h"
#include "bridge/config.h"
#include "tests/conform/conform.h"

enum { SLACK_MS = 2000 };

typedef enum fault attempt_fn(struct suite *suite);

static bool
change_ignore(void *ctx, const struct change *change)
{
	(void)ctx;
	(void)change;
	return true;
}

static bool
item_ignore(void *ctx, const struct item_ref *ref, enum fault fault, const struct item *item)
{
	(void)ctx;
	(void)ref;
	(void)fault;
	(void)item;
	return true;
}

static enum fault
changes_try(struct suite *suite)
{
	struct known_list nothing = { 0 };
	struct span span = { 0 };
	struct stamp stamp;

	return suite->ops->changes(suite->store, "INBOX", &span, &nothing, change_ignore, NULL,
	    &stamp);
}

static enum fault
fetch_try(struct suite *suite)
{
	struct item_ref refs[2] = { { .folder = "INBOX", .num = 1 },
		{ .folder = "INBOX", .num = 2 } };
	struct body_wish wish = { .n = 1, .want = { { .type = BODY_PLAIN } } };

	return suite->ops->fetch(suite->store, refs, 2, &wish, item_ignore, NULL);
}

static enum fault
part_try(struct suite *suite)
{
	struct item_ref ref = { .folder = "INBOX", .num = 1 };
	struct body body;
	struct part part = { .data = &body };
	enum fault fault;

	body_init(&body, suite->arena, 1 << 20);
	fault = suite->ops->part(suite->store, &ref, "", NULL, &part);
	body_close(&body);
	return fault;
}

static enum fault
change_try(struct suite *suite)
{
	struct item item = { .class = CLASS_EMAIL };
	struct item_ref ref = { .folder = "INBOX", .num = 1 };
	uint32_t mark;

	ITEM_SET(&item.email, read, true);
	return suite->ops->change(suite->store, &ref, &item, &mark);
}

static const struct {
	const char *name;
	attempt_fn *fn;
} attempts[] = {
	{ "changes", changes_try }, { "fetch", fetch_try }, { "part", part_try },
	{ "change", change_try },
};

void
conform_evil(struct suite *suite)
{
	int64_t limit = config->server.upstream_timeout * 2000 + SLACK_MS;

	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		int64_t begun = now_ms();
		enum fault fault;

		if (!CHECK_FAULT(suite, conform_open(suite, suite->password, &suite->store), OK))
			return;
		fault = attempts[i].fn(suite);
		printf("%s: %s, %s, %d ms\n", attempts[i].name, fault_name(fault),
		    suite->ops->is_alive(suite->store) ? "alive" : "dead",
		    (int)(now_ms() - begun));
		CHECK(suite, now_ms() - begun < limit);
		/* never a fault that would make a phone drop what it has */
		CHECK(suite, fault == OK || fault == TRY_LATER || fault == ITEM_GONE);
		suite->ops->close(&suite->store);
	}
}

struct verdicts {
	unsigned n;
	enum fault list[8];
};

static bool
verdict_collect(void *ctx, const struct item_ref *ref, enum fault fault, const struct item *item)
{
	struct verdicts *verdicts = ctx;

	(void)ref;
	(void)item;
	if (verdicts->n < 8)
		verdicts->list[verdicts->n++] = fault;
	return true;
}

void
conform_poison(struct suite *suite)
{
	static const char poison[] = "Subject: bad\r\n\r\nX-Poison: here\r\n";
	static const enum fault want[] = { OK, ITEM_BAD, OK, ITEM_BAD, OK };
	struct body_wish wish = { .n = 1, .want = { { .type = BODY_PLAIN } } };
	struct verdicts verdicts = { 0 };
	struct item_ref refs[5];

	if (!CHECK_FAULT(suite, conform_open(suite, suite->password, &suite->store), OK))
		return;
	for (unsigned i = 0; i < 5; i++)
		refs[i] = (struct item_ref){ .folder = "INBOX",
			.num = want[i] == OK ? mail_add(suite, suite->store, "INBOX", "good") :
			    raw_add(suite, suite->store, "INBOX", poison) };
	CHECK_FAULT(suite, suite->ops->fetch(suite->store, refs, 5, &wish, verdict_collect,
	    &verdicts), OK);
	CHECK(suite, verdicts.n == 5);
	for (unsigned i = 0; i < verdicts.n; i++)
		CHECK(suite, verdicts.list[i] == want[i]);
	CHECK(suite, suite->ops->is_alive(suite->store));
	suite->ops->close(&suite->store);
}
