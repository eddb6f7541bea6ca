/* SPDX-License-Identifier: ISC */
/*
 * The heart of the transcript language: reading the file, cutting it into statements (a line, or
 * several while braces or a trailing backslash hold it open), variables, and the verbs that
 * belong to nobody else: let, wait, repeat, skip, server, log.
 */
#include "tests/player/script.h"

#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "bridge/base/codec.h"
#include "bridge/base/date.h"
#include "tests/player/node.h"
#include "tests/player/phone.h"

enum { LOG_WAIT_MS = 3000 };

bool script_fail(struct script *script, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (script->error == NULL)
		script->error = arena_vprintf(script->arena, format, args);
	va_end(args);
	return false;
}

static char *read_file(struct script *script, const char *path)
{
	struct notation notation = {.arena = script->arena, .dir = ""};
	size_t len;
	char *text = notation_file(&notation, path, false, &len);

	if (text == NULL)
		script_fail(script, "cannot read %s", path);
	return text;
}

bool script_env(struct script *script, const char *path)
{
	char *text = read_file(script, path);

	for (char *line = text; line != NULL && *line != '\0';) {
		char *end = line + strcspn(line, "\n");
		char *equal = memchr(line, '=', (size_t)(end - line));
		bool last = *end == '\0';

		*end = '\0';
		if (equal != NULL && *line != '#') {
			char *value = equal + 1;

			*equal = '\0';
			if (*value == '\'') {
				value++;
				value[strcspn(value, "'")] = '\0';
			}
			map_put(&script->env, line, value);
		}
		line = last ? NULL : end + 1;
	}
	return text != NULL;
}

const char *script_env_get(const struct script *script, const char *name)
{
	return map_get(&script->env, name);
}

void script_set(struct script *script, const char *name, const char *value)
{
	map_put(&script->vars, name, arena_strdup(script->arena, value));
}

const char *script_account(struct script *script, const char *name)
{
	size_t local = strcspn(name, "@");
	const char *domain = script_env_get(script, "ACCOUNT_DOMAIN");
	bool fresh = script->run != NULL && *script->run != '\0';

	if (name[local] == '\0' && domain != NULL)
		name = arena_printf(script->arena, "%s@%s", name, domain);
	return arena_printf(script->arena, "%.*s%s%s%s", (int)local, name, fresh ? "-" : "",
			    fresh ? script->run : "", name + local);
}

/* INBOX, INBOX.key, INBOX.previous of the phone named last. */
static const char *folder_variable(struct script *script, const char *name)
{
	const char *dot = strrchr(name, '.');
	struct folder *folder;

	if (script->phone == NULL)
		return NULL;
	folder = phone_folder(script->phone, name);
	if (folder != NULL)
		return folder->id;
	if (dot == NULL)
		return NULL;
	folder = phone_folder(script->phone,
			      arena_strndup(script->arena, name, (size_t)(dot - name)));
	if (folder != NULL && strcmp(dot, ".key") == 0)
		return folder->key;
	return folder != NULL && strcmp(dot, ".previous") == 0 ? folder->previous : NULL;
}

static const char *phone_variable(struct script *script, const char *name)
{
	const struct phone *phone = script->phone;

	if (phone == NULL)
		return NULL;
	if (strcmp(name, "folders.key") == 0)
		return phone->folder_key;
	if (strcmp(name, "folders.previous") == 0)
		return phone->previous_folder_key;
	if (strcmp(name, "policy") == 0)
		return phone->policy_key;
	if (strcmp(name, "user") == 0)
		return phone->user;
	if (strcmp(name, "took") == 0)
		return arena_printf(script->arena, "%lld", (long long)phone->took_ms);
	return folder_variable(script, name);
}

static const char *find_variable(void *ctx, const char *name)
{
	struct script *script = ctx;
	const char *value = map_get(&script->vars, name);

	if (value == NULL && strcmp(name, "run") == 0)
		value = script->run;
	if (value == NULL && strncmp(name, "account.", 8) == 0)
		value = script_account(script, name + 8);
	if (value == NULL)
		value = phone_variable(script, name);
	return value != NULL ? value : script_env_get(script, name);
}

