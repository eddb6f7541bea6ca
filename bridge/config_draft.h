/* SPDX-License-Identifier: ISC */
/*
 * A configuration while it is read: what was written where, and the mistakes
 * found.  Only config.c and config_check.c use this.
 */
#ifndef BRIDGE_CONFIG_DRAFT_H
#define BRIDGE_CONFIG_DRAFT_H

#include "bridge/base/map.h"
#include "bridge/config.h"

struct config_row;

/* One key as written. */
struct draft_entry {
	struct draft_entry *next;
	const struct config_row *row;
	const char *value;
	int line;
};

struct draft_section {
	struct draft_section *next;
	const char *name; /* of the domain; "" for [server] */
	int line;
	struct draft_entry *entries, **last;
};

struct config_draft {
	struct arena *arena;
	const char *path;
	config_mistake_fn *fn;
	void *ctx;
	unsigned mistakes;
	struct draft_section server;
	struct draft_section *domains, **last;
	struct map by_name;             /* domain to its section */
	struct draft_section *section;  /* the one being read; NULL: its keys are skipped */
};

/* NULL: the key was not written in this section. */
const struct draft_entry *draft_entry_find(const struct draft_section *section, const char *key);

/* Reports a mistake about a key, at the line where it was written, else at its section's. */
void draft_mistake(struct config_draft *draft, const struct draft_section *section,
	const char *key, const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The checks that need more than one value, of a complete configuration. */
void config_check(struct config_draft *draft, const struct config *checked);

#endif
