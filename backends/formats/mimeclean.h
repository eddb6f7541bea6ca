/* SPDX-License-Identifier: ISC */
/*
 * A stored message as text for a phone (Type 4): almost always byte for byte.  Only one that holds
 * NUL or bytes that are not UTF-8 cannot travel as a string: its parts are then transfer-encoded
 * anew, its header fields converted.  Signed and encrypted messages are never touched.  Worker.
 */
#ifndef BACKENDS_FORMATS_MIMECLEAN_H
#define BACKENDS_FORMATS_MIMECLEAN_H

#include "backends/formats/choice.h"

struct arena;
struct body;

/* The message itself, or a new body (the caller closes it) made from it. */
struct body *mimeclean(struct arena *arena, struct body *message, enum protection protection);

#endif
