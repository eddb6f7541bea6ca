/* SPDX-License-Identifier: ISC */
/* Sync requests of any shape, read to the last command; nothing is done with them. */
#include <stdint.h>
#include <stdlib.h>

#include "bridge/base/arena.h"
#include "bridge/commands/sync.h"
#include "bridge/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void *
take(void *arena, size_t size)
{
	return arena_alloc(arena, size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(0);
	struct request request = { .arena = arena, .version = EAS_14_1 };
	struct sync sync = { .request = &request };
	struct reader reader;

	if (wbxml_check(data, size) != READER_OK) {
		arena_free(&arena);
		return 0;
	}
	reader_init(&reader, data, size, (struct reader_memory){ take, arena });
	if (sync_read(&sync, &reader) == OK)
		for (unsigned i = 0; i < sync.n; i++) {
			struct reader commands = sync.list[i].commands;
			struct sync_command command;
			unsigned n = 0;

			if (!sync.list[i].has_commands)
				continue;
			sync_has_changes(&sync.list[i]);
			reader_into(&commands);
			while (sync_read_command(&commands, data, &command))
				n++;
			if (n > sync.list[i].n_commands || (n != sync.list[i].n_commands &&
			    sync.list[i].status == SYNC_OK))
				abort();
		}
	arena_free(&arena);
	return 0;
}
