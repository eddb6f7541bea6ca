/* SPDX-License-Identifier: ISC */
/*
 * A phone for measurements: it builds requests from notation text, reads answers in one pass and
 * believes them, so that it costs next to nothing beside the server.  Correctness is the business
 * of easphone.  One connection, one request at a time; the creator owns the arena it lives in.
 */
#ifndef TESTS_HELPER_LEAN_H
#define TESTS_HELPER_LEAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/player/wire.h"

struct arena;

struct lean {
	struct arena *keep;
	struct arena *scratch;	/* the last answer; gone with the next request */
	struct wire_target target;
	struct wire *wire;	/* NULL: opened by the next request */
	const char *user, *device, *credentials;
	const char *accept;	/* further header lines, each with CR LF; NULL: none */
	const char *problem;	/* why the last call failed */
	int64_t took_us;	/* the last request: from its first byte to the answer's last */
	int64_t waited_us;	/* the same of all requests so far */
	long requests;
};

struct lean_folder {
	char id[64];
	char key[64];		/* "0": not synced yet */
};

/* What one Sync answer said of its collection. */
struct lean_sync {
	long status;		/* of the collection; 1 if the answer was empty */
	long adds, changes, deletes;
	bool more, empty;
	char last_id[64];	/* ServerId of the last Add */
	char file[256];		/* FileReference of the last attachment */
};

int64_t now_us(void);	/* monotonic */

/* url and ca_file are borrowed; password is "secret".  scratch is made here. */
bool lean_init(struct lean *lean, struct arena *keep, const char *url, const char *ca_file);
void lean_close(struct lean *lean);	/* the connection only */

/* Both are borrowed. */
void lean_login(struct lean *lean, const char *user, const char *device);

/* The request as it goes over the wire; body is WBXML, or NULL.  Lives in scratch. */
const char *lean_request(struct lean *lean, const char *command, const char *notation,
	size_t *ret_len);

/* notation: see wbxml/text.h; "": no body.  false also for a status other than 200. */
bool lean_ask(struct lean *lean, const char *command, const char *notation,
	struct answer *ret_answer);

/* The same, but the answer's body is counted and dropped as it comes.  false also without one. */
bool lean_drain(struct lean *lean, const char *command, const char *notation, size_t *ret_bytes);

/* FolderSync from key; fills the INBOX where the answer lists it.  ret_key: at least 64 bytes. */
bool lean_folders(struct lean *lean, const char *key, char *ret_key, struct lean_folder *ret_inbox);

/* One Sync; inner stands in Collection behind CollectionId.  The folder's key moves on. */
bool lean_sync(struct lean *lean, struct lean_folder *folder, const char *inner,
	struct lean_sync *ret);

/* Sync until nothing comes, from key 0 if need be.  Items added. */
long lean_sync_all(struct lean *lean, struct lean_folder *folder, const char *inner);

/* Sorts and prints "NAME n=.. p50=.. p95=.. max=.. us". */
void lean_print_times(const char *name, int64_t *times, size_t n);

#endif
