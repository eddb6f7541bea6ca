/* SPDX-License-Identifier: ISC */
/*
 * What a transcript says of answers: gets, showed, stays quiet, part.  When something does not
 * fit, the message shows request and answer, decoded.
 */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "bridge/base/date.h"
#include "tests/player/match.h"
#include "tests/player/node.h"
#include "tests/player/phone.h"
#include "tests/player/script.h"
#include "tests/player/verbs.h"

enum { TEXT_SHOWN = 300, REPORT_MAX = 20000, ALTERNATIVES = 6 };

/* --- failing, with all that is known --- */

static void put_document(struct buf *out, const char *title, const struct node *document)
{
	if (document == NULL)
		return;
	buf_printf(out, "\n--- %s ---\n", title);
	node_print(out, document, TEXT_SHOWN);
}

bool answer_fail(struct line *line, const struct phone *phone, const char *what)
{
	const struct answer *answer = &phone->answer;
	struct buf out;

	buf_init_arena(&out, phone->arena, 64 << 20);
	put_document(&out, "request", phone->asked);
	buf_printf(&out, "\n--- answer: HTTP %d, %zu bytes ---\n", answer->status, answer->len);
	for (unsigned i = 0; i < answer->n_headers; i++)
		buf_printf(&out, "%s: %s\n", answer->headers[i].name, answer->headers[i].value);
	put_document(&out, "body", phone->document);
	if (phone->document == NULL && answer->len > 0)
		buf_printf(&out, "%.*s\n", 300, answer->body);
	return script_fail(line->script, "%s: %s%.*s%s", phone->name, what, REPORT_MAX,
			   buf_str(&out), out.len > REPORT_MAX ? "\n..." : "");
}

/* --- gets --- */

struct expected {
	const char *command;
	const struct node *pattern;
	int http;
	bool empty, closed, gzipped, any;
	int64_t within, first, gap;
	struct {
		const char *name, *glob;	/* glob NULL: must be absent */
	} headers[8];
	unsigned n_headers;
	const char *contains;
	const char *same;	/* file */
	long size_min, size_max;
};

static bool read_body_wish(struct line *line, struct expected *e)
{
	if (line_is(line, "contains"))
		return (e->contains = line_word(line)) != NULL;
	if (line_is(line, "file"))
		return (e->same = line_word(line)) != NULL;
	if (line_is(line, "size")) {
		if (line_is(line, ">="))
			return line_number(line, &e->size_min);
		return line_is(line, "<=") && line_number(line, &e->size_max);
	}
	return script_fail(line->script, "body contains TEXT, file FILE, size >= N, size <= N");
}

static bool read_header_wish(struct line *line, struct expected *e, bool absent)
{
	char *name = line_word(line);
	char *glob = name == NULL || absent ? name : line_word(line);

	if (glob == NULL || e->n_headers == 8)
		return false;
	e->headers[e->n_headers].name = name;
	e->headers[e->n_headers++].glob = absent ? NULL : glob;
	return true;
}

static bool read_command_wish(struct line *line, struct expected *e)
{
	const char *before = line->text;

	e->command = line_word(line);
	notation_blank(&line->notation, &line->text);
	if (e->command == NULL || (*line->text != '{' && *line->text != '~'))
		return e->command != NULL;
	line->text = before;
	e->pattern = line_element(line, true);
	return e->pattern != NULL;
}

static bool read_wish(struct line *line, struct expected *e)
{
	long number;

	if (line_is(line, "http")) {
		if (!line_number(line, &number))
			return false;
		e->http = (int)number;
		return true;
	}
	if (line_is(line, "empty"))
		return e->empty = true;
	if (line_is(line, "closed"))
		return e->closed = true;
	if (line_is(line, "gzipped"))
		return e->gzipped = true;
	if (line_is(line, "anything"))
		return e->any = true;
	if (line_is(line, "within"))
		return line_time(line, &e->within);
	if (line_is(line, "gap"))
		return line_is(line, "within") && line_time(line, &e->gap);
	if (line_is(line, "first"))
		return line_is(line, "within") && line_time(line, &e->first);
	if (line_is(line, "no"))
		return line_is(line, "header") && read_header_wish(line, e, true);
	if (line_is(line, "header"))
		return read_header_wish(line, e, false);
	if (line_is(line, "body"))
		return read_body_wish(line, e);
	return read_command_wish(line, e);
}

static void bind(void *ctx, const char *name, const char *value)
{
	script_set(ctx, name, value);
}

static bool fits_pattern(struct line *line, struct phone *phone, const struct node *pattern)
{
	struct match match = {.arena = phone->arena, .bind = bind, .ctx = line->script};

	if (phone->document == NULL)
		return answer_fail(line, phone, "the answer has no WBXML body");
	return match_document(&match, pattern, phone->document)
		|| answer_fail(line, phone, match.reason);
}

static bool fits_headers(struct line *line, const struct phone *phone, const struct expected *e)
{
	for (unsigned i = 0; i < e->n_headers; i++) {
		const char *have = answer_header(&phone->answer, e->headers[i].name);
		const char *glob = e->headers[i].glob;

		if (glob == NULL ? have == NULL : have != NULL && fnmatch(glob, have, 0) == 0)
			continue;
		return answer_fail(line, phone, arena_printf(phone->arena,
			"header %s is \"%s\", want %s", e->headers[i].name, have ? have : "absent",
			glob ? glob : "none"));
	}
	return true;
}

