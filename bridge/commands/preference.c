/* SPDX-License-Identifier: ISC */
/* Body preferences.  Worker. */
#include "bridge/commands/preference.h"

#include <limits.h>

enum { PREVIEW_MAX = 255 };

static bool
type_is_new(const struct body_wish *wish, long type)
{
	for (unsigned i = 0; i < wish->n; i++)
		if ((long)wish->want[i].type == type)
			return false;
	return type >= BODY_PLAIN && type <= BODY_MIME;
}

bool
preference_read(struct reader *reader, struct body_wish *wish)
{
	struct body_preference one = { .type = BODY_NONE };
	enum token token;
	long number, type = 0;

	reader_into(reader);
	while (reader_child(reader, &token)) {
		bool is_number = reader_number(reader, &number) && number >= 0;

		if (token == AirSyncBase_Type && is_number) {
			type = number;
		} else if (token == AirSyncBase_TruncationSize && is_number) {
			one.has_truncation = number < UINT_MAX;
			one.truncation = (uint32_t)number;
		} else if (token == AirSyncBase_AllOrNone) {
			one.all_or_none = !is_number || number;
		} else if (token == AirSyncBase_Preview && is_number) {
			one.preview = (uint16_t)(number < PREVIEW_MAX ? number : PREVIEW_MAX);
		}
	}
	if (!type_is_new(wish, type) || wish->n >= sizeof(wish->want) / sizeof(wish->want[0]))
		return false;
	one.type = (enum body_type)type;
	wish->want[wish->n++] = one;
	return true;
}
