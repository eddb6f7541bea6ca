/* SPDX-License-Identifier: ISC */
/*
 * The sub-commands of easphone beside run: a demonstration for people (play), and workloads for
 * measurements (sync, hold).  Each returns the exit status.
 */
#ifndef TESTS_PLAYER_PROGRAMS_H
#define TESTS_PLAYER_PROGRAMS_H

struct phone;
struct script;

/* From the command line; NULL: not given. */
struct options {
	struct script *script;
	const char *argument;	/* first word behind the sub-command */
	const char *user, *password, *version, *kind;
	const char *folder, *window, *body, *size, *filter, *rounds, *heartbeat;
};

int program_play(struct options *options);
int program_sync(struct options *options);
int program_hold(struct options *options);

/* A phone as the options say, with EAS_URL as its server; NULL: told on stderr. */
struct phone *options_phone(const struct options *options);

#endif
