/* SPDX-License-Identifier: ISC */
/* BODYSTRUCTURE.  Worker. */
#include "backends/imap/structure.h"

#include <string.h>
#include <strings.h>

#include "backends/formats/mime.h"
#include "backends/imap/scanner.h"
#include "bridge/base/arena.h"
#include "bridge/base/limits.h"

struct build {
	struct arena *arena;
	unsigned parts;		/* made so far */
	unsigned depth;
};

static struct mime_part *part_build(struct build *build, const struct imap_value *value);

/* The value in hand, and on to the next; NULL behind the end. */
static const struct imap_value *
take(const struct imap_value **at)
{
	const struct imap_value *value = *at;

	if (value)
		*at = value->next;
	return value;
}

static const char *
copy(const struct build *build, const struct imap_value *value)
{
	return arena_strdup(build->arena, imap_text(value));
}

static const char *
lower(const struct build *build, const struct imap_value *value, const char *missing)
{
	const char *text = imap_text(value);

	return text && *text ? mime_lower(build->arena, text) : missing;
}

static uint64_t
number(const struct imap_value *value)
{
	uint64_t n = 0;

	imap_number(value, INT64_MAX, &n);
	return n;
}

/* ("CHARSET" "utf-8" "NAME" "x") */
static void
params_build(const struct build *build, const struct imap_value *list, struct mime_params *params)
{
	unsigned n = 0;

	for (const struct imap_value *v = imap_list(list); v && v->next; v = v->next->next)
		n++;
	params->list = arena_array(build->arena, n, sizeof(*params->list));
	for (const struct imap_value *v = imap_list(list); v && v->next; v = v->next->next) {
		if (!imap_text(v) || !imap_text(v->next))
			continue;
		params->list[params->n++] = (struct mime_param){
			lower(build, v, ""), copy(build, v->next) };
	}
}

/* Disposition, language, location: the end of both forms. */
static void
extension_build(const struct build *build, const struct imap_value *at, struct mime_part *part)
{
	const struct imap_value *disposition = imap_list(take(&at));
	const struct imap_value *language = take(&at);

	if (disposition) {
		part->disposition = lower(build, disposition, NULL);
		params_build(build, disposition->next, &part->disposition_params);
	}
	part->language = copy(build, language && language->kind == IMAP_LIST ?
	    language->first : language);
	part->location = copy(build, take(&at));
}

/* message/rfc822: envelope (of which the subject is wanted), structure, lines. */
static void
message_build(struct build *build, const struct imap_value **at, struct mime_part *part)
{
	const struct imap_value *envelope = imap_list(take(at));

	if (envelope)
		part->subject = copy(build, envelope->next);
	if (*at && (*at)->kind == IMAP_LIST) {
		struct mime_part *inner = part_build(build, take(at));

		if (inner)
			mime_append(part, inner);
	}
}

static void
single_build(struct build *build, const struct imap_value *at, struct mime_part *part)
{
	bool is_message;

	part->type = lower(build, take(&at), "text");
	part->subtype = lower(build, take(&at), "plain");
	params_build(build, take(&at), &part->params);
	part->id = copy(build, take(&at));
	part->description = copy(build, take(&at));
	part->encoding = lower(build, take(&at), "7bit");
	part->octets = number(take(&at));
	is_message = mime_is(part, "message", "rfc822") || mime_is(part, "message", "global");
	if (is_message && at && at->kind == IMAP_LIST)
		message_build(build, &at, part);
	if ((is_message || mime_is(part, "text", NULL)) && at && at->kind == IMAP_ATOM &&
	    !imap_is(at, "NIL"))
		part->lines = number(take(&at));
	part->md5 = copy(build, take(&at));
	extension_build(build, at, part);
}

static void
multipart_build(struct build *build, const struct imap_value *at, struct mime_part *part)
{
	struct mime_part *last = NULL;

	part->type = "multipart";
	for (; at && at->kind == IMAP_LIST; at = at->next) {
		struct mime_part *child = part_build(build, at);

		if (!child)
			continue;
		child->parent = part;
		if (last)
			last->next = child;
		else
			part->child = child;
		last = child;
	}
	part->subtype = lower(build, take(&at), "mixed");
	params_build(build, take(&at), &part->params);
	extension_build(build, at, part);
}

/* NULL: a limit is reached. */
static struct mime_part *
part_build(struct build *build, const struct imap_value *value)
{
	struct mime_part *part;

	if (build->parts >= LIMIT_MIME_PARTS || build->depth >= LIMIT_MIME_DEPTH)
		return NULL;
	build->parts++;
	build->depth++;
	part = mime_new(build->arena);
	if (value->first && value->first->kind == IMAP_LIST)
		multipart_build(build, value->first, part);
	else
		single_build(build, value->first, part);
	build->depth--;
	return part;
}

struct mime_part *
structure_read(struct arena *arena, const struct imap_value *value)
{
	struct build build = { .arena = arena };
	struct mime_part *root;

	if (!value || value->kind != IMAP_LIST || !value->first)
		return NULL;
	root = part_build(&build, value);
	mime_number(arena, root);
	return root;
}
