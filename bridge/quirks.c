/* SPDX-License-Identifier: ISC */
/* The list of quirks.  Worker. */
#include "bridge/quirks.h"

#include <string.h>
#include <strings.h>

#include "bridge/request.h"

static const struct {
	enum quirk quirk;
	const char *type, *agent;
} quirks[] = {
#define QUIRK(name, type, agent) { name, type, agent },
#include "bridge/quirks.def"
#undef QUIRK
};

static bool
begins(const char *text, const char *start)
{
	return !strncasecmp(text ? text : "", start, strlen(start));
}

bool
quirk_has(const struct request *request, enum quirk quirk)
{
	for (size_t i = 0; i < sizeof(quirks) / sizeof(quirks[0]); i++)
		if (quirks[i].quirk == quirk && begins(request->device_type, quirks[i].type) &&
		    begins(request->user_agent, quirks[i].agent))
			return true;
	return false;
}
