/* SPDX-License-Identifier: ISC */
/* The rules of Sync answers, part of the checker. */
#ifndef TESTS_PLAYER_CHECK_SYNC_H
#define TESTS_PLAYER_CHECK_SYNC_H

#include <stdbool.h>

struct check;
struct node;

bool check_sync(struct check *check, const struct node *document);

#endif
