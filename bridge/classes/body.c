/* SPDX-License-Identifier: ISC */
/*
 * Bodies and attachments as they go out: airsyncbase from 12.0 on ([MS-ASAIRS]
 * 2.2.2.9, 2.2.2.7), Email's own elements in 2.5.  Text is written in pieces, so
 * that a body that lives in a file stays there.  Worker.
 */
#include <string.h>

#include "bridge/base/body.h"
#include "bridge/classes/row.h"

enum { PIECE = 16 * 1024 };

/* One element with the whole content of a body as text. */
static void
data_write(struct writer *writer, enum token token, struct body *data)
{
	char piece[PIECE];
	size_t at = 0;
	ssize_t n;

	writer_text_begin(writer, token);
	while (data && (n = body_read_at(data, at, piece, sizeof(piece))) > 0) {
		writer_text_more(writer, piece, (size_t)n);
		at += (size_t)n;
	}
	writer_text_end(writer);
}

/* Truncated is left out rather than 0: Windows Phone stumbles over it. */
static void
body_write_out(struct writer *writer, const void *member, const struct class_view *view)
{
	const struct item_body *body = member;

	writer_open(writer, AirSyncBase_Body);
	writer_int(writer, AirSyncBase_Type, body->type);
	writer_int(writer, AirSyncBase_EstimatedDataSize, body->estimated_size);
	if (body->truncated)
		writer_bool(writer, AirSyncBase_Truncated, true);
	if (body->part)
		writer_int(writer, ItemOperations_Part, body->part);
	else if (body->has_data && body->data && body_len(body->data))
		data_write(writer, AirSyncBase_Data, body->data);
	if (body->preview && *body->preview && view->version >= EAS_14_0)
		writer_text(writer, AirSyncBase_Preview, body->preview);
	writer_close(writer);
}

const struct custom body_custom = { body_write_out, NULL };

/* [MS-ASEMAIL] of 2.5: MIMETruncated, MIMEData, MIMESize; else Body, BodySize, BodyTruncated. */
static void
old_body_write(struct writer *writer, const void *member, const struct class_view *view)
{
	const struct item_body *body = member;
	bool is_mime = body->type == BODY_MIME;

	(void)view;
	writer_bool(writer, is_mime ? Email_MIMETruncated : Email_BodyTruncated, body->truncated);
	if (body->has_data && body->data && body_len(body->data))
		data_write(writer, is_mime ? Email_MIMEData : Email_Body, body->data);
	writer_int(writer, is_mime ? Email_MIMESize : Email_BodySize, body->estimated_size);
}

const struct custom old_body_custom = { old_body_write, NULL };

/* FileReference: prefix of the item, then path of the part. */
static void
reference_write(struct writer *writer, enum token token, const struct class_view *view,
    const char *part)
{
	const char *prefix = view->reference_prefix ? view->reference_prefix : "";

	writer_text_begin(writer, token);
	writer_text_more(writer, prefix, strlen(prefix));
	writer_text_more(writer, part, strlen(part));
	writer_text_end(writer);
}

static void
attachment_write(struct writer *writer, const struct attachment *one,
    const struct class_view *view)
{
	writer_open(writer, AirSyncBase_Attachment);
	writer_text(writer, AirSyncBase_DisplayName, one->display_name);
	reference_write(writer, AirSyncBase_FileReference, view, one->reference);
	writer_int(writer, AirSyncBase_Method, one->method);
	writer_int(writer, AirSyncBase_EstimatedDataSize, one->size);
	writer_text(writer, AirSyncBase_ContentId, one->content_id);
	writer_text(writer, AirSyncBase_ContentLocation, one->content_location);
	if (one->is_inline)
		writer_bool(writer, AirSyncBase_IsInline, true);
	writer_close(writer);
}

static void
attachments_write(struct writer *writer, const void *member, const struct class_view *view)
{
	const struct attachments *all = member;

	writer_open(writer, AirSyncBase_Attachments);
	for (unsigned i = 0; i < all->n; i++)
		attachment_write(writer, &all->list[i], view);
	writer_close(writer);
}

const struct custom attachments_custom = { attachments_write, NULL };

static void
old_attachments_write(struct writer *writer, const void *member, const struct class_view *view)
{
	const struct attachments *all = member;

	writer_open(writer, Email_Attachments);
	for (unsigned i = 0; i < all->n; i++) {
		const struct attachment *one = &all->list[i];

		writer_open(writer, Email_Attachment);
		reference_write(writer, Email_AttName, view, one->reference);
		writer_int(writer, Email_AttSize, one->size);
		writer_int(writer, Email_AttMethod, one->method);
		writer_text(writer, Email_DisplayName, one->display_name);
		writer_close(writer);
	}
	writer_close(writer);
}

const struct custom old_attachments_custom = { old_attachments_write, NULL };
