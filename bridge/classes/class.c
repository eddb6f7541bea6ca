/* SPDX-License-Identifier: ISC */
/*
 * One writer and one reader for every class.
 *
 * In other bridges each field stands four times: in the element list, in the
 * conversion from the mail server, in the one back, and in a check of versions.
 * Here it is a row.  The writer walks the rows in their order, which is the
 * order that strict phones expect (R92), prints those that the item has and the
 * phone's version knows, and never has to know what they mean.  The reader looks
 * the element up among the same rows.  What is not one element to one member is
 * a CUSTOM row with two functions; everything else is the table's business, and
 * the compiler checks the table against the structure.  Worker.
 */
#include "bridge/classes/class.h"

#include <string.h>

#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "bridge/base/codec.h"
#include "bridge/base/date.h"
#include "bridge/classes/row.h"

enum { CATEGORIES_MAX = 300 }; /* [MS-ASEMAIL] 2.2.2.16 */

static const struct {
	const char *name;
	const struct class_table *table;
} classes[N_CLASSES] = {
	[CLASS_EMAIL] = { "Email", &email_table },
	[CLASS_CALENDAR] = { "Calendar", NULL },
	[CLASS_CONTACTS] = { "Contacts", NULL },
	[CLASS_TASKS] = { "Tasks", NULL },
	[CLASS_NOTES] = { "Notes", NULL },
	[CLASS_SMS] = { "SMS", &email_table },
};

const char *
class_name(enum item_class class)
{
	return classes[class].name;
}

enum item_class
class_by_name(const char *name)
{
	unsigned class = 0;

	while (class < N_CLASSES && strcmp(classes[class].name, name))
		class++;
	return (enum item_class)class;
}

bool
class_has_token(enum item_class class, enum token token)
{
	return classes[class].table && rows_have(classes[class].table, token);
}

bool
rows_have(const struct class_table *table, enum token token)
{
	for (unsigned i = 0; i < table->n; i++)
		if (table->rows[i].token == token)
			return true;
	return false;
}

/* --- writing --- */

static bool
view_wants(const struct class_view *view, enum token token)
{
	if (!view->schema)
		return true;
	for (unsigned i = 0; i < view->n_schema; i++)
		if (view->schema[i] == token)
			return true;
	return false;
}

static void
strings_write(struct writer *writer, const struct class_row *row, const struct strings *strings)
{
	writer_open_always(writer, row->token);
	for (unsigned i = 0; i < strings->n && i < CATEGORIES_MAX; i++)
		writer_text(writer, row->child, strings->list[i]);
	writer_close(writer);
}

static void
base64_write(struct writer *writer, enum token token, const struct bytes *bytes)
{
	struct base64_encoder encoder;
	struct buf text;

	buf_init(&text, 2 * bytes->len + 4);
	base64_init(&encoder, 0);
	base64_feed(&encoder, bytes->data, bytes->len, &text);
	base64_finish(&encoder, &text);
	writer_text_n(writer, token, buf_str(&text), text.len);
	buf_free(&text);
}

static void
date_write(struct writer *writer, const struct class_row *row, int64_t time)
{
	char text[DATE_TEXT];

	if (row->kind == ROW_COMPACT)
		date_print_compact(time, text);
	else
		date_print_dashed(time, text);
	writer_text(writer, row->token, text);
}

static void
row_write(struct writer *writer, const struct class_row *row, const void *member,
    const struct class_view *view)
{
	switch (row->kind) {
	case ROW_STRING:
		writer_text(writer, row->token, *(const char *const *)member);
		break;
	case ROW_U8:
		writer_int(writer, row->token, *(const uint8_t *)member);
		break;
	case ROW_U16:
		writer_int(writer, row->token, *(const uint16_t *)member);
		break;
	case ROW_U32:
		writer_int(writer, row->token, *(const uint32_t *)member);
		break;
	case ROW_BOOL:
		writer_bool(writer, row->token, *(const bool *)member);
		break;
	case ROW_DASHED:
	case ROW_COMPACT:
		date_write(writer, row, *(const int64_t *)member);
		break;
	case ROW_STRINGS:
		strings_write(writer, row, member);
		break;
	case ROW_OPAQUE:
		writer_opaque(writer, row->token, ((const struct bytes *)member)->data,
		    ((const struct bytes *)member)->len);
		break;
	case ROW_BASE64:
		base64_write(writer, row->token, member);
		break;
	case ROW_CUSTOM:
		row->custom->write(writer, member, view);
		break;
	}
}

