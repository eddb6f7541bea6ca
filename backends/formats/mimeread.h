/* SPDX-License-Identifier: ISC */
/*
 * A raw message into its tree of parts, in constant memory beside the tree: the body is read once
 * through a window, however large it is.  Bounded: LIMIT_MIME_DEPTH, LIMIT_MIME_PARTS, 256 KiB of
 * header a part; what lies beyond is left inside the part before it.  Linear time.  Worker.
 */
#ifndef BACKENDS_FORMATS_MIMEREAD_H
#define BACKENDS_FORMATS_MIMEREAD_H

#include "backends/formats/mime.h"

struct body;
struct buf;

enum { MIMEREAD_HEADER_MAX = 256 * 1024 };

/* What mimeread found. */
struct mimeread {
	struct mime_part *root;	/* numbered, with header_at and body_at; never NULL */
	const char *header;	/* the message's own header block, raw, cut at the maximum */
	size_t header_len;
	unsigned n_parts;
	bool is_cut;		/* a maximum was hit */
	bool has_8bit;		/* bytes above 127 somewhere */
	bool has_bare;		/* a CR or LF that is not part of a CRLF, or a NUL */
};

/* false: the body could not be read (its file). */
bool mimeread(struct arena *arena, const struct body *body, struct mimeread *ret);

/* Appends a part's header block (raw, at most the maximum), for copying single fields. */
bool mimeread_header(const struct body *body, const struct mime_part *part, struct buf *out);

/* Fills type, encoding, disposition ... of a part from its header block. */
void mimeread_fields(struct arena *arena, const char *header, size_t len, struct mime_part *part);

#endif
