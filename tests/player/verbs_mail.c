/* SPDX-License-Identifier: ISC */
/*
 * The other side of a transcript: what happens on the mail server (deliver, fill, imap) and what
 * arrived at the SMTP sink (smtp).  Accounts are those of this run.
 *
 *	deliver USER FILE...
 *	fill USER MAILBOX N [WORD...]            words go to tests/servers/fill
 *	imap USER does "COMMAND" ["COMMAND"...]  by the master user; each must be OK
 *	imap USER appends MAILBOX FILE [FLAGS]
 *	imap said "GLOB" | imap did not say "GLOB"   (of the last command)
 *	smtp has N mails to ADDRESS [containing TEXT] [lacking TEXT]
 */
#include <dirent.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "bridge/base/date.h"
#include "tests/player/mail.h"
#include "tests/player/script.h"

enum { SMTP_WAIT_MS = 3000 };

/* A file with @RUN@ replaced and CR LF line ends. */
static char *mail_file(struct line *line, const char *name, size_t *ret_len)
{
	char *data = notation_file(&line->notation, name, true, ret_len);

	if (data == NULL)
		script_fail(line->script, "%s", line->notation.error);
	return data;
}

static bool port_of(struct script *script, const char *name, uint16_t *ret)
{
	const char *text = script_env_get(script, name);

	if (text == NULL)
		return script_fail(script, "no %s in the environment file", name);
	*ret = (uint16_t)strtol(text, NULL, 10);
	return true;
}

static bool do_deliver(struct line *line)
{
	struct script *script = line->script;
	char *user = line_word(line);
	const char *problem = NULL;
	uint16_t port = 0;
	size_t len;

	if (user == NULL || !port_of(script, "LMTP_PORT", &port))
		return false;
	while (!line_at_end(line)) {
		char *name = line_word(line);
		char *data = name == NULL ? NULL : mail_file(line, name, &len);

		if (data == NULL)
			return false;
		if (!lmtp_deliver(script->arena, port, script_account(script, user), data, len,
				  &problem))
			return script_fail(script, "deliver: %s", problem);
	}
	return true;
}

static bool do_fill(struct line *line)
{
	struct script *script = line->script;
	const char *program = script_env_get(script, "FILL");
	char *user = line_word(line);
	struct buf command;

	if (program == NULL || user == NULL)
		return script_fail(script, "fill USER MAILBOX N (and FILL in the env file)");
	buf_init_arena(&command, script->arena, 4096);
	buf_printf(&command, "%s '%s'", program, script_account(script, user));
	while (!line_at_end(line)) {
		char *word = line_word(line);

		if (word == NULL || strchr(word, '\'') != NULL)
			return script_fail(script, "fill: bad word");
		buf_printf(&command, " '%s'", word);
	}
	return system(buf_str(&command)) == 0
		|| script_fail(script, "failed: %s", buf_str(&command));
}

static bool imap_open_for(struct script *script, const char *user, struct imap *ret)
{
	const char *master = script_env_get(script, "MASTER_USER");
	const char *password = script_env_get(script, "MASTER_PASSWORD");
	const char *name = script_account(script, user);
	const char *problem = NULL;
	uint16_t port = 0;

	if (!port_of(script, "IMAP_PORT", &port))
		return false;
	if (master != NULL)
		name = arena_printf(script->arena, "%s*%s", name, master);
	return imap_login(ret, script->arena, port, name, master ? password : "secret", &problem)
		|| script_fail(script, "imap %s: %s", user, problem);
}

static bool do_commands(struct line *line, struct imap *imap)
{
	struct script *script = line->script;

	while (!line_at_end(line)) {
		char *command = line_word(line);

		if (command == NULL)
			return false;
		if (!imap_command(imap, command, &script->reply))
			return script_fail(script, "imap: %s: %s", command, script->reply);
	}
	return true;
}

static bool do_appends(struct line *line, struct imap *imap)
{
	char *mailbox = line_word(line);
	char *name = mailbox == NULL ? NULL : line_word(line);
	size_t len = 0;
	char *data = name == NULL ? NULL : mail_file(line, name, &len);
	const char *flags = line_at_end(line) ? "" : line_word(line);

	if (data == NULL)
		return false;
	return imap_append(imap, mailbox, flags, data, len, &line->script->reply)
		|| script_fail(line->script, "imap: APPEND: %s", line->script->reply);
}

