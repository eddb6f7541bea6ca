/* SPDX-License-Identifier: ISC */
/*
 * The state machine of a connection.  client_run is called for every event and does all it can:
 * each state has a step that tries to go on and says whether it got anywhere.  So nothing depends
 * on which event came, and nothing is waited for.  The steps that receive a request are in
 * reception.c.
 */
#include "bridge/front/client.h"

#include <stdlib.h>
#include <unistd.h>

#include "bridge/base/date.h"
#include "bridge/config.h"
#include "bridge/front/clients.h"
#include "bridge/front/dispatch.h"
#include "bridge/front/front.h"
#include "bridge/front/hold.h"
#include "bridge/front/intake.h"
#include "bridge/front/reception.h"

enum {
	BODY_GRACE = 10 * 1000,   /* ms before body_rate counts */
	ANSWER_GRACE = 60 * 1000, /* the same for a client that takes its answer slowly */
	WORK_GRACE = 30 * 1000,   /* ms beyond worker_timeout, when the parent should have acted */
	LINGER = 2 * 1000,
	LINGER_READS = 16,        /* a turn */
};

static struct front *
front_of(const struct client *client)
{
	return client->clients->front;
}

static void
deadline_at(struct client *client, int64_t at)
{
	deadline_set(&client->clients->deadlines, &client->deadline, at);
}

/* Lets go of the request: park, pool and the parts that were received. */
static void
request_clear(struct client *client)
{
	dispatch_leave(front_of(client), client);
	if (client->intake != NULL)
		intake_close(client->intake);
	free(client->intake);
	client->intake = NULL;
	free(client->head);
	client->head = NULL;
	hold_free(&client->hold);
}

static void
answer_drop(struct client *client)
{
	if (client->answer != NULL)
		answer_close(client->answer);
	free(client->answer);
	client->answer = NULL;
}

void
client_close(struct client *client)
{
	request_clear(client);
	answer_drop(client);
	buf_free(&client->in);
	if (client->armed != 0)
		event_del(&client->event);
	client->armed = 0;
	conn_close(&client->conn);
	clients_give_back(client->clients, client);
}

/* Events. */

static void
client_event(evutil_socket_t fd, short what, void *ctx)
{
	struct client *client = ctx;

	(void)fd;
	if (what == EV_CLOSED)
		client_close(client);
	else
		client_run(client);
}

static short
client_wants(const struct client *client)
{
	short wants = EV_READ;

	if (client->state != CLIENT_WORK && client->state != CLIENT_HELD)
		return client->conn.wants;
	if (client->deaf)
		wants = client->clients->sees_close ? EV_CLOSED : 0;
	if (client->answer != NULL && client->answer->out.len > 0)
		wants |= EV_WRITE;
	return wants;
}

static void
client_arm(struct client *client)
{
	short wants = client_wants(client);

	if (wants != client->armed) {
		if (client->armed != 0)
			event_del(&client->event);
		client->armed = 0;
		event_assign(&client->event, front_of(client)->base, client->conn.fd,
		    (short)(wants | EV_PERSIST), client_event, client);
		if (wants != 0 && event_add(&client->event, NULL) == 0)
			client->armed = wants;
	}
	/* What TLS has decrypted already makes no event. */
	if ((wants & EV_READ) && conn_pending(&client->conn))
		event_active(&client->event, EV_READ, 0);
}

/* Steps: true if the state has changed, so that there may be more to do. */

/* Bytes of a next request are kept; the end of the connection is noticed at once. */
static bool
step_listen(struct client *client)
{
	size_t room;

	if (client->answer != NULL &&
	    answer_write(client->answer, &client->conn) == ANSWER_FAILED) {
		client_close(client);
		return false;
	}
	while ((room = client->in.max - client->in.len) > 0) {
		ssize_t got = conn_read(&client->conn, client->clients->scratch,
		    room < CLIENTS_SCRATCH ? room : CLIENTS_SCRATCH);

		if (got == CONN_AGAIN)
			return false;
		if (got <= 0 || !buf_put(&client->in, client->clients->scratch, (size_t)got)) {
			client_close(client);
			return false;
		}
	}
	client->deaf = true;
	return false;
}

static void
answer_is_out(struct client *client)
{
	bool close = client->answer->close || front_of(client)->draining;

	answer_drop(client);
	client->deaf = false;
	if (close) {
		conn_finish(&client->conn);
		client->state = CLIENT_LINGER;
		deadline_at(client, now_ms() + LINGER);
		return;
	}
	client->state = CLIENT_HEAD;
	if (client->in.len > 0) {
		deadline_at(client, now_ms() + (int64_t)config->server.head_timeout * 1000);
		return;
	}
	buf_free(&client->in);
	clients_idle_add(client->clients, client);
	deadline_at(client, now_ms() + (int64_t)config->server.keepalive * 1000);
}

