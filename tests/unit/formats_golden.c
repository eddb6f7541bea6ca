/* SPDX-License-Identifier: ISC */
/*
 * Mails to items: each tests/golden/mail/X.eml is taken apart as a store would (structure, header,
 * only the sections that message_plan asks for) and the item printed for several wishes; the print
 * must be X.txt.  GOLDEN_UPDATE=1 in the environment writes the files instead.
 */
#include "backends/formats/message.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "backends/formats/mimeread.h"
#include "bridge/base/arena.h"
#include "bridge/base/body.h"
#include "bridge/base/buf.h"
#include "bridge/base/codec.h"
#include "bridge/base/date.h"
#include "bridge/store.h"

#define MAILS TEST_TOP "/tests/golden/mail/"

struct mail {
	struct body body;
	struct mimeread read;
	struct message_source source;
};

static const struct {
	const char *name;
	struct body_wish wish;
} wishes[] = {
	{ "plain", { .n = 1, .want = { { .type = BODY_PLAIN } } } },
	{ "plain 40", { .n = 1, .want = { { .type = BODY_PLAIN, .has_truncation = true,
	    .truncation = 40 } } } },
	{ "html", { .n = 1, .want = { { .type = BODY_HTML } } } },
	{ "plain or html 120, preview 30", { .n = 2, .want = {
	    { .type = BODY_PLAIN, .has_truncation = true, .truncation = 120, .preview = 30 },
	    { .type = BODY_HTML, .has_truncation = true, .truncation = 120, .preview = 30 } } } },
	{ "html 0", { .n = 1, .want = { { .type = BODY_HTML, .has_truncation = true } } } },
	{ "html whole or plain 60", { .n = 2, .want = {
	    { .type = BODY_HTML, .has_truncation = true, .truncation = 60, .all_or_none = true },
	    { .type = BODY_PLAIN, .has_truncation = true, .truncation = 60 } } } },
	{ "mime for s/mime else plain 40", { .mime_support = 1, .n = 2, .want = {
	    { .type = BODY_MIME, .has_truncation = true, .truncation = 4000 },
	    { .type = BODY_PLAIN, .has_truncation = true, .truncation = 40 } } } },
};

static char *
file_read(struct arena *arena, const char *name, size_t *ret_len)
{
	char *path = arena_printf(arena, MAILS "%s", name);
	FILE *file = fopen(path, "rb");
	struct buf buf;
	size_t got = 1;

	if (file == NULL)
		return NULL;
	buf_init_arena(&buf, arena, 16 * 1024 * 1024);
	while (got > 0) {
		got = fread(buf_space(&buf, 65536), 1, 65536, file);
		buf_grown(&buf, got);
	}
	fclose(file);
	*ret_len = buf.len;
	return (char *)(uintptr_t)buf_str(&buf);
}

static void
mail_open(struct arena *arena, const char *name, struct mail *mail)
{
	static const char *keywords[] = { "$label1", "$Forwarded", "Ein_Ger&AOQ-t" };
	size_t len;
	char *data = file_read(arena, name, &len);

	memset(mail, 0, sizeof(*mail));
	assert_non_null(data);
	body_from_memory(&mail->body, data, len);
	assert_true(mimeread(arena, &mail->body, &mail->read));
	mail->source.root = mail->read.root;
	mail->source.header = mail->read.header;
	mail->source.header_len = mail->read.header_len;
	mail->source.internal_date = 1767607200;
	mail->source.size = len;
	mail->source.flagged = strncmp(name, "plain", 5) == 0;
	mail->source.answered = mail->source.flagged;
	mail->source.keywords.list = keywords;
	mail->source.keywords.n = 3;
}

/* Hands out what the plan asks for, and not a byte more. */
static void
fetch(struct arena *arena, struct mail *mail, const struct message_needs *needs,
    struct message_texts *texts)
{
	struct message_text *list = arena_array(arena, needs->n + 1, sizeof(*list));

