/* SPDX-License-Identifier: ISC */
/*
 * Strips marks from the front until none is left; the cursor only moves forward, so time is linear.
 */
#include "backends/formats/subject.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "bridge/base/arena.h"

static const char *const marks[] = { "re", "fwd", "fw", "aw", "wg", "sv", "vs", "antw", "vb", "tr",
	"rif", "odp", "ynt" };

static const char *
skip_blanks(const char *at)
{
	while (*at == ' ' || *at == '\t')
		at++;
	return at;
}

/* "Re:", "Re[2]:", "Re (3) :"; NULL: no mark here. */
static const char *
skip_mark(const char *at)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		size_t n = strlen(marks[i]);
		const char *next;

		if (strncasecmp(at, marks[i], n) != 0)
			continue;
		next = skip_blanks(at + n);
		if (*next == '[' || *next == '(') {
			next += 1 + strspn(next + 1, "0123456789");
			if (*next != ']' && *next != ')')
				continue;
			next = skip_blanks(next + 1);
		}
		if (*next == ':')
			return next + 1;
	}
	return NULL;
}

/* "[list]" with text behind it; NULL: none. */
static const char *
skip_list(const char *at)
{
	const char *close;

	if (*at != '[')
		return NULL;
	close = at + 1 + strcspn(at + 1, "[]");
	if (*close != ']' || *skip_blanks(close + 1) == '\0')
		return NULL;
	return close + 1;
}

char *
subject_base(struct arena *arena, const char *subject)
{
	const char *at = skip_blanks(subject);
	const char *next;
	size_t n;

	while ((next = skip_mark(at)) != NULL || (next = skip_list(at)) != NULL)
		at = skip_blanks(next);
	n = strlen(at);
	while (n > 0 && (at[n - 1] == ' ' || at[n - 1] == '\t'))
		n--;
	while (n > 5 && strncasecmp(at + n - 5, "(fwd)", 5) == 0)
		for (n -= 5; n > 0 && at[n - 1] == ' ';)
			n--;
	return arena_strndup(arena, at, n);
}
