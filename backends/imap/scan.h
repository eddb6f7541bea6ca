/* SPDX-License-Identifier: ISC */
/*
 * Between the two halves of the scanner only: scanner.c walks over the bytes, scan.c builds the
 * response.  Functions that return bool return false for SCAN_BAD, with scanner->error set.
 */
#ifndef BACKENDS_IMAP_SCAN_H
#define BACKENDS_IMAP_SCAN_H

#include "backends/imap/scanner.h"

enum scan_state {
	BETWEEN,	/* before a token */
	ATOM,
	SECTION,	/* within the brackets of BODY[...] */
	QUOTED,
	SIZE,		/* {123 */
	SIZE_END,	/* after the brace: the line end */
	LITERAL,
	TEXT,		/* human text up to the line end */
};

enum scan_stage { TAG, WORD, WORD_AFTER_NUMBER, CODE_OR_TEXT, CODE, VALUES, HUMAN };

bool scan_bad(struct imap_scanner *s, const char *why);
void scan_response_reset(struct imap_scanner *s);

/* What is read now is not kept. */
bool scan_is_dropping(const struct imap_scanner *s);

/* A run of a token that does not end here; and the whole of it, in the response's memory. */
bool scan_token_gather(struct imap_scanner *s, const char *data, size_t n);
char *scan_token_take(struct imap_scanner *s, const char *data, size_t n, size_t *ret_len);

/* The token whose last run is data is complete. */
bool scan_atom_done(struct imap_scanner *s, const char *data, size_t n);
bool scan_quoted_done(struct imap_scanner *s, const char *data, size_t n);

bool scan_list_open(struct imap_scanner *s);
bool scan_list_close(struct imap_scanner *s);

/* The size was read; the bytes were read. */
bool scan_literal_begin(struct imap_scanner *s);
void scan_literal_done(struct imap_scanner *s);

#endif