static bool
step_answer(struct client *client)
{
	switch (answer_write(client->answer, &client->conn)) {
	case ANSWER_DONE:
		answer_is_out(client);
		return true;
	case ANSWER_AGAIN:
		return false;
	case ANSWER_FAILED:
		break;
	}
	client_close(client);
	return false;
}

static bool
step_linger(struct client *client)
{
	for (unsigned i = 0; i < LINGER_READS; i++) {
		ssize_t got = conn_read(&client->conn, client->clients->scratch, CLIENTS_SCRATCH);

		if (got == CONN_AGAIN)
			return false;
		if (got <= 0) {
			client_close(client);
			return false;
		}
	}
	client->conn.wants = EV_READ;
	return false;
}

static bool
client_step(struct client *client)
{
	switch (client->state) {
	case CLIENT_PROXY:
		return reception_proxy(client);
	case CLIENT_HANDSHAKE:
		return reception_handshake(client);
	case CLIENT_HEAD:
		return reception_head(client);
	case CLIENT_BODY:
		return reception_body(client);
	case CLIENT_WORK:
	case CLIENT_HELD:
		return step_listen(client);
	case CLIENT_ANSWER:
		return step_answer(client);
	case CLIENT_LINGER:
		return step_linger(client);
	case CLIENT_FREE:
		break;
	}
	return false;
}

void
client_run(struct client *client)
{
	if (client->running)
		return;
	client->running = true;
	while (client_step(client))
		;
	client->running = false;
	if (client->state != CLIENT_FREE)
		client_arm(client);
}

/* Answers. */

/* True if the answer, or the rest of one that has begun, is ready to be written. */
static bool
answer_fill(struct client *client, const struct reply *reply)
{
	struct answer_style style = client->style;

	if (client->answer != NULL)
		return answer_end_stream(client->answer, reply, hold_skip(client->hold));
	client->answer = malloc(sizeof(*client->answer));
	if (client->answer == NULL) {
		if (reply->fd >= 0)
			close(reply->fd);
		return false;
	}
	style.keep_alive = style.keep_alive && !client->cut && !front_of(client)->draining;
	answer_init(client->answer);
	answer_put(client->answer, reply, &style);
	return true;
}

void
client_answer(struct client *client, const struct reply *reply)
{
	if (!answer_fill(client, reply)) {
		client_close(client);
		return;
	}
	request_clear(client);
	client->state = CLIENT_ANSWER;
	deadline_at(client, now_ms() + ANSWER_GRACE);
	client_run(client);
}

void
client_refuse(struct client *client, int status, const char *headers, const char *reason)
{
	struct reply reply = { .status = status, .content_type = admit_wbxml, .headers = headers,
		.fd = -1 };

	if (reason != NULL)
		dispatch_log(client, status, reason);
	client_answer(client, &reply);
}

/* Waiting for others. */

void
client_works(struct client *client)
{
	client->state = CLIENT_WORK;
	client->until = now_ms() + (int64_t)config->server.worker_timeout * 1000 + WORK_GRACE;
	deadline_at(client, client->until);
	client_run(client);
}

void
client_waits(struct client *client)
{
	client->state = CLIENT_HELD;
	deadline_clear(&client->clients->deadlines, &client->deadline);
	hold_free(&client->hold);
	if (client->in.len == 0)
		buf_free(&client->in);
	client_run(client);
}

static void
hold_wait(struct client *client)
{
	int64_t next = hold_next(client->hold);

	deadline_at(client, next < client->until ? next : client->until);
}

void
client_holds(struct client *client, struct hold *hold)
{
	if (client->hold != NULL) {
		hold_free(&hold); /* the first word counts */
		return;
	}
	client->hold = hold;
	hold_wait(client);
}

/* Deadlines. */

/* Slow is allowed, slower than the floor is not: how long such an amount may take. */
static int64_t
time_for(uint64_t bytes)
{
	return (int64_t)(bytes * 1000 / config->server.body_rate);
}

static void
expire_work(struct client *client)
{
	if (client->hold == NULL || now_ms() >= client->until) {
		client_refuse(client, 503, DISPATCH_RETRY, "no worker answered in time");
		return;
	}
	if (client->answer == NULL) {
		client->answer = malloc(sizeof(*client->answer));
		if (client->answer == NULL) {
			client_close(client);
			return;
		}
		answer_init(client->answer);
	}
	hold_speak(client->hold, client->answer, &client->style);
	hold_wait(client);
	client_run(client);
}

void
client_expire(struct client *client)
{
	int64_t now = now_ms(), until = now;

	if (client->state == CLIENT_BODY)
		until = client->intake->since + BODY_GRACE + time_for(client->intake->received);
	else if (client->state == CLIENT_ANSWER)
		until = client->answer->since + ANSWER_GRACE + time_for(client->answer->sent);
	if (until > now) {
		deadline_at(client, until);
	} else if (client->state == CLIENT_BODY) {
		client->cut = true;
		client_refuse(client, 408, "", "body too slow");
	} else if (client->state == CLIENT_WORK) {
		expire_work(client);
	} else {
		client_close(client);
	}
}
