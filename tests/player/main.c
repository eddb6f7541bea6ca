/* SPDX-License-Identifier: ISC */
/*
 * easphone: the test phone.  One process, one thread, one arena; exit status 0 = all well,
 * 1 = something failed, 2 = wrong usage, 77 = the transcript skipped itself.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "bridge/base/arena.h"
#include "tests/player/programs.h"
#include "tests/player/script.h"

enum { SKIPPED = 77 };

static void usage(void)
{
	fputs("usage: easphone run FILE... [options]   plays transcripts\n"
	      "       easphone play first-day         a phone's first day, in plain words\n"
	      "       easphone sync                   syncs one folder, prints what it took\n"
	      "       easphone hold N                 holds N Pings, prints when they are held\n"
	      "options: --env FILE      NAME='value' lines: EAS_URL EAS_CA_FILE IMAP_PORT ...\n"
	      "         --url URL       instead of EAS_URL; --ca FILE instead of EAS_CA_FILE\n"
	      "         --run SUFFIX    makes the accounts of a transcript its own\n"
	      "         --mail DIR      where mails lie\n"
	      "         --user U --password P --version V --as KIND\n"
	      "         --folder NAME --window N --body TYPE --size N --filter N --rounds N\n"
	      "         --heartbeat S   of hold\n"
	      "         --trace         print statements as they are played\n", stderr);
}

static const struct option long_options[] = {
	{"env", 1, NULL, 'e'}, {"url", 1, NULL, 'u'}, {"ca", 1, NULL, 'c'}, {"run", 1, NULL, 'r'},
	{"mail", 1, NULL, 'm'}, {"user", 1, NULL, 'U'}, {"password", 1, NULL, 'P'},
	{"version", 1, NULL, 'V'}, {"as", 1, NULL, 'a'}, {"folder", 1, NULL, 'f'},
	{"window", 1, NULL, 'w'}, {"body", 1, NULL, 'b'}, {"size", 1, NULL, 's'},
	{"filter", 1, NULL, 'F'}, {"rounds", 1, NULL, 'n'}, {"heartbeat", 1, NULL, 'h'},
	{"trace", 0, NULL, 't'}, {NULL, 0, NULL, 0},
};

static bool set_option(struct options *options, int letter, const char *value)
{
	struct script *script = options->script;

	switch (letter) {
	case 'e':
		if (script_env(script, value))
			return true;
		fprintf(stderr, "easphone: %s\n", script->error);
		return false;
	case 'u': map_put(&script->env, "EAS_URL", arena_strdup(script->arena, value)); break;
	case 'c': map_put(&script->env, "EAS_CA_FILE", arena_strdup(script->arena, value)); break;
	case 'r': script->run = value; break;
	case 'm': script->mail_dir = arena_printf(script->arena, "%s/", value); break;
	case 'U': options->user = value; break;
	case 'P': options->password = value; break;
	case 'V': options->version = value; break;
	case 'a': options->kind = value; break;
	case 'f': options->folder = value; break;
	case 'w': options->window = value; break;
	case 'b': options->body = value; break;
	case 's': options->size = value; break;
	case 'F': options->filter = value; break;
	case 'n': options->rounds = value; break;
	case 'h': options->heartbeat = value; break;
	case 't': script->trace = true; break;
	default: return false;
	}
	return true;
}

/* The directory of the transcript, with mail beside it. */
static const char *mail_beside(struct script *script, const char *path)
{
	const char *slash = strrchr(path, '/');

	return arena_printf(script->arena, "%.*s../mail/",
			    slash ? (int)(slash + 1 - path) : 0, path);
}

static int run(struct options *options)
{
	struct script *script = options->script;

	if (options->argument == NULL) {
		usage();
		return 2;
	}
	if (script->mail_dir == NULL)
		script->mail_dir = mail_beside(script, options->argument);
	if (!script_run(script, options->argument)) {
		fprintf(stderr, "%s\n", script->error);
		return 1;
	}
	if (script->skipped)
		printf("skipped: no %s here\n", script->skip_reason);
	return script->skipped ? SKIPPED : 0;
}

static const struct {
	const char *name;
	int (*run)(struct options *options);
} programs[] = {
	{"run", run}, {"play", program_play}, {"sync", program_sync}, {"hold", program_hold},
};

int main(int argc, char **argv)
{
	struct arena *arena = arena_new(0);
	struct script script = {.arena = arena, .run = ""};
	struct options options = {.script = &script, .kind = "ios", .folder = "INBOX"};
	int letter;

	signal(SIGPIPE, SIG_IGN);
	map_init(&script.env, arena);
	map_init(&script.vars, arena);
	map_init(&script.phones, arena);
	while ((letter = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		if (!set_option(&options, letter, optarg)) {
			usage();
			return 2;
		}
	options.argument = optind + 1 < argc ? argv[optind + 1] : NULL;
	for (size_t i = 0; optind < argc && i < sizeof(programs) / sizeof(programs[0]); i++)
		if (strcmp(argv[optind], programs[i].name) == 0) {
			int status = programs[i].run(&options);

			arena_free(&arena);
			return status;
		}
	usage();
	return 2;
}
