/* SPDX-License-Identifier: ISC */
/* Requests through the worker's whole way.  Included by test programs. */
#include "tests/stage/stage.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/account.h"
#include "bridge/backend.h"
#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "bridge/base/date.h"
#include "bridge/command.h"
#include "bridge/config.h"
#include "bridge/ipc.h"
#include "bridge/request.h"
#include "bridge/state/state.h"
#include "tests/stage/store.h"
#include "wbxml/text.h"

static struct {
	struct state *state;
	struct state_ops ops; /* those of memory, with failing commits */
	unsigned fail_commit;
	int depth;
} stage;

/* --- in the place of backends/backends.c --- */

const struct store_ops *
backend_for_class(const struct domain_config *domain, enum item_class class,
    const struct url **ret_url)
{
	*ret_url = &domain->imap;
	return class == CLASS_EMAIL ? &stage_store_ops : NULL;
}

const struct send_ops *
backend_for_sending(const struct domain_config *domain, const struct url **ret_url)
{
	(void)domain;
	(void)ret_url;
	return NULL;
}

const struct store_ops *
backend_by_name(const struct domain_config *domain, const char *name, const struct url **ret_url)
{
	(void)domain;
	(void)name;
	(void)ret_url;
	return NULL;
}

/* --- state --- */

static enum fault
failing_commit(struct state *state)
{
	if (stage.fail_commit && !--stage.fail_commit) {
		state->ops->rollback(state);
		return TRY_LATER;
	}
	return memory_state_ops.commit(state);
}

static void
mistake(void *ctx, const char *file, int line, const char *key, const char *reason)
{
	(void)ctx;
	fprintf(stderr, "%s:%d: %s: %s\n", file, line, key, reason);
}

void
stage_open_state(void)
{
	static const char settings[] =
	    "[server]\nlisten = 127.0.0.1:8080 plain\nstate = memory:\n"
	    "[domain *]\nimap = imap://127.0.0.1\nsmtp = smtp://127.0.0.1\n";

	if (!config)
		config = config_parse(settings, sizeof(settings) - 1, "test", mistake, NULL);
	if (!config || memory_state_ops.open("", &stage.state) != OK)
		abort();
	stage.ops = memory_state_ops;
	stage.ops.commit = failing_commit;
	stage.state->ops = &stage.ops;
	stage.fail_commit = 0;
}

void
stage_close_state(void)
{
	account_cache_trim(true);
	memory_state_ops.close(&stage.state);
}

void
stage_fail_commit(unsigned nth)
{
	stage.fail_commit = nth;
}

/* --- asking --- */

static bool
put_buf(void *ctx, const void *data, size_t len)
{
	return buf_put(ctx, data, len);
}

static void
encode(const char *text, struct buf *out)
{
	struct text_input input = { .sink = { put_buf, out } };
	struct text_problem problem;

	if (!text || !*text)
		return;
	if (!text_parse(text, strlen(text), &input, &problem)) {
		fprintf(stderr, "%s\n^ at %zu: %s\n", text, problem.offset, problem.reason);
		abort();
	}
}

static char *
print(const void *data, size_t len)
{
	struct buf out;
	struct text_options options = { .sink = { put_buf, &out }, .one_line = true };
	struct text_problem problem;
	char *text;

	if (!len)
		return strdup("");
	buf_init(&out, 64 << 20);
	if (!text_print(data, len, &options, &problem)) {
		fprintf(stderr, "answer is no WBXML: %s\n", problem.reason);
		abort();
	}
	text = strdup(buf_str(&out));
	buf_free(&out);
	return text;
}

static struct told
told_make(struct response *response)
{
	struct told told = {
		.http = response->http, .verdict = response->verdict,
		.deadline_ms = response->deadline_ms, .n_watched = response->n_watched,
		.rp_header = response->rp_header,
	};
	const void *data;

	if (!body_view(&response->body, &data, &told.len))
		abort();
	told.data = malloc(told.len + 1);
	memcpy(told.data, data, told.len);
	told.text = print(told.data, told.len);
	return told;
}

static const char *
or(const char *text, const char *otherwise)
{
	return text ? text : otherwise;
}

struct told
stage_ask(const struct ask *ask)
{
	static struct arena *arenas[4];
	struct arena *arena;
	struct request request;
	struct response response;
	struct buf body;
	struct told told;
	struct ipc_request ipc = {
		.id = "test", .method = "POST", .host = "h", .peer = "127.0.0.1",
		/* base64 of u@x:secret */
		.authorization = "Basic dUB4OnNlY3JldA==", .policy_key = "", .user_agent = "UA",
		.content_type = "application/vnd.ms-sync.wbxml", .content_encoding = "",
		.accept_encoding = "", .accept_multipart = "", .accept_language = "",
		.version = or(ask->version, "14.1"), .rerun = ask->rerun,
		.proof = IPC_PROOF_ACCEPTED,
	};

	if (stage.depth == 4)
		abort();
	if (!arenas[stage.depth])
		arenas[stage.depth] = arena_new(0);
	arena = arenas[stage.depth++];
	arena_reset(arena);
	ipc.target = arena_printf(arena, "/Microsoft-Server-ActiveSync?Cmd=%s&User=u@x&"
	    "DeviceId=%s&DeviceType=%s", or(ask->command, "Sync"), or(ask->device, "phone"),
	    or(ask->type, "Test"));
	ipc.received_ms = (uint64_t)(ask->received_ms ? ask->received_ms : now_ms());
	buf_init(&body, 1 << 24);
	encode(ask->text, &body);
	if (request_parse(&ipc, arena, &request) != OK || account_identify(&request) != OK)
		abort();
	body_from_memory(&request.body, body.data, body.len);
	request.state = stage.state;
	response_init(&response, &request);
	command_run(&request, &response);
	told = told_make(&response);
	body_close(&response.body);
	buf_free(&body);
	stage.depth--;
	return told;
}

void
told_free(struct told *told)
{
	free(told->data);
	free(told->text);
	*told = (struct told){ 0 };
}

struct told
stage_sync(const char *format, ...)
{
	struct ask ask = { 0 };
	struct told told;
	char *text;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		abort();
	va_end(args);
	ask.text = text;
	told = stage_ask(&ask);
	free(text);
	return told;
}

/* --- looking --- */

static const char *
element_find(const char *text, const char *element)
{
	size_t n = strlen(element);

	for (const char *at = strstr(text, element); at; at = strstr(at + 1, element)) {
		char before = at == text ? ' ' : at[-1], after = at[n];

		if ((before == ' ' || before == ':') && (after == ' ' || !after || after == '~'))
			return at + n;
	}
	return NULL;
}

const char *
told_value(const struct told *told, const char *element)
{
	static char values[8][256];
	static unsigned at;
	char *value = values[at++ % 8];
	const char *found = element_find(told->text, element);
	size_t n;

	*value = 0;
	if (!found)
		return value;
	found += strspn(found, " ");
	n = *found == '"' ? strcspn(++found, "\"") : strcspn(found, " ");
	snprintf(value, sizeof(values[0]), "%.*s", (int)(n < 255 ? n : 255), found);
	return value;
}

unsigned
told_count(const struct told *told, const char *element)
{
	const char *at = told->text;
	unsigned n = 0;

	while ((at = element_find(at, element)))
		n++;
	return n;
}
