/* SPDX-License-Identifier: ISC */
/*
 * SendMail, SmartReply, SmartForward ([MS-ASCMD] 2.2.1.17 - 2.2.1.20), in both
 * forms: message in a document from 14.0 on, bare message with parameters in
 * the query before.
 *
 * Order of things: enter the message in the journal; compose it; submit; note
 * it as sent; only then file the copy in Sent and mark the source.  What fails
 * after the submission is logged and does not make the phone send again.  Worker.
 */
#include <string.h>

#include "bridge/account.h"
#include "bridge/base/arena.h"
#include "bridge/base/limits.h"
#include "bridge/base/log.h"
#include "bridge/command.h"
#include "bridge/commands/journal.h"
#include "bridge/request.h"
#include "bridge/response.h"
#include "bridge/send.h"
#include "bridge/store.h"
#include "bridge/sync/hierarchy.h"

enum { STATUS_NO_RECIPIENT = 119, VERB_REPLY = 1, VERB_FORWARD = 3, STATUS_RETRY = 111 };

struct sending {
	struct request *request;
	const char *client_id;   /* NULL before 14.0 */
	const char *source_id;   /* ServerId of the source, NULL: none */
	bool save_in_sent, replace_mime;
	struct body mime;
	struct outgoing out;
	struct item_ref source;
	const struct collection *source_collection;
};

/* --- reading --- */

static void
source_read(struct reader *reader, struct sending *sending)
{
	enum token token;

	reader_into(reader);
	while (reader_child(reader, &token))
		if ((token == ComposeMail_ItemId || token == ComposeMail_LongId) &&
		    !reader_is_empty(reader))
			sending->source_id = reader_text(reader);
}

static bool
mime_read(struct reader *reader, struct sending *sending)
{
	size_t len;
	const void *data = reader_bytes(reader, &len);

	body_from_memory(&sending->mime, data, len);
	return len > 0;
}

static enum fault
document_read(struct request *request, struct sending *sending)
{
	struct reader reader;
	enum token token;
	bool has_body, has_mime = false;
	enum fault fault = request_reader(request, &reader, &has_body);

	if (fault != OK || !has_body || !reader_enter(&reader, request->command->root))
		return fault != OK ? fault : BAD_INPUT;
	while (reader_child(&reader, &token)) {
		if (token == ComposeMail_ClientId)
			sending->client_id = reader_text(&reader);
		else if (token == ComposeMail_SaveInSentItems)
			sending->save_in_sent = true;
		else if (token == ComposeMail_ReplaceMime)
			sending->replace_mime = true;
		else if (token == ComposeMail_Source)
			source_read(&reader, sending);
		else if (token == ComposeMail_Mime)
			has_mime = mime_read(&reader, sending);
	}
	if (!has_mime || reader_fault(&reader) != READER_OK)
		return BAD_INPUT;
	if (sending->client_id && !*sending->client_id)
		sending->client_id = NULL;
	return OK;
}

static enum fault
bare_read(struct request *request, struct sending *sending)
{
	const void *data;
	size_t len;

	if (!body_view(&request->body, &data, &len))
		return TRY_LATER;
	body_from_memory(&sending->mime, data, len);
	sending->save_in_sent = request->save_in_sent;
	sending->source_id = request->long_id ? request->long_id : request->item_id;
	return len ? OK : BAD_INPUT;
}

/* --- the source of a reply or forward --- */

/* Finds it and, unless the phone has quoted it already, loads it whole (R75: before anything
 * is sent). */
static enum fault
source_load(struct sending *sending, struct body *ret_source)
{
	static const uint64_t whole[2] = { 0, UINT64_MAX };
	struct request *request = sending->request;
	struct part part = { .data = ret_source };
	struct store *store;
	enum fault fault;

	if (!sending->source_id)
		return sending->replace_mime ? OK : BAD_INPUT;
	fault = hierarchy_item(request, sending->source_id, &sending->source_collection,
	    &sending->source);
	if (fault != OK)
		return fault == TRY_LATER || fault == DENIED ? fault : ITEM_GONE;
	if (sending->replace_mime)
		return OK;
	fault = account_store(request, sending->source_collection->class, &store);
	if (fault != OK)
		return fault;
	fault = store->ops->part(store, &sending->source, "", whole, &part);
	sending->out.source = ret_source;
	return fault == BAD_INPUT ? ITEM_GONE : fault;
}

/* \Answered or $Forwarded on the source. */
static enum fault
source_mark(struct sending *sending)
{
	struct item item = { .class = CLASS_EMAIL };
	struct store *store;
	uint32_t mark;
	enum fault fault;

	if (!sending->source_collection)
		return OK;
	ITEM_SET(&item.email, last_verb, sending->out.kind == OUTGOING_REPLY ? VERB_REPLY :
	    VERB_FORWARD);
	fault = account_store(sending->request, CLASS_EMAIL, &store);
	return fault != OK ? fault : store->ops->change(store, &sending->source, &item, &mark);
}

/* --- sending --- */

static void
refusals_log(struct request *request, const struct refusals *refusals)
{
	char quoted[256], text[512];

	for (unsigned i = 0; i < refusals->n; i++)
		log_event(LEVEL_WARN, request->id, "recipient-refused",
			"user=%s to=%s code=%d text=%s", request->account->login,
			log_quote(refusals->list[i].address, quoted, sizeof(quoted)),
			refusals->list[i].code,
			log_quote(refusals->list[i].text, text, sizeof(text)));
}

