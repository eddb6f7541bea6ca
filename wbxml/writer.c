/* SPDX-License-Identifier: ISC */
/*
 * The writer.  open[] holds the elements opened; the first `shown` of them are on paper.  Whoever
 * has content calls start_element, which writes the tags that were put off.  After a failure every
 * call is empty, so nothing half-right follows.
 */
#include "wbxml/writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "wbxml/utf8.h"

/* [WBXML 1.3] 7.1 */
enum {
	SWITCH_PAGE = 0x00,
	END = 0x01,
	STR_I = 0x03,
	OPAQUE = 0xc3,
	HAS_CONTENT = 0x40,
	FIRST_TAG = 0x05,
	LAST_TAG = 0x3f,
};

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

void
writer_begin(struct writer *writer, struct writer_sink sink)
{
	memset(writer, 0, sizeof(*writer));
	outlet_init(&writer->outlet, sink);
}

bool
writer_has_failed(const struct writer *writer)
{
	return writer->has_failed || writer->outlet.has_failed;
}

bool
writer_flush(struct writer *writer)
{
	outlet_flush(&writer->outlet);
	return !writer_has_failed(writer);
}

bool
writer_end(struct writer *writer)
{
	if (writer->depth > 0 || writer->mode != WRITER_ELEMENTS)
		writer->has_failed = true;
	return writer_flush(writer);
}

/* True if the writer is where an element may come; else the caller is wrong. */
static bool
expect(struct writer *writer, enum writer_mode mode)
{
	if (writer->mode != mode)
		writer->has_failed = true;
	return !writer_has_failed(writer);
}

static void
put_tag(struct writer *writer, enum token token, unsigned content)
{
	static const unsigned char prologue[] = { 0x03, 0x01, 0x6a, 0x00 };
	unsigned page = token_page(token);
	unsigned code = token_code(token);

	if (page > 0xff || code < FIRST_TAG || code > LAST_TAG)
		writer->has_failed = true;
	if (writer_has_failed(writer))
		return;
	if (!writer->has_root)
		outlet_put(&writer->outlet, prologue, sizeof(prologue));
	writer->has_root = true;
	if (page != writer->page) {
		outlet_byte(&writer->outlet, SWITCH_PAGE);
		outlet_byte(&writer->outlet, page);
		writer->page = (unsigned char)page;
	}
	outlet_byte(&writer->outlet, code | content);
}

/* Writes the start tags that were put off, then this one.  False if that failed. */
static bool
start_element(struct writer *writer, enum token token, unsigned content)
{
	if (writer->depth == WBXML_DEPTH_MAX || (writer->has_root && writer->shown == 0))
		writer->has_failed = true;
	for (; writer->shown < writer->depth; writer->shown++)
		put_tag(writer, writer->open[writer->shown], HAS_CONTENT);
	put_tag(writer, token, content);
	return !writer_has_failed(writer);
}

static void
open_element(struct writer *writer, enum token token, bool always)
{
	if (!expect(writer, WRITER_ELEMENTS))
		return;
	if (writer->depth == WBXML_DEPTH_MAX) {
		writer->has_failed = true;
		return;
	}
	writer->open[writer->depth] = token;
	writer->always[writer->depth] = always;
	writer->depth++;
}

void
writer_open(struct writer *writer, enum token token)
{
	open_element(writer, token, false);
}

void
writer_open_always(struct writer *writer, enum token token)
{
	open_element(writer, token, true);
}

void
writer_close(struct writer *writer)
{
	if (!expect(writer, WRITER_ELEMENTS))
		return;
	if (writer->depth == 0) {
		writer->has_failed = true;
		return;
	}
	writer->depth--;
	if (writer->shown > writer->depth) {
		outlet_byte(&writer->outlet, END);
		writer->shown = writer->depth;
	} else if (writer->always[writer->depth]) {
		start_element(writer, writer->open[writer->depth], 0);
	}
}

void
writer_empty(struct writer *writer, enum token token)
{
	if (expect(writer, WRITER_ELEMENTS))
		start_element(writer, token, 0);
}

void
writer_text_begin(struct writer *writer, enum token token)
{
	if (!expect(writer, WRITER_ELEMENTS))
		return;
	writer->mode = WRITER_TEXT;
	writer->text = token;
	writer->left = WBXML_TEXT_MAX;
	writer->partial_len = 0;
}

/* Adds bytes that need no more looking at. */
static void
put_string(struct writer *writer, const void *data, size_t len)
{
	if (len == 0)
		return;
	if (len > writer->left)
		writer->has_failed = true;
	if (writer_has_failed(writer))
		return;
	if (writer->mode == WRITER_TEXT) {
		if (!start_element(writer, writer->text, HAS_CONTENT))
			return;
		outlet_byte(&writer->outlet, STR_I);
		writer->mode = WRITER_STRING;
	}
	writer->left -= len;
	outlet_put(&writer->outlet, data, len);
}

/* Writes the first character of data, or what stands for it.  Returns its length; 0 if it goes
 * on beyond len. */
