/* SPDX-License-Identifier: ISC */
/*
 * The multiparts of the new message: mixed( related( alternative( plain, html, invitation ), inline
 * images ), attachments ), each only where it has more than one child.  Parts are copied with their
 * Content-* fields and their encoded bytes.
 */
#include <string.h>

#include "backends/formats/composing.h"
#include "backends/formats/headers.h"
#include "backends/formats/message.h"
#include "backends/formats/mimecopy.h"
#include "bridge/base/arena.h"
#include "bridge/base/body.h"
#include "bridge/base/codec.h"
#include "bridge/base/crypto.h"

enum { BOUNDARY = 40 };

/* A part to copy, and the message it comes from. */
struct piece {
	const struct side *side;
	const struct mime_part *part;
};

struct pieces {
	struct piece *list;
	unsigned n;
};

struct tree {
	struct composing *composing;
	const struct compose_texts *texts;
	struct pieces inlines, attachments;
	struct piece invitation; /* part NULL: none */
};

static unsigned
count_parts(const struct side *side)
{
	return side->body == NULL ? 0 : side->read.n_parts;
}

/* Shown within the text: an image with an id beside it, or named by it. */
static bool
is_inline(const struct mime_part *part)
{
	return part->id != NULL && mime_is(part->parent, "multipart", "related") &&
	    !(part->disposition != NULL && strcmp(part->disposition, "attachment") == 0);
}

static void
gather(struct tree *tree, const struct side *side, bool only_inline)
{
	const struct mime_part *root = side->read.root;
	struct choice text;

	choice_make(root, true, &text);
	for (const struct mime_part *part = root; part != NULL; part = mime_next(root, part)) {
		struct piece piece = { side, part };

		if (part == tree->invitation.part ||
		    !choice_is_attachment(root, part, &text, NULL))
			continue;
		if (is_inline(part) && tree->texts->has_html)
			tree->inlines.list[tree->inlines.n++] = piece;
		else if (!only_inline)
			tree->attachments.list[tree->attachments.n++] = piece;
	}
}

static void
gather_all(struct tree *tree)
{
	struct composing *composing = tree->composing;
	bool is_forward = composing->out->kind == OUTGOING_FORWARD;
	unsigned n = count_parts(&composing->phone) + count_parts(&composing->source);

	tree->inlines.list = arena_array(composing->arena, n, sizeof(struct piece));
	tree->attachments.list = arena_array(composing->arena, n, sizeof(struct piece));
	if (is_forward) {
		tree->invitation.side = &composing->source;
		tree->invitation.part = choice_calendar(composing->source.read.root);
		/* a plain file of events is an attachment like any other */
		if (tree->invitation.part != NULL &&
		    mime_param(&tree->invitation.part->params, "method") == NULL)
			tree->invitation.part = NULL;
	}
	gather(tree, &composing->phone, false);
	gather(tree, &composing->source, !is_forward);
}

/* Content-Type of a new multipart, and its boundary. */
static void
multipart_open(struct composing *composing, const char *kind, char ret_boundary[BOUNDARY])
{
	/* "=_" cannot stand in base64 or quoted-printable text */
	memcpy(ret_boundary, "=_", 3);
	crypto_random_hex(ret_boundary + 2, 16);
	body_puts(composing->message, "Content-Type: multipart/");
	body_puts(composing->message, kind);
	body_puts(composing->message, ";\r\n boundary=\"");
	body_puts(composing->message, ret_boundary);
	body_puts(composing->message, "\"\r\n\r\n");
}

static void
multipart_next(struct composing *composing, const char *boundary)
{
	body_puts(composing->message, "\r\n--");
	body_puts(composing->message, boundary);
	body_puts(composing->message, "\r\n");
}

static void
multipart_close(struct composing *composing, const char *boundary)
{
	body_puts(composing->message, "\r\n--");
	body_puts(composing->message, boundary);
	body_puts(composing->message, "--\r\n");
}

