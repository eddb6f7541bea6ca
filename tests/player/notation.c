/* SPDX-License-Identifier: ISC */
/*
 * Text to trees: a small recursive descent over characters.  The first error wins and ends the
 * parse; everything comes from the arena.
 */
#include "tests/player/notation.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "bridge/base/codec.h"
#include "tests/player/node.h"

enum { FILE_MAX = 64 << 20 };

static void fail(struct notation *n, const char *what, const char *about)
{
	if (n->error == NULL)
		n->error = arena_printf(n->arena, "line %ld: %s%s%s", n->line, what,
					*about ? ": " : "", about);
}

void notation_blank(struct notation *n, const char **text)
{
	for (;; (*text)++) {
		if (**text == '#')
			*text += strcspn(*text, "\n");
		if (**text == '\n')
			n->line++;
		else if (**text == '\0' || !isspace((unsigned char)**text))
			return;
	}
}

static bool is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '-';
}

/* At a '$'.  Appends the variable's value; a '$' before no name stands for itself. */
static const char *expand_one(struct notation *n, const char *text, struct buf *out)
{
	bool braced = text[1] == '{';
	const char *start = text + (braced ? 2 : 1);
	size_t len = 0;
	const char *value;
	char *name;

	if (!isalpha((unsigned char)*start)) {
		buf_putc(out, '$');
		return text + 1;
	}
	while (is_name_char(start[len]))
		len++;
	while (!braced && len > 0 && (start[len - 1] == '.' || start[len - 1] == '-'))
		len--;
	name = arena_strndup(n->arena, start, len);
	value = n->find == NULL ? NULL : n->find(n->ctx, name);
	if (value == NULL)
		fail(n, "variable not set", name);
	else
		buf_puts(out, value);
	return start + len + (braced && start[len] == '}' ? 1 : 0);
}

char *notation_expand(struct notation *n, const char *text)
{
	struct buf out;

	buf_init_arena(&out, n->arena, FILE_MAX);
	while (*text != '\0') {
		if (*text == '$') {
			text = expand_one(n, text, &out);
		} else {
			buf_putc(&out, *text++);
		}
	}
	return arena_strdup(n->arena, buf_str(&out));
}

static const char *read_escape(struct notation *n, const char *text, struct buf *out)
{
	unsigned char byte;

	switch (*text) {
	case 'n': buf_putc(out, '\n'); return text + 1;
	case 'r': buf_putc(out, '\r'); return text + 1;
	case 't': buf_putc(out, '\t'); return text + 1;
	case 'x':
		if (hex_decode(text + 1, 2, &byte)) {
			buf_putc(out, (char)byte);
			return text + 3;
		}
		fail(n, "bad \\x escape", "");
		return text + 1;
	default:
		buf_putc(out, *text);
		return text + (*text != '\0');
	}
}

static char *read_string(struct notation *n, const char **text)
{
	struct buf out;
	const char *at = *text + 1;

	buf_init_arena(&out, n->arena, FILE_MAX);
	while (*at != '"' && *at != '\0') {
		if (*at == '\n')
			n->line++;
		if (*at == '\\')
			at = read_escape(n, at + 1, &out);
		else if (*at == '$')
			at = expand_one(n, at, &out);
		else
			buf_putc(&out, *at++);
	}
	if (*at == '\0')
		fail(n, "string without its closing quote", "");
	*text = at + (*at == '"');
	return arena_strdup(n->arena, buf_str(&out));
}

static char *read_bare(struct notation *n, const char **text)
{
	size_t len = strcspn(*text, " \t\r\n{}~\"#");
	char *word = arena_strndup(n->arena, *text, len);

	*text += len;
	return word;
}

char *notation_word(struct notation *n, const char **text)
{
	notation_blank(n, text);
	if (**text == '\0')
		return NULL;
	if (**text == '"')
		return read_string(n, text);
	if (**text == '{' || **text == '}' || **text == '~') {
		(*text)++;
		return arena_strndup(n->arena, *text - 1, 1);
	}
	return notation_expand(n, read_bare(n, text));
}

char *notation_file(struct notation *n, const char *name, bool crlf, size_t *ret_len)
{
	char *path = arena_printf(n->arena, "%s%s", *name == '/' ? "" : n->dir, name);
	FILE *file = fopen(path, "rb");
	struct buf out;
	int c;
	int last = 0;

	if (file == NULL) {
		fail(n, "cannot read", path);
		return NULL;
	}
	buf_init_arena(&out, n->arena, FILE_MAX);
	for (; (c = getc(file)) != EOF; last = c) {
		if (crlf && c == '\n' && last != '\r')
			buf_putc(&out, '\r');
		buf_putc(&out, (char)c);
	}
	fclose(file);
	*ret_len = out.len;
	return arena_memdup(n->arena, buf_str(&out), out.len + 1);
}

