/* SPDX-License-Identifier: ISC */
/*
 * How answers change what a phone knows; private to the phone.  Each returns false with
 * phone->error set where the server broke a rule that the phone relies on.
 */
#ifndef TESTS_PLAYER_PHONE_STATE_H
#define TESTS_PLAYER_PHONE_STATE_H

#include <stdbool.h>

struct folder;
struct node;
struct phone;

/* folders.c: FolderSync and FolderCreate, FolderDelete, FolderUpdate */
bool folders_apply(struct phone *phone, const char *command, const struct node *asked,
	const struct node *answer);

/* items.c: Sync and MoveItems */
void items_sent(struct phone *phone, const struct node *sync); /* a replay goes back */
bool items_apply_sync(struct phone *phone, const struct node *asked, const struct node *answer);
bool items_apply_moves(struct phone *phone, const struct node *asked, const struct node *answer);
void items_forget(struct folder *folder);

#endif
