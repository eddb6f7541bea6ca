/* SPDX-License-Identifier: ISC */
/*
 * The header of what goes out.  Fields stay as the phone wrote them, in its order; added is what is
 * missing, replaced is a From that is not the account's own.  Raw 8-bit text becomes encoded words.
 * Nothing in a value can start a new line: it is copied field by field and folded anew.
 */
#include <string.h>
#include <strings.h>

#include "backends/formats/address.h"
#include "backends/formats/charset.h"
#include "backends/formats/composing.h"
#include "backends/formats/headers.h"
#include "backends/formats/mimecopy.h"
#include "bridge/base/arena.h"
#include "bridge/base/body.h"
#include "bridge/base/codec.h"
#include "bridge/base/crypto.h"
#include "bridge/base/date.h"
#include "bridge/base/map.h"

enum {
	REFERENCES_MAX = 30,	/* ids; of more the first and the last ones stay */
	ID_MAX = 250,
	FOLD_AT = 76,
};

static char *
phone_field(const struct composing *composing, const char *name)
{
	return header_raw(composing->arena, composing->phone.read.header,
	    composing->phone.read.header_len, name);
}

/* A new lower-case string: addresses that differ in letter case only are one recipient. */
static const char *
fold_case(struct arena *arena, const char *address)
{
	return mime_lower(arena, address);
}

static enum fault
take_recipients(struct composing *composing, struct map *seen, const struct header_field *field,
    unsigned *ret_n)
{
	struct addresses list;

	address_parse(composing->arena, header_unfold(composing->arena, field->value,
	    field->value_len), false, &list);
	for (unsigned i = 0; i < list.n; i++) {
		const char *address = list.list[i].address;
		const char *key = fold_case(composing->arena, address);

		if (!address_is_safe(address))
			return BAD_INPUT;
		if (map_has(seen, key))
			continue;
		map_put(seen, key, (void *)(uintptr_t)address);
		composing->envelope->needs_utf8 |= address_needs_utf8(address);
		(*ret_n)++;
	}
	return OK;
}

static void
list_recipients(struct composing *composing, const struct map *seen, unsigned n)
{
	struct envelope *envelope = composing->envelope;
	const struct map_entry *entry;
	uint32_t cursor = 0;

	envelope->to = arena_array(composing->arena, n + 1, sizeof(*envelope->to));
	while ((entry = map_next(seen, &cursor)) != NULL)
		envelope->to[envelope->n_to++] = entry->value;
}

/* "<id@host>" and nothing else. */
static bool
is_id(const char *id, size_t n)
{
	if (n < 3 || n > ID_MAX || id[0] != '<' || id[n - 1] != '>')
		return false;
	for (size_t i = 1; i < n - 1; i++)
		if (id[i] <= ' ' || id[i] > 126 || id[i] == '<' || id[i] == '>')
			return false;
	return true;
}

static const char *
message_id(struct composing *composing)
{
	const char *id = phone_field(composing, "Message-ID");
	const char *given = composing->out->message_id;
	const char *domain = strrchr(composing->out->address, '@');
	char random[41];

	if (id != NULL && is_id(id, strlen(id)))
		return id;
	if (given != NULL) {
		id = arena_printf(composing->arena, "<%s>", given);
		if (is_id(id, strlen(id)))
			return id;
	}
	crypto_random_hex(random, 20);
	return arena_printf(composing->arena, "<%s%s>", random,
	    domain == NULL || address_needs_utf8(domain) ? "@localhost" : domain);
}

enum fault
compose_envelope(struct composing *composing)
{
	static const char *const names[] = { "To", "Cc", "Bcc" };
	struct envelope *envelope = composing->envelope;
	struct header_field field;
	struct map seen;
	size_t cursor = 0;
	unsigned n = 0;

	if (composing->out->address == NULL || !address_is_safe(composing->out->address))
		return BAD_INPUT;
	envelope->from = composing->out->address;
	envelope->needs_utf8 = address_needs_utf8(envelope->from);
	map_init(&seen, composing->arena);
	while (header_next(composing->phone.read.header, composing->phone.read.header_len, &cursor,
	    &field))
		for (unsigned i = 0; i < 3; i++)
			if (header_is(&field, names[i]) &&
			    take_recipients(composing, &seen, &field, &n) != OK)
				return BAD_INPUT;
	if (n == 0)
		return BAD_INPUT;
	list_recipients(composing, &seen, n);
	envelope->message_id = message_id(composing);
	return OK;
}

