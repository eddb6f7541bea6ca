/* SPDX-License-Identifier: ISC */
/*
 * Writes WBXML into a sink, with a small buffer in between.  Start tags are deferred: an element
 * shows only when content comes, so containers that stay empty vanish.  Errors stick; ask
 * writer_end.  Text is always legal: characters that XML 1.0 forbids are dropped, broken UTF-8
 * becomes U+FFFD.  One owner, no allocation; worker and tools.
 */
#ifndef WBXML_WRITER_H
#define WBXML_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wbxml/limits.h"
#include "wbxml/outlet.h"
#include "wbxml/tokens.h"

enum writer_mode {
	WRITER_ELEMENTS,
	WRITER_TEXT,         /* in a text that has no character yet */
	WRITER_STRING,       /* inside an inline string */
	WRITER_OPAQUE,       /* inside an opaque */
	WRITER_HOLLOW,       /* inside an opaque of no bytes */
};

/* All members are private. */
struct writer {
	struct outlet outlet;
	size_t left;                  /* bytes that the text or opaque may still take */
	enum token open[WBXML_DEPTH_MAX];
	bool always[WBXML_DEPTH_MAX];
	unsigned depth;               /* elements opened */
	unsigned shown;               /* ... whose start tag is written */
	enum writer_mode mode;
	enum token text;              /* element of a text that has no character yet */
	bool has_failed;
	bool has_root;
	unsigned char page;
	unsigned partial_len;
	unsigned char partial[4];     /* UTF-8 sequence cut between two pieces */
};

/* The prologue 03 01 6A 00 is written with the first element, not here. */
void writer_begin(struct writer *writer, struct writer_sink sink);

/* Flushes.  False if anything failed: sink, depth, a text over WBXML_TEXT_MAX, elements left open,
 * more than one root.  A document without any element is fine and 0 bytes long. */
bool writer_end(struct writer *writer);

/* Hands what is buffered to the sink. */
bool writer_flush(struct writer *writer);

/* A container that vanishes if it is closed without content. */
void writer_open(struct writer *writer, enum token token);

/* A container that appears even if empty, then as a tag without content. */
void writer_open_always(struct writer *writer, enum token token);
void writer_close(struct writer *writer);

/* An element with one inline string; without a legal character it becomes an empty tag.  A NULL
 * utf8 writes nothing. */
void writer_text(struct writer *writer, enum token token, const char *utf8);
void writer_text_n(struct writer *writer, enum token token, const char *utf8, size_t len);
void writer_int(struct writer *writer, enum token token, int64_t value);
void writer_bool(struct writer *writer, enum token token, bool value); /* "1" or "0" */
void writer_empty(struct writer *writer, enum token token);            /* a tag, no content */

/* An element with bytes; of length 0 it becomes an empty tag. */
void writer_opaque(struct writer *writer, enum token token, const void *data, size_t len);

/* Text in pieces that may be cut anywhere, also inside a UTF-8 sequence. */
void writer_text_begin(struct writer *writer, enum token token);
void writer_text_more(struct writer *writer, const void *data, size_t len);
void writer_text_end(struct writer *writer);

/* Bytes in pieces, of which there must be exact_len in all. */
void writer_opaque_begin(struct writer *writer, enum token token, size_t exact_len);
void writer_opaque_more(struct writer *writer, const void *data, size_t len);
void writer_opaque_end(struct writer *writer);

/* A page switch to the page that is on already, then a flush: two bytes that tell an impatient
 * client that we live.  Does nothing outside of an element that is written, or inside a text. */
void writer_pad(struct writer *writer);

/* Bytes written so far, with those still buffered; deferred tags do not count. */
size_t writer_bytes(const struct writer *writer);
bool writer_is_empty(const struct writer *writer);
bool writer_has_failed(const struct writer *writer);

#endif
