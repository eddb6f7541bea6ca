/* SPDX-License-Identifier: ISC */
/*
 * The mail store of an account on one IMAP connection: what the operations of imap_store_ops share.
 * One operation at a time; a folder's id is the mailbox name as the server spells it, an item's
 * number is its UID.  Worker.
 */
#ifndef BACKENDS_IMAP_STORE_H
#define BACKENDS_IMAP_STORE_H

#include "backends/imap/command.h"
#include "backends/imap/connection.h"
#include "backends/imap/names.h"
#include "backends/imap/namespaces.h"
#include "backends/imap/uidset.h"
#include "bridge/config.h"
#include "bridge/store.h"

struct view;

/* Settings of the login's domain, copied at open. */
struct imap_settings {
	char *special[N_SPECIALS];	/* names an administrator gave; NULL: none */
	bool create_special, subscribed_only;
	int max_folders;
};

enum { VIEWS = 3, SET_ROOM = 4000 };	/* folders remembered; bytes of UIDs in one command */

/* The login again, in memory of its own: wiped when the store is closed. */
struct imap_again {
	struct url url;
	char *text, *host, *ca_file;
	char *account, *user, *password, *request_id;
};

struct imap_store {
	struct store base;
	struct imap *imap;
	struct imap_again again;
	struct revival *revival;	/* NULL: it cannot log in again */
	struct imap_settings settings;
	char *special[N_SPECIALS];	/* mailboxes found by the last listing */
	bool listed;			/* special is known */
	struct namespaces namespaces;
	struct view *views[VIEWS];	/* most recently used first; see view.h */
};

extern const struct store_ops imap_store_ops;

static inline struct imap_store *
imap_store(struct store *store)
{
	return (struct imap_store *)(void *)store;
}

enum fault imap_folders(struct store *store, folder_fn *fn, void *ctx);
enum fault imap_edit_folder(struct store *store, const struct folder_edit *edit,
    const char **ret_id);
enum fault imap_probe(struct store *store, const char *const *folders, unsigned n,
    struct stamp *ret_stamps);
enum fault imap_changes(struct store *store, const char *folder, const struct span *span,
    const struct known_list *known, change_fn *fn, void *ctx, struct stamp *ret_stamp);
enum fault imap_fetch(struct store *store, const struct item_ref *refs, unsigned n,
    const struct body_wish *wish, item_fn *fn, void *ctx);
enum fault imap_part(struct store *store, const struct item_ref *ref, const char *part,
    const uint64_t range[2], struct part *ret);
enum fault imap_add(struct store *store, const char *folder, const struct item *item,
    struct body *raw, uint32_t *ret_num);
enum fault imap_change(struct store *store, const struct item_ref *ref, const struct item *item,
    uint32_t *ret_mark);
enum fault imap_remove(struct store *store, const struct item_ref *refs, unsigned n,
    bool to_trash);
enum fault imap_move(struct store *store, const struct item_ref *refs, unsigned n,
    const char *to, uint32_t *ret_nums);
enum fault imap_empty(struct store *store, const char *folder);
enum fault imap_search(struct store *store, const char *folder, const struct query *query,
    change_fn *fn, void *ctx);

/* A new connection in place of a dead one.  On failure the dead one stays. */
enum fault store_reconnect(struct imap_store *store);

/* The state of one folder now (STATUS, after NOOP where it is selected).  FOLDER_GONE. */
enum fault probe_state(struct imap_store *store, const char *folder,
    struct imap_state *ret_state);

/* The mailbox for a purpose, listing (and creating) folders first where needed; NULL: none. */
const char *store_special(struct imap_store *store, enum special special);

/* CREATE (for a purpose, where the server can be told) and SUBSCRIBE. */
enum fault store_create(struct imap_store *store, const char *mailbox, enum special special);

/* The UIDs of refs, ascending; from the request's arena. */
void store_uids(struct imap_store *store, const struct item_ref *refs, unsigned n,
    struct uid_set *ret_set);

/* "UID SEARCH ..." into an ascending set (ESEARCH where offered).  Not for more than 50,000 hits
 * without ESEARCH: see view.c. */
enum fault store_search(struct imap_store *store, struct uid_set *ret_set, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same in two steps, for criteria that need literals: begin, print, end_wait. */
unsigned store_search_begin(struct imap_store *store);
enum fault store_search_wait(struct imap_store *store, unsigned tag, struct uid_set *ret_set);

/* Sets \Deleted on a set of the selected mailbox and expunges only that. */
enum fault store_expunge(struct imap_store *store, const struct uid_set *set);

/* The UIDs that the message with this Message-ID (with angle brackets) has in the selected mailbox
 * at or above uidnext: how a new copy is found without UIDPLUS.  0: not found. */
uint32_t store_find_new(struct imap_store *store, const char *message_id, uint32_t uidnext);

#endif