/* A phrase and its address; encoded where needed. */
static void
put_address(struct buf *out, const struct address *one)
{
	bool is_plain = !address_needs_utf8(one->name);
	size_t column = out->len; /* a rough guess: folding only matters for long names */

	if (one->name[0] == '\0') {
		buf_puts(out, one->address);
		return;
	}
	if (is_plain)
		quoted_put(out, one->name);
	else
		header_encode(out, one->name, column < FOLD_AT ? column : 1);
	buf_printf(out, " <%s>", one->address);
}

static void
put_field(struct composing *composing, const char *name, struct buf *value)
{
	body_puts(composing->message, name);
	body_puts(composing->message, ": ");
	body_write(composing->message, value->data, value->len);
	body_puts(composing->message, "\r\n");
	buf_reset(value);
}

/* An address field anew: one mailbox a line. */
static void
put_people(struct composing *composing, const char *name, const struct addresses *list,
    struct buf *value)
{
	for (unsigned i = 0; i < list->n; i++) {
		if (i > 0)
			buf_puts(value, ",\r\n ");
		put_address(value, &list->list[i]);
	}
	put_field(composing, name, value);
}

/* From is the account's own address; a display name may stay. */
static void
put_from(struct composing *composing, struct buf *value)
{
	const char *raw = phone_field(composing, "From");
	struct address own = { "", composing->out->address };
	struct addresses list = { &own, 1 };
	struct addresses given = { NULL, 0 };

	if (raw != NULL)
		address_parse(composing->arena, raw, true, &given);
	if (given.n > 0 && given.list[0].name[0] != '\0')
		own.name = given.list[0].name;
	put_people(composing, "From", &list, value);
}

static bool
is_own(const struct composing *composing, const struct header_field *field)
{
	struct addresses list;

	address_parse(composing->arena, header_unfold(composing->arena, field->value,
	    field->value_len), true, &list);
	return list.n == 1 && strcasecmp(list.list[0].address, composing->out->address) == 0;
}

