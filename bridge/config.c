/* SPDX-License-Identifier: ISC */
/*
 * Reads a configuration in two passes: the lines are gathered by section, then
 * each row of config.def takes its value from the section, for a domain else
 * from [domain *], else its default.  So the order of sections does not matter
 * and every mistake is found at once.  All processes.
 */
#include "bridge/config.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bridge/base/arena.h"
#include "bridge/base/log.h"
#include "bridge/config_draft.h"
#include "bridge/config_text.h"
#include "bridge/config_value.h"

struct config *config;

enum { TEXT_MAX = 16 * 1024 * 1024 };

const struct draft_entry *
draft_entry_find(const struct draft_section *section, const char *key)
{
	for (const struct draft_entry *e = section->entries; e != NULL; e = e->next) {
		if (strcmp(e->row->name, key) == 0)
			return e;
	}
	return NULL;
}

static void
mistake_at(struct config_draft *draft, int line, const char *key, const char *reason)
{
	draft->mistakes++;
	draft->fn(draft->ctx, draft->path, line, key, reason);
}

void
draft_mistake(struct config_draft *draft, const struct draft_section *section,
	const char *key, const char *format, ...)
{
	const struct draft_entry *entry = draft_entry_find(section, key);
	char reason[CONFIG_REASON];
	va_list args;

	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	mistake_at(draft, entry != NULL ? entry->line : section->line, key, reason);
}

static struct draft_section *
domain_section(struct config_draft *draft, const char *name, int line)
{
	struct draft_section *section = map_get(&draft->by_name, name);

	if (section != NULL)
		return section;
	section = arena_alloc(draft->arena, sizeof(*section));
	section->name = arena_strdup(draft->arena, name);
	section->line = line;
	section->last = &section->entries;
	*draft->last = section;
	draft->last = &section->next;
	map_put(&draft->by_name, name, section);
	return section;
}

static void
section_begin(struct config_draft *draft, const struct config_line *line)
{
	char *name = arena_strdup(draft->arena, line->section);
	char *domain = NULL;

	draft->section = NULL;
	for (char *at = name; *at != '\0'; at++)
		*at = (char)tolower((unsigned char)*at);
	if (strncmp(name, "domain", 6) == 0 && isspace((unsigned char)name[6]))
		domain = name + 6 + strspn(name + 6, " \t");
	if (strcmp(name, "server") == 0) {
		draft->section = &draft->server;
		draft->server.line = line->number;
	} else if (domain == NULL) {
		mistake_at(draft, line->number, line->section,
			"no such section: there are [server], [domain NAME] and [domain *]");
	} else if (strcmp(domain, "*") != 0 && !config_name_is_valid(domain)) {
		mistake_at(draft, line->number, line->section,
			"not a domain name (write others than ASCII in their xn-- form)");
	} else {
		draft->section = domain_section(draft, domain, line->number);
	}
}

static void
key_unknown(struct config_draft *draft, const struct config_line *line)
{
	bool is_server = draft->section == &draft->server;
	const struct config_rows *here = is_server ? &config_server_rows : &config_domain_rows;
	const struct config_rows *there = is_server ? &config_domain_rows : &config_server_rows;
	const struct config_row *like = config_row_like(here, line->key);
	char reason[CONFIG_REASON];

	if (config_row_find(there, line->key) != NULL)
		snprintf(reason, sizeof(reason), "belongs in a %s section",
			is_server ? "[domain ...]" : "[server]");
	else if (like != NULL)
		snprintf(reason, sizeof(reason), "no such setting; did you mean %s?", like->name);
	else
		snprintf(reason, sizeof(reason), "no such setting");
	mistake_at(draft, line->number, line->key, reason);
}

static void
key_add(struct config_draft *draft, const struct config_line *line)
{
	struct draft_section *section = draft->section;
	const struct config_row *row = config_row_find(
		section == &draft->server ? &config_server_rows : &config_domain_rows, line->key);
	const struct draft_entry *before = draft_entry_find(section, line->key);
	struct draft_entry *entry;
	char reason[CONFIG_REASON];

	if (row == NULL) {
		key_unknown(draft, line);
		return;
	}
	if (before != NULL && row->kind != CONFIG_LISTEN) {
		snprintf(reason, sizeof(reason), "already set in line %d", before->line);
		mistake_at(draft, line->number, line->key, reason);
		return;
	}
	entry = arena_alloc(draft->arena, sizeof(*entry));
	entry->row = row;
	entry->value = arena_strdup(draft->arena, line->value);
	entry->line = line->number;
	*section->last = entry;
	section->last = &entry->next;
}

/* A config_line_fn. */
static void
line_take(void *ctx, const struct config_line *line)
{
	struct config_draft *draft = ctx;

	if (line->mistake != NULL)
		mistake_at(draft, line->number, "", line->mistake);
	else if (line->key == NULL)
		section_begin(draft, line);
	else if (line->section == NULL)
		mistake_at(draft, line->number, line->key, "stands before the first [section]");
	else if (draft->section != NULL)
		key_add(draft, line);
}

/* Reads the row's entries; false: the section has none. */
static bool
row_read(struct config_draft *draft, const struct draft_section *from,
	const struct config_row *row, void *section)
{
	struct config_value value = { .arena = draft->arena };
	bool found = false;

	for (const struct draft_entry *e = from->entries; e != NULL; e = e->next) {
		if (e->row != row)
			continue;
		found = true;
		if (!config_value_read(&value, row, e->value, section))
			mistake_at(draft, e->line, row->name, value.reason);
	}
	return found;
}

static void
default_read(struct config_draft *draft, const struct config_row *row, void *section)
{
	struct config_value value = { .arena = draft->arena };

	if (!config_value_read(&value, row, row->text, section))
		mistake_at(draft, 0, row->name, value.reason);
}

