/* SPDX-License-Identifier: ISC */
/*
 * A request that will be refused is read to its end if that is near, because a client that is still
 * sending may never see an answer; else it is answered at once and the connection closed with care
 * (CLIENT_LINGER).
 */
#include "bridge/front/reception.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "bridge/base/date.h"
#include "bridge/base/log.h"
#include "bridge/base/proxy.h"
#include "bridge/config.h"
#include "bridge/front/client.h"
#include "bridge/front/clients.h"
#include "bridge/front/dispatch.h"
#include "bridge/front/front.h"
#include "bridge/front/intake.h"
#include "bridge/front/job.h"
#include "bridge/front/tls.h"

enum {
	DROP_MAX = 64 * 1024,     /* bytes of a refused request that are read and dropped */
	BODY_TURN = 1024 * 1024,  /* bytes received before others get their turn */
	BODY_GRACE = 10 * 1000,   /* ms; client_expire then asks for the rate */
};

static const char interim_text[] = "HTTP/1.1 100 Continue\r\n\r\n";

static bool
close_it(struct client *client)
{
	client_close(client);
	return false;
}

static bool
is_trusted(const struct sockaddr_storage *address)
{
	return nets_contain(&config->server.trusted_proxies, (const struct sockaddr *)address);
}

/* Takes n bytes, which are known to be there, from the socket. */
static bool
socket_take(struct client *client, uint8_t *data, size_t n)
{
	return recv(client->conn.fd, data, n, 0) == (ssize_t)n;
}

static bool
proxy_refuse(struct client *client, const char *reason)
{
	char peer[INET6_ADDRSTRLEN];

	proxy_address_text((const struct sockaddr *)&client->peer, peer, sizeof(peer));
	log_event(LEVEL_WARN, NULL, "proxy-refused", "peer=%s reason=%s", peer, reason);
	return close_it(client);
}

/* What follows the header may belong to TLS, so bytes are looked at before they are taken: a part
 * of a header whole, the last part up to its end. */
bool
reception_proxy(struct client *client)
{
	uint8_t *data = client->clients->scratch;
	size_t before = client->in.len;
	struct proxy_head head;
	enum http_result result;
	ssize_t got;

	client->conn.wants = EV_READ;
	got = recv(client->conn.fd, data + before, LIMIT_PROXY_HEAD - before, MSG_PEEK);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (got <= 0)
		return close_it(client);
	if (!is_trusted(&client->peer))
		return proxy_refuse(client, "not-in-trusted_proxies");
	if (before > 0)
		memcpy(data, client->in.data, before);
	result = proxy_head_parse(data, before + (size_t)got, &head);
	if (result == HTTP_BAD)
		return proxy_refuse(client, "no-PROXY-header");
	if (result == HTTP_MORE)
		return (socket_take(client, data, (size_t)got) &&
		    buf_put(&client->in, data, (size_t)got)) || close_it(client);
	if (!socket_take(client, data, head.size - before))
		return close_it(client);
	buf_free(&client->in);
	if (!head.local)
		client->peer = head.source;
	client->state = client->tls ? CLIENT_HANDSHAKE : CLIENT_HEAD;
	return true;
}

bool
reception_handshake(struct client *client)
{
	SSL_CTX *context = tls_context(client->clients->front->tls);
	int result;

	if (client->conn.ssl == NULL &&
	    (context == NULL || !conn_start_tls(&client->conn, context)))
		return close_it(client);
	result = conn_handshake(&client->conn);
	if (result == CONN_AGAIN)
		return false;
	if (result != 1)
		return close_it(client);
	client->state = CLIENT_HEAD;
	return true;
}

/* Where a request comes from. */

struct origin {
	char peer[INET6_ADDRSTRLEN];
	bool encrypted;
};

