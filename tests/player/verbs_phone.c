/* SPDX-License-Identifier: ISC */
/*
 * What a transcript says of a phone's requests: as, send, options, raw, loses, drops, and changes
 * of the phone itself (policy, version, password).  Answers are in verbs_answer.c.
 */
#include <stdlib.h>
#include <string.h>

#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "bridge/base/date.h"
#include "tests/player/flavour.h"
#include "tests/player/node.h"
#include "tests/player/phone.h"
#include "tests/player/script.h"
#include "tests/player/verbs.h"

/* --- creation and settings --- */

static bool set_target(struct script *script, struct phone *phone, const char *kind)
{
	const char *url = script_env_get(script, strcmp(kind, "plain") == 0 ? "EAS_PLAIN_URL"
					 : "EAS_URL");

	if (strchr(kind, ':') != NULL)
		url = kind;
	if (url == NULL || !wire_target_parse(script->arena, url, &phone->target))
		return script_fail(script, "no usable EAS_URL in the environment file");
	phone->target.ca_file = script_env_get(script, "EAS_CA_FILE");
	return true;
}

static bool set_user(struct line *line, struct phone *phone)
{
	char *user = line_word(line);

	if (user == NULL)
		return false;
	phone->user = line_is(line, "exactly") ? user : script_account(line->script, user);
	return true;
}

static bool set_version(struct line *line, struct phone *phone)
{
	char *word = line_word(line);

	phone->version = word == NULL ? 0 : version_of(word);
	return phone->version != 0 || script_fail(line->script, "no such version");
}

/* One setting behind "as" or as a statement of its own; *ret_known false: no such setting. */
static bool set_one(struct line *line, struct phone *phone, bool *ret_known)
{
	char *word = NULL;

	if (line_is(line, "version"))
		return set_version(line, phone);
	if (line_is(line, "user"))
		return set_user(line, phone);
	if (line_is(line, "password"))
		return (word = line_word(line)) != NULL && (phone->password = word) != NULL;
	if (line_is(line, "device"))
		return (word = line_word(line)) != NULL && (phone->device_id = word) != NULL;
	if (line_is(line, "type"))
		return (word = line_word(line)) != NULL && (phone->device_type = word) != NULL;
	if (line_is(line, "url"))
		return (word = line_word(line)) != NULL && set_target(line->script, phone, word);
	if (line_is(line, "policy")) {
		word = line_word(line);
		phone->policy_key = word != NULL && strcmp(word, "none") == 0 ? NULL : word;
		return word != NULL;
	}
	if (line_is(line, "query")) {
		word = line_word(line);
		phone->base64 = word != NULL && strcmp(word, "base64") == 0;
		return word != NULL;
	}
	if (line_is(line, "gzip")) {
		word = line_word(line);
		phone->habits &= ~(unsigned)HABIT_GZIP;
		if (word != NULL && strcmp(word, "on") == 0)
			phone->habits |= HABIT_GZIP;
		return word != NULL;
	}
	*ret_known = false;
	return true;
}

bool phone_create(struct line *line, const char *name)
{
	struct script *script = line->script;
	char *kind = line_word(line);
	const struct flavour *flavour = kind == NULL ? NULL : flavour_find(kind);
	struct phone *phone;
	bool known = true;

	if (flavour == NULL)
		return script_fail(script, "no such kind of phone: \"%s\"", kind ? kind : "");
	phone = phone_new(script->arena, name, flavour);
	phone->user = script_account(script, "alice");
	phone->password = "secret";
	if (!set_target(script, phone, "tls"))
		return false;
	while (!line_at_end(line)) {
		if (!set_one(line, phone, &known))
			return script_fail(script, "phone: value missing");
		if (!known)
			return script_fail(script, "phone: no such setting: \"%.30s\"", line->text);
	}
	map_put(&script->phones, name, phone);
	script->phone = phone;
	return true;
}

/* --- send --- */

static void add_header(struct line *line, struct sending *sending, const char *header)
{
	sending->headers = arena_printf(line->script->arena, "%s%s\n",
					sending->headers ? sending->headers : "", header);
}

static char *replace_all(struct script *script, const char *text, size_t *len)
{
	static const char mark[] = "@RUN@";
	const char *end = text + *len;
	struct buf out;

	buf_init_arena(&out, script->arena, 128 << 20);
	while (text < end) {
		const char *at = memmem(text, (size_t)(end - text), mark, sizeof(mark) - 1);

		buf_put(&out, text, (size_t)((at ? at : end) - text));
		if (at == NULL)
			break;
		buf_puts(&out, script->run ? script->run : "");
		text = at + sizeof(mark) - 1;
	}
	*len = out.len;
	return arena_memdup(script->arena, buf_str(&out), out.len + 1);
}

static bool read_bytes(struct line *line, struct sending *sending, bool mime)
{
	struct notation *n = &line->notation;
	struct node holder = {.name = "bytes"};
	char *word = line_word(line);
	char *data;

	if (word == NULL)
		return false;
	data = notation_file(n, word, mime, &sending->len);
	if (data == NULL)
		return script_fail(line->script, "%s", n->error);
	(void)holder;
	sending->bytes = replace_all(line->script, data, &sending->len);
	if (mime)
		sending->content_type = "message/rfc822";
	return true;
}

/* x"00 01": through the notation, as the value of some element */
static bool read_hex(struct line *line, struct sending *sending)
{
	const char *text = arena_printf(line->script->arena, "Data %s", line->text);
	const char *start = text;
	struct node *node = notation_element(&line->notation, &text);

	if (node == NULL)
		return script_fail(line->script, "%s", line->notation.error);
	line->text += text - start - 5;
	sending->bytes = node->text ? node->text : "";
	sending->len = node->len;
	return true;
}

