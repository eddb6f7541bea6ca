/* SPDX-License-Identifier: ISC */
/* Which state store a setting names.  A new one: a row here.  Worker. */
#include "bridge/state/state.h"

#include <string.h>

#include "bridge/base/log.h"

static const struct {
	const char *prefix;
	const struct state_ops *ops;
} stores[] = {
	{ "sqlite:", &sqlite_state_ops },
	{ "memory:", &memory_state_ops },
};

enum fault
state_open(const char *setting, struct state **ret_state)
{
	char quoted[256];

	for (size_t i = 0; i < sizeof(stores) / sizeof(stores[0]); i++) {
		size_t n = strlen(stores[i].prefix);

		if (!strncmp(setting, stores[i].prefix, n))
			return stores[i].ops->open(setting + n, ret_state);
	}
	log_event(LEVEL_ERROR, NULL, "state", "setting=%s reason=\"no such kind of state\"",
	    log_quote(setting, quoted, sizeof(quoted)));
	return CANNOT;
}
