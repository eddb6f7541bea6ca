/* SPDX-License-Identifier: ISC */
/*
 * Fuzz target: parses any bytes as readable text.  What is accepted is a good document, and
 * printing and parsing it again, in both forms, gives the same document.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wbxml/reader.h"
#include "wbxml/text.h"

struct output {
	char *data;
	size_t len;
	size_t room;
};

static bool
take(void *ctx, const void *data, size_t len)
{
	struct output *output = ctx;

	while (output->room - output->len < len) {
		output->room = output->room ? 2 * output->room : 4096;
		output->data = realloc(output->data, output->room);
		if (!output->data)
			abort();
	}
	memcpy(output->data + output->len, data, len);
	output->len += len;
	return true;
}

static const char *
find(void *ctx, const char *name)
{
	(void)ctx;
	return *name == 'a' ? "value of a variable" : NULL;
}

static void
check(bool condition)
{
	if (!condition)
		abort();
}

static void
check_again(const struct output *document, bool one_line)
{
	struct output text = { .data = NULL };
	struct output again = { .data = NULL };
	struct text_options options = { .sink = { take, &text }, .one_line = one_line };
	struct text_input input = { .sink = { take, &again } };
	struct text_problem problem;

	check(text_print(document->data, document->len, &options, &problem));
	check(text_parse(text.data, text.len, &input, &problem));
	check(again.len == document->len);
	check(memcmp(again.data, document->data, again.len) == 0);
	free(text.data);
	free(again.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct output document = { .data = NULL };
	struct text_input input = { .sink = { take, &document }, .find = find };
	struct text_problem problem;

	if (len > 0) {
		input.is_part = data[0] & 1;
		if (text_parse((const char *)data + 1, len - 1, &input, &problem)) {
			check(wbxml_check(document.data, document.len) == READER_OK);
			check_again(&document, false);
			check_again(&document, true);
		}
		check(problem.offset <= len - 1 && problem.line >= 1);
	}
	free(document.data);
	return 0;
}
