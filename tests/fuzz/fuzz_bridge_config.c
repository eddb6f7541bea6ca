/* SPDX-License-Identifier: ISC */
/*
 * Configuration files: no text may crash the reader; one that is refused has
 * at least one mistake, each with a reason.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
count(void *ctx, const char *file, int line, const char *key, const char *reason)
{
	unsigned *n = ctx;

	if (file[0] == '\0' || line < 0 || key == NULL || reason[0] == '\0')
		abort();
	++*n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned mistakes = 0;
	struct config *read = config_parse((const char *)data, size, "fuzz", count, &mistakes);

	if ((read == NULL) != (mistakes > 0))
		abort();
	if (read != NULL)
		(void)config_nt_domain(read, config_domain(read, "example.org")->name);
	config_free(&read);
	return 0;
}
