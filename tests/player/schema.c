/* SPDX-License-Identifier: ISC */
/*
 * The structural half of the checker: walks a document along schema.def.  The rows are taken
 * apart on first use and kept for the life of the process.
 */
#include <stdlib.h>
#include <string.h>

#include "bridge/base/arena.h"
#include "tests/player/check.h"
#include "tests/player/form.h"
#include "tests/player/node.h"

enum { CHILDREN_MAX = 96, RULES_MAX = 512, TOKENS = 26 << 8 };

struct child {
	enum token token;
	const char *context;	/* NULL: none */
	bool required, repeats, any_order;
	unsigned since, until;	/* times ten */
};

struct rule {
	enum token token;
	const char *context;
	const char *form;	/* leaf; else children */
	struct child *children;
	unsigned n_children;
	bool may_be_empty;
	struct rule *next;	/* of the same token */
};

static const struct {
	const char *name, *content;
} rows[] = {
#define R(name, content) {name, content},
#include "tests/player/schema.def"
#undef R
};

struct schema {
	struct arena *arena;
	struct rule *by_token[TOKENS];
	const char *broken;	/* first row that makes no sense */
};

static enum token read_token(const char *name, size_t len, const struct rule *parent)
{
	char text[80] = "";
	char *colon;

	if (len >= sizeof(text))
		return TOKEN_NONE;
	memcpy(text, name, len);
	colon = strchr(text, ':');
	if (colon == NULL)
		return token_find(token_page_name(token_page(parent->token)), text);
	*colon = '\0';
	return token_find(text, colon + 1);
}

static unsigned read_version(const char *text)
{
	unsigned long major = strtoul(text, NULL, 10);
	const char *dot = strchr(text, '.');

	return (unsigned)(major * 10 + (dot ? strtoul(dot + 1, NULL, 10) : 0));
}

/* "[Page:]Tag[@context](?*+)[since..until]" */
static bool read_child(struct schema *schema, const struct rule *rule, const char *word,
	struct child *ret)
{
	size_t name = strcspn(word, "@?*+[");
	const char *at = word + name;

	*ret = (struct child){.required = true, .until = 999};
	ret->token = read_token(word, name, rule);
	if (*at == '@') {
		size_t len = strcspn(at + 1, "?*+[");

		ret->context = arena_strndup(schema->arena, at + 1, len);
		at += len + 1;
	}
	ret->required = *at != '?' && *at != '*';
	ret->repeats = *at == '*' || *at == '+';
	at += strspn(at, "?*+");
	if (*at == '[') {
		const char *dots = strstr(at, "..");

		ret->since = at + 1 < dots ? read_version(at + 1) : 0;
		ret->until = dots[2] != ']' ? read_version(dots + 2) : 999;
	}
	return ret->token != TOKEN_NONE;
}

static bool read_children(struct schema *schema, struct rule *rule, const char *content)
{
	char *words = arena_strdup(schema->arena, content);
	char *rest = words;
	char *word;
	bool any_order = false;

	rule->children = arena_array(schema->arena, CHILDREN_MAX, sizeof(struct child));
	while ((word = strsep(&rest, " ")) != NULL) {
		if (strcmp(word, "%") == 0) {
			rule->may_be_empty = true;
		} else if (strcmp(word, "~") == 0) {
			any_order = true;
		} else {
			struct child *child = &rule->children[rule->n_children++];

			if (rule->n_children == CHILDREN_MAX
			    || !read_child(schema, rule, word, child))
				return false;
			child->any_order = any_order;
		}
	}
	return true;
}

static void read_row(struct schema *schema, const char *name, const char *content)
{
	struct rule *rule = arena_alloc(schema->arena, sizeof(*rule));
	size_t len = strcspn(name, "@");

	rule->token = read_token(name, len, NULL);
	if (name[len] == '@')
		rule->context = name + len + 1;
	if (*content == '=')
		rule->form = content + 2;
	else if (!read_children(schema, rule, content))
		schema->broken = name;
	if (rule->token == TOKEN_NONE) {
		schema->broken = name;
		return;
	}
	rule->next = schema->by_token[rule->token];
	schema->by_token[rule->token] = rule;
}

static const struct schema *schema_get(void)
{
	static struct schema *schema;

	if (schema == NULL) {
		schema = calloc(1, sizeof(*schema));
		if (schema == NULL)
			abort();
		schema->arena = arena_new(0);
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
			read_row(schema, rows[i].name, rows[i].content);
	}
	return schema;
}

static const struct rule *find_rule(enum token token, const char *context)
{
	const struct rule *plain = NULL;

	for (const struct rule *at = schema_get()->by_token[token]; at; at = at->next) {
		if (at->context == NULL)
			plain = at;
		else if (context != NULL && strcmp(at->context, context) == 0)
			return at;
	}
	return plain;
}

