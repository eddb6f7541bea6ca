/* SPDX-License-Identifier: ISC */
/*
 * Calendar arithmetic on days since 0000-03-01, where leap days come last, and one small scanner
 * that all text forms share.
 */
#include "bridge/base/date.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum {
	DAY = 86400,
	DAYS_400_YEARS = 146097,
	DAYS_TO_1970 = 719468,	/* from 0000-03-01 */
};

static const char month_names[12][4] = {
	"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
};
static const char day_names[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };

static int64_t clock_offset;	/* milliseconds, for tests */

static int64_t
clock_read(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + clock_offset;
}

int64_t
now_ms(void)
{
	return clock_read(CLOCK_MONOTONIC);
}

int64_t
now_wall_ms(void)
{
	return clock_read(CLOCK_REALTIME);
}

int64_t
now_s(void)
{
	return now_wall_ms() / 1000;
}

void
clock_set_offset(int64_t ms)
{
	clock_offset = ms;
}

static bool
is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
month_days(int year, int month)
{
	static const char days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && is_leap(year));
}

static bool
parts_are_valid(const struct date_parts *p)
{
	return p->year >= 1 && p->year <= 9999 && p->month >= 1 && p->month <= 12 && p->day >= 1 &&
		p->day <= month_days(p->year, p->month) && p->hour >= 0 && p->hour <= 23 &&
		p->minute >= 0 && p->minute <= 59 && p->second >= 0 && p->second <= 60;
}

bool
date_from_parts(const struct date_parts *parts, int64_t *ret_time)
{
	int64_t days;
	int year, month;

	if (!parts_are_valid(parts))
		return false;
	year = parts->month <= 2 ? parts->year - 1 : parts->year;
	month = (parts->month + 9) % 12;	/* March is 0 */
	days = (int64_t)year * 365 + year / 4 - year / 100 + year / 400;
	days += (153 * month + 2) / 5 + parts->day - 1 - DAYS_TO_1970;
	*ret_time = days * DAY + parts->hour * 3600 + parts->minute * 60 + parts->second;
	return true;
}

/* Moments outside the years 1..9999 become the nearest inside. */
static int64_t
date_clamp(int64_t time)
{
	const int64_t first = -62135596800, last = 253402300799;

	if (time < first)
		return first;
	return time > last ? last : time;
}

void
date_to_parts(int64_t time, struct date_parts *ret_parts)
{
	int64_t shifted = date_clamp(time) + (int64_t)DAYS_TO_1970 * DAY;
	int day = (int)(shifted / DAY), second = (int)(shifted % DAY);
	int era = day / DAYS_400_YEARS, rest = day % DAYS_400_YEARS;
	int year = (rest - rest / 1460 + rest / 36524 - rest / (DAYS_400_YEARS - 1)) / 365;
	int yday = rest - (365 * year + year / 4 - year / 100);
	int month = (5 * yday + 2) / 153;

	ret_parts->day = yday - (153 * month + 2) / 5 + 1;
	ret_parts->month = month < 10 ? month + 3 : month - 9;
	ret_parts->year = year + era * 400 + (ret_parts->month <= 2);
	ret_parts->hour = second / 3600;
	ret_parts->minute = second / 60 % 60;
	ret_parts->second = second % 60;
	ret_parts->weekday = (day + 3) % 7;	/* 0000-03-01 was a Wednesday */
}

void
date_print_dashed(int64_t time, char ret_text[DATE_TEXT])
{
	struct date_parts p;

	date_to_parts(time, &p);
	snprintf(ret_text, DATE_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d.000Z", p.year, p.month, p.day,
		p.hour, p.minute, p.second);
}

void
date_print_compact(int64_t time, char ret_text[DATE_TEXT])
{
	struct date_parts p;

	date_to_parts(time, &p);
	snprintf(ret_text, DATE_TEXT, "%04d%02d%02dT%02d%02d%02dZ", p.year, p.month, p.day, p.hour,
		p.minute, p.second);
}

