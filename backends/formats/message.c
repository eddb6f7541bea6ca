/* SPDX-License-Identifier: ISC */
/*
 * The plan, and the order of the steps.  What is fetched is chosen so that the usual mail needs one
 * round trip and a large one is not read whole for a preview.
 */
#include "backends/formats/message.h"

#include <string.h>

#include "backends/formats/parttext.h"
#include "backends/formats/steps.h"
#include "bridge/base/arena.h"
#include "bridge/base/body.h"

enum {
	NEEDS_MAX = 4 * CHOICE_MAX,
	SMALL = 64 * 1024,	/* a text up to here is fetched whole in any case */
	SMALL_HTML = 256 * 1024, /* the same where HTML becomes text */
	CALENDAR_MAX = 1024 * 1024,
	REPORT_MAX = 64 * 1024,
};

const char *const message_header_fields[] = {
	"From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Subject", "Date", "Message-ID",
	"In-Reply-To", "References", "Importance", "X-Priority", "Priority", "X-MSMail-Priority",
	"Thread-Topic", "Thread-Index", "Content-Class", NULL
};

static void
need(struct message_needs *needs, const char *section, uint64_t max)
{
	for (unsigned i = 0; i < needs->n; i++)
		if (strcmp(needs->list[i].section, section) == 0) {
			if (needs->list[i].max < max)
				needs->list[i].max = max;
			return;
		}
	if (needs->n < NEEDS_MAX)
		needs->list[needs->n++] = (struct message_need){ section, max };
}

/* Bytes of a text that are needed so that `truncation` of the result are likely there. */
static uint64_t
need_of(const struct mime_part *part, bool to_text, const struct body_preference *preference,
    bool all)
{
	bool is_shrunk = to_text && choice_is_html(part);
	uint64_t max = PARTTEXT_ENCODED_MAX;

	if (preference->has_truncation && !all) {
		max = (uint64_t)preference->truncation * (is_shrunk ? 16 : 3) + 4096;
		if (max < (is_shrunk ? SMALL_HTML : SMALL))
			max = is_shrunk ? SMALL_HTML : SMALL;
	}
	return max < PARTTEXT_ENCODED_MAX ? max : PARTTEXT_ENCODED_MAX;
}

static void
need_texts(const struct message_source *source, const struct body_preference *preference, bool all,
    struct message_needs *needs)
{
	bool to_text = preference->type == BODY_PLAIN;
	struct choice choice;

	if (preference->has_truncation && preference->truncation == 0 && preference->preview == 0)
		return;
	choice_make(source->root, !to_text, &choice);
	for (unsigned i = 0; i < choice.n; i++)
		need(needs, choice.parts[i]->section,
		    need_of(choice.parts[i], to_text, preference, all));
	if (to_text && all) { /* the plain alternative may turn out blank */
		choice_make(source->root, true, &choice);
		for (unsigned i = 0; i < choice.n; i++)
			need(needs, choice.parts[i]->section, PARTTEXT_ENCODED_MAX);
	}
}

void
message_plan(struct arena *arena, const struct message_source *source,
    const struct body_wish *wish, bool all, struct message_needs *ret_needs)
{
	const struct mime_part *calendar, *report;
	struct preferences order;

	ret_needs->list = arena_array(arena, NEEDS_MAX, sizeof(*ret_needs->list));
	ret_needs->n = 0;
	if (wish->flags_only)
		return;
	preferences_order(source, wish, &order);
	for (unsigned i = 0; i < order.n; i++) {
		const struct body_preference *one = &order.list[i];

		if (one->type != BODY_MIME)
			need_texts(source, one, all, ret_needs);
		else if (!one->has_truncation)
			need(ret_needs, "", UINT64_MAX);
		else if (one->truncation > 0)
			need(ret_needs, "", (uint64_t)one->truncation + 8);
		if (!one->all_or_none)
			break;
	}
	calendar = choice_calendar(source->root);
	if (calendar != NULL)
		need(ret_needs, calendar->section, CALENDAR_MAX);
	report = choice_report(source->root);
	if (report != NULL)
		need(ret_needs, report->section, REPORT_MAX);
}

const struct message_text *
text_find(const struct message_texts *texts, const char *section)
{
	for (unsigned i = 0; i < texts->n; i++)
		if (strcmp(texts->list[i].section, section) == 0 && texts->list[i].data != NULL)
			return &texts->list[i];
	return NULL;
}

bool
message_convert(struct arena *arena, const struct message_source *source,
    const struct body_wish *wish, const struct message_texts *texts, struct item *ret_item)
{
	struct conversion conversion = { .arena = arena, .source = source, .wish = wish,
		.texts = texts, .email = &ret_item->email };
	bool is_enough;

	memset(ret_item, 0, sizeof(*ret_item));
	ret_item->class = CLASS_EMAIL;
	message_fill_flags(&conversion);
	if (wish->flags_only)
		return true;
	message_plan(arena, source, wish, false, &conversion.economy);
	conversion.protection = choice_protection(source->root);
	message_fill_head(&conversion);
	message_fill_class(&conversion);
	message_fill_conversation(&conversion);
	is_enough = message_fill_body(&conversion);
	message_fill_attachments(&conversion);
	message_fill_meeting(&conversion);
	return is_enough;
}

void
message_close(struct item *item)
{
	struct body *data = item->class == CLASS_EMAIL && item->email.has.body ?
	    item->email.body.data : NULL;

	if (data != NULL)
		body_close(data);
}
