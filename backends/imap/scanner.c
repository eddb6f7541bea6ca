/* SPDX-License-Identifier: ISC */
/*
 * The reader as a machine of few states over one cursor.  Runs of plain bytes are taken by one
 * inner loop each; a token that ends within the piece is copied once, into its value, one that
 * does not is gathered in `token`.  Nesting is two arrays, not the stack.
 */
#include "backends/imap/scanner.h"

#include <string.h>
#include <strings.h>

#include "backends/imap/scan.h"
#include "bridge/base/limits.h"

_Static_assert(SCAN_DEPTH == LIMIT_UPSTREAM_NESTING, "one limit, two names");

/* bytes of a response that is not kept any more; beyond them it is given up */
enum { LINE_HARD = 64 * LIMIT_UPSTREAM_LINE };

struct cursor {
	const char *at, *end;
};

/* Line end outside literals: the response is complete. */
static bool
line_done(struct imap_scanner *s)
{
	if (s->stage == TAG) {	/* an empty line between responses: tolerated */
		s->line = 0;
		return true;
	}
	if (s->depth || s->ghosts)
		return scan_bad(s, "list not closed");
	if (s->stage == WORD || s->stage == WORD_AFTER_NUMBER)
		return scan_bad(s, "response without a word");
	s->done = true;
	return true;
}

/* Which values may hold strings and lists at all. */
static bool
stage_has_values(const struct imap_scanner *s)
{
	return s->stage == VALUES || (s->stage == CODE && *s->response.code);
}

static bool
size_begin(struct imap_scanner *s)
{
	s->state = SIZE;
	s->literal_left = 0;
	s->digits = 0;
	return true;
}

static bool
token_begin(struct imap_scanner *s, char c)
{
	if (s->stage == CODE_OR_TEXT) {
		s->stage = c == '[' ? CODE : HUMAN;
		s->state = c == '[' ? BETWEEN : TEXT;
		return c == '[' || scan_token_gather(s, &c, 1);
	}
	if (s->stage == CODE && c == ']' && s->depth == 0 && !s->ghosts) {
		s->stage = HUMAN;
		s->state = TEXT;
		return true;
	}
	if (stage_has_values(s)) {
		if (c == '(')
			return scan_list_open(s);
		if (c == ')')
			return scan_list_close(s);
		if (c == '"') {
			s->state = QUOTED;
			s->quoted_escape = false;
			return true;
		}
		if (c == '{')
			return size_begin(s);
	}
	s->state = ATOM;
	return scan_token_gather(s, &c, 1);
}

static bool
scan_between(struct imap_scanner *s, struct cursor *c)
{
	char byte = *c->at++;

	s->line++;
	if (byte == '\n')
		return line_done(s);
	if (byte == ' ' || byte == '\r' || byte == '\t')
		return true;
	return token_begin(s, byte);
}

static bool
is_body_key(const struct imap_scanner *s, const char *data, size_t n)
{
	static const char *const keys[] = { "BODY", "BINARY", "BINARY.SIZE" };
	size_t len = s->token_len + n;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (len == strlen(keys[i]) && s->depth &&
		    strncasecmp(s->token, keys[i], s->token_len) == 0 &&
		    strncasecmp(data, keys[i] + s->token_len, n) == 0)
			return true;
	return false;
}

static bool
is_atom_end(const struct imap_scanner *s, char c)
{
	switch (c) {
	case ' ':
	case '\r':
	case '\n':
	case '(':
	case ')':
		return true;
	case ']':
		return s->stage == CODE && s->depth == 0;
	default:
		return false;
	}
}

static bool
scan_atom(struct imap_scanner *s, struct cursor *c)
{
	const char *start = c->at;

	for (; c->at < c->end; c->at++) {
		if (is_atom_end(s, *c->at)) {
			s->line += (size_t)(c->at - start);
			return scan_atom_done(s, start, (size_t)(c->at - start));
		}
		if (*c->at == '[' && is_body_key(s, start, (size_t)(c->at - start))) {
			s->state = SECTION;
			s->in_section_quote = false;
			break;
		}
		/* RFC 3516 literal8: ~{size} */
		if (*c->at == '{' && c->at == start && s->token_len == 1 && s->token[0] == '~' &&
		    stage_has_values(s)) {
			s->token_len = 0;
			s->line++;
			c->at++;
			return size_begin(s);
		}
	}
	s->line += (size_t)(c->at - start);
	return scan_token_gather(s, start, (size_t)(c->at - start));
}