/* RFC 5322 and RFC 9110 differ in the zone only. */
static void
date_print_words(int64_t time, const char *zone, char ret_text[DATE_TEXT])
{
	struct date_parts p;

	date_to_parts(time, &p);
	snprintf(ret_text, DATE_TEXT, "%s, %02d %s %04d %02d:%02d:%02d %s", day_names[p.weekday],
		p.day, month_names[p.month - 1], p.year, p.hour, p.minute, p.second, zone);
}

void
date_print_mail(int64_t time, int offset, char ret_text[DATE_TEXT])
{
	unsigned minutes = (unsigned)(offset < 0 ? -offset : offset) % (24 * 60);
	char zone[16];

	snprintf(zone, sizeof(zone), "%c%02u%02u", offset < 0 ? '-' : '+', minutes / 60,
		minutes % 60);
	date_print_words(date_clamp(time) + (int64_t)offset * 60, zone, ret_text);
}

void
date_print_http(int64_t time, char ret_text[DATE_TEXT])
{
	date_print_words(time, "GMT", ret_text);
}

void
date_print_imap(int64_t time, char ret_text[DATE_TEXT])
{
	struct date_parts p;

	date_to_parts(time, &p);
	snprintf(ret_text, DATE_TEXT, "%02d-%s-%04d %02d:%02d:%02d +0000", p.day,
		month_names[p.month - 1], p.year, p.hour, p.minute, p.second);
}

