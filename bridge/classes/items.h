/* SPDX-License-Identifier: ISC */
/*
 * Items as the bridge sees them: what a backend fills from a message and a
 * class table prints for a phone, and the reverse.  Every member has a flag in
 * `has`: "not there", "there and empty" and "there" stay apart both ways
 * (ghosting depends on it).  Strings are UTF-8 and live, like everything an
 * item points to, in the arena of the request.  Worker.
 *
 * Set a member with ITEM_SET(&item->email, subject, "Hi"), never by hand.
 * Sources: [MS-ASEMAIL] 2.2.2, [MS-ASAIRS] 2.2.2, [MS-ASTASK] for Flag dates.
 */
#ifndef BRIDGE_CLASSES_ITEMS_H
#define BRIDGE_CLASSES_ITEMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct body;

#define ITEM_SET(object, member, value) \
	((object)->member = (value), (object)->has.member = true)

#define ITEM_MEMBER(type, name) type name;
#define ITEM_HAS(type, name) bool name;

enum item_class {
	CLASS_EMAIL,
	CLASS_CALENDAR,
	CLASS_CONTACTS,
	CLASS_TASKS,
	CLASS_NOTES,
	CLASS_SMS,
	N_CLASSES
};

/* A list of strings. */
struct strings {
	const char **list;
	unsigned n;
};

/* Raw bytes (ConversationId and the like). */
struct bytes {
	const void *data;
	size_t len;
};

enum body_type { BODY_NONE = 0, BODY_PLAIN = 1, BODY_HTML = 2, BODY_RTF = 3, BODY_MIME = 4 };

/* airsyncbase:Body as it goes out or came in. */
struct item_body {
	enum body_type type;
	uint32_t estimated_size; /* bytes of the whole body in this type */
	bool truncated;
	bool has_data;           /* false: no Data element (TruncationSize 0) */
	struct body *data;       /* text in UTF-8, or the MIME bytes */
	const char *preview;     /* NULL: none */
	unsigned part;           /* multipart answers: > 0, and no Data */
};

/* One attachment of a message. */
struct attachment {
	const char *display_name;
	const char *reference;    /* part path within the message: "2.1" */
	uint8_t method;           /* 1 normal, 5 embedded message, 6 OLE */
	uint32_t size;            /* decoded bytes, estimated */
	const char *content_id;   /* without angle brackets; NULL: none */
	const char *content_location;
	const char *content_type; /* type/subtype */
	bool is_inline;
};

struct attachments {
	struct attachment *list;
	unsigned n;
};

/* email:Flag.  Dates are seconds UTC. */
#define FLAG_MEMBERS(X)                \
	X(uint8_t, status)             \
	X(const char *, flag_type)     \
	X(const char *, subject)       \
	X(int64_t, complete_time)      \
	X(int64_t, date_completed)     \
	X(int64_t, start_date)         \
	X(int64_t, due_date)           \
	X(int64_t, utc_start_date)     \
	X(int64_t, utc_due_date)       \
	X(bool, reminder_set)          \
	X(int64_t, reminder_time)      \
	X(int64_t, ordinal_date)       \
	X(const char *, sub_ordinal_date)

struct flag {
	FLAG_MEMBERS(ITEM_MEMBER)
	struct {
		FLAG_MEMBERS(ITEM_HAS)
	} has;
};

#define EMAIL_MEMBERS(X)                     \
	X(const char *, to)                  \
	X(const char *, cc)                  \
	X(const char *, bcc)                 \
	X(const char *, from)                \
	X(const char *, sender)              \
	X(const char *, reply_to)            \
	X(const char *, subject)             \
	X(int64_t, date_received)            \
	X(const char *, display_to)          \
	X(const char *, thread_topic)        \
	X(uint8_t, importance)               \
	X(bool, read)                        \
	X(const char *, message_class)       \
	X(const char *, content_class)       \
	X(uint32_t, internet_cpid)           \
	X(struct item_body, body)            \
	X(struct attachments, attachments)   \
	X(uint8_t, native_body_type)         \
	X(struct flag, flag)                 \
	X(struct strings, categories)        \
	X(struct bytes, conversation_id)     \
	X(struct bytes, conversation_index)  \
	X(uint8_t, last_verb)                \
	X(int64_t, last_verb_time)           \
	X(bool, received_as_bcc)             \
	X(bool, is_draft)                    \
	X(struct meeting_request *, meeting)

/* email:Flag present and empty (the flag is cleared) is has.flag with flag.status 0. */
struct email {
	EMAIL_MEMBERS(ITEM_MEMBER)
	struct {
		EMAIL_MEMBERS(ITEM_HAS)
	} has;
};

/* email:MeetingRequest ([MS-ASEMAIL] 2.2.2.48); dates are seconds UTC. */
#define RECURRENCE_MEMBERS(X)            \
	X(uint8_t, type)                 \
	X(uint16_t, interval)            \
	X(int64_t, until)                \
	X(uint16_t, occurrences)         \
	X(uint8_t, week_of_month)        \
	X(uint8_t, day_of_month)         \
	X(uint8_t, day_of_week)          \
	X(uint8_t, month_of_year)        \
	X(uint8_t, calendar_type)        \
	X(bool, is_leap_month)           \
	X(uint8_t, first_day_of_week)

struct recurrence {
	RECURRENCE_MEMBERS(ITEM_MEMBER)
	struct {
		RECURRENCE_MEMBERS(ITEM_HAS)
	} has;
};

#define MEETING_MEMBERS(X)                   \
	X(bool, all_day)                     \
	X(int64_t, start)                    \
	X(int64_t, end)                      \
	X(int64_t, stamp)                    \
	X(uint8_t, instance_type)            \
	X(const char *, location)            \
	X(const char *, organizer)           \
	X(int64_t, recurrence_id)            \
	X(uint32_t, reminder)                \
	X(bool, response_requested)          \
	X(struct recurrence, recurrence)     \
	X(uint8_t, sensitivity)              \
	X(uint8_t, busy_status)              \
	X(struct bytes, time_zone)           \
	X(struct bytes, global_object_id)    \
	X(const char *, uid)                 \
	X(bool, disallow_new_time)           \
	X(uint8_t, message_type)

struct meeting_request {
	MEETING_MEMBERS(ITEM_MEMBER)
	struct {
		MEETING_MEMBERS(ITEM_HAS)
	} has;
};

/* One item of any class. */
struct item {
	enum item_class class;
	bool has_mark;  /* from a store: the mark (store.h) of the very state that the item shows */
	uint32_t mark;
	union {
		struct email email;
	};
};

#endif
