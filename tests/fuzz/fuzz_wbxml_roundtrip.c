/* SPDX-License-Identifier: ISC */
/*
 * Fuzz target: any good document goes through reader and writer, and through text.  The writer's
 * output is a good document of legal text that reads the same; text restores its document.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wbxml/reader.h"
#include "wbxml/text.h"
#include "wbxml/utf8.h"
#include "wbxml/writer.h"

struct output {
	char *data;
	size_t len;
	size_t room;
};

/* Texts that had to be joined, one behind the other. */
struct pool {
	void *blocks[4096];
	size_t n_blocks;
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

static void *
pool_alloc(void *ctx, size_t size)
{
	struct pool *pool = ctx;

	if (pool->n_blocks == sizeof(pool->blocks) / sizeof(pool->blocks[0]))
		return NULL;
	return pool->blocks[pool->n_blocks++] = malloc(size);
}

static void
check(bool condition)
{
	if (!condition)
		abort();
}

static bool
has_children(struct reader look)
{
	enum token token;

	reader_into(&look);
	return reader_child(&look, &token);
}

/* Writes a text in three pieces cut at odd places. */
static void
copy_text(struct reader *reader, struct writer *writer, enum token token)
{
	const char *text = reader_text(reader);
	size_t len = strlen(text);

	writer_text_begin(writer, token);
	writer_text_more(writer, text, len / 3);
	writer_text_more(writer, text + len / 3, len / 2 - len / 3);
	writer_text_more(writer, text + len / 2, len - len / 2);
	writer_text_end(writer);
}

static void
copy_child(struct reader *reader, struct writer *writer, enum token token)
{
	const void *bytes;
	size_t len;

	if (reader_is_empty(reader)) {
		writer_empty(writer, token);
	} else if (token_is_opaque(token)) {
		bytes = reader_bytes(reader, &len);
		writer_opaque(writer, token, bytes, len);
	} else {
		copy_text(reader, writer, token);
	}
}

static void
copy(struct reader *reader, struct writer *writer, bool always)
{
	enum token token;

	while (reader_child(reader, &token)) {
		if (!has_children(*reader)) {
			copy_child(reader, writer, token);
			continue;
		}
		if (always)
			writer_open_always(writer, token);
		else
			writer_open(writer, token);
		reader_into(reader);
		copy(reader, writer, always);
		writer_close(writer);
	}
}

/* False if the document is too bad, or too odd for our memory. */
static bool
rewrite(const void *data, size_t len, struct output *output)
{
	static struct pool pool;
	struct reader reader;
	struct writer writer;
	enum token root;
	bool is_done = false;

	output->len = 0;
	reader_init(&reader, data, len, (struct reader_memory){ pool_alloc, &pool });
	writer_begin(&writer, (struct writer_sink){ take, output });
	if (reader_root(&reader, &root) && reader_enter(&reader, root)) {
		writer_open_always(&writer, root);
		copy(&reader, &writer, len % 2);
		writer_close(&writer);
		is_done = reader_finish(&reader);
		check(writer_end(&writer) || !is_done);
	}
	while (pool.n_blocks)
		free(pool.blocks[--pool.n_blocks]);
	return is_done;
}

/* Every inline string that our writer made is legal text. */
static void
check_texts(struct reader *reader)
{
	enum token token;

	while (reader_child(reader, &token)) {
		const char *text = reader_text(reader);

		if (!token_is_opaque(token))
			check(utf8_legal(text, strlen(text)) == strlen(text));
		if (!has_children(*reader))
			continue;
		reader_into(reader);
		check_texts(reader);
	}
}

static void
check_writer(const uint8_t *data, size_t len)
{
	struct output first = { .data = NULL };
	struct output second = { .data = NULL };
	static struct pool pool;
	struct reader reader;
	enum token root;

	if (rewrite(data, len, &first)) {
		check(wbxml_check(first.data, first.len) == READER_OK);
		reader_init(&reader, first.data, first.len,
			(struct reader_memory){ pool_alloc, &pool });
		check(reader_root(&reader, &root) && reader_enter(&reader, root));
		check_texts(&reader);
		while (pool.n_blocks)
			free(pool.blocks[--pool.n_blocks]);
		check(rewrite(first.data, first.len, &second));
		check(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
	}
	free(first.data);
	free(second.data);
}

static bool
print(const void *data, size_t len, struct output *output)
{
	struct text_options options = { .sink = { take, output }, .one_line = len % 2 };
	struct text_problem problem;

	output->len = 0;
	return text_print(data, len, &options, &problem);
}

static bool
parse(const struct output *text, struct output *output)
{
	struct text_input input = { .sink = { take, output } };
	struct text_problem problem;

	output->len = 0;
	return text_parse(text->data, text->len, &input, &problem);
}

/* Text of any good document parses to one that prints the same. */
static void
check_text(const uint8_t *data, size_t len)
{
	struct output text = { .data = NULL };
	struct output document = { .data = NULL };
	struct output again = { .data = NULL };
	struct text_options masked = {
		.sink = { take, &again }, .mask = TEXT_MASK_CONTENT, .text_max = 3
	};
	struct text_problem problem;

	text_print(data, len, &masked, &problem);
	if (print(data, len, &text) && text.len > 0) {
		struct text_options same = { .sink = { take, &again }, .one_line = len % 2 };

		check(wbxml_check(data, len) == READER_OK);
		check(parse(&text, &document));
		again.len = 0;
		check(text_print(document.data, document.len, &same, &problem));
		check(again.len == text.len && memcmp(again.data, text.data, text.len) == 0);
	}
	free(text.data);
	free(document.data);
	free(again.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	check_writer(data, len);
	check_text(data, len);
	return 0;
}
