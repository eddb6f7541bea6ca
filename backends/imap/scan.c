/* SPDX-License-Identifier: ISC */
/* Tokens become values of the tree; what one means depends on where it stands.  Worker, watch. */
#include "backends/imap/scan.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bridge/base/arena.h"
#include "bridge/base/limits.h"

enum {
	KEPT_MAX = 2 * 1024 * 1024,	/* literals kept in one response */
	TOKEN_KEEP = 16 * 1024,		/* memory kept for the next token */
};

bool
scan_bad(struct imap_scanner *s, const char *why)
{
	s->error = why;
	return false;
}

void
scan_response_reset(struct imap_scanner *s)
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
	scan_response_reset(s);
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

bool
scan_is_dropping(const struct imap_scanner *s)
{
	return s->dropping || s->ghosts;
}

bool
scan_token_gather(struct imap_scanner *s, const char *data, size_t n)
{
	if (scan_is_dropping(s))
		return true;
	if (s->token_len + n > s->token_cap) {
		size_t cap = (s->token_len + n) * 2;
		char *grown = realloc(s->token, cap);

		if (!grown)
			return scan_bad(s, "no memory");
		s->token = grown;
		s->token_cap = cap;
	}
	if (n)
		memcpy(s->token + s->token_len, data, n);
	s->token_len += n;
	return true;
}

/* The token whose last run is data; what was gathered before comes first. */
char *
scan_token_take(struct imap_scanner *s, const char *data, size_t n, size_t *ret_len)
{
	size_t len = scan_is_dropping(s) ? 0 : s->token_len + n;
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

	if (scan_is_dropping(s)) {
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
bool
scan_atom_done(struct imap_scanner *s, const char *data, size_t n)
{
	size_t len;
	char *text = scan_token_take(s, data, n, &len);

	s->state = BETWEEN;
	if (memchr(text, 0, len))
		return scan_bad(s, "NUL in an atom");
	switch ((enum scan_stage)s->stage) {
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

bool
scan_list_open(struct imap_scanner *s)
{
	if (scan_is_dropping(s) || s->depth == SCAN_DEPTH) {
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

bool
scan_list_close(struct imap_scanner *s)
{
	if (s->ghosts) {
		s->ghosts--;
		return true;
	}
	if (s->depth == 0)
		return scan_bad(s, "closing parenthesis without an opening one");
	s->tail = s->tails[--s->depth];
	s->last = s->lists[s->depth];
	return true;
}

bool
scan_quoted_done(struct imap_scanner *s, const char *data, size_t n)
{
	size_t len;
	char *text = scan_token_take(s, data, n, &len);

	s->state = BETWEEN;
	value_text(s, IMAP_STRING, text, len);
	return true;
}

bool
scan_literal_begin(struct imap_scanner *s)
{
	uint64_t n = s->literal_left;

	if (!s->digits || n > LIMIT_UPSTREAM_LITERAL)
		return scan_bad(s, "literal too large or without a size");
	s->state = LITERAL;
	s->literal_len = 0;
	s->literal_data = NULL;
	s->sink = NULL;
	if (scan_is_dropping(s))
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

void
scan_literal_done(struct imap_scanner *s)
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
