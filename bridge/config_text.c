/* SPDX-License-Identifier: ISC */
/*
 * inih splits the lines; this file stands on both sides of it.  Before it, the
 * reader hands over one line at a time, so that line numbers are known, no line
 * is ever taken for the continuation of the one above, an overlong line is a
 * mistake rather than two lines, and a section's name is not cut.  Behind it,
 * the handler tells a key from a line in which inih found none.
 */
#include "bridge/config_text.h"

#include <ini.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The library of Debian lets a program set the longest line; in others it is a constant.  Either
 * way the reader is told. */
extern int ini_max_line __attribute__((weak));

enum {
	LINE_WANTED = 2000,
	HIDDEN = '\1', /* stands for a semicolon in a quoted value while inih looks at it */
};

struct source {
	const char *at, *end;
	config_line_fn *fn;
	void *ctx;
	struct config_line line;
	char *section;
	bool wants_key; /* the line handed out last should have come back as a key */
	bool failed;
};

static void
source_mistake(struct source *source, const char *mistake)
{
	source->line.key = NULL;
	source->line.value = NULL;
	source->line.mistake = mistake;
	source->fn(source->ctx, &source->line);
	source->line.mistake = NULL;
}

/* The line at hand, without blanks around it. */
struct raw_line {
	const char *text;
	size_t len;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct raw_line
source_line(struct source *source)
{
	struct raw_line line = { .text = source->at };
	const char *end = memchr(source->at, '\n', (size_t)(source->end - source->at));
	bool first = source->line.number++ == 0;

	if (end == NULL)
		end = source->end;
	source->at = end < source->end ? end + 1 : end;
	if (first && end - line.text >= 3 && memcmp(line.text, "\xef\xbb\xbf", 3) == 0)
		line.text += 3;
	while (line.text < end && is_blank(line.text[0]))
		line.text++;
	while (end > line.text && is_blank(end[-1]))
		end--;
	line.len = (size_t)(end - line.text);
	return line;
}

static bool
has_control(const struct raw_line *line)
{
	for (size_t i = 0; i < line->len; i++) {
		uint8_t c = (uint8_t)line->text[i];

		if ((c < ' ' && c != '\t') || c == 0x7f)
			return true;
	}
	return false;
}

/* A section whose line is wrong is opened all the same, so that its keys are not taken for those of
 * the one before. */
static void
section_open(struct source *source, const struct raw_line *line)
{
	const char *end = memchr(line->text, ']', line->len);
	const char *rest = line->text + line->len;
	size_t len = (size_t)((end != NULL ? end : rest) - line->text) - 1;

	free(source->section);
	source->section = strndup(line->text + 1, len);
	source->line.section = source->section;
	if (source->section == NULL) {
		source->failed = true;
		return;
	}
	source->line.key = NULL;
	source->line.value = NULL;
	source->fn(source->ctx, &source->line);
	if (end == NULL) {
		source_mistake(source, "the section's name does not end with ]");
		return;
	}
	for (end++; end < rest && is_blank(*end); end++)
		;
	if (end < rest && *end != ';' && *end != '#')
		source_mistake(source, "something stands behind the section's name");
}

/* True: a line with a key, which inih is to split. */
static bool
source_is_key(struct source *source, const struct raw_line *line, size_t most)
{
	if (line->len == 0 || line->text[0] == ';' || line->text[0] == '#')
		return false;
	if (has_control(line))
		source_mistake(source, "there is a control character in the line");
	else if (line->len > most)
		source_mistake(source, "the line is too long");
	else if (line->text[0] == '[')
		section_open(source, line);
	else
		return true;
	return false;
}

/* Semicolons in a quoted value are no comments. */
static void
quoted_hide(char *line)
{
	char *at = strchr(line, '=');

	if (at == NULL)
		return;
	at += 1 + strspn(at + 1, " \t");
	if (*at != '"')
		return;
	for (at++; *at != '\0' && *at != '"'; at++) {
		if (*at == ';')
			*at = HIDDEN;
	}
}

/* An ini_reader: all that is not a key becomes an empty line. */
static char *
source_read(char *ret_line, int size, void *ctx)
{
	struct source *source = ctx;
	struct raw_line line;

	if (source->wants_key)
		source_mistake(source, "neither [section] nor key = value");
	source->wants_key = false;
	if (source->at == source->end || source->failed || size < 4)
		return NULL;
	line = source_line(source);
	if (!source_is_key(source, &line, (size_t)size - 3))
		line.len = 0;
	source->wants_key = line.len > 0;
	memcpy(ret_line, line.text, line.len);
	ret_line[line.len] = '\0';
	quoted_hide(ret_line);
	memcpy(ret_line + strlen(ret_line), "\n", 2);
	return ret_line;
}

/* Undoes quoted_hide and takes the quotes off; false: they are not closed. */
static bool
value_unquote(char *value)
{
	size_t len = strlen(value);

	for (char *at = value; *at != '\0'; at++) {
		if (*at == HIDDEN)
			*at = ';';
	}
	if (value[0] != '"')
		return true;
	if (len < 2 || strchr(value + 1, '"') != value + len - 1)
		return false;
	memmove(value, value + 1, len - 2);
	value[len - 2] = '\0';
	return true;
}

/* An ini_handler. */
static int
source_key(void *ctx, const char *section, const char *key, const char *value)
{
	struct source *source = ctx;
	char *copy = strdup(value != NULL ? value : "");

	(void)section;
	source->wants_key = false;
	source->failed = source->failed || copy == NULL;
	if (copy == NULL)
		return 0;
	if (key[0] == '\0') {
		source_mistake(source, "no key before the =");
	} else if (!value_unquote(copy)) {
		source_mistake(source, "the quotes of the value are not closed");
	} else {
		source->line.key = key;
		source->line.value = copy;
		source->fn(source->ctx, &source->line);
	}
	free(copy);
	return 1;
}

bool
config_text_read(const char *text, size_t len, config_line_fn *fn, void *ctx)
{
	struct source source = { .at = text, .end = text + len, .fn = fn, .ctx = ctx };
	bool ok;

	if (&ini_max_line != NULL && ini_max_line < LINE_WANTED)
		ini_max_line = LINE_WANTED;
	/* what it returns is the first line with a mistake, and those were all told */
	ok = ini_parse_stream(source_read, &source, source_key, &source) != -2;
	free(source.section);
	return ok && !source.failed;
}
