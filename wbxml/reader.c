/* SPDX-License-Identifier: ISC */
/*
 * The pull reader.  Position and page live in the lexer; all that is added is which container we
 * are in (its depth) and whether a child waits to be entered.  The text of a child is read on a
 * copy of the lexer, so the reader itself moves only in reader_child, _into, _out and _finish.
 */
#include "wbxml/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wbxml/limits.h"

/* The texts inside one element. */
struct gathered {
	unsigned pieces; /* of at least one byte */
	size_t len;
	struct piece first;
};

static void
fail(struct reader *reader, enum reader_fault fault)
{
	if (reader->lexer.fault == READER_OK)
		reader->lexer.fault = fault;
}

void
reader_init(struct reader *reader, const void *data, size_t len, struct reader_memory memory)
{
	memset(reader, 0, sizeof(*reader));
	reader->memory = memory;
	lexer_init(&reader->lexer, data, len);
}

static bool
read_root(struct reader *reader, struct piece *ret)
{
	if (reader->lexer.has_root) {
		fail(reader, READER_MISUSED);
		return false;
	}
	return lexer_next(&reader->lexer, ret);
}

bool
reader_enter(struct reader *reader, enum token root)
{
	size_t start = reader->lexer.at;
	struct piece piece;

	if (!read_root(reader, &piece))
		return false;
	if (piece.kind != PIECE_START || piece.token != root) {
		fail(reader, READER_WRONG_ROOT);
		reader->lexer.at = start;
		return false;
	}
	reader->depth = reader->lexer.depth;
	return true;
}

bool
reader_root(struct reader *reader, enum token *ret)
{
	struct reader look = *reader;
	struct piece piece;

	if (!read_root(&look, &piece)) {
		*reader = look;
		return false;
	}
	*ret = piece.kind == PIECE_START ? piece.token : TOKEN_NONE;
	return true;
}

/* Forgets the child; true if the lexer stands in the current container again. */
static bool
pass_child(struct reader *reader)
{
	reader->has_child = false;
	return lexer_skip(&reader->lexer, reader->depth);
}

bool
reader_child(struct reader *reader, enum token *ret)
{
	struct piece piece;

	if (reader->is_hollow) {
		reader->is_hollow = false;
		return false;
	}
	if (!reader->lexer.has_root)
		fail(reader, READER_MISUSED);
	if (!pass_child(reader) || reader->depth == 0)
		return false;
	while (lexer_next(&reader->lexer, &piece)) {
		if (piece.kind == PIECE_START) {
			reader->has_child = true;
			reader->child_content = piece.has_content;
			*ret = piece.token;
			return true;
		}
		if (piece.kind == PIECE_END) {
			reader->depth--;
			return false;
		}
		if (piece.kind == PIECE_LITERAL && !pass_child(reader))
			return false;
	}
	return false;
}

void
reader_into(struct reader *reader)
{
	if (!reader->has_child) {
		fail(reader, READER_MISUSED);
		return;
	}
	reader->has_child = false;
	reader->is_hollow = !reader->child_content;
	reader->depth = reader->lexer.depth;
}

void
reader_out(struct reader *reader)
{
	if (reader->is_hollow) {
		reader->is_hollow = false;
		return;
	}
	if (reader->depth == 0) {
		fail(reader, READER_MISUSED);
		return;
	}
	reader->depth--;
	pass_child(reader);
}

/* Next text of at least one byte directly inside the element at which look stands, past the
 * elements in it.  False at the end of the element and on a fault. */
static bool
next_text(struct lexer *look, struct piece *ret)
{
	unsigned depth = look->depth;

	while (lexer_next(look, ret)) {
		if (piece_is_text(ret) && ret->len > 0)
			return true;
		if (ret->kind == PIECE_END || !lexer_skip(look, depth))
			return false;
	}
	return false;
}

bool
reader_is_empty(const struct reader *reader)
{
	struct lexer look = reader->lexer;
	struct piece piece;

	if (!reader->has_child || !reader->child_content)
		return true;
	while (lexer_next(&look, &piece)) {
		if (piece.kind == PIECE_END)
			return true;
		if (piece.kind == PIECE_START || (piece_is_text(&piece) && piece.len > 0))
			return false;
		lexer_skip(&look, reader->lexer.depth);
	}
	return true;
}