static struct origin
origin_find(const struct client *client, const struct http_head *head)
{
	const struct nets *nets = &config->server.trusted_proxies;
	const char *forwarded = http_field(head, "X-Forwarded-For");
	const char *scheme = http_field(head, "X-Forwarded-Proto");
	struct sockaddr_storage source = client->peer;
	struct origin origin = { .encrypted = client->tls };

	if (is_trusted(&client->peer)) {
		if (forwarded != NULL)
			(void)proxy_forwarded(forwarded, nets->list, nets->n, &source);
		if (scheme != NULL && strcasecmp(scheme, "https") == 0)
			origin.encrypted = true;
	}
	proxy_address_text((const struct sockaddr *)&source, origin.peer, sizeof(origin.peer));
	return origin;
}

/* The head. */

static void
say(struct client *client, const struct admit *refusal)
{
	struct reply reply = {
		.status = refusal->status,
		.content_type = refusal->content_type,
		.headers = refusal->headers,
		.data = refusal->body,
		.len = strlen(refusal->body),
		.fd = -1,
	};

	client_answer(client, &reply);
}

/* A refusal that is more than the daily business of phones. */
static void
refusal_log(struct client *client, const struct admit *refusal)
{
	struct front *front = client->clients->front;

	if (refusal->status == 413)
		dispatch_log(client, 413, refusal->reason);
	else if (refusal->status != 200)
		log_event(LEVEL_DEBUG, client->id, "refused", "http=%d reason=\"%s\"",
		    refusal->status, refusal->reason);
	if (refusal->status != 403 || front->plain_told)
		return;
	front->plain_told = true;
	log_event(LEVEL_WARN, client->id, "plain-password-refused",
	    "hint=\"use tls, a trusted proxy or allow_plain_auth\"");
}

/* False: no memory. */
static bool
request_begin(struct client *client, struct http_head *head)
{
	struct origin origin = origin_find(client, head);
	struct admit_rules rules = {
		.encrypted = origin.encrypted,
		.near = client->near,
		.allow_plain = config->domains[0].allow_plain_auth,
		.max_body = config->server.max_body,
	};
	struct job_facts facts = { client->serial, client->id, origin.peer, origin.encrypted };

	client->refusal = admit_request(head, &rules);
	client->intake = malloc(sizeof(*client->intake));
	if (client->intake == NULL)
		return false;
	intake_begin(client->intake, head,
	    client->refusal.status == 0 ? rules.max_body : DROP_MAX, client->refusal.status != 0);
	if (client->refusal.status != 0) {
		refusal_log(client, &client->refusal);
		return true;
	}
	client->job = job_new(head, &facts);
	return client->job != NULL;
}

static bool
has_body(const struct http_head *head)
{
	return head->chunked || head->content_length > 0;
}

/* A complete head. */
static bool
head_done(struct client *client)
{
	struct http_head *head = client->head;
	bool expects, is_long;

	client->style = (struct answer_style) { .minor = head->minor,
		.keep_alive = head->keep_alive, .no_body = strcmp(head->method, "HEAD") == 0 };
	if (!request_begin(client, head))
		return close_it(client);
	expects = head->expect_continue && head->minor > 0 && has_body(head);
	is_long = head->content_length > DROP_MAX;
	buf_consume(&client->in, head->size);
	free(client->head);
	client->head = NULL;
	if (client->refusal.status != 0 && (expects || is_long)) {
		client->cut = true;
		say(client, &client->refusal);
		return true;
	}
	client->state = CLIENT_BODY;
	if (expects && client->in.len == 0)
		client->interim = sizeof(interim_text) - 1;
	deadline_set(&client->clients->deadlines, &client->deadline, now_ms() + BODY_GRACE);
	return true;
}

/* Looks at what has come so far. */
static enum http_result
head_look(struct client *client)
{
	if (client->head == NULL) {
		client->head = malloc(sizeof(*client->head));
		if (client->head == NULL)
			return HTTP_BAD;
		http_head_init(client->head);
		client->serial = clients_serial(client->clients, client);
		front_new_id(client->clients->front, client->id);
	}
	return http_head_parse(client->head, (char *)client->in.data, client->in.len);
}

