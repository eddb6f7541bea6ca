/* SPDX-License-Identifier: ISC */
/*
 * The walk through multiparts.  Recursion is bounded by LIMIT_MIME_DEPTH; looking into the children
 * of alternatives costs at most parts times depth.
 */
#include "backends/formats/choice.h"

#include <string.h>
#include <strings.h>

enum { BLANK_OCTETS = 4 };	/* a text of so few bytes is an empty alternative */

bool
choice_has_name(const struct mime_part *part)
{
	static const char *const names[] = { "filename", "filename*", "filename*0", "filename*0*" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (mime_param(&part->disposition_params, names[i]) != NULL ||
		    mime_param(&part->params, names[i] + 4) != NULL)
			return true;
	return false;
}

bool
choice_is_html(const struct mime_part *part)
{
	return mime_is(part, "text", "html") || mime_is(part, "application", "xhtml+xml");
}

static bool
is_attached(const struct mime_part *part)
{
	return part->disposition != NULL && strcmp(part->disposition, "attachment") == 0;
}

/* Text a person reads: not what is for programs. */
static bool
is_readable(const struct mime_part *part)
{
	static const char *const others[] = { "calendar", "vcard", "x-vcard", "directory", "css",
		"javascript", "csv", "xml", "rtf", "rfc822-headers" };

	if (choice_is_html(part))
		return true;
	if (!mime_is(part, "text", NULL))
		return false;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(part->subtype, others[i]) == 0)
			return false;
	return true;
}

static const struct mime_part *
related_root(const struct mime_part *part)
{
	const char *start = mime_param(&part->params, "start");

	for (const struct mime_part *child = part->child; start != NULL && child != NULL;
	     child = child->next)
		if (child->id != NULL && strcmp(child->id, start) == 0)
			return child;
	return part->child;
}

/* Does this subtree hold a text of that kind, not counting attachments? */
static bool
offers(const struct mime_part *tree, bool html)
{
	for (const struct mime_part *part = tree; part != NULL; part = mime_next(tree, part)) {
		if (part->child != NULL || is_attached(part) || !is_readable(part) ||
		    mime_is(part, "message", NULL))
			continue;
		if (choice_is_html(part) == html && (html || part->octets > BLANK_OCTETS))
			return true;
	}
	return false;
}

/* The alternative to show; NULL: none is readable. */
static const struct mime_part *
alternative_best(const struct mime_part *part, bool html)
{
	const struct mime_part *rich = NULL, *plain = NULL;

	for (const struct mime_part *child = part->child; child != NULL; child = child->next) {
		if (offers(child, true))
			rich = child;
		else if (offers(child, false))
			plain = child;
	}
	if (html)
		return rich != NULL ? rich : plain;
	return plain != NULL ? plain : rich;
}

static void
add(struct choice *choice, const struct mime_part *part)
{
	if (choice->n == CHOICE_MAX)
		return;
	choice->parts[choice->n++] = part;
	choice->has_html |= choice_is_html(part);
}

static void choose(const struct mime_part *part, bool html, struct choice *choice);

/* multipart/mixed and everything unknown: the first text, and inline texts behind it. */
static void
choose_mixed(const struct mime_part *part, bool html, struct choice *choice)
{
	for (const struct mime_part *child = part->child; child != NULL; child = child->next) {
		bool is_more = child->child == NULL && is_readable(child) && !is_attached(child) &&
		    !choice_has_name(child);

		if (choice->n == 0)
			choose(child, html, choice);
		else if (is_more)
			add(choice, child);
	}
}

static void
choose(const struct mime_part *part, bool html, struct choice *choice)
{
	const struct mime_part *best;

	if (!mime_is(part, "multipart", NULL)) {
		if (is_readable(part) && !is_attached(part))
			add(choice, part);
		return;
	}
	if (mime_is(part, NULL, "alternative")) {
		best = alternative_best(part, html);
		if (best != NULL)
			choose(best, html, choice);
	} else if (mime_is(part, NULL, "related")) {
		best = related_root(part);
		if (best != NULL)
			choose(best, html, choice);
	} else if (mime_is(part, NULL, "signed")) {
		if (part->child != NULL)
			choose(part->child, html, choice);
	} else if (!mime_is(part, NULL, "encrypted")) {
		choose_mixed(part, html, choice);
	}
}

void
choice_make(const struct mime_part *root, bool html, struct choice *ret_choice)
{
	memset(ret_choice, 0, sizeof(*ret_choice));
	if (root != NULL)
		choose(root, html, ret_choice);
}

static bool
is_pkcs7(const struct mime_part *part, const char *kind)
{
	const char *name = part->subtype;

	if (!mime_is(part, "application", NULL))
		return false;
	if (strncmp(name, "x-", 2) == 0)
		name += 2;
	return strcmp(name, kind) == 0;
}

enum protection
choice_protection(const struct mime_part *root)
{
	const char *protocol;

	if (root == NULL)
		return PROTECTION_NONE;
	if (is_pkcs7(root, "pkcs7-mime"))
		return PROTECTION_OPAQUE;
	if (mime_is(root, "multipart", "encrypted"))
		return PROTECTION_PGP_ENCRYPTED;
	if (!mime_is(root, "multipart", "signed"))
		return PROTECTION_NONE;
	protocol = mime_param(&root->params, "protocol");
	if (protocol != NULL && strcasestr(protocol, "pkcs7") != NULL)
		return PROTECTION_SIGNED;
	if (protocol == NULL && root->child != NULL && root->child->next != NULL &&
	    is_pkcs7(root->child->next, "pkcs7-signature"))
		return PROTECTION_SIGNED;
	return PROTECTION_PGP_SIGNED;
}

const struct mime_part *
choice_calendar(const struct mime_part *root)
{
	const struct mime_part *file = NULL;

	for (const struct mime_part *part = root; part != NULL; part = mime_next(root, part)) {
		if (mime_is(part, "text", "calendar"))
			return part;
		if (file == NULL && mime_is(part, "application", "ics"))
			file = part;
	}
	return file;
}

const struct mime_part *
choice_report(const struct mime_part *root)
{
	if (!mime_is(root, "multipart", "report"))
		return NULL;
	for (const struct mime_part *part = root; part != NULL; part = mime_next(root, part))
		if (mime_is(part, "message", "delivery-status") ||
		    mime_is(part, "message", "disposition-notification") ||
		    mime_is(part, "message", "global-delivery-status"))
			return part;
	return NULL;
}

bool
choice_is_attachment(const struct mime_part *root, const struct mime_part *part,
    const struct choice *text, const struct mime_part *calendar)
{
	const struct mime_part *parent = part->parent;

	if (mime_is(part, "multipart", NULL) || part == calendar)
		return false;
	for (unsigned i = 0; i < text->n; i++)
		if (text->parts[i] == part)
			return false;
	if (is_pkcs7(part, "pkcs7-signature") && choice_protection(root) == PROTECTION_SIGNED)
		return false;
	if (mime_is(parent, "multipart", "appledouble") &&
	    mime_is(part, "application", "applefile"))
		return false;
	/* the other alternatives of a text, also below related or mixed inside of them */
	for (; parent != NULL && parent != root->parent; parent = parent->parent)
		if (mime_is(parent, "multipart", "alternative"))
			return !((is_readable(part) || mime_is(part, "text", "calendar")) &&
			    !is_attached(part) && !choice_has_name(part));
	return true;
}
