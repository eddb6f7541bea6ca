/* SPDX-License-Identifier: ISC */
/*
 * A new message by APPEND, streamed from its body: libetpan's own wants it whole in memory and
 * always waits for the server's go-ahead.  Worker.
 */
#include <string.h>

#include "backends/formats/headers.h"
#include "backends/imap/flags.h"
#include "backends/imap/store.h"
#include "bridge/base/arena.h"
#include "bridge/base/body.h"
#include "bridge/base/date.h"
#include "bridge/base/limits.h"

enum {
	AT_ONCE = 64 * 1024,	/* larger ones are announced first: the server may refuse early */
	LITERAL_MINUS_MAX = 4096, /* RFC 7888 4 */
	HEAD_LOOK = 16 * 1024,
};

struct appending {
	uint32_t uid;
};

static void
appenduid_read(void *ctx, const struct imap_response *r)
{
	struct appending *appending = ctx;
	uint64_t uid;

	if (r->type == IMAP_TAGGED && strcmp(r->code, "APPENDUID") == 0 && r->args &&
	    imap_number(r->args->next, UINT32_MAX, &uid))
		appending->uid = (uint32_t)uid;
}

static bool
is_sent_at_once(const struct imap *imap, size_t len)
{
	if (imap_has(imap, CAP_LITERAL_PLUS))
		return len <= AT_ONCE;
	return imap_has(imap, CAP_LITERAL_MINUS) && len <= LITERAL_MINUS_MAX;
}

/* RFC 6855 4: such a message has to be announced. */
static bool
has_8bit_header(const struct body *raw)
{
	char head[HEAD_LOOK];
	ssize_t n = body_read_at(raw, 0, head, sizeof(head));

	for (ssize_t i = 0; i < n; i++) {
		if ((unsigned char)head[i] > 0x7E)
			return true;
		if (i >= 3 && memcmp(head + i - 3, "\r\n\r\n", 4) == 0)
			return false;
	}
	return false;
}

static const char *
flags_text(const struct email *email)
{
	bool seen = email->has.read && email->read;
	bool draft = email->has.is_draft && email->is_draft;

	return seen && draft ? "\\Seen \\Draft" : seen ? "\\Seen" : draft ? "\\Draft" : "";
}

static enum fault
append_send(struct imap_store *store, const char *folder, const char *flags,
    const struct body *raw, struct appending *appending)
{
	struct imap *imap = store->imap;
	struct imap_reader reader = { .fn = appenduid_read, .ctx = appending };
	char date[DATE_TEXT];
	unsigned tag = imap_begin(imap);
	size_t len = body_len(raw);
	bool at_once = is_sent_at_once(imap, len);
	bool utf8 = imap->utf8 && has_8bit_header(raw);
	enum fault fault;

	date_print_imap(now_s(), date);
	imap_printf(imap, "APPEND %s (%s) \"%s\" %s{%zu%s}\r\n",
	    imap_quote(store->base.arena, folder), flags, date,
	    utf8 ? "UTF8 (~" : "", len, at_once ? "+" : "");
	fault = at_once ? imap_flush(imap) : imap_wait_continue(imap, tag, &reader);
	if (fault == OK)
		fault = imap_put_body(imap, raw);
	if (fault != OK)
		return fault;
	if (utf8)
		imap_printf(imap, ")");
	imap_end(imap);
	return imap_wait(imap, tag, &reader);
}

static const char *
message_id_of(struct arena *arena, struct body *raw)
{
	const void *data;
	size_t len;

	if (!body_view(raw, &data, &len))
		return NULL;
	return header_raw(arena, data, len < LIMIT_MAIL_HEADER ? len : LIMIT_MAIL_HEADER,
	    "Message-ID");
}

/* Without UIDPLUS: which number did it get? */
static void
uid_find(struct imap_store *store, const char *folder, struct body *raw, uint32_t uidnext,
    uint32_t *ret_uid)
{
	const char *id = message_id_of(store->base.arena, raw);

	if (id && imap_select(store->imap, folder) == OK &&
	    imap_run(store->imap, NULL, "NOOP") == OK)
		*ret_uid = store_find_new(store, id, uidnext);
}

enum fault
imap_add(struct store *base, const char *folder, const struct item *item, struct body *raw,
    uint32_t *ret_num)
{
	struct imap_store *store = imap_store(base);
	struct appending appending = { 0 };
	struct imap_state state = { 0 };
	enum fault fault = OK;

	if (item->class != CLASS_EMAIL || !raw || body_len(raw) == 0)
		return BAD_INPUT;
	if (store->imap->append_limit && body_len(raw) > store->imap->append_limit)
		return TOO_BIG;
	if (!imap_has(store->imap, CAP_UIDPLUS))
		fault = probe_state(store, folder, &state);
	if (fault == OK)
		fault = append_send(store, folder, flags_text(&item->email), raw, &appending);
	if (fault != OK)
		return fault;
	if (!appending.uid && !imap_has(store->imap, CAP_UIDPLUS))
		uid_find(store, folder, raw, state.uidnext, &appending.uid);
	if (ret_num)
		*ret_num = appending.uid;
	return store->imap->dead ? TRY_LATER : OK;
}
