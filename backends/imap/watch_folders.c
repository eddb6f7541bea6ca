/* SPDX-License-Identifier: ISC */
/* The folders that one account's watcher looks at.  Process: watch. */
#include <stdlib.h>
#include <string.h>

#include "backends/imap/watcher.h"

struct wanted *
wanted_find(struct imap_watcher *watcher, const char *name)
{
	struct wanted *folder = watcher->folders;

	while (folder && strcmp(folder->name, name))
		folder = folder->next;
	return folder;
}

struct wanted *
wanted_add(struct imap_watcher *watcher, const char *name)
{
	struct wanted **end = &watcher->folders;
	struct wanted *folder = calloc(1, sizeof(*folder));

	if (!folder || !(folder->name = strdup(name))) {
		free(folder);
		return NULL;
	}
	while (*end)
		end = &(*end)->next;
	*end = folder;
	return folder;
}

static void
wanted_free(struct imap_watcher *watcher, struct wanted *folder)
{
	for (unsigned i = 0; i < watcher->n_due; i++) {
		unsigned at = (watcher->first_due + i) % WATCH_PIPELINE;

		if (watcher->due[at].folder == folder)
			watcher->due[at].folder = NULL;
	}
	free(folder->name);
	free(folder);
}

void
wanted_drop(struct imap_watcher *watcher, const char *name)
{
	for (struct wanted **at = &watcher->folders; *at; at = &(*at)->next) {
		struct wanted *folder = *at;

		if (strcmp(folder->name, name))
			continue;
		*at = folder->next;
		wanted_free(watcher, folder);
		return;
	}
}

void
wanted_drop_all(struct imap_watcher *watcher)
{
	while (watcher->folders) {
		struct wanted *folder = watcher->folders;

		watcher->folders = folder->next;
		wanted_free(watcher, folder);
	}
}

void
wanted_unread_all(struct imap_watcher *watcher)
{
	for (struct wanted *folder = watcher->folders; folder; folder = folder->next)
		folder->is_unread = true;
}

bool
wanted_has_unread(const struct imap_watcher *watcher)
{
	for (const struct wanted *folder = watcher->folders; folder; folder = folder->next)
		if (folder->is_unread)
			return true;
	return false;
}
