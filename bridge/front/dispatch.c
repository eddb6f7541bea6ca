/* SPDX-License-Identifier: ISC */
/*
 * Every function here looks its client up by serial: between a question to another process and
 * the answer the client may have gone.
 */
#include "bridge/front/dispatch.h"

#include <string.h>
#include <strings.h>

#include "bridge/base/codec.h"
#include "bridge/base/date.h"
#include "bridge/base/limits.h"
#include "bridge/base/log.h"
#include "bridge/front/client.h"
#include "bridge/front/clients.h"
#include "bridge/front/front.h"
#include "bridge/front/hold.h"
#include "bridge/front/proof.h"
#include "bridge/synclog.h"

void
dispatch_log(const struct client *client, int http, const char *reason)
{
	const struct job *job = client->job;

	synclog_write(&(struct synclog) {
		.id = client->id,
		.http = http,
		.ms = job != NULL && job->request.received_ms != 0
		    ? now_ms() - (int64_t)job->request.received_ms : -1,
		.up_ms = -1,
		.bytes_in = job != NULL ? (int64_t)body_len(&job->body) : -1,
		.bytes_out = 0,
		.reason = reason,
	});
}

/* The login name out of Basic credentials, for the log only; "" if there is none. */
static void
login_name(const char *authorization, char *ret_name, size_t size)
{
	uint8_t text[LIMIT_USER + LIMIT_PASSWORD + 1];
	const char *code = authorization + strcspn(authorization, " ");
	size_t n_code = strlen(code), len = 0;
	const uint8_t *colon;

	ret_name[0] = '\0';
	if (strncasecmp(authorization, "Basic ", 6) != 0 || n_code * 3 / 4 > sizeof(text) ||
	    !base64_decode(code, n_code, text, &len))
		return;
	colon = memchr(text, ':', len);
	if (colon != NULL && (size_t)(colon - text) < size) {
		memcpy(ret_name, text, (size_t)(colon - text));
		ret_name[colon - text] = '\0';
	}
	explicit_bzero(text, sizeof(text));
}

/* A password that was refused a moment ago is not tried again upstream. */
static void
refuse_login(struct client *client)
{
	char user[LIMIT_USER + 1];

	login_name(client->job->request.authorization, user, sizeof(user));
	synclog_write(&(struct synclog) {
		.id = client->id,
		.user = user,
		.http = 401,
		.ms = 0,
		.up_ms = 0,
		.bytes_in = (int64_t)body_len(&client->job->body),
		.reason = "refused lately",
		.event = "auth-failed",
		.peer = client->job->request.peer,
	});
	client_refuse(client, 401, "WWW-Authenticate: Basic realm=\"easbridge\"\r\n", NULL);
}

static void
submit(struct front *front, struct client *client)
{
	switch (pool_submit(front->pool, client->job)) {
	case POOL_TAKEN:
		client_works(client);
		break;
	case POOL_FULL:
		client_refuse(client, 503, DISPATCH_RETRY_CROWD, "queue full");
		break;
	case POOL_REFUSED:
		log_event(LEVEL_ERROR, client->id, "request-refused",
		    "reason=\"workers died over it\"");
		client_refuse(client, 503, DISPATCH_RETRY_HOUR, "workers died over it");
		break;
	}
}

void
dispatch_request(struct front *front, struct client *client)
{
	struct job *job = client->job;
	enum ipc_proof proof;

	proof_digest(front->proof, job->request.authorization, job->credentials);
	proof = proof_find(front->proof, job->credentials);
	if (proof == IPC_PROOF_REFUSED) {
		refuse_login(client);
		return;
	}
	job->request.proof = proof;
	submit(front, client);
}

void
dispatch_leave(struct front *front, struct client *client)
{
	park_drop(front->park, &client->record);
	if (client->job != NULL)
		pool_forget(front->pool, client->job);
	client->job = NULL;
}

/* Outcomes of the pool. */

/* The client whose request the job is; NULL: it has gone, and so has the job. */
static struct client *
client_of(struct front *front, struct job *job)
{
	struct client *client = clients_find(front->clients, job->request.serial);

	if (client != NULL && client->job == job)
		return client;
	job_free(&job);
	return NULL;
}

static void
on_answered(void *ctx, struct job *job, struct ipc_message *message)
{
	struct front *front = ctx;
	const struct ipc_answer *answer = &message->answer;
	struct reply reply = {
		.status = (int)answer->status,
		.content_type = answer->content_type,
		.headers = answer->headers,
		.data = answer->body.data,
		.len = answer->body.len,
		.fd = -1,
		.close = answer->close != 0,
	};
	struct client *client;

	proof_learn(front->proof, job->credentials, answer->proof, answer->proof_seconds);
	client = client_of(front, job);
	if (client == NULL)
		return;
	if (message->n_fds > 0) {
		reply.fd = message->fds[0];
		reply.fd_len = answer->body_len;
		message->fds[0] = -1;
	}
	client_answer(client, &reply);
}

