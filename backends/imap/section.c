/* SPDX-License-Identifier: ISC */
/* Sections of messages on their way into bodies.  Worker. */
#include "backends/imap/section.h"

#include <string.h>
#include <strings.h>

#include "bridge/base/arena.h"
#include "bridge/base/limits.h"

enum { SMALL = 64 * 1024 };

void
sections_init(struct sections *sections, struct arena *arena)
{
	*sections = (struct sections){ .arena = arena };
}

void
sections_close(struct sections *sections)
{
	for (struct section *s = sections->first; s; s = s->next)
		body_close(&s->body);
	sections->first = NULL;
}

static bool
section_write(struct imap_sink *sink, const void *data, size_t n)
{
	struct section *section = (struct section *)(void *)sink;
	size_t room = section->limit - body_len(&section->body);

	/* a failure is the body's, not the connection's */
	body_write(&section->body, data, n < room ? n : room);
	return true;
}

static struct section *
section_new(struct sections *sections, size_t limit)
{
	struct section *section = arena_alloc(sections->arena, sizeof(*section));

	section->sink.write = section_write;
	section->limit = limit;
	body_init(&section->body, sections->arena, limit);
	section->next = sections->first;
	sections->first = section;
	return section;
}

static bool
is_body_key(const struct imap_value *key)
{
	return key && key->kind == IMAP_ATOM && strncasecmp(key->text, "BODY[", 5) == 0;
}

struct imap_sink *
sections_literal(void *ctx, const struct imap_value *key, uint64_t size)
{
	struct sections *sections = ctx;

	if (!is_body_key(key) || size <= SMALL)
		return NULL;
	if (strncasecmp(key->text + 5, "HEADER", 6) == 0)
		return &section_new(sections, LIMIT_MAIL_HEADER)->sink;
	return &section_new(sections, LIMIT_UPSTREAM_LITERAL)->sink;
}

struct body *
sections_take(struct sections *sections, const struct imap_value *value)
{
	struct section *section;

	if (value && value->kind == IMAP_STREAMED)
		return &((struct section *)(void *)value->sink)->body;
	section = section_new(sections, LIMIT_UPSTREAM_LITERAL);
	if (imap_text(value))
		body_write(&section->body, value->text, value->len);
	return &section->body;
}

bool
section_name(const struct imap_value *key, char *ret_section, size_t size)
{
	const char *end;
	size_t n;

	if (!is_body_key(key) || !(end = strchr(key->text, ']')))
		return false;
	n = (size_t)(end - (key->text + 5));
	if (n >= size)
		n = size - 1;
	memcpy(ret_section, key->text + 5, n);
	ret_section[n] = '\0';
	return true;
}
