/* SPDX-License-Identifier: ISC */
/*
 * The MeetingRequest of an invitation mail ([MS-ASEMAIL] 2.2.2.48).  One pass over the content
 * lines gathers the first event (a series' master before its exceptions) and the zones; then the
 * members are made from what was gathered.
 */
#include <string.h>
#include <strings.h>

#include "backends/formats/calendarmail.h"
#include "backends/formats/contentline.h"
#include "backends/formats/globalid.h"
#include "backends/formats/recurrence.h"
#include "backends/formats/zone.h"
#include "bridge/base/arena.h"
#include "bridge/base/codec.h"
#include "bridge/base/date.h"
#include "bridge/classes/items.h"

enum {
	DAY = 24 * 60 * 60,
	TEXT_MAX = 32768,
	INITIAL_REQUEST = 1,	/* MeetingMessageType */
};

/* The properties of an event that matter here; value NULL: not there. */
struct event {
	struct contentline start, end, duration, stamp, organizer, location, recurrence_id, rule,
	    uid, class, transparency, busy, counter, trigger;
	bool all_day, rsvp;
};

static const struct {
	const char *name;
	size_t offset;
} properties[] = {
	{ "DTSTART", offsetof(struct event, start) },
	{ "DTEND", offsetof(struct event, end) },
	{ "DURATION", offsetof(struct event, duration) },
	{ "DTSTAMP", offsetof(struct event, stamp) },
	{ "ORGANIZER", offsetof(struct event, organizer) },
	{ "LOCATION", offsetof(struct event, location) },
	{ "RECURRENCE-ID", offsetof(struct event, recurrence_id) },
	{ "RRULE", offsetof(struct event, rule) },
	{ "UID", offsetof(struct event, uid) },
	{ "CLASS", offsetof(struct event, class) },
	{ "TRANSP", offsetof(struct event, transparency) },
	{ "X-MICROSOFT-CDO-INTENDEDSTATUS", offsetof(struct event, busy) },
	{ "X-MICROSOFT-DISALLOW-COUNTER", offsetof(struct event, counter) },
};

static void
event_take(struct arena *arena, struct event *event, const struct contentline *line)
{
	for (size_t i = 0; i < sizeof(properties) / sizeof(properties[0]); i++) {
		struct contentline *slot = (void *)((char *)event + properties[i].offset);

		if (strcmp(line->name, properties[i].name) == 0 && slot->value == NULL)
			*slot = *line;
	}
	if (strcmp(line->name, "ATTENDEE") == 0) {
		const char *rsvp = contentline_param(arena, line, "RSVP");

		event->rsvp |= rsvp != NULL && strcasecmp(rsvp, "TRUE") == 0;
	}
}

/* Reads one event, whose BEGIN has been read, to its END. */
static void
event_read(struct contentline_reader *reader, struct event *event)
{
	struct contentline line;
	bool in_alarm = false;

	memset(event, 0, sizeof(*event));
	while (contentline_next(reader, &line)) {
		if (strcmp(line.name, "END") == 0 && strcasecmp(line.value, "VEVENT") == 0)
			return;
		if (strcmp(line.name, "BEGIN") == 0 || strcmp(line.name, "END") == 0)
			in_alarm = line.name[0] == 'B';
		else if (!in_alarm)
			event_take(reader->arena, event, &line);
		else if (strcmp(line.name, "TRIGGER") == 0 && event->trigger.value == NULL)
			event->trigger = line;
	}
}

/* The master if there is one, else the first; and all zones. */
static bool
calendar_read(struct arena *arena, const char *text, size_t n, struct zones *zones,
    struct event *ret)
{
	struct contentline_reader reader;
	struct contentline line;
	bool has_event = false;

	contentline_init(&reader, arena, text, n);
	while (contentline_next(&reader, &line)) {
		struct event event;

		if (strcmp(line.name, "BEGIN") != 0)
			continue;
		if (strcasecmp(line.value, "VTIMEZONE") == 0)
			zone_read(zones, &reader);
		if (strcasecmp(line.value, "VEVENT") != 0)
			continue;
		event_read(&reader, &event);
		if (!has_event || (ret->recurrence_id.value != NULL &&
		    event.recurrence_id.value == NULL))
			*ret = event;
		has_event = true;
	}
	return has_event;
}

/* A DATE or DATE-TIME in any of its forms, as UTC. */
static bool
time_read(struct arena *arena, const struct zones *zones, const struct contentline *line,
    int64_t *ret_time, bool *ret_is_date)
{
	const char *zone;
	size_t n;
	int64_t time;

	if (line->value == NULL)
		return false;
	n = strlen(line->value);
	if (n < 8 || !date_parse_eas(line->value, &time))
		return false;
	*ret_is_date = n == 8;
	if (line->value[n - 1] != 'Z') {
		zone = contentline_param(arena, line, "TZID");
		time = zone_to_utc(zone_find(zones, zone), time);
	}
	*ret_time = time;
	return true;
}