/* Counts the texts of the child; false if it has none or on a fault. */
static bool
gather(struct reader *reader, struct gathered *ret)
{
	struct lexer look = reader->lexer;
	struct piece piece;

	memset(ret, 0, sizeof(*ret));
	if (!reader->has_child || !reader->child_content)
		return false;
	while (next_text(&look, &piece)) {
		if (ret->pieces++ == 0)
			ret->first = piece;
		ret->len += piece.len;
	}
	if (look.fault == READER_OK && ret->len > WBXML_TEXT_MAX)
		look.fault = READER_TOO_LONG;
	if (look.fault != READER_OK)
		reader->lexer = look;
	return look.fault == READER_OK && ret->pieces > 0;
}

/* A copy of all texts, with a NUL behind; NULL if there is no memory. */
static char *
join(struct reader *reader, size_t len)
{
	struct lexer look = reader->lexer;
	struct piece piece;
	char *copy = NULL;
	size_t at = 0;

	if (reader->memory.alloc)
		copy = reader->memory.alloc(reader->memory.ctx, len + 1);
	if (!copy) {
		fail(reader, READER_NO_MEMORY);
		return NULL;
	}
	while (next_text(&look, &piece)) {
		memcpy(copy + at, piece_data(&piece), piece.len);
		at += piece.len;
	}
	copy[at] = '\0';
	return copy;
}

const char *
reader_text(struct reader *reader)
{
	struct gathered texts;
	const char *copy;

	if (!gather(reader, &texts))
		return "";
	if (texts.pieces == 1 && texts.first.kind == PIECE_TEXT)
		return (const char *)texts.first.data;
	copy = join(reader, texts.len);
	return copy ? copy : "";
}

const void *
reader_bytes(struct reader *reader, size_t *ret_len)
{
	struct gathered texts;
	const void *bytes;

	*ret_len = 0;
	if (!gather(reader, &texts))
		return "";
	bytes = texts.first.data;
	if (texts.pieces > 1 || texts.first.kind == PIECE_ENTITY)
		bytes = join(reader, texts.len);
	if (!bytes)
		return "";
	*ret_len = texts.len;
	return bytes;
}

bool
reader_number(struct reader *reader, long *ret)
{
	const char *text = reader_text(reader);
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 10);
	if (end == text || errno)
		return false;
	end += strspn(end, " \t\r\n");
	if (*end)
		return false;
	*ret = value;
	return true;
}

long
reader_int(struct reader *reader, long min, long max)
{
	long value;

	if (reader_number(reader, &value) && value >= min && value <= max)
		return value;
	fail(reader, READER_BAD_VALUE);
	return min;
}

bool
reader_bool(struct reader *reader)
{
	const char *text = reader_text(reader);

	if (reader->lexer.fault != READER_OK)
		return false;
	if (!*text || strcmp(text, "1") == 0 || strcmp(text, "true") == 0)
		return true;
	if (strcmp(text, "0") != 0 && strcmp(text, "false") != 0)
		fail(reader, READER_BAD_VALUE);
	return false;
}

bool
reader_finish(struct reader *reader)
{
	if (!reader->lexer.has_root)
		fail(reader, READER_MISUSED);
	reader->has_child = false;
	reader->is_hollow = false;
	reader->depth = 0;
	return lexer_finish(&reader->lexer);
}

enum reader_fault
reader_fault(const struct reader *reader)
{
	return reader->lexer.fault;
}

size_t
reader_offset(const struct reader *reader)
{
	return reader->lexer.at;
}

const char *
reader_fault_name(enum reader_fault fault)
{
	static const char *const names[READER_FAULTS] = {
		[READER_OK] = "ok",
		[READER_BAD_HEADER] = "bad header",
		[READER_TRUNCATED] = "truncated",
		[READER_TOO_DEEP] = "too deep",
		[READER_TOO_LONG] = "too long",
		[READER_BAD_TOKEN] = "bad token",
		[READER_BAD_STRING] = "bad string",
		[READER_BAD_VALUE] = "bad value",
		[READER_WRONG_ROOT] = "wrong root",
		[READER_TRAILING] = "bytes after the end",
		[READER_NO_MEMORY] = "no memory",
		[READER_MISUSED] = "misused",
	};

	return fault < READER_FAULTS ? names[fault] : "unknown";
}

enum reader_fault
wbxml_check(const void *data, size_t len)
{
	struct lexer lexer;
	struct piece piece;

	lexer_init(&lexer, data, len);
	if (lexer_next(&lexer, &piece))
		lexer_finish(&lexer);
	return lexer.fault;
}
