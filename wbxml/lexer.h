/* SPDX-License-Identifier: ISC */
/*
 * Splits a WBXML document ([WBXML 1.3] section 5) into pieces: start tags, ends and texts.  Used
 * by the reader and the text printer; commands use wbxml/reader.h.  A lexer is a value over bytes
 * that somebody else owns; copying it is a bookmark.  Errors stick.
 */
#ifndef WBXML_LEXER_H
#define WBXML_LEXER_H

#include <stdbool.h>
#include <stddef.h>

#include "wbxml/tokens.h"

enum reader_fault {
	READER_OK,
	READER_BAD_HEADER,  /* not the prologue of a WBXML document that we read */
	READER_TRUNCATED,   /* the data ends inside the document */
	READER_TOO_DEEP,    /* more than WBXML_DEPTH_MAX elements inside each other */
	READER_TOO_LONG,    /* document, text or string table above its limit */
	READER_BAD_TOKEN,   /* attribute, processing instruction, extension, misplaced END */
	READER_BAD_STRING,  /* reference outside the string table, impossible character entity */
	READER_BAD_VALUE,   /* reader_int, reader_bool: text is no such value */
	READER_WRONG_ROOT,  /* reader_enter: another root element */
	READER_TRAILING,    /* bytes after the root element */
	READER_NO_MEMORY,   /* a text had to be copied and alloc refused */
	READER_MISUSED,     /* call out of order: a bug of the caller */
	READER_FAULTS
};

enum piece_kind {
	PIECE_START,   /* token, has_content */
	PIECE_LITERAL, /* start tag named in the string table, has_content */
	PIECE_END,
	PIECE_TEXT,    /* data, len; a NUL follows the data */
	PIECE_OPAQUE,  /* data, len */
	PIECE_ENTITY,  /* small, len: one character in UTF-8 */
};

struct piece {
	enum piece_kind kind;
	enum token token;
	bool has_content;
	const unsigned char *data; /* borrowed from the document; NULL for PIECE_ENTITY */
	size_t len;
	char small[5];
};

struct lexer {
	const unsigned char *data;
	size_t len;
	size_t at;                  /* next byte; after a fault the start of the bad piece */
	const unsigned char *table; /* string table inside data */
	size_t table_len;
	size_t expanded;            /* bytes taken from the table so far */
	unsigned depth;             /* elements open */
	bool has_root;
	unsigned char page;
	enum reader_fault fault;
};

/* Checks the size and reads the prologue.  A fault shows in lexer->fault. */
void lexer_init(struct lexer *lexer, const void *data, size_t len);

/* Next piece; counts depth.  False on a fault.  At depth 0 exactly one element is accepted. */
bool lexer_next(struct lexer *lexer, struct piece *ret);

/* Skips pieces until no more than depth elements are open. */
bool lexer_skip(struct lexer *lexer, unsigned depth);

/* Skips the rest of the root element and checks that nothing follows. */
bool lexer_finish(struct lexer *lexer);

/* Bytes of a text piece, wherever they are. */
const void *piece_data(const struct piece *piece);

static inline bool
piece_is_text(const struct piece *piece)
{
	return piece->kind >= PIECE_TEXT;
}

#endif
