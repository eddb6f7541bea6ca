/* SPDX-License-Identifier: ISC */
/*
 * WBXML to a tree, as strictly as the strictest phones (AOSP, TbSync, iOS) read it: header
 * 03 01 6A 00, known tokens only, no string table, entity, literal, attribute or processing
 * instruction, one inline string a text, OPAQUE just where the specification has byte arrays,
 * no content bit without content, valid UTF-8 without characters illegal in XML.
 */
#ifndef TESTS_PLAYER_DECODE_H
#define TESTS_PLAYER_DECODE_H

#include <stddef.h>

struct arena;
struct node;

/* NULL: refused; *ret_reason then says why and where (from the arena). */
struct node *decode(struct arena *arena, const void *data, size_t len, const char **ret_reason);

#endif
