/* SPDX-License-Identifier: ISC */
/*
 * The rule is cut into its parts, each checked against a range; what EAS has no word for (lists of
 * month days, hours, weeks of the year) makes the whole rule inexpressible.
 */
#include "backends/formats/recurrence.h"

#include <string.h>
#include <strings.h>

#include "bridge/base/date.h"
#include "bridge/classes/items.h"

/* Types of [MS-ASCAL] 2.2.2.45. */
enum { DAILY = 0, WEEKLY = 1, MONTHLY = 2, MONTHLY_NTH = 3, YEARLY = 5, YEARLY_NTH = 6 };

enum { EVERY_DAY = 127, WORK_DAYS = 62, WEEKEND = 65, LAST = 5, NO_POSITION = 99 };

struct rule {
	char frequency;		/* D W M Y; 0: other */
	long interval, count, month, month_day, set_position;
	int64_t until;
	bool has_until;
	unsigned days;		/* bit 0 Sunday */
	long position;		/* of BYDAY: 1..4, -1; NO_POSITION: none */
	unsigned week_start;
	bool is_strange;	/* something EAS cannot say */
};

static const char day_names[] = "SUMOTUWETHFRSA";

/* 0..6; 7: no day. */
static unsigned
day_of(const char *text)
{
	for (unsigned i = 0; i < 7; i++)
		if (strncasecmp(text, day_names + 2 * i, 2) == 0)
			return i;
	return 7;
}

/* A whole number at the start of text; what follows is given back. */
static long
number(const char *text, const char **ret_end)
{
	bool is_negative = *text == '-';
	long value = 0;

	text += *text == '-' || *text == '+';
	for (; *text >= '0' && *text <= '9'; text++)
		value = value > 100000 ? value : value * 10 + (*text - '0');
	*ret_end = text;
	return is_negative ? -value : value;
}

static long
single(struct rule *rule, const char *text)
{
	const char *end;
	long value = number(text, &end);

	rule->is_strange |= *end != '\0' && *end != ';';
	return value;
}

static void
take_days(struct rule *rule, const char *text)
{
	for (;;) {
		const char *end;
		long position = number(text, &end);
		unsigned day = day_of(end);

		if (day == 7) {
			rule->is_strange = true;
			return;
		}
		if (end == text)
			position = NO_POSITION;
		rule->is_strange |= rule->days != 0 && rule->position != position;
		rule->position = position;
		rule->days |= 1u << day;
		if (end[2] != ',')
			return;
		text = end + 3;
	}
}

static void
take_part(struct rule *rule, const char *name, size_t n, const char *value)
{
	char text[24] = "";

	if (n == 4 && strncasecmp(name, "FREQ", 4) == 0) {
		rule->frequency = (char)(*value & ~32);
		rule->is_strange |= strchr("DWMY", rule->frequency) == NULL ||
		    strncasecmp(value, "MINUTELY", 8) == 0;
	} else if (n == 8 && strncasecmp(name, "INTERVAL", 8) == 0) {
		rule->interval = single(rule, value);
	} else if (n == 5 && strncasecmp(name, "COUNT", 5) == 0) {
		rule->count = single(rule, value);
	} else if (n == 5 && strncasecmp(name, "UNTIL", 5) == 0) {
		strncpy(text, value, sizeof(text) - 1);
		text[strcspn(text, ";")] = '\0';
		rule->has_until = date_parse_eas(text, &rule->until);
	} else if (n == 5 && strncasecmp(name, "BYDAY", 5) == 0) {
		take_days(rule, value);
	} else if (n == 10 && strncasecmp(name, "BYMONTHDAY", 10) == 0) {
		rule->month_day = single(rule, value);
	} else if (n == 7 && strncasecmp(name, "BYMONTH", 7) == 0) {
		rule->month = single(rule, value);
	} else if (n == 8 && strncasecmp(name, "BYSETPOS", 8) == 0) {
		rule->set_position = single(rule, value);
	} else if (n == 4 && strncasecmp(name, "WKST", 4) == 0) {
		rule->week_start = day_of(value);
	} else if (n > 2 && strncasecmp(name, "BY", 2) == 0) {
		rule->is_strange = true;
	}
}

