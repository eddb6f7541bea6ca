/* SPDX-License-Identifier: ISC */
/* Opening and closing the mail store, and what its operations share.  Worker. */
#include "backends/imap/store.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "backends/imap/revive.h"
#include "backends/imap/transport.h"
#include "backends/imap/view.h"
#include "backends/imap/watch.h"
#include "bridge/base/arena.h"
#include "bridge/base/crypto.h"
#include "bridge/base/stream.h"
#include "bridge/config.h"

static char *
setting_copy(const char *text)
{
	return text && *text ? strdup(text) : NULL;
}

static void
settings_copy(struct imap_settings *settings, const struct domain_config *domain)
{
	settings->special[SPECIAL_DRAFTS] = setting_copy(domain->folder_drafts);
	settings->special[SPECIAL_SENT] = setting_copy(domain->folder_sent);
	settings->special[SPECIAL_TRASH] = setting_copy(domain->folder_trash);
	settings->special[SPECIAL_JUNK] = setting_copy(domain->folder_junk);
	settings->create_special = domain->create_special_folders;
	settings->subscribed_only = domain->subscribed_only;
	settings->max_folders = domain->max_folders;
}

static char *
copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

static void
again_copy(struct imap_again *again, const struct login *login)
{
	again->text = copy(login->url->text);
	again->host = copy(login->url->host);
	again->ca_file = copy(login->url->ca_file);
	again->url = *login->url;
	again->url.text = again->text;
	again->url.host = again->host;
	again->url.ca_file = again->ca_file;
	again->url.path = "";
	again->account = copy(login->account);
	again->user = copy(login->user);
	again->password = copy(login->password);
	again->request_id = copy(login->request_id);
}

static void
again_wipe(struct imap_again *again)
{
	if (again->password)
		crypto_wipe(again->password, strlen(again->password));
	free(again->text);
	free(again->host);
	free(again->ca_file);
	free(again->account);
	free(again->user);
	free(again->password);
	free(again->request_id);
}

enum fault
store_reconnect(struct imap_store *store)
{
	const struct imap_again *again = &store->again;
	struct login login = { .url = &again->url, .account = again->account,
		.user = again->user, .password = again->password,
		.request_id = again->request_id };
	struct imap *imap = NULL;
	enum fault fault;

	if (!again->host || !again->user || !again->password)
		return TRY_LATER;
	fault = imap_open(&login, &imap);
	if (fault != OK)
		return fault;
	imap_close(&store->imap);
	store->imap = imap;
	return OK;
}

static enum fault
store_open(const struct login *login, struct store **ret_store)
{
	struct imap_store *store;
	struct imap *imap = NULL;
	enum fault fault;

	if (login->url->scheme != URL_IMAP && login->url->scheme != URL_IMAPS)
		return CANNOT;
	fault = imap_open(login, &imap);
	if (fault != OK)
		return fault;
	store = calloc(1, sizeof(*store));
	if (!store) {
		imap_close(&imap);
		return TRY_LATER;
	}
	store->base.ops = &imap_store_ops;
	store->imap = imap;
	store->revival = revival_new(login);
	settings_copy(&store->settings, login->domain);
	again_copy(&store->again, login);
	*ret_store = &store->base;
	return OK;
}

static void
store_close(struct store **base)
{
	struct imap_store *store = *base ? imap_store(*base) : NULL;

	if (!store)
		return;
	imap_close(&store->imap);
	revival_free(&store->revival);
	for (unsigned i = 0; i < N_SPECIALS; i++) {
		free(store->special[i]);
		free(store->settings.special[i]);
	}
	for (unsigned i = 0; i < VIEWS; i++)
		view_free(&store->views[i]);
	namespaces_free(&store->namespaces);
	again_wipe(&store->again);
	free(store);
	*base = NULL;
}

static bool
store_is_alive(struct store *base)
{
	return !imap_store(base)->imap->dead;
}

void
store_uids(struct imap_store *store, const struct item_ref *refs, unsigned n,
    struct uid_set *ret_set)
{
	uidset_init(ret_set, store->base.arena);
	for (unsigned i = 0; i < n; i++)
		if (refs[i].num)
			uidset_add(ret_set, refs[i].num, refs[i].num);
	uidset_sort(ret_set);
}

/* "* SEARCH 1 2 3" and "* ESEARCH (TAG "7") UID ALL 1:3". */
static void
search_read(void *ctx, const struct imap_response *r)
{
	struct uid_set *set = ctx;
	uint64_t uid;

	if (strcmp(r->word, "SEARCH") == 0) {
		for (const struct imap_value *v = r->values; v; v = v->next)
			if (imap_number(v, UINT32_MAX, &uid) && uid)
				uidset_add(set, (uint32_t)uid, (uint32_t)uid);
	} else if (strcmp(r->word, "ESEARCH") == 0) {
		for (const struct imap_value *v = r->values; v; v = v->next)
			if (imap_is(v, "ALL") && v->next && imap_text(v->next))
				uidset_parse(set, imap_text(v->next));
	}
}

unsigned
store_search_begin(struct imap_store *store)
{
	unsigned tag = imap_begin(store->imap);

	imap_printf(store->imap, "UID SEARCH %s",
	    imap_has(store->imap, CAP_ESEARCH) ? "RETURN (ALL) " : "");
	return tag;
}

enum fault
store_search_wait(struct imap_store *store, unsigned tag, struct uid_set *ret_set)
{
	struct imap_reader reader = { .fn = search_read, .ctx = ret_set };
	enum fault fault;

	uidset_init(ret_set, store->base.arena);
	imap_end(store->imap);
	fault = imap_wait(store->imap, tag, &reader);
	uidset_sort(ret_set);
	return fault;
}

enum fault
store_search(struct imap_store *store, struct uid_set *ret_set, const char *format, ...)
{
	unsigned tag = store_search_begin(store);
	va_list args;

	va_start(args, format);
	buf_vprintf(&store->imap->out, format, args);
	va_end(args);
	return store_search_wait(store, tag, ret_set);
}

uint32_t
store_find_new(struct imap_store *store, const char *message_id, uint32_t uidnext)
{
	unsigned tag = store_search_begin(store);
	struct uid_set set;
	struct uid_walk walk = { 0 };
	uint32_t uid, found = 0;

	imap_printf(store->imap, "UID %u:* HEADER Message-ID ", uidnext ? uidnext : 1);
	imap_put_string(store->imap, message_id);
	if (store_search_wait(store, tag, &set) != OK)
		return 0;
	/* "n:*" always names the last message, whatever its number */
	while (uidset_next(&set, &walk, &uid))
		if (uid >= uidnext)
			found = uid;
	return found;
}

static bool
store_peer(struct store *base, struct sockaddr_storage *ret_address)
{
	return stream_peer(imap_store(base)->imap->transport->stream, ret_address);
}

const struct store_ops imap_store_ops = {
	.name = "imap",
	.classes = 1u << CLASS_EMAIL,
	.open = store_open,
	.close = store_close,
	.is_alive = store_is_alive,
	.folders = revive_folders,
	.edit_folder = imap_edit_folder,
	.probe = revive_probe,
	.changes = imap_changes,
	.fetch = imap_fetch,
	.part = imap_part,
	.add = imap_add,
	.change = imap_change,
	.remove = imap_remove,
	.move = imap_move,
	.empty = imap_empty,
	.search = imap_search,
	.peer = store_peer,
	.watch = &imap_watch_ops,
};