/* Prefixes short enough to write: the scenarios use them. */
static const struct {
	const char *alias, *page;
} aliases[] = {
	{"as", "AirSync"}, {"asb", "AirSyncBase"}, {"em", "Email"}, {"em2", "Email2"},
	{"cal", "Calendar"}, {"con", "Contacts"}, {"con2", "Contacts2"}, {"tasks", "Tasks"},
	{"notes", "Notes"}, {"set", "Settings"}, {"rm", "RightsManagement"},
	{"io", "ItemOperations"}, {"fh", "FolderHierarchy"}, {"cm", "ComposeMail"},
	{"gal", "Gal"}, {"gie", "GetItemEstimate"},
};

static enum token find_prefixed(const char *prefix, const char *tag)
{
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (strcmp(prefix, aliases[i].alias) == 0)
			prefix = aliases[i].page;
	return token_find(prefix, tag);
}

static enum token find_plain(const struct node *parent, const char *tag)
{
	static const unsigned usual[] = {0, 17, 2};
	static const unsigned in_item[] = {17, 2, 22, 0};
	bool item = parent != NULL && parent->name != NULL
		&& (strcmp(parent->name, "ApplicationData") == 0
		    || strcmp(parent->name, "Properties") == 0);
	enum token token = TOKEN_NONE;

	if (parent != NULL && !(item && token_page(parent->token) == 0))
		token = token_find(token_page_name(token_page(parent->token)), tag);
	for (size_t i = 0; token == TOKEN_NONE && i < (item ? 4 : 3); i++)
		token = token_find(token_page_name(item ? in_item[i] : usual[i]), tag);
	for (unsigned page = 0; token == TOKEN_NONE && token_page_name(page) != NULL; page++)
		token = token_find(token_page_name(page), tag);
	return token;
}

static struct node *read_name(struct notation *n, const char **text, struct node *parent)
{
	char *word = read_bare(n, text);
	char *colon = strchr(word, ':');
	struct node *node = node_new(n->arena, parent, TOKEN_NONE);

	if (colon != NULL) {
		*colon = '\0';
		node->token = find_prefixed(word, colon + 1);
		word = colon + 1;
	} else if (find_plain(parent, word) != TOKEN_NONE && !n->pattern) {
		node->token = find_plain(parent, word);
	}
	node->name = word;
	node->line = n->line;
	if (node->token == TOKEN_NONE && (!n->pattern || find_plain(NULL, word) == TOKEN_NONE))
		fail(n, "no such element", word);
	return node;
}

static void read_hex(struct notation *n, const char **text, struct node *node)
{
	const char *start = *text + 2;
	size_t len = strcspn(start, "\"");
	struct buf out;
	unsigned char byte;

	buf_init_arena(&out, n->arena, FILE_MAX);
	for (size_t i = 0; i < len; i++) {
		if (start[i] == ' ')
			continue;
		if (i + 1 >= len || !hex_decode(start + i, 2, &byte))
			fail(n, "bad hex bytes", "");
		else
			buf_putc(&out, (char)byte);
		i++;
	}
	*text = start + len + (start[len] == '"');
	node_set_text(n->arena, node, buf_str(&out), out.len);
	node->opaque = true;
}

static void read_operand(struct notation *n, const char **text, struct node *node)
{
	char *word = notation_word(n, text);

	if (word == NULL)
		fail(n, "value missing behind", node->name);
	else
		node_set_text(n->arena, node, word, strlen(word));
}

static void read_number(struct notation *n, const char **text, struct node *node)
{
	char *word = notation_word(n, text);
	int64_t value = 0;

	if (word == NULL || !number_parse(word, 0, INT64_MAX, &value))
		fail(n, "number missing behind", node->name);
	node->number = (long)value;
}

static bool read_comparison(struct notation *n, const char **text, struct node *node)
{
	static const struct {
		const char *word;
		enum node_want want;
		bool number;
	} table[] = {
		{"*", NODE_ANY, false}, {"not", NODE_DIFFERS, false},
		{"contains", NODE_CONTAINS, false}, {"lacks", NODE_LACKS, false},
		{"like", NODE_LIKE, false}, {">=", NODE_AT_LEAST, true},
		{"<=", NODE_AT_MOST, true},
	};
	const char *at = *text;
	char *word = read_bare(n, &at);

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (strcmp(word, table[i].word) != 0)
			continue;
		*text = at;
		node->want = table[i].want;
		if (table[i].number)
			read_number(n, text, node);
		else if (node->want != NODE_ANY)
			read_operand(n, text, node);
		return true;
	}
	if (strcmp(word, "size") == 0) {
		*text = at;
		notation_blank(n, text);
		node->want = **text == '<' ? NODE_SIZE_AT_MOST : NODE_SIZE_AT_LEAST;
		*text += 2;
		read_number(n, text, node);
		return true;
	}
	return false;
}

