/* SPDX-License-Identifier: ISC */
/*
 * MAIL, RCPT, DATA.  Addresses are checked once more here, where they become commands.  One refused
 * recipient ends the mail before any data: the phone tells its user, who sends again, and nobody
 * gets it twice.  With PIPELINING the envelope costs one round trip.
 */
#include "backends/smtp/submit.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "backends/formats/address.h"
#include "backends/formats/lines.h"
#include "backends/smtp/session.h"
#include "bridge/base/arena.h"
#include "bridge/base/body.h"
#include "bridge/base/log.h"

enum {
	COMMAND_MAX = 512,	/* with an address of at most 254 bytes and our parameters */
	PIPELINE = 50,		/* commands on the way before their answers are read */
	QUOTE = 300,
	TOUCH_EVERY = 64 * 1024, /* bytes of data that count as progress */
};

static void
refuse(struct session *session, struct refusals *ret, const char *address,
    const struct reply *reply)
{
	struct arena *arena = session->sender.arena;
	struct refusal *list = arena_array(arena, ret->n + 1, sizeof(*list));
	char who[QUOTE], why[QUOTE];

	if (ret->n > 0)
		memcpy(list, ret->list, ret->n * sizeof(*list));
	list[ret->n].address = address;
	list[ret->n].code = reply->code;
	list[ret->n].text = arena_strdup(arena, reply->text);
	ret->list = list;
	ret->n++;
	log_event(LEVEL_INFO, session->request_id, "smtp-refused", "to=%s code=%d reason=%s",
	    log_quote(address, who, sizeof(who)), reply->code,
	    log_quote(reply->text, why, sizeof(why)));
}

/* Refuses before a word is said: what cannot be sent to this server at all. */
static enum fault
check_address(struct session *session, const char *address, struct refusals *ret)
{
	static const struct reply unsafe = { 553, "not a valid address" };
	static const struct reply foreign = { 553, "the mail server does not take international "
		"addresses (SMTPUTF8)" };

	if (!address_is_safe(address))
		refuse(session, ret, address, &unsafe);
	else if (address_needs_utf8(address) && !session->has_utf8)
		refuse(session, ret, address, &foreign);
	else
		return OK;
	return REFUSED;
}

static enum fault
check(struct session *session, const struct envelope *envelope, const struct body *message,
    struct refusals *ret)
{
	size_t limit = session->smtp->smtp_max_msg_size;

	enum fault fault = check_address(session, envelope->from, ret);

	for (unsigned i = 0; i < envelope->n_to; i++)
		if (check_address(session, envelope->to[i], ret) != OK)
			fault = REFUSED;
	if (fault != OK || envelope->n_to == 0)
		return REFUSED;
	if (session_offers(session, MAILSMTP_ESMTP_SIZE) && limit > 0 && body_len(message) > limit)
		return TOO_BIG;
	return OK;
}

static void
print_mail(const struct session *session, const struct envelope *envelope, size_t size,
    char ret_command[COMMAND_MAX])
{
	bool needs_utf8 = envelope->needs_utf8 && session->has_utf8;
	char size_text[32] = "";

	if (session_offers(session, MAILSMTP_ESMTP_SIZE))
		snprintf(size_text, sizeof(size_text), " SIZE=%zu", size);
	snprintf(ret_command, COMMAND_MAX, "MAIL FROM:<%s>%s%s%s\r\n", envelope->from, size_text,
	    envelope->is_8bit && session_offers(session, MAILSMTP_ESMTP_8BITMIME) ?
	    " BODY=8BITMIME" : "", needs_utf8 ? " SMTPUTF8" : "");
}

/* What the recipients' answers come to. */
struct tally {
	unsigned permanent, temporary;
	enum fault fault; /* OK, or what ends the mail for all */
};

static void
take_answer(struct session *session, const char *address, const struct reply *reply,
    struct refusals *ret, struct tally *tally)
{
	if (reply->code == 0 || reply->code == 421) {
		session->has_failed = true;
		tally->fault = TRY_LATER;
	}
	if (session->has_failed || (reply->code >= 250 && reply->code < 260))
		return;
	refuse(session, ret, address, reply);
	if (reply->code >= 500)
		tally->permanent++;
	else
		tally->temporary++;
}

/* One window of recipients: commands out, answers in. */
static void
send_window(struct session *session, const struct envelope *envelope, unsigned from, unsigned to)
{
	char command[COMMAND_MAX];

	for (unsigned i = from; i < to; i++) {
		snprintf(command, sizeof(command), "RCPT TO:<%s>\r\n", envelope->to[i]);
		session_send(session, command);
	}
	session_touch(session);
	session_flush(session);
}

