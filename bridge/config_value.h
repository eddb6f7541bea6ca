/* SPDX-License-Identifier: ISC */
/*
 * The rows of config.def as a table, and the text of one setting turned into
 * its value.  Only the files config*.c use this.  Values borrow nothing from
 * the text: they live in the arena of the configuration.
 */
#ifndef BRIDGE_CONFIG_VALUE_H
#define BRIDGE_CONFIG_VALUE_H

#include "bridge/config.h"

enum config_kind {
	CONFIG_STRING,
	CONFIG_INT,
	CONFIG_SIZE,
	CONFIG_BOOL,
	CONFIG_URL,
	CONFIG_LISTEN,
	CONFIG_NETS,
};

struct config_row {
	const char *name;
	enum config_kind kind;
	size_t offset;    /* in struct server_config or struct domain_config */
	const char *text; /* the default */
	int64_t min, max;
	const char *help;
};

struct config_rows {
	const struct config_row *list;
	unsigned n;
};

extern const struct config_rows config_server_rows, config_domain_rows;

/* NULL: no such name. */
const struct config_row *config_row_find(const struct config_rows *rows, const char *name);

/* The row whose name looks most like a misspelt one; NULL: none does. */
const struct config_row *config_row_like(const struct config_rows *rows, const char *name);

/* Size of a value of this kind, to copy it. */
size_t config_kind_size(enum config_kind kind);

enum { CONFIG_REASON = 200 };

struct config_value {
	struct arena *arena;
	char reason[CONFIG_REASON]; /* why the text was refused */
};

/* Sets the reason and returns false. */
bool config_refuse(struct config_value *value, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Reads text as the row wants it into the row's slot of a section (struct server_config or
 * domain_config); a LISTEN is added to those already there.  False: value->reason; the slot is
 * untouched.
 */
bool config_value_read(struct config_value *value, const struct config_row *row, const char *text,
	void *section);

/* The compound kinds, in files of their own. */
bool config_url_read(struct config_value *value, const char *text, struct url *ret_url);
bool config_listen_read(struct config_value *value, const char *text,
	struct listener *ret_listener);
bool config_nets_read(struct config_value *value, const char *text, struct nets *ret_nets);

/* Lower-case letters of host and domain names; false: not such a name. */
bool config_name_is_valid(const char *name);

#endif