	for (unsigned i = 0; i < needs->n; i++) {
		const struct mime_part *part = mime_find(mail->read.root, needs->list[i].section);
		bool is_whole = needs->list[i].section[0] == '\0';
		uint64_t at = is_whole ? 0 : part->body_at;
		uint64_t n = is_whole ? mail->source.size : part->octets;

		assert_non_null(part);
		list[i].section = needs->list[i].section;
		list[i].data = arena_alloc(arena, sizeof(struct body));
		body_from_memory(list[i].data, mail->body.data + at,
		    (size_t)(n < needs->list[i].max ? n : needs->list[i].max));
	}
	texts->list = list;
	texts->n = needs->n;
}

static void
convert(struct arena *arena, struct mail *mail, const struct body_wish *wish, struct item *item)
{
	struct message_needs needs;
	struct message_texts texts;

	message_plan(arena, &mail->source, wish, false, &needs);
	fetch(arena, mail, &needs, &texts);
	if (message_convert(arena, &mail->source, wish, &texts, item))
		return;
	message_plan(arena, &mail->source, wish, true, &needs);
	fetch(arena, mail, &needs, &texts);
	assert_true(message_convert(arena, &mail->source, wish, &texts, item));
}

static void
put_string(struct buf *out, const char *name, bool has, const char *value)
{
	if (has)
		buf_printf(out, "%s: %s\n", name, value);
}

static void
put_hex(struct buf *out, const char *name, bool has, const struct bytes *bytes)
{
	char text[1024];

	if (!has || bytes->len * 2 >= sizeof(text))
		return;
	hex_encode(bytes->data, bytes->len, text);
	buf_printf(out, "%s: %s\n", name, text);
}

static void
put_date(struct buf *out, const char *name, bool has, int64_t time)
{
	char text[DATE_TEXT];

	if (!has)
		return;
	date_print_dashed(time, text);
	buf_printf(out, "%s: %s\n", name, text);
}

static void
put_meeting(struct buf *out, const struct meeting_request *meeting)
{
	buf_printf(out, "Meeting: all_day %d instance %d busy %d sensitivity %d response %d\n",
	    meeting->all_day, meeting->instance_type, meeting->busy_status, meeting->sensitivity,
	    meeting->response_requested);
	put_date(out, "  Start", meeting->has.start, meeting->start);
	put_date(out, "  End", meeting->has.end, meeting->end);
	put_date(out, "  Stamp", meeting->has.stamp, meeting->stamp);
	put_date(out, "  RecurrenceId", meeting->has.recurrence_id, meeting->recurrence_id);
	put_string(out, "  Location", meeting->has.location, meeting->location);
	put_string(out, "  Organizer", meeting->has.organizer, meeting->organizer);
	put_string(out, "  Uid", meeting->has.uid, meeting->uid);
	put_hex(out, "  GlobalObjId", meeting->has.global_object_id, &meeting->global_object_id);
	put_hex(out, "  TimeZone", meeting->has.time_zone, &meeting->time_zone);
	if (meeting->has.reminder)
		buf_printf(out, "  Reminder: %u\n", meeting->reminder);
	if (meeting->has.recurrence)
		buf_printf(out,
		    "  Recurrence: type %d interval %d days %d day %d week %d month %d\n",
		    meeting->recurrence.type, meeting->recurrence.interval,
		    meeting->recurrence.day_of_week, meeting->recurrence.day_of_month,
		    meeting->recurrence.week_of_month, meeting->recurrence.month_of_year);
}

