/* SPDX-License-Identifier: ISC */
/*
 * easdump: prints a WBXML document of ActiveSync as text, or turns such text into WBXML.  A tool
 * for people; see contrib/man/easdump.1.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wbxml/limits.h"
#include "wbxml/text.h"

struct job {
	const char *name; /* of the input, for messages */
	bool is_reverse;
	struct text_options options;
};

static int
usage(void)
{
	fputs("usage: easdump [-1m] [-n bytes] [file]\n       easdump -r [file]\n", stderr);
	return 2;
}

/* Reads a stream to its end into memory of the caller; NULL with errno set. */
static char *
read_all(FILE *file, size_t *ret_len)
{
	size_t room = 1 << 16;
	size_t len = 0;
	char *data = malloc(room);

	while (data) {
		size_t got = fread(data + len, 1, room - len, file);
		char *more;

		len += got;
		if (got == 0)
			break;
		if (len < room)
			continue;
		more = room <= WBXML_DOCUMENT_MAX ? realloc(data, 2 * room) : NULL;
		if (!more) {
			free(data);
			errno = EFBIG;
			return NULL;
		}
		data = more;
		room *= 2;
	}
	if (data && ferror(file)) {
		free(data);
		return NULL;
	}
	*ret_len = len;
	return data;
}

static bool
convert(const struct job *job, const char *data, size_t len)
{
	struct text_input input = { .sink = job->options.sink };
	struct text_problem problem;

	if (job->is_reverse) {
		if (text_parse(data, len, &input, &problem))
			return true;
		fprintf(stderr, "easdump: %s: line %u: %s\n", job->name, problem.line,
			problem.reason);
		return false;
	}
	text_print(data, len, &job->options, &problem);
	if (job->options.one_line)
		putchar('\n');
	if (!problem.reason)
		return true;
	fflush(stdout);
	fprintf(stderr, "easdump: %s: offset %zu: %s\n", job->name, problem.offset, problem.reason);
	return false;
}

static int
complain(const char *name)
{
	fprintf(stderr, "easdump: %s: %s\n", name, strerror(errno));
	return 1;
}

static int
run(const struct job *job, const char *path)
{
	FILE *file = path ? fopen(path, "rb") : stdin;
	size_t len = 0;
	char *data;
	bool is_done;

	if (!file)
		return complain(job->name);
	data = read_all(file, &len);
	if (!data)
		complain(job->name);
	if (path)
		fclose(file);
	if (!data)
		return 1;
	is_done = convert(job, data, len);
	free(data);
	if (fflush(stdout) != 0)
		return complain("standard output");
	return is_done ? 0 : 1;
}

int
main(int argc, char **argv)
{
	struct job job = { .options = { .sink = { text_put_file, stdout } } };
	const char *path;
	char *end = NULL;
	int option;

	while ((option = getopt(argc, argv, "1mn:r")) != -1)
		switch (option) {
		case '1':
			job.options.one_line = true;
			break;
		case 'm':
			job.options.mask = TEXT_MASK_CONTENT;
			break;
		case 'n':
			job.options.text_max = strtoul(optarg, &end, 10);
			if (*end || end == optarg)
				return usage();
			break;
		case 'r':
			job.is_reverse = true;
			break;
		default:
			return usage();
		}
	if (argc - optind > 1)
		return usage();
	path = argc > optind && strcmp(argv[optind], "-") != 0 ? argv[optind] : NULL;
	job.name = path ? path : "standard input";
	return run(&job, path);
}
