/* SPDX-License-Identifier: ISC */
/*
 * One part of one message, decoded while it arrives: constant memory whatever its size.  The whole
 * part is read even for a range in the middle, since only then its decoded size is known; where the
 * encoding keeps sizes, only the range is asked for.  Worker.
 */
#include <string.h>

#include "backends/formats/message.h"
#include "backends/formats/transfer.h"
#include "backends/imap/section.h"
#include "backends/imap/store.h"
#include "backends/imap/structure.h"
#include "bridge/base/arena.h"
#include "bridge/base/body.h"
#include "bridge/base/limits.h"

enum {
	PASS_AT = 64 * 1024,	/* pieces for a body that may be a file */
	DECODED_MAX = 1024 * 1024,
};

/* A part on its way: encoded bytes in, the wanted range of decoded bytes out. */
struct intake {
	struct imap_sink sink;
	struct imap_store *store;
	const struct item_ref *ref;
	struct mime_part *root;		/* from the first answer */
	uint64_t size;			/* RFC822.SIZE */
	bool found;
	struct transfer_decoder decoder;
	struct buf decoded;
	uint64_t at;			/* decoded bytes seen */
	uint64_t first, last;		/* wanted */
	struct body *out;
	bool came, finished;
};

static bool
is_ours(const struct intake *in, const struct imap_response *r, const struct imap_value **ret_items)
{
	uint64_t uid;

	*ret_items = imap_list(r->values);
	return strcmp(r->word, "FETCH") == 0 &&
	    imap_number(imap_find(*ret_items, "UID"), UINT32_MAX, &uid) && uid == in->ref->num;
}

static void
structure_take(void *ctx, const struct imap_response *r)
{
	struct intake *in = ctx;
	const struct imap_value *items, *structure;

	if (!is_ours(in, r, &items))
		return;
	structure = imap_find(items, "BODYSTRUCTURE");
	if (structure)
		in->root = structure_read(in->store->base.arena, structure);
	in->found |= imap_number(imap_find(items, "RFC822.SIZE"), INT64_MAX, &in->size);
}

/* The decoded bytes in hand: those within the range go out. */
static void
decoded_pass(struct intake *in)
{
	uint64_t n = in->decoded.len, from = 0, to = n;

	if (in->first > in->at)
		from = in->first - in->at < n ? in->first - in->at : n;
	if (in->last < UINT64_MAX && in->at + n > in->last + 1)
		to = in->last + 1 > in->at ? in->last + 1 - in->at : 0;
	if (to > from)
		body_write(in->out, in->decoded.data + from, (size_t)(to - from));
	in->at += n;
	buf_reset(&in->decoded);
}

static bool
intake_write(struct imap_sink *sink, const void *data, size_t n)
{
	struct intake *in = (struct intake *)(void *)sink;

	transfer_feed(&in->decoder, data, n, &in->decoded);
	if (in->decoded.len >= PASS_AT)
		decoded_pass(in);
	in->came = true;
	return true;
}

static struct imap_sink *
intake_literal(void *ctx, const struct imap_value *key, uint64_t size)
{
	struct intake *in = ctx;
	char section[8];

	(void)size;
	return section_name(key, section, sizeof(section)) ? &in->sink : NULL;
}

/* Small sections may come as quoted strings, or as NIL. */
static void
data_take(void *ctx, const struct imap_response *r)
{
	struct intake *in = ctx;
	const struct imap_value *items;
	char section[8];

	if (!is_ours(in, r, &items))
		return;
	for (const struct imap_value *v = items; v && v->next; v = v->next->next) {
		if (!section_name(v, section, sizeof(section)))
			continue;
		in->finished = true;
		if (!in->came && imap_text(v->next))
			intake_write(&in->sink, v->next->text, v->next->len);
	}
}

static enum fault
frame_ask(struct intake *in)
{
	struct imap_reader reader = { .fn = structure_take, .ctx = in, .no = ITEM_GONE };
	enum fault fault = imap_run(in->store->imap, &reader,
	    "UID FETCH %u (UID RFC822.SIZE BODYSTRUCTURE)", in->ref->num);

	return fault == OK && !in->found ? ITEM_GONE : fault;
}

