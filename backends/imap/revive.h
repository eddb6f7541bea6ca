/* SPDX-License-Identifier: ISC */
/*
 * A kept connection may have died since the last request: the server was started
 * anew, or somebody deleted the selected mailbox and the server said BYE.  That is
 * no fault of the request that happens to find out, so the first read-only steps
 * of a request (probe, listing) log in again and try once more.  Worker.
 */
#ifndef BACKENDS_IMAP_REVIVE_H
#define BACKENDS_IMAP_REVIVE_H

#include "bridge/store.h"

/* What it takes to log in again; the password is wiped when it is freed. */
struct revival;

struct revival *revival_new(const struct login *login);
void revival_free(struct revival **revival);

/* As imap_folders and imap_probe, with a second try on a fresh connection. */
enum fault revive_folders(struct store *base, folder_fn *fn, void *ctx);
enum fault revive_probe(struct store *base, const char *const *folders, unsigned n,
    struct stamp *ret_stamps);

#endif