/* BODY[HEADER.FIELDS (DATE "X]")]<0>: everything up to the bracket, which then is an atom again. */
static bool
scan_section(struct imap_scanner *s, struct cursor *c)
{
	const char *start = c->at;

	for (; c->at < c->end; c->at++) {
		if (*c->at == '\n' || *c->at == '\r')
			return scan_bad(s, "section not closed");
		if (*c->at == '"')
			s->in_section_quote = !s->in_section_quote;
		if (*c->at == ']' && !s->in_section_quote) {
			s->state = ATOM;
			c->at++;
			break;
		}
	}
	s->line += (size_t)(c->at - start);
	return scan_token_gather(s, start, (size_t)(c->at - start));
}

static bool
scan_quoted(struct imap_scanner *s, struct cursor *c)
{
	const char *start = c->at;

	if (s->quoted_escape) {
		s->quoted_escape = false;
		c->at++;
	}
	for (; c->at < c->end; c->at++) {
		size_t n = (size_t)(c->at - start);

		if (*c->at == '\n')
			return scan_bad(s, "string not closed");
		if (*c->at == '"') {
			s->line += n + 1;
			c->at++;
			return scan_quoted_done(s, start, n);
		}
		if (*c->at == '\\') {
			s->line += n + 1;
			c->at++;
			s->quoted_escape = true;
			return scan_token_gather(s, start, n);
		}
	}
	s->line += (size_t)(c->at - start);
	return scan_token_gather(s, start, (size_t)(c->at - start));
}

static bool
scan_size(struct imap_scanner *s, struct cursor *c)
{
	char byte = *c->at++;

	s->line++;
	if (byte == '}') {
		s->state = SIZE_END;
		return true;
	}
	if (byte == '+' && s->digits)
		return true;
	if (byte < '0' || byte > '9' || s->digits++ > 12)
		return scan_bad(s, "broken literal");
	s->literal_left = s->literal_left * 10 + (uint64_t)(byte - '0');
	return true;
}

static bool
scan_size_end(struct imap_scanner *s, struct cursor *c)
{
	char byte = *c->at++;

	s->line++;
	if (byte == '\r')
		return true;
	if (byte != '\n')
		return scan_bad(s, "broken literal");
	if (!scan_literal_begin(s))
		return false;
	if (s->literal_left == 0)
		scan_literal_done(s);
	return true;
}

static bool
scan_literal(struct imap_scanner *s, struct cursor *c)
{
	size_t n = (size_t)(c->end - c->at);

	if (n > s->literal_left)
		n = (size_t)s->literal_left;
	if (s->sink && !s->sink->write(s->sink, c->at, n))
		return scan_bad(s, "reader of a literal gave up");
	if (s->literal_data)
		memcpy(s->literal_data + s->literal_len, c->at, n);
	s->literal_len += n;
	s->literal_left -= n;
	c->at += n;
	if (s->literal_left == 0)
		scan_literal_done(s);
	return true;
}

static bool
scan_text(struct imap_scanner *s, struct cursor *c)
{
	const char *start = c->at;
	const char *end = memchr(start, '\n', (size_t)(c->end - start));
	size_t n = (size_t)((end ? end : c->end) - start);
	size_t room = SCAN_TEXT - (s->token_len < SCAN_TEXT ? s->token_len : SCAN_TEXT);
	size_t len;
	char *text;

	s->line += n;
	c->at += n;
	if (!scan_token_gather(s, start, n < room ? n : room))
		return false;
	if (!end)
		return true;
	c->at++;
	text = scan_token_take(s, NULL, 0, &len);
	if (len && text[len - 1] == '\r')
		text[len - 1] = '\0';
	s->response.text = *text == ' ' ? text + 1 : text;
	return line_done(s);
}

static bool
scan_step(struct imap_scanner *s, struct cursor *c)
{
	switch ((enum scan_state)s->state) {
	case BETWEEN:
		return scan_between(s, c);
	case ATOM:
		return scan_atom(s, c);
	case SECTION:
		return scan_section(s, c);
	case QUOTED:
		return scan_quoted(s, c);
	case SIZE:
		return scan_size(s, c);
	case SIZE_END:
		return scan_size_end(s, c);
	case LITERAL:
		return scan_literal(s, c);
	case TEXT:
		return scan_text(s, c);
	}
	return scan_bad(s, "impossible state");
}

static void
too_long(struct imap_scanner *s)
{
	s->dropping = s->response.cut = true;
	if (s->line > LINE_HARD)
		scan_bad(s, "response too long");
}

enum scan_result
imap_scan(struct imap_scanner *s, const void *data, size_t n, size_t *ret_used)
{
	struct cursor c = { data, (const char *)data + n };

	if (s->done)
		scan_response_reset(s);
	while (!s->error && !s->done && c.at < c.end)
		if (scan_step(s, &c) && s->line > LIMIT_UPSTREAM_LINE)
			too_long(s);
	*ret_used = n - (size_t)(c.end - c.at);
	if (s->error)
		return SCAN_BAD;
	return s->done ? SCAN_DONE : SCAN_MORE;
}