/* Of what class are an item's elements?  By the first page that belongs to just one. */
static const char *class_of(const struct node *item)
{
	static const struct {
		unsigned page;
		const char *name;
	} pages[] = {
		{2, "Email"}, {22, "Email"}, {4, "Calendar"}, {1, "Contacts"}, {12, "Contacts"},
		{9, "Tasks"}, {23, "Notes"}, {16, "Gal"},
	};

	for (const struct node *at = item->first; at != NULL; at = at->next)
		for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
			if (token_page(at->token) == pages[i].page)
				return pages[i].name;
	return NULL;
}

/* Properties of an item hold what ApplicationData would. */
static const struct rule *item_rule(const struct node *node, const char *context)
{
	const char *class = class_of(node);

	if (context != NULL)
		return find_rule(node->token, context);
	if (class == NULL && node->token == AirSync_ApplicationData)
		class = "Email"; /* a body alone */
	if (class == NULL || node->token == Find_Properties)
		return find_rule(node->token, NULL);
	if (strcmp(class, "Gal") == 0)
		return find_rule(node->token, class);
	return find_rule(AirSync_ApplicationData, class);
}

static bool is_item(enum token token)
{
	return token == AirSync_ApplicationData || token == ItemOperations_Properties
		|| token == Search_Properties || token == Find_Properties;
}

static const char *path_of(struct check *check, const struct node *node)
{
	const char *path = node->name;

	while ((node = node->parent) != NULL)
		path = arena_printf(check->arena, "%s/%s", node->name, path);
	return path;
}

static bool check_node(struct check *check, const struct node *node, const char *context);

/* Index of the row for this child, or -1 with the reason set. */
static int place(struct check *check, const struct rule *rule, const struct node *node,
	int *position)
{
	bool known = false;

	for (unsigned i = 0; i < rule->n_children; i++) {
		const struct child *child = &rule->children[i];

		if (child->token != node->token)
			continue;
		known = true;
		if (check->version < child->since || check->version > child->until) {
			check_fail(check, "%s is not allowed in version %u.%u",
				   path_of(check, node), check->version / 10, check->version % 10);
			return -1;
		}
		if (!child->any_order && (int)i < *position)
			continue;
		if (!child->any_order)
			*position = (int)i;
		return (int)i;
	}
	check_fail(check, "%s %s", path_of(check, node), known ? "is out of order"
		   : "does not belong there");
	return -1;
}

static bool check_children(struct check *check, const struct rule *rule, const struct node *node)
{
	unsigned counts[CHILDREN_MAX] = {0};
	int position = 0;

	for (const struct node *at = node->first; at != NULL; at = at->next) {
		int i = place(check, rule, at, &position);

		if (i < 0)
			return false;
		if (++counts[i] > 1 && !rule->children[i].repeats)
			return check_fail(check, "%s comes more than once", path_of(check, at));
		if (!check_node(check, at, rule->children[i].context))
			return false;
	}
	for (unsigned i = 0; i < rule->n_children; i++) {
		const struct child *child = &rule->children[i];

		if (child->required && counts[i] == 0 && check->version >= child->since
		    && check->version <= child->until)
			return check_fail(check, "%s lacks %s", path_of(check, node),
					  token_name(child->token));
	}
	return true;
}

static bool check_node(struct check *check, const struct node *node, const char *context)
{
	const struct rule *rule = is_item(node->token) ? item_rule(node, context)
		: find_rule(node->token, context);

	if (token_since(node->token) > check->version)
		return check_fail(check, "%s came with a later version", path_of(check, node));
	if (rule == NULL) /* plain text of any length */
		return node->first == NULL
			|| check_fail(check, "%s must not have children", path_of(check, node));
	if (rule->form != NULL)
		return form_fits(rule->form, node)
			|| check_fail(check, "%s = \"%.60s\" is not: %s", path_of(check, node),
				      node->text ? node->text : "", rule->form);
	if (node->text != NULL)
		return (node->token == Provision_Data && check->version < 120) /* WAP XML */
			|| check_fail(check, "%s must not hold text", path_of(check, node));
	if (node->first == NULL && !rule->may_be_empty)
		return check_fail(check, "%s is an empty container", path_of(check, node));
	return check_children(check, rule, node);
}

bool schema_check(struct check *check, const struct node *document)
{
	if (schema_get()->broken != NULL)
		return check_fail(check, "schema.def: row %s makes no sense", schema_get()->broken);
	if (find_rule(document->token, NULL) == NULL)
		return check_fail(check, "%s is no answer to anything", document->name);
	return check_node(check, document, NULL);
}
