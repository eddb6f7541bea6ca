/* SPDX-License-Identifier: ISC */
/* Windows of time.  Worker. */
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
