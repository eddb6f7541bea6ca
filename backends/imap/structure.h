/* SPDX-License-Identifier: ISC */
/*
 * BODYSTRUCTURE (RFC 9051 7.5.2) into the tree of backends/formats/mime.h.  Tolerant: what a server
 * leaves out or spells oddly becomes a default, what is nested too deeply or too much is left out.
 * Worker.
 */
#ifndef BACKENDS_IMAP_STRUCTURE_H
#define BACKENDS_IMAP_STRUCTURE_H

struct arena;
struct imap_value;
struct mime_part;

/* The numbered tree, copied into the arena; NULL: the value is no structure. */
struct mime_part *structure_read(struct arena *arena, const struct imap_value *value);

#endif
