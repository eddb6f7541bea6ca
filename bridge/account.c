/* SPDX-License-Identifier: ISC */
/*
 * Logins and kept connections.  The front remembers for a while that a password
 * was accepted or refused, so most requests ask nobody; what is asked is the
 * mail server itself, by logging in, and the connection made for it is kept for
 * the next request of the same account and the same password.  Worker.
 */
#include "bridge/account.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bridge/backend.h"
#include "bridge/base/arena.h"
#include "bridge/base/codec.h"
#include "bridge/base/crypto.h"
#include "bridge/base/date.h"
#include "bridge/base/limits.h"
#include "bridge/ipc.h"
#include "bridge/request.h"
#include "bridge/send.h"
#include "bridge/store.h"

enum { AUTHORIZATION_MAX = 2048, KEPT_MAX = 1024 };

/* A connection kept for later requests.  The digest of the password is keyed with
 * random bytes of this process. */
struct kept {
	const void *ops;
	char *login;
	uint8_t password[SHA256_SIZE];
	struct store *store;
	struct sender *sender;
	int64_t used_ms;
};

static struct {
	struct kept list[KEPT_MAX];
	unsigned n;
	uint8_t key[SHA256_SIZE];
	bool has_key;
} cache;

static void
password_digest(const struct account *account, uint8_t ret_digest[SHA256_SIZE])
{
	if (!cache.has_key)
		crypto_random(cache.key, sizeof(cache.key));
	cache.has_key = true;
	crypto_hmac((struct crypto_key){ cache.key, sizeof(cache.key) }, account->password,
	    strlen(account->password), ret_digest);
}

static void
kept_drop(unsigned at)
{
	struct kept *kept = &cache.list[at];

	if (kept->store)
		kept->store->ops->close(&kept->store);
	if (kept->sender)
		kept->sender->ops->close(&kept->sender);
	free(kept->login);
	crypto_wipe(kept->password, sizeof(kept->password));
	cache.list[at] = cache.list[--cache.n];
}

void
account_cache_trim(bool all)
{
	int64_t oldest = now_ms() - (int64_t)config->server.store_idle * 1000;

	for (unsigned i = cache.n; i-- > 0;)
		if (all || cache.list[i].used_ms < oldest)
			kept_drop(i);
}

static bool
kept_is_alive(struct kept *kept)
{
	if (kept->store)
		return kept->store->ops->is_alive(kept->store);
	return kept->sender && kept->sender->ops->is_alive(kept->sender);
}

/* The kept connection of this account to that backend.  One of another password
 * stays: its owner may be another device that still has the right one. */
static struct kept *
kept_find(const struct account *account, const void *ops)
{
	uint8_t digest[SHA256_SIZE];

	password_digest(account, digest);
	for (unsigned i = 0; i < cache.n; i++) {
		struct kept *kept = &cache.list[i];

		if (kept->ops != ops || strcmp(kept->login, account->login) ||
		    !crypto_equal(kept->password, digest, sizeof(digest)))
			continue;
		if (kept_is_alive(kept))
			return kept;
		kept_drop(i);
		return NULL;
	}
	return NULL;
}

static void
kept_make_room(void)
{
	unsigned oldest = 0;
	unsigned most = (unsigned)config->server.worker_stores;

	if (cache.n < most && cache.n < KEPT_MAX)
		return;
	for (unsigned i = 1; i < cache.n; i++)
		if (cache.list[i].used_ms < cache.list[oldest].used_ms)
			oldest = i;
	kept_drop(oldest);
}

static struct kept *
kept_add(const struct account *account, const void *ops)
{
	struct kept *kept;

	kept_make_room();
	kept = &cache.list[cache.n++];
	*kept = (struct kept){ .ops = ops, .login = strdup(account->login) };
	if (!kept->login)
		abort();
	password_digest(account, kept->password);
	return kept;
}

static struct login
login_of(const struct request *request, const struct url *url, const char *user)
{
	return (struct login){
		.url = url,
		.domain = request->account->config,
		.account = request->account->login,
		.user = user,
		.password = request->account->password,
		.request_id = request->id,
	};
}

enum fault
account_store(struct request *request, enum item_class class, struct store **ret_store)
{
	struct account *account = request->account;
	const struct url *url;
	const struct store_ops *ops = backend_for_class(account->config, class, &url);
	struct kept *kept;

	if (!ops)
		return CANNOT;
	kept = kept_find(account, ops);
	if (!kept) {
		struct login login = login_of(request, url, account->upstream_user);
		struct store *store;
		enum fault fault = ops->open(&login, &store);

		if (fault != OK)
			return fault;
		account->is_proved_now = true;
		kept = kept_add(account, ops);
		kept->store = store;
	}
	kept->used_ms = now_ms();
	kept->store->arena = request->arena;
	*ret_store = kept->store;
	return OK;
}

static const char *template_fill(const struct account *account, struct arena *arena,
    const char *template);

