/* SPDX-License-Identifier: ISC */
/*
 * One phone: who it is, its connections, its requests under way, and all it knows of the account
 * (folders, items, SyncKeys, policy key).  It reads answers as the strictest client would and
 * calls anything a server must not do an error.  Memory: the arena of the run.
 *
 * Life of an exchange: phone_send puts a request on a free connection; phone_receive reads its
 * answer, checks it (check.h) and applies it (folders.c, items.c), or only reads it.
 */
#ifndef TESTS_PLAYER_PHONE_H
#define TESTS_PLAYER_PHONE_H

#include <stdbool.h>
#include <stdint.h>

#include "bridge/base/map.h"
#include "tests/player/wire.h"

struct arena;
struct flavour;
struct node;

enum { PHONE_WIRES = 8, PHONE_REQUESTS = 8, SNAPSHOTS = 4, PARTS_MAX = 64 };

struct item {
	const char *id;
	struct node *data;	/* ApplicationData; never changed, replaced as a whole */
};

/* The items a folder had when this key was current: a replay goes back to it. */
struct snapshot {
	const char *key;
	struct map items;	/* ServerId -> struct item */
};

struct folder {
	const char *id, *parent, *name;
	int type;
	bool gone;		/* deleted, or not seen again after a FolderSync from 0 */
	const char *key;	/* current SyncKey, "0" at first */
	const char *previous;
	const char *options;	/* of `sync`: the Options block last sent */
	struct map items;
	struct map seen_keys;	/* all ever handed out */
	struct snapshot old[SNAPSHOTS];
	unsigned n_old;
};

struct request {
	const char *command;
	struct node *document;	/* NULL: none, or not WBXML */
	struct wire *wire;
	int64_t sent_ms;
	bool is_empty;
	unsigned version;	/* that it was sent with */
};

struct phone {
	struct arena *arena;
	const char *name;
	const struct flavour *flavour;
	const char *user, *password, *device_id, *device_type;
	unsigned version;	/* times ten */
	unsigned habits;
	bool base64;
	const char *policy_key;	/* NULL: no header */
	struct wire_target target;

	struct wire *wires[PHONE_WIRES];
	struct request requests[PHONE_REQUESTS]; /* command NULL: free */

	const char *folder_key, *previous_folder_key;
	struct map folders;	/* ServerId -> struct folder */
	struct node *last_sync;	/* last full Sync request, for empty ones */
	const char *last_sync_ids;

	struct answer answer;	/* the last one read */
	struct node *document;	/* decoded; NULL: empty or no WBXML */
	struct node *asked;	/* the request it answers */
	const char *parts[PARTS_MAX]; /* of a multipart answer */
	size_t part_len[PARTS_MAX];
	unsigned n_parts;
	int64_t took_ms, quiet_ms; /* sending to last byte; to first byte */
	const char *error;	/* what the server did wrong, or why we could not go on */
};

/* What to send beside the defaults of the phone.  All NULL or 0 is a plain request. */
struct sending {
	const char *command;
	struct node *document;	/* body, encoded as WBXML; or */
	const void *bytes;	/* raw body */
	size_t len;
	bool has_body;
	const char *content_type; /* NULL: by body */
	const char *method;	/* NULL: POST */
	const char *path;
	const char *query;	/* added: "A=b&C=d" */
	const char *raw_query;	/* instead of all */
	const char *headers;	/* lines; "Name:" alone removes a default */
	const char *user, *password; /* instead of the phone's */
	bool no_auth;
	unsigned version;
	bool chunked;
	const char *raw;	/* the whole request, head and all */
};

struct phone *phone_new(struct arena *arena, const char *name, const struct flavour *flavour);
void phone_close(struct phone *phone);

/* false: phone->error. */
bool phone_send(struct phone *phone, const struct sending *sending);

/* Oldest request under way of that command (NULL: the newest of all); NULL: none. */
struct request *phone_request(struct phone *phone, const char *command);

enum phone_reading {
	READ_FULLY,		/* check and apply */
	READ_CHECKED,		/* check, but the phone's state stays: the answer was lost */
};

/*
 * Reads the answer of a request; deadline as now_ms().  WIRE_DONE with phone->error set: the
 * answer came and is wrong.
 */
enum wire_result phone_receive(struct phone *phone, struct request *request, int64_t deadline,
	enum phone_reading reading);

/* Closes the connection of a request without reading. */
void phone_drop(struct phone *phone, struct request *request);

/* Send and receive within 120 s.  false: phone->error, or an HTTP status other than 200. */
bool phone_ask(struct phone *phone, const struct sending *sending);

/* By role (INBOX Drafts Trash Sent Outbox) or display name; NULL: none. */
struct folder *phone_folder(const struct phone *phone, const char *name);
struct folder *phone_folder_by_id(const struct phone *phone, const char *id);

bool phone_fail(struct phone *phone, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "14.1" -> 141; 0: no such version.  And back. */
unsigned version_of(const char *text);
const char *version_text(unsigned version);

#endif
