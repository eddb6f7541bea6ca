/* SPDX-License-Identifier: ISC */
/*
 * Bytes of sections of messages (BODY[...], always by BODY.PEEK: nothing here sets \Seen, R67) on
 * their way from the connection into bodies: small ones by the tree, large ones as they arrive.
 * Worker.
 */
#ifndef BACKENDS_IMAP_SECTION_H
#define BACKENDS_IMAP_SECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backends/imap/scanner.h"
#include "bridge/base/body.h"

struct arena;

/* One section's bytes.  The set owns all of them and closes them in the end. */
struct section {
	struct imap_sink sink;
	struct body body;
	size_t limit;		/* bytes beyond are dropped */
	struct section *next;
};

struct sections {
	struct arena *arena;
	struct section *first;
};

void sections_init(struct sections *sections, struct arena *arena);
void sections_close(struct sections *sections);

/* An imap_literal_fn; ctx is a struct sections.  Takes BODY[...] of more than 64 KiB. */
struct imap_sink *sections_literal(void *ctx, const struct imap_value *key, uint64_t size);

/* The bytes of a value behind BODY[...]; an empty body for NIL.  Never NULL. */
struct body *sections_take(struct sections *sections, const struct imap_value *value);

/* "2.1" of "BODY[2.1]<0>", into ret_section (cut to size).  false: the key is none. */
bool section_name(const struct imap_value *key, char *ret_section, size_t size);

#endif
