/* SPDX-License-Identifier: ISC */
/*
 * A phone's own changes, done to the store and noted in what the phone is known
 * to hold, so that they are neither lost nor echoed.  Callers see to it that a
 * command which was dealt with before is not brought again (known_applied).
 * Worker.
 */
#ifndef BRIDGE_SYNC_APPLY_H
#define BRIDGE_SYNC_APPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "bridge/fault.h"

struct collection;
struct item;
struct known;
struct request;
struct store;

/* Item statuses ([MS-ASCMD] 2.2.3.177.17). */
enum {
	APPLY_OK = 1, APPLY_PROTOCOL = 4, APPLY_BAD_ITEM = 6, APPLY_CONFLICT = 7,
	APPLY_NOT_FOUND = 8, APPLY_NO_SPACE = 9,
};

struct apply {
	struct request *request;
	struct store *store;         /* NULL: the collection holds nothing, ever */
	const struct collection *collection;
	struct known *known;         /* acknowledged, target up to date */
	bool to_trash;               /* DeletesAsMoves */
	uint8_t conflict;            /* CONFLICT_... */
};

/* A change of an item.  A fault is one of the folder or wider: the request must be repeated. */
enum fault apply_change(struct apply *apply, uint32_t num, const struct item *item,
    int *ret_status);

/* Removes n items at once; items that are gone already, or that the phone never had, count as
 * removed (R6). */
enum fault apply_remove(struct apply *apply, const uint32_t *nums, unsigned n);

/* A new item.  sms: kept by nobody, but the phone gets an id for it (R58). */
enum fault apply_add(struct apply *apply, bool is_sms, const struct item *item, uint32_t *ret_num,
    int *ret_status);

#endif
