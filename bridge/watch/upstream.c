/* SPDX-License-Identifier: ISC */
/*
 * A backend's watcher under the event loop.
 *
 * Connections are opened a few at a time, so that a mail server that comes back
 * does not meet all accounts at once; one that is lost is opened again after a
 * pause that doubles.  Subscriptions survive that: the watcher reads every
 * wanted folder's state anew after it has connected, and states are compared
 * with what each device has seen, so nothing that happened meanwhile is missed.
 * Process: watch.
 */
#include "bridge/watch/upstream.h"

#include <event2/event.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/backend.h"
#include "bridge/base/crypto.h"
#include "bridge/base/date.h"
#include "bridge/base/log.h"
#include "bridge/base/map.h"
#include "bridge/config.h"

enum {
	CONNECTING_MAX = 50,      /* logins under way at once */
	PAUSE_MIN_MS = 1000,
	PAUSE_MAX_MS = 60000,
	LINGER_MS = 120000,       /* a phone that was woken is back within seconds */
};

/* A folder somebody waits for, and how many. */
struct folder_use {
	struct folder_use *next;
	unsigned uses;
	char name[];
};

struct upstream {
	struct upstream *next_waiting;
	char *key, *account, *user, *password;
	const struct domain_config *domain;
	const struct store_ops *store;
	const struct url *url;
	struct sockaddr_storage address;
	bool has_address;
	struct watcher *watcher;
	struct event *io, *timer;
	int fd;
	short events;
	struct folder_use *folders;
	void *list;               /* the caller's subscriptions */
	unsigned holders;
	bool is_connecting;       /* counted in connecting */
	bool is_waiting;          /* in the queue for its turn to connect */
	int64_t pause_ms, reopen_at, close_at;
};

static struct {
	struct event_base *base;
	const struct upstream_ops *ops;
	struct map all;           /* by key */
	struct map hosts;         /* connections to each, as a number in the pointer */
	struct upstream *waiting, **waiting_end;
	unsigned connecting;
} role;

static void upstream_open(struct upstream *upstream);

void
upstream_start(struct event_base *base, const struct upstream_ops *ops)
{
	role.base = base;
	role.ops = ops;
	role.waiting_end = &role.waiting;
	map_init(&role.all, NULL);
	map_init(&role.hosts, NULL);
}

unsigned
upstream_count(void)
{
	return (unsigned)map_count(&role.all);
}

void **
upstream_list(struct upstream *upstream)
{
	return &upstream->list;
}

static void
timer_set(struct upstream *upstream, int64_t at_ms)
{
	int64_t wait = at_ms - now_ms();
	struct timeval tv;

	if (wait < 1)
		wait = 1;
	tv.tv_sec = wait / 1000;
	tv.tv_usec = wait % 1000 * 1000;
	event_add(upstream->timer, &tv);
}

static void
string_wipe(char *text)
{
	if (text)
		crypto_wipe(text, strlen(text));
	free(text);
}

/* The connection goes; folders and subscriptions stay. */
static void
upstream_shut(struct upstream *upstream)
{
	if (upstream->io)
		event_free(upstream->io);
	upstream->io = NULL;
	if (upstream->watcher)
		upstream->watcher->ops->close(&upstream->watcher);
	if (upstream->is_connecting)
		role.connecting--;
	upstream->is_connecting = false;
}

/* --- the queue of those that may not connect yet --- */

static void
waiting_push(struct upstream *upstream)
{
	upstream->is_waiting = true;
	upstream->next_waiting = NULL;
	*role.waiting_end = upstream;
	role.waiting_end = &upstream->next_waiting;
}

static struct upstream *
waiting_pop(void)
{
	struct upstream *first = role.waiting;

	if (!first)
		return NULL;
	role.waiting = first->next_waiting;
	if (!role.waiting)
		role.waiting_end = &role.waiting;
	first->is_waiting = false;
	return first;
}

static void
waiting_remove(struct upstream *upstream)
{
	struct upstream **at = &role.waiting;

	while (upstream->is_waiting && *at && *at != upstream)
		at = &(*at)->next_waiting;
	if (!upstream->is_waiting || !*at)
		return;
	*at = upstream->next_waiting;
	if (!*at)
		role.waiting_end = at;
	upstream->is_waiting = false;
}

static void
next_connect(void)
{
	struct upstream *next;

	while (role.connecting < CONNECTING_MAX && (next = waiting_pop()))
		upstream_open(next);
}

