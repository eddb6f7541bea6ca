/* SPDX-License-Identifier: ISC */
/*
 * The attachments of a message ([MS-ASAIRS] 2.2.2.7): which parts, under which names, how large.
 */
#include <string.h>
#include <strings.h>

#include "backends/formats/headers.h"
#include "backends/formats/params.h"
#include "backends/formats/steps.h"
#include "backends/formats/transfer.h"
#include "bridge/base/arena.h"
#include "bridge/base/codec.h"
#include "bridge/base/limits.h"
#include "bridge/base/map.h"

enum {
	NAME_TEXT_MAX = 240,
	CID_MAX = 512,
	METHOD_NORMAL = 1,
	METHOD_MESSAGE = 5,
};

static const struct {
	const char *type, *extension;
} extensions[] = {
	{ "application/ics", "ics" },
	{ "application/ms-tnef", "dat" },
	{ "application/pdf", "pdf" },
	{ "application/pgp-encrypted", "txt" },
	{ "application/pgp-signature", "asc" },
	{ "application/pkcs7-mime", "p7m" },
	{ "application/pkcs7-signature", "p7s" },
	{ "application/x-pkcs7-mime", "p7m" },
	{ "application/x-pkcs7-signature", "p7s" },
	{ "application/zip", "zip" },
	{ "audio/mpeg", "mp3" },
	{ "image/gif", "gif" },
	{ "image/jpeg", "jpg" },
	{ "image/png", "png" },
	{ "image/svg+xml", "svg" },
	{ "image/tiff", "tif" },
	{ "message/delivery-status", "txt" },
	{ "message/disposition-notification", "txt" },
	{ "text/calendar", "ics" },
	{ "text/html", "html" },
	{ "text/plain", "txt" },
	{ "text/rfc822-headers", "txt" },
	{ "text/vcard", "vcf" },
	{ "text/x-vcard", "vcf" },
	{ "video/mp4", "mp4" },
};

/* Phones make files of these names: no directories, no endless length. */
static const char *
tame(struct arena *arena, const char *name)
{
	char *copy = arena_strdup(arena, name);
	const char *dot;
	size_t n = strlen(copy);

	for (char *at = copy; *at != '\0'; at++)
		if (*at == '/' || *at == '\\')
			*at = '_';
	if (n <= NAME_TEXT_MAX)
		return copy;
	dot = strrchr(copy, '.');
	if (dot == NULL || strlen(dot) > 16)
		dot = "";
	n = utf8_cut(copy, n, NAME_TEXT_MAX - strlen(dot));
	return arena_printf(arena, "%.*s%s", (int)n, copy, dot);
}

const char *
message_part_type(struct arena *arena, const struct mime_part *part)
{
	char *type = arena_printf(arena, "%.100s/%.100s", part->type, part->subtype);

	for (char *at = type; *at != '\0'; at++)
		if (*at <= ' ' || *at > 126 || strchr("()<>@,;:\\\"[]?=", *at) != NULL)
			*at = '_';
	return type;
}

static const char *
invented_name(struct arena *arena, const struct mime_part *part)
{
	const char *type = message_part_type(arena, part);
	int main_len = (int)strcspn(type, "/");
	const char *extension = "bin";

	if (strcmp(type, "application/ms-tnef") == 0)
		return "winmail.dat";
	if (strcmp(type, "application/pkcs7-mime") == 0 ||
	    strcmp(type, "application/x-pkcs7-mime") == 0)
		return "smime.p7m";
	for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++)
		if (strcmp(type, extensions[i].type) == 0)
			extension = extensions[i].extension;
	return arena_printf(arena, "%.*s-%s.%s", main_len, type, part->section, extension);
}

static bool
is_message(const struct mime_part *part)
{
	return mime_is(part, "message", "rfc822") || mime_is(part, "message", "global");
}