static void
server_read(struct config_draft *draft, struct server_config *server)
{
	for (unsigned i = 0; i < config_server_rows.n; i++) {
		const struct config_row *row = &config_server_rows.list[i];

		if (!row_read(draft, &draft->server, row, server))
			default_read(draft, row, server);
	}
}

/* defaults: [domain *], already read; NULL for that one itself. */
static void
domain_read(struct config_draft *draft, const struct draft_section *from,
	const struct domain_config *defaults, struct domain_config *domain)
{
	domain->name = from->name;
	for (unsigned i = 0; i < config_domain_rows.n; i++) {
		const struct config_row *row = &config_domain_rows.list[i];

		if (row_read(draft, from, row, domain))
			continue;
		if (defaults == NULL)
			default_read(draft, row, domain);
		else
			memcpy((char *)domain + row->offset, (const char *)defaults + row->offset,
				config_kind_size(row->kind));
	}
}

static int
domain_compare(const void *a, const void *b)
{
	const struct domain_config *left = a, *right = b;

	return strcmp(left->name, right->name);
}

static void
domains_read(struct config_draft *draft, struct config *read)
{
	unsigned n = 1;

	read->domains = arena_array(draft->arena, map_count(&draft->by_name),
		sizeof(*read->domains));
	for (const struct draft_section *s = draft->domains; s != NULL; s = s->next) {
		if (strcmp(s->name, "*") == 0)
			domain_read(draft, s, NULL, &read->domains[0]);
	}
	for (const struct draft_section *s = draft->domains; s != NULL; s = s->next) {
		if (strcmp(s->name, "*") != 0)
			domain_read(draft, s, &read->domains[0], &read->domains[n++]);
	}
	read->n_domains = n;
	qsort(read->domains + 1, n - 1, sizeof(*read->domains), domain_compare);
}

struct config *
config_parse(const char *text, size_t len, const char *path, config_mistake_fn *fn, void *ctx)
{
	struct arena *arena = arena_new(0);
	struct config *read = arena_alloc(arena, sizeof(*read));
	struct config_draft draft = { .arena = arena, .path = path, .fn = fn, .ctx = ctx };

	draft.server.name = "";
	draft.server.last = &draft.server.entries;
	draft.last = &draft.domains;
	map_init(&draft.by_name, arena);
	if (!config_text_read(text, len, line_take, &draft))
		mistake_at(&draft, 0, "", "out of memory");
	domain_section(&draft, "*", 0);
	read->arena = arena;
	read->path = arena_strdup(arena, path);
	server_read(&draft, &read->server);
	domains_read(&draft, read);
	if (draft.mistakes == 0)
		config_check(&draft, read);
	if (draft.mistakes > 0)
		config_free(&read);
	return read;
}

void
config_free(struct config **freed)
{
	struct arena *arena = *freed != NULL ? (*freed)->arena : NULL;

	*freed = NULL;
	if (arena != NULL)
		arena_free(&arena);
}

void
config_mistake_log(void *ctx, const char *file, int line, const char *key, const char *reason)
{
	char quoted[2 * CONFIG_REASON];

	(void)ctx;
	log_event(LEVEL_ERROR, NULL, "config-mistake", "file=%s line=%d key=%s reason=%s",
		file, line, key[0] != '\0' ? key : "-", log_quote(reason, quoted, sizeof(quoted)));
}

struct config *
config_from_fd(int fd, const char *path)
{
	struct config *read = NULL;
	struct stat status;
	char *text = NULL;
	size_t len;

	if (fstat(fd, &status) == 0 && status.st_size <= TEXT_MAX)
		text = malloc((size_t)status.st_size + 1);
	len = text != NULL ? (size_t)status.st_size : 0;
	if (text == NULL || pread(fd, text, len, 0) != (ssize_t)len)
		log_event(LEVEL_ERROR, NULL, "config-unreadable", "file=%s error=\"%m\"", path);
	else
		read = config_parse(text, len, path, config_mistake_log, NULL);
	free(text);
	return read;
}

const struct domain_config *
config_domain(const struct config *in, const char *domain)
{
	char name[256];
	struct domain_config wanted = { .name = name };
	const struct domain_config *found;
	size_t len = strlen(domain);

	if (len >= sizeof(name))
		return &in->domains[0];
	for (size_t i = 0; i <= len; i++)
		name[i] = (char)tolower((unsigned char)domain[i]);
	found = bsearch(&wanted, in->domains + 1, in->n_domains - 1, sizeof(wanted),
		domain_compare);
	return found != NULL ? found : &in->domains[0];
}

/* Does "example" or "example.org" name the domain example.org? */
static bool
is_first_label(const struct domain_config *domain, const char *name)
{
	size_t len = strlen(name);

	return len > 0 && strncasecmp(domain->name, name, len) == 0 && domain->name[len] == '.';
}

const struct domain_config *
config_nt_domain(const struct config *in, const char *name)
{
	const struct domain_config *found = config_domain(in, name);
	unsigned labels = 0;

	if (found != &in->domains[0])
		return found;
	if (name[0] != '\0' && strcasecmp(found->nt_domain, name) == 0)
		return found;
	for (unsigned i = 1; i < in->n_domains; i++) {
		if (name[0] != '\0' && strcasecmp(in->domains[i].nt_domain, name) == 0)
			return &in->domains[i];
	}
	/* the label of two domains means neither */
	for (unsigned i = 1; i < in->n_domains; i++) {
		if (is_first_label(&in->domains[i], name)) {
			found = &in->domains[i];
			labels++;
		}
	}
	return labels == 1 ? found : NULL;
}
