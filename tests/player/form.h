/* SPDX-License-Identifier: ISC */
/* The text forms of schema.def: "int 1..184", "dashed", "one of 0 1", ...  Pure functions. */
#ifndef TESTS_PLAYER_FORM_H
#define TESTS_PLAYER_FORM_H

#include <stdbool.h>

struct node;

/* Does the node's text have this form?  An unknown form is never fulfilled. */
bool form_fits(const char *form, const struct node *node);

#endif
