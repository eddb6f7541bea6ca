/* SPDX-License-Identifier: ISC */
/*
 * Commands on a connection and their answers.  Tags are libetpan's own counter, bytes go through
 * its stream, answers are read by the scanner, so both ways of talking can alternate.  Commands may
 * be pipelined, up to IMAP_PIPELINE: begin and end several, flush, then wait for each tag in turn.
 * A server may then answer them in another order (Dovecot runs NOOP and STATUS side by side): the
 * untagged responses of all go to whichever reader is waiting.  After any error of the stream or in
 * what the server says the connection is dead: everything returns TRY_LATER.
 */
#ifndef BACKENDS_IMAP_COMMAND_H
#define BACKENDS_IMAP_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "backends/imap/scanner.h"
#include "bridge/fault.h"

struct arena;
struct body;
struct imap;

/* Each untagged response, and the tagged one (for its code); valid during the call only. */
typedef void imap_response_fn(void *ctx, const struct imap_response *response);

enum { IMAP_PIPELINE = 100 };

enum imap_status { IMAP_OK, IMAP_NO, IMAP_BAD };

/* How answers are read, and the outcome. */
struct imap_reader {
	imap_response_fn *fn;		/* may be NULL */
	imap_literal_fn *literal;	/* may be NULL */
	void *ctx;
	enum fault no;			/* what NO means without a telling code; 0: REFUSED */
	enum imap_status status;	/* out */
	char code[32];			/* out: "OVERQUOTA"; "" if none */
	char text[160];			/* out */
};

/* Puts tag and blank; the tag. */
unsigned imap_begin(struct imap *imap);
void imap_printf(struct imap *imap, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Text as a quoted string, or as a literal where it must be (8-bit, line ends); may wait for the
 * server's go-ahead. */
void imap_put_string(struct imap *imap, const char *text);
void imap_end(struct imap *imap);
enum fault imap_flush(struct imap *imap);

/* Begin, print and end in one; the tag. */
unsigned imap_send(struct imap *imap, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Flushes and reads up to the tagged response.  OK, what NO or BAD mean, or TRY_LATER. */
enum fault imap_wait(struct imap *imap, unsigned tag, struct imap_reader *reader);

/* imap_send and imap_wait; reader may be NULL. */
enum fault imap_run(struct imap *imap, struct imap_reader *reader, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Flushes and waits for "+".  OK: send on.  Else the command has ended, as imap_wait. */
enum fault imap_wait_continue(struct imap *imap, unsigned tag, struct imap_reader *reader);

/* Sends n bytes of a body as they are. */
enum fault imap_put_body(struct imap *imap, const struct body *body);

/* A mailbox name in quotes, from the arena. */
const char *imap_quote(struct arena *arena, const char *mailbox);

/* The connection is lost; logs why, once. */
enum fault imap_die(struct imap *imap, const char *why);

/* Before libetpan reads by itself: gives it what the scanner did not take. */
void imap_settle(struct imap *imap);

#endif
