/* SPDX-License-Identifier: ISC */
/*
 * METHOD and what follows from it (RFC 5546, RFC 6047).  Properties are taken only from where they
 * belong: METHOD from the calendar itself, the rest from the first event.
 */
#include "backends/formats/calendarmail.h"

#include <string.h>
#include <strings.h>

#include "backends/formats/contentline.h"
#include "bridge/base/arena.h"

static const struct {
	const char *method, *class;
} classes[] = {
	{ "REQUEST", "IPM.Schedule.Meeting.Request" },
	{ "CANCEL", "IPM.Schedule.Meeting.Canceled" },
	{ "COUNTER", "IPM.Schedule.Meeting.Resp.Tent" },
};

static const struct {
	const char *status, *class;
} replies[] = {
	{ "ACCEPTED", "IPM.Schedule.Meeting.Resp.Pos" },
	{ "DECLINED", "IPM.Schedule.Meeting.Resp.Neg" },
	{ "TENTATIVE", "IPM.Schedule.Meeting.Resp.Tent" },
};

const char *
calendar_method(struct arena *arena, const char *text, size_t n)
{
	struct contentline_reader reader;
	struct contentline line;
	unsigned depth = 0;

	contentline_init(&reader, arena, text, n);
	while (contentline_next(&reader, &line)) {
		if (strcmp(line.name, "BEGIN") == 0)
			depth++;
		else if (strcmp(line.name, "END") == 0 && depth > 0)
			depth--;
		else if (depth == 1 && strcmp(line.name, "METHOD") == 0)
			return line.value;
	}
	return NULL;
}

/* The first line of that name inside of the first event; false: none. */
static bool
event_line(struct arena *arena, const char *text, size_t n, const char *name,
    struct contentline *ret_line)
{
	struct contentline_reader reader;
	bool in_event = false;
	unsigned inner = 0; /* components inside of the event: alarms */

	contentline_init(&reader, arena, text, n);
	while (contentline_next(&reader, ret_line)) {
		bool is_event = strcasecmp(ret_line->value, "VEVENT") == 0;

		if (strcmp(ret_line->name, "BEGIN") == 0) {
			inner += in_event;
			in_event |= is_event;
		} else if (strcmp(ret_line->name, "END") == 0) {
			if (in_event && is_event)
				return false;
			inner -= inner > 0;
		} else if (in_event && inner == 0 && strcmp(ret_line->name, name) == 0) {
			return true;
		}
	}
	return false;
}

const char *
calendar_class(struct arena *arena, const char *method, const char *text, size_t n)
{
	struct contentline line;
	const char *status = NULL;

	if (method == NULL)
		return NULL;
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (strcasecmp(method, classes[i].method) == 0)
			return classes[i].class;
	if (strcasecmp(method, "REPLY") != 0)
		return NULL;
	if (n > 0 && event_line(arena, text, n, "ATTENDEE", &line))
		status = contentline_param(arena, &line, "PARTSTAT");
	for (size_t i = 0; status != NULL && i < sizeof(replies) / sizeof(replies[0]); i++)
		if (strcasecmp(status, replies[i].status) == 0)
			return replies[i].class;
	return NULL;
}

char *
calendar_description(struct arena *arena, const char *text, size_t n)
{
	struct contentline line;

	if (!event_line(arena, text, n, "DESCRIPTION", &line))
		return NULL;
	return contentline_text(arena, line.value);
}
