/* SPDX-License-Identifier: ISC */
/*
 * One setting's text to its value: numbers, sizes, yes and no, text.  The
 * table that ends this file's head is the whole of config.def; whoever adds a
 * setting adds a row there and nothing here.
 */
#include "bridge/config_value.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "bridge/base/arena.h"
#include "bridge/base/codec.h"

#define ROW(type, name, kind, text, min, max, help) \
	{ #name, CONFIG_##kind, offsetof(struct type, name), text, min, max, help },

static const struct config_row server_rows[] = {
#define SERVER(...) ROW(server_config, __VA_ARGS__)
#define DOMAIN(...)
#include "bridge/config.def"
#undef SERVER
#undef DOMAIN
};

static const struct config_row domain_rows[] = {
#define SERVER(...)
#define DOMAIN(...) ROW(domain_config, __VA_ARGS__)
#include "bridge/config.def"
#undef SERVER
#undef DOMAIN
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const struct config_rows config_server_rows = { server_rows, COUNT(server_rows) };
const struct config_rows config_domain_rows = { domain_rows, COUNT(domain_rows) };

static const size_t kind_sizes[] = {
	[CONFIG_STRING] = sizeof(const char *),
	[CONFIG_INT] = sizeof(int),
	[CONFIG_SIZE] = sizeof(uint64_t),
	[CONFIG_BOOL] = sizeof(bool),
	[CONFIG_URL] = sizeof(struct url),
	[CONFIG_LISTEN] = sizeof(struct listeners),
	[CONFIG_NETS] = sizeof(struct nets),
};

size_t
config_kind_size(enum config_kind kind)
{
	return kind_sizes[kind];
}

const struct config_row *
config_row_find(const struct config_rows *rows, const char *name)
{
	for (unsigned i = 0; i < rows->n; i++) {
		if (strcmp(rows->list[i].name, name) == 0)
			return &rows->list[i];
	}
	return NULL;
}

enum { NAME_MAX_LEN = 40 };

static unsigned
least(unsigned a, unsigned b, unsigned c)
{
	unsigned ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Letters to insert, drop or replace to make one name of the other (Levenshtein). */
static unsigned
name_distance(const char *a, const char *b)
{
	unsigned row[NAME_MAX_LEN + 1];
	size_t n = strlen(b);

	if (n > NAME_MAX_LEN || strlen(a) > NAME_MAX_LEN)
		return NAME_MAX_LEN;
	for (unsigned j = 0; j <= n; j++)
		row[j] = j;
	for (unsigned i = 1; *a != '\0'; a++, i++) {
		unsigned diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			unsigned cost = diagonal + (*a != b[j - 1]);

			diagonal = row[j];
			row[j] = least(cost, row[j] + 1, row[j - 1] + 1);
		}
	}
	return row[n];
}

const struct config_row *
config_row_like(const struct config_rows *rows, const char *name)
{
	const struct config_row *best = NULL;
	unsigned best_distance = 3;

	for (unsigned i = 0; i < rows->n; i++) {
		unsigned distance = name_distance(name, rows->list[i].name);

		if (distance < best_distance && distance < strlen(name)) {
			best = &rows->list[i];
			best_distance = distance;
		}
	}
	return best;
}

bool
config_refuse(struct config_value *value, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(value->reason, sizeof(value->reason), format, args);
	va_end(args);
	return false;
}

static bool
int_read(struct config_value *value, const struct config_row *row, const char *text, int *slot)
{
	int64_t number;

	if (!number_parse(text, row->min, row->max, &number))
		return config_refuse(value, "must be a whole number from %lld to %lld",
			(long long)row->min, (long long)row->max);
	*slot = (int)number;
	return true;
}

static bool
size_read(struct config_value *value, const struct config_row *row, const char *text,
	uint64_t *slot)
{
	static const char units[] = "KMG";
	size_t len = strlen(text);
	const char *unit = len > 0 ? strchr(units, text[len - 1] & ~0x20) : NULL;
	char digits[24];
	int64_t number, scale = 1, bottom;

	if (unit != NULL && *unit != '\0') {
		len--;
		scale = INT64_C(1024) << (10 * (unit - units));
	}
	if (len < sizeof(digits)) {
		memcpy(digits, text, len);
		digits[len] = '\0';
		bottom = (row->min + scale - 1) / scale;
		if (number_parse(digits, bottom, row->max / scale, &number)) {
			*slot = (uint64_t)(number * scale);
			return true;
		}
	}
	return config_refuse(value, "must be a number of bytes (K, M or G may follow) "
		"from %lld to %lld", (long long)row->min, (long long)row->max);
}

static bool
bool_read(struct config_value *value, const char *text, bool *slot)
{
	static const struct {
		const char *word;
		bool is;
	} words[] = {
		{ "yes", true }, { "no", false }, { "true", true }, { "false", false },
		{ "on", true }, { "off", false },
	};

	for (size_t i = 0; i < COUNT(words); i++) {
		if (strcasecmp(text, words[i].word) == 0) {
			*slot = words[i].is;
			return true;
		}
	}
	return config_refuse(value, "must be yes or no");
}

static bool
listen_add(struct config_value *value, const char *text, struct listeners *slot)
{
	struct listener *list;
	struct listener added;

	if (text[0] == '\0')
		return true;
	if (!config_listen_read(value, text, &added))
		return false;
	for (unsigned i = 0; i < slot->n; i++) {
		if (strcmp(slot->list[i].text, added.text) == 0)
			return config_refuse(value, "%s is listened on twice", added.text);
	}
	list = arena_array(value->arena, slot->n + 1, sizeof(*list));
	if (slot->n > 0)
		memcpy(list, slot->list, slot->n * sizeof(*list));
	list[slot->n] = added;
	slot->list = list;
	slot->n++;
	return true;
}

/* Which kinds of server a setting of kind URL may name. */
static const struct {
	const char *name, *wanted;
	unsigned schemes;
} url_rows[] = {
	{ "imap", "imaps:// or imap://", 1u << URL_IMAP | 1u << URL_IMAPS },
	{ "smtp", "smtps://, submission:// or smtp://",
		1u << URL_SMTP | 1u << URL_SMTPS | 1u << URL_SUBMISSION },
	{ "caldav", "https:// or http://", 1u << URL_HTTP | 1u << URL_HTTPS },
	{ "carddav", "https:// or http://", 1u << URL_HTTP | 1u << URL_HTTPS },
	{ "sieve", "sieve://", 1u << URL_SIEVE },
	{ "ldap", "ldaps:// or ldap://", 1u << URL_LDAP | 1u << URL_LDAPS },
};

static bool
url_read(struct config_value *value, const struct config_row *row, const char *text,
	struct url *slot)
{
	struct url url = { .text = "", .host = "", .path = "" };

	if (text[0] != '\0' && !config_url_read(value, text, &url))
		return false;
	for (size_t i = 0; i < COUNT(url_rows) && url.scheme != URL_NONE; i++) {
		if (strcmp(url_rows[i].name, row->name) == 0 &&
			(url_rows[i].schemes & 1u << url.scheme) == 0)
			return config_refuse(value, "must begin with %s", url_rows[i].wanted);
	}
	*slot = url;
	return true;
}

bool
config_value_read(struct config_value *value, const struct config_row *row, const char *text,
	void *section)
{
	void *slot = (char *)section + row->offset;

	switch (row->kind) {
	case CONFIG_STRING:
		*(const char **)slot = arena_strdup(value->arena, text);
		return true;
	case CONFIG_INT:
		return int_read(value, row, text, slot);
	case CONFIG_SIZE:
		return size_read(value, row, text, slot);
	case CONFIG_BOOL:
		return bool_read(value, text, slot);
	case CONFIG_URL:
		return url_read(value, row, text, slot);
	case CONFIG_LISTEN:
		return listen_add(value, text, slot);
	case CONFIG_NETS:
		return config_nets_read(value, text, slot);
	}
	return config_refuse(value, "no such kind");
}
