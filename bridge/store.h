/* SPDX-License-Identifier: ISC */
/*
 * The contract of a backend that holds items: folders of mail, events, cards.
 * Stores are blocking, know nothing of WBXML, protocol versions or devices,
 * and allocate what they return from the arena they are given.  A NULL slot
 * means that the store cannot do it (callers answer CANNOT).
 *
 * Ids.  A folder is named by the store's own text (IMAP: the mailbox name as
 * the server spells it).  An item is named by a number that the store assigns
 * for good (IMAP: the UID) or, where the store has names only, by its name
 * (DAV: the href), to which the known list gives a number.
 *
 * Worker (struct store_ops) and watch (struct watch_ops).
 */
#ifndef BRIDGE_STORE_H
#define BRIDGE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "bridge/classes/items.h"
#include "bridge/fault.h"

struct arena;
struct body;
struct url;
struct domain_config;

/* How to get in.  All borrowed for the call; a store that must log in again
 * later keeps its own copy and wipes it in close. */
struct login {
	const struct url *url;              /* where: scheme, host, port, starttls, CA file */
	const struct domain_config *domain; /* settings of the login's domain */
	const char *account;                /* canonical user@domain, for logs */
	const char *user;                   /* upstream login name, from the template */
	const char *password;
	const char *request_id;             /* for IMAP ID and logs; may be NULL */
};

/* A folder's state in opaque bytes, compared for equality only.  IMAP: UIDVALIDITY,
 * UIDNEXT, MESSAGES and HIGHESTMODSEQ (or UNSEEN) as text. */
struct stamp {
	uint8_t len;
	uint8_t bytes[95];
};

static inline bool
stamp_is_equal(const struct stamp *a, const struct stamp *b)
{
	if (a->len != b->len || a->len > sizeof(a->bytes))
		return false;
	for (unsigned i = 0; i < a->len; i++)
		if (a->bytes[i] != b->bytes[i])
			return false;
	return true;
}

/* EAS folder types ([MS-ASCMD] 2.2.3.186.3) that stores assign. */
enum folder_type {
	FOLDER_GENERIC = 1,
	FOLDER_INBOX = 2,
	FOLDER_DRAFTS = 3,
	FOLDER_TRASH = 4,
	FOLDER_SENT = 5,
	FOLDER_OUTBOX = 6,
	FOLDER_TASKS = 7,
	FOLDER_CALENDAR = 8,
	FOLDER_CONTACTS = 9,
	FOLDER_NOTES = 10,
	FOLDER_USER_MAIL = 12,
	FOLDER_USER_CALENDAR = 13,
	FOLDER_USER_CONTACTS = 14,
	FOLDER_USER_TASKS = 15,
	FOLDER_USER_NOTES = 17,
};

struct folder {
	const char *id;           /* the store's name of it */
	const char *parent;       /* id of the parent, NULL at the root */
	const char *display_name; /* last component, UTF-8 */
	const char *identity;     /* survives renames (OBJECTID MAILBOXID), NULL: none */
	enum folder_type type;    /* at most one of each default type */
	enum item_class class;
	bool is_junk;
	bool can_hold_items;      /* false: \Noselect, listed for its children only */
};

/* Called for each folder, parents before children.  Return false to stop. */
typedef bool folder_fn(void *ctx, const struct folder *folder);

enum folder_edit_kind { FOLDER_CREATE, FOLDER_RENAME, FOLDER_REMOVE };

struct folder_edit {
	enum folder_edit_kind kind;
	const char *folder;       /* RENAME, REMOVE: the folder's id */
	const char *parent;       /* CREATE, RENAME: id of the (new) parent, NULL: root */
	const char *display_name; /* CREATE, RENAME */
	enum item_class class;    /* CREATE */
};

/* The mark of a mail: the flags that a phone can see, so that the caller can tell which of them
 * differ from what it showed.  The bits above: a hash of the categories (order aside), 0: none. */
enum {
	MARK_READ = 1 << 0,
	MARK_FLAGGED = 1 << 1,
	MARK_ANSWERED = 1 << 2,
	MARK_FORWARDED = 1 << 3,
	MARK_FLAGS = 15,
	MARK_CATEGORIES_SHIFT = 4,
};

