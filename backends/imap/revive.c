/* SPDX-License-Identifier: ISC */
/* Logging in again where a kept connection turns out to be dead.  Worker. */
#include "backends/imap/revive.h"

#include <stdlib.h>
#include <string.h>

#include "backends/imap/store.h"
#include "backends/imap/view.h"
#include "bridge/base/crypto.h"

struct revival {
	struct login login; /* url and domain belong to the configuration */
	char *account, *user, *password;
};

struct revival *
revival_new(const struct login *login)
{
	struct revival *revival = calloc(1, sizeof(*revival));

	if (!revival)
		return NULL;
	revival->account = strdup(login->account);
	revival->user = strdup(login->user);
	revival->password = strdup(login->password);
	revival->login = (struct login){
		.url = login->url, .domain = login->domain, .account = revival->account,
		.user = revival->user, .password = revival->password,
	};
	if (!revival->account || !revival->user || !revival->password)
		revival_free(&revival);
	return revival;
}

void
revival_free(struct revival **at)
{
	struct revival *revival = *at;

	*at = NULL;
	if (!revival)
		return;
	if (revival->password)
		crypto_wipe(revival->password, strlen(revival->password));
	free(revival->password);
	free(revival->account);
	free(revival->user);
	free(revival);
}

/* True if there is a fresh connection now and a second try makes sense.  What the store knew of
 * selected mailboxes goes with the old one. */
static bool
revive(struct imap_store *store, enum fault fault)
{
	struct imap *imap = NULL;

	if (fault != TRY_LATER || !store->imap->dead || !store->revival)
		return false;
	if (imap_open(&store->revival->login, &imap) != OK)
		return false;
	imap_close(&store->imap);
	store->imap = imap;
	for (unsigned i = 0; i < VIEWS; i++)
		view_free(&store->views[i]);
	return true;
}

enum fault
revive_folders(struct store *base, folder_fn *fn, void *ctx)
{
	enum fault fault = imap_folders(base, fn, ctx);

	return revive(imap_store(base), fault) ? imap_folders(base, fn, ctx) : fault;
}

enum fault
revive_probe(struct store *base, const char *const *folders, unsigned n,
    struct stamp *ret_stamps)
{
	enum fault fault = imap_probe(base, folders, n, ret_stamps);

	return revive(imap_store(base), fault) ? imap_probe(base, folders, n, ret_stamps) : fault;
}
