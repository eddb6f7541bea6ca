/* SPDX-License-Identifier: ISC */
/*
 * Walking and numbering the tree of parts.  Recursion is bounded by LIMIT_MIME_DEPTH, which every
 * builder of a tree keeps.
 */
#include "backends/formats/mime.h"

#include <string.h>
#include <strings.h>

#include "bridge/base/arena.h"
#include "bridge/base/limits.h"

struct mime_part *
mime_new(struct arena *arena)
{
	struct mime_part *part = arena_alloc(arena, sizeof(*part));

	part->type = "text";
	part->subtype = "plain";
	part->encoding = "7bit";
	part->section = "";
	return part;
}

void
mime_append(struct mime_part *parent, struct mime_part *child)
{
	struct mime_part **at = &parent->child;

	while (*at != NULL)
		at = &(*at)->next;
	*at = child;
	child->parent = parent;
}

bool
mime_is(const struct mime_part *part, const char *type, const char *subtype)
{
	return part != NULL && (type == NULL || strcmp(part->type, type) == 0) &&
	    (subtype == NULL || strcmp(part->subtype, subtype) == 0);
}

static void
number_part(struct arena *arena, struct mime_part *part, const char *section, unsigned depth)
{
	const char *dot = section[0] == '\0' ? "" : ".";
	unsigned number = 1;

	part->section = section;
	if (depth >= LIMIT_MIME_DEPTH || part->child == NULL)
		return;
	if (!mime_is(part, "multipart", NULL)) {
		/* the content of message/rfc822: a multipart shares the message's number */
		if (!mime_is(part->child, "multipart", NULL))
			section = arena_printf(arena, "%s%s1", section, dot);
		number_part(arena, part->child, section, depth + 1);
		return;
	}
	for (struct mime_part *child = part->child; child != NULL; child = child->next, number++)
		number_part(arena, child, arena_printf(arena, "%s%s%u", section, dot, number),
		    depth + 1);
}

void
mime_number(struct arena *arena, struct mime_part *root)
{
	number_part(arena, root, mime_is(root, "multipart", NULL) ? "" : "1", 0);
}

/* The next in document order; enters what `enter` allows. */
static struct mime_part *
step(const struct mime_part *root, const struct mime_part *part, bool enter)
{
	if (enter && part->child != NULL)
		return part->child;
	while (part != NULL && part != root) {
		if (part->next != NULL)
			return part->next;
		part = part->parent;
	}
	return NULL;
}

struct mime_part *
mime_next(const struct mime_part *root, const struct mime_part *part)
{
	return step(root, part, part == root || mime_is(part, "multipart", NULL));
}

struct mime_part *
mime_find(struct mime_part *root, const char *section)
{
	struct mime_part *part = root;

	if (root == NULL || section[0] == '\0')
		return root;
	while (part != NULL && strcmp(part->section, section) != 0)
		part = step(root, part, true);
	return part;
}

const char *
mime_param(const struct mime_params *params, const char *name)
{
	for (unsigned i = 0; i < params->n; i++)
		if (strcasecmp(params->list[i].name, name) == 0)
			return params->list[i].value;
	return NULL;
}

const char *
mime_lower(struct arena *arena, const char *text)
{
	char *copy = arena_strdup(arena, text);

	for (char *at = copy; at != NULL && *at != '\0'; at++)
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at + ('a' - 'A'));
	return copy;
}
