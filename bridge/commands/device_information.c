/* SPDX-License-Identifier: ISC */
/* What a device tells of itself.  Worker. */
#include "bridge/commands/device_information.h"

#include <stddef.h>
#include <string.h>

#include "bridge/account.h"
#include "bridge/base/codec.h"
#include "bridge/request.h"
#include "bridge/state/state.h"

enum { VALUE_MAX = 1024 }; /* [MS-ASCMD]: each at most 1024 characters */

static const struct {
	enum token token;
	size_t member;
} members[] = {
	{ Settings_Model, offsetof(struct device, model) },
	{ Settings_IMEI, offsetof(struct device, imei) },
	{ Settings_FriendlyName, offsetof(struct device, friendly_name) },
	{ Settings_OS, offsetof(struct device, os) },
	{ Settings_OSLanguage, offsetof(struct device, os_language) },
	{ Settings_PhoneNumber, offsetof(struct device, phone_number) },
	{ Settings_MobileOperator, offsetof(struct device, mobile_operator) },
};

static void
member_read(struct request *request, struct reader *reader, enum token token)
{
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		char *at = (char *)request->device + members[i].member;
		const char *text;

		if (members[i].token != token)
			continue;
		text = reader_text(reader);
		*(const char **)(void *)at = utf8_clean(request->arena, text,
		    strnlen(text, VALUE_MAX));
	}
}

enum fault
device_information_read(struct request *request, struct reader *reader)
{
	enum token token;

	reader_into(reader);
	while (reader_child(reader, &token)) {
		if (token != Settings_Set)
			continue;
		reader_into(reader);
		while (reader_child(reader, &token))
			member_read(request, reader, token);
	}
	return request->state->ops->device_put(request->state, request->account->login,
	    request->device);
}
