/* SPDX-License-Identifier: ISC */
/*
 * One mailbox owner at work: the canonical login name, the settings of the
 * domain, and the upstream connections that the worker keeps for the next
 * request of the same account.  Accounts are cached by the worker with the
 * digest of the password that opened them; a request with another password
 * opens a connection of its own, which proves it.  Worker.
 */
#ifndef BRIDGE_ACCOUNT_H
#define BRIDGE_ACCOUNT_H

#include <stdbool.h>
#include <sys/socket.h>

#include "bridge/classes/items.h"
#include "bridge/config.h"
#include "bridge/fault.h"

struct request;
struct sender;
struct store;

struct account {
	const char *login;   /* user@domain, lower case: key of all state */
	const char *local, *domain;
	const char *address; /* the account's mail address */
	const char *upstream_user, *password;
	const struct domain_config *config;
	bool is_proved_now;  /* the mail server accepted the password during this request */
};

/* Who the Authorization header says it is: Basic, UTF-8 else ISO-8859-1; user, user@domain,
 * DOMAIN\user.  Fills request->account; asks nobody.  DENIED: no or unreadable credentials. */
enum fault account_identify(struct request *request);

/* Proves the password: a fresh proof of the front, an open connection of the same password,
 * else a login upstream.  OK, DENIED, TRY_LATER. */
enum fault account_login(struct request *request);

/* The open store of a class, its arena set to the request's.  Opened on first use and kept.
 * DENIED, TRY_LATER; CANNOT: no backend for this class. */
enum fault account_store(struct request *request, enum item_class class, struct store **ret_store);

/* The same for submission. */
enum fault account_sender(struct request *request, struct sender **ret_sender);

/* The address of the mail server the account is connected to; false: not connected. */
bool account_peer(struct request *request, struct sockaddr_storage *ret_address);

/* Closes kept connections: those unused since store_idle seconds; all if all. */
void account_cache_trim(bool all);

#endif
