/* SPDX-License-Identifier: ISC */
/*
 * The strict decoder.  One cursor over the bytes, one recursive function an element; the first
 * breach ends it.  Redundant page switches are let through: servers pad slow answers with them.
 */
#include "tests/player/decode.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "bridge/base/arena.h"
#include "bridge/base/codec.h"
#include "tests/player/node.h"

enum { DEPTH_MAX = 24 };

struct cursor {
	struct arena *arena;
	const uint8_t *data;
	size_t len, at;
	unsigned page;
	const char *reason;
};

static bool refuse(struct cursor *c, const char *why)
{
	if (c->reason == NULL)
		c->reason = arena_printf(c->arena, "WBXML byte %zu: %s", c->at, why);
	return false;
}

static int take(struct cursor *c)
{
	if (c->at >= c->len) {
		refuse(c, "document ends early");
		return -1;
	}
	return c->data[c->at++];
}

static bool take_mb_uint(struct cursor *c, size_t *ret)
{
	size_t value = 0;

	for (int i = 0; i < 5; i++) {
		int byte = take(c);

		if (byte < 0)
			return false;
		value = value << 7 | (size_t)(byte & 0x7f);
		if ((byte & 0x80) == 0) {
			*ret = value;
			return true;
		}
	}
	return refuse(c, "length of more than five bytes");
}

static bool is_legal_text(const char *text, size_t len)
{
	if (!utf8_is_valid(text, len))
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < 0x20 && c != '\t' && c != '\n' && c != '\r')
			return false;
		if (c == 0xEF && i + 2 < len && (unsigned char)text[i + 1] == 0xBF
		    && (unsigned char)text[i + 2] >= 0xBE)
			return false;
	}
	return true;
}

static bool read_string(struct cursor *c, struct node *node)
{
	const char *start = (const char *)c->data + c->at;
	const char *end = memchr(start, 0, c->len - c->at);

	if (end == NULL)
		return refuse(c, "string without an end");
	if (node->text != NULL)
		return refuse(c, "second text in one element");
	if (token_is_opaque(node->token))
		return refuse(c, "inline string where a byte array belongs");
	if (!is_legal_text(start, (size_t)(end - start)))
		return refuse(c, "text is not valid UTF-8 or holds illegal characters");
	node_set_text(c->arena, node, start, (size_t)(end - start));
	c->at += (size_t)(end - start) + 1;
	return true;
}

static bool read_opaque(struct cursor *c, struct node *node)
{
	size_t len;

	if (!take_mb_uint(c, &len))
		return false;
	if (len > c->len - c->at)
		return refuse(c, "byte array longer than the document");
	if (node->text != NULL)
		return refuse(c, "second text in one element");
	if (!token_is_opaque(node->token))
		return refuse(c, "OPAQUE where an inline string belongs");
	node_set_text(c->arena, node, c->data + c->at, len);
	node->opaque = true;
	c->at += len;
	return true;
}

static struct node *read_element(struct cursor *c, struct node *parent, int code, int depth);

/* One thing inside an element; false at its end or on a breach. */
static bool read_piece(struct cursor *c, struct node *node, int depth)
{
	int code = take(c);

	switch (code) {
	case -1:
		return false;
	case 0x00:
		code = take(c);
		if (code < 0 || token_page_name((unsigned)code) == NULL)
			return refuse(c, "switch to an unknown page");
		c->page = (unsigned)code;
		return true;
	case 0x01:
		return false;
	case 0x03:
		return read_string(c, node);
	case 0xC3:
		return read_opaque(c, node);
	case 0x02:
	case 0x04:
	case 0x83:
		return refuse(c, "entity, literal tag or string table reference");
	default:
		return read_element(c, node, code, depth + 1) != NULL;
	}
}

static struct node *read_element(struct cursor *c, struct node *parent, int code, int depth)
{
	enum token token = (enum token)(c->page << 8 | ((unsigned)code & 0x3f));
	struct node *node;

	if (code & 0x80 || (code & 0x3f) < 5 || token_name(token) == NULL || depth > DEPTH_MAX) {
		refuse(c, depth > DEPTH_MAX ? "too deep" : "unknown tag, attribute or token");
		return NULL;
	}
	node = node_new(c->arena, parent, token);
	if ((code & 0x40) == 0)
		return node;
	while (read_piece(c, node, depth))
		;
	if (node->first == NULL && node->text == NULL)
		refuse(c, "content bit on an element without content");
	if (node->first != NULL && node->text != NULL)
		refuse(c, "text beside elements");
	return c->reason == NULL ? node : NULL;
}

struct node *decode(struct arena *arena, const void *data, size_t len, const char **ret_reason)
{
	struct cursor c = {.arena = arena, .data = data, .len = len};
	struct node *root = NULL;
	int code;

	if (len < 5 || memcmp(data, "\x03\x01\x6a\x00", 4) != 0) {
		refuse(&c, "does not begin with 03 01 6A 00");
	} else {
		c.at = 4;
		for (code = take(&c); code == 0x00; code = take(&c)) {
			c.page = (unsigned)take(&c);
			if (c.reason == NULL && token_page_name(c.page) == NULL)
				refuse(&c, "switch to an unknown page");
		}
		if (c.reason == NULL)
			root = read_element(&c, NULL, code, 1);
		if (root != NULL && c.at != c.len)
			refuse(&c, "bytes behind the document");
	}
	*ret_reason = c.reason;
	return c.reason == NULL ? root : NULL;
}
