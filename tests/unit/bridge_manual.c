/* SPDX-License-Identifier: ISC */
/*
 * What is printed about the configuration must not drift from it: the list of
 * settings in easbridge.conf(5) is the one of config.def, and the sample file
 * has no mistakes and names settings that exist.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bridge/base/buf.h"
#include "bridge/config.h"

static void
gather(void *ctx, const char *file, int line, const char *key, const char *reason)
{
	buf_printf(ctx, "%s:%d: %s: %s\n", file, line, key, reason);
}

static void
file_read(FILE *file, struct buf *ret_text)
{
	uint8_t *at;
	size_t got;

	buf_init(ret_text, 1 << 20);
	assert_non_null(file);
	while ((at = buf_space(ret_text, 4096)) != NULL && (got = fread(at, 1, 4096, file)) > 0)
		buf_grown(ret_text, got);
	fclose(file);
}

/* What config_print_manual writes to standard output. */
static void
manual_print(struct buf *ret_text)
{
	FILE *file = tmpfile();
	int saved;

	assert_non_null(file);
	fflush(stdout);
	saved = dup(STDOUT_FILENO);
	dup2(fileno(file), STDOUT_FILENO);
	config_print_manual();
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	rewind(file);
	file_read(file, ret_text);
}

static void
test_page(void **state)
{
	static const char begins[] = ".\\\" settings begin\n", ends[] = ".\\\" settings end\n";
	struct buf page, printed;
	const char *start, *end;

	(void)state;
	file_read(fopen(TEST_TOP "/contrib/man/easbridge.conf.5", "r"), &page);
	manual_print(&printed);
	start = strstr(buf_str(&page), begins);
	assert_non_null(start);
	start += strlen(begins);
	end = strstr(start, ends);
	assert_non_null(end);
	if ((size_t)(end - start) != printed.len || memcmp(start, printed.data, printed.len) != 0)
		fail_msg("easbridge.conf.5 is not that of config.def: run contrib/man/renew.sh");
	buf_free(&page);
	buf_free(&printed);
}

/* Takes the ; off lines that show a setting; those that only talk keep theirs. */
static void
sample_uncomment(const struct buf *text, struct buf *ret_all)
{
	buf_init(ret_all, 1 << 20);
	for (size_t i = 0; i < text->len; i++) {
		bool starts = i == 0 || text->data[i - 1] == '\n';
		bool shows = i + 1 < text->len && strchr(" .\t", text->data[i + 1]) == NULL;

		if (!starts || text->data[i] != ';' || !shows)
			buf_putc(ret_all, (char)text->data[i]);
	}
}

/* Once as it is, once with all that it shows; there the listeners exclude each other only by
 * advice, so no setting may stand twice. */
static void
test_sample(void **state)
{
	struct buf sample, all, mistakes;
	struct config *read;

	(void)state;
	file_read(fopen(TEST_TOP "/contrib/easbridge.conf", "r"), &sample);
	buf_init(&mistakes, 10000);
	read = config_parse(buf_str(&sample), sample.len, "sample", gather, &mistakes);
	assert_string_equal(buf_str(&mistakes), "");
	config_free(&read);
	sample_uncomment(&sample, &all);
	read = config_parse(buf_str(&all), all.len, "sample", gather, &mistakes);
	assert_string_equal(buf_str(&mistakes), "");
	assert_int_equal(read->n_domains, 2);
	assert_int_equal(read->server.listen.n, 3);
	config_free(&read);
	buf_free(&sample);
	buf_free(&all);
	buf_free(&mistakes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page),
		cmocka_unit_test(test_sample),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
