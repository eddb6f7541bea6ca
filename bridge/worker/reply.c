/* SPDX-License-Identifier: ISC */
/*
 * Answers on their way to the front: headers, compression, what the front may
 * remember of the credentials, and the line in sync.log.  Process: worker.
 */
#include <string.h>

#include "bridge/account.h"
#include "bridge/base/arena.h"
#include "bridge/base/date.h"
#include "bridge/base/gzip.h"
#include "bridge/base/limits.h"
#include "bridge/base/stream.h"
#include "bridge/command.h"
#include "bridge/config.h"
#include "bridge/request.h"
#include "bridge/response.h"
#include "bridge/worker/worker.h"

enum { GZIP_MIN = 1024, GZIP_MAX = 16 * 1024 * 1024, HOLD_AFTER_MS = 10000,
	HOLD_EVERY_MS = 10000 };

/* The server's name that clients know: some switch features on it ([MS-ASHTTP] 2.2.2.1.1.2.4). */
#define SERVER_VERSION "14.3"

static const char *
headers_of(struct request *request, const struct response *response)
{
	struct arena *arena = request->arena;
	const char *text = "MS-Server-ActiveSync: " SERVER_VERSION "\r\nCache-Control: private\r\n";
	const char *versions = command_versions(arena);

	if (response->http == 401)
		return arena_printf(arena, "WWW-Authenticate: Basic realm=\"easbridge\"\r\n");
	if (response->version_headers || response->rp_header)
		text = arena_printf(arena, "%sMS-ASProtocolVersions: %s\r\n"
		    "MS-ASProtocolCommands: %s\r\n", text, versions, command_names(arena));
	if (response->rp_header)
		text = arena_printf(arena, "%sX-MS-RP: %s\r\n", text, versions);
	if (!strcmp(request->ipc->method, "OPTIONS"))
		text = arena_printf(arena, "%sAllow: OPTIONS,POST\r\nPublic: OPTIONS,POST\r\n"
		    "X-AspNet-Version: 4.0.30319\r\n", text); /* R22 */
	if (response->retry_after)
		text = arena_printf(arena, "%sRetry-After: %u\r\n", text, response->retry_after);
	return text;
}

static const char *
content_type_of(const struct response *response)
{
	return response->content_type ? response->content_type :
	    "application/vnd.ms-sync.wbxml";
}

/* Large WBXML answers shrink to a quarter; what is already a file stays one (R44). */
static const char *
compress(struct request *request, struct response *response, const char *headers)
{
	struct body small;

	if (!request->accepts_gzip || response->is_raw || body_len(&response->body) < GZIP_MIN ||
	    body_len(&response->body) > GZIP_MAX || request_age_ms(request) > RESPONSE_PATIENCE_MS)
		return headers;
	body_init(&small, request->arena, LIMIT_RESPONSE);
	if (!gzip_body(&response->body, &small) ||
	    body_len(&small) >= body_len(&response->body)) {
		body_close(&small);
		return headers;
	}
	body_close(&response->body);
	response->body = small;
	return arena_printf(request->arena, "%sContent-Encoding: gzip\r\n", headers);
}

/* What the front may remember: only what the mail server itself has just said. */
static enum ipc_proof
proof_of(const struct request *request, const struct response *response)
{
	if (response->http == 401 && request->account)
		return IPC_PROOF_REFUSED;
	if (request->account && request->account->is_proved_now)
		return IPC_PROOF_ACCEPTED;
	return IPC_PROOF_NONE;
}

static uint32_t
proof_seconds(enum ipc_proof proof)
{
	if (proof == IPC_PROOF_REFUSED)
		return (uint32_t)config->server.login_refused;
	return proof == IPC_PROOF_ACCEPTED ? (uint32_t)config->server.login_proof : 0;
}

static bool
answer_send(struct worker *worker, struct request *request, struct response *response)
{
	struct ipc_answer answer = {
		.serial = request->ipc->serial,
		.status = (uint32_t)response->http,
		.content_type = content_type_of(response),
		.headers = headers_of(request, response),
		.proof = proof_of(request, response),
	};
	const void *data = "";
	size_t len = 0;
	int fd = -1;

	answer.headers = compress(request, response, answer.headers);
	answer.proof_seconds = proof_seconds(answer.proof);
	answer.body_len = body_len(&response->body);
	if (answer.body_len > IPC_INLINE_MAX && response->body.fd < 0)
		body_spill(&response->body);
	fd = response->body.fd;
	if (fd < 0 && body_view(&response->body, &data, &len))
		answer.body = (struct ipc_data){ data, len };
	return ipc_send_answer(worker->front, &answer, &fd, fd >= 0);
}

static bool
park_send(struct worker *worker, struct request *request, struct response *response)
{
	struct account *account = request->account;
	struct sockaddr_storage address;
	struct ipc_watched *watched = arena_alloc(request->arena,
	    (response->n_watched + 1) * sizeof(*watched));
	struct ipc_park park = {
		.serial = request->ipc->serial,
		.deadline_ms = (uint64_t)response->deadline_ms,
		.latency_ms = (uint32_t)account->config->notification_latency * 1000,
		.device = arena_printf(request->arena, "%s/%s/%s", account->login,
		    request->device_id, request->command->name),
		.account = account->login,
		.login = account->upstream_user,
		.password = account->password,
		.store = response->store ? response->store : "",
		.proof = proof_of(request, response),
		.status = 200,
		.content_type = content_type_of(response),
		.headers = headers_of(request, response),
		.watched = { watched, response->n_watched },
	};
	const void *data;
	size_t len;

	if (account_peer(request, &address))
		park.address = (struct ipc_data){ &address, sizeof(address) };
	for (unsigned i = 0; i < response->n_watched; i++)
		watched[i] = (struct ipc_watched){ response->watched[i].folder,
		    { response->watched[i].stamp.bytes, response->watched[i].stamp.len } };
	park.proof_seconds = proof_seconds(park.proof);
	if (body_view(&response->body, &data, &len))
		park.body = (struct ipc_data){ data, len };
	return ipc_send_park(worker->front, &park, NULL, 0);
}

static void
log_line(struct request *request, const struct response *response)
{
	struct synclog *log = &request->log;

	log->http = response->http;
	log->ms = request_age_ms(request);
	log->up_ms = stream_waited_ms() - request->waited_before_ms;
	log->bytes_out = (int64_t)body_len(&response->body);
	if (response->verdict == PARK)
		log->event = request->rerun ? "parked-again" : "parked";
	if (response->http == 401) {
		log->event = "auth-failed";
		log->peer = request->ipc->peer;
	}
	synclog_write(log);
}

bool
reply_send(struct worker *worker, struct request *request, struct response *response)
{
	bool is_sent;

	if (response->verdict == PARK && response->n_watched <= IPC_WATCHED_MAX)
		is_sent = park_send(worker, request, response);
	else
		is_sent = answer_send(worker, request, response);
	log_line(request, response);
	return is_sent;
}

void
response_hold(struct request *request)
{
	/* prologue and a switch to the page that is on: a document that has not begun */
	static const char head[] = "\x03\x01\x6a\x00\x00\x00", pad[] = "\x00\x00";
	struct ipc_hold hold = {
		.serial = request->ipc->serial,
		.after_ms = HOLD_AFTER_MS,
		.every_ms = HOLD_EVERY_MS,
		.skip = 4,
		.content_type = "application/vnd.ms-sync.wbxml",
		.head = { head, 6 },
		.pad = { pad, 2 },
	};

	if (request->worker)
		ipc_send_hold(request->worker->front, &hold, NULL, 0);
}
