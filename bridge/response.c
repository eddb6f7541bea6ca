/* SPDX-License-Identifier: ISC */
/* Answers under construction.  Worker. */
#include "bridge/response.h"

#include "bridge/base/limits.h"
#include "bridge/request.h"

static bool
put(void *body, const void *data, size_t len)
{
	return body_write(body, data, len);
}

static void
begin(struct response *response, struct request *request)
{
	/* not from the arena: stores give that back item by item while we write */
	(void)request;
	body_init(&response->body, NULL, LIMIT_RESPONSE);
	writer_begin(&response->writer, (struct writer_sink){ put, &response->body });
}

void
response_init(struct response *response, struct request *request)
{
	*response = (struct response){ .verdict = ANSWER, .http = 200 };
	begin(response, request);
}

void
response_restart(struct response *response, struct request *request)
{
	body_close(&response->body);
	begin(response, request);
}

void
response_http(struct response *response, int http)
{
	body_close(&response->body);
	body_from_memory(&response->body, "", 0);
	response->verdict = ANSWER;
	response->http = http;
}

void
response_park(struct response *response, int64_t deadline_ms, struct watched *watched,
    unsigned n)
{
	response->verdict = PARK;
	response->deadline_ms = deadline_ms;
	response->watched = watched;
	response->n_watched = n;
}
