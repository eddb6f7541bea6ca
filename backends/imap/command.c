/* SPDX-License-Identifier: ISC */
/* Commands and answers.  Worker. */
#include "backends/imap/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backends/imap/connection.h"
#include "backends/imap/transport.h"
#include "bridge/base/arena.h"
#include "bridge/base/body.h"
#include "bridge/base/codec.h"
#include "bridge/base/log.h"

enum {
	LITERAL_MINUS_MAX = 4096,	/* RFC 7888 4 */
	COPY_PIECE = 32 * 1024,
};

enum fault
imap_die(struct imap *imap, const char *why)
{
	char account[128], host[128], reason[256];

	if (!imap->dead)
		log_event(LEVEL_WARN, imap->transport->request_id, "imap-error",
		    "user=%s host=%s reason=%s", log_quote(imap->account, account, sizeof(account)),
		    log_quote(imap->host, host, sizeof(host)),
		    log_quote(why, reason, sizeof(reason)));
	imap->dead = true;
	imap->transport->failed = true;
	return TRY_LATER;
}

void
imap_settle(struct imap *imap)
{
	mailstream *stream = imap->stream;

	imap->transport->in.strict = true;
	transport_begin(imap->transport);
	if (!imap->in_used)
		return;
	stream->read_buffer_len -= imap->in_used;
	memmove(stream->read_buffer, stream->read_buffer + imap->in_used, stream->read_buffer_len);
	imap->in_used = 0;
}

unsigned
imap_begin(struct imap *imap)
{
	unsigned tag = (unsigned)++imap->session->imap_tag;

	buf_printf(&imap->out, "%u ", tag);
	return tag;
}

void
imap_printf(struct imap *imap, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	buf_vprintf(&imap->out, format, args);
	va_end(args);
}

void
imap_end(struct imap *imap)
{
	buf_puts(&imap->out, "\r\n");
}

enum fault
imap_flush(struct imap *imap)
{
	if (imap->dead)
		return TRY_LATER;
	if (imap->out.failed)
		return imap_die(imap, "command too long");
	transport_begin(imap->transport);
	if (imap->out.len &&
	    mailstream_write(imap->stream, imap->out.data, imap->out.len) !=
		(ssize_t)imap->out.len)
		return imap_die(imap, imap->transport->error);
	buf_reset(&imap->out);
	if (mailstream_flush(imap->stream) != 0)
		return imap_die(imap, imap->transport->error);
	return OK;
}

/* The next whole response, in the scanner. */
static enum fault
response_read(struct imap *imap)
{
	mailstream *stream = imap->stream;
	enum scan_result result;
	size_t used;

	do {
		if (imap->in_used == stream->read_buffer_len) {
			imap->in_used = stream->read_buffer_len = 0;
			if (mailstream_feed_read_buffer(stream) <= 0)
				return imap_die(imap, imap->transport->error);
		}
		result = imap_scan(imap->scanner, stream->read_buffer + imap->in_used,
		    stream->read_buffer_len - imap->in_used, &used);
		imap->in_used += used;
	} while (result == SCAN_MORE);
	if (result == SCAN_BAD)
		return imap_die(imap, imap->scanner->error);
	transport_progress(imap->transport);
	imap_observe(imap, &imap->scanner->response);
	return OK;
}

/* RFC 5530 and others: what a response code says about NO. */
static const struct {
	const char *code;
	enum fault fault;
} codes[] = {
	{ "NONEXISTENT", FOLDER_GONE },
	{ "TRYCREATE", FOLDER_GONE },
	{ "ALREADYEXISTS", FOLDER_EXISTS },
	{ "OVERQUOTA", NO_SPACE },
	{ "TOOBIG", TOO_BIG },
	{ "NOPERM", REFUSED },
	{ "CANNOT", REFUSED },
	{ "LIMIT", REFUSED },
	{ "EXPUNGEISSUED", ITEM_GONE },
	{ "UNAVAILABLE", TRY_LATER },
	{ "INUSE", TRY_LATER },
	{ "SERVERBUG", TRY_LATER },
	{ "CORRUPTION", TRY_LATER },
	{ "AUTHENTICATIONFAILED", DENIED },
	{ "AUTHORIZATIONFAILED", DENIED },
	{ "EXPIRED", DENIED },
};

