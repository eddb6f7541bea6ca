/* SPDX-License-Identifier: ISC */
/* Slots are linked by their place from 1; a serial is a counter and the slot. */
#include "bridge/front/clients.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <unistd.h>

#include "bridge/base/date.h"
#include "bridge/base/limits.h"
#include "bridge/base/proxy.h"
#include "bridge/config.h"
#include "bridge/front/client.h"
#include "bridge/front/front.h"
#include "bridge/front/tls.h"

enum {
	SLOT_BITS = 20,
	/* One head of the next request may come early; a PROXY header fits as well. */
	IN_MAX = LIMIT_HTTP_HEAD + LIMIT_PROXY_HEAD,
};

struct clients *
clients_new(struct front *front, uint32_t max)
{
	struct clients *clients = calloc(1, sizeof(*clients));

	if (clients == NULL)
		return NULL;
	clients->front = front;
	clients->max = max;
	clients->sees_close = event_base_get_features(front->base) & EV_FEATURE_EARLY_CLOSE;
	clients->table = calloc(max, sizeof(*clients->table));
	clients->scratch = malloc(CLIENTS_SCRATCH);
	if (!deadlines_init(&clients->deadlines, max) || clients->table == NULL ||
	    clients->scratch == NULL) {
		clients_free(&clients);
		return NULL;
	}
	return clients;
}

void
clients_free(struct clients **clients)
{
	if (*clients == NULL)
		return;
	for (uint32_t i = 0; i < (*clients)->used; i++) {
		if ((*clients)->table[i].state != CLIENT_FREE)
			client_close(&(*clients)->table[i]);
	}
	deadlines_free(&(*clients)->deadlines);
	free((*clients)->scratch);
	free((*clients)->table);
	free(*clients);
	*clients = NULL;
}

static struct client *
client_at(const struct clients *clients, uint32_t place)
{
	return place != 0 ? &clients->table[place - 1] : NULL;
}

static uint32_t
place_of(const struct clients *clients, const struct client *client)
{
	return (uint32_t)(client - clients->table) + 1;
}

/* Near: its word about who the phone is may be believed, or it is this machine. */
static bool
is_near(const struct sockaddr *peer)
{
	static const char *const own[] = { "127.0.0.0/8", "::1/128" };
	struct proxy_net net;

	if (peer->sa_family == AF_UNIX)
		return true;
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		if (proxy_net_parse(own[i], &net) && proxy_net_has(&net, peer))
			return true;
	}
	return nets_contain(&config->server.trusted_proxies, peer);
}

bool
clients_has_room(const struct clients *clients)
{
	return clients->n < clients->max || clients->oldest != 0;
}

static struct client *
slot_take(struct clients *clients)
{
	struct client *client;

	if (clients->n == clients->max && clients->oldest != 0)
		client_close(client_at(clients, clients->oldest));
	if (clients->n == clients->max)
		return NULL;
	client = client_at(clients, clients->free);
	if (client != NULL)
		clients->free = client->next;
	else
		client = &clients->table[clients->used++];
	clients->n++;
	*client = (struct client) { .clients = clients };
	return client;
}

static enum client_state
first_state(const struct arrival *arrival)
{
	if (arrival->proxy)
		return CLIENT_PROXY;
	return arrival->tls ? CLIENT_HANDSHAKE : CLIENT_HEAD;
}

bool
clients_accept(struct clients *clients, const struct arrival *arrival)
{
	struct client *client = slot_take(clients);
	int on = 1;

	if (client == NULL) {
		close(arrival->fd);
		return false;
	}
	conn_open(&client->conn, arrival->fd);
	(void)setsockopt(arrival->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	buf_init(&client->in, IN_MAX);
	client->tls = arrival->tls;
	client->proxy = arrival->proxy;
	client->peer = arrival->peer;
	client->near = is_near((const struct sockaddr *)&arrival->peer);
	client->state = first_state(arrival);
	client->serial = clients_serial(clients, client);
	deadline_set(&clients->deadlines, &client->deadline,
	    now_ms() + (int64_t)config->server.head_timeout * 1000);
	client_run(client);
	return true;
}

uint64_t
clients_serial(struct clients *clients, const struct client *client)
{
	return ++clients->counter << SLOT_BITS | (place_of(clients, client) - 1);
}

struct client *
clients_find(const struct clients *clients, uint64_t serial)
{
	uint64_t slot = serial & ((1u << SLOT_BITS) - 1);
	struct client *client = slot < clients->used ? &clients->table[slot] : NULL;

	if (client == NULL || client->state == CLIENT_FREE || client->serial != serial)
		return NULL;
	return client;
}

void
clients_idle_add(struct clients *clients, struct client *client)
{
	uint32_t place = place_of(clients, client);
	struct client *before = client_at(clients, clients->youngest);

	client->idle = true;
	client->next = 0;
	client->prev = clients->youngest;
	clients->youngest = place;
	if (before != NULL)
		before->next = place;
	else
		clients->oldest = place;
}

void
clients_idle_remove(struct clients *clients, struct client *client)
{
	struct client *next, *prev;

	if (!client->idle)
		return;
	next = client_at(clients, client->next);
	prev = client_at(clients, client->prev);
	if (prev != NULL)
		prev->next = client->next;
	else
		clients->oldest = client->next;
	if (next != NULL)
		next->prev = client->prev;
	else
		clients->youngest = client->prev;
	client->next = client->prev = 0;
	client->idle = false;
}

void
clients_close_idle(struct clients *clients)
{
	while (clients->oldest != 0)
		client_close(client_at(clients, clients->oldest));
}

void
clients_give_back(struct clients *clients, struct client *client)
{
	clients_idle_remove(clients, client);
	deadline_clear(&clients->deadlines, &client->deadline);
	client->state = CLIENT_FREE;
	client->next = clients->free;
	clients->free = place_of(clients, client);
	clients->n--;
}

int64_t
clients_run(struct clients *clients)
{
	struct deadline *due;

	while ((due = deadlines_due(&clients->deadlines, now_ms())) != NULL)
		client_expire((struct client *)(void *)due);
	return deadlines_next(&clients->deadlines);
}
