/* SPDX-License-Identifier: ISC */
/*
 * A UID that is an Outlook id in hex is that id; any other is wrapped as "vCal-Uid".
 */
#include "backends/formats/globalid.h"

#include <string.h>
#include <strings.h>

#include "bridge/base/arena.h"
#include "bridge/base/codec.h"
#include "bridge/base/date.h"

enum {
	DATE_AT = 16,
	LENGTH_AT = 36,
	HEAD = 40,		/* bytes before the data */
	OUTLOOK_MIN = 2 * HEAD,	/* hex digits */
	UID_MAX = 1000,
};

static const char class_hex[] = "040000008200E00074C5B7101A82E008";

static void
put_date(uint8_t *id, int64_t instance)
{
	struct date_parts parts;

	memset(id + DATE_AT, 0, 4);
	if (instance == 0)
		return;
	date_to_parts(instance, &parts);
	id[DATE_AT] = (uint8_t)(parts.year >> 8);
	id[DATE_AT + 1] = (uint8_t)parts.year;
	id[DATE_AT + 2] = (uint8_t)parts.month;
	id[DATE_AT + 3] = (uint8_t)parts.day;
}

struct bytes
globalid_from_uid(struct arena *arena, const char *uid, int64_t instance)
{
	size_t n = strlen(uid);
	struct bytes id;
	uint8_t *at;

	if (n > UID_MAX)
		n = UID_MAX;
	at = arena_alloc(arena, HEAD + 12 + n + 1);
	id.data = at;
	if (n >= OUTLOOK_MIN && n % 2 == 0 && strncasecmp(uid, class_hex, 32) == 0 &&
	    hex_decode(uid, n, at)) {
		id.len = n / 2;
	} else {
		memset(at, 0, HEAD);
		hex_decode(class_hex, 32, at);
		at[LENGTH_AT] = (uint8_t)(8 + 4 + n + 1);
		at[LENGTH_AT + 1] = (uint8_t)((8 + 4 + n + 1) >> 8);
		memcpy(at + HEAD, "vCal-Uid\1\0\0\0", 12);
		memcpy(at + HEAD + 12, uid, n);
		at[HEAD + 12 + n] = 0;
		id.len = HEAD + 12 + n + 1;
	}
	put_date(at, instance);
	return id;
}
