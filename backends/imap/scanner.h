/* SPDX-License-Identifier: ISC */
/*
 * Reader of IMAP responses (RFC 9051 9, RFC 7162, RFC 4731, ...) that knows the lexical rules and
 * no command: any response becomes a word and a tree of atoms, strings and lists.  Bytes in pieces
 * of any size; time is linear, nothing recurses, and every size has a limit.  A response that is
 * too large or too deep (one monstrous mail in a list of good ones) is read to its end, but only
 * its beginning is kept: `cut` is set.  SCAN_BAD is for what has no way back into step, and the
 * connection is lost.  Worker and watch.
 *
 * A tree lives in the scanner's memory until the next call of imap_scan after SCAN_DONE.
 */
#ifndef BACKENDS_IMAP_SCANNER_H
#define BACKENDS_IMAP_SCANNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum imap_kind {
	IMAP_ATOM,	/* also numbers, NIL, \Flags and BODY[HEADER.FIELDS (DATE)]<0> as one */
	IMAP_STRING,	/* quoted, or a literal that was kept */
	IMAP_STREAMED,	/* a literal that went into the sink */
	IMAP_LIST,
};

struct imap_sink;

struct imap_value {
	struct imap_value *next;
	union {
		struct imap_value *first; /* LIST: its members */
		const char *text;	  /* ATOM, STRING: terminated; literals may hold NULs */
		struct imap_sink *sink;	  /* STREAMED */
	};
	size_t len;	/* bytes of text, or of the literal that was streamed */
	enum imap_kind kind;
};

enum imap_type { IMAP_UNTAGGED, IMAP_TAGGED, IMAP_CONTINUE };

struct imap_response {
	enum imap_type type;
	const char *tag;	/* TAGGED */
	const char *word;	/* upper case: "FETCH", "OK", "CAPABILITY"; "" for CONTINUE */
	uint32_t number;	/* of "* 12 FETCH"; 0 if none */
	struct imap_value *values; /* what follows the word; of OK NO BAD BYE PREAUTH: see code */
	const char *code;	/* upper case: "COPYUID", "" if none */
	struct imap_value *args; /* what follows the code within the brackets */
	const char *text;	/* human text of status and continuation, cut at 500 bytes */
	bool cut;		/* beyond a limit: values are missing */
};

/* Where a large literal goes while it arrives. */
struct imap_sink {
	/* false: stop, the connection is given up (SCAN_BAD). */
	bool (*write)(struct imap_sink *sink, const void *data, size_t n);
};

/*
 * Asked at the beginning of each literal.  key: the value before it ("BODY[1]").  NULL: keep it in
 * the tree.
 */
typedef struct imap_sink *imap_literal_fn(void *ctx, const struct imap_value *key, uint64_t size);

enum scan_result {
	SCAN_MORE,	/* all was taken, the response goes on */
	SCAN_DONE,	/* scanner->response is ready; *ret_used bytes were taken */
	SCAN_BAD,	/* broken, or far beyond a limit: scanner->error says what */
};

enum {
	SCAN_DEPTH = 200,	/* LIMIT_UPSTREAM_NESTING */
	SCAN_TEXT = 500,	/* human text kept */
};

struct imap_scanner {
	struct imap_response response;
	const char *error;

	imap_literal_fn *literal; /* NULL: every literal is kept */
	void *ctx;

	/* private */
	struct arena *arena;
	struct imap_value **tail;	  /* where the next value is hung */
	struct imap_value *last;	  /* the value before */
	struct imap_value **tails[SCAN_DEPTH]; /* of the open lists around */
	struct imap_value *lists[SCAN_DEPTH];
	unsigned depth;		/* lists open in the tree */
	uint64_t ghosts;	/* lists open beyond them, which are not kept */
	bool dropping;		/* the rest of the response is not kept */
	struct imap_value dropped;
	char nothing[1];	/* the text of an empty token */
	unsigned state;
	unsigned stage;		/* which part of the response: tag, word, values, code, text */
	bool done;		/* the tree is the caller's until the next call */
	bool quoted_escape;
	bool in_section_quote;
	char *token;		/* token that did not end within a piece */
	size_t token_len, token_cap;
	size_t line;		/* bytes of this response outside literals */
	size_t kept;		/* bytes of literals kept */
	uint64_t literal_left;	/* in SIZE: the number read so far */
	unsigned digits;
	struct imap_sink *sink;
	char *literal_data;
	size_t literal_len;
};

struct imap_scanner *imap_scanner_new(void);
void imap_scanner_free(struct imap_scanner **scanner);

/* Eats up to the end of one response.  ret_used: bytes taken (all of them after SCAN_MORE). */
enum scan_result imap_scan(struct imap_scanner *scanner, const void *data, size_t n,
    size_t *ret_used);

/* True between two responses: nothing of the next one was eaten yet. */
bool imap_scanner_is_idle(const struct imap_scanner *scanner);

/* Reading trees.  All take NULL for a value that is not there. */

/* An atom of this text, letter case ignored. */
bool imap_is(const struct imap_value *value, const char *atom);
/* ATOM or STRING; NULL for others and for the atom NIL. */
const char *imap_text(const struct imap_value *value);
/* false: not a number of 1..19 digits within max. */
bool imap_number(const struct imap_value *value, uint64_t max, uint64_t *ret_number);
/* First member of a list; NULL if it is none. */
struct imap_value *imap_list(const struct imap_value *value);
/* In members that alternate key and value: the value behind this key. */
const struct imap_value *imap_find(const struct imap_value *first, const char *key);

#endif