static uintptr_t
host_count(const char *host, intptr_t change)
{
	uintptr_t n = (uintptr_t)map_get(&role.hosts, host) + (uintptr_t)change;

	if (change)
		map_put(&role.hosts, host, (void *)n);
	return n;
}

static void
upstream_free(struct upstream *upstream)
{
	if (upstream->key && map_get(&role.all, upstream->key) == upstream) {
		map_remove(&role.all, upstream->key);
		host_count(upstream->url->host, -1);
	}
	waiting_remove(upstream);
	upstream_shut(upstream);
	while (upstream->folders) {
		struct folder_use *folder = upstream->folders;

		upstream->folders = folder->next;
		free(folder);
	}
	if (upstream->timer)
		event_free(upstream->timer);
	string_wipe(upstream->password);
	free(upstream->account);
	free(upstream->user);
	free(upstream->key);
	free(upstream);
}

static void
upstream_lost(struct upstream *upstream)
{
	bool is_refused = upstream->watcher &&
	    upstream->watcher->ops->fault(upstream->watcher) == DENIED;

	upstream_shut(upstream);
	if (is_refused) {
		role.ops->refused(upstream);
		upstream_free(upstream);
	} else {
		upstream->pause_ms = upstream->pause_ms ? upstream->pause_ms * 2 : PAUSE_MIN_MS;
		if (upstream->pause_ms > PAUSE_MAX_MS)
			upstream->pause_ms = PAUSE_MAX_MS;
		upstream->reopen_at = now_ms() + upstream->pause_ms + rand() % 1000;
		timer_set(upstream, upstream->reopen_at);
	}
	next_connect();
}

static void on_io(evutil_socket_t fd, short what, void *ctx);

/* The watcher may have another descriptor by now, or want other events. */
static void
io_arm(struct upstream *upstream)
{
	int fd = upstream->watcher->ops->fd(upstream->watcher);
	short wants = upstream->watcher->ops->events(upstream->watcher);
	short events = (short)(EV_PERSIST | (wants & POLLIN ? EV_READ : 0) |
	    (wants & POLLOUT ? EV_WRITE : 0));

	if (upstream->io && fd == upstream->fd && events == upstream->events)
		return;
	if (upstream->io)
		event_free(upstream->io);
	upstream->io = fd < 0 ? NULL : event_new(role.base, fd, events, on_io, upstream);
	upstream->fd = fd;
	upstream->events = events;
	if (upstream->io)
		event_add(upstream->io, NULL);
}

/* After each step of the watcher: still there, logged in by now, to be called again when? */
static void
settle(struct upstream *upstream, bool is_alive)
{
	int64_t next = 0, now = now_ms();

	if (!is_alive || !upstream->watcher->ops->tick(upstream->watcher, now, &next)) {
		upstream_lost(upstream);
		return;
	}
	if (upstream->is_connecting &&
	    strcmp(upstream->watcher->ops->mode(upstream->watcher), "none")) {
		upstream->is_connecting = false;
		upstream->pause_ms = 0;
		role.connecting--;
		next_connect();
	}
	io_arm(upstream);
	if (!upstream->holders && upstream->close_at < next)
		next = upstream->close_at;
	timer_set(upstream, next);
}

static void
on_io(evutil_socket_t fd, short what, void *ctx)
{
	struct upstream *upstream = ctx;

	(void)fd;
	(void)what;
	settle(upstream, upstream->watcher->ops->ready(upstream->watcher));
}

static void
on_timer(evutil_socket_t fd, short what, void *ctx)
{
	struct upstream *upstream = ctx;
	int64_t now = now_ms();

	(void)fd;
	(void)what;
	if (!upstream->holders && now >= upstream->close_at)
		upstream_free(upstream);
	else if (upstream->watcher)
		settle(upstream, true);
	else if (now >= upstream->reopen_at)
		upstream_open(upstream);
	else
		timer_set(upstream, upstream->reopen_at);
}

static void
on_state(void *ctx, const char *folder, const struct stamp *stamp)
{
	role.ops->state(ctx, folder, stamp);
}

static void
upstream_open(struct upstream *upstream)
{
	static const struct stamp none;
	struct login login = {
		.url = upstream->url, .domain = upstream->domain, .account = upstream->account,
		.user = upstream->user, .password = upstream->password,
	};

	if (upstream->is_waiting)
		return;
	if (role.connecting >= CONNECTING_MAX) {
		waiting_push(upstream);
		return;
	}
	upstream->is_connecting = true;
	role.connecting++;
	upstream->watcher = upstream->store->watch->open(&login, upstream->has_address ?
	    (const struct sockaddr *)&upstream->address : NULL, on_state, upstream);
	if (!upstream->watcher) {
		upstream_lost(upstream);
		return;
	}
	for (struct folder_use *folder = upstream->folders; folder; folder = folder->next)
		upstream->watcher->ops->want(upstream->watcher, folder->name, &none);
	settle(upstream, upstream->watcher->ops->ready(upstream->watcher));
}

