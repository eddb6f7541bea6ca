/* SPDX-License-Identifier: ISC */
/* Namespaces.  Worker. */
#include "backends/imap/namespaces.h"

#include <stdlib.h>
#include <string.h>

#include "backends/imap/command.h"
#include "backends/imap/connection.h"
#include "backends/imap/transport.h"

static void
add(struct namespaces *all, const char *prefix, char separator, bool personal)
{
	struct namespace *one = &all->list[all->n];

	if (all->n == NAMESPACES_MAX)
		return;
	one->prefix = strdup(prefix ? prefix : "");
	if (!one->prefix)
		return;
	one->separator = separator;
	one->personal = personal;
	all->n++;
}

static void
items_add(struct namespaces *all, const struct mailimap_namespace_item *items, bool personal)
{
	if (!items)
		return;
	for (clistiter *i = clist_begin(items->ns_data_list); i; i = clist_next(i)) {
		const struct mailimap_namespace_info *info = clist_content(i);

		add(all, info->ns_prefix, info->ns_delimiter, personal);
	}
}

static void
separator_read(void *ctx, const struct imap_response *r)
{
	char *separator = ctx;
	const char *text;

	if (strcmp(r->word, "LIST") == 0 && r->values && (text = imap_text(r->values->next)))
		*separator = *text;
}

/* RFC 9051 6.3.9: an empty name asks for the separator. */
static enum fault
separator_ask(struct imap *imap, struct namespaces *all)
{
	char separator = 0;
	struct imap_reader reader = { .fn = separator_read, .ctx = &separator };
	enum fault fault = imap_run(imap, &reader, "LIST \"\" \"\"");

	if (fault == OK)
		add(all, "", separator, true);
	return fault;
}

enum fault
namespaces_load(struct imap *imap, struct namespaces *all)
{
	struct mailimap_namespace_data *data = NULL;

	if (all->n)
		return OK;
	if (imap->dead)
		return TRY_LATER;
	if (imap_has(imap, CAP_NAMESPACE)) {
		imap_settle(imap);
		if (mailimap_namespace(imap->session, &data) != MAILIMAP_NO_ERROR)
			return imap_die(imap, *imap->transport->error ?
			    imap->transport->error : "NAMESPACE refused");
		items_add(all, data->ns_personal, true);
		items_add(all, data->ns_other, false);
		items_add(all, data->ns_shared, false);
		mailimap_namespace_data_free(data);
	}
	if (all->n == 0 || !all->list[0].personal) {
		namespaces_free(all);
		return separator_ask(imap, all);
	}
	return OK;
}

void
namespaces_free(struct namespaces *all)
{
	for (unsigned i = 0; i < all->n; i++)
		free(all->list[i].prefix);
	all->n = 0;
}

const struct namespace *
namespaces_of(const struct namespaces *all, const char *mailbox)
{
	const struct namespace *best = &all->list[0];
	size_t best_len = 0;

	for (unsigned i = 0; i < all->n; i++) {
		size_t len = strlen(all->list[i].prefix);

		if (len >= best_len && strncmp(mailbox, all->list[i].prefix, len) == 0) {
			if (len == best_len && best_len)
				continue;
			best = &all->list[i];
			best_len = len;
		}
	}
	return best;
}
