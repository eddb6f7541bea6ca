/* SPDX-License-Identifier: ISC */
/*
 * The grammar of [WBXML 1.3] as far as ActiveSync uses it, every length checked before it is
 * used.  Each byte is looked at once per pass; string table references, which alone could make
 * a short document stand for a long one, are counted.
 */
#include "wbxml/lexer.h"

#include <stdint.h>
#include <string.h>

#include "wbxml/limits.h"
#include "wbxml/utf8.h"

/* Global tokens, [WBXML 1.3] 7.1 */
enum {
	SWITCH_PAGE = 0x00,
	END = 0x01,
	ENTITY = 0x02,
	STR_I = 0x03,
	LITERAL = 0x04,
	LITERAL_C = 0x44,
	STR_T = 0x83,
	OPAQUE = 0xc3,
	HAS_CONTENT = 0x40,
	HAS_ATTRIBUTES = 0x80,
	CODE = 0x3f,
	FIRST_TAG = 0x05,
};

/* Assigned numbers of character sets: UTF-8, and what some clients write for it. */
enum {
	CHARSET_UNKNOWN = 0,
	CHARSET_ASCII = 3,
	CHARSET_UTF8 = 106,
};

static bool
fail(struct lexer *lexer, enum reader_fault fault)
{
	if (lexer->fault == READER_OK)
		lexer->fault = fault;
	return false;
}

static bool
read_byte(struct lexer *lexer, unsigned char *ret)
{
	if (lexer->at == lexer->len)
		return fail(lexer, READER_TRUNCATED);
	*ret = lexer->data[lexer->at++];
	return true;
}

/* mb_u_int32: seven bits a byte, the high bit says that more follow. */
static bool
read_number(struct lexer *lexer, uint32_t *ret)
{
	uint64_t value = 0;
	unsigned char byte = 0x80;

	for (int i = 0; i < 5 && byte & 0x80; i++) {
		if (!read_byte(lexer, &byte))
			return false;
		value = value << 7 | (byte & 0x7f);
	}
	if (byte & 0x80 || value > UINT32_MAX)
		return fail(lexer, READER_TOO_LONG);
	*ret = (uint32_t)value;
	return true;
}

static bool
read_table(struct lexer *lexer)
{
	uint32_t len;

	if (!read_number(lexer, &len))
		return false;
	if (len > WBXML_TABLE_MAX)
		return fail(lexer, READER_TOO_LONG);
	if (len > lexer->len - lexer->at)
		return fail(lexer, READER_TRUNCATED);
	lexer->table = lexer->data + lexer->at;
	lexer->table_len = len;
	lexer->at += len;
	return true;
}

static bool
read_prologue(struct lexer *lexer)
{
	unsigned char version;
	uint32_t number;

	if (!read_byte(lexer, &version))
		return false;
	if (version < 1 || version > 3)
		return fail(lexer, READER_BAD_HEADER);
	if (!read_number(lexer, &number))
		return false;
	/* public id 0: its name is in the string table */
	if (number == 0 && !read_number(lexer, &number))
		return false;
	if (!read_number(lexer, &number))
		return false;
	if (number != CHARSET_UTF8 && number != CHARSET_UNKNOWN && number != CHARSET_ASCII)
		return fail(lexer, READER_BAD_HEADER);
	return read_table(lexer);
}

void
lexer_init(struct lexer *lexer, const void *data, size_t len)
{
	memset(lexer, 0, sizeof(*lexer));
	lexer->data = data;
	lexer->len = len;
	if (len > WBXML_DOCUMENT_MAX) {
		fail(lexer, READER_TOO_LONG);
		return;
	}
	read_prologue(lexer);
}

static bool
read_inline(struct lexer *lexer, struct piece *piece)
{
	const unsigned char *start = lexer->data + lexer->at;
	size_t rest = lexer->len - lexer->at;
	size_t room = rest > WBXML_TEXT_MAX ? WBXML_TEXT_MAX + 1 : rest;
	const unsigned char *end = room ? memchr(start, 0, room) : NULL;

	if (!end)
		return fail(lexer, rest > WBXML_TEXT_MAX ? READER_TOO_LONG : READER_TRUNCATED);
	piece->kind = PIECE_TEXT;
	piece->data = start;
	piece->len = (size_t)(end - start);
	lexer->at += piece->len + 1;
	return true;
}