/* --- the words of a statement --- */

bool line_at_end(struct line *line)
{
	notation_blank(&line->notation, &line->text);
	return *line->text == '\0';
}

char *line_word(struct line *line)
{
	char *word = notation_word(&line->notation, &line->text);

	if (line->notation.error != NULL) {
		script_fail(line->script, "%s", line->notation.error);
		return NULL;
	}
	if (word == NULL)
		script_fail(line->script, "a word is missing at the end");
	return word;
}

bool line_is(struct line *line, const char *word)
{
	size_t len = strlen(word);

	notation_blank(&line->notation, &line->text);
	if (strncmp(line->text, word, len) != 0)
		return false;
	if (line->text[len] != '\0' && strchr(" \t\n{}", line->text[len]) == NULL)
		return false;
	line->text += len;
	return true;
}

bool line_number(struct line *line, long *ret)
{
	char *word = line_word(line);
	int64_t value;

	if (word == NULL || !number_parse(word, 0, INT64_MAX, &value))
		return script_fail(line->script, "number expected, not \"%s\"", word ? word : "");
	*ret = (long)value;
	return true;
}

bool line_time(struct line *line, int64_t *ret_ms)
{
	char *word = line_word(line);
	char *unit;
	double value;

	if (word == NULL)
		return false;
	value = strtod(word, &unit);
	if (strcmp(unit, "ms") == 0)
		*ret_ms = (int64_t)value;
	else if (strcmp(unit, "s") == 0)
		*ret_ms = (int64_t)(value * 1000);
	else
		return script_fail(line->script, "a time such as 2s or 300ms expected, not \"%s\"",
				   word);
	return true;
}

struct node *line_element(struct line *line, bool pattern)
{
	struct node *node;

	line->notation.pattern = pattern;
	node = notation_element(&line->notation, &line->text);
	line->notation.pattern = false;
	if (node == NULL)
		script_fail(line->script, "%s", line->notation.error);
	return node;
}

/* --- verbs --- */

static bool do_let(struct line *line)
{
	struct script *script = line->script;
	char *name = line_word(line);
	char *value;

	if (name == NULL || !line_is(line, "="))
		return script_fail(script, "let NAME = VALUE");
	if (line_is(line, "item") || line_is(line, "field"))
		return script_fail(script, "items are found by: PHONE knows NAME as item ...");
	value = line_word(line);
	if (value == NULL)
		return false;
	script_set(script, name, value);
	return true;
}

static bool do_wait(struct line *line)
{
	struct timespec pause;
	int64_t ms;

	if (!line_time(line, &ms))
		return false;
	pause.tv_sec = (time_t)(ms / 1000);
	pause.tv_nsec = (long)(ms % 1000) * 1000000L;
	nanosleep(&pause, NULL);
	return true;
}

static bool do_skip(struct line *line)
{
	char *name;

	if (!line_is(line, "unless"))
		return script_fail(line->script, "skip unless NAME");
	name = line_word(line);
	if (name != NULL && script_env_get(line->script, name) == NULL) {
		line->script->skipped = true;
		line->script->skip_reason = name;
	}
	return name != NULL;
}

static bool do_server(struct line *line)
{
	struct script *script = line->script;
	const char *control = script_env_get(script, "SERVER_CTL");
	struct buf command;

	if (control == NULL)
		return script_fail(script, "no SERVER_CTL in the environment file");
	buf_init_arena(&command, script->arena, 4096);
	buf_printf(&command, "sh %s", control);
	while (!line_at_end(line)) {
		char *word = line_word(line);

		if (word == NULL || strchr(word, '\'') != NULL)
			return script_fail(script, "server: bad word");
		buf_printf(&command, " '%s'", word);
	}
	if (system(buf_str(&command)) != 0)
		return script_fail(script, "failed: %s", buf_str(&command));
	return true;
}