/* What the tagged response, read into the reader, means. */
static enum fault
outcome(struct imap *imap, const struct imap_reader *reader)
{
	char account[128], host[128], reason[256];

	if (reader->status == IMAP_OK)
		return OK;
	log_event(reader->status == IMAP_BAD ? LEVEL_WARN : LEVEL_DEBUG,
	    imap->transport->request_id, reader->status == IMAP_BAD ? "imap-error" : "imap-no",
	    "user=%s host=%s reason=%s", log_quote(imap->account, account, sizeof(account)),
	    log_quote(imap->host, host, sizeof(host)),
	    log_quote(reader->text, reason, sizeof(reason)));
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (strcmp(reader->code, codes[i].code) == 0)
			return codes[i].fault;
	if (reader->status == IMAP_BAD)
		return CANNOT;
	return reader->no ? reader->no : REFUSED;
}

static enum imap_status
status_of(const struct imap_response *r)
{
	return strcmp(r->word, "OK") == 0 ? IMAP_OK :
	    strcmp(r->word, "NO") == 0 ? IMAP_NO : IMAP_BAD;
}

/* An answer out of turn is kept until its command is waited for.  false: to no command of ours. */
static bool
done_keep(struct imap *imap, const struct imap_response *r, unsigned waiting)
{
	struct imap_value tag = { .kind = IMAP_ATOM, .text = r->tag, .len = strlen(r->tag) };
	uint64_t number;

	if (!imap_number(&tag, (uint64_t)imap->session->imap_tag, &number) || number <= waiting)
		return false;
	for (unsigned i = 0; i < IMAP_DONE_MAX; i++) {
		struct imap_done *done = &imap->done[i];

		if (done->tag)
			continue;
		done->tag = (unsigned)number;
		done->status = (unsigned char)status_of(r);
		snprintf(done->code, sizeof(done->code), "%s", r->code);
		snprintf(done->text, sizeof(done->text), "%s", r->text);
		return true;
	}
	return false;
}

static bool
done_take(struct imap *imap, unsigned tag, struct imap_reader *reader)
{
	for (unsigned i = 0; i < IMAP_DONE_MAX; i++) {
		struct imap_done *done = &imap->done[i];

		if (done->tag != tag)
			continue;
		reader->status = done->status;
		memcpy(reader->code, done->code, sizeof(reader->code));
		memcpy(reader->text, done->text, sizeof(reader->text));
		done->tag = 0;
		return true;
	}
	return false;
}

/* One response in hand.  true: the one that was waited for. */
static bool
response_take(struct imap *imap, unsigned tag, struct imap_reader *reader)
{
	const struct imap_response *r = &imap->scanner->response;
	char want[16];

	if (reader->fn && r->type != IMAP_CONTINUE)
		reader->fn(reader->ctx, r);
	if (r->type != IMAP_TAGGED)
		return false;
	snprintf(want, sizeof(want), "%u", tag);
	if (strcmp(r->tag, want) != 0) {
		if (!done_keep(imap, r, tag))
			imap_die(imap, "answer to no command");
		return false;
	}
	reader->status = status_of(r);
	snprintf(reader->code, sizeof(reader->code), "%s", r->code);
	snprintf(reader->text, sizeof(reader->text), "%s", r->text);
	return true;
}

/* Reads up to the tagged response, or to "+" where that is awaited. */
static enum fault
answers_read(struct imap *imap, unsigned tag, struct imap_reader *reader, bool until_continue)
{
	enum fault fault = OK;

	if (done_take(imap, tag, reader))
		return OK;
	imap->transport->in.strict = false;
	imap->scanner->literal = reader->literal;
	imap->scanner->ctx = reader->ctx;
	while ((fault = response_read(imap)) == OK && !imap->dead) {
		if (imap->scanner->response.type == IMAP_CONTINUE && until_continue)
			break;
		if (response_take(imap, tag, reader))
			break;
	}
	imap->scanner->literal = NULL;
	return imap->dead ? TRY_LATER : fault;
}

