/* SPDX-License-Identifier: ISC */
/*
 * Fuzz target: HTML to text, cut, relabelled, its body found; text to HTML and back.  The first
 * byte gives the flags and the place of the cut.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "backends/formats/charset.h"
#include "backends/formats/flowed.h"
#include "backends/formats/html.h"
#include "bridge/base/buf.h"
#include "bridge/base/codec.h"

static void
check(bool condition)
{
	if (!condition)
		abort();
}

static void
check_out(struct buf *out)
{
	check(!out->failed);
	check(utf8_is_valid(out->data, out->len));
	buf_reset(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct buf clean, out;
	const char *html;
	size_t n, start, end, cut;

	if (len < 1)
		return 0;
	buf_init(&clean, len * 4 + 64);
	buf_init(&out, len * 64 + 4096);
	charset_put_clean(data + 1, len - 1, &clean);
	html = buf_str(&clean);
	n = clean.len;
	html_to_text(&out, html, n, data[0] & 3);
	check_out(&out);
	html_from_text(&out, html, n);
	check_out(&out);
	html_put_utf8(&out, html, n);
	check_out(&out);
	html_put_styles(&out, html, n);
	check_out(&out);
	flowed_join(&out, html, n, data[0] & 4);
	check_out(&out);
	flowed_quote(&out, html, n);
	check_out(&out);
	html_find_body(html, n, &start, &end);
	check(start <= n && end <= n && start <= end);
	cut = html_cut(html, n, data[0] * n / 256);
	check(cut <= n && cut <= data[0] * n / 256);
	check(utf8_is_valid(html, cut));
	buf_free(&clean);
	buf_free(&out);
	return 0;
}
