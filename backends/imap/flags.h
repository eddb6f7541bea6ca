/* SPDX-License-Identifier: ISC */
/*
 * IMAP flags and keywords on one side, the mark of the known list (store.h) and an e-mail's Read,
 * Flag, Categories and LastVerbExecuted on the other (RFC 9051 2.3.2, RFC 5550, RFC 9979).  Worker.
 */
#ifndef BACKENDS_IMAP_FLAGS_H
#define BACKENDS_IMAP_FLAGS_H

#include <stdbool.h>
#include <stdint.h>

#include "bridge/classes/items.h"

struct arena;
struct buf;
struct imap_value;

/* No mark: the message carries \Deleted and counts as absent. */
static inline bool
mark_is_deleted(uint32_t mark)
{
	return mark == UINT32_MAX;
}

struct imap_flags {
	bool seen, flagged, answered, forwarded, draft, deleted;
	struct strings keywords;	/* all without the system flags */
};

/* first: members of the list behind FLAGS.  Strings are copied into the arena. */
void flags_read(struct arena *arena, const struct imap_value *first,
    struct imap_flags *ret_flags);

/* The mark, UINT32_MAX with \Deleted.  The arena is for scratch and left as it was. */
uint32_t flags_mark(struct arena *arena, const struct imap_value *first);
uint32_t flags_mark_of(struct arena *arena, const struct imap_flags *flags);

/* What a phone's change means: blank-separated flags to add and to remove. */
struct flag_change {
	const char *add, *remove;	/* "" if none */
};

/* now: the flags the message has, for Categories; keywords: false where the mailbox keeps none. */
void flags_change(struct arena *arena, const struct email *email, const struct imap_flags *now,
    bool keywords, struct flag_change *ret_change);

#endif
