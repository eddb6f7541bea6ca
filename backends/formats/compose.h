/* SPDX-License-Identifier: ISC */
/*
 * The message that goes out, from what the phone sent and, for replies and forwards without
 * ReplaceMime, the source message.  A new mail is passed on byte for byte below its header; a reply
 * gets the quoted original below its text; a forward gets text and attachments of the source, their
 * encoded bytes copied.  What is signed or encrypted is never touched: a forward then carries the
 * source as a message of its own.  Constant memory beside the texts.  This is send_ops.compose.
 * Worker.
 */
#ifndef BACKENDS_FORMATS_COMPOSE_H
#define BACKENDS_FORMATS_COMPOSE_H

#include "bridge/fault.h"

struct arena;
struct body;
struct envelope;
struct outgoing;

/* OK.  BAD_INPUT: no recipient, an address that cannot be one, or a header beyond all limits.
 * TOO_BIG: the message outgrows ret_message.  TRY_LATER: a spool file failed. */
enum fault compose(struct arena *arena, const struct outgoing *out, struct body *ret_message,
    struct envelope *ret_envelope);

#endif