enum fault
account_sender(struct request *request, struct sender **ret_sender)
{
	struct account *account = request->account;
	const char *template = account->config->smtp_login;
	const struct url *url;
	const struct send_ops *ops = backend_for_sending(account->config, &url);
	struct kept *kept;

	if (!ops)
		return CANNOT;
	kept = kept_find(account, ops);
	if (!kept) {
		struct login login = login_of(request, url, *template ?
		    template_fill(account, request->arena, template) : account->upstream_user);
		struct sender *sender;
		enum fault fault = ops->open(&login, &sender);

		if (fault != OK)
			return fault;
		kept = kept_add(account, ops);
		kept->sender = sender;
	}
	kept->used_ms = now_ms();
	kept->sender->arena = request->arena;
	*ret_sender = kept->sender;
	return OK;
}

bool
account_peer(struct request *request, struct sockaddr_storage *ret_address)
{
	const struct url *url;
	const struct store_ops *ops =
		backend_for_class(request->account->config, CLASS_EMAIL, &url);
	struct kept *kept = ops && ops->peer ? kept_find(request->account, ops) : NULL;

	return kept && ops->peer(kept->store, ret_address);
}

enum fault
account_login(struct request *request)
{
	struct store *store;

	if (request->ipc->proof == IPC_PROOF_ACCEPTED)
		return OK;
	if (request->ipc->proof == IPC_PROOF_REFUSED)
		return DENIED;
	return account_store(request, CLASS_EMAIL, &store);
}

/* --- who is it? --- */

/* %u user@domain (or the bare user where there is no domain), %n local part, %d domain. */
static const char *
template_fill(const struct account *account, struct arena *arena, const char *template)
{
	char *text = arena_strdup(arena, "");

	for (const char *at = template; *at; at++) {
		if (*at != '%' || !at[1])
			text = arena_printf(arena, "%s%c", text, *at);
		else if (*++at == 'u')
			text = arena_printf(arena, "%s%s", text, account->login);
		else if (*at == 'n')
			text = arena_printf(arena, "%s%s", text, account->local);
		else if (*at == 'd')
			text = arena_printf(arena, "%s%s", text, account->domain);
		else
			text = arena_printf(arena, "%s%c", text, *at);
	}
	return text;
}

/* "Basic <base64 of user:password>" to the decoded text, in UTF-8 (R37). */
static char *
basic_text(struct arena *arena, const char *authorization)
{
	const char *code = authorization + 5;
	size_t len = strlen(authorization), n;
	char *text;

	if (len > AUTHORIZATION_MAX || strncasecmp(authorization, "Basic", 5) || *code != ' ')
		return NULL;
	code += strspn(code, " ");
	text = arena_alloc(arena, len + 4);
	if (!base64_decode(code, strlen(code), text, &n) || memchr(text, 0, n))
		return NULL;
	text[n] = 0;
	return utf8_is_valid(text, n) ? text : utf8_from_latin1(arena, text, n);
}

static char *
lower(struct arena *arena, const char *text)
{
	char *copy = arena_strdup(arena, text);

	for (char *at = copy; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	return copy;
}

static bool
is_login_name(const char *name)
{
	if (!*name || strlen(name) > LIMIT_USER)
		return false;
	for (; *name; name++)
		if ((unsigned char)*name <= ' ' || *name == 0x7f)
			return false;
	return true;
}

/* Splits "DOMAIN\user", "\user", "user@domain", "user" (R36) into local part and domain. */
static void
split_name(struct account *account, struct arena *arena, char *name)
{
	char *backslash = strchr(name, '\\');
	char *at;

	account->domain = config->server.default_domain;
	if (backslash) {
		const struct domain_config *domain;

		*backslash = 0;
		domain = *name ? config_nt_domain(config, name) : NULL;
		if (domain && strcmp(domain->name, "*"))
			account->domain = domain->name;
		name = backslash + 1;
	}
	at = strrchr(name, '@');
	if (at) {
		*at = 0;
		account->domain = at + 1;
	}
	account->local = name;
	account->domain = lower(arena, account->domain);
}

enum fault
account_identify(struct request *request)
{
	struct account *account = arena_alloc(request->arena, sizeof(*account));
	char *text = basic_text(request->arena, request->ipc->authorization);
	char *colon = text ? strchr(text, ':') : NULL;

	if (!colon)
		return DENIED;
	*colon = 0;
	account->password = colon + 1;
	request->log.user = arena_strdup(request->arena, text);
	if (!is_login_name(text))
		return DENIED;
	split_name(account, request->arena, lower(request->arena, text));
	if (!is_login_name(account->local))
		return DENIED;
	account->login = *account->domain ? arena_printf(request->arena, "%s@%s", account->local,
	    account->domain) : account->local;
	account->config = config_domain(config, account->domain);
	account->upstream_user = template_fill(account, request->arena, account->config->login);
	account->address = template_fill(account, request->arena, account->config->address);
	request->account = account;
	request->log.user = account->login;
	return OK;
}