static enum fault
send_recipients(struct session *session, const struct envelope *envelope, struct refusals *ret)
{
	unsigned window = session_offers(session, MAILSMTP_ESMTP_PIPELINING) ? PIPELINE : 1;
	struct tally tally = { .fault = OK };
	struct reply reply;

	for (unsigned at = 0; at < envelope->n_to && tally.fault == OK; at += window) {
		unsigned end = envelope->n_to - at < window ? envelope->n_to : at + window;

		send_window(session, envelope, at, end);
		for (unsigned i = at; i < end; i++) {
			session_touch(session);
			session_reply(session, &reply);
			take_answer(session, envelope->to[i], &reply, ret, &tally);
		}
	}
	if (tally.fault != OK)
		return tally.fault;
	return tally.permanent > 0 ? REFUSED : tally.temporary > 0 ? TRY_LATER : OK;
}

/* The message on its way out. */
struct writer {
	struct session *session;
	size_t since_touch;
	bool in_header;
	bool in_bcc;		/* inside a field that is left out */
};

static void
put(struct writer *writer, const char *data, size_t n)
{
	struct session *session = writer->session;

	writer->since_touch += n;
	if (writer->since_touch >= TOUCH_EVERY) {
		session_touch(session);
		writer->since_touch = 0;
	}
	if (!session->has_failed &&
	    mailstream_write(session->smtp->stream, data, n) != (ssize_t)n)
		session->has_failed = true;
}

/* Is this line part of a field that nobody else may see? */
static bool
is_hidden(struct writer *writer, const struct line *line)
{
	static const char *const names[] = { "Bcc:", "Bcc :", "Bcc\t:", "Resent-Bcc:" };

	if (!writer->in_header || !line->is_start)
		return writer->in_header && writer->in_bcc;
	if (line->len == 0) {
		writer->in_header = false;
		writer->in_bcc = false;
		return false;
	}
	if (line->text[0] == ' ' || line->text[0] == '\t')
		return writer->in_bcc;
	writer->in_bcc = false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (line->len >= strlen(names[i]) &&
		    strncasecmp(line->text, names[i], strlen(names[i])) == 0)
			writer->in_bcc = true;
	return writer->in_bcc;
}

/* false: the message could not be read to its end. */
static bool
send_message(struct session *session, const struct body *message)
{
	struct writer writer = { .session = session, .in_header = true };
	bool is_open = false;
	struct lines lines;
	struct line line;

	lines_init(&lines, message, 0, UINT64_MAX);
	while (!session->has_failed && lines_next(&lines, &line)) {
		if (is_hidden(&writer, &line))
			continue;
		if (line.is_start && line.len > 0 && line.text[0] == '.')
			put(&writer, ".", 1);
		put(&writer, line.text, line.len);
		is_open = line.end_len == 0;
		if (!is_open)
			put(&writer, "\r\n", 2);
	}
	if (is_open)
		put(&writer, "\r\n", 2);
	return !lines.failed;
}

static enum fault
send_data(struct session *session, const struct body *message, struct refusals *ret,
    bool *ret_sent)
{
	struct reply reply;
	enum fault fault;

	session_command(session, "DATA\r\n", &reply);
	if (reply.code != 354) {
		fault = session_fault(&reply);
		if (fault == REFUSED)
			refuse(session, ret, "", &reply);
		return fault == OK ? TRY_LATER : fault;
	}
	if (!send_message(session, message)) {
		session->has_failed = true; /* closing without the dot takes it all back */
		return TRY_LATER;
	}
	if (!session_flush(session))
		return TRY_LATER;
	*ret_sent = true; /* from here on only the server knows */
	session_command(session, ".\r\n", &reply);
	if (reply.code == 0)
		return TRY_LATER;
	fault = session_fault(&reply);
	*ret_sent = fault == OK;
	if (fault == REFUSED)
		refuse(session, ret, "", &reply);
	return fault;
}

/* After a refusal the connection is as good as new, or given up. */
static void
reset(struct session *session)
{
	struct reply reply;

	if (session->has_failed)
		return;
	session_command(session, "RSET\r\n", &reply);
	if (reply.code < 200 || reply.code > 299)
		session->has_failed = true;
}

enum fault
submit(struct session *session, const struct envelope *envelope, struct body *message,
    struct refusals *ret, bool *ret_sent)
{
	char command[COMMAND_MAX];
	struct reply reply;
	enum fault fault;

	ret->list = NULL;
	ret->n = 0;
	*ret_sent = false;
	fault = check(session, envelope, message, ret);
	if (fault != OK)
		return fault;
	print_mail(session, envelope, body_len(message), command);
	session_command(session, command, &reply);
	fault = session_fault(&reply);
	if (fault == REFUSED)
		refuse(session, ret, envelope->from, &reply);
	if (fault == OK)
		fault = send_recipients(session, envelope, ret);
	if (fault == OK)
		fault = send_data(session, message, ret, ret_sent);
	if (fault != OK)
		reset(session);
	return fault;
}
