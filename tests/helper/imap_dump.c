/* SPDX-License-Identifier: ISC */
/* The scanner's response as one line of text. */
#include "tests/helper/imap_dump.h"

#include "backends/imap/scanner.h"
#include "bridge/base/buf.h"

/* Within SCAN_DEPTH: recursion is safe. */
static void
values_dump(const struct imap_value *first, struct buf *out)
{
	for (const struct imap_value *v = first; v; v = v->next) {
		if (v != first)
			buf_putc(out, ' ');
		if (v->kind == IMAP_LIST) {
			buf_putc(out, '(');
			values_dump(v->first, out);
			buf_putc(out, ')');
		} else if (v->kind == IMAP_STREAMED) {
			buf_printf(out, "<%zu>", v->len);
		} else {
			buf_puts(out, v->kind == IMAP_STRING ? "\"" : "");
			buf_put(out, v->text, v->len);
			buf_puts(out, v->kind == IMAP_STRING ? "\"" : "");
		}
	}
}

void
imap_dump(const struct imap_response *r, struct buf *out)
{
	buf_printf(out, "%s %s", r->tag, r->word);
	if (r->number)
		buf_printf(out, " #%u", r->number);
	if (r->values)
		buf_putc(out, ' ');
	values_dump(r->values, out);
	if (*r->code) {
		buf_printf(out, " [%s", r->code);
		if (r->args)
			buf_putc(out, ' ');
		values_dump(r->args, out);
		buf_putc(out, ']');
	}
	if (*r->text)
		buf_printf(out, " %s", r->text);
	if (r->cut)
		buf_puts(out, " (cut)");
}
