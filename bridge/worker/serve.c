/* SPDX-License-Identifier: ISC */
/*
 * One request from its message to its line in sync.log.  Process: worker.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "bridge/account.h"
#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "bridge/base/gzip.h"
#include "bridge/base/limits.h"
#include "bridge/base/log.h"
#include "bridge/base/stream.h"
#include "bridge/command.h"
#include "bridge/config.h"
#include "bridge/request.h"
#include "bridge/response.h"
#include "bridge/state/state.h"
#include "bridge/worker/quarantine.h"
#include "bridge/worker/worker.h"
#include "wbxml/text.h"

enum { RETRY_AFTER_S = 30 };

/* The request's body: inline bytes or a file. */
static void
take_body(struct ipc_message *message, struct request *request)
{
	struct ipc_request *ipc = &message->request;

	if (message->n_fds && message->fds[0] >= 0) {
		body_from_fd(&request->body, message->fds[0], ipc->body_len);
		message->fds[0] = -1;
	} else {
		body_from_memory(&request->body, ipc->body.data, ipc->body.len);
	}
}

/* The few clients that send compressed bodies. */
static enum fault
inflate_body(struct request *request)
{
	const void *data;
	size_t len;
	struct buf out;

	if (strcasecmp(request->ipc->content_encoding, "gzip"))
		return OK;
	buf_init_arena(&out, request->arena, config->server.max_body);
	if (!body_view(&request->body, &data, &len) || !gzip_inflate(data, len, &out)) {
		request->log.reason = "compressed body does not inflate";
		return BAD_INPUT;
	}
	body_close(&request->body);
	body_from_memory(&request->body, out.data, out.len);
	return OK;
}

static bool
buf_sink(void *buf, const void *data, size_t len)
{
	return buf_put(buf, data, len);
}

/* A decoded body for the log level wire; secrets and message text are masked. */
static void
wire_log(struct request *request, const char *direction, struct body *body)
{
	const void *data;
	size_t len;
	struct buf text;
	struct text_problem problem;
	struct text_options options = { .sink = { buf_sink, &text }, .one_line = true,
		.mask = TEXT_MASK_CONTENT, .text_max = 200 };

	if (!log_is_on(LEVEL_WIRE) || !body_len(body) || !body_view(body, &data, &len))
		return;
	if (len < 4 || memcmp((const char *)data + 1, "\x01\x6a", 2))
		return;
	buf_init_arena(&text, request->arena, LIMIT_RESPONSE);
	if (!text_print(data, len, &options, &problem))
		buf_puts(&text, "(does not decode further)");
	log_wire(request->id, direction, buf_str(&text));
}

static void
answer_options(struct request *request, struct response *response)
{
	enum fault fault = account_login(request);

	request->log.cmd = "OPTIONS";
	response_http(response, 200);
	response->version_headers = fault == OK;
	if (fault == DENIED) {
		response->http = 401;
	} else if (fault == CANNOT) {
		response->http = 403;
	} else if (fault != OK) {
		response->http = 503;
		response->retry_after = RETRY_AFTER_S;
	}
}

/* Devices that only try whether it works (AOSP, Samsung, MSRCA) leave nothing behind (R50). */
static bool
is_guest(const struct request *request)
{
	return request->device_id && !strcmp(request->device_id, "validate");
}

static bool
state_at_hand(struct worker *worker, struct request *request)
{
	if (!worker->state)
		state_open(config->server.state, &worker->state);
	request->state = is_guest(request) ? worker->guests : worker->state;
	return request->state != NULL;
}

static void
serve_request(struct worker *worker, struct request *request, struct response *response,
    enum fault parsed)
{
	enum fault fault = account_identify(request);

	if (parsed != OK) {
		response_http(response, 400);
	} else if (fault != OK) {
		response_http(response, 401);
	} else if (!strcmp(request->ipc->method, "OPTIONS")) {
		answer_options(request, response);
	} else if (!state_at_hand(worker, request)) {
		request->log.reason = "state not available";
		response_http(response, 503);
		response->retry_after = RETRY_AFTER_S;
	} else {
		command_run(request, response);
	}
}

bool
serve(struct worker *worker, struct ipc_message *message)
{
	struct request request;
	struct response response;
	enum fault fault;
	bool is_sent;

	arena_reset(worker->arena);
	fault = request_parse(&message->request, worker->arena, &request);
	request.worker = worker;
	request.waited_before_ms = stream_waited_ms();
	take_body(message, &request);
	if (fault == OK)
		fault = inflate_body(&request);
	response_init(&response, &request);
	wire_log(&request, "request", &request.body);
	serve_request(worker, &request, &response, fault);
	quarantine_clear();
	wire_log(&request, "answer", &response.body);
	is_sent = reply_send(worker, &request, &response);
	body_close(&request.body);
	body_close(&response.body);
	return is_sent;
}
