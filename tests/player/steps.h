/* SPDX-License-Identifier: ISC */
/*
 * What a phone does by itself, several exchanges at a time: set-up, folder list, provisioning, a
 * folder's sync.  Used by transcripts, the first-day play and the benches.
 */
#ifndef TESTS_PLAYER_STEPS_H
#define TESTS_PLAYER_STEPS_H

#include <stdbool.h>

struct folder;
struct phone;

struct sync_wish {
	long window;		/* -1: not sent */
	long filter;
	long body;		/* body type; -1: no BodyPreference */
	long size;		/* TruncationSize; -1: none */
	long mime;		/* MIMESupport */
	long changes;		/* GetChanges; -1: the empty tag */
	long moves;		/* DeletesAsMoves; -1: not sent */
	bool until_quiet;	/* else one round, after the key-0 one where needed */
	bool bare;		/* no Options at all */
	long rounds, adds;	/* out: what it took */
};

#define SYNC_WISH_DEFAULT {.window = 25, .filter = -1, .body = 1, .size = 500, .mime = -1, \
	.changes = -1, .moves = -1}

/* Each returns false with phone->error set. */
bool step_folders(struct phone *phone, const char *key);
bool step_provision(struct phone *phone);
bool step_sync(struct phone *phone, struct folder *folder, struct sync_wish *wish);

#endif
