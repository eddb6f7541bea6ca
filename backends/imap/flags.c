/* SPDX-License-Identifier: ISC */
/* Flags and marks.  Worker. */
#include "backends/imap/flags.h"

#include <string.h>
#include <strings.h>

#include "backends/formats/keywords.h"
#include "backends/imap/scanner.h"
#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "bridge/store.h"

enum { CHANGE_MAX = 32 * 1024 };	/* bytes of flags in one STORE */

static bool
is_forwarded(const char *flag)
{
	return strcasecmp(flag, "$Forwarded") == 0 || strcasecmp(flag, "Forwarded") == 0;
}

/* The system flags; true if it was one. */
static bool
system_flag_read(const char *flag, struct imap_flags *flags)
{
	if (strcasecmp(flag, "\\Seen") == 0)
		flags->seen = true;
	else if (strcasecmp(flag, "\\Flagged") == 0)
		flags->flagged = true;
	else if (strcasecmp(flag, "\\Answered") == 0)
		flags->answered = true;
	else if (strcasecmp(flag, "\\Draft") == 0)
		flags->draft = true;
	else if (strcasecmp(flag, "\\Deleted") == 0)
		flags->deleted = true;
	else
		return *flag == '\\';
	return true;
}

void
flags_read(struct arena *arena, const struct imap_value *first, struct imap_flags *ret_flags)
{
	unsigned n = 0;

	memset(ret_flags, 0, sizeof(*ret_flags));
	for (const struct imap_value *v = first; v; v = v->next)
		n++;
	ret_flags->keywords.list = arena_array(arena, n, sizeof(char *));
	for (const struct imap_value *v = first; v; v = v->next) {
		const char *flag = imap_text(v);

		if (!flag || system_flag_read(flag, ret_flags))
			continue;
		if (is_forwarded(flag))
			ret_flags->forwarded = true;
		ret_flags->keywords.list[ret_flags->keywords.n++] = arena_strdup(arena, flag);
	}
}

/* FNV-1a without letter case: IMAP compares keywords so. */
static uint32_t
keyword_hash(const char *keyword)
{
	uint32_t hash = 2166136261u;

	for (const char *c = keyword; *c; c++) {
		uint8_t byte = (uint8_t)*c;

		if (byte >= 'A' && byte <= 'Z')
			byte = (uint8_t)(byte - 'A' + 'a');
		hash = (hash ^ byte) * 16777619u;
	}
	return hash ^ (hash >> 15);
}

static bool
is_category(struct arena *arena, const char *keyword)
{
	struct arena_mark mark = arena_mark(arena);
	bool is = keyword_to_category(arena, keyword) != NULL;

	arena_release(arena, mark);
	return is;
}

/* sum: of the hashes of the categories, so their order does not matter. */
static uint32_t
mark_make(const struct imap_flags *flags, uint32_t sum, bool any)
{
	uint32_t hash = sum & (UINT32_MAX >> MARK_CATEGORIES_SHIFT);

	if (flags->deleted)
		return UINT32_MAX;
	if (any && hash == 0)
		hash = 1;
	if (hash == UINT32_MAX >> MARK_CATEGORIES_SHIFT)
		hash--;
	return (flags->seen ? MARK_READ : 0u) | (flags->flagged ? MARK_FLAGGED : 0u) |
	    (flags->answered ? MARK_ANSWERED : 0u) | (flags->forwarded ? MARK_FORWARDED : 0u) |
	    (any ? hash << MARK_CATEGORIES_SHIFT : 0u);
}

uint32_t
flags_mark(struct arena *arena, const struct imap_value *first)
{
	struct imap_flags flags = { 0 };
	uint32_t sum = 0;
	bool any = false;

	for (const struct imap_value *v = first; v; v = v->next) {
		const char *flag = imap_text(v);

		if (!flag || system_flag_read(flag, &flags))
			continue;
		if (is_forwarded(flag)) {
			flags.forwarded = true;
		} else if (is_category(arena, flag)) {
			sum += keyword_hash(flag);
			any = true;
		}
	}
	return mark_make(&flags, sum, any);
}

uint32_t
flags_mark_of(struct arena *arena, const struct imap_flags *flags)
{
	uint32_t sum = 0;
	bool any = false;

	for (unsigned i = 0; i < flags->keywords.n; i++) {
		if (is_forwarded(flags->keywords.list[i]) ||
		    !is_category(arena, flags->keywords.list[i]))
			continue;
		sum += keyword_hash(flags->keywords.list[i]);
		any = true;
	}
	return mark_make(flags, sum, any);
}

static void
flag_put(struct buf *out, const char *flag)
{
	if (out->len)
		buf_putc(out, ' ');
	buf_puts(out, flag);
}

static bool
strings_have(const struct strings *strings, const char *text)
{
	for (unsigned i = 0; i < strings->n; i++)
		if (strcasecmp(strings->list[i], text) == 0)
			return true;
	return false;
}

/* Categories wanted against the keywords that are there: only what is a category is touched. */
static void
categories_change(struct arena *arena, const struct strings *categories,
    const struct imap_flags *now, struct buf out[2])
{
	struct strings wanted = { .list = arena_array(arena, categories->n, sizeof(char *)) };

	for (unsigned i = 0; i < categories->n; i++) {
		const char *keyword = keyword_from_category(arena, categories->list[i]);

		if (!keyword || strings_have(&wanted, keyword))
			continue;
		wanted.list[wanted.n++] = keyword;
		if (!strings_have(&now->keywords, keyword))
			flag_put(&out[0], keyword);
	}
	for (unsigned i = 0; i < now->keywords.n; i++)
		if (is_category(arena, now->keywords.list[i]) &&
		    !strings_have(&wanted, now->keywords.list[i]))
			flag_put(&out[1], now->keywords.list[i]);
}

void
flags_change(struct arena *arena, const struct email *email, const struct imap_flags *now,
    bool keywords, struct flag_change *ret_change)
{
	struct buf out[2];	/* to add, to remove */

	buf_init_arena(&out[0], arena, CHANGE_MAX);
	buf_init_arena(&out[1], arena, CHANGE_MAX);
	if (email->has.read)
		flag_put(&out[email->read ? 0 : 1], "\\Seen");
	if (email->has.flag && email->flag.status == 2) {
		flag_put(&out[0], "\\Flagged");
	} else if (email->has.flag) {
		flag_put(&out[1], "\\Flagged");
		for (unsigned i = 0; i < now->keywords.n; i++)
			if (strncasecmp(now->keywords.list[i], "$MailFlagBit", 12) == 0)
				flag_put(&out[1], now->keywords.list[i]);
	}
	if (email->has.last_verb && (email->last_verb == 1 || email->last_verb == 2))
		flag_put(&out[0], "\\Answered");
	if (email->has.last_verb && email->last_verb == 3 && keywords)
		flag_put(&out[0], "$Forwarded");
	if (email->has.categories && keywords)
		categories_change(arena, &email->categories, now, out);
	ret_change->add = arena_strdup(arena, buf_str(&out[0]));
	ret_change->remove = arena_strdup(arena, buf_str(&out[1]));
}