static bool fits_body(struct line *line, const struct phone *phone, const struct expected *e)
{
	const struct answer *answer = &phone->answer;
	size_t len = 0;
	const char *file;

	if (e->empty && answer->len > 0)
		return answer_fail(line, phone, "the answer should be empty");
	if (e->contains != NULL
	    && !memmem(answer->body, answer->len, e->contains, strlen(e->contains)))
		return answer_fail(line, phone, "the body lacks that text");
	if ((long)answer->len < e->size_min || (e->size_max && (long)answer->len > e->size_max))
		return answer_fail(line, phone, "the body's size is not the wanted one");
	if (e->gzipped && !answer->gzipped)
		return answer_fail(line, phone, "the answer is not gzipped");
	if (e->same == NULL)
		return true;
	file = notation_file(&line->notation, e->same, false, &len);
	return (file != NULL && len == answer->len && memcmp(file, answer->body, len) == 0)
		|| answer_fail(line, phone, "the body differs from the file");
}

static bool fits_expected(struct line *line, struct phone *phone, const struct expected *e)
{
	int http = e->http ? e->http : 200;

	if (!e->any && phone->answer.status != http)
		return answer_fail(line, phone, arena_printf(phone->arena,
			"HTTP %d, want %d", phone->answer.status, http));
	if (e->first && phone->quiet_ms > e->first)
		return answer_fail(line, phone, arena_printf(phone->arena,
			"first byte after %lld ms", (long long)phone->quiet_ms));
	if (e->gap && phone->answer.widest_gap_ms > e->gap)
		return answer_fail(line, phone, arena_printf(phone->arena,
			"silent for %lld ms", (long long)phone->answer.widest_gap_ms));
	return fits_headers(line, phone, e) && fits_body(line, phone, e)
		&& (e->pattern == NULL || fits_pattern(line, phone, e->pattern));
}

/* Alternatives, "gets A or B".  Number read; 0: error. */
static unsigned read_wishes(struct line *line, struct expected *alternatives)
{
	unsigned n = 1;

	while (!line_at_end(line)) {
		if (line_is(line, "or") && n < ALTERNATIVES) {
			alternatives[n] = (struct expected){.within = alternatives[n - 1].within};
			n++;
			continue;
		}
		if (!read_wish(line, &alternatives[n - 1])) {
			script_fail(line->script, "what is \"%.30s\"?", line->text);
			return 0;
		}
	}
	return n;
}

static bool fits_any(struct line *line, struct phone *phone, const struct expected *alternatives,
	unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		line->script->error = NULL;
		if (fits_expected(line, phone, &alternatives[i]))
			return true;
	}
	return false;
}

bool answer_gets(struct line *line, struct phone *phone)
{
	struct expected e[ALTERNATIVES] = {{0}};
	unsigned n = read_wishes(line, e);
	struct request *request;
	enum wire_result result;
	int64_t limit = e[n > 0 ? n - 1 : 0].within;

	if (n == 0)
		return false;
	request = phone_request(phone, e[0].command);
	if (request == NULL)
		return script_fail(line->script, "%s: no request under way%s%s", phone->name,
				   e[0].command ? ": " : "", e[0].command ? e[0].command : "");
	phone->error = NULL;
	limit = limit ? limit : ANSWER_MS;
	result = phone_receive(phone, request, now_ms() + limit, READ_FULLY);
	if (result == WIRE_TIMEOUT)
		return script_fail(line->script, "%s: no answer to %s in %lld ms", phone->name,
				   request->command, (long long)limit);
	if (e[0].closed)
		return result == WIRE_CLOSED || answer_fail(line, phone, "an answer came");
	if (phone->error != NULL)
		return answer_fail(line, phone, phone->error);
	return fits_any(line, phone, e, n);
}

bool answer_showed(struct line *line, struct phone *phone)
{
	struct expected e[ALTERNATIVES] = {{.any = true}};
	unsigned n = read_wishes(line, e);

	return n > 0 && fits_any(line, phone, e, n);
}

bool answer_stays(struct line *line, struct phone *phone)
{
	struct request *request = phone_request(phone, NULL);
	int64_t ms;

	if (!line_is(line, "quiet") || !line_time(line, &ms))
		return script_fail(line->script, "stays quiet TIME");
	if (request == NULL)
		return script_fail(line->script, "%s: no request under way", phone->name);
	if (!wire_wait(request->wire, ms))
		return true;
	phone->error = NULL;
	if (phone_receive(phone, request, now_ms() + 5000, READ_FULLY) == WIRE_DONE)
		return answer_fail(line, phone, "woke although nothing should wake it");
	return script_fail(line->script, "%s: the held request's connection was closed",
			   phone->name);
}

/* part N size S | part N file NAME | part N contains TEXT */
bool answer_part(struct line *line, struct phone *phone)
{
	long number, size;
	const char *word;
	size_t len = 0;

	if (!line_number(line, &number))
		return false;
	if ((unsigned long)number >= phone->n_parts)
		return answer_fail(line, phone, "the answer has no such part");
	if (line_is(line, "size")) {
		if (!line_number(line, &size))
			return false;
		return (size_t)size == phone->part_len[number]
			|| answer_fail(line, phone, arena_printf(phone->arena,
				"part has %zu bytes", phone->part_len[number]));
	}
	if (line_is(line, "contains")) {
		word = line_word(line);
		return word != NULL && (memmem(phone->parts[number], phone->part_len[number], word,
			strlen(word)) || answer_fail(line, phone, "part lacks that text"));
	}
	if (!line_is(line, "file") || (word = line_word(line)) == NULL)
		return script_fail(line->script, "part N size S, contains TEXT or file NAME");
	word = notation_file(&line->notation, word, false, &len);
	return (word != NULL && len == phone->part_len[number]
		&& memcmp(word, phone->parts[number], len) == 0)
		|| answer_fail(line, phone, "part differs from the file");
}
