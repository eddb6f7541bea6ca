/* SPDX-License-Identifier: ISC */
/* All that a PARK message lends is copied into one block, measured first, then filled. */
#include "bridge/front/wait.h"

#include <stdlib.h>
#include <string.h>

#include "bridge/base/crypto.h"

/* One pass measures (block NULL), the next one copies. */
struct copier {
	char *block;
	size_t len;
};

static const void *
copy_data(struct copier *copier, const void *data, size_t n)
{
	char *put = NULL;

	if (copier->block != NULL) {
		put = copier->block + copier->len;
		if (n > 0)
			memcpy(put, data, n);
	}
	copier->len += n;
	return put;
}

static const char *
copy_text(struct copier *copier, const char *text)
{
	return copy_data(copier, text, strlen(text) + 1);
}

static struct ipc_data
copy_ipc_data(struct copier *copier, struct ipc_data data)
{
	return (struct ipc_data) { copy_data(copier, data.data, data.len), data.len };
}

/* The list itself comes first in the block, where it is aligned. */
static void
copy_watched(struct copier *copier, struct wait *wait, const struct ipc_watched_list *from)
{
	size_t size = from->n * sizeof(*from->list);
	struct ipc_watched *list;

	(void)copy_data(copier, from->list, size);
	list = (struct ipc_watched *)(void *)copier->block;
	for (uint32_t i = 0; i < from->n; i++) {
		const char *folder = copy_text(copier, from->list[i].folder);
		struct ipc_data stamp = copy_ipc_data(copier, from->list[i].stamp);

		if (list != NULL)
			list[i] = (struct ipc_watched) { folder, stamp };
	}
	wait->subscribe.watched = (struct ipc_watched_list) { list, from->n };
}

static void
copy_message(struct copier *copier, struct wait *wait, const struct ipc_park *message)
{
	struct ipc_subscribe *subscribe = &wait->subscribe;
	struct park_canned *canned = &wait->canned;

	copier->len = 0;
	copy_watched(copier, wait, &message->watched);
	subscribe->account = copy_text(copier, message->account);
	subscribe->login = copy_text(copier, message->login);
	subscribe->password = copy_text(copier, message->password);
	subscribe->store = copy_text(copier, message->store);
	subscribe->address = copy_ipc_data(copier, message->address);
	subscribe->latency_ms = message->latency_ms;
	wait->device = copy_text(copier, message->device);
	canned->status = (int)message->status;
	canned->content_type = copy_text(copier, message->content_type);
	canned->headers = copy_text(copier, message->headers);
	canned->body = copy_ipc_data(copier, message->body);
}

void
wait_wipe(struct wait *wait)
{
	if (wait->block != NULL)
		crypto_wipe(wait->block, wait->block_len);
	free(wait->block);
	*wait = (struct wait) { 0 };
}

bool
wait_fill(struct wait *wait, const struct ipc_park *message)
{
	struct copier copier = { NULL, 0 };

	wait_wipe(wait);
	copy_message(&copier, wait, message);
	wait->block = malloc(copier.len);
	if (wait->block == NULL) {
		wait_wipe(wait);
		return false;
	}
	wait->block_len = copier.len;
	copier.block = wait->block;
	copy_message(&copier, wait, message);
	return true;
}
