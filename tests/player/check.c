/* SPDX-License-Identifier: ISC */
/* The checker's entry: HTTP, then structure, then rules; the first breach is told. */
#include "tests/player/check.h"

#include <stdarg.h>
#include <stddef.h>

#include "bridge/base/arena.h"

bool check_fail(struct check *check, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (check->reason == NULL)
		check->reason = arena_vprintf(check->arena, format, args);
	va_end(args);
	return false;
}

bool check_answer(struct check *check, const struct node *document)
{
	if (!check_http(check, document))
		return false;
	if (document == NULL)
		return true;
	return schema_check(check, document) && check_rules(check, document);
}
