/* SPDX-License-Identifier: ISC */
/*
 * A request whose work takes long: after a while the client gets status line, head and the first
 * bytes of the answer, then padding from time to time, while the worker is still at it (eas/clients
 * R52: some phones give up after 30 seconds of silence).  The client owns it.  Process: front.
 */
#ifndef BRIDGE_FRONT_HOLD_H
#define BRIDGE_FRONT_HOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bridge/front/answer.h"
#include "bridge/ipc.h"

struct hold;

/* Copies the message; the clock runs from now on.  NULL: no memory. */
struct hold *hold_new(const struct ipc_hold *message);
void hold_free(struct hold **hold);

/* When it next has something to say (now_ms() scale). */
int64_t hold_next(const struct hold *hold);

/* Says what is due: the beginning of the stream, later one pad.  A pad is left out while the
 * client has not taken the one before. */
void hold_speak(struct hold *hold, struct answer *answer, const struct answer_style *style);

/* The stream has begun, so the answer goes through answer_end_stream, without so many bytes. */
bool hold_has_begun(const struct hold *hold);
size_t hold_skip(const struct hold *hold);

#endif