static bool
head_bad(struct client *client)
{
	const char *reason;

	if (client->head == NULL)
		return close_it(client);
	client->style = (struct answer_style) { .minor = 1 };
	client->cut = true;
	reason = client->head->reason;
	client_refuse(client, client->head->status, "", reason);
	return true;
}

/* Bytes came: the clock of a head runs from its first one. */
static bool
head_keep(struct client *client, size_t got)
{
	if (client->idle) {
		clients_idle_remove(client->clients, client);
		deadline_set(&client->clients->deadlines, &client->deadline,
		    now_ms() + (int64_t)config->server.head_timeout * 1000);
	}
	return buf_put(&client->in, client->clients->scratch, got);
}

bool
reception_head(struct client *client)
{
	for (;;) {
		enum http_result result = client->in.len > 0 ? head_look(client) : HTTP_MORE;
		size_t room = client->in.max - client->in.len;
		ssize_t got;

		if (result == HTTP_DONE)
			return head_done(client);
		if (result == HTTP_BAD)
			return head_bad(client);
		got = conn_read(&client->conn, client->clients->scratch, room);
		if (got == CONN_AGAIN)
			return false;
		if (got <= 0 || !head_keep(client, (size_t)got))
			return close_it(client);
	}
}

/* The body. */

/* False: not all of it could be written yet. */
static bool
interim_write(struct client *client)
{
	while (client->interim > 0) {
		const char *at = interim_text + sizeof(interim_text) - 1 - client->interim;
		ssize_t put = conn_write(&client->conn, at, client->interim);

		if (put <= 0)
			return put != CONN_AGAIN && close_it(client);
		client->interim = (uint8_t)(client->interim - put);
	}
	return true;
}

static void
body_done(struct client *client)
{
	if (client->refusal.status != 0) {
		say(client, &client->refusal);
		return;
	}
	job_set_body(client->job, &client->intake->body);
	intake_close(client->intake);
	free(client->intake);
	client->intake = NULL;
	dispatch_request(client->clients->front, client);
}

static void
body_end(struct client *client, enum intake_result result)
{
	if (result == INTAKE_DONE) {
		body_done(client);
		return;
	}
	client->cut = true;
	if (client->refusal.status != 0)
		say(client, &client->refusal);
	else if (result == INTAKE_TOO_BIG)
		client_refuse(client, 413, "", "body over max_body");
	else if (result == INTAKE_NO_ROOM)
		client_refuse(client, 503, DISPATCH_RETRY, "no room for the body");
	else
		client_refuse(client, 400, "", "broken chunked body");
}

/* What was received together with the head. */
static enum intake_result
body_from_ahead(struct client *client)
{
	enum intake_result result;
	size_t used = 0;

	if (intake_is_done(client->intake))
		return INTAKE_DONE;
	if (client->in.len == 0)
		return INTAKE_MORE;
	result = intake_feed(client->intake, client->in.data, client->in.len, &used);
	buf_consume(&client->in, used);
	return result;
}

bool
reception_body(struct client *client)
{
	uint8_t *data = client->clients->scratch;
	enum intake_result result;
	size_t turn = 0;

	if (!interim_write(client))
		return false;
	result = body_from_ahead(client);
	while (result == INTAKE_MORE && turn < BODY_TURN) {
		ssize_t got = conn_read(&client->conn, data,
		    intake_wants(client->intake, CLIENTS_SCRATCH));
		size_t used = 0;

		if (got == CONN_AGAIN)
			return false;
		if (got <= 0)
			return close_it(client);
		turn += (size_t)got;
		result = intake_feed(client->intake, data, (size_t)got, &used);
		if (result == INTAKE_DONE && !buf_put(&client->in, data + used, (size_t)got - used))
			return close_it(client);
	}
	if (result == INTAKE_MORE) {
		client->conn.wants = EV_READ;
		return false;
	}
	body_end(client, result);
	return true;
}
