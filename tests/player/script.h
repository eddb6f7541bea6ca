/* SPDX-License-Identifier: ISC */
/*
 * A transcript being played: statements of a small language, one after the other, each by a
 * function of a table.  See tests/transcripts/README for the language.  One script, one run, one
 * arena; the first error ends it and names file, line and what was wrong.
 */
#ifndef TESTS_PLAYER_SCRIPT_H
#define TESTS_PLAYER_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "bridge/base/map.h"
#include "tests/player/notation.h"

struct arena;
struct node;
struct phone;

struct script {
	struct arena *arena;
	const char *file;	/* path of the transcript */
	const char *run;	/* suffix that makes accounts of this run its own */
	struct map env;		/* from the env file: name -> text */
	struct map vars;	/* name -> text */
	struct map phones;	/* name -> struct phone */
	struct phone *phone;	/* the one named last */
	const char *mail_dir;	/* where mails lie, with a slash at its end */
	const char *reply;	/* last answer of the IMAP server */
	size_t log_start;	/* size of sync.log when the run began */
	bool trace;		/* print each statement and exchange */
	bool skipped;		/* "skip unless": not for this environment */
	const char *skip_reason;
	const char *error;
};

/* A statement while it is carried out: what is left of its text. */
struct line {
	struct script *script;
	const char *text;
	struct notation notation;
};


bool script_fail(struct script *script, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Env file: NAME='value' lines.  false: error. */
bool script_env(struct script *script, const char *path);
const char *script_env_get(const struct script *script, const char *name); /* NULL: unset */

/* Plays a whole file; false: script->error. */
bool script_run(struct script *script, const char *path);
/* ... or statements in memory. */
bool script_play(struct script *script, const char *text, long first_line);

void script_set(struct script *script, const char *name, const char *value);

/* The account name of this run: "u1@ex.test" -> "u1-x7@ex.test", "alice" -> "alice-x7@DOMAIN". */
const char *script_account(struct script *script, const char *name);

/* Words of a statement.  line_word: NULL and an error at the end. */
char *line_word(struct line *line);
bool line_is(struct line *line, const char *word);	/* eats it when it is next */
bool line_at_end(struct line *line);
bool line_number(struct line *line, long *ret);
bool line_time(struct line *line, int64_t *ret_ms);	/* 2s, 1.5s, 300ms */
struct node *line_element(struct line *line, bool pattern);

/* Verbs of phones (verbs_phone.c, verbs_sync.c), of the mail side and of the rest. */
bool phone_statement(struct line *line, struct phone *phone);
bool phone_create(struct line *line, const char *name);
bool sync_statement(struct line *line, struct phone *phone, const char *verb, bool *ret_known);
bool mail_statement(struct line *line, const char *verb, bool *ret_known);
bool script_variable(struct script *script, const char *name, const char **ret_value);

#endif