static void
put_head(struct buf *out, const struct email *email)
{
	put_string(out, "From", email->has.from, email->from);
	put_string(out, "Sender", email->has.sender, email->sender);
	put_string(out, "To", email->has.to, email->to);
	put_string(out, "Cc", email->has.cc, email->cc);
	put_string(out, "Bcc", email->has.bcc, email->bcc);
	put_string(out, "ReplyTo", email->has.reply_to, email->reply_to);
	put_string(out, "DisplayTo", email->has.display_to, email->display_to);
	put_string(out, "Subject", email->has.subject, email->subject);
	put_string(out, "ThreadTopic", email->has.thread_topic, email->thread_topic);
	put_date(out, "DateReceived", email->has.date_received, email->date_received);
	put_string(out, "Class", email->has.message_class, email->message_class);
	put_string(out, "ContentClass", email->has.content_class, email->content_class);
	buf_printf(out, "Importance %d, read %d, flag %d, verb %d, native %d\n", email->importance,
	    email->read, email->flag.status, email->last_verb, email->native_body_type);
	put_hex(out, "ConversationId", email->has.conversation_id, &email->conversation_id);
	put_hex(out, "ConversationIndex", email->has.conversation_index,
	    &email->conversation_index);
	for (unsigned i = 0; i < email->categories.n; i++)
		buf_printf(out, "Category: %s\n", email->categories.list[i]);
	if (email->has.meeting)
		put_meeting(out, email->meeting);
	for (unsigned i = 0; email->has.attachments && i < email->attachments.n; i++) {
		const struct attachment *one = &email->attachments.list[i];

		buf_printf(out, "Attachment: %s [%s] method %d size %u%s%s%s %s\n",
		    one->display_name, one->reference, one->method, one->size,
		    one->content_id != NULL ? " cid " : "",
		    one->content_id != NULL ? one->content_id : "",
		    one->is_inline ? " inline" : "", one->content_type);
	}
}

/* Line ends made visible as plain newlines; everything must be valid. */
static void
put_body(struct buf *out, const char *wish, const struct item_body *body)
{
	const void *data = "";
	size_t len = 0;

	buf_printf(out, "--- %s: type %d, size %u%s%s\n", wish, body->type, body->estimated_size,
	    body->truncated ? ", truncated" : "", body->has_data ? "" : ", no data");
	if (body->preview != NULL)
		buf_printf(out, "Preview: %s\n", body->preview);
	if (body->data == NULL)
		return;
	assert_true(body_view(body->data, &data, &len));
	assert_true(utf8_is_valid(data, len));
	assert_null(memchr(data, '\0', len));
	for (size_t i = 0; i < len; i++)
		if (((const char *)data)[i] != '\r')
			buf_putc(out, ((const char *)data)[i]);
	buf_putc(out, '\n');
}

static void
compare(struct arena *arena, const char *name, struct buf *got)
{
	char *file = arena_printf(arena, "%.*s.txt", (int)strlen(name) - 4, name);
	char *want;
	size_t len;
	FILE *out;

	if (getenv("GOLDEN_UPDATE") != NULL) {
		out = fopen(arena_printf(arena, MAILS "%s", file), "wb");
		assert_non_null(out);
		fwrite(got->data, 1, got->len, out);
		fclose(out);
		return;
	}
	want = file_read(arena, file, &len);
	if (want == NULL || len != got->len || memcmp(want, got->data, len) != 0) {
		print_message("%s differs; got:\n%s", file, buf_str(got));
		fail();
	}
}

static void
golden_one(const char *name)
{
	struct arena *arena = arena_new(0);
	struct item item;
	struct mail mail;
	struct buf out;

	mail_open(arena, name, &mail);
	buf_init(&out, 16 * 1024 * 1024);
	for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++) {
		convert(arena, &mail, &wishes[i].wish, &item);
		if (i == 0)
			put_head(&out, &item.email);
		put_body(&out, wishes[i].name, &item.email.body);
		message_close(&item);
	}
	compare(arena, name, &out);
	buf_free(&out);
	arena_free(&arena);
}

static void
test_golden(void **state)
{
	struct dirent **list;
	int n = scandir(MAILS, &list, NULL, alphasort);
	int mails = 0;

	(void)state;
	assert_true(n > 0);
	for (int i = 0; i < n; i++) {
		const char *name = list[i]->d_name;

		if (strlen(name) > 4 && strcmp(name + strlen(name) - 4, ".eml") == 0) {
			golden_one(name);
			mails++;
		}
		free(list[i]);
	}
	free(list);
	assert_true(mails >= 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
