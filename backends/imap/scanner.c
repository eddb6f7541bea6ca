/* SPDX-License-Identifier: ISC */
/*
 * The reader as a machine of few states over one cursor.  Runs of plain bytes are taken by one
 * inner loop each; a token that ends within the piece is copied once, into its value, one that
 * does not is gathered in `token`.  Nesting is two arrays, not the stack.
 */
#include "backends/imap/scanner.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bridge/base/arena.h"
#include "bridge/base/limits.h"

_Static_assert(SCAN_DEPTH == LIMIT_UPSTREAM_NESTING, "one limit, two names");

enum {
	KEPT_MAX = 2 * 1024 * 1024,	/* literals kept in one response */
	LINE_HARD = 64 * LIMIT_UPSTREAM_LINE, /* of a response that is not kept any more */
	TOKEN_KEEP = 16 * 1024,		/* memory kept for the next token */
};

enum state {
	BETWEEN,	/* before a token */
	ATOM,
	SECTION,	/* within the brackets of BODY[...] */
	QUOTED,
	SIZE,		/* {123 */
	SIZE_END,	/* after the brace: the line end */
	LITERAL,
	TEXT,		/* human text up to the line end */
};

enum stage { TAG, WORD, WORD_AFTER_NUMBER, CODE_OR_TEXT, CODE, VALUES, HUMAN };

struct cursor {
	const char *at, *end;
};

static bool
bad(struct imap_scanner *s, const char *why)
{
	s->error = why;
	return false;
}

static void
response_reset(struct imap_scanner *s)
{
	memset(&s->response, 0, sizeof(s->response));
	s->response.tag = s->response.word = s->response.code = s->response.text = "";
	arena_reset(s->arena);
	s->tail = &s->response.values;
	s->last = NULL;
	s->depth = 0;
	s->ghosts = 0;
	s->dropping = false;
	s->state = BETWEEN;
	s->stage = TAG;
	s->done = false;
	s->token_len = 0;
	s->line = s->kept = 0;
	s->sink = NULL;
	if (s->token_cap > TOKEN_KEEP) {
		free(s->token);
		s->token = NULL;
		s->token_cap = 0;
	}
}

struct imap_scanner *
imap_scanner_new(void)
{
	struct imap_scanner *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->arena = arena_new(0);
	response_reset(s);
	return s;
}

void
imap_scanner_free(struct imap_scanner **scanner)
{
	if (!*scanner)
		return;
	arena_free(&(*scanner)->arena);
	free((*scanner)->token);
	free(*scanner);
	*scanner = NULL;
}

bool
imap_scanner_is_idle(const struct imap_scanner *s)
{
	return s->done || (s->stage == TAG && s->line == 0);
}

static bool
is_dropping(const struct imap_scanner *s)
{
	return s->dropping || s->ghosts;
}

static bool
token_gather(struct imap_scanner *s, const char *data, size_t n)
{
	if (is_dropping(s))
		return true;
	if (s->token_len + n > s->token_cap) {
		size_t cap = (s->token_len + n) * 2;
		char *grown = realloc(s->token, cap);

		if (!grown)
			return bad(s, "no memory");
		s->token = grown;
		s->token_cap = cap;
	}
	if (n)
		memcpy(s->token + s->token_len, data, n);
	s->token_len += n;
	return true;
}

/* The token whose last run is data; what was gathered before comes first. */
static char *
token_take(struct imap_scanner *s, const char *data, size_t n, size_t *ret_len)
{
	size_t len = is_dropping(s) ? 0 : s->token_len + n;
	char *text = len ? arena_alloc(s->arena, len + 1) : s->nothing;

	if (!len) {
		s->token_len = 0;
		*ret_len = 0;
		return text;
	}
	if (s->token_len)
		memcpy(text, s->token, s->token_len);
	if (n)
		memcpy(text + s->token_len, data, n);
	s->token_len = 0;
	*ret_len = len;
	return text;
}

static struct imap_value *
value_add(struct imap_scanner *s, enum imap_kind kind)
{
	struct imap_value *value;

	if (is_dropping(s)) {
		s->dropped.kind = kind;
		return &s->dropped;
	}
	value = arena_alloc(s->arena, sizeof(*value));
	value->kind = kind;
	*s->tail = value;
	s->tail = &value->next;
	s->last = value;
	return value;
}