static bool reply_matches(struct script *script, const char *glob)
{
	const char *at = script->reply == NULL ? "" : script->reply;
	char *wide = arena_printf(script->arena, "*%s*", glob);

	while (*at != '\0') {
		size_t len = strcspn(at, "\n");
		char *one = arena_strndup(script->arena, at, len);

		if (fnmatch(wide, one, FNM_NOESCAPE) == 0)
			return true;
		at += len + (at[len] == '\n');
	}
	return false;
}

static bool do_imap(struct line *line)
{
	struct script *script = line->script;
	char *word = line_word(line);
	struct imap imap;
	bool wanted = word != NULL && strcmp(word, "said") == 0;
	bool good;

	if (word == NULL)
		return false;
	if (wanted || (strcmp(word, "did") == 0 && line_is(line, "not") && line_is(line, "say"))) {
		word = line_word(line);
		return word != NULL && (reply_matches(script, word) == wanted
			|| script_fail(script, "the IMAP server said:\n%s", script->reply));
	}
	if (!imap_open_for(script, word, &imap))
		return false;
	if (line_is(line, "does"))
		good = do_commands(line, &imap);
	else if (line_is(line, "appends"))
		good = do_appends(line, &imap);
	else
		good = script_fail(script, "imap USER does ... or appends ...");
	imap_close(&imap);
	return good;
}

struct sought {
	const char *to, *containing, *lacking;
};

static bool is_sought(struct script *script, const char *env, const struct sought *sought)
{
	struct notation quiet = {.arena = script->arena, .dir = ""};
	char *path = arena_printf(script->arena, "%.*s.eml", (int)strlen(env) - 4, env);
	size_t len;
	char *about = notation_file(&quiet, env, false, &len);
	char *mail = notation_file(&quiet, path, false, &len);

	return about != NULL && mail != NULL
		&& strstr(about, arena_printf(script->arena, "\"%s\"", sought->to)) != NULL
		&& (!sought->containing || memmem(mail, len, sought->containing,
						  strlen(sought->containing)))
		&& (!sought->lacking || !memmem(mail, len, sought->lacking,
						strlen(sought->lacking)));
}

static long count_mails(struct script *script, const struct sought *sought)
{
	const char *dir = script_env_get(script, "SMTP_MAILS");
	DIR *list = dir == NULL ? NULL : opendir(dir);
	struct dirent *entry;
	long n = 0;

	while (list != NULL && (entry = readdir(list)) != NULL)
		if (fnmatch("*.env", entry->d_name, 0) == 0)
			n += is_sought(script, arena_printf(script->arena, "%s/%s", dir,
							    entry->d_name), sought);
	if (list != NULL)
		closedir(list);
	return n;
}

static bool do_smtp(struct line *line)
{
	struct script *script = line->script;
	struct sought sought = {0};
	struct timespec pause = {0, 100000000};
	int64_t end = now_ms() + SMTP_WAIT_MS;
	long wanted, n;

	if (!line_is(line, "has") || !line_number(line, &wanted)
	    || !(line_is(line, "mails") || line_is(line, "mail")) || !line_is(line, "to")
	    || (sought.to = line_word(line)) == NULL)
		return script_fail(script, "smtp has N mails to ADDRESS ...");
	while (!line_at_end(line)) {
		if (line_is(line, "containing"))
			sought.containing = line_word(line);
		else if (line_is(line, "lacking"))
			sought.lacking = line_word(line);
		else
			return script_fail(script, "smtp: containing TEXT, lacking TEXT");
	}
	/* time passes only while mails are missing; too many shows at once */
	while ((n = count_mails(script, &sought)) < wanted && now_ms() < end)
		nanosleep(&pause, NULL);
	return n == wanted || script_fail(script, "the SMTP sink has %ld such mails to %s", n,
					  sought.to);
}

static const struct {
	const char *word;
	bool (*run)(struct line *line);
} verbs[] = {
	{"deliver", do_deliver}, {"fill", do_fill}, {"imap", do_imap}, {"smtp", do_smtp},
};

bool mail_statement(struct line *line, const char *verb, bool *ret_known)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verb, verbs[i].word) == 0)
			return verbs[i].run(line);
	*ret_known = false;
	return false;
}
