/* SPDX-License-Identifier: ISC */
/*
 * Moments as int64_t seconds since 1970 UTC, and their text forms.  Own calendar arithmetic: no
 * TZ, no locale, years 1..9999.  Also the process's clocks, which tests can shift.
 */
#ifndef BRIDGE_BASE_DATE_H
#define BRIDGE_BASE_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DATE_TEXT = 40 };	/* enough for every printed form */

struct date_parts {
	int year;		/* 1..9999 */
	int month, day;		/* 1.. */
	int hour, minute, second; /* second up to 60 on input */
	int weekday;		/* 0 = Sunday; output only */
};

/* Monotonic milliseconds (for deadlines) and wall-clock seconds; both shifted by the offset. */
int64_t now_ms(void);
int64_t now_s(void);
int64_t now_wall_ms(void);
void clock_set_offset(int64_t ms);	/* tests only */

/* false: out of range (a 30 February too). */
bool date_from_parts(const struct date_parts *parts, int64_t *ret_time);
void date_to_parts(int64_t time, struct date_parts *ret_parts);

/*
 * [MS-ASDTYPE] 2.7.2 dashed and 2.7.3 compact: 2026-01-05T10:00:00.000Z, 20260105T100000Z.  Either
 * is taken everywhere, with or without milliseconds and with or without the Z (then UTC); a date
 * alone is midnight.
 */
bool date_parse_eas(const char *text, int64_t *ret_time);
void date_print_dashed(int64_t time, char ret_text[DATE_TEXT]);
void date_print_compact(int64_t time, char ret_text[DATE_TEXT]);

/* "Mon, 05 Jan 2026 10:00:00 +0100": offset in minutes east.  RFC 5322. */
void date_print_mail(int64_t time, int offset, char ret_text[DATE_TEXT]);
/* "Mon, 05 Jan 2026 10:00:00 GMT".  RFC 9110. */
void date_print_http(int64_t time, char ret_text[DATE_TEXT]);
/* RFC 5322 with its obsolete forms: short years, zone names, no weekday, no seconds, comments. */
bool date_parse_mail(const char *text, int64_t *ret_time);

/* "05-Jan-2026 10:00:00 +0100" (the day may have a leading space).  RFC 9051 date-time. */
bool date_parse_imap(const char *text, int64_t *ret_time);
void date_print_imap(int64_t time, char ret_text[DATE_TEXT]);	/* always +0000 */
/* "5-Jan-2026", as SEARCH SINCE wants it. */
void date_print_imap_day(int64_t time, char ret_text[DATE_TEXT]);

#endif
