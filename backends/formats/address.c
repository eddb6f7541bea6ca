/* SPDX-License-Identifier: ISC */
/*
 * One pass over the list.  An entry is gathered as raw text (for "a@b" without brackets), as
 * phrase (quotes removed, for names), as what stood in angle brackets, and as last comment; at the
 * separator it is decided what is name and what is address.
 */
#include "backends/formats/address.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "backends/formats/charset.h"
#include "backends/formats/headers.h"
#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "bridge/base/codec.h"

enum {
	LIST_MAX = 5000,
	ADDRESS_MAX = 254,
	LOCAL_MAX = 64,
};

struct entry {
	struct arena *arena;
	struct buf raw, phrase, angle, comment;
	bool has_angle;
	bool is_doubtful;	/* two addresses in one entry */
	bool has_no_quote;	/* no closing quote in the rest: do not search again */
	bool join;
	bool is_strict;
	struct addresses *ret;
	unsigned cap;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void
entry_reset(struct entry *entry)
{
	buf_reset(&entry->raw);
	buf_reset(&entry->phrase);
	buf_reset(&entry->angle);
	buf_reset(&entry->comment);
	entry->has_angle = false;
	entry->is_doubtful = false;
}

static void
list_add(struct entry *entry, const char *name, const char *address)
{
	struct addresses *ret = entry->ret;

	if (ret->n == entry->cap) {
		struct address *list;

		entry->cap = entry->cap == 0 ? 8 : entry->cap * 2;
		list = arena_array(entry->arena, entry->cap, sizeof(*list));
		if (ret->n > 0)
			memcpy(list, ret->list, ret->n * sizeof(*list));
		ret->list = list;
	}
	ret->list[ret->n].name = name;
	ret->list[ret->n++].address = address;
}

/* Trimmed, decoded copy. */
static const char *
name_of(struct entry *entry, struct buf *text)
{
	const char *at = buf_str(text);
	size_t n = text->len;

	while (n > 0 && is_blank(*at)) {
		at++;
		n--;
	}
	while (n > 0 && is_blank(at[n - 1]))
		n--;
	return header_decode(entry->arena, at, n);
}

/* Without blanks outside of quotes, source routes and "mailto:". */
static const char *
address_of(struct entry *entry, struct buf *text)
{
	const char *from = buf_str(text);
	char *copy = arena_alloc(entry->arena, text->len + 1);
	char *to = copy;
	bool is_quoted = false;

	if (strncasecmp(from, "mailto:", 7) == 0)
		from += 7;
	if (*from == '@' && strchr(from, ':') != NULL)
		from = strrchr(from, ':') + 1;
	for (; *from != '\0'; from++) {
		is_quoted ^= *from == '"';
		if (is_quoted || !is_blank(*from))
			*to++ = *from;
	}
	*to = '\0';
	return address_needs_utf8(copy) ?
	    charset_string(entry->arena, NULL, copy, (size_t)(to - copy)) : copy;
}

/* "Foo, Bar <x@y>": keeps "Foo, " for the next entry.  Not decoded here: it may go on for long. */
static void
entry_join(struct entry *entry)
{
	if (entry->phrase.len > 0)
		buf_puts(&entry->phrase, ", ");
	buf_reset(&entry->raw);
	buf_reset(&entry->comment);
}

/* The entry is complete. */
static void
entry_end(struct entry *entry)
{
	bool has_at = memchr(buf_str(&entry->raw), '@', entry->raw.len) != NULL;
	const char *name, *address = "";

	if (entry->has_angle) {
		name = name_of(entry, entry->phrase.len > 0 ? &entry->phrase : &entry->comment);
		if (!entry->is_doubtful || !entry->is_strict)
			address = address_of(entry, &entry->angle);
	} else if (has_at) {
		name = name_of(entry, &entry->comment);
		address = address_of(entry, &entry->raw);
	} else if (entry->join) {
		entry_join(entry);
		return;
	} else {
		name = name_of(entry, &entry->phrase);
	}
	if (name[0] != '\0' || address[0] != '\0')
		list_add(entry, name, address);
	entry_reset(entry);
}

static bool
is_closed(struct entry *entry, const char *at)
{
	for (at++; !entry->has_no_quote && *at != '"'; at++) {
		at += *at == '\\' && at[1] != '\0';
		entry->has_no_quote = *at == '\0';
	}
	return !entry->has_no_quote;
}

/* All of these return the byte behind what they read. */
static const char *
read_quoted(struct entry *entry, const char *at)
{
	if (!is_closed(entry, at))
		return at + 1;
	buf_putc(&entry->raw, *at++);
	while (*at != '\0' && *at != '"') {
		if (*at == '\\' && at[1] != '\0')
			buf_putc(&entry->raw, *at++);
		buf_putc(&entry->raw, *at);
		buf_putc(&entry->phrase, *at++);
	}
	buf_putc(&entry->raw, '"');
	return *at == '"' ? at + 1 : at;
}

static const char *
read_comment(struct entry *entry, const char *at)
{
	unsigned depth = 1;

	buf_reset(&entry->comment);
	for (at++; *at != '\0'; at++) {
		if (*at == '\\' && at[1] != '\0')
			at++;
		else if (*at == '(')
			depth++;
		else if (*at == ')' && --depth == 0)
			return at + 1;
		buf_putc(&entry->comment, *at);
	}
	return at;
}

static const char *
read_angle(struct entry *entry, const char *at)
{
	bool is_quoted = false;

	buf_reset(&entry->angle);
	entry->is_doubtful = entry->has_angle;
	entry->has_angle = true;
	for (at++; *at != '\0'; at++) {
		if (*at == '"')
			is_quoted = !is_quoted;
		if (*at == '>' && !is_quoted)
			return at + 1;
		buf_putc(&entry->angle, *at);
	}
	return at;
}

/* A group's name ends here, unless it is the colon of an address. */
static void
read_colon(struct entry *entry)
{
	if (strcasecmp(buf_str(&entry->raw), "mailto") == 0)
		buf_putc(&entry->raw, ':');
	else if (!entry->has_angle)
		entry_reset(entry);
}

static void
read_plain(struct entry *entry, char c)
{
	if (is_blank(c))
		c = ' ';
	if (c == ' ' && entry->raw.len == 0)
		return;
	buf_putc(&entry->raw, c);
	buf_putc(&entry->phrase, c);
}

void
address_parse(struct arena *arena, const char *value, bool join, struct addresses *ret)
{
	struct entry entry = { .arena = arena, .join = join, .is_strict = !join, .ret = ret };
	size_t max = strlen(value) * 2 + 16;

	ret->list = NULL;
	ret->n = 0;
	buf_init(&entry.raw, max);
	buf_init(&entry.phrase, max);
	buf_init(&entry.angle, max);
	buf_init(&entry.comment, max);
	while (*value != '\0' && ret->n < LIST_MAX) {
		switch (*value) {
		case '"':
			value = read_quoted(&entry, value);
			break;
		case '(':
			value = read_comment(&entry, value);
			break;
		case '<':
			value = read_angle(&entry, value);
			break;
		case ':':
			read_colon(&entry);
			value++;
			break;
		case ',':
		case ';':
			entry_end(&entry);
			value++;
			break;
		default:
			read_plain(&entry, *value++);
		}
	}
	entry.join = false;
	entry_end(&entry); /* what is left has no successor to be joined with */
	buf_free(&entry.raw);
	buf_free(&entry.phrase);
	buf_free(&entry.angle);
	buf_free(&entry.comment);
}

static void
put_one(struct buf *out, const struct address *address)
{
	if (address->name[0] == '\0') {
		buf_puts(out, address->address);
		return;
	}
	quoted_put(out, address->name);
	if (address->address[0] != '\0')
		buf_printf(out, " <%s>", address->address);
}

char *
address_print(struct arena *arena, const struct addresses *list, const char *separator, size_t max)
{
	struct buf out;
	char *text;

	buf_init(&out, max);
	for (unsigned i = 0; i < list->n; i++) {
		size_t before = out.len;

		if (i > 0)
			buf_puts(&out, separator);
		put_one(&out, &list->list[i]);
		if (out.failed) { /* whole entries only */
			out.failed = false;
			out.len = before;
			break;
		}
	}
	text = utf8_clean(arena, buf_str(&out), out.len);
	buf_free(&out);
	return text;
}

char *
address_print_names(struct arena *arena, const struct addresses *list, size_t max)
{
	struct buf out;
	char *text;

	buf_init(&out, max);
	for (unsigned i = 0; i < list->n; i++) {
		const struct address *one = &list->list[i];
		size_t before = out.len;

		if (i > 0)
			buf_puts(&out, "; ");
		buf_puts(&out, one->name[0] != '\0' ? one->name : one->address);
		if (out.failed) {
			out.failed = false;
			out.len = before;
			break;
		}
	}
	text = arena_strndup(arena, buf_str(&out), out.len);
	buf_free(&out);
	return text;
}

bool
address_needs_utf8(const char *address)
{
	for (; *address != '\0'; address++)
		if ((uint8_t)*address > 127)
			return true;
	return false;
}

static bool
is_domain(const char *domain)
{
	bool is_literal = domain[0] == '[';
	size_t n = strlen(domain);

	if (n == 0 || domain[0] == '.' || domain[0] == '-' || domain[n - 1] == '.')
		return false;
	if (is_literal && domain[n - 1] != ']')
		return false;
	for (size_t i = is_literal ? 1 : 0; i < (is_literal ? n - 1 : n); i++) {
		char c = domain[i];
		bool is_plain = (uint8_t)c > 127 || (c >= '0' && c <= '9') ||
		    ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '-' || c == '.' ||
		    (is_literal && c == ':');

		if (!is_plain || (c == '.' && domain[i + 1] == '.'))
			return false;
	}
	return true;
}

static bool
is_local(const char *local, size_t n)
{
	static const char special[] = "()<>[]:;@\\,\" ";
	bool is_quoted = n >= 2 && local[0] == '"' && local[n - 1] == '"';

	if (n == 0 || n > LOCAL_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		uint8_t c = (uint8_t)local[i];

		if (c <= 32 || c == 127 || c == '<' || c == '>')
			return false;
		if (is_quoted && (i == 0 || i == n - 1))
			continue;
		if (is_quoted ? c == '"' || c == '\\' : strchr(special, c) != NULL)
			return false;
	}
	return is_quoted || (local[0] != '.' && local[n - 1] != '.');
}

bool
address_is_safe(const char *address)
{
	const char *at = strrchr(address, '@');
	size_t n = strlen(address);

	return at != NULL && n <= ADDRESS_MAX && is_local(address, (size_t)(at - address)) &&
	    is_domain(at + 1) && utf8_is_valid(address, n);
}
