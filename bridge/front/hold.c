/* SPDX-License-Identifier: ISC */
/* One block holds the record and the copies of its three strings. */
#include "bridge/front/hold.h"

#include <stdlib.h>
#include <string.h>

#include "bridge/base/date.h"

enum { HOLD_EVERY_MIN = 100 }; /* ms; a worker's mistake must not spin the loop */

struct hold {
	int64_t next;
	int64_t every;
	size_t skip;
	bool begun;
	struct ipc_data head, pad;
	const char *content_type;
	char block[];
};

static struct ipc_data
block_put(char **at, struct ipc_data data)
{
	struct ipc_data put = { *at, data.len };

	if (data.len > 0)
		memcpy(*at, data.data, data.len);
	*at += data.len;
	return put;
}

struct hold *
hold_new(const struct ipc_hold *message)
{
	size_t n_type = strlen(message->content_type) + 1;
	struct hold *hold = malloc(sizeof(*hold) + message->head.len + message->pad.len + n_type);
	char *at;

	if (hold == NULL)
		return NULL;
	*hold = (struct hold) { .skip = message->skip, .next = now_ms() + message->after_ms };
	hold->every = message->every_ms < HOLD_EVERY_MIN ? HOLD_EVERY_MIN : message->every_ms;
	at = hold->block;
	hold->head = block_put(&at, message->head);
	hold->pad = block_put(&at, message->pad);
	hold->content_type = memcpy(at, message->content_type, n_type);
	return hold;
}

void
hold_free(struct hold **hold)
{
	free(*hold);
	*hold = NULL;
}

int64_t
hold_next(const struct hold *hold)
{
	return hold->next;
}

void
hold_speak(struct hold *hold, struct answer *answer, const struct answer_style *style)
{
	if (!hold->begun) {
		answer_put_stream(answer, hold->content_type, style);
		answer_put_piece(answer, hold->head.data, hold->head.len);
	} else if (answer->out.len == 0) {
		answer_put_piece(answer, hold->pad.data, hold->pad.len);
	}
	hold->begun = true;
	hold->next = now_ms() + hold->every;
}

bool
hold_has_begun(const struct hold *hold)
{
	return hold->begun;
}

size_t
hold_skip(const struct hold *hold)
{
	return hold->skip;
}