static void
put_piece(struct composing *composing, const struct piece *piece)
{
	const struct mime_part *part = piece->part;
	struct body *to = composing->message;
	struct buf header;

	buf_init(&header, MIMEREAD_HEADER_MAX);
	mimeread_header(piece->side->body, part, &header);
	mimecopy_content(to, buf_str(&header), header.len, NULL);
	buf_free(&header);
	body_puts(to, "\r\n");
	if (piece->side->read.has_bare)
		mimecopy_lines(to, piece->side->body, part->body_at, part->octets);
	else
		mimecopy_range(to, piece->side->body, part->body_at, part->octets);
}

static void
put_pieces(struct composing *composing, const struct pieces *pieces, const char *boundary)
{
	for (unsigned i = 0; i < pieces->n; i++) {
		multipart_next(composing, boundary);
		put_piece(composing, &pieces->list[i]);
	}
}

static void
put_alternative(struct tree *tree)
{
	struct composing *composing = tree->composing;
	const struct compose_texts *texts = tree->texts;
	char boundary[BOUNDARY];

	if (!texts->has_html && tree->invitation.part == NULL) {
		mimecopy_text(composing->message, "plain", (char *)texts->plain.data,
		    texts->plain.len);
		return;
	}
	multipart_open(composing, "alternative", boundary);
	multipart_next(composing, boundary);
	mimecopy_text(composing->message, "plain", (char *)texts->plain.data, texts->plain.len);
	if (texts->has_html) {
		multipart_next(composing, boundary);
		mimecopy_text(composing->message, "html", (char *)texts->html.data,
		    texts->html.len);
	}
	if (tree->invitation.part != NULL) {
		multipart_next(composing, boundary);
		put_piece(composing, &tree->invitation);
	}
	multipart_close(composing, boundary);
}

static void
put_related(struct tree *tree)
{
	char boundary[BOUNDARY];

	if (tree->inlines.n == 0) {
		put_alternative(tree);
		return;
	}
	multipart_open(tree->composing, "related", boundary);
	multipart_next(tree->composing, boundary);
	put_alternative(tree);
	put_pieces(tree->composing, &tree->inlines, boundary);
	multipart_close(tree->composing, boundary);
}

void
compose_tree(struct composing *composing, const struct compose_texts *texts)
{
	struct tree tree = { .composing = composing, .texts = texts };
	char boundary[BOUNDARY];

	gather_all(&tree);
	if (tree.attachments.n == 0) {
		put_related(&tree);
		return;
	}
	multipart_open(composing, "mixed", boundary);
	multipart_next(composing, boundary);
	put_related(&tree);
	put_pieces(composing, &tree.attachments, boundary);
	multipart_close(composing, boundary);
}

/* The source's subject as a file name, RFC 2231. */
static void
put_message_name(struct composing *composing)
{
	const struct mimeread *read = &composing->source.read;
	struct mime_part part = { .type = "message", .subtype = "rfc822", .section = "" };
	struct buf name;

	part.subject = header_raw(composing->arena, read->header, read->header_len, "Subject");
	buf_init(&name, 4096);
	url_encode(message_part_name(composing->arena, &part), &name);
	body_puts(composing->message, "Content-Disposition: attachment;\r\n filename*=utf-8''");
	body_puts(composing->message, buf_str(&name));
	body_puts(composing->message, "\r\n");
	buf_free(&name);
}

void
compose_wrapped(struct composing *composing)
{
	struct piece phone = { &composing->phone, composing->phone.read.root };
	const struct side *source = &composing->source;
	struct body *to = composing->message;
	char boundary[BOUNDARY];

	multipart_open(composing, "mixed", boundary);
	multipart_next(composing, boundary);
	put_piece(composing, &phone);
	multipart_next(composing, boundary);
	body_puts(to, "Content-Type: message/rfc822\r\n");
	if (source->read.has_8bit)
		body_puts(to, "Content-Transfer-Encoding: 8bit\r\n");
	put_message_name(composing);
	body_puts(to, "\r\n");
	if (source->read.has_bare)
		mimecopy_lines(to, source->body, 0, body_len(source->body));
	else
		mimecopy_range(to, source->body, 0, body_len(source->body));
	multipart_close(composing, boundary);
}