static bool
is_people(const struct header_field *field)
{
	static const char *const names[] = { "From", "To", "Cc", "Bcc", "Reply-To", "Sender",
		"Disposition-Notification-To" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (header_is(field, names[i]))
			return true;
	return false;
}

static bool
is_plain_field(const struct header_field *field)
{
	for (size_t i = 0; i < field->raw_len; i++) {
		unsigned char c = (unsigned char)field->raw[i];

		if (c > 126 || (c < 32 && c != '\t' && c != '\n' && c != '\r'))
			return false;
		if (c == '\r' && (i + 1 == field->raw_len || field->raw[i + 1] != '\n'))
			return false;
	}
	return field->raw_len > 0 && field->raw[field->raw_len - 1] == '\n';
}

/* Runs of non-ASCII within a structured value, each as an encoded word. */
static void
put_encoded_runs(struct buf *out, const char *text)
{
	while (*text != '\0') {
		size_t plain = 0, high = 0;
		char run[64];

		while (text[plain] != '\0' && (unsigned char)text[plain] < 127)
			plain++;
		buf_put(out, text, plain);
		text += plain;
		while (high < sizeof(run) - 1 && (unsigned char)text[high] > 126)
			high++;
		if (high == sizeof(run) - 1)
			high = utf8_cut(text, high + 1, high);
		memcpy(run, text, high);
		run[high] = '\0';
		if (high > 0)
			header_encode(out, run, 1);
		text += high;
	}
}

/* A field that cannot be copied: raw 8-bit text, control characters, odd line ends. */
static void
put_rewritten(struct composing *composing, const struct header_field *field, struct buf *value)
{
	struct arena *arena = composing->arena;
	const char *name = arena_strndup(arena, field->name, field->name_len);
	char *raw = header_unfold(arena, field->value, field->value_len);
	char *text = charset_string(arena, NULL, raw, strlen(raw));
	struct addresses list;

	if (is_people(field)) {
		address_parse(arena, text, false, &list);
		put_people(composing, name, &list, value);
		return;
	}
	if (strncasecmp(name, "Content-", 8) == 0)
		put_encoded_runs(value, text);
	else
		header_encode(value, text, field->name_len + 2);
	put_field(composing, name, value);
}

static void
put_kept(struct composing *composing, const struct header_field *field, struct buf *value)
{
	struct body raw;

	if (!is_plain_field(field)) {
		put_rewritten(composing, field, value);
		return;
	}
	body_from_memory(&raw, field->raw, field->raw_len);
	mimecopy_lines(composing->message, &raw, 0, field->raw_len);
	body_close(&raw);
}

/* Is the field replaced, or nothing that a client may set? */
static bool
is_dropped(const struct composing *composing, const struct header_field *field, bool keep_content)
{
	bool is_content = field->name_len > 8 && strncasecmp(field->name, "Content-", 8) == 0;

	if (header_is(field, "Return-Path") || header_is(field, "From"))
		return true;
	if (header_is(field, "Sender"))
		return !is_own(composing, field);
	if (header_is(field, "MIME-Version"))
		return !keep_content;
	return is_content && !keep_content;
}

/* In-Reply-To and References, where the phone did not set them itself. */
static void
put_links(struct composing *composing, struct buf *value)
{
	const char *id = composing->source_id;
	const char *at = composing->source_references;
	unsigned n = 0;

	if (id == NULL || !is_id(id, strlen(id)) || phone_field(composing, "In-Reply-To") != NULL)
		return;
	buf_puts(value, id);
	put_field(composing, "In-Reply-To", value);
	if (phone_field(composing, "References") != NULL)
		return;
	while (at != NULL && (at = strchr(at, '<')) != NULL && n < REFERENCES_MAX) {
		size_t length = strcspn(at, "> \t") + 1;

		if (is_id(at, length) && strncmp(at, id, length) != 0) {
			buf_put(value, at, length);
			buf_puts(value, "\r\n ");
			n++;
		}
		at++;
	}
	buf_puts(value, id);
	put_field(composing, "References", value);
}

static void
put_missing(struct composing *composing, bool keep_content, struct buf *value)
{
	const char *date = phone_field(composing, "Date");
	const char *id = phone_field(composing, "Message-ID");
	char text[DATE_TEXT];
	int64_t ignored;

	if (date == NULL || !date_parse_mail(date, &ignored)) {
		date_print_mail(now_s(), 0, text);
		buf_puts(value, text);
		put_field(composing, "Date", value);
	}
	if (id == NULL || strcmp(id, composing->envelope->message_id) != 0) {
		buf_puts(value, composing->envelope->message_id);
		put_field(composing, "Message-ID", value);
	}
	put_links(composing, value);
	if (!keep_content || phone_field(composing, "MIME-Version") == NULL)
		body_puts(composing->message, "MIME-Version: 1.0\r\n");
}

/* A Date or Message-ID that put_missing replaces, and second ones of any kind. */
static bool
is_bad(struct composing *composing, const struct header_field *field, unsigned *seen)
{
	static const char *const single[] = { "Date", "Message-ID", "Subject", "In-Reply-To",
		"References", "Reply-To", "MIME-Version", "Sender" };
	int64_t ignored;

	for (unsigned i = 0; i < sizeof(single) / sizeof(single[0]); i++) {
		if (!header_is(field, single[i]))
			continue;
		if ((*seen & 1u << i) != 0)
			return true;
		*seen |= 1u << i;
	}
	if (header_is(field, "Date"))
		return !date_parse_mail(header_unfold(composing->arena, field->value,
		    field->value_len), &ignored);
	if (header_is(field, "Message-ID"))
		return strcmp(header_unfold(composing->arena, field->value, field->value_len),
		    composing->envelope->message_id) != 0;
	return false;
}

void
compose_head(struct composing *composing, bool keep_content)
{
	const struct mimeread *read = &composing->phone.read;
	struct header_field field;
	size_t cursor = 0;
	unsigned seen = 0;
	bool has_from = false;
	struct buf value;

	buf_init(&value, MIMEREAD_HEADER_MAX * 4);
	while (header_next(read->header, read->header_len, &cursor, &field)) {
		if (header_is(&field, "From") && !has_from) {
			has_from = true;
			if (is_own(composing, &field))
				put_kept(composing, &field, &value);
			else
				put_from(composing, &value);
		} else if (!is_dropped(composing, &field, keep_content) &&
		    !is_bad(composing, &field, &seen)) {
			put_kept(composing, &field, &value);
		}
	}
	if (!has_from)
		put_from(composing, &value);
	put_missing(composing, keep_content, &value);
	buf_free(&value);
}
