/* SPDX-License-Identifier: ISC */
/*
 * Header fields and flags into the item.  Sources: bridge rules for mail, [MS-ASEMAIL] 2.2.2.
 */
#include <string.h>
#include <strings.h>

#include "backends/formats/address.h"
#include "backends/formats/headers.h"
#include "backends/formats/keywords.h"
#include "backends/formats/subject.h"
#include "backends/formats/steps.h"
#include "bridge/base/arena.h"
#include "bridge/base/codec.h"
#include "bridge/base/date.h"

enum {
	LIST_TEXT_MAX = 32768,	/* [MS-ASEMAIL] 2.2.2.79: longest To */
	SUBJECT_TEXT_MAX = 4096,
	CODE_PAGE_UTF8 = 65001,	/* bodies always leave as UTF-8 */
	CATEGORIES_MAX = 300,	/* [MS-ASEMAIL] 2.2.2.16 */
};

static char *
field_text(const struct conversion *conversion, const char *name)
{
	return header_text(conversion->arena, conversion->source->header,
	    conversion->source->header_len, name);
}

/* false: no such field, or nobody in it. */
static bool
field_addresses(const struct conversion *conversion, const char *name, struct addresses *ret)
{
	char *raw = header_raw(conversion->arena, conversion->source->header,
	    conversion->source->header_len, name);

	if (raw == NULL)
		return false;
	address_parse(conversion->arena, raw, true, ret);
	return ret->n > 0;
}

static void
fill_people(struct conversion *conversion)
{
	struct arena *arena = conversion->arena;
	struct email *email = conversion->email;
	struct addresses from, list;
	bool has_from = field_addresses(conversion, "From", &from);

	if (field_addresses(conversion, "To", &list)) {
		ITEM_SET(email, to, address_print(arena, &list, ", ", LIST_TEXT_MAX));
		ITEM_SET(email, display_to, address_print_names(arena, &list, LIST_TEXT_MAX));
	}
	if (field_addresses(conversion, "Cc", &list))
		ITEM_SET(email, cc, address_print(arena, &list, ", ", LIST_TEXT_MAX));
	if (field_addresses(conversion, "Bcc", &list))
		ITEM_SET(email, bcc, address_print(arena, &list, ", ", LIST_TEXT_MAX));
	if (field_addresses(conversion, "Reply-To", &list))
		ITEM_SET(email, reply_to, address_print(arena, &list, "; ", LIST_TEXT_MAX));
	if (has_from) {
		from.n = 1;
		ITEM_SET(email, from, address_print(arena, &from, ", ", LIST_TEXT_MAX));
	}
	if (!field_addresses(conversion, "Sender", &list))
		return;
	list.n = 1;
	if (!has_from)
		ITEM_SET(email, from, address_print(arena, &list, ", ", LIST_TEXT_MAX));
	else if (strcasecmp(list.list[0].address, from.list[0].address) != 0)
		ITEM_SET(email, sender, address_print(arena, &list, ", ", LIST_TEXT_MAX));
}

static const struct {
	const char *field, *value;
	uint8_t importance;
} importances[] = {
	{ "Importance", "high", 2 },
	{ "Importance", "normal", 1 },
	{ "Importance", "low", 0 },
	{ "X-Priority", "1", 2 },
	{ "X-Priority", "2", 2 },
	{ "X-Priority", "3", 1 },
	{ "X-Priority", "4", 0 },
	{ "X-Priority", "5", 0 },
	{ "Priority", "urgent", 2 },
	{ "Priority", "normal", 1 },
	{ "Priority", "non-urgent", 0 },
	{ "X-MSMail-Priority", "high", 2 },
	{ "X-MSMail-Priority", "normal", 1 },
	{ "X-MSMail-Priority", "low", 0 },
};

/* The first field of the table that is there and understood decides. */
static uint8_t
importance_of(const struct conversion *conversion)
{
	const char *name = "", *value = NULL;

	for (size_t i = 0; i < sizeof(importances) / sizeof(importances[0]); i++) {
		if (strcmp(name, importances[i].field) != 0) {
			name = importances[i].field;
			value = field_text(conversion, name);
		}
		if (value != NULL && strncasecmp(value, importances[i].value,
		    strlen(importances[i].value)) == 0)
			return importances[i].importance;
	}
	return 1;
}

static int64_t
date_of(const struct conversion *conversion)
{
	int64_t date = conversion->source->internal_date;
	const char *text = date == 0 ? field_text(conversion, "Date") : NULL;

	if (text != NULL && !date_parse_mail(text, &date))
		date = 0;
	return date;
}

void
message_fill_head(struct conversion *conversion)
{
	struct email *email = conversion->email;
	char *subject = field_text(conversion, "Subject");
	char *topic = field_text(conversion, "Thread-Topic");

	fill_people(conversion);
	if (subject == NULL)
		subject = arena_strdup(conversion->arena, "");
	subject[utf8_cut(subject, strlen(subject), SUBJECT_TEXT_MAX)] = '\0';
	ITEM_SET(email, subject, subject);
	if (topic == NULL || topic[0] == '\0')
		topic = subject_base(conversion->arena, subject);
	if (topic[0] != '\0')
		ITEM_SET(email, thread_topic, topic);
	ITEM_SET(email, date_received, date_of(conversion));
	ITEM_SET(email, importance, importance_of(conversion));
	ITEM_SET(email, internet_cpid, CODE_PAGE_UTF8);
	ITEM_SET(email, is_draft, conversion->source->draft);
}

static void
fill_categories(struct conversion *conversion)
{
	const struct strings *keywords = &conversion->source->keywords;
	struct strings categories = { 0 };

	categories.list = arena_array(conversion->arena, keywords->n + 1, sizeof(char *));
	for (unsigned i = 0; i < keywords->n && categories.n < CATEGORIES_MAX; i++) {
		const char *category = keyword_to_category(conversion->arena, keywords->list[i]);

		if (category != NULL)
			categories.list[categories.n++] = category;
	}
	ITEM_SET(conversion->email, categories, categories);
}

void
message_fill_flags(struct conversion *conversion)
{
	const struct message_source *source = conversion->source;
	struct email *email = conversion->email;

	ITEM_SET(email, read, source->seen);
	email->has.flag = true;
	if (source->flagged) {
		ITEM_SET(&email->flag, status, 2);
		ITEM_SET(&email->flag, flag_type, "Flag for follow up");
	}
	fill_categories(conversion);
	if (source->answered || source->forwarded)
		ITEM_SET(email, last_verb, source->answered ? 1 : 3);
}