/* What a device is known to hold of one folder, sorted by num. */
struct known_entry {
	uint32_t num;         /* IMAP: the UID; else the number given to store_id */
	uint32_t mark;        /* IMAP: see above; elsewhere any hash */
	const char *store_id; /* NULL where num says all */
	const char *etag;     /* NULL where mark says all */
};

struct known_list {
	const struct known_entry *list;
	size_t n;
	const struct stamp *stamp; /* of the last complete pass over this very span; NULL
	                            * or len 0: none */
};

enum change_kind {
	CHANGE_ADDED,
	CHANGE_CHANGED,  /* IMAP: flags or keywords only */
	CHANGE_GONE,     /* not in the folder any more */
	CHANGE_LEFT,     /* still there, but out of the span */
};

struct change {
	enum change_kind kind;
	uint32_t num;         /* 0: ADDED in a store with names */
	uint32_t mark;        /* the new mark */
	const char *store_id;
	const char *etag;
};

/* Called per difference: first GONE and LEFT, then CHANGED, then ADDED, newest
 * first.  Return false to stop (the answer is full). */
typedef bool change_fn(void *ctx, const struct change *change);

/* Which items of the folder are wanted. */
struct span {
	int64_t since; /* received (mail) at or after this second UTC; 0: all */
};

struct item_ref {
	const char *folder;
	uint32_t num;
	const char *store_id; /* NULL where num says all */
};

struct body_preference {
	enum body_type type;
	bool has_truncation;
	uint32_t truncation; /* bytes of UTF-8; 0: no data at all */
	bool all_or_none;
	uint16_t preview;    /* wanted preview characters, 0: none */
};

/* What is wanted of each item.  n == 0: plain text, whole. */
struct body_wish {
	bool flags_only;     /* Read, Flag, Categories, LastVerb and nothing else */
	uint8_t mime_support; /* 0 never MIME, 1 for S/MIME only, 2 always */
	unsigned n;
	struct body_preference want[4];
	size_t budget;       /* stop fetching further items beyond so many bytes; 0: none */
};

/* Called per fetched item, in the order of the refs.  `fault` is OK, ITEM_GONE or
 * ITEM_BAD (item is then NULL).  The item lives until the callback returns: the
 * store may release its memory afterwards.  Return false to stop. */
typedef bool item_fn(void *ctx, const struct item_ref *ref, enum fault fault,
    const struct item *item);

/* One part of an item (an attachment). */
struct part {
	const char *content_type;
	const char *display_name;
	uint64_t total;      /* decoded bytes, whole part */
	struct body *data;   /* the range asked for */
};

/* Mail search; every member optional. */
struct query {
	const char *text;
	int64_t since, before;
};

struct store {
	const struct store_ops *ops;
	struct arena *arena; /* of the request in hand; set by the caller before each use */
	/* the backend's own members follow */
};

struct store_ops {
	const char *name;
	unsigned classes; /* 1 << CLASS_... */

	/* Connects and logs in.  OK, DENIED (credentials refused), TRY_LATER, CANNOT. */
	enum fault (*open)(const struct login *login, struct store **ret_store);
	/* Closes and frees; *store becomes NULL. */
	void (*close)(struct store **store);
	/* False once the connection is unusable: the caller closes and opens again. */
	bool (*is_alive)(struct store *store);

	/* The address of the server it is connected to (the watch connects there too, without
	 * asking the resolver).  NULL slot or false: not known. */
	bool (*peer)(struct store *store, struct sockaddr_storage *ret_address);