static bool read_document(struct line *line, struct sending *sending)
{
	const char *root = sending->command;
	const char *text = arena_printf(line->script->arena, "%s %s", root, line->text);
	const char *start = text;

	sending->document = notation_element(&line->notation, &text);
	if (sending->document == NULL)
		return script_fail(line->script, "%s", line->notation.error);
	line->text += text - start - (ptrdiff_t)strlen(root) - 1;
	return true;
}

static bool read_auth(struct line *line, struct sending *sending)
{
	if (line_is(line, "none")) {
		sending->no_auth = true;
		return true;
	}
	sending->user = line_word(line);
	sending->password = sending->user == NULL ? NULL : line_word(line);
	return sending->password != NULL;
}

static bool read_option(struct line *line, struct sending *sending)
{
	static const struct {
		const char *word;
		size_t member;
	} texts[] = {
		{"query", offsetof(struct sending, query)},
		{"rawquery", offsetof(struct sending, raw_query)},
		{"method", offsetof(struct sending, method)},
		{"path", offsetof(struct sending, path)},
		{"type", offsetof(struct sending, content_type)},
	};
	char *word;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (line_is(line, texts[i].word)) {
			word = line_word(line);
			*(const char **)((char *)sending + texts[i].member) = word;
			return word != NULL;
		}
	if (line_is(line, "header")) {
		word = line_word(line);
		if (word != NULL)
			add_header(line, sending, word);
		return word != NULL;
	}
	if (line_is(line, "auth"))
		return read_auth(line, sending);
	if (line_is(line, "version")) {
		word = line_word(line);
		sending->version = word == NULL ? 0 : version_of(word);
		return sending->version != 0;
	}
	if (line_is(line, "chunked"))
		return sending->chunked = true;
	if (line_is(line, "expect")) {
		add_header(line, sending, "Expect: 100-continue");
		return true;
	}
	if (line_is(line, "empty"))
		return true;
	if (line_is(line, "mime"))
		return read_bytes(line, sending, true);
	if (line_is(line, "file"))
		return read_bytes(line, sending, false);
	if (line_is(line, "hex"))
		return read_hex(line, sending);
	if (line_is(line, "body")) {
		word = line_word(line);
		sending->bytes = word;
		sending->len = word ? strlen(word) : 0;
		return word != NULL;
	}
	if (*line->text == '{' || *line->text == '~')
		return read_document(line, sending);
	return script_fail(line->script, "send: no such word: \"%.30s\"", line->text);
}

static bool read_sending(struct line *line, struct sending *sending)
{
	sending->command = line_word(line);
	if (sending->command == NULL)
		return false;
	if (strcmp(sending->command, "nothing") == 0)
		sending->command = NULL;
	while (!line_at_end(line))
		if (!read_option(line, sending))
			return script_fail(line->script, "send: value missing");
	return true;
}

static bool do_send(struct line *line, struct phone *phone)
{
	struct sending sending = {0};

	if (!read_sending(line, &sending))
		return false;
	phone->error = NULL;
	return phone_send(phone, &sending) || script_fail(line->script, "%s: %s", phone->name,
							  phone->error);
}

static bool do_raw(struct line *line, struct phone *phone)
{
	struct sending sending = {.command = "raw"};

	sending.raw = line_word(line);
	phone->error = NULL;
	return sending.raw != NULL && (phone_send(phone, &sending)
		|| script_fail(line->script, "%s: %s", phone->name, phone->error));
}

static bool do_options(struct line *line, struct phone *phone)
{
	struct sending sending = {.method = "OPTIONS"};

	while (!line_at_end(line))
		if (!read_option(line, &sending))
			return script_fail(line->script, "options: value missing");
	phone->error = NULL;
	return phone_send(phone, &sending) || script_fail(line->script, "%s: %s", phone->name,
							  phone->error);
}

static bool do_loses(struct line *line, struct phone *phone)
{
	struct sending sending = {0};
	struct request *request;

	if (!read_sending(line, &sending))
		return false;
	phone->error = NULL;
	if (!phone_send(phone, &sending))
		return script_fail(line->script, "%s: %s", phone->name, phone->error);
	request = phone_request(phone, NULL);
	if (phone_receive(phone, request, now_ms() + ANSWER_MS, READ_CHECKED) == WIRE_TIMEOUT)
		return script_fail(line->script, "%s: no answer to lose", phone->name);
	return phone->error == NULL || answer_fail(line, phone, phone->error);
}

static bool do_drops(struct line *line, struct phone *phone)
{
	struct request *request;
	char *command = line_at_end(line) ? NULL : line_word(line);

	while ((request = phone_request(phone, command)) != NULL)
		phone_drop(phone, request);
	return true;
}

static const struct {
	const char *word;
	bool (*run)(struct line *line, struct phone *phone);
} verbs[] = {
	{"send", do_send}, {"sends", do_send}, {"gets", answer_gets}, {"showed", answer_showed},
	{"stays", answer_stays}, {"loses", do_loses}, {"drops", do_drops}, {"options", do_options},
	{"raw", do_raw}, {"part", answer_part},
};

bool phone_statement(struct line *line, struct phone *phone)
{
	bool known = true;
	char *word;
	bool good = set_one(line, phone, &known);

	if (known)
		return good || script_fail(line->script, "value missing");
	word = line_word(line);
	if (word == NULL)
		return false;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(word, verbs[i].word) == 0)
			return verbs[i].run(line, phone);
	known = true;
	good = sync_statement(line, phone, word, &known);
	return known ? good : script_fail(line->script, "a phone has no such verb: \"%s\"", word);
}
