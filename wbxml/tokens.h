/* SPDX-License-Identifier: ISC */
/*
 * Names of all ActiveSync elements: enum token has one value per row of tokens.def, page << 8 |
 * code, spelt Page_Tag.  A token read from a document may hold a value without a name (unknown
 * page or tag): handle it in the default branch.  Pure data, no state; worker and tools.
 */
#ifndef WBXML_TOKENS_H
#define WBXML_TOKENS_H

#include <stdbool.h>

enum token {
	TOKEN_NONE = 0,
#define PAGE(number, name)
#define TOKEN(name, page, code, tag, since, kind, privacy) name##_##tag = page << 8 | code,
#include "wbxml/tokens.def"
};

enum token_privacy {
	TOKEN_OPEN,    /* may be shown in a log */
	TOKEN_CONTENT, /* message text, attachment, photo */
	TOKEN_SECRET,  /* password */
};

/* Tag name without page, "Sync"; NULL if the token has none. */
const char *token_name(enum token token);

/* Page name as in tokens.def, "AirSync"; NULL if there is no such page. */
const char *token_page_name(unsigned page);

/* Exact names, case counts.  A NULL page_name looks through all pages and wants the tag to be
 * unique.  TOKEN_NONE if not found. */
enum token token_find(const char *page_name, const char *tag);

/* First protocol version times ten: 25 120 121 140 141 160 161; 0 if the token has no name. */
unsigned token_since(enum token token);

/* True if the content is a byte array, written as OPAQUE. */
bool token_is_opaque(enum token token);

/* What may be shown of the content.  Tokens without a name are TOKEN_OPEN. */
enum token_privacy token_privacy(enum token token);

static inline unsigned
token_page(enum token token)
{
	return (unsigned)token >> 8;
}

static inline unsigned
token_code(enum token token)
{
	return (unsigned)token & 0xff;
}

#endif