static void
answer_canned(struct client *client, const struct park_canned *canned)
{
	struct reply reply = {
		.status = canned->status,
		.content_type = canned->content_type,
		.headers = canned->headers,
		.data = canned->body.data,
		.len = canned->body.len,
		.fd = -1,
	};

	client_answer(client, &reply);
}

/* What is too large to be kept, or has been answered in part already, does not wait. */
static bool
may_wait(const struct client *client)
{
	return client->answer == NULL && client->job->body.fd < 0 &&
	    body_len(&client->job->body) <= LIMIT_PARKED_REQUEST;
}

static void
on_parked(void *ctx, struct job *job, const struct ipc_park *message)
{
	struct front *front = ctx;
	struct park_canned canned = { (int)message->status, message->content_type,
		message->headers, message->body };
	struct client *client;
	enum park_result result = PARK_ENDED;

	proof_learn(front->proof, job->credentials, message->proof, message->proof_seconds);
	client = client_of(front, job);
	if (client == NULL)
		return;
	if (may_wait(client))
		result = park_add(front->park, message, job->request.received_ms, &client->record);
	switch (result) {
	case PARK_HELD:
		job_compact(job);
		client_waits(client);
		break;
	case PARK_FULL:
		client_refuse(client, 503, DISPATCH_RETRY_CROWD, "max_held reached");
		break;
	case PARK_ENDED:
		answer_canned(client, &canned);
		break;
	}
}

static void
on_holds(void *ctx, struct job *job, const struct ipc_hold *message)
{
	struct front *front = ctx;
	struct client *client = clients_find(front->clients, job->request.serial);
	struct hold *hold;

	if (client == NULL || client->job != job)
		return;
	hold = hold_new(message);
	if (hold != NULL)
		client_holds(client, hold);
}

static void
on_lost(void *ctx, struct job *job)
{
	struct client *client = client_of(ctx, job);

	if (client != NULL)
		client_refuse(client, 503, DISPATCH_RETRY, "worker died");
}

const struct pool_ops dispatch_pool_ops = { on_answered, on_parked, on_holds, on_lost };

/* Wishes of the park. */

static void
watch_is_gone(struct front *front)
{
	peer_close(&front->watch);
	park_watch_down(front->park);
}

static bool
on_subscribe(void *ctx, const struct ipc_subscribe *message)
{
	struct front *front = ctx;

	if (front->watch.end == NULL)
		return false;
	if (ipc_send_subscribe(front->watch.end, message, NULL, 0)) {
		peer_sent(&front->watch);
		return true;
	}
	log_event(LEVEL_WARN, NULL, "watch-unreachable", NULL);
	watch_is_gone(front);
	return false;
}

static void
on_unsubscribe(void *ctx, uint64_t id)
{
	struct front *front = ctx;

	if (front->watch.end == NULL)
		return;
	if (ipc_send_unsubscribe(front->watch.end, &(struct ipc_unsubscribe) { id }, NULL, 0))
		peer_sent(&front->watch);
}

static void
on_finish(void *ctx, uint64_t serial, const struct park_canned *canned)
{
	struct front *front = ctx;
	struct client *client = clients_find(front->clients, serial);

	if (client == NULL)
		return;
	client->record = PARK_NONE;
	answer_canned(client, canned);
}

static void
on_rerun(void *ctx, uint64_t serial)
{
	struct front *front = ctx;
	struct client *client = clients_find(front->clients, serial);

	if (client == NULL)
		return;
	client->job->request.rerun = 1;
	client->job->request.proof = proof_find(front->proof, client->job->credentials);
	submit(front, client);
}

const struct park_ops dispatch_park_ops = { on_subscribe, on_unsubscribe, on_finish, on_rerun };

/* The watch. */

void
dispatch_watch(void *ctx, struct ipc_message *message)
{
	struct front *front = ctx;

	if (message != NULL && message->type == IPC_CHANGED) {
		park_changed(front->park, &message->changed, false);
		return;
	}
	log_event(LEVEL_WARN, NULL, message == NULL ? "watch-gone" : "watch-breach", "held=%u",
	    park_count(front->park));
	watch_is_gone(front);
}

void
dispatch_old_watch(void *ctx, struct ipc_message *message)
{
	struct front *front = ctx;

	if (message != NULL && message->type == IPC_CHANGED)
		park_changed(front->park, &message->changed, true);
	else
		peer_close(&front->old_watch);
}

void
dispatch_watch_new(struct front *front, struct ipc_end *end)
{
	if (front->watch.end != NULL) {
		struct ipc_end *old = front->watch.end;

		front->watch.end = NULL; /* moves on: only its events end here */
		peer_close(&front->watch);
		peer_close(&front->old_watch);
		front->old_watch = (struct peer) { .space = front->peer_space,
			.fn = dispatch_old_watch, .ctx = front };
		(void)peer_open(&front->old_watch, front->base, old);
	}
	front->watch = (struct peer) { .space = front->peer_space, .fn = dispatch_watch,
		.ctx = front };
	if (peer_open(&front->watch, front->base, end))
		park_watch_up(front->park);
	else
		park_watch_down(front->park);
}
