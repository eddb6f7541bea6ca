/* SPDX-License-Identifier: ISC */
/*
 * Rows of a class table.  The kind of a plain member follows from its C type, so
 * a misspelt member, a misspelt token and a wrong kind do not compile.  Only the
 * files of bridge/classes include this.
 *
 *	FIELD(struct email, Email_Subject, subject, EAS_2_5, EAS_ANY),
 *	COMPACT(...)  a date in the form 20260105T100000Z
 *	BASE64(...)   bytes as base64 text
 *	LISTOF(...)   strings, each in an element of its own
 *	CUSTOM(...)   a structure with a writer and a reader of its own
 */
#ifndef BRIDGE_CLASSES_ROW_H
#define BRIDGE_CLASSES_ROW_H

#include "bridge/classes/class.h"

enum row_kind {
	ROW_STRING, ROW_U8, ROW_U16, ROW_U32, ROW_BOOL, ROW_DASHED, ROW_COMPACT, ROW_STRINGS,
	ROW_OPAQUE, ROW_BASE64, ROW_CUSTOM,
};

enum { ROW_FROM_PHONE = 1 }; /* phones may send it */

struct custom {
	void (*write)(struct writer *writer, const void *member, const struct class_view *view);
	/* Reads the child the reader has just returned.  False: not acceptable. */
	bool (*read)(struct reader *reader, struct arena *arena, void *member);
};

struct class_row {
	enum token token;
	enum token child;            /* ROW_STRINGS */
	size_t member, has;
	const struct custom *custom;
	enum row_kind kind;
	uint8_t since, until, flags;
};

struct class_table {
	const struct class_row *rows;
	unsigned n;
};

#define ROW_KIND(type, member)                                                     \
	_Generic(((type *)0)->member, const char *: ROW_STRING, uint8_t: ROW_U8,   \
	    uint16_t: ROW_U16, uint32_t: ROW_U32, bool: ROW_BOOL, int64_t: ROW_DASHED, \
	    struct strings: ROW_STRINGS, struct bytes: ROW_OPAQUE, default: ROW_CUSTOM)

/* kind, if the member is of the C type of `wanted`; else a compile error */
#define ROW_CHECKED(type, member, wanted, kind) \
	((enum row_kind)((kind) * sizeof(char[ROW_KIND(type, member) == (wanted) ? 1 : -1])))

#define ROW(type, token_, member_, kind_, since_, until_, flags_)                     \
	.token = (token_), .member = offsetof(type, member_), .has = offsetof(type, has.member_), \
	.kind = (kind_), .since = (since_), .until = (until_), .flags = (flags_)

#define FIELD_F(type, token, member, since, until, flags) \
	{ ROW(type, token, member, ROW_KIND(type, member), since, until, flags) }
#define FIELD(type, token, member, since, until) FIELD_F(type, token, member, since, until, 0)
#define COMPACT(type, token, member, since, until)                                                 \
	{                                                                                          \
		ROW(type, token, member, ROW_CHECKED(type, member, ROW_DASHED, ROW_COMPACT),       \
			since, until, 0)                                                           \
	}
#define BASE64(type, token, member, since, until) \
	{ ROW(type, token, member, ROW_CHECKED(type, member, ROW_OPAQUE, ROW_BASE64), since, until, 0) }
#define LISTOF(type, token, member, child_, since, until, flags)                      \
	{ ROW(type, token, member, ROW_CHECKED(type, member, ROW_STRINGS, ROW_STRINGS), since, \
	    until, flags), .child = (child_) }
#define CUSTOM(type, token, member, custom_, since, until, flags)                     \
	{ ROW(type, token, member, ROW_CHECKED(type, member, ROW_CUSTOM, ROW_CUSTOM), since, \
	    until, flags), .custom = (custom_) }

/* Writes the members of one structure by its table, within an open element. */
void rows_write(struct writer *writer, const struct class_table *table, const void *object,
	const struct class_view *view);

/* Reads the children of the current container by a table.  Unknown elements are passed over; a
 * known one that phones may not send, or of a wrong form, makes it false. */
bool rows_read(struct reader *reader, struct arena *arena, const struct class_table *table,
    void *object);

bool rows_have(const struct class_table *table, enum token token);

/* Customs shared by classes ([MS-ASAIRS] 2.2.2). */
extern const struct custom body_custom, attachments_custom;
/* The dialect of 2.5. */
extern const struct custom old_body_custom, old_attachments_custom;

extern const struct class_table email_table;

#endif
