/* SPDX-License-Identifier: ISC */
/*
 * MessageClass ([MS-ASEMAIL] 2.2.2.49), by structure and by what the invitation or report says, and
 * the conversation a message belongs to.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "backends/formats/calendarmail.h"
#include "backends/formats/headers.h"
#include "backends/formats/steps.h"
#include "backends/formats/transfer.h"
#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "bridge/base/crypto.h"

enum {
	CONVERSATION_ID = 16,
	INDEX_HEAD = 22,	/* bytes of a Thread-Index before its reply levels */
	INDEX_GUID_AT = 6,
	INDEX_MAX = 4096,
};

/* Seconds between 1601 and 1970; FILETIME counts 100 ns. */
#define FILETIME_EPOCH INT64_C(11644473600)
#define FILETIME_UNITS INT64_C(10000000)

static const struct {
	const char *action, *class;
} reports[] = {
	{ "failed", "REPORT.IPM.NOTE.NDR" },
	{ "delivered", "REPORT.IPM.NOTE.DR" },
	{ "relayed", "REPORT.IPM.NOTE.DR" },
	{ "expanded", "REPORT.IPM.NOTE.DR" },
	{ "delayed", "REPORT.IPM.NOTE.DELAYED" },
	{ "displayed", "REPORT.IPM.NOTE.IPNRN" },
	{ "deleted", "REPORT.IPM.NOTE.IPNNRN" },
	{ "denied", "REPORT.IPM.NOTE.IPNNRN" },
};

/* The value of the first "Name: value" line at the start of any line of the text. */
static char *
status_line(struct arena *arena, const struct part_text *text, const char *name)
{
	const char *at = text->text;
	const char *end = at + text->len;
	size_t n = strlen(name);

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline == NULL ? end : newline;

		if ((size_t)(stop - at) > n && strncasecmp(at, name, n) == 0)
			return header_unfold(arena, at + n, (size_t)(stop - at) - n);
		at = stop + 1;
	}
	return NULL;
}

static const char *
report_class(const struct conversion *conversion, const struct mime_part *report)
{
	struct part_text text;
	const char *value;

	if (!text_read(conversion, report, &text))
		return "REPORT.IPM.NOTE.NDR";
	value = status_line(conversion->arena, &text, "Action:");
	if (value == NULL) {
		/* "Disposition: manual-action/MDN-sent-manually; displayed" */
		value = status_line(conversion->arena, &text, "Disposition:");
		if (value != NULL && strchr(value, ';') != NULL)
			value = strchr(value, ';') + 1;
	}
	if (value == NULL)
		return "IPM.Note";
	value += strspn(value, " \t");
	for (size_t i = 0; i < sizeof(reports) / sizeof(reports[0]); i++)
		if (strncasecmp(value, reports[i].action, strlen(reports[i].action)) == 0)
			return reports[i].class;
	return "IPM.Note";
}

/* A calendar part makes a meeting mail if its METHOD is one that phones act on. */
static const char *
meeting_class(struct conversion *conversion)
{
	const struct mime_part *calendar = choice_calendar(conversion->source->root);
	struct part_text text = { 0 };
	const char *method, *class;

	if (calendar == NULL)
		return NULL;
	method = mime_param(&calendar->params, "method");
	if (text_read(conversion, calendar, &text) && text.len > 0) {
		const char *property = calendar_method(conversion->arena, text.text, text.len);

		method = method != NULL ? method : property;
	}
	class = calendar_class(conversion->arena, method, text.text, text.len);
	if (class == NULL)
		return NULL;
	conversion->calendar = calendar;
	conversion->calendar_text = text.text;
	conversion->calendar_len = text.len;
	return class;
}