static void
rule_read(const char *text, struct rule *rule)
{
	while (*text != '\0') {
		size_t n = strcspn(text, "=;");

		if (text[n] == '=')
			take_part(rule, text, n, text + n + 1);
		text += strcspn(text, ";");
		text += *text == ';';
	}
}

/* Weekday(s) of the n-th week: BYDAY=2TU, or BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1. */
static bool
fill_nth(const struct rule *rule, struct recurrence *ret, uint8_t type)
{
	long position = rule->position != NO_POSITION ? rule->position : rule->set_position;
	bool is_single = (rule->days & (rule->days - 1)) == 0;

	if (position == -1)
		position = LAST;
	if (position < 1 || position > LAST || (!is_single && rule->days != EVERY_DAY &&
	    rule->days != WORK_DAYS && rule->days != WEEKEND))
		return false;
	ITEM_SET(ret, type, type);
	ITEM_SET(ret, week_of_month, (uint8_t)position);
	ITEM_SET(ret, day_of_week, (uint8_t)rule->days);
	return true;
}

static bool
fill_monthly(const struct rule *rule, const struct date_parts *start, struct recurrence *ret)
{
	bool is_yearly = rule->frequency == 'Y';
	long day = rule->month_day != 0 ? rule->month_day : start->day;

	if (is_yearly)
		ITEM_SET(ret, month_of_year,
		    (uint8_t)(rule->month != 0 ? rule->month : start->month));
	else if (rule->month != 0)
		return false;
	if (rule->days != 0)
		return rule->month_day == 0 &&
		    fill_nth(rule, ret, is_yearly ? YEARLY_NTH : MONTHLY_NTH);
	if (day == -1 && !is_yearly) { /* the last day: any day, fifth week */
		ITEM_SET(ret, type, MONTHLY_NTH);
		ITEM_SET(ret, week_of_month, LAST);
		ITEM_SET(ret, day_of_week, EVERY_DAY);
		return true;
	}
	if (day < 1 || day > 31 || rule->set_position != 0)
		return false;
	ITEM_SET(ret, type, is_yearly ? YEARLY : MONTHLY);
	ITEM_SET(ret, day_of_month, (uint8_t)day);
	return true;
}

static bool
fill_days(const struct rule *rule, const struct date_parts *start, struct recurrence *ret)
{
	unsigned days = rule->days;
	bool is_weekly = rule->frequency == 'W';

	if (rule->month != 0 || rule->month_day != 0 || rule->set_position != 0 ||
	    (days != 0 && rule->position != NO_POSITION))
		return false;
	if (is_weekly && days == 0)
		days = 1u << start->weekday;
	if (!is_weekly && days != 0 && rule->interval != 1)
		return false;
	ITEM_SET(ret, type, is_weekly ? WEEKLY : DAILY);
	if (days != 0)
		ITEM_SET(ret, day_of_week, (uint8_t)days);
	if (is_weekly && rule->week_start < 7)
		ITEM_SET(ret, first_day_of_week, (uint8_t)rule->week_start);
	return true;
}

bool
recurrence_from_rule(const char *text, int64_t start, struct recurrence *ret)
{
	struct rule rule = { .interval = 1, .position = NO_POSITION, .week_start = 7 };
	struct recurrence found = { 0 };
	struct date_parts parts;

	rule_read(text, &rule);
	date_to_parts(start, &parts);
	if (rule.is_strange || rule.frequency == 0 || rule.interval < 1 || rule.interval > 999 ||
	    rule.count < 0 || rule.count > 999 || rule.month < 0 || rule.month > 12)
		return false;
	if (rule.frequency == 'D' || rule.frequency == 'W' ?
	    !fill_days(&rule, &parts, &found) : !fill_monthly(&rule, &parts, &found))
		return false;
	ITEM_SET(&found, interval, (uint16_t)rule.interval);
	if (rule.count > 0)
		ITEM_SET(&found, occurrences, (uint16_t)rule.count);
	else if (rule.has_until)
		ITEM_SET(&found, until, rule.until);
	*ret = found;
	return true;
}
