/* SPDX-License-Identifier: ISC */
/*
 * A mail server of arrays, behind the contract of store.h, for tests that play
 * whole conversations: everything about it can be set, moved and broken at will.
 * Test programs define backend_for_class and so put it in the place of IMAP.
 */
#ifndef TESTS_STAGE_STORE_H
#define TESTS_STAGE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "bridge/store.h"

enum { WORLD_BOXES = 32, WORLD_MAILS = 20000 };

struct mail {
	uint32_t uid, mark, size; /* size: of the body; 0: some words */
	uint64_t modseq;
	int64_t date;
	bool is_bad, is_gone;     /* gone: kept so that a token can be told of it */
	bool breaks;              /* the server hangs up when it is asked for */
};

struct box {
	char name[256], parent[256], identity[32];
	enum folder_type type;
	uint32_t validity, next;
	uint64_t modseq;
	struct mail *mails;       /* ascending */
	unsigned n;
	bool is_there, is_read_only;
};

struct world {
	struct box boxes[WORLD_BOXES];
	unsigned n_boxes;
	bool has_tokens;          /* changes() trusts the stamp, as with CONDSTORE */
	bool is_down;
	unsigned fetch_fails_after; /* items; 0: never */
	void (*hook)(void);       /* called in the middle of each fetch */
	unsigned n_folders, n_probe, n_changes, n_listed, n_fetch, n_bodies; /* calls, items */
};

extern struct world world;
extern const struct store_ops stage_store_ops;

void world_clear(void);
struct box *world_box(const char *name, enum folder_type type);
struct mail *world_deliver(struct box *box, int64_t date);
struct mail *world_mail(struct box *box, uint32_t uid);
void world_mark(struct box *box, struct mail *mail, uint32_t mark);
void world_expunge(struct box *box, struct mail *mail);
unsigned world_count(const struct box *box);

#endif
