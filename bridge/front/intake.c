/* SPDX-License-Identifier: ISC */
/* Two ways to know where a body ends; what is done with its bytes is the same. */
#include "bridge/front/intake.h"

#include "bridge/base/date.h"
#include "bridge/base/limits.h"

void
intake_begin(struct intake *intake, const struct http_head *head, uint64_t limit, bool drop)
{
	*intake = (struct intake) { .drop = drop, .is_chunked = head->chunked, .since = now_ms() };
	body_init(&intake->body, NULL, (size_t)limit);
	http_chunked_init(&intake->chunked, limit);
	if (!head->chunked && head->content_length > 0)
		intake->left = (uint64_t)head->content_length;
}

void
intake_close(struct intake *intake)
{
	body_close(&intake->body);
}

bool
intake_is_done(const struct intake *intake)
{
	return !intake->is_chunked && intake->left == 0;
}

size_t
intake_wants(const struct intake *intake, size_t most)
{
	if (!intake->is_chunked)
		return intake->left < most ? (size_t)intake->left : most;
	/* What is read beyond the last chunk has to fit among the bytes read ahead. */
	return most < LIMIT_HTTP_HEAD ? most : LIMIT_HTTP_HEAD;
}

static bool
intake_keep(struct intake *intake, const uint8_t *data, size_t n)
{
	return intake->drop || n == 0 || body_write(&intake->body, data, n);
}

static enum intake_result
feed_stated(struct intake *intake, const uint8_t *data, size_t n, size_t *ret_used)
{
	if (n > intake->left)
		n = (size_t)intake->left;
	*ret_used = n;
	intake->received += n;
	intake->left -= n;
	if (!intake_keep(intake, data, n))
		return intake->body.too_big ? INTAKE_TOO_BIG : INTAKE_NO_ROOM;
	return intake->left == 0 ? INTAKE_DONE : INTAKE_MORE;
}

static enum intake_result
feed_chunked(struct intake *intake, const uint8_t *data, size_t n, size_t *ret_used)
{
	size_t used = 0;
	enum http_result result = HTTP_MORE;

	while (used < n && result == HTTP_MORE) {
		const uint8_t *run;
		size_t n_run, ate = 0;

		result = http_chunked_feed(&intake->chunked, data + used, n - used, &ate, &run,
		    &n_run);
		if (result == HTTP_BAD)
			return intake->chunked.too_big ? INTAKE_TOO_BIG : INTAKE_BAD;
		if (!intake_keep(intake, run, n_run))
			return intake->body.too_big ? INTAKE_TOO_BIG : INTAKE_NO_ROOM;
		used += ate;
	}
	*ret_used = used;
	intake->received = intake->chunked.total;
	return result == HTTP_DONE ? INTAKE_DONE : INTAKE_MORE;
}

enum intake_result
intake_feed(struct intake *intake, const uint8_t *data, size_t n, size_t *ret_used)
{
	if (intake->is_chunked)
		return feed_chunked(intake, data, n, ret_used);
	return feed_stated(intake, data, n, ret_used);
}