void
rows_write(struct writer *writer, const struct class_table *table, const void *object,
    const struct class_view *view)
{
	for (unsigned i = 0; i < table->n; i++) {
		const struct class_row *row = &table->rows[i];

		if (!*((const bool *)object + row->has) || view->version < row->since ||
		    view->version > row->until)
			continue;
		row_write(writer, row, (const char *)object + row->member, view);
	}
}

/* The same for an item's own elements, of which a Schema may want only some. */
static void
item_write(struct writer *writer, const struct class_table *table, const void *object,
    const struct class_view *view)
{
	for (unsigned i = 0; i < table->n; i++)
		if (view_wants(view, table->rows[i].token))
			rows_write(writer, &(struct class_table){ &table->rows[i], 1 }, object,
			    view);
}

void
class_write(struct writer *writer, const struct item *item, const struct class_view *view)
{
	if (classes[item->class].table)
		item_write(writer, classes[item->class].table, &item->email, view);
}

/* --- reading --- */

static bool
bool_read(const char *text, bool *ret)
{
	if (*text && strcmp(text, "0") && strcmp(text, "1") && strcmp(text, "true") &&
	    strcmp(text, "false"))
		return false;
	*ret = !*text || !strcmp(text, "1") || !strcmp(text, "true");
	return true;
}

static bool
strings_read(struct reader *reader, struct arena *arena, const struct class_row *row,
    struct strings *ret)
{
	const char *list[CATEGORIES_MAX];
	enum token token;
	unsigned n = 0;

	reader_into(reader);
	while (reader_child(reader, &token))
		if (token == row->child && n < CATEGORIES_MAX)
			list[n++] = reader_text(reader);
	ret->n = n;
	ret->list = arena_memdup(arena, list, n * sizeof(*list));
	return true;
}

static bool
number_read(const char *text, int64_t max, int64_t *ret)
{
	return number_parse(text, 0, max, ret);
}

static bool
bytes_read(struct reader *reader, struct bytes *ret)
{
	ret->data = reader_bytes(reader, &ret->len);
	return true;
}

/* Reads the child just returned into the member. */
static bool
row_read(struct reader *reader, struct arena *arena, const struct class_row *row, void *member)
{
	int64_t number = 0;
	bool is_good = true;

	switch (row->kind) {
	case ROW_STRING:
		*(const char **)member = reader_text(reader);
		return true;
	case ROW_U8:
		is_good = number_read(reader_text(reader), UINT8_MAX, &number);
		*(uint8_t *)member = (uint8_t)number;
		return is_good;
	case ROW_U16:
		is_good = number_read(reader_text(reader), UINT16_MAX, &number);
		*(uint16_t *)member = (uint16_t)number;
		return is_good;
	case ROW_U32:
		is_good = number_read(reader_text(reader), UINT32_MAX, &number);
		*(uint32_t *)member = (uint32_t)number;
		return is_good;
	case ROW_BOOL:
		return bool_read(reader_text(reader), member);
	case ROW_DASHED:
	case ROW_COMPACT:
		return date_parse_eas(reader_text(reader), member);
	case ROW_STRINGS:
		return strings_read(reader, arena, row, member);
	case ROW_OPAQUE:
	case ROW_BASE64:
		return bytes_read(reader, member);
	case ROW_CUSTOM:
		return row->custom->read && row->custom->read(reader, arena, member);
	}
	return false;
}

static const struct class_row *
row_find(const struct class_table *table, enum token token)
{
	for (unsigned i = 0; i < table->n; i++)
		if (table->rows[i].token == token)
			return &table->rows[i];
	return NULL;
}

bool
rows_read(struct reader *reader, struct arena *arena, const struct class_table *table,
    void *object)
{
	bool is_good = true;
	enum token token;

	while (reader_child(reader, &token)) {
		const struct class_row *row = row_find(table, token);

		if (!row)
			continue;
		if (!(row->flags & ROW_FROM_PHONE) ||
		    !row_read(reader, arena, row, (char *)object + row->member))
			is_good = false;
		else
			*((bool *)object + row->has) = true;
	}
	return is_good;
}

enum fault
class_read(struct reader *reader, struct arena *arena, enum version version,
    struct item *ret_item)
{
	const struct class_table *table = classes[ret_item->class].table;

	(void)version; /* every row that a phone may send today exists in all versions */
	if (!table)
		return ITEM_BAD;
	return rows_read(reader, arena, table, &ret_item->email) ? OK : ITEM_BAD;
}
