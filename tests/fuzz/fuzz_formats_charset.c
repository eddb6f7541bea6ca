/* SPDX-License-Identifier: ISC */
/*
 * Fuzz target: the first byte chooses a charset and a transfer encoding, the second how large the
 * pieces are; decoding in pieces equals decoding at once, and text comes out valid.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "backends/formats/charset.h"
#include "backends/formats/transfer.h"
#include "bridge/base/buf.h"
#include "bridge/base/codec.h"

static const char *const charsets[] = { NULL, "utf-8", "us-ascii", "iso-8859-1", "iso-8859-15",
	"windows-1251", "koi8-r", "utf-7", "utf-16", "iso-2022-jp", "shift_jis", "euc-jp", "gb2312",
	"gb18030", "big5", "euc-kr" };

static void
check(bool condition)
{
	if (!condition)
		abort();
}

static void
decode(enum transfer_kind kind, const uint8_t *data, size_t len, size_t piece, struct buf *out)
{
	struct transfer_decoder decoder;

	transfer_init(&decoder, kind);
	for (size_t at = 0; at < len; at += piece)
		check(transfer_feed(&decoder, data + at, len - at < piece ? len - at : piece, out));
	check(transfer_finish(&decoder, out));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct buf pieces, whole, text, encoded;
	enum transfer_kind kind;

	if (len < 2)
		return 0;
	kind = (enum transfer_kind)(data[0] >> 4 & 3);
	buf_init(&pieces, len * 4 + 1024);
	buf_init(&whole, len * 4 + 1024);
	buf_init(&text, len * 16 + 1024);
	buf_init(&encoded, len * 16 + 1024);
	decode(kind, data + 2, len - 2, (size_t)data[1] % 16 + 1, &pieces);
	decode(kind, data + 2, len - 2, len, &whole);
	check(pieces.len == whole.len);
	check(whole.len == 0 || memcmp(pieces.data, whole.data, whole.len) == 0);
	check(charset_convert(charsets[data[0] & 15], whole.data, whole.len, &text));
	check(utf8_is_valid(text.data, text.len));
	check(text.len == 0 || memchr(text.data, '\0', text.len) == NULL);
	/* what we encode, we decode to the same, line ends as CRLF apart */
	if (memchr(data, '\n', len) == NULL && memchr(data, '\r', len) == NULL) {
		transfer_put_qp(&encoded, (const char *)data, len);
		buf_reset(&whole);
		decode(TRANSFER_QP, encoded.data, encoded.len, 7, &whole);
		check(whole.len == len && memcmp(whole.data, data, len) == 0);
	}
	buf_free(&pieces);
	buf_free(&whole);
	buf_free(&text);
	buf_free(&encoded);
	return 0;
}