/* --- finding and making --- */

/* Devices of one account share a connection if they have the same password. */
static char *
key_make(const struct ipc_subscribe *message)
{
	char digest[2 * SHA256_SIZE + 1];
	char *key;

	crypto_sha256_hex(message->password, strlen(message->password), digest);
	if (asprintf(&key, "%s\n%s\n%s\n%s", message->account, message->login, message->store,
	    digest) < 0)
		return NULL;
	return key;
}

static bool
strings_copy(struct upstream *upstream, const struct ipc_subscribe *message)
{
	upstream->key = key_make(message);
	upstream->account = strdup(message->account);
	upstream->user = strdup(message->login);
	upstream->password = strdup(message->password);
	if (message->address.len == sizeof(upstream->address)) {
		memcpy(&upstream->address, message->address.data, sizeof(upstream->address));
		upstream->has_address = true;
	}
	return upstream->key && upstream->account && upstream->user && upstream->password;
}

static struct upstream *
upstream_new(const struct ipc_subscribe *message)
{
	const char *at = strrchr(message->account, '@');
	const struct domain_config *domain = config_domain(config, at ? at + 1 : "");
	const struct url *url;
	const struct store_ops *store = backend_by_name(domain, message->store, &url);
	struct upstream *upstream;

	if (!store || !store->watch)
		return NULL;
	if (host_count(url->host, 0) >= (unsigned)config->server.upstream_max) {
		log_event(LEVEL_WARN, NULL, "watch-full", "host=%s", url->host);
		return NULL;
	}
	upstream = calloc(1, sizeof(*upstream));
	if (!upstream)
		return NULL;
	upstream->domain = domain;
	upstream->store = store;
	upstream->url = url;
	upstream->timer = evtimer_new(role.base, on_timer, upstream);
	if (upstream->timer && strings_copy(upstream, message) &&
	    map_put(&role.all, upstream->key, upstream)) {
		host_count(url->host, 1);
		return upstream;
	}
	upstream_free(upstream);
	return NULL;
}

struct upstream *
upstream_get(const struct ipc_subscribe *message)
{
	char *key = key_make(message);
	struct upstream *upstream = key ? map_get(&role.all, key) : NULL;

	free(key);
	if (upstream)
		return upstream;
	upstream = upstream_new(message);
	/* opened at the next turn of the loop, when its folders are known */
	if (upstream)
		timer_set(upstream, 0);
	return upstream;
}

void
upstream_hold(struct upstream *upstream)
{
	upstream->holders++;
}

void
upstream_release(struct upstream *upstream)
{
	if (--upstream->holders)
		return;
	upstream->close_at = now_ms() + LINGER_MS;
	if (upstream->watcher)
		timer_set(upstream, upstream->close_at);
}

void
upstream_want(struct upstream *upstream, const char *folder, const struct stamp *stamp)
{
	struct folder_use *use = upstream->folders;
	size_t size = strlen(folder) + 1;

	while (use && strcmp(use->name, folder))
		use = use->next;
	if (!use) {
		use = calloc(1, sizeof(*use) + size);
		if (!use)
			return;
		memcpy(use->name, folder, size);
		use->next = upstream->folders;
		upstream->folders = use;
	}
	use->uses++;
	if (!upstream->watcher)
		return;
	upstream->watcher->ops->want(upstream->watcher, folder, stamp);
	timer_set(upstream, 0);
}

void
upstream_unwant(struct upstream *upstream, const char *folder)
{
	for (struct folder_use **at = &upstream->folders; *at; at = &(*at)->next) {
		struct folder_use *use = *at;

		if (strcmp(use->name, folder) || --use->uses)
			continue;
		*at = use->next;
		if (upstream->watcher)
			upstream->watcher->ops->unwant(upstream->watcher, folder);
		free(use);
		return;
	}
}

void
upstream_close_all(void)
{
	const struct map_entry *entry;
	uint32_t cursor = 0;

	while ((entry = map_next(&role.all, &cursor)))
		upstream_free(entry->value);
	map_free(&role.all);
	map_free(&role.hosts);
}
