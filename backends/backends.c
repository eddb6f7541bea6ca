/* SPDX-License-Identifier: ISC */
/*
 * The list of backends: a row each, by URL scheme.  To add one, write its
 * operations, declare them here and add the row.  Worker and watch.
 */
#include "bridge/backend.h"

#include <stddef.h>
#include <string.h>

#include "bridge/config.h"
#include "bridge/send.h"
#include "bridge/store.h"

extern const struct store_ops imap_store_ops;
extern const struct send_ops smtp_send_ops;

/* A setting of a domain that names an upstream, and what serves the schemes it may have. */
static const struct {
	size_t setting;
	enum url_scheme first, last;
	const struct store_ops *store;
} stores[] = {
	{ offsetof(struct domain_config, imap), URL_IMAP, URL_IMAPS, &imap_store_ops },
};

static const struct url *
url_at(const struct domain_config *domain, size_t setting)
{
	return (const struct url *)(const void *)((const char *)domain + setting);
}

static const struct store_ops *
backend_row(const struct domain_config *domain, size_t i, const struct url **ret_url)
{
	const struct url *url = url_at(domain, stores[i].setting);

	if (url->scheme < stores[i].first || url->scheme > stores[i].last)
		return NULL;
	*ret_url = url;
	return stores[i].store;
}

const struct store_ops *
backend_for_class(const struct domain_config *domain, enum item_class class,
    const struct url **ret_url)
{
	for (size_t i = 0; i < sizeof(stores) / sizeof(stores[0]); i++)
		if (stores[i].store->classes & 1u << class && backend_row(domain, i, ret_url))
			return stores[i].store;
	return NULL;
}

const struct store_ops *
backend_by_name(const struct domain_config *domain, const char *name,
    const struct url **ret_url)
{
	for (size_t i = 0; i < sizeof(stores) / sizeof(stores[0]); i++)
		if (!strcmp(stores[i].store->name, name) && backend_row(domain, i, ret_url))
			return stores[i].store;
	return NULL;
}

const struct send_ops *
backend_for_sending(const struct domain_config *domain, const struct url **ret_url)
{
	if (domain->smtp.scheme == URL_NONE)
		return NULL;
	*ret_url = &domain->smtp;
	return &smtp_send_ops;
}
