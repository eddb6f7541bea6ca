/* SPDX-License-Identifier: ISC */
/* Dates: what any form accepts lies within the years 1..9999 and survives printing. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/base/date.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool ok)
{
	if (!ok)
		abort();
}

static void
round_trip(int64_t time)
{
	char text[DATE_TEXT];
	int64_t back;

	must(time >= -62135596800 && time <= 253402300800);
	if (time == 253402300800)	/* a leap second at the very end */
		return;
	date_print_dashed(time, text);
	must(date_parse_eas(text, &back) && back == time);
	date_print_compact(time, text);
	must(date_parse_eas(text, &back) && back == time);
	date_print_imap(time, text);
	must(date_parse_imap(text, &back) && back == time);
	date_print_mail(time, 0, text);
	must(date_parse_mail(text, &back) && back == time);
	date_print_http(time, text);
	date_print_imap_day(time, text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	int64_t time;

	memcpy(text, data, size);
	text[size] = '\0';
	if (date_parse_eas(text, &time))
		round_trip(time);
	if (date_parse_imap(text, &time))
		round_trip(time);
	if (date_parse_mail(text, &time))
		round_trip(time);
	if (size >= sizeof(time)) {
		memcpy(&time, data, sizeof(time));
		date_print_mail(time, (int)(time % 900), text = realloc(text, DATE_TEXT));
	}
	free(text);
	return 0;
}
