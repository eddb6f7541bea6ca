/* SPDX-License-Identifier: ISC */
/* Windows of time, and whether anything was asked differently.  Worker. */
#include "bridge/sync/options.h"

enum { DAY = 24 * 60 * 60 };

/* [MS-ASCMD] 2.2.3.68.2; months are taken long, so nothing inside one is missing.  6 and 7 are not
 * for mail, yet clients send them; 8 is for tasks. */
static const uint16_t days[] = { 0, 1, 3, 7, 14, 31, 93, 186 };

int64_t
sync_options_since(uint8_t filter, int64_t now)
{
	if (filter >= sizeof(days) / sizeof(days[0]) || !days[filter])
		return 0;
	return now - now % DAY - (int64_t)days[filter] * DAY;
}

static bool
preference_is_equal(const struct body_preference *a, const struct body_preference *b)
{
	return a->type == b->type && a->has_truncation == b->has_truncation &&
	    a->truncation == b->truncation && a->all_or_none == b->all_or_none &&
	    a->preview == b->preview;
}

bool
sync_options_is_equal(const struct sync_options *a, const struct sync_options *b)
{
	if (a->filter != b->filter || a->conflict != b->conflict ||
	    a->conversations != b->conversations ||
	    a->wish.mime_support != b->wish.mime_support || a->wish.n != b->wish.n)
		return false;
	for (unsigned i = 0; i < a->wish.n; i++)
		if (!preference_is_equal(&a->wish.want[i], &b->wish.want[i]))
			return false;
	return true;
}
