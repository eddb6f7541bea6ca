/* SPDX-License-Identifier: ISC */
/*
 * Request heads, chunked bodies and PROXY headers: whole and byte by byte must agree, and accepted
 * heads must hold what http.h promises.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/base/http.h"
#include "bridge/base/proxy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool ok)
{
	if (!ok)
		abort();
}

static void
head_check(const struct http_head *head, size_t size)
{
	must(head->size <= size && head->n_lines <= LIMIT_HTTP_FIELDS);
	must(head->method[0] != '\0' && (head->target[0] == '/' || head->target[0] == '*'));
	must(strlen(head->target) <= LIMIT_HTTP_TARGET && head->path_len <= strlen(head->target));
	must(!head->chunked || head->content_length < 0);
	for (unsigned i = 0; i < head->n_lines; i++)
		must(strpbrk(head->lines[i].value, "\r\n") == NULL &&
			head->lines[i].name[0] != '\0');
	http_field_lists(head, "Connection", "close");
	http_field_lists(head, "Accept-Encoding", "gzip");
}

/* Pieces of `step` bytes, the memory moved each time as a growing buffer does. */
static enum http_result
head_run(const uint8_t *data, size_t size, size_t step, struct http_head *head)
{
	enum http_result result = HTTP_MORE;
	size_t have = 0;

	http_head_init(head);
	while (result == HTTP_MORE && have < size) {
		char *copy;

		have = size - have > step ? have + step : size;
		copy = malloc(have);
		memcpy(copy, data, have);
		result = http_head_parse(head, copy, have);
		if (result == HTTP_DONE)
			head_check(head, have);
		free(copy);
	}
	return result;
}

static enum http_result
chunked_run(const uint8_t *data, size_t size, size_t step, uint64_t *ret_sum)
{
	enum http_result result = HTTP_MORE;
	struct http_chunked chunked;
	uint64_t total = 0;
	size_t at = 0;

	*ret_sum = 1;
	http_chunked_init(&chunked, 100000);
	while (result == HTTP_MORE && at < size) {
		size_t n = size - at < step ? size - at : step, used, run;
		const uint8_t *payload;

		result = http_chunked_feed(&chunked, data + at, n, &used, &payload, &run);
		must(used <= n && run <= used && (used > 0 || result != HTTP_MORE));
		for (size_t i = 0; i < run; i++)
			*ret_sum = *ret_sum * 31 + payload[i];
		total += run;
		at += used;
	}
	must(total <= chunked.total && chunked.total <= chunked.limit);
	return result;
}

static void
proxy_run(const uint8_t *data, size_t size)
{
	struct sockaddr_storage source;
	struct proxy_head head;
	struct proxy_net net;
	char *text = malloc(size + 1);

	if (proxy_head_parse(data, size, &head) == HTTP_DONE)
		must(head.size <= size);
	memcpy(text, data, size);
	text[size] = '\0';
	if (proxy_net_parse(text, &net))
		must(net.bits <= 128);
	must(proxy_net_parse("10.0.0.0/8", &net));
	proxy_forwarded(text, &net, 1, &source);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_head whole, pieces;
	uint64_t sum, sum_pieces;

	if (size > 4096)
		return 0;
	if (head_run(data, size, size, &whole) == HTTP_DONE) {
		must(head_run(data, size, 3, &pieces) == HTTP_DONE);
		must(whole.size == pieces.size && whole.n_lines == pieces.n_lines);
	}
	must(chunked_run(data, size, size, &sum) == chunked_run(data, size, 1, &sum_pieces));
	must(sum == sum_pieces);
	proxy_run(data, size);
	return 0;
}
