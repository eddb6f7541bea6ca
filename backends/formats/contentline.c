/* SPDX-License-Identifier: ISC */
/*
 * The text is unfolded once as a whole; then each line is cut in place.
 */
#include "backends/formats/contentline.h"

#include <string.h>
#include <strings.h>

#include "bridge/base/arena.h"

void
contentline_init(struct contentline_reader *reader, struct arena *arena, const char *text,
    size_t n)
{
	char *to = arena_alloc(arena, n + 1);

	reader->arena = arena;
	reader->at = to;
	for (size_t i = 0; i < n; i++) {
		size_t end = i + (text[i] == '\r' && i + 1 < n && text[i + 1] == '\n');

		if (text[end] == '\n' && end + 1 < n &&
		    (text[end + 1] == ' ' || text[end + 1] == '\t')) {
			i = end + 1;
			continue;
		}
		if (text[i] != '\0' && text[i] != '\r')
			*to++ = text[i];
	}
	*to = '\0';
}

/* The first of `a` or `b` outside of quotes, or the end. */
static char *
find_outside(char *at, char a, char b)
{
	bool is_quoted = false;

	for (; *at != '\0'; at++) {
		is_quoted ^= *at == '"';
		if (!is_quoted && (*at == a || *at == b))
			return at;
	}
	return at;
}

static void
upper(char *text)
{
	for (; *text != '\0'; text++)
		if (*text >= 'a' && *text <= 'z')
			*text = (char)(*text - 32);
}

bool
contentline_next(struct contentline_reader *reader, struct contentline *ret_line)
{
	while (*reader->at != '\0') {
		char *line = reader->at;
		char *newline = line + strcspn(line, "\n");
		char *colon, *semicolon;

		reader->at = newline + (*newline == '\n');
		*newline = '\0';
		colon = find_outside(line, ':', ':');
		if (*colon == '\0')
			continue;
		*colon = '\0';
		semicolon = line + strcspn(line, ";");
		ret_line->params = *semicolon == '\0' ? semicolon : semicolon + 1;
		*semicolon = '\0';
		ret_line->name = line;
		ret_line->value = colon + 1;
		upper(line);
		return true;
	}
	return false;
}

char *
contentline_param(struct arena *arena, const struct contentline *line, const char *name)
{
	size_t n = strlen(name);
	char *at = line->params;

	while (*at != '\0') {
		char *end = find_outside(at, ';', ';');

		if (strncasecmp(at, name, n) == 0 && at[n] == '=') {
			char *value = arena_strndup(arena, at + n + 1, (size_t)(end - at) - n - 1);
			size_t len = strlen(value);

			if (len >= 2 && value[0] == '"' && value[len - 1] == '"') {
				value[len - 1] = '\0';
				value++;
			}
			return value;
		}
		at = end + (*end == ';');
	}
	return NULL;
}

char *
contentline_text(struct arena *arena, const char *value)
{
	char *text = arena_strdup(arena, value);
	char *to = text;

	for (const char *at = text; *at != '\0'; at++) {
		if (*at != '\\' || at[1] == '\0') {
			*to++ = *at;
			continue;
		}
		at++;
		*to++ = *at == 'n' || *at == 'N' ? '\n' : *at;
	}
	*to = '\0';
	return text;
}
