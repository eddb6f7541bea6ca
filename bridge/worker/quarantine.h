/* SPDX-License-Identifier: ISC */
/*
 * Breadcrumbs and quarantine: before a worker touches a stranger's item it says
 * so in a page shared with the parent.  If it dies, the next process of the slot
 * finds the note and counts it; an item that killed twice is left alone and
 * logged, so that no poison mail stops a mailbox.  Worker.
 */
#ifndef BRIDGE_WORKER_QUARANTINE_H
#define BRIDGE_WORKER_QUARANTINE_H

#include <stdbool.h>
#include <stdint.h>

struct request;
struct state;

/* page: BREADCRUMB_SIZE bytes shared with the parent, NULL in tests.  Counts what the
 * predecessor left. */
void quarantine_start(char *page, struct state *state);

/* "Now at this item."  step: one word ("fetch", "convert"). */
void quarantine_mark(struct request *request, const char *folder, uint32_t num, const char *step);
void quarantine_clear(void);

/* True if the item killed twice before: skip it (and log). */
bool quarantine_is_bad(struct request *request, const char *folder, uint32_t num);

#endif
