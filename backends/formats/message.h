/* SPDX-License-Identifier: ISC */
/*
 * From a message in a store to the item a phone gets, in two steps.  message_plan looks at the
 * structure and says which sections are needed for a wish; the store fetches them; message_convert
 * makes the item.  So the store knows nothing of bodies, alternatives, charsets and HTML, and this
 * room nothing of IMAP.  A message is never refused: what cannot be read is shown with a note.
 * Everything points into the arena given or into the source.  Worker.
 *
 *	message_plan(arena, &source, wish, false, &needs);
 *	... fetch each need ...
 *	if (!message_convert(arena, &source, wish, &texts, &item))
 *		... plan again with all = true, fetch, convert ...
 *	... use the item ...
 *	message_close(&item);
 */
#ifndef BACKENDS_FORMATS_MESSAGE_H
#define BACKENDS_FORMATS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backends/formats/mime.h"
#include "bridge/classes/items.h"

struct arena;
struct body;
struct body_wish;

/* A message as the store sees it, before any of its text. */
struct message_source {
	struct mime_part *root;	/* numbered (mime_number); NULL: structure not known */
	const char *header;	/* raw bytes of the fields of message_header_fields (or of all) */
	size_t header_len;
	int64_t internal_date;	/* seconds UTC; 0: not known */
	uint64_t size;		/* of the whole message, raw */
	bool seen, flagged, answered, forwarded, draft;
	struct strings keywords; /* without the system flags */
};

/* Names of the header fields a store must fetch, ending with NULL. */
extern const char *const message_header_fields[];

/* Bytes [0, max) of a section as it is encoded.  section "": the whole raw message. */
struct message_need {
	const char *section;
	uint64_t max;		/* UINT64_MAX: all of it */
};

struct message_needs {
	struct message_need *list;
	unsigned n;		/* 0: header and structure say all (flags_only, TruncationSize 0) */
};

/* What was fetched; the order does not matter, a missing section is taken as empty. */
struct message_text {
	const char *section;
	struct body *data;	/* still transfer-encoded */
};

struct message_texts {
	const struct message_text *list;
	unsigned n;
};

/* all: no economy, whole parts (second attempt). */
void message_plan(struct arena *arena, const struct message_source *source,
    const struct body_wish *wish, bool all, struct message_needs *ret_needs);

/*
 * Fills the e-mail as far as the wish asks.  false: the first bytes that were fetched do not give
 * as much text as the phone may have (R63), or the text is empty and HTML is needed instead: plan
 * again with all = true, fetch, convert; the second answer is true if every need got a text, be it
 * an empty one.
 * email.body.data may be one of the fetched bodies itself (Type 4), so these live as long.
 */
bool message_convert(struct arena *arena, const struct message_source *source,
    const struct body_wish *wish, const struct message_texts *texts, struct item *ret_item);

/* Closes the body data of an item made by message_convert, which may hold a file; also when it is
 * one of the fetched bodies, which may be closed once more. */
void message_close(struct item *item);

/* For attachments by reference (which is the section). */
const char *message_part_name(struct arena *arena, const struct mime_part *part);
const char *message_part_type(struct arena *arena, const struct mime_part *part);
/* Decoded bytes, estimated from the encoded size. */
uint64_t message_part_size(const struct mime_part *part);

#endif
