/* SPDX-License-Identifier: ISC */
/*
 * The folder list that one device was shown: what it has for sure, and what our
 * last FolderSync answer told it, which may never have arrived.  The same two
 * keys as for collections.  Worker.
 */
#ifndef BRIDGE_SYNC_SHOWN_H
#define BRIDGE_SYNC_SHOWN_H

#include <stdbool.h>
#include <stdint.h>

#include "bridge/fault.h"
#include "bridge/store.h"

struct arena;
struct collection;
struct request;

struct shown_folder {
	uint32_t number, parent;
	uint32_t type;
	const char *name;
};

struct shown_list {
	struct shown_folder *list;
	unsigned n;
};

/* The folder edit that led to the newest key, in case its answer was lost. */
struct shown_edit {
	bool is_there;
	enum folder_edit_kind kind;
	uint32_t number, parent;
	const char *name;
};

struct shown {
	uint64_t epoch;          /* 0: this device never synced its folders */
	uint32_t key, before;
	struct shown_list held, told;
	const char *versions;    /* protocol versions that we offered when it last looked (R24) */
	struct shown_edit edit;
};

enum shown_key { SHOWN_ZERO, SHOWN_CURRENT, SHOWN_BEFORE, SHOWN_STALE };

/* Nothing yet: OK and epoch 0. */
enum fault shown_load(struct request *request, struct shown *ret);
enum fault shown_save(struct request *request, const struct shown *shown);

enum shown_key shown_match(const struct shown *shown, const char *key);
const char *shown_key_text(const struct shown *shown, struct arena *arena);

/* A fresh start: the device holds nothing. */
void shown_begin(struct shown *shown);
/* The device proved the last answer. */
void shown_acknowledge(struct shown *shown);
/* The answer tells this list.  A new key unless the last answer told the very same. */
void shown_tell(struct shown *shown, const struct shown_list *list);
/* Folders that the device has dropped, or will with the last answer: so do we. */
enum fault shown_forget_dropped(struct request *request, const struct shown *shown);

struct shown_list shown_list_of(struct arena *arena, const struct collection *list, unsigned n);
bool shown_list_is_equal(const struct shown_list *a, const struct shown_list *b);
const struct shown_folder *shown_list_find(const struct shown_list *list, uint32_t number);
bool shown_folder_is_equal(const struct shown_folder *a, const struct shown_folder *b);

#endif