/* REFUSED for some recipients only means that the others have it: no failure to the phone, which
 * would send it to all of them again. */
static enum fault
submit(struct request *request, const struct envelope *envelope, struct body *message)
{
	struct refusals refusals = { 0 };
	struct sender *sender;
	bool is_sent = false;
	enum fault fault = account_sender(request, &sender);

	if (fault != OK)
		return fault;
	fault = sender->ops->submit(sender, envelope, message, &refusals, &is_sent);
	refusals_log(request, &refusals);
	if (fault == REFUSED && is_sent)
		return OK;
	if (fault != OK)
		request->log.reason = refusals.n ? "recipient refused" : "submission failed";
	/* an unclear end counts as taken: a doubled mail cannot be called back */
	return fault == TRY_LATER && is_sent ? OK : fault;
}

static enum fault
file_sent_copy(struct request *request, struct body *message)
{
	struct item item = { .class = CLASS_EMAIL };
	const struct collection *sent;
	struct store *store;
	uint32_t num;
	enum fault fault = hierarchy_by_type(request, FOLDER_SENT, &sent);

	if (request->account->config->server_saves_sent)
		return OK;
	ITEM_SET(&item.email, read, true);
	if (fault == OK)
		fault = account_store(request, CLASS_EMAIL, &store);
	if (fault == OK)
		fault = store->ops->add ? store->ops->add(store, sent->folder, &item, message,
		    &num) : CANNOT;
	return fault;
}

/* All that follows the submission; the mail is out, so nothing here is the phone's concern. */
static void
finish(struct sending *sending, struct body *message, const struct journal_entry *entry)
{
	struct request *request = sending->request;
	enum fault fault = journal_sent(request, entry);

	if (fault != OK)
		log_event(LEVEL_ERROR, request->id, "journal", "fault=%s", fault_name(fault));
	if (sending->save_in_sent) {
		fault = file_sent_copy(request, message);
		if (fault != OK)
			log_event(LEVEL_WARN, request->id, "sent-copy", "fault=%s",
			    fault_name(fault));
	}
	fault = source_mark(sending);
	if (fault != OK)
		log_event(LEVEL_WARN, request->id, "source-mark", "fault=%s", fault_name(fault));
}

static enum fault
compose_and_submit(struct sending *sending, struct body *message,
    const struct journal_entry *entry, bool *ret_no_recipient)
{
	struct request *request = sending->request;
	struct envelope envelope = { 0 };
	struct sender *sender;
	enum fault fault = account_sender(request, &sender);

	if (fault != OK)
		return fault;
	sending->out.message_id = entry->message_id;
	sending->out.address = request->account->address;
	fault = sender->ops->compose(request->arena, &sending->out, message, &envelope);
	*ret_no_recipient = fault == BAD_INPUT && envelope.from && !envelope.n_to;
	return fault != OK ? fault : submit(request, &envelope, message);
}

static enum fault
send_new(struct sending *sending, const struct journal_entry *entry, bool *ret_no_recipient)
{
	struct request *request = sending->request;
	struct body message, source;
	enum fault fault = OK;

	body_init(&message, request->arena, LIMIT_RESPONSE);
	body_init(&source, request->arena, LIMIT_RESPONSE);
	sending->out.mime = &sending->mime;
	if (sending->out.kind != OUTGOING_NEW)
		fault = source_load(sending, &source);
	if (fault == OK)
		fault = compose_and_submit(sending, &message, entry, ret_no_recipient);
	if (fault == OK)
		finish(sending, &message, entry);
	else
		journal_failed(request, entry);
	body_close(&message);
	body_close(&source);
	return fault;
}

static enum fault
send_run(struct request *request, struct response *response, enum outgoing_kind kind)
{
	struct sending sending = { .request = request, .out = { .kind = kind } };
	struct journal_entry entry;
	enum journal_state state;
	bool has_no_recipient = false;
	enum fault fault = request->version >= EAS_14_0 ? document_read(request, &sending) :
	    bare_read(request, &sending);

	if (fault == OK)
		fault = journal_begin(request, sending.client_id, &sending.mime, &state, &entry);
	if (fault != OK)
		return fault;
	if (state == JOURNAL_SENT)
		request->log.reason = "sent before";
	if (state == JOURNAL_BEGUN && request->version >= EAS_14_0)
		command_answer_status(request, response, STATUS_RETRY);
	if (state == JOURNAL_BEGUN)
		return request->version >= EAS_14_0 ? OK : TRY_LATER;
	if (state == JOURNAL_NEW)
		fault = send_new(&sending, &entry, &has_no_recipient);
	if (has_no_recipient && request->version >= EAS_14_0) {
		command_answer_status(request, response, STATUS_NO_RECIPIENT);
		return OK;
	}
	return fault;
}

enum fault
send_mail_run(struct request *request, struct response *response)
{
	return send_run(request, response, OUTGOING_NEW);
}

enum fault
smart_reply_run(struct request *request, struct response *response)
{
	return send_run(request, response, OUTGOING_REPLY);
}

enum fault
smart_forward_run(struct request *request, struct response *response)
{
	return send_run(request, response, OUTGOING_FORWARD);
}