static size_t
put_character(struct writer *writer, const unsigned char *data, size_t len)
{
	enum utf8_kind kind;
	size_t step = utf8_scan(data, len, &kind);

	if (kind == UTF8_PARTIAL)
		return 0;
	if (kind == UTF8_LEGAL)
		put_string(writer, data, step);
	if (kind == UTF8_BROKEN)
		put_string(writer, replacement, 3);
	return step;
}

/* Adds bytes to the cut character of the last piece until it is complete or broken.  Returns how
 * many bytes of data that took: a byte that breaks it belongs to the next character. */
static size_t
finish_partial(struct writer *writer, const unsigned char *data, size_t len)
{
	size_t used = 0;

	while (writer->partial_len > 0 && used < len) {
		unsigned before = writer->partial_len;
		size_t step;

		writer->partial[writer->partial_len++] = data[used];
		step = put_character(writer, writer->partial, writer->partial_len);
		if (step != before)
			used++;
		if (step > 0)
			writer->partial_len = 0;
	}
	return used;
}

void
writer_text_more(struct writer *writer, const void *data, size_t len)
{
	const unsigned char *bytes = data;
	size_t at;

	if (writer->mode != WRITER_STRING && !expect(writer, WRITER_TEXT))
		return;
	at = finish_partial(writer, bytes, len);
	while (at < len && !writer_has_failed(writer)) {
		size_t run = utf8_legal(bytes + at, len - at);
		size_t step;

		put_string(writer, bytes + at, run);
		at += run;
		if (at == len)
			break;
		step = put_character(writer, bytes + at, len - at);
		if (step == 0) {
			writer->partial_len = (unsigned)(len - at);
			memcpy(writer->partial, bytes + at, len - at);
			break;
		}
		at += step;
	}
}

void
writer_text_end(struct writer *writer)
{
	static const unsigned char ends[] = { 0, END };

	if (writer->mode != WRITER_STRING && !expect(writer, WRITER_TEXT))
		return;
	if (writer->partial_len > 0)
		put_string(writer, replacement, 3);
	writer->partial_len = 0;
	if (writer->mode == WRITER_STRING)
		outlet_put(&writer->outlet, ends, sizeof(ends));
	else
		start_element(writer, writer->text, 0);
	writer->mode = WRITER_ELEMENTS;
}

void
writer_text_n(struct writer *writer, enum token token, const char *utf8, size_t len)
{
	writer_text_begin(writer, token);
	writer_text_more(writer, utf8, len);
	writer_text_end(writer);
}

void
writer_text(struct writer *writer, enum token token, const char *utf8)
{
	if (utf8)
		writer_text_n(writer, token, utf8, strlen(utf8));
}

void
writer_int(struct writer *writer, enum token token, int64_t value)
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%" PRId64, value);

	writer_text_n(writer, token, digits, (size_t)len);
}

void
writer_bool(struct writer *writer, enum token token, bool value)
{
	writer_text_n(writer, token, value ? "1" : "0", 1);
}

void
writer_opaque_begin(struct writer *writer, enum token token, size_t exact_len)
{
	if (!expect(writer, WRITER_ELEMENTS))
		return;
	if (exact_len > WBXML_TEXT_MAX) {
		writer->has_failed = true;
		return;
	}
	if (!start_element(writer, token, exact_len > 0 ? HAS_CONTENT : 0))
		return;
	writer->left = exact_len;
	writer->mode = exact_len > 0 ? WRITER_OPAQUE : WRITER_HOLLOW;
	if (exact_len == 0)
		return;
	outlet_byte(&writer->outlet, OPAQUE);
	outlet_number(&writer->outlet, exact_len);
}

void
writer_opaque_more(struct writer *writer, const void *data, size_t len)
{
	if (writer->mode != WRITER_HOLLOW && !expect(writer, WRITER_OPAQUE))
		return;
	if (len > writer->left)
		writer->has_failed = true;
	if (writer_has_failed(writer))
		return;
	writer->left -= len;
	outlet_put(&writer->outlet, data, len);
}

void
writer_opaque_end(struct writer *writer)
{
	if (writer->mode != WRITER_HOLLOW && !expect(writer, WRITER_OPAQUE))
		return;
	if (writer->left > 0)
		writer->has_failed = true;
	else if (writer->mode == WRITER_OPAQUE)
		outlet_byte(&writer->outlet, END);
	writer->mode = WRITER_ELEMENTS;
}

void
writer_opaque(struct writer *writer, enum token token, const void *data, size_t len)
{
	writer_opaque_begin(writer, token, len);
	writer_opaque_more(writer, data, len);
	writer_opaque_end(writer);
}

void
writer_pad(struct writer *writer)
{
	if (writer->mode != WRITER_ELEMENTS || writer->shown == 0 || writer_has_failed(writer))
		return;
	outlet_byte(&writer->outlet, SWITCH_PAGE);
	outlet_byte(&writer->outlet, writer->page);
	writer_flush(writer);
}

size_t
writer_bytes(const struct writer *writer)
{
	return writer->outlet.written;
}

bool
writer_is_empty(const struct writer *writer)
{
	return writer->outlet.written == 0;
}