static bool file_matches(struct script *script, const char *path, size_t start,
	const char *pattern)
{
	char *text = path == NULL ? NULL : read_file(script, path);
	char *glob = arena_printf(script->arena, "*%s*", pattern);

	if (text == NULL || strlen(text) < start)
		return false;
	for (char *at = text + start; *at != '\0';) {
		size_t len = strcspn(at, "\n");
		bool last = at[len] == '\0';

		at[len] = '\0';
		if (fnmatch(glob, at, 0) == 0)
			return true;
		at += len + !last;
	}
	return false;
}

/* has PATTERN | lacks PATTERN: a line of that file behind start */
static bool search_file(struct line *line, const char *path, size_t start)
{
	struct script *script = line->script;
	bool wanted = line_is(line, "has");
	int64_t end = now_ms() + (wanted ? LOG_WAIT_MS : 0);
	struct timespec pause = {0, 50000000};
	char *pattern;

	if (!wanted && !line_is(line, "lacks"))
		return script_fail(script, "has PATTERN, or lacks PATTERN");
	pattern = line_word(line);
	if (pattern == NULL)
		return false;
	while (file_matches(script, path, start, pattern) != wanted && script->error == NULL) {
		if (now_ms() > end)
			return script_fail(script, "%s %s a line with \"%s\"", path,
					   wanted ? "has not" : "has", pattern);
		nanosleep(&pause, NULL);
	}
	return script->error == NULL;
}

static bool do_log(struct line *line)
{
	struct script *script = line->script;

	return search_file(line, script_env_get(script, "SYNC_LOG"), script->log_start);
}

/* file PATH mark | file PATH has PATTERN | file PATH lacks PATTERN (behind the mark) */
static bool do_file(struct line *line)
{
	struct script *script = line->script;
	struct notation quiet = {.arena = script->arena, .dir = ""};
	char *path = line_word(line);
	const char *mark;
	size_t len = 0;

	if (path == NULL)
		return false;
	if (line_is(line, "mark")) {
		notation_file(&quiet, path, false, &len);
		script_set(script, arena_printf(script->arena, "mark %s", path),
			   arena_printf(script->arena, "%zu", len));
		return true;
	}
	mark = map_get(&script->vars, arena_printf(script->arena, "mark %s", path));
	return search_file(line, path, mark ? strtoul(mark, NULL, 10) : 0);
}

/* check "SHELL COMMAND": must succeed */
static bool do_check(struct line *line)
{
	char *command = line_word(line);

	return command != NULL && (system(command) == 0
		|| script_fail(line->script, "failed: %s", command));
}

/* repeat N { statements } */
static bool do_repeat(struct line *line)
{
	long times, first;
	char *body;
	size_t len;

	if (!line_number(line, &times) || !line_is(line, "{"))
		return script_fail(line->script, "repeat N { ... }");
	first = line->notation.line;
	body = arena_strdup(line->script->arena, line->text);
	len = strlen(body);
	while (len > 0 && body[len - 1] != '}')
		len--;
	if (len == 0)
		return script_fail(line->script, "repeat: block not closed");
	body[len - 1] = '\0';
	line->text += strlen(line->text);
	for (long i = 0; i < times; i++)
		if (!script_play(line->script, body, first))
			return false;
	return true;
}

static const struct {
	const char *word;
	bool (*run)(struct line *line);
} verbs[] = {
	{"let", do_let}, {"wait", do_wait}, {"skip", do_skip}, {"server", do_server},
	{"log", do_log}, {"file", do_file}, {"check", do_check}, {"repeat", do_repeat},
};