void
message_fill_class(struct conversion *conversion)
{
	const struct mime_part *report = choice_report(conversion->source->root);
	const char *class = NULL;

	if (conversion->protection == PROTECTION_SIGNED)
		class = "IPM.Note.SMIME.MultipartSigned";
	else if (conversion->protection == PROTECTION_OPAQUE)
		class = "IPM.Note.SMIME";
	else if (report != NULL)
		class = report_class(conversion, report);
	else
		class = meeting_class(conversion);
	ITEM_SET(conversion->email, message_class, class != NULL ? class : "IPM.Note");
	ITEM_SET(conversion->email, content_class, conversion->calendar != NULL ?
	    "urn:content-classes:calendarmessage" : "urn:content-classes:message");
}

/* The first <message-id> in a field; NULL: none. */
static char *
first_id(const struct conversion *conversion, const char *field)
{
	char *raw = header_raw(conversion->arena, conversion->source->header,
	    conversion->source->header_len, field);
	char *start = raw == NULL ? NULL : strchr(raw, '<');
	char *end = start == NULL ? NULL : strchr(start, '>');

	if (end == NULL || end == start + 1)
		return NULL;
	return arena_strndup(conversion->arena, start, (size_t)(end - start) + 1);
}

/*
 * A hash of the thread's root id: the same in every folder and after every restart.  The GUID of a
 * Thread-Index is not used: replies by others lose it, and the thread would fall apart.
 */
static void
fill_id(struct conversion *conversion)
{
	char *root = first_id(conversion, "References");
	uint8_t digest[SHA256_SIZE];
	struct bytes id;

	if (root == NULL)
		root = first_id(conversion, "In-Reply-To");
	if (root == NULL)
		root = first_id(conversion, "Message-ID");
	if (root == NULL)
		return;
	crypto_sha256(root, strlen(root), digest);
	id.len = CONVERSATION_ID;
	id.data = arena_memdup(conversion->arena, digest, CONVERSATION_ID);
	ITEM_SET(conversion->email, conversation_id, id);
}

/* [MS-ASEMAIL] 2.2.2.21: five bytes of time, then five a reply. */
static void
fill_index(struct conversion *conversion)
{
	char *raw = header_raw(conversion->arena, conversion->source->header,
	    conversion->source->header_len, "Thread-Index");
	uint64_t filetime = (uint64_t)((conversion->email->date_received + FILETIME_EPOCH) *
	    FILETIME_UNITS);
	struct transfer_decoder decoder;
	struct bytes index;
	struct buf data;
	uint8_t *to;

	buf_init_arena(&data, conversion->arena, INDEX_MAX + 8);
	if (raw != NULL && strlen(raw) <= INDEX_MAX) {
		transfer_init(&decoder, TRANSFER_BASE64);
		transfer_feed(&decoder, raw, strlen(raw), &data);
	}
	if (data.len >= INDEX_HEAD && data.data[0] == 1) {
		index.len = 5 + data.len - INDEX_HEAD;
		index.data = to = arena_alloc(conversion->arena, index.len);
		memcpy(to, data.data + 1, INDEX_GUID_AT - 1);
		memcpy(to + INDEX_GUID_AT - 1, data.data + INDEX_HEAD, data.len - INDEX_HEAD);
	} else {
		index.len = 5;
		index.data = to = arena_alloc(conversion->arena, index.len);
		for (unsigned i = 0; i < 5; i++)
			to[i] = (uint8_t)(filetime >> (56 - 8 * i));
	}
	ITEM_SET(conversion->email, conversation_index, index);
}

void
message_fill_conversation(struct conversion *conversion)
{
	fill_id(conversion);
	if (conversion->email->has.conversation_id)
		fill_index(conversion);
}

void
message_fill_meeting(struct conversion *conversion)
{
	const char *class = conversion->email->message_class;
	struct meeting_request *meeting;

	if (conversion->calendar_text == NULL ||
	    (strcmp(class, "IPM.Schedule.Meeting.Request") != 0 &&
	    strcmp(class, "IPM.Schedule.Meeting.Canceled") != 0))
		return;
	meeting = calendar_meeting(conversion->arena, conversion->calendar_text,
	    conversion->calendar_len);
	if (meeting != NULL)
		ITEM_SET(conversion->email, meeting, meeting);
}
