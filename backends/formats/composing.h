/* SPDX-License-Identifier: ISC */
/*
 * The parts of compose, one file each: envelope and header (composehead.c), new text with the
 * quoted original (composetext.c), the tree of the new message (composetree.c).  Not for callers
 * outside of this room.  Worker.
 */
#ifndef BACKENDS_FORMATS_COMPOSING_H
#define BACKENDS_FORMATS_COMPOSING_H

#include <stdbool.h>
#include <stddef.h>

#include "backends/formats/choice.h"
#include "backends/formats/mimeread.h"
#include "bridge/base/buf.h"
#include "bridge/send.h"

/* One of the two messages that go into the new one. */
struct side {
	struct body *body;
	struct mimeread read;
	enum protection protection;
};

struct composing {
	struct arena *arena;
	const struct outgoing *out;
	struct body *message;	/* being written */
	struct envelope *envelope;
	struct side phone;
	struct side source;	/* body NULL: none */
	const char *source_id;	/* <message-id> of the source; NULL: not known */
	const char *source_references;
};

/* Fills the envelope from the phone's header. */
enum fault compose_envelope(struct composing *composing);

/* Writes the header of the new message, without the empty line.  keep_content: with the Content-*
 * fields of the phone's message. */
void compose_head(struct composing *composing, bool keep_content);

/* The joined texts. */
struct compose_texts {
	struct buf plain, html;
	bool has_html;
};
void compose_texts(struct composing *composing, struct compose_texts *ret);
void compose_texts_free(struct compose_texts *texts);

/* Content-* fields, empty line and body of a message made of the joined texts and all parts. */
void compose_tree(struct composing *composing, const struct compose_texts *texts);

/* The same of the phone's message as it is, and the source as an attached message. */
void compose_wrapped(struct composing *composing);

#endif