	/* All folders the account should show. */
	enum fault (*folders)(struct store *store, folder_fn *fn, void *ctx);
	/* ret_id: the folder's id afterwards (arena); may be NULL. */
	enum fault (*edit_folder)(struct store *store, const struct folder_edit *edit,
	    const char **ret_id);
	/* Cheap: the stamps of n folders now.  A folder that is gone gets len 0. */
	enum fault (*probe)(struct store *store, const char *const *folders, unsigned n,
	    struct stamp *ret_stamps);
	/* Every difference between known and the folder within span.  ret_stamp is the
	 * state that the differences lead to; keep it only if fn never said stop.
	 * STALE: the ids are void (UIDVALIDITY).  FOLDER_GONE. */
	enum fault (*changes)(struct store *store, const char *folder, const struct span *span,
	    const struct known_list *known, change_fn *fn, void *ctx,
	    struct stamp *ret_stamp);
	/* Items of ONE folder in bulk; never sets \Seen. */
	enum fault (*fetch)(struct store *store, const struct item_ref *refs, unsigned n,
	    const struct body_wish *wish, item_fn *fn, void *ctx);
	/* A part's decoded bytes [first, last] (last UINT64_MAX: to the end) into ret->data,
	 * which is appended to in pieces: constant memory.  part "": the whole message, raw.
	 * TOO_BIG: range outside.  ITEM_GONE.  BAD_INPUT: no such part. */
	enum fault (*part)(struct store *store, const struct item_ref *ref, const char *part,
	    const uint64_t range[2], struct part *ret);
	/* A new item; mail: the raw message, with \Seen if email.read, \Draft if is_draft. */
	enum fault (*add)(struct store *store, const char *folder, const struct item *item,
	    struct body *raw, uint32_t *ret_num);
	/* Read, Flag, Categories, last_verb as far as item says so.  ret_mark: the mark that
	 * now stands (so that the device's own change is not echoed). */
	enum fault (*change)(struct store *store, const struct item_ref *ref,
	    const struct item *item, uint32_t *ret_mark);
	/* Items of one folder; to_trash moves them unless they are in Trash already.
	 * Items that are gone already count as removed. */
	enum fault (*remove)(struct store *store, const struct item_ref *refs, unsigned n,
	    bool to_trash);
	/* Items of one folder into another.  ret_nums[i] is the new number, 0 if refs[i] was
	 * not there.  FOLDER_GONE: the target (or source) is not there. */
	enum fault (*move)(struct store *store, const struct item_ref *refs, unsigned n,
	    const char *to, uint32_t *ret_nums);
	/* Removes every item of a folder. */
	enum fault (*empty)(struct store *store, const char *folder);
	enum fault (*search)(struct store *store, const char *folder, const struct query *query,
	    change_fn *fn, void *ctx);
	const struct watch_ops *watch; /* NULL: no push, the watch process cannot help */
};

/*
 * Waiting for change, in the watch process.  One watcher per account, never
 * blocking, driven by the loop through fd/events/ready/tick.
 */
struct watcher {
	const struct watch_ops *ops;
	/* the backend's own members follow */
};

/* A folder has moved; stamp is its state now (len 0: not known). */
typedef void dirty_fn(void *ctx, const char *folder, const struct stamp *stamp);

struct watch_ops {
	/* Starts connecting; address may be NULL (then the host is resolved). */
	struct watcher *(*open)(const struct login *login, const struct sockaddr *address,
	    dirty_fn *fn, void *ctx);
	void (*close)(struct watcher **watcher);
	/* Adds a folder; its state is compared with the stamp as soon as it can be read and
	 * the folder reported dirty if unlike.  Wanting it again with another stamp is fine. */
	bool (*want)(struct watcher *watcher, const char *folder, const struct stamp *stamp);
	void (*unwant)(struct watcher *watcher, const char *folder);
	int (*fd)(struct watcher *watcher);        /* -1: none just now */
	short (*events)(struct watcher *watcher);  /* POLLIN | POLLOUT wanted */
	/* The fd is ready: read, parse, report.  False: connection lost (reopen later). */
	bool (*ready)(struct watcher *watcher);
	/* Timers: re-IDLE, polling, time-outs.  False: lost.  ret_next: when to call again. */
	bool (*tick)(struct watcher *watcher, int64_t now_ms, int64_t *ret_next_ms);
	/* One word for logs: how it watches ("notify", "idle+poll", "poll"). */
	const char *(*mode)(struct watcher *watcher);
	/* Why it was lost: DENIED needs a new login from a phone, else TRY_LATER. */
	enum fault (*fault)(struct watcher *watcher);
};

#endif
