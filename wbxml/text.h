/* SPDX-License-Identifier: ISC */
/*
 * WBXML as readable text, both ways; for the log, easdump, golden files and the test phone.
 *
 *	Ping { Status 2  Folders { Folder 5 } }
 *
 * element  = name value | name "{" { element | value } "}" | name "~"
 * name     = [page ":"] tag; page and tag are names, or numbers such as 254:0x05
 * value    = word | "string" | b"string" | x"hex digits" | $variable
 *
 * A name without page is looked for on the page of its parent, then everywhere, where it must be
 * unique.  ~ is a tag without content, {} and "" one with nothing inside.  b"" and x"" are OPAQUE,
 * word and "" inline strings.  In strings: \" \\ \n \r \t \xHH.  A # begins a comment up to the end
 * of the line.  Variables are known to the caller of text_parse and written as the element wants
 * it, OPAQUE or inline.
 *
 * Printing names the page wherever it differs from that of the parent.  What is printed without
 * mask and limit parses to the same document again (with no redundant page switches; literal tags
 * are left out, entities and references become inline strings).
 */
#ifndef WBXML_TEXT_H
#define WBXML_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "wbxml/tokens.h"
#include "wbxml/writer.h"

enum text_mask {
	TEXT_MASK_NOTHING,
	TEXT_MASK_SECRETS, /* passwords become <7 bytes> */
	TEXT_MASK_CONTENT, /* message text, attachments and photos too: for logs */
};

struct text_options {
	struct writer_sink sink;
	bool one_line;        /* else each element on its line, indented by two blanks */
	enum text_mask mask;
	size_t text_max;      /* longer values are cut: "abc"...<900 bytes>; 0 = never */
};

struct text_input {
	struct writer_sink sink;

	/* Value of $name, NUL-terminated; NULL if there is none.  find may be NULL. */
	const char *(*find)(void *ctx, const char *name);
	void *ctx;
	bool is_part;         /* stop behind the root element, whatever follows */
};

/* Where reading ended and why. */
struct text_problem {
	size_t offset;        /* byte of the input */
	unsigned line;        /* text_parse: from 1 */
	const char *reason;   /* static string; NULL if all is well */
};

/* Prints a document, with a newline behind it unless one_line.  False on a malformed document,
 * whose readable beginning is printed all the same, or if the sink refused.  Linear time. */
bool text_print(const void *data, size_t len, const struct text_options *options,
	struct text_problem *ret_problem);

/* Writes the document that text describes.  False with the problem told; what the sink got until
 * then is worthless.  With is_part, ret_problem->offset tells where the root element ended. */
bool text_parse(const char *text, size_t len, const struct text_input *input,
	struct text_problem *ret_problem);

/* A sink->put for stdio; ctx is the FILE *. */
bool text_put_file(void *ctx, const void *data, size_t len);

#endif