/* "-P1DT2H3M4S" in seconds. */
static bool
duration_read(const char *text, int64_t *ret_seconds)
{
	int64_t total = 0, number = 0;
	bool is_negative = *text == '-';

	text += *text == '-' || *text == '+';
	if (*text++ != 'P')
		return false;
	for (; *text != '\0'; text++) {
		if (*text >= '0' && *text <= '9') {
			number = number > 100000000 ? number : number * 10 + (*text - '0');
			continue;
		}
		total += number * (*text == 'W' ? 7 * DAY : *text == 'D' ? DAY :
		    *text == 'H' ? 3600 : *text == 'M' ? 60 : *text == 'S' ? 1 : 0);
		number = 0;
	}
	*ret_seconds = is_negative ? -total : total;
	return true;
}

static bool
fill_times(struct arena *arena, const struct zones *zones, const struct event *event,
    struct meeting_request *meeting)
{
	int64_t start, end, stamp, seconds;
	bool is_date, ignored;

	if (!time_read(arena, zones, &event->start, &start, &is_date))
		return false;
	ITEM_SET(meeting, all_day, is_date);
	ITEM_SET(meeting, start, start);
	if (!time_read(arena, zones, &event->end, &end, &ignored)) {
		end = start + (is_date ? DAY : 0);
		if (event->duration.value != NULL && duration_read(event->duration.value, &seconds))
			end = start + seconds;
	}
	ITEM_SET(meeting, end, end);
	if (!time_read(arena, zones, &event->stamp, &stamp, &ignored))
		stamp = start;
	ITEM_SET(meeting, stamp, stamp);
	return true;
}

static void
fill_texts(struct arena *arena, const struct event *event, struct meeting_request *meeting)
{
	const char *value = event->organizer.value, *name;
	char *location;

	if (value != NULL) {
		name = contentline_param(arena, &event->organizer, "CN");
		value += strncasecmp(value, "mailto:", 7) == 0 ? 7 : 0;
		if (name != NULL && name[0] != '\0' && strchr(name, '"') == NULL)
			value = arena_printf(arena, "\"%s\" <%s>", name, value);
		ITEM_SET(meeting, organizer, value);
	}
	if (event->location.value == NULL || event->location.value[0] == '\0')
		return;
	location = contentline_text(arena, event->location.value);
	location[utf8_cut(location, strlen(location), TEXT_MAX)] = '\0';
	ITEM_SET(meeting, location, location);
}

static bool
is_word(const struct contentline *line, const char *word)
{
	return line->value != NULL && strcasecmp(line->value, word) == 0;
}

static void
fill_states(const struct event *event, struct meeting_request *meeting)
{
	int64_t before;

	ITEM_SET(meeting, response_requested, event->rsvp);
	ITEM_SET(meeting, sensitivity, is_word(&event->class, "PRIVATE") ? 2 :
	    is_word(&event->class, "CONFIDENTIAL") ? 3 : 0);
	ITEM_SET(meeting, busy_status, is_word(&event->busy, "FREE") ||
	    is_word(&event->transparency, "TRANSPARENT") ? 0 : is_word(&event->busy, "TENTATIVE") ?
	    1 : is_word(&event->busy, "OOF") ? 3 : 2);
	if (is_word(&event->counter, "TRUE"))
		ITEM_SET(meeting, disallow_new_time, true);
	if (event->trigger.value != NULL && duration_read(event->trigger.value, &before) &&
	    before <= 0 && before >= -366 * DAY)
		ITEM_SET(meeting, reminder, (uint32_t)-before);
	ITEM_SET(meeting, message_type, INITIAL_REQUEST);
}

/* InstanceType: 0 single, 1 a series' master, 3 an exception ([MS-ASEMAIL] 2.2.2.40). */
static void
fill_instance(struct arena *arena, const struct zones *zones, const struct event *event,
    struct meeting_request *meeting)
{
	int64_t original = 0;
	bool is_date;

	ITEM_SET(meeting, instance_type, 0);
	if (time_read(arena, zones, &event->recurrence_id, &original, &is_date)) {
		ITEM_SET(meeting, instance_type, 3);
		ITEM_SET(meeting, recurrence_id, original);
	} else if (event->rule.value != NULL && recurrence_from_rule(event->rule.value,
	    meeting->start, &meeting->recurrence)) {
		meeting->has.recurrence = true;
		ITEM_SET(meeting, instance_type, 1);
	}
	if (event->uid.value == NULL)
		return;
	ITEM_SET(meeting, uid, event->uid.value);
	ITEM_SET(meeting, global_object_id, globalid_from_uid(arena, event->uid.value, original));
}

struct meeting_request *
calendar_meeting(struct arena *arena, const char *text, size_t n)
{
	struct meeting_request *meeting = arena_alloc(arena, sizeof(*meeting));
	struct zones zones = { .arena = arena };
	struct event event = { 0 };

	if (!calendar_read(arena, text, n, &zones, &event) ||
	    !fill_times(arena, &zones, &event, meeting))
		return NULL;
	fill_texts(arena, &event, meeting);
	fill_states(&event, meeting);
	fill_instance(arena, &zones, &event, meeting);
	ITEM_SET(meeting, time_zone, zone_blob(arena, zone_find(&zones,
	    contentline_param(arena, &event.start, "TZID"))));
	return meeting;
}