static bool phone_words(struct line *line, const char *first)
{
	struct script *script = line->script;
	struct phone *phone = map_get(&script->phones, first);
	bool as = strcmp(first, "phone") == 0 && line_is(line, "as");
	char *name;

	if (as)
		return phone_create(line, "phone");
	if (phone == NULL && strcmp(first, "phone") == 0) {
		name = line_word(line);
		if (name == NULL || !line_is(line, "as"))
			return script_fail(script, "phone [NAME] as FLAVOUR ...");
		return phone_create(line, name);
	}
	if (phone == NULL)
		return script_fail(script, "no such verb or phone: \"%s\"", first);
	if (strcmp(first, "phone") == 0) { /* a second, named one */
		const char *before = line->text;

		name = line_word(line);
		if (name != NULL && line_is(line, "as"))
			return phone_create(line, name);
		line->text = before;
	}
	script->phone = phone;
	return phone_statement(line, phone);
}

static bool run_statement(struct line *line)
{
	char *first = line_word(line);
	bool known = true;
	bool good;

	if (first == NULL)
		return false;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(first, verbs[i].word) == 0)
			return verbs[i].run(line);
	good = mail_statement(line, first, &known);
	return known ? good : phone_words(line, first);
}

/* Length of the statement at text: to the end of a line at which no brace or string is open. */
static size_t statement_len(const char *text)
{
	const char *at = text;
	int depth = 0;
	bool quoted = false;

	for (; *at != '\0'; at++) {
		if (quoted && *at == '\\' && at[1] != '\0')
			at++;
		else if (*at == '"')
			quoted = !quoted;
		else if (quoted)
			continue;
		else if (*at == '#' && (at == text || at[-1] == ' ' || at[-1] == '\t'
					|| at[-1] == '\n'))
			at += strcspn(at, "\n") - 1;
		else if (*at == '{' || *at == '}')
			depth += *at == '{' ? 1 : -1;
		else if (*at == '\n' && depth <= 0 && !(at > text && at[-1] == '\\'))
			break;
	}
	return (size_t)(at - text);
}

static bool play_one(struct script *script, char *text, long number)
{
	struct line line = {
		.script = script,
		.text = text,
		.notation = {
			.arena = script->arena, .find = find_variable, .ctx = script,
			.dir = script->mail_dir, .line = number,
		},
	};

	for (char *at = text; (at = strstr(at, "\\\n")) != NULL; at++)
		at[0] = ' ';
	if (line_at_end(&line))
		return true;
	if (script->trace)
		fprintf(stderr, "%ld: %.*s\n", number, (int)strcspn(line.text, "\n"), line.text);
	if (run_statement(&line) && !line_at_end(&line))
		script_fail(script, "words left over: \"%.60s\"", line.text);
	if (script->error == NULL)
		return true;
	if (strncmp(script->error, script->file, strlen(script->file)) == 0)
		return false; /* named already, inside a repeat */
	script->error = arena_printf(script->arena, "%s:%ld: %s", script->file, number,
				     script->error);
	return false;
}

bool script_play(struct script *script, const char *text, long number)
{
	while (*text != '\0' && !script->skipped) {
		size_t len = statement_len(text);
		char *statement = arena_strndup(script->arena, text, len);
		long lines = 0;

		for (size_t i = 0; i < len; i++)
			lines += text[i] == '\n';
		if (!play_one(script, statement, number))
			return false;
		number += lines + 1;
		text += len + (text[len] == '\n');
	}
	return true;
}

static bool finish(struct script *script)
{
	const struct map_entry *entry;
	uint32_t cursor = 0;
	bool good = true;

	while ((entry = map_next(&script->phones, &cursor)) != NULL) {
		struct phone *phone = entry->value;
		struct request *request = phone_request(phone, NULL);

		if (request != NULL && good && script->error == NULL && !script->skipped)
			good = script_fail(script, "%s: the answer to %s was never read",
					   script->file, request->command);
		phone_close(phone);
	}
	return good;
}

bool script_run(struct script *script, const char *path)
{
	char *text = read_file(script, path);
	const char *log = script_env_get(script, "SYNC_LOG");
	struct notation quiet = {.arena = script->arena, .dir = ""};
	bool good;

	script->file = path;
	if (log != NULL)
		notation_file(&quiet, log, false, &script->log_start);
	good = text != NULL && script_play(script, text, 1);
	return finish(script) && good;
}
