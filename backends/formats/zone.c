/* SPDX-License-Identifier: ISC */
/*
 * Of several observances of a kind the one with the newest DTSTART is taken: older ones are
 * history.  A blob holds one pair of rules for all years anyway.
 */
#include "backends/formats/zone.h"

#include <string.h>
#include <strings.h>

#include "backends/formats/contentline.h"
#include "bridge/base/arena.h"
#include "bridge/base/date.h"

enum {
	DAY = 24 * 60 * 60,
	STANDARD_DATE_AT = 68,
	DAYLIGHT_DATE_AT = 152,
	DAYLIGHT_BIAS_AT = 168,
};

/* "+hhmm[ss]" in seconds. */
static int
offset_read(const char *text)
{
	int digits[6] = { 0 };
	int seconds;
	size_t n = 0;
	bool is_west = *text == '-';

	for (text += *text == '-' || *text == '+'; *text >= '0' && *text <= '9' && n < 6; text++)
		digits[n++] = *text - '0';
	seconds = (digits[0] * 10 + digits[1]) * 3600 + (digits[2] * 10 + digits[3]) * 60 +
	    digits[4] * 10 + digits[5];
	return is_west ? -seconds : seconds;
}

/* From a date: "the 25th or later, a Sunday" is the last one. */
static void
rule_from_date(struct zone_rule *rule, int64_t start)
{
	struct date_parts parts;

	date_to_parts(start, &parts);
	rule->start = start;
	rule->month = parts.month;
	rule->weekday = parts.weekday;
	rule->week = (parts.day - 1) / 7 + 1;
	rule->second = parts.hour * 3600 + parts.minute * 60 + parts.second;
}

/* "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU" */
static void
rule_from_text(struct zone_rule *rule, const char *text)
{
	static const char days[] = "SUMOTUWETHFRSA";
	const char *month = strcasestr(text, "BYMONTH=");
	const char *day = strcasestr(text, "BYDAY=");
	int number = 0;

	for (month = month == NULL ? "" : month + 8; *month >= '0' && *month <= '9'; month++)
		number = number > 12 ? 0 : number * 10 + (*month - '0');
	if (number >= 1 && number <= 12)
		rule->month = number;
	if (day == NULL)
		return;
	day += 6;
	if (day[0] == '-')
		rule->week = 5;
	else if (*day >= '1' && *day <= '5')
		rule->week = *day - '0';
	day += strspn(day, "+-0123456789");
	for (int i = 0; i < 7; i++)
		if (strncasecmp(day, days + 2 * i, 2) == 0)
			rule->weekday = i;
}

/* One STANDARD or DAYLIGHT. */
static void
observance_read(struct contentline_reader *reader, struct zone_rule *best)
{
	struct zone_rule rule = { .is_there = true };
	const char *text = NULL;
	struct contentline line;
	int64_t start;

	while (contentline_next(reader, &line) && strcmp(line.name, "END") != 0) {
		if (strcmp(line.name, "DTSTART") == 0 && date_parse_eas(line.value, &start))
			rule_from_date(&rule, start);
		else if (strcmp(line.name, "TZOFFSETTO") == 0)
			rule.offset = offset_read(line.value);
		else if (strcmp(line.name, "RRULE") == 0)
			text = line.value;
	}
	if (text != NULL)
		rule_from_text(&rule, text);
	if (!best->is_there || rule.start >= best->start)
		*best = rule;
}

void
zone_read(struct zones *zones, struct contentline_reader *reader)
{
	struct zone zone = { .id = NULL };
	struct contentline line;

	while (contentline_next(reader, &line)) {
		bool is_begin = strcmp(line.name, "BEGIN") == 0;

		if (strcmp(line.name, "TZID") == 0)
			zone.id = line.value;
		else if (is_begin && strcasecmp(line.value, "STANDARD") == 0)
			observance_read(reader, &zone.standard);
		else if (is_begin && strcasecmp(line.value, "DAYLIGHT") == 0)
			observance_read(reader, &zone.daylight);
		else if (strcmp(line.name, "END") == 0)
			break;
	}
	if (zone.id == NULL || zones->n == ZONES_MAX ||
	    (!zone.standard.is_there && !zone.daylight.is_there))
		return;
	if (!zone.standard.is_there) {
		zone.standard = zone.daylight;
		zone.daylight.is_there = false;
	}
	/* the history of a zone that has given up changing its clocks */
	if (zone.daylight.is_there && zone.daylight.offset == zone.standard.offset)
		zone.daylight.is_there = false;
	zones->list[zones->n++] = zone;
}

const struct zone *
zone_find(const struct zones *zones, const char *id)
{
	for (unsigned i = 0; id != NULL && i < zones->n; i++)
		if (strcasecmp(zones->list[i].id, id) == 0)
			return &zones->list[i];
	return NULL;
}

/* The moment of the rule in that year, in local time. */
static int64_t
rule_time(const struct zone_rule *rule, int year)
{
	struct date_parts parts = { .year = year, .month = rule->month, .day = 1 };
	struct date_parts first;
	int64_t time = 0, next;

	if (!date_from_parts(&parts, &time))
		return 0;
	date_to_parts(time, &first);
	time += ((rule->weekday - first.weekday + 7) % 7 + 7 * (rule->week - 1)) * (int64_t)DAY;
	parts.year += parts.month == 12;
	parts.month = parts.month % 12 + 1;
	if (date_from_parts(&parts, &next) && time >= next)
		time -= 7 * DAY;
	return time + rule->second;
}

int64_t
zone_to_utc(const struct zone *zone, int64_t local)
{
	struct date_parts parts;
	int64_t summer, winter;
	bool is_summer;

	if (zone == NULL)
		return local;
	if (!zone->daylight.is_there)
		return local - zone->standard.offset;
	date_to_parts(local, &parts);
	summer = rule_time(&zone->daylight, parts.year);
	winter = rule_time(&zone->standard, parts.year);
	is_summer = summer < winter ? local >= summer && local < winter :
	    local >= summer || local < winter;
	return local - (is_summer ? zone->daylight.offset : zone->standard.offset);
}

static void
put32(uint8_t *at, int value)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)((uint32_t)value >> (8 * i));
}

/* SYSTEMTIME of a yearly rule: year 0. */
static void
put_rule(uint8_t *at, const struct zone_rule *rule)
{
	at[2] = (uint8_t)rule->month;
	at[4] = (uint8_t)rule->weekday;
	at[6] = (uint8_t)rule->week;
	at[8] = (uint8_t)(rule->second / 3600);
	at[10] = (uint8_t)(rule->second / 60 % 60);
	at[12] = (uint8_t)(rule->second % 60);
}

struct bytes
zone_blob(struct arena *arena, const struct zone *zone)
{
	uint8_t *blob = arena_alloc(arena, ZONE_BLOB);
	struct bytes bytes = { blob, ZONE_BLOB };

	if (zone == NULL)
		return bytes;
	put32(blob, -zone->standard.offset / 60);
	if (!zone->daylight.is_there)
		return bytes;
	put_rule(blob + STANDARD_DATE_AT, &zone->standard);
	put_rule(blob + DAYLIGHT_DATE_AT, &zone->daylight);
	put32(blob + DAYLIGHT_BIAS_AT, (zone->standard.offset - zone->daylight.offset) / 60);
	return bytes;
}
