/* SPDX-License-Identifier: ISC */
/*
 * The tree: building, finding, copying, printing, and encoding as WBXML.
 */
#include "tests/player/node.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/base/arena.h"
#include "bridge/base/buf.h"

struct node *node_new(struct arena *arena, struct node *parent, enum token token)
{
	struct node *node = arena_alloc(arena, sizeof(*node));

	node->token = token;
	node->name = token_name(token);
	node->parent = parent;
	if (parent != NULL) {
		if (parent->last != NULL)
			parent->last->next = node;
		else
			parent->first = node;
		parent->last = node;
	}
	return node;
}

void node_set_text(struct arena *arena, struct node *node, const void *text, size_t len)
{
	char *copy = arena_alloc(arena, len + 1);

	if (len > 0)
		memcpy(copy, text, len);
	node->text = copy;
	node->len = len;
}

static struct node *find_from(struct node *node, const char *name, size_t len)
{
	for (; node != NULL; node = node->next)
		if (node->name != NULL && strlen(node->name) == len
		    && memcmp(node->name, name, len) == 0)
			return node;
	return NULL;
}

struct node *node_child(const struct node *node, const char *name)
{
	return node == NULL ? NULL : find_from(node->first, name, strlen(name));
}

struct node *node_sibling(const struct node *node, const char *name)
{
	return find_from(node->next, name, strlen(name));
}

struct node *node_path(const struct node *node, const char *path)
{
	struct node *found = NULL;

	for (;;) {
		size_t len = strcspn(path, "/");

		found = node == NULL ? NULL : find_from(node->first, path, len);
		if (found == NULL || path[len] == '\0')
			return found;
		path += len + 1;
		node = found;
	}
}

const char *node_text(const struct node *node, const char *path)
{
	const struct node *found = node_path(node, path);

	return found == NULL || found->text == NULL ? "" : found->text;
}

long node_number(const struct node *node, const char *path)
{
	return strtol(node_text(node, path), NULL, 10);
}

unsigned node_count(const struct node *node, const char *name)
{
	unsigned n = 0;

	for (const struct node *at = node_child(node, name); at; at = node_sibling(at, name))
		n++;
	return n;
}

static void copy_into(struct arena *arena, struct node *parent, const struct node *node)
{
	struct node *copy = node_new(arena, parent, node->token);

	copy->name = node->name;
	copy->text = node->text;
	copy->len = node->len;
	copy->opaque = node->opaque;
	for (const struct node *at = node->first; at != NULL; at = at->next)
		copy_into(arena, copy, at);
}

struct node *node_copy(struct arena *arena, const struct node *node)
{
	struct node holder = {.token = TOKEN_NONE};

	copy_into(arena, &holder, node);
	holder.first->parent = NULL;
	return holder.first;
}

void node_drop(struct node *parent, const char *name)
{
	struct node *before = NULL;
	struct node *next;

	for (struct node *at = parent->first; at != NULL; at = next) {
		next = at->next;
		if (at->name == NULL || strcmp(at->name, name) != 0)
			before = at;
		else if (before != NULL)
			before->next = next;
		else
			parent->first = next;
	}
	parent->last = before;
}

void node_merge(struct arena *arena, struct node *into, const struct node *over)
{
	for (const struct node *at = over->first; at != NULL; at = at->next)
		node_drop(into, at->name);
	for (const struct node *at = over->first; at != NULL; at = at->next)
		copy_into(arena, into, at);
}

static void print_text(struct buf *out, const char *text, size_t len, size_t max)
{
	size_t shown = max > 0 && len > max ? max : len;

	buf_putc(out, '"');
	for (size_t i = 0; i < shown; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else if (c == '\n')
			buf_puts(out, "\\n");
		else if (c == '\r')
			buf_puts(out, "\\r");
		else if (c < 0x20 || c == 0x7f)
			buf_printf(out, "\\x%02x", c);
		else
			buf_putc(out, (char)c);
	}
	buf_putc(out, '"');
	if (shown < len)
		buf_printf(out, "...<%zu bytes>", len);
}

static bool is_plain_word(const char *text, size_t len)
{
	if (len == 0 || len > 40)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]) && strchr("._:-+/@", text[i]) == NULL)
			return false;
	return true;
}

static void print_name(struct buf *out, const struct node *node)
{
	unsigned page = token_page(node->token);
	const char *name = token_page_name(page);
	bool same = node->parent != NULL && token_page(node->parent->token) == page;

	if (!same && !(node->parent == NULL && page == 0))
		buf_printf(out, "%s:", name != NULL ? name : "?");
	if (node->name != NULL)
		buf_puts(out, node->name);
	else
		buf_printf(out, "0x%02X", token_code(node->token));
}

static void print_at(struct buf *out, const struct node *node, size_t max, unsigned depth)
{
	for (unsigned i = 0; i < depth; i++)
		buf_puts(out, "  ");
	print_name(out, node);
	if (node->first != NULL) {
		buf_puts(out, " {\n");
		for (const struct node *at = node->first; at != NULL; at = at->next)
			print_at(out, at, max, depth + 1);
		for (unsigned i = 0; i < depth; i++)
			buf_puts(out, "  ");
		buf_puts(out, "}\n");
		return;
	}
	if (node->text == NULL) {
		buf_puts(out, "~\n");
		return;
	}
	buf_puts(out, node->opaque ? " opaque " : " ");
	if (is_plain_word(node->text, node->len))
		buf_put(out, node->text, node->len);
	else
		print_text(out, node->text, node->len, max);
	buf_putc(out, '\n');
}

void node_print(struct buf *out, const struct node *node, size_t max)
{
	print_at(out, node, max, 0);
}

static void put_mb_uint(struct buf *out, size_t value)
{
	char bytes[10];
	size_t n = 0;

	do {
		bytes[n] = (char)((value & 0x7f) | (n > 0 ? 0x80 : 0));
		n++;
		value >>= 7;
	} while (value > 0);
	while (n > 0)
		buf_putc(out, bytes[--n]);
}

static void encode_at(struct buf *out, const struct node *node, unsigned *page)
{
	bool hollow = node->first == NULL && node->text == NULL;

	if (token_page(node->token) != *page) {
		*page = token_page(node->token);
		buf_putc(out, 0x00);
		buf_putc(out, (char)*page);
	}
	buf_putc(out, (char)(token_code(node->token) | (hollow ? 0 : 0x40)));
	if (hollow)
		return;
	if (node->text != NULL && node->opaque) {
		buf_putc(out, (char)0xC3);
		put_mb_uint(out, node->len);
		buf_put(out, node->text, node->len);
	} else if (node->text != NULL) {
		buf_putc(out, 0x03);
		buf_put(out, node->text, node->len + 1);
	}
	for (const struct node *at = node->first; at != NULL; at = at->next)
		encode_at(out, at, page);
	buf_putc(out, 0x01);
}

void node_encode(struct buf *out, const struct node *root)
{
	unsigned page = 0;

	buf_put(out, "\x03\x01\x6a\x00", 4);
	encode_at(out, root, &page);
}
