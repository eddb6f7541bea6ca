/* SPDX-License-Identifier: ISC */
/*
 * The tables behind wbxml/tokens.h, all made from tokens.def by the compiler.
 */
#include "wbxml/tokens.h"

#include <string.h>

#include "wbxml/limits.h"

enum token_kind {
	KIND_TEXT,
	KIND_OPAQUE,
};

struct token_row {
	const char *name;
	unsigned char since;
	unsigned char kind;
	unsigned char privacy;
};

static const char *const page_names[WBXML_PAGES] = {
#define PAGE(number, name) [number] = #name,
#define TOKEN(name, page, code, tag, since, kind, privacy)
#include "wbxml/tokens.def"
};

static const struct token_row token_rows[WBXML_PAGES][WBXML_CODES] = {
#define PAGE(number, name)
#define TOKEN(name, page, code, tag, since, kind, privacy)                                         \
	[page][code] = { #tag, since, KIND_##kind, TOKEN_##privacy },
#include "wbxml/tokens.def"
};

/* Row of a token, an empty one if it has none. */
static const struct token_row *
find_row(enum token token)
{
	static const struct token_row none;

	if (token_page(token) >= WBXML_PAGES || token_code(token) >= WBXML_CODES)
		return &none;
	return &token_rows[token_page(token)][token_code(token)];
}

const char *
token_name(enum token token)
{
	return find_row(token)->name;
}

const char *
token_page_name(unsigned page)
{
	return page < WBXML_PAGES ? page_names[page] : NULL;
}

static enum token
find_on_page(unsigned page, const char *tag)
{
	for (unsigned code = 0; code < WBXML_CODES; code++) {
		const char *name = token_rows[page][code].name;

		if (name && strcmp(name, tag) == 0)
			return (enum token)(page << 8 | code);
	}
	return TOKEN_NONE;
}

static enum token
find_anywhere(const char *tag)
{
	enum token found = TOKEN_NONE;

	for (unsigned page = 0; page < WBXML_PAGES; page++) {
		enum token here = find_on_page(page, tag);

		if (here && found)
			return TOKEN_NONE;
		if (here)
			found = here;
	}
	return found;
}

enum token
token_find(const char *page_name, const char *tag)
{
	if (!page_name)
		return find_anywhere(tag);
	for (unsigned page = 0; page < WBXML_PAGES; page++)
		if (strcmp(page_names[page], page_name) == 0)
			return find_on_page(page, tag);
	return TOKEN_NONE;
}

unsigned
token_since(enum token token)
{
	return find_row(token)->since;
}

bool
token_is_opaque(enum token token)
{
	return find_row(token)->kind == KIND_OPAQUE;
}

enum token_privacy
token_privacy(enum token token)
{
	return (enum token_privacy)find_row(token)->privacy;
}
