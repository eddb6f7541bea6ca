/* SPDX-License-Identifier: ISC */
/* Conformance of fetch, part, change in full, and search. */
#include <stdio.h>
#include <string.h>

#include "bridge/base/body.h"
#include "tests/conform/conform.h"

static const char with_parts[] =
	"From: =?utf-8?q?J=C3=B6rg?= <joerg@example.net>\r\nTo: alice@ex.test\r\n"
	"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe_mit_Anhang?=\r\n"
	"Message-ID: <parts@example.net>\r\nDate: Mon, 05 Jan 2026 10:00:00 +0000\r\n"
	"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"=b\"\r\n\r\n"
	"--=b\r\nContent-Type: text/plain; charset=iso-8859-1\r\n"
	"Content-Transfer-Encoding: quoted-printable\r\n\r\nSch=F6ne Gr=FC=DFe\r\n"
	"--=b\r\nContent-Type: application/octet-stream; name=\"data.bin\"\r\n"
	"Content-Disposition: attachment; filename=\"data.bin\"\r\n"
	"Content-Transfer-Encoding: base64\r\n\r\n"
	"MDEyMzQ1Njc4OUFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFla\r\n"
	"--=b\r\nContent-Type: text/plain; name=\"notes.txt\"\r\n"
	"Content-Disposition: attachment; filename=\"notes.txt\"\r\n\r\n"
	"line one\r\nline two unique7word\r\n"
	"--=b--\r\n";

struct got {
	struct suite *suite;
	unsigned n, stop_after;
	enum fault faults[16];
	uint32_t nums[16];
	struct email emails[16];
	const char *texts[16];
};

static bool
item_collect(void *ctx, const struct item_ref *ref, enum fault fault, const struct item *item)
{
	struct got *got = ctx;
	const void *data;
	size_t len;

	got->faults[got->n] = fault;
	got->nums[got->n] = ref->num;
	if (item) {
		struct arena *arena = got->suite->arena;
		struct email *email = &got->emails[got->n];

		*email = item->email;
		email->subject = arena_strdup(arena, item->email.subject);
		if (email->has.categories && email->categories.n) {
			const char **list = arena_array(arena, email->categories.n, sizeof(*list));

			for (unsigned i = 0; i < email->categories.n; i++)
				list[i] = arena_strdup(arena, item->email.categories.list[i]);
			email->categories.list = list;
		}
		if (item->email.has.body && item->email.body.data &&
		    body_view(item->email.body.data, &data, &len))
			got->texts[got->n] = arena_strndup(arena, data, len);
	}
	return ++got->n != got->stop_after;
}

/* The fetched items live in an arena of their own while they are handed over. */
static struct got *
fetched(struct suite *suite, const struct item_ref *refs, unsigned n, const struct body_wish *wish,
    unsigned stop_after)
{
	struct got *got = arena_alloc(suite->arena, sizeof(*got));
	struct arena *own = arena_new(0);

	got->suite = suite;
	got->stop_after = stop_after;
	suite->store->arena = own;
	CHECK_FAULT(suite, suite->ops->fetch(suite->store, refs, n, wish, item_collect, got), OK);
	suite->store->arena = suite->arena;
	arena_free(&own);
	return got;
}

static void
fetch_check(struct suite *suite, const char *folder, const uint32_t *nums)
{
	struct item_ref refs[4] = { { .folder = folder, .num = nums[1] },
		{ .folder = folder, .num = NOT_THERE }, { .folder = folder, .num = nums[2] },
		{ .folder = folder, .num = nums[0] } };
	struct body_wish wish = { .n = 1, .want = { { .type = BODY_PLAIN } } };
	struct got *got = fetched(suite, refs, 4, &wish, 0);

	CHECK(suite, got->n == 4);
	for (unsigned i = 0; i < got->n; i++)
		CHECK(suite, got->nums[i] == refs[i].num &&
		    got->faults[i] == (i == 1 ? ITEM_GONE : OK));
	CHECK(suite, got->texts[0] && strstr(got->texts[0], "Text of second, Grüße."));
	CHECK(suite, got->texts[2] && strstr(got->texts[2], "Schöne Grüße"));
	CHECK(suite, got->emails[2].subject &&
	    strcmp(got->emails[2].subject, "Grüße mit Anhang") == 0);
	CHECK(suite, got->emails[2].attachments.n == 2);
	CHECK(suite, got->emails[3].has.date_received && got->emails[3].date_received > 1600000000);
	/* R67: looking has marked nothing */
	CHECK(suite, got->emails[0].has.read && !got->emails[0].read);
	got = fetched(suite, refs, 4, &wish, 0);
	CHECK(suite, !got->emails[0].read && !got->emails[2].read);
	got = fetched(suite, refs, 4, &wish, 2);
	CHECK(suite, got->n == 2);
	wish.flags_only = true;
	got = fetched(suite, refs, 1, &wish, 0);
	CHECK(suite, got->n == 1 && got->emails[0].has.read && !got->emails[0].has.subject);
	wish.flags_only = false;
	wish.budget = 1;
	got = fetched(suite, refs, 4, &wish, 0);
	CHECK(suite, got->n == 1);
}