/* encoded: bytes of the section where that is the size of the data too, else 0. */
static enum fault
data_ask(struct intake *in, const char *section, uint64_t encoded)
{
	struct imap_reader reader = { .fn = data_take, .literal = intake_literal, .ctx = in,
		.no = ITEM_GONE };
	bool partial = encoded && encoded < UINT32_MAX &&
	    (in->first > 0 || in->last < encoded - 1);
	uint64_t last = in->last < encoded ? in->last : encoded - 1;
	unsigned tag = imap_begin(in->store->imap);
	enum fault fault;

	imap_printf(in->store->imap, "UID FETCH %u (UID BODY.PEEK[%s]", in->ref->num, section);
	if (partial) {
		imap_printf(in->store->imap, "<%llu.%llu>", (unsigned long long)in->first,
		    (unsigned long long)(last - in->first + 1));
		in->at = in->first;
	}
	imap_printf(in->store->imap, ")");
	imap_end(in->store->imap);
	fault = imap_wait(in->store->imap, tag, &reader);
	transfer_finish(&in->decoder, &in->decoded);
	decoded_pass(in);
	if (partial)
		in->at = encoded;
	return fault == OK && !in->finished ? ITEM_GONE : fault;
}

/* "2.1" and the like: nothing else may get into a command. */
static bool
is_section(const char *part)
{
	size_t digits = 0;

	for (const char *c = part; *c; c++) {
		if (*c >= '0' && *c <= '9')
			digits++;
		else if (*c == '.' && digits)
			digits = 0;
		else
			return false;
		if (digits > 6 || c - part > 250)
			return false;
	}
	return *part == '\0' || digits > 0;
}

/* What is said of the part, and how it is decoded. */
static enum fault
part_describe(struct intake *in, const char *section, struct part *ret, uint64_t *ret_encoded)
{
	struct arena *arena = in->store->base.arena;
	const struct mime_part *part = *section ? mime_find(in->root, section) : NULL;

	*ret_encoded = in->size;
	if (*section == '\0') {
		ret->content_type = "message/rfc822";
		transfer_init(&in->decoder, TRANSFER_IDENTITY);
		return OK;
	}
	if (!part)
		return BAD_INPUT;
	ret->content_type = message_part_type(arena, part);
	ret->display_name = message_part_name(arena, part);
	/* of a message or a multipart BODY[n] is what it holds, never encoded (RFC 2045 6.4) */
	transfer_init(&in->decoder, part->child ? TRANSFER_IDENTITY :
	    transfer_kind(part->encoding));
	*ret_encoded = in->decoder.kind == TRANSFER_IDENTITY && !part->child ? part->octets : 0;
	return OK;
}

enum fault
imap_part(struct store *base, const struct item_ref *ref, const char *part,
    const uint64_t range[2], struct part *ret)
{
	struct imap_store *store = imap_store(base);
	struct intake in = { .sink.write = intake_write, .store = store, .ref = ref,
		.out = ret->data };
	uint64_t encoded = 0;
	enum fault fault;

	if (!is_section(part) || (range && range[0] > range[1]))
		return BAD_INPUT;
	in.first = range ? range[0] : 0;
	in.last = range ? range[1] : UINT64_MAX;
	fault = imap_select(store->imap, ref->folder);
	if (fault == OK)
		fault = frame_ask(&in);
	if (fault == OK)
		fault = part_describe(&in, part, ret, &encoded);
	if (fault == OK && encoded && in.first >= encoded)
		fault = TOO_BIG;
	if (fault != OK)
		return fault;
	buf_init(&in.decoded, DECODED_MAX);
	fault = data_ask(&in, part, encoded);
	buf_free(&in.decoded);
	if (fault != OK)
		return fault;
	ret->total = in.at;
	if (in.first > 0 && in.first >= in.at)
		return TOO_BIG;
	return ret->data->failed ? (ret->data->too_big ? TOO_BIG : NO_SPACE) : OK;
}