static bool is_variable(const char *word)
{
	if (*word != '$' || !isalpha((unsigned char)word[1]))
		return false;
	for (word++; *word != '\0'; word++)
		if (!is_name_char(*word))
			return false;
	return true;
}

/* $x: a capture while unbound.  new $x: always one. */
static bool read_capture(struct notation *n, const char **text, struct node *node)
{
	const char *at = *text;
	char *word = read_bare(n, &at);
	bool again = strcmp(word, "new") == 0;

	if (again) {
		notation_blank(n, &at);
		word = read_bare(n, &at);
	}
	if (!is_variable(word) || (!again && n->find(n->ctx, word + 1) != NULL))
		return false;
	*text = at;
	node->want = again ? NODE_RECAPTURE : NODE_CAPTURE;
	node_set_text(n->arena, node, word + 1, strlen(word + 1));
	return true;
}

static bool read_source(struct notation *n, const char **text, struct node *node)
{
	const char *at = *text;
	char *word = read_bare(n, &at);
	bool mime = strcmp(word, "mime") == 0;
	size_t len = 0;
	char *data;

	if (strcmp(word, "opaque") == 0) {
		*text = at;
		read_operand(n, text, node);
		node->opaque = true;
		return true;
	}
	if (strcmp(word, "size") == 0) {
		*text = at;
		read_number(n, text, node);
		data = arena_alloc(n->arena, (size_t)node->number + 1);
		memset(data, 'x', (size_t)node->number);
		node_set_text(n->arena, node, data, (size_t)node->number);
		node->opaque = token_is_opaque(node->token);
		return true;
	}
	if (!mime && strcmp(word, "file") != 0)
		return false;
	*text = at;
	word = notation_word(n, text);
	data = word == NULL ? NULL : notation_file(n, word, mime, &len);
	if (data != NULL)
		node_set_text(n->arena, node, data, len);
	node->opaque = token_is_opaque(node->token);
	return true;
}

static void read_block(struct notation *n, const char **text, struct node *node);

static void read_value(struct notation *n, const char **text, struct node *node)
{
	notation_blank(n, text);
	if (**text == '{') {
		(*text)++;
		read_block(n, text, node);
	} else if (**text == '~') {
		(*text)++;
		node->want = NODE_IS;
	} else if ((*text)[0] == 'x' && (*text)[1] == '"') {
		read_hex(n, text, node);
	} else if (**text == '}' || **text == '\0') {
		fail(n, "value, block or ~ missing behind", node->name);
	} else if (n->pattern && (read_comparison(n, text, node) || read_capture(n, text, node))) {
		return;
	} else if (!read_source(n, text, node)) {
		read_operand(n, text, node);
	}
}

static bool read_keyword(struct notation *n, const char **text, struct node *parent)
{
	const char *at = *text;
	char *word = read_bare(n, &at);
	struct node *node;

	if (strcmp(word, "only") == 0) {
		parent->only = true;
		*text = at;
		return true;
	}
	if (strcmp(word, "absent") != 0 && strcmp(word, "count") != 0)
		return false;
	notation_blank(n, &at);
	*text = at;
	node = read_name(n, text, parent);
	node->want = *word == 'a' ? NODE_ABSENT : NODE_COUNT;
	if (node->want == NODE_COUNT)
		read_number(n, text, node);
	return true;
}

static void read_block(struct notation *n, const char **text, struct node *node)
{
	for (;;) {
		notation_blank(n, text);
		if (**text == '}') {
			(*text)++;
			return;
		}
		if (**text == '\0')
			fail(n, "block not closed", node->name);
		if (**text == '"') { /* text in braces: name {"text"} */
			read_operand(n, text, node);
			continue;
		}
		if (n->error != NULL)
			return;
		if (n->pattern && read_keyword(n, text, node))
			continue;
		read_value(n, text, read_name(n, text, node));
	}
}

struct node *notation_element(struct notation *n, const char **text)
{
	struct node *node;

	notation_blank(n, text);
	node = read_name(n, text, NULL);
	if (n->error == NULL)
		read_value(n, text, node);
	return n->error == NULL ? node : NULL;
}
