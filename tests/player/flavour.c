/* SPDX-License-Identifier: ISC */
/* The table of flavours and its lookup. */
#include "tests/player/flavour.h"

#include <stddef.h>
#include <string.h>

static const struct flavour flavours[] = {
#define FLAVOUR(name, agent, type, id, version, query, habits, headers) \
	{name, agent, type, id, version, query, habits, headers},
#include "tests/player/flavour.def"
#undef FLAVOUR
};

const struct flavour *flavour_find(const char *name)
{
	for (size_t i = 0; i < sizeof(flavours) / sizeof(flavours[0]); i++)
		if (strcmp(flavours[i].name, name) == 0)
			return &flavours[i];
	return NULL;
}