void
date_print_imap_day(int64_t time, char ret_text[DATE_TEXT])
{
	struct date_parts p;

	date_to_parts(time, &p);
	snprintf(ret_text, DATE_TEXT, "%d-%s-%04d", p.day, month_names[p.month - 1], p.year);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Reads between min and max digits at *at. */
static bool
scan_number(const char **at, int min, int max, int *ret_value)
{
	int value = 0, n = 0;

	while (n < max && is_digit((*at)[n]))
		value = value * 10 + ((*at)[n++] - '0');
	if (n < min)
		return false;
	*at += n;
	*ret_value = value;
	return true;
}

static bool
scan_char(const char **at, char c)
{
	if (**at != c)
		return false;
	++*at;
	return true;
}

static bool
scan_month(const char **at, int *ret_month)
{
	for (int i = 0; i < 12; i++) {
		if (strncasecmp(*at, month_names[i], 3) == 0) {
			*at += 3;
			*ret_month = i + 1;
			return true;
		}
	}
	return false;
}

/* hh:mm[:ss], or hhmm[ss]. */
static bool
scan_clock(const char **at, bool colons, struct date_parts *p)
{
	if (!scan_number(at, 2, 2, &p->hour) || (colons && !scan_char(at, ':')) ||
		!scan_number(at, 2, 2, &p->minute))
		return false;
	if (colons ? **at == ':' : is_digit(**at)) {
		if (colons)
			++*at;
		return scan_number(at, 2, 2, &p->second);
	}
	return true;
}

/* .123 behind seconds: read, not kept. */
static bool
scan_fraction(const char **at)
{
	if (!scan_char(at, '.'))
		return true;
	if (!is_digit(**at))
		return false;
	while (is_digit(**at))
		++*at;
	return true;
}

static void
skip_space(const char **at)
{
	*at += strspn(*at, " \t\r\n");
}

bool
date_parse_eas(const char *text, int64_t *ret_time)
{
	struct date_parts p = { 0 };
	bool dashed;

	skip_space(&text);
	if (!scan_number(&text, 4, 4, &p.year))
		return false;
	dashed = scan_char(&text, '-');
	if (!scan_number(&text, 2, 2, &p.month) || (dashed && !scan_char(&text, '-')) ||
		!scan_number(&text, 2, 2, &p.day))
		return false;
	if (scan_char(&text, 'T')) {
		if (!scan_clock(&text, text[0] != '\0' && text[1] != '\0' && text[2] == ':', &p) ||
			!scan_fraction(&text))
			return false;
		scan_char(&text, 'Z');
	}
	skip_space(&text);
	return *text == '\0' && date_from_parts(&p, ret_time);
}

/* +hhmm in seconds east of UTC. */
static bool
scan_offset(const char **at, int *ret_seconds)
{
	int value, sign = **at == '-' ? -1 : 1;

	if (**at != '-' && **at != '+')
		return false;
	++*at;
	if (!scan_number(at, 4, 4, &value) || value % 100 > 59 || value > 2400)
		return false;
	*ret_seconds = sign * (value / 100 * 3600 + value % 100 * 60);
	return true;
}

/* RFC 5322, 4.3: known names; any other word means "unknown", which is UTC. */
static int
zone_seconds(const char *name, size_t len)
{
	static const struct {
		char name[4];
		int hours;
	} zones[] = {
		{ "EST", -5 }, { "EDT", -4 }, { "CST", -6 }, { "CDT", -5 }, { "MST", -7 },
		{ "MDT", -6 }, { "PST", -8 }, { "PDT", -7 },
	};

	for (size_t i = 0; len == 3 && i < sizeof(zones) / sizeof(zones[0]); i++)
		if (strncasecmp(name, zones[i].name, 3) == 0)
			return zones[i].hours * 3600;
	return 0;
}

static bool
scan_zone(const char **at, int *ret_seconds)
{
	size_t len;

	if (**at == '\0') {
		*ret_seconds = 0;
		return true;
	}
	if (**at == '+' || **at == '-')
		return scan_offset(at, ret_seconds);
	for (len = 0; ((*at)[len] | 32) >= 'a' && ((*at)[len] | 32) <= 'z'; len++)
		;
	*ret_seconds = zone_seconds(*at, len);
	*at += len;
	return len > 0;
}

/* White space and (nested) comments, of at most 16 levels. */
static void
skip_comments(const char **at)
{
	int depth = 0;

	for (; **at != '\0'; ++*at) {
		if (**at == '(' && depth < 16)
			depth++;
		else if (**at == ')' && depth > 0)
			depth--;
		else if (**at == '\\' && depth > 0 && (*at)[1] != '\0')
			++*at;
		else if (depth == 0 && strchr(" \t\r\n", **at) == NULL)
			return;
	}
}

/* RFC 5322, 4.3: 00-49 is 2000-2049, other short years count from 1900. */
static bool
scan_year(const char **at, int *ret_year)
{
	const char *start = *at;

	if (!scan_number(at, 2, 4, ret_year))
		return false;
	if (*at - start == 2)
		*ret_year += *ret_year < 50 ? 2000 : 1900;
	else if (*at - start == 3)
		*ret_year += 1900;
	return true;
}

bool
date_parse_mail(const char *text, int64_t *ret_time)
{
	struct date_parts p = { 0 };
	int64_t time;
	int zone;

	skip_comments(&text);
	if (!is_digit(*text)) {	/* the weekday, which may be wrong and is not needed */
		text += strcspn(text, ", \t\r\n(0123456789");
		skip_comments(&text);
		scan_char(&text, ',');
		skip_comments(&text);
	}
	if (!scan_number(&text, 1, 2, &p.day))
		return false;
	skip_comments(&text);
	scan_char(&text, '-');
	if (!scan_month(&text, &p.month))
		return false;
	text += strcspn(text, " \t\r\n(-0123456789");	/* months written out */
	skip_comments(&text);
	scan_char(&text, '-');
	if (!scan_year(&text, &p.year))
		return false;
	skip_comments(&text);
	if (!scan_clock(&text, true, &p))
		return false;
	skip_comments(&text);
	if (!scan_zone(&text, &zone) || !date_from_parts(&p, &time))
		return false;
	*ret_time = date_clamp(time - zone);
	return true;
}

bool
date_parse_imap(const char *text, int64_t *ret_time)
{
	struct date_parts p = { 0 };
	int64_t time;
	int zone;

	scan_char(&text, ' ');
	if (!scan_number(&text, 1, 2, &p.day) || !scan_char(&text, '-') ||
		!scan_month(&text, &p.month) || !scan_char(&text, '-') ||
		!scan_number(&text, 4, 4, &p.year) || !scan_char(&text, ' ') ||
		!scan_clock(&text, true, &p) || !scan_char(&text, ' ') ||
		!scan_offset(&text, &zone))
		return false;
	if (*text != '\0' || !date_from_parts(&p, &time))
		return false;
	*ret_time = date_clamp(time - zone);
	return true;
}
