/* SPDX-License-Identifier: ISC */
/*
 * Reads both messages, decides between the three forms, and writes.
 */
#include "backends/formats/compose.h"

#include <stdint.h>
#include <string.h>

#include "backends/formats/composing.h"
#include "backends/formats/headers.h"
#include "backends/formats/mimecopy.h"
#include "bridge/base/arena.h"
#include "bridge/base/body.h"

enum form {
	FORM_AS_IS,	/* the phone's message, header completed */
	FORM_JOINED,	/* texts joined, parts of both */
	FORM_WRAPPED,	/* the source attached as a message */
};

static bool
side_read(struct composing *composing, struct side *side, struct body *body)
{
	side->body = body;
	if (!mimeread(composing->arena, body, &side->read))
		return false;
	side->protection = choice_protection(side->read.root);
	return true;
}

/* The ids that link the new message to its source. */
static void
find_ids(struct composing *composing)
{
	const struct outgoing *out = composing->out;
	const struct mimeread *read = &composing->source.read;

	composing->source_id = out->source_message_id;
	composing->source_references = out->source_references;
	if (composing->source.body == NULL)
		return;
	composing->source_id = header_raw(composing->arena, read->header, read->header_len,
	    "Message-ID");
	composing->source_references = header_raw(composing->arena, read->header, read->header_len,
	    "References");
	if (composing->source_references == NULL)
		composing->source_references = header_raw(composing->arena, read->header,
		    read->header_len, "In-Reply-To");
}

/* Text that can be joined with another: not signed, not an invitation or an answer to one. */
static bool
is_joinable(const struct side *side)
{
	struct choice text;

	choice_make(side->read.root, true, &text);
	return side->protection == PROTECTION_NONE && text.n > 0 &&
	    choice_calendar(side->read.root) == NULL;
}

static bool
is_readable(const struct side *side)
{
	struct choice text;

	choice_make(side->read.root, true, &text);
	return text.n > 0;
}

static enum form
form_of(const struct composing *composing)
{
	bool is_forward = composing->out->kind == OUTGOING_FORWARD;

	if (composing->source.body == NULL || composing->out->kind == OUTGOING_NEW)
		return FORM_AS_IS;
	if (!is_joinable(&composing->phone))
		return is_forward ? FORM_WRAPPED : FORM_AS_IS;
	if (is_forward)
		return composing->source.protection == PROTECTION_NONE &&
		    !composing->source.read.is_cut ? FORM_JOINED : FORM_WRAPPED;
	return is_readable(&composing->source) ? FORM_JOINED : FORM_AS_IS;
}

static void
write_as_is(struct composing *composing)
{
	const struct side *phone = &composing->phone;
	uint64_t at = phone->read.root->body_at;
	uint64_t n = body_len(phone->body) - at;

	compose_head(composing, true);
	body_puts(composing->message, "\r\n");
	if (phone->read.has_bare)
		mimecopy_lines(composing->message, phone->body, at, n);
	else
		mimecopy_range(composing->message, phone->body, at, n);
}

static void
write_joined(struct composing *composing)
{
	struct compose_texts texts;

	compose_texts(composing, &texts);
	compose_head(composing, false);
	compose_tree(composing, &texts);
	compose_texts_free(&texts);
}

static bool
has_8bit(const struct body *body)
{
	unsigned char window[16 * 1024];
	size_t at = 0;
	ssize_t got;

	while ((got = body_read_at(body, at, window, sizeof(window))) > 0) {
		unsigned char all = 0;

		for (ssize_t i = 0; i < got; i++)
			all |= window[i];
		if (all > 127)
			return true;
		at += (size_t)got;
	}
	return false;
}

static enum fault
write_message(struct composing *composing)
{
	switch (form_of(composing)) {
	case FORM_AS_IS:
		write_as_is(composing);
		break;
	case FORM_JOINED:
		write_joined(composing);
		break;
	case FORM_WRAPPED:
		compose_head(composing, false);
		compose_wrapped(composing);
		break;
	}
	composing->envelope->is_8bit = has_8bit(composing->message);
	if (!composing->message->failed)
		return OK;
	return composing->message->too_big ? TOO_BIG : TRY_LATER;
}

enum fault
compose(struct arena *arena, const struct outgoing *out, struct body *ret_message,
    struct envelope *ret_envelope)
{
	struct composing composing = { .arena = arena, .out = out, .message = ret_message,
		.envelope = ret_envelope };
	enum fault fault;

	memset(ret_envelope, 0, sizeof(*ret_envelope));
	if (!side_read(&composing, &composing.phone, out->mime) ||
	    (out->source != NULL && !side_read(&composing, &composing.source, out->source)))
		return TRY_LATER;
	if (composing.phone.read.header_len == 0 ||
	    composing.phone.read.header_len >= MIMEREAD_HEADER_MAX - 1024)
		return BAD_INPUT;
	find_ids(&composing);
	fault = compose_envelope(&composing);
	return fault == OK ? write_message(&composing) : fault;
}
