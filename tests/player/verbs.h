/* SPDX-License-Identifier: ISC */
/* What the verbs of phones share.  All return false with script->error set. */
#ifndef TESTS_PLAYER_VERBS_H
#define TESTS_PLAYER_VERBS_H

#include <stdbool.h>

struct line;
struct phone;

enum { ANSWER_MS = 60000 };	/* how long an answer may take where nothing else is said */

/* Fails the script with what, the request and the answer at hand. */
bool answer_fail(struct line *line, const struct phone *phone, const char *what);

bool answer_gets(struct line *line, struct phone *phone);
bool answer_showed(struct line *line, struct phone *phone);
bool answer_stays(struct line *line, struct phone *phone);
bool answer_part(struct line *line, struct phone *phone);

#endif
