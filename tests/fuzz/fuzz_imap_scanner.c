/* SPDX-License-Identifier: ISC */
/*
 * IMAP responses: whole and in pieces must be read alike, and what is made from them (structures,
 * flags, stamps, sets) must hold what the headers promise.  The guard runs beside it.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "backends/formats/mime.h"
#include "backends/imap/flags.h"
#include "backends/imap/guard.h"
#include "backends/imap/names.h"
#include "backends/imap/scanner.h"
#include "backends/imap/stamp.h"
#include "backends/imap/structure.h"
#include "backends/imap/uidset.h"
#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "tests/helper/imap_dump.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool ok)
{
	if (!ok)
		abort();
}

static void
value_use(struct arena *arena, const struct imap_value *value)
{
	struct mime_part *root = structure_read(arena, value);
	struct imap_flags flags;
	struct uid_set set;
	const char *text = imap_text(value);

	for (struct mime_part *p = root; p; p = mime_next(root, p))
		must(p->type && p->subtype && p->encoding && p->section);
	flags_read(arena, imap_list(value), &flags);
	must(flags_mark(arena, imap_list(value)) == flags_mark_of(arena, &flags));
	uidset_init(&set, arena);
	if (text && uidset_parse(&set, text)) {
		uidset_sort(&set);
		must(uidset_has(&set, set.ranges[0].first));
	}
	if (text && (text = name_decode(arena, text)))
		must(name_encode(arena, text) != NULL);
}

static void
response_use(const struct imap_response *r)
{
	struct arena *arena = arena_new(0);
	struct imap_state state;
	const char *mailbox;

	must(r->tag && r->word && r->code && r->text && strlen(r->text) <= SCAN_TEXT);
	stamp_from_status(r, &mailbox, &state);
	for (const struct imap_value *v = r->values; v; v = v->next)
		value_use(arena, v);
	for (const struct imap_value *v = imap_list(r->values); v; v = v->next)
		value_use(arena, v);
	arena_free(&arena);
}

static void
run(const uint8_t *data, size_t size, size_t step, struct buf *out)
{
	struct imap_scanner *scanner = imap_scanner_new();
	size_t at = 0, used;

	while (at < size) {
		size_t n = size - at < step ? size - at : step;
		enum scan_result result = imap_scan(scanner, data + at, n, &used);

		must(used <= n);
		at += used;
		if (result == SCAN_BAD) {
			must(scanner->error != NULL);
			buf_puts(out, scanner->error);
			break;
		}
		if (result == SCAN_DONE) {
			imap_dump(&scanner->response, out);
			buf_putc(out, '\n');
			response_use(&scanner->response);
		} else {
			must(used == n);
		}
	}
	imap_scanner_free(&scanner);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct guard guard;
	struct buf whole, pieces;
	size_t step = size ? 1 + data[0] % 16 : 1;

	buf_init(&whole, 1 << 24);
	buf_init(&pieces, 1 << 24);
	run(data, size, size + 1, &whole);
	run(data, size, step, &pieces);
	must(whole.len == pieces.len && memcmp(buf_str(&whole), buf_str(&pieces), whole.len) == 0);
	buf_free(&whole);
	buf_free(&pieces);
	guard_init(&guard, NULL, NULL);
	guard_feed(&guard, data, size);
	return 0;
}