enum fault
imap_wait(struct imap *imap, unsigned tag, struct imap_reader *reader)
{
	struct imap_reader none = { 0 };
	enum fault fault = OK;

	if (!reader)
		reader = &none;
	if (imap->dead)
		return TRY_LATER;
	if (imap->out.len)
		fault = imap_flush(imap);
	transport_begin(imap->transport);
	if (fault == OK)
		fault = answers_read(imap, tag, reader, false);
	return fault == OK ? outcome(imap, reader) : fault;
}

enum fault
imap_wait_continue(struct imap *imap, unsigned tag, struct imap_reader *reader)
{
	enum fault fault = imap_flush(imap);

	if (fault == OK)
		fault = answers_read(imap, tag, reader, true);
	if (fault != OK || imap->scanner->response.type == IMAP_CONTINUE)
		return fault;
	fault = outcome(imap, reader);
	return fault != OK ? fault : imap_die(imap, "command ended early");
}

unsigned
imap_send(struct imap *imap, const char *format, ...)
{
	unsigned tag = imap_begin(imap);
	va_list args;

	va_start(args, format);
	buf_vprintf(&imap->out, format, args);
	va_end(args);
	imap_end(imap);
	return tag;
}

enum fault
imap_run(struct imap *imap, struct imap_reader *reader, const char *format, ...)
{
	unsigned tag = imap_begin(imap);
	va_list args;

	va_start(args, format);
	buf_vprintf(&imap->out, format, args);
	va_end(args);
	imap_end(imap);
	return imap_wait(imap, tag, reader);
}

static bool
needs_literal(const char *text)
{
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c < 0x20 || (unsigned char)*c > 0x7E)
			return true;
	return false;
}

void
imap_put_string(struct imap *imap, const char *text)
{
	struct imap_reader reader = { 0 };
	size_t n = strlen(text);

	if (!needs_literal(text)) {
		quoted_put(&imap->out, text);
		return;
	}
	if (imap_has(imap, CAP_LITERAL_PLUS) ||
	    (imap_has(imap, CAP_LITERAL_MINUS) && n <= LITERAL_MINUS_MAX)) {
		imap_printf(imap, "{%zu+}\r\n", n);
	} else {
		imap_printf(imap, "{%zu}\r\n", n);
		/* a refusal leaves no tag to wait for: rare enough to end the connection */
		if (imap_wait_continue(imap, (unsigned)imap->session->imap_tag, &reader) != OK) {
			imap_die(imap, "literal refused");
			return;
		}
	}
	buf_put(&imap->out, text, n);
}

enum fault
imap_put_body(struct imap *imap, const struct body *body)
{
	size_t len = body_len(body), at = 0;
	char piece[COPY_PIECE];

	while (at < len && !imap->dead) {
		ssize_t n = body_read_at(body, at, piece, sizeof(piece));

		if (n <= 0)
			return imap_die(imap, "spooled message cannot be read");
		if (mailstream_write(imap->stream, piece, (size_t)n) != n)
			return imap_die(imap, imap->transport->error);
		at += (size_t)n;
	}
	return imap->dead ? TRY_LATER : OK;
}

const char *
imap_quote(struct arena *arena, const char *mailbox)
{
	char *text = arena_alloc(arena, 2 * strlen(mailbox) + 3);
	char *out = text;

	*out++ = '"';
	for (const char *c = mailbox; *c; c++) {
		if (*c == '"' || *c == '\\')
			*out++ = '\\';
		*out++ = (unsigned char)*c < 0x20 || *c == 0x7F ? '?' : *c;
	}
	*out++ = '"';
	*out = '\0';
	return text;
}
