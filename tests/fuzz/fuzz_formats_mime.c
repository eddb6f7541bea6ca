/* SPDX-License-Identifier: ISC */
/*
 * Fuzz target: a raw message through mimeread, plan and convert for the wish that its first byte
 * names, with texts cut where the second byte says; then composed into a reply and a forward.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "backends/formats/compose.h"
#include "backends/formats/message.h"
#include "backends/formats/mimeread.h"
#include "bridge/base/arena.h"
#include "bridge/base/body.h"
#include "bridge/base/codec.h"
#include "bridge/base/limits.h"
#include "bridge/base/log.h"
#include "bridge/send.h"
#include "bridge/store.h"

enum { OUT_MAX = 64 * 1024 * 1024 };

static void
check(bool condition)
{
	if (!condition)
		abort();
}

static void
check_text(const char *text)
{
	check(text == NULL || utf8_is_valid(text, strlen(text)));
}

static void
check_email(const struct email *email)
{
	const void *data;
	size_t len;

	check_text(email->from);
	check_text(email->to);
	check_text(email->display_to);
	check_text(email->subject);
	check_text(email->thread_topic);
	check_text(email->body.preview);
	for (unsigned i = 0; i < email->attachments.n; i++) {
		check_text(email->attachments.list[i].display_name);
		check_text(email->attachments.list[i].content_id);
		check(email->attachments.list[i].reference != NULL);
	}
	if (email->body.data == NULL || email->body.type == BODY_MIME)
		return;
	check(body_view(email->body.data, &data, &len));
	check(utf8_is_valid(data, len));
	check(memchr(data, '\0', len) == NULL);
}

static void
convert(struct arena *arena, struct body *message, const struct mimeread *read, unsigned steer)
{
	struct body_wish wish = { .mime_support = steer & 2, .n = 2, .want = {
		{ .type = steer & 4 ? BODY_PLAIN : BODY_HTML, .has_truncation = steer & 8,
		    .truncation = steer & 16 ? 7 : 200, .all_or_none = steer & 32,
		    .preview = steer & 64 ? 20 : 0 },
		{ .type = steer & 128 ? BODY_MIME : BODY_PLAIN } } };
	struct message_source source = { .root = read->root, .header = read->header,
		.header_len = read->header_len, .size = body_len(message) };
	struct message_needs needs;
	struct message_texts texts;
	struct message_text *list;
	struct item item;

	message_plan(arena, &source, &wish, steer & 1, &needs);
	list = arena_array(arena, needs.n + 1, sizeof(*list));
	for (unsigned i = 0; i < needs.n; i++) {
		const struct mime_part *part = mime_find(read->root, needs.list[i].section);
		bool is_whole = needs.list[i].section[0] == '\0';
		size_t n = is_whole ? body_len(message) : (size_t)part->octets;

		check(part != NULL);
		list[i].section = needs.list[i].section;
		list[i].data = arena_alloc(arena, sizeof(struct body));
		body_from_memory(list[i].data, message->data + (is_whole ? 0 : part->body_at),
		    n < needs.list[i].max ? n : (size_t)needs.list[i].max);
	}
	texts.list = list;
	texts.n = needs.n;
	message_convert(arena, &source, &wish, &texts, &item);
	check_email(&item.email);
	message_close(&item);
}

/* What compose accepts is fit for SMTP. */
static void
compose_one(struct arena *arena, enum outgoing_kind kind, struct body *phone, struct body *source)
{
	struct outgoing out = { .kind = kind, .mime = phone, .source = source,
		.address = "me@ex.test", .message_id = "id@ex.test" };
	struct envelope envelope;
	struct body message;
	const void *data;
	size_t len;

	body_init(&message, arena, OUT_MAX);
	if (compose(arena, &out, &message, &envelope) == OK) {
		const char *at;

		check(envelope.n_to > 0);
		for (unsigned i = 0; i < envelope.n_to; i++)
			check(strpbrk(envelope.to[i], "\r\n <>") == NULL);
		check(body_view(&message, &data, &len));
		at = data;
		for (size_t i = 0; i < len; i++) {
			check(at[i] != '\n' || (i > 0 && at[i - 1] == '\r'));
			check(at[i] != '\r' || (i + 1 < len && at[i + 1] == '\n'));
		}
	}
	body_close(&message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char phone_text[] = "To: a@b.test\r\n\r\ntext\r\n";
	struct arena *arena;
	struct body message, phone;
	struct mimeread read;

	if (len < 1)
		return 0;
	arena = arena_new(LIMIT_ARENA_REQUEST);
	body_from_memory(&message, data + 1, len - 1);
	body_from_memory(&phone, phone_text, strlen(phone_text));
	check(mimeread(arena, &message, &read));
	check(read.n_parts <= LIMIT_MIME_PARTS);
	for (struct mime_part *part = read.root; part != NULL; part = mime_next(read.root, part)) {
		check(part->header_at <= part->body_at);
		check(part->body_at + part->octets <= len - 1);
	}
	convert(arena, &message, &read, data[0]);
	compose_one(arena, OUTGOING_NEW, &message, NULL);
	compose_one(arena, OUTGOING_REPLY, &phone, &message);
	compose_one(arena, OUTGOING_FORWARD, &phone, &message);
	compose_one(arena, OUTGOING_FORWARD, &message, &phone);
	arena_free(&arena);
	return 0;
}
