/* SPDX-License-Identifier: ISC */
/* Search in one folder, newest first.  Worker. */
#include <string.h>

#include "backends/imap/store.h"
#include "bridge/base/arena.h"
#include "bridge/base/date.h"

enum { DAY = 86400, WORDS_MAX = 20 };

static bool
is_ascii(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text > 0x7E)
			return false;
	return true;
}

/* Each word has to be there; what a phone's search box could not hold is left out. */
static void
words_put(struct imap_store *store, const char *text)
{
	static const char blanks[] = " \t\r\n";

	for (unsigned i = 0; i < WORDS_MAX; i++) {
		size_t n;

		text += strspn(text, blanks);
		n = strcspn(text, blanks);
		if (n == 0)
			return;
		imap_printf(store->imap, " TEXT ");
		imap_put_string(store->imap, arena_strndup(store->base.arena, text, n));
		text += n;
	}
}

/* SEARCH knows days in a zone of the server's choice: a day more on both sides. */
static void
days_put(struct imap_store *store, const struct query *query)
{
	char day[DATE_TEXT];

	if (query->since) {
		date_print_imap_day(query->since - DAY, day);
		imap_printf(store->imap, " SINCE %s", day);
	}
	if (query->before) {
		date_print_imap_day(query->before + 2 * DAY, day);
		imap_printf(store->imap, " BEFORE %s", day);
	}
}

enum fault
imap_search(struct store *base, const char *folder, const struct query *query, change_fn *fn,
    void *ctx)
{
	struct imap_store *store = imap_store(base);
	struct uid_set set;
	enum fault fault = imap_select(store->imap, folder);
	unsigned tag;
	bool more = true;

	if (fault == OK)
		fault = imap_run(store->imap, NULL, "NOOP");
	if (fault != OK)
		return fault;
	tag = store_search_begin(store);
	/* with UTF8=ACCEPT everything is UTF-8 and CHARSET must not be said (RFC 6855 3) */
	imap_printf(store->imap, "%sUNDELETED", query->text && !is_ascii(query->text) &&
	    !store->imap->utf8 ? "CHARSET UTF-8 " : "");
	days_put(store, query);
	if (query->text)
		words_put(store, query->text);
	fault = store_search_wait(store, tag, &set);
	for (size_t i = set.n; fault == OK && more && i-- > 0;)
		for (uint64_t uid = set.ranges[i].last; more && uid >= set.ranges[i].first; uid--)
			more = fn(ctx, &(struct change){ .kind = CHANGE_ADDED,
			    .num = (uint32_t)uid });
	return fault;
}