static bool
read_opaque(struct lexer *lexer, struct piece *piece)
{
	uint32_t len;

	if (!read_number(lexer, &len))
		return false;
	if (len > WBXML_TEXT_MAX)
		return fail(lexer, READER_TOO_LONG);
	if (len > lexer->len - lexer->at)
		return fail(lexer, READER_TRUNCATED);
	piece->kind = PIECE_OPAQUE;
	piece->data = lexer->data + lexer->at;
	piece->len = len;
	lexer->at += len;
	return true;
}

static bool
read_reference(struct lexer *lexer, struct piece *piece)
{
	const unsigned char *end;
	uint32_t index;

	if (!read_number(lexer, &index))
		return false;
	if (index >= lexer->table_len)
		return fail(lexer, READER_BAD_STRING);
	end = memchr(lexer->table + index, 0, lexer->table_len - index);
	if (!end)
		return fail(lexer, READER_BAD_STRING);
	piece->kind = PIECE_TEXT;
	piece->data = lexer->table + index;
	piece->len = (size_t)(end - piece->data);
	lexer->expanded += piece->len;
	if (lexer->expanded > WBXML_EXPANSION_MAX)
		return fail(lexer, READER_TOO_LONG);
	return true;
}

static bool
read_entity(struct lexer *lexer, struct piece *piece)
{
	uint32_t code;

	if (!read_number(lexer, &code))
		return false;
	if (code == 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return fail(lexer, READER_BAD_STRING);
	piece->kind = PIECE_ENTITY;
	piece->len = utf8_encode(code, piece->small);
	piece->small[piece->len] = '\0';
	return true;
}

static bool
read_text(struct lexer *lexer, unsigned char byte, struct piece *piece)
{
	if (lexer->depth == 0)
		return fail(lexer, READER_BAD_TOKEN);
	switch (byte) {
	case STR_I:
		return read_inline(lexer, piece);
	case OPAQUE:
		return read_opaque(lexer, piece);
	case STR_T:
		return read_reference(lexer, piece);
	case ENTITY:
		return read_entity(lexer, piece);
	default:
		return fail(lexer, READER_BAD_TOKEN);
	}
}

static bool
read_start(struct lexer *lexer, unsigned char byte, struct piece *piece)
{
	uint32_t index;

	if (byte & HAS_ATTRIBUTES)
		return fail(lexer, READER_BAD_TOKEN);
	if (lexer->depth == WBXML_DEPTH_MAX)
		return fail(lexer, READER_TOO_DEEP);
	piece->kind = PIECE_START;
	piece->has_content = byte & HAS_CONTENT;
	piece->token = (enum token)((unsigned)lexer->page << 8 | (byte & CODE));
	if ((byte & CODE) == LITERAL) {
		piece->kind = PIECE_LITERAL;
		if (!read_number(lexer, &index))
			return false;
	}
	lexer->has_root = true;
	lexer->depth += piece->has_content;
	return true;
}

static bool
read_end(struct lexer *lexer, struct piece *piece)
{
	if (lexer->depth == 0)
		return fail(lexer, READER_BAD_TOKEN);
	piece->kind = PIECE_END;
	lexer->depth--;
	return true;
}

static bool
read_piece(struct lexer *lexer, struct piece *piece)
{
	unsigned char byte = END;

	if (!read_byte(lexer, &byte))
		return false;
	while (byte == SWITCH_PAGE)
		if (!read_byte(lexer, &lexer->page) || !read_byte(lexer, &byte))
			return false;
	if (byte == END)
		return read_end(lexer, piece);
	if ((byte & CODE) >= FIRST_TAG || byte == LITERAL || byte == LITERAL_C)
		return read_start(lexer, byte, piece);
	return read_text(lexer, byte, piece);
}

bool
lexer_next(struct lexer *lexer, struct piece *ret)
{
	size_t start = lexer->at;

	if (lexer->fault != READER_OK)
		return false;
	if (lexer->has_root && lexer->depth == 0)
		return fail(lexer, lexer->at < lexer->len ? READER_TRAILING : READER_MISUSED);
	memset(ret, 0, sizeof(*ret));
	if (read_piece(lexer, ret))
		return true;
	lexer->at = start;
	return false;
}

bool
lexer_skip(struct lexer *lexer, unsigned depth)
{
	struct piece piece;

	while (lexer->depth > depth)
		if (!lexer_next(lexer, &piece))
			return false;
	return lexer->fault == READER_OK;
}

bool
lexer_finish(struct lexer *lexer)
{
	if (lexer_skip(lexer, 0) && lexer->at < lexer->len)
		fail(lexer, READER_TRAILING);
	return lexer->fault == READER_OK;
}

const void *
piece_data(const struct piece *piece)
{
	return piece->kind == PIECE_ENTITY ? (const void *)piece->small : piece->data;
}