static void
value_text(struct imap_scanner *s, enum imap_kind kind, const char *text, size_t len)
{
	struct imap_value *value = value_add(s, kind);

	value->text = text;
	value->len = len;
}

static char *
upper(char *text)
{
	for (char *c = text; *c; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
	return text;
}

static bool
is_status(const char *word)
{
	static const char *const words[] = { "OK", "NO", "BAD", "BYE", "PREAUTH" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

static void
tag_done(struct imap_scanner *s, char *text)
{
	s->stage = WORD;
	if (strcmp(text, "*") == 0) {
		s->response.type = IMAP_UNTAGGED;
		s->response.tag = "*";
	} else if (strcmp(text, "+") == 0) {
		s->response.type = IMAP_CONTINUE;
		s->response.tag = "+";
		s->stage = HUMAN;
		s->state = TEXT;
	} else {
		s->response.type = IMAP_TAGGED;
		s->response.tag = text;
	}
}

static void
word_done(struct imap_scanner *s, char *text, size_t len)
{
	struct imap_value number = { .kind = IMAP_ATOM, .text = text, .len = len };
	uint64_t value;

	if (s->stage == WORD && s->response.type == IMAP_UNTAGGED &&
	    imap_number(&number, UINT32_MAX, &value)) {
		s->response.number = (uint32_t)value;
		s->stage = WORD_AFTER_NUMBER;
		return;
	}
	s->response.word = upper(text);
	s->stage = is_status(text) ? CODE_OR_TEXT : VALUES;
	s->tail = s->stage == VALUES ? &s->response.values : &s->response.args;
}

/* An atom is complete: what it means depends on where in the response it stands. */
static bool
atom_done(struct imap_scanner *s, const char *data, size_t n)
{
	size_t len;
	char *text = token_take(s, data, n, &len);

	s->state = BETWEEN;
	if (memchr(text, 0, len))
		return bad(s, "NUL in an atom");
	switch ((enum stage)s->stage) {
	case TAG:
		tag_done(s, text);
		break;
	case WORD:
	case WORD_AFTER_NUMBER:
		word_done(s, text, len);
		break;
	case CODE:
		if (!*s->response.code)
			s->response.code = upper(text);
		else
			value_text(s, IMAP_ATOM, text, len);
		break;
	default:
		value_text(s, IMAP_ATOM, text, len);
	}
	return true;
}

static bool
list_open(struct imap_scanner *s)
{
	if (is_dropping(s) || s->depth == SCAN_DEPTH) {
		s->ghosts++;
		s->response.cut = true;
		return true;
	}
	s->lists[s->depth] = value_add(s, IMAP_LIST);
	s->tails[s->depth++] = s->tail;
	s->tail = &s->last->first;
	s->last = NULL;
	return true;
}

static bool
list_close(struct imap_scanner *s)
{
	if (s->ghosts) {
		s->ghosts--;
		return true;
	}
	if (s->depth == 0)
		return bad(s, "closing parenthesis without an opening one");
	s->tail = s->tails[--s->depth];
	s->last = s->lists[s->depth];
	return true;
}

/* Line end outside literals: the response is complete. */
static bool
line_done(struct imap_scanner *s)
{
	if (s->stage == TAG) {	/* an empty line between responses: tolerated */
		s->line = 0;
		return true;
	}
	if (s->depth || s->ghosts)
		return bad(s, "list not closed");
	if (s->stage == WORD || s->stage == WORD_AFTER_NUMBER)
		return bad(s, "response without a word");
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
		return c == '[' || token_gather(s, &c, 1);
	}
	if (s->stage == CODE && c == ']' && s->depth == 0 && !s->ghosts) {
		s->stage = HUMAN;
		s->state = TEXT;
		return true;
	}
	if (stage_has_values(s)) {
		if (c == '(')
			return list_open(s);
		if (c == ')')
			return list_close(s);
		if (c == '"') {
			s->state = QUOTED;
			s->quoted_escape = false;
			return true;
		}
		if (c == '{')
			return size_begin(s);
	}
	s->state = ATOM;
	return token_gather(s, &c, 1);
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
			return atom_done(s, start, (size_t)(c->at - start));
		}
		if (*c->at == '[' && is_body_key(s, start, (size_t)(c->at - start))) {
			s->state = SECTION;
			s->in_code_quote = false;
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
	return token_gather(s, start, (size_t)(c->at - start));
}

/* BODY[HEADER.FIELDS (DATE "X]")]<0>: everything up to the bracket, which then is an atom again. */
static bool
scan_section(struct imap_scanner *s, struct cursor *c)
{
	const char *start = c->at;

	for (; c->at < c->end; c->at++) {
		if (*c->at == '\n' || *c->at == '\r')
			return bad(s, "section not closed");
		if (*c->at == '"')
			s->in_code_quote = !s->in_code_quote;
		if (*c->at == ']' && !s->in_code_quote) {
			s->state = ATOM;
			c->at++;
			break;
		}
	}
	s->line += (size_t)(c->at - start);
	return token_gather(s, start, (size_t)(c->at - start));
}

static bool
quoted_done(struct imap_scanner *s, const char *data, size_t n)
{
	size_t len;
	char *text = token_take(s, data, n, &len);

	s->state = BETWEEN;
	value_text(s, IMAP_STRING, text, len);
	return true;
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
			return bad(s, "string not closed");
		if (*c->at == '"') {
			s->line += n + 1;
			c->at++;
			return quoted_done(s, start, n);
		}
		if (*c->at == '\\') {
			s->line += n + 1;
			c->at++;
			s->quoted_escape = true;
			return token_gather(s, start, n);
		}
	}
	s->line += (size_t)(c->at - start);
	return token_gather(s, start, (size_t)(c->at - start));
}

static bool
literal_begin(struct imap_scanner *s)
{
	uint64_t n = s->literal_left;

	if (!s->digits || n > LIMIT_UPSTREAM_LITERAL)
		return bad(s, "literal too large or without a size");
	s->state = LITERAL;
	s->literal_len = 0;
	s->literal_data = NULL;
	s->sink = NULL;
	if (is_dropping(s))
		return true;
	s->sink = s->literal ? s->literal(s->ctx, s->last, n) : NULL;
	if (s->sink)
		return true;
	if (n > KEPT_MAX - s->kept) {
		s->dropping = s->response.cut = true;
		return true;
	}
	s->kept += (size_t)n;
	s->literal_data = arena_alloc(s->arena, (size_t)n + 1);
	return true;
}

static void
literal_done(struct imap_scanner *s)
{
	s->state = BETWEEN;
	if (s->sink) {
		struct imap_value *value = value_add(s, IMAP_STREAMED);

		value->sink = s->sink;
		value->len = s->literal_len;
		s->sink = NULL;
		return;
	}
	value_text(s, IMAP_STRING, s->literal_data, s->literal_len);
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
		return bad(s, "broken literal");
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
		return bad(s, "broken literal");
	if (!literal_begin(s))
		return false;
	if (s->literal_left == 0)
		literal_done(s);
	return true;
}

static bool
scan_literal(struct imap_scanner *s, struct cursor *c)
{
	size_t n = (size_t)(c->end - c->at);

	if (n > s->literal_left)
		n = (size_t)s->literal_left;
	if (s->sink && !s->sink->write(s->sink, c->at, n))
		return bad(s, "reader of a literal gave up");
	if (s->literal_data)
		memcpy(s->literal_data + s->literal_len, c->at, n);
	s->literal_len += n;
	s->literal_left -= n;
	c->at += n;
	if (s->literal_left == 0)
		literal_done(s);
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
	if (!token_gather(s, start, n < room ? n : room))
		return false;
	if (!end)
		return true;
	c->at++;
	text = token_take(s, NULL, 0, &len);
	if (len && text[len - 1] == '\r')
		text[len - 1] = '\0';
	s->response.text = *text == ' ' ? text + 1 : text;
	return line_done(s);
}

static bool
scan_step(struct imap_scanner *s, struct cursor *c)
{
	switch ((enum state)s->state) {
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
	return bad(s, "impossible state");
}

static void
too_long(struct imap_scanner *s)
{
	s->dropping = s->response.cut = true;
	if (s->line > LINE_HARD)
		bad(s, "response too long");
}

enum scan_result
imap_scan(struct imap_scanner *s, const void *data, size_t n, size_t *ret_used)
{
	struct cursor c = { data, (const char *)data + n };

	if (s->done)
		response_reset(s);
	while (!s->error && !s->done && c.at < c.end)
		if (scan_step(s, &c) && s->line > LIMIT_UPSTREAM_LINE)
			too_long(s);
	*ret_used = n - (size_t)(c.end - c.at);
	if (s->error)
		return SCAN_BAD;
	return s->done ? SCAN_DONE : SCAN_MORE;
}