static void
mime_check(struct suite *suite, const char *folder, uint32_t num)
{
	struct item_ref ref = { .folder = folder, .num = num };
	struct body_wish wish = { .mime_support = 2, .n = 1, .want = { { .type = BODY_MIME } } };
	struct got *got = fetched(suite, &ref, 1, &wish, 0);

	CHECK(suite, got->texts[0] && strcmp(got->texts[0], with_parts) == 0);
}

static enum fault
part_get(struct suite *suite, const char *folder, uint32_t num, const char *section,
    const uint64_t range[2], struct part *ret_part, const char **ret_text)
{
	struct item_ref ref = { .folder = folder, .num = num };
	struct body *body = arena_alloc(suite->arena, sizeof(*body));
	const void *data;
	size_t len;
	enum fault fault;

	memset(ret_part, 0, sizeof(*ret_part));
	body_init(body, suite->arena, 1 << 20);
	ret_part->data = body;
	fault = suite->ops->part(suite->store, &ref, section, range, ret_part);
	*ret_text = body_view(body, &data, &len) ? arena_strndup(suite->arena, data, len) : "";
	return fault;
}

static void
part_check(struct suite *suite, const char *folder, uint32_t num)
{
	static const char data[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	const uint64_t all[2] = { 0, UINT64_MAX }, middle[2] = { 5, 9 }, tail[2] = { 30, 500 },
	    outside[2] = { 36, 40 }, text_middle[2] = { 5, 7 };
	struct part part;
	const char *text;

	CHECK_FAULT(suite, part_get(suite, folder, num, "2", all, &part, &text), OK);
	CHECK(suite, strcmp(text, data) == 0 && part.total == 36);
	CHECK(suite, part.display_name && strcmp(part.display_name, "data.bin") == 0);
	CHECK(suite, strcmp(part.content_type, "application/octet-stream") == 0);
	CHECK_FAULT(suite, part_get(suite, folder, num, "2", middle, &part, &text), OK);
	CHECK(suite, strcmp(text, "56789") == 0 && part.total == 36);
	CHECK_FAULT(suite, part_get(suite, folder, num, "2", tail, &part, &text), OK);
	CHECK(suite, strcmp(text, data + 30) == 0);
	CHECK_FAULT(suite, part_get(suite, folder, num, "2", outside, &part, &text), TOO_BIG);
	CHECK_FAULT(suite, part_get(suite, folder, num, "3", text_middle, &part, &text), OK);
	CHECK(suite, strcmp(text, "one") == 0);
	CHECK(suite, part.total == strlen("line one\r\nline two unique7word"));
	CHECK_FAULT(suite, part_get(suite, folder, num, "", all, &part, &text), OK);
	CHECK(suite, strcmp(text, with_parts) == 0 && part.total == strlen(with_parts));
	CHECK_FAULT(suite, part_get(suite, folder, num, "", middle, &part, &text), OK);
	CHECK(suite, strlen(text) == 5 && strncmp(text, with_parts + 5, 5) == 0);
	CHECK_FAULT(suite, part_get(suite, folder, num, "9", all, &part, &text), BAD_INPUT);
	CHECK_FAULT(suite, part_get(suite, folder, num, "1] X", all, &part, &text), BAD_INPUT);
	CHECK_FAULT(suite, part_get(suite, folder, NOT_THERE, "2", all, &part, &text), ITEM_GONE);
}

static bool
mark_collect(void *ctx, const struct change *change)
{
	struct known_entry *entry = ctx;

	if (change->num == entry->num)
		entry->mark = change->mark;
	return true;
}

static void
flags_check(struct suite *suite, const char *folder, uint32_t num)
{
	static const char *categories[] = { "Work", "To Do", "Größe" };
	struct item item = { .class = CLASS_EMAIL };
	struct item_ref ref = { .folder = folder, .num = num };
	struct body_wish wish = { .flags_only = true };
	struct known_list nothing = { 0 };
	struct known_entry entry = { .num = num };
	struct span span = { 0 };
	struct stamp stamp;
	struct got *got;
	uint32_t mark = 0;

	ITEM_SET(&item.email, read, true);
	item.email.has.flag = true;
	ITEM_SET(&item.email.flag, status, 2);
	ITEM_SET(&item.email, last_verb, 1);
	item.email.categories = (struct strings){ categories, 3 };
	item.email.has.categories = true;
	CHECK_FAULT(suite, suite->ops->change(suite->store, &ref, &item, &mark), OK);
	CHECK(suite, (mark & MARK_FLAGS) == (MARK_READ | MARK_FLAGGED | MARK_ANSWERED));
	CHECK(suite, mark >> MARK_CATEGORIES_SHIFT != 0);
	got = fetched(suite, &ref, 1, &wish, 0);
	CHECK(suite, got->emails[0].read && got->emails[0].flag.status == 2);
	CHECK(suite, got->emails[0].last_verb == 1);
	if (CHECK(suite, got->emails[0].categories.n == 3))
		for (unsigned i = 0; i < 3; i++) {
			bool there = false;

			for (unsigned k = 0; k < 3; k++)
				there |= strcmp(got->emails[0].categories.list[k],
				    categories[i]) == 0;
			CHECK(suite, there);
		}
	CHECK_FAULT(suite, suite->ops->changes(suite->store, folder, &span, &nothing,
	    mark_collect, &entry, &stamp), OK);
	CHECK(suite, entry.mark == mark);
	memset(&item.email, 0, sizeof(item.email));
	item.email.has.flag = true;
	item.email.has.categories = true;
	CHECK_FAULT(suite, suite->ops->change(suite->store, &ref, &item, &mark), OK);
	CHECK(suite, mark == (MARK_READ | MARK_ANSWERED));
	ITEM_SET(&item.email, last_verb, 3);
	CHECK_FAULT(suite, suite->ops->change(suite->store, &ref, &item, &mark), OK);
	CHECK(suite, mark == (MARK_READ | MARK_ANSWERED | MARK_FORWARDED));
}

static void
search_check(struct suite *suite, const char *folder, uint32_t num)
{
	static const char *const hits[] = { "unique7word", "unique7word Anhang", "Grüße" };
	struct told *told = arena_alloc(suite->arena, sizeof(*told));
	struct known_entry entry = { .num = num, .mark = 77 };
	struct query query = { .text = "nowhere9word" };

	for (size_t i = 0; i < sizeof(hits) / sizeof(hits[0]); i++) {
		query.text = hits[i];
		entry.mark = 77;
		CHECK_FAULT(suite, suite->ops->search(suite->store, folder, &query, mark_collect,
		    &entry), OK);
		if (!CHECK(suite, entry.mark != 77))
			printf("  %s\n", hits[i]);
	}
	query.text = "nowhere9word";
	entry.mark = 77;
	CHECK_FAULT(suite, suite->ops->search(suite->store, folder, &query, mark_collect, &entry),
	    OK);
	CHECK(suite, entry.mark == 77);
	(void)told;
}

void
conform_items(struct suite *suite)
{
	struct folder_edit edit = { .kind = FOLDER_CREATE, .display_name = "Items",
		.class = CLASS_EMAIL };
	const struct folder *old = folder_by_name(folders_list(suite), "Items");
	const char *folder = NULL;
	uint32_t nums[3];

	if (old) {
		struct folder_edit away = { .kind = FOLDER_REMOVE, .folder = old->id };

		suite->ops->edit_folder(suite->store, &away, NULL);
	}
	CHECK_FAULT(suite, suite->ops->edit_folder(suite->store, &edit, &folder), OK);
	if (!folder)
		return;
	nums[0] = mail_add(suite, suite->store, folder, "first");
	nums[1] = mail_add(suite, suite->store, folder, "second");
	nums[2] = raw_add(suite, suite->store, folder, with_parts);
	fetch_check(suite, folder, nums);
	mime_check(suite, folder, nums[2]);
	part_check(suite, folder, nums[2]);
	flags_check(suite, folder, nums[0]);
	search_check(suite, folder, nums[2]);
}