const char *
message_part_name(struct arena *arena, const struct mime_part *part)
{
	const char *name = params_get(arena, &part->disposition_params, "filename");

	if (name == NULL || name[0] == '\0')
		name = params_get(arena, &part->params, "name");
	if (is_message(part)) {
		if (name == NULL || name[0] == '\0')
			name = part->subject == NULL ? "" :
			    header_decode(arena, part->subject, strlen(part->subject));
		if (name[0] == '\0')
			name = "message";
		if (strlen(name) < 4 || strcasecmp(name + strlen(name) - 4, ".eml") != 0)
			name = arena_printf(arena, "%s.eml", name);
	}
	if (name == NULL || name[0] == '\0')
		name = invented_name(arena, part);
	return tame(arena, name);
}

uint64_t
message_part_size(const struct mime_part *part)
{
	switch (transfer_kind(part->encoding)) {
	case TRANSFER_BASE64: /* 57 bytes a line of 76 characters and CRLF */
		return part->octets / 78 * 57 + part->octets % 78 * 3 / 4;
	case TRANSFER_UU:
		return part->octets / 63 * 45;
	default:
		return part->octets;
	}
}

/* The ids that the HTML refers to by cid:. */
static void
find_references(const struct conversion *conversion, struct map *references)
{
	const char *at = conversion->html;
	const char *end = at == NULL ? NULL : at + conversion->html_len;

	while (at != NULL && (at = memmem(at, (size_t)(end - at), "cid:", 4)) != NULL) {
		const char *start = at + 4;
		char id[CID_MAX];
		size_t n = 0;

		at = start;
		while (at < end && n < sizeof(id) - 1 && strchr("\"'<>() \t\r\n", *at) == NULL)
			id[n++] = *at++;
		id[n] = '\0';
		if (n > 0 && url_decode(id, n, id, &n) && map_count(references) < LIMIT_MIME_PARTS)
			map_put(references, id, (void *)(uintptr_t)start);
	}
}

static const char *
bare_id(struct arena *arena, const struct mime_part *part)
{
	const char *id = part->id;
	size_t n;

	if (id == NULL)
		return NULL;
	id += strspn(id, " \t<");
	n = strcspn(id, "> \t\r\n");
	return n == 0 || n >= CID_MAX ? NULL : header_decode(arena, id, n);
}

static bool
is_inline(const struct mime_part *part, const char *id, const struct map *references)
{
	bool in_related = mime_is(part->parent, "multipart", "related");
	bool is_attached = part->disposition != NULL &&
	    strcmp(part->disposition, "attachment") == 0;

	if (id != NULL && map_has(references, id))
		return true;
	return in_related && !is_attached && (id != NULL || part->disposition != NULL);
}

static void
fill_one(const struct conversion *conversion, const struct mime_part *part,
    const struct map *references, struct attachment *one)
{
	struct arena *arena = conversion->arena;
	uint64_t size = message_part_size(part);

	one->display_name = message_part_name(arena, part);
	one->reference = part->section;
	one->method = is_message(part) ? METHOD_MESSAGE : METHOD_NORMAL;
	one->size = size > UINT32_MAX ? UINT32_MAX : (uint32_t)size;
	one->content_id = bare_id(arena, part);
	one->content_location = part->location == NULL ? NULL :
	    header_decode(arena, part->location, strlen(part->location));
	one->content_type = message_part_type(arena, part);
	one->is_inline = is_inline(part, one->content_id, references);
}

void
message_fill_attachments(struct conversion *conversion)
{
	const struct mime_part *root = conversion->source->root;
	struct attachments found = { 0 };
	unsigned n_parts = 0;
	struct map references;
	struct choice text;

	for (const struct mime_part *part = root; part != NULL; part = mime_next(root, part))
		n_parts++;
	choice_make(root, true, &text);
	if (n_parts <= text.n)
		return;
	map_init(&references, conversion->arena);
	find_references(conversion, &references);
	found.list = arena_array(conversion->arena, n_parts, sizeof(*found.list));
	for (const struct mime_part *part = root; part != NULL; part = mime_next(root, part))
		if (choice_is_attachment(root, part, &text, conversion->calendar))
			fill_one(conversion, part, &references, &found.list[found.n++]);
	if (found.n > 0)
		ITEM_SET(conversion->email, attachments, found);
}
