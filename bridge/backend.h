/* SPDX-License-Identifier: ISC */
/*
 * Which backend serves what.  backends/backends.c implements this and is the
 * only file that names backends.  Worker and watch.
 */
#ifndef BRIDGE_BACKEND_H
#define BRIDGE_BACKEND_H

#include "bridge/classes/items.h"

struct domain_config;
struct send_ops;
struct store_ops;
struct url;

/* The store for a class by the domain's settings, and where it is; NULL: none configured. */
const struct store_ops *backend_for_class(const struct domain_config *domain,
    enum item_class class, const struct url **ret_url);

/* The same for submission. */
const struct send_ops *backend_for_sending(const struct domain_config *domain,
    const struct url **ret_url);

/* The store of that name (struct store_ops.name), as the watch process gets it told. */
const struct store_ops *backend_by_name(const struct domain_config *domain, const char *name,
    const struct url **ret_url);

#endif
