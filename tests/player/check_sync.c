/* SPDX-License-Identifier: ISC */
/*
 * Sync: what phones of the field crash on, loop on or lose mail by.  R numbers are those of the
 * compatibility rules (tests/transcripts are named after them).
 */
#include "tests/player/check_sync.h"

#include <stdlib.h>
#include <string.h>

#include "bridge/base/arena.h"
#include "bridge/base/map.h"
#include "tests/player/check.h"
#include "tests/player/node.h"

enum { WINDOW_MAX = 512, WINDOW_DEFAULT = 100, NO_LIMIT = -1 };
enum { TAG_SLACK = 512 };	/* HTML may be cut before a tag or entity, not inside one */

/* What the request said of this collection; NULL: left to the server's memory. */
static const struct node *asked_for(const struct check *check, const char *id)
{
	const struct node *at = node_path(check->asked, "Collections/Collection");

	while (at != NULL && strcmp(node_text(at, "CollectionId"), id) != 0)
		at = node_sibling(at, "Collection");
	return at;
}

static long window_of(const struct node *asked)
{
	const struct node *node = node_child(asked, "WindowSize");
	long value = node == NULL ? WINDOW_DEFAULT : node_number(asked, "WindowSize");

	if (asked == NULL)
		return WINDOW_MAX;
	return value < 1 || value > WINDOW_MAX ? WINDOW_MAX : value;
}

static unsigned count_children(const struct node *node)
{
	unsigned n = 0;

	for (const struct node *at = node ? node->first : NULL; at != NULL; at = at->next)
		n++;
	return n;
}

static bool check_quiet(struct check *check, const struct node *collection,
	const struct node *asked)
{
	const struct node *commands = node_child(collection, "Commands");
	const char *sent = node_text(asked, "SyncKey");
	const struct node *changes = node_child(asked, "GetChanges");

	if (strcmp(sent, "0") == 0 && (commands || node_child(collection, "MoreAvailable")
				       || node_child(collection, "Responses")))
		return check_fail(check, "answer to key 0 is more than a key (R59)");
	if (commands != NULL && changes != NULL && changes->text != NULL
	    && strcmp(changes->text, "0") == 0)
		return check_fail(check, "Commands although GetChanges is 0 (R54)");
	if (node_child(collection, "MoreAvailable") == NULL)
		return true;
	if (commands == NULL)
		return check_fail(check, "MoreAvailable without a command (R13)");
	return strcmp(sent, node_text(collection, "SyncKey")) != 0
		|| check_fail(check, "MoreAvailable without a new SyncKey (R13)");
}

static bool check_unique(struct check *check, const struct node *commands)
{
	struct map seen;

	map_init(&seen, check->arena);
	for (const struct node *at = commands->first; at != NULL; at = at->next) {
		const char *id = node_text(at, "ServerId");

		if (map_has(&seen, id))
			return check_fail(check, "item %s comes twice in one answer", id);
		map_put(&seen, id, check->arena);
	}
	return true;
}

/* TruncationSize asked for this body type, NO_LIMIT if none; false: the type was not asked. */
static bool preference(const struct node *asked, const char *type, long *ret_size)
{
	const struct node *options = node_child(asked, "Options");
	bool any = false;

	*ret_size = NO_LIMIT;
	for (; options != NULL; options = node_sibling(options, "Options")) {
		const struct node *at = node_child(options, "BodyPreference");

		for (; at != NULL; at = node_sibling(at, "BodyPreference")) {
			any |= strcmp(node_text(at, "Type"), "4") != 0;
			if (strcmp(node_text(at, "Type"), type) != 0)
				continue;
			if (node_child(at, "TruncationSize") != NULL)
				*ret_size = node_number(at, "TruncationSize");
			return true;
		}
	}
	return !any; /* none, or only MIME that may be refused: any format will do */
}

static bool check_body(struct check *check, const struct node *body, const struct node *asked)
{
	const struct node *data = node_child(body, "Data");
	bool truncated = node_child(body, "Truncated") != NULL;
	long estimated = node_number(body, "EstimatedDataSize");
	long len = data ? (long)data->len : 0;
	long limit;

	if (truncated && (node_child(body, "EstimatedDataSize") == NULL || estimated <= len))
		return check_fail(check, "Truncated body of %ld bytes, EstimatedDataSize %ld (R62)",
				  len, estimated);
	if (!truncated && data != NULL && node_child(body, "EstimatedDataSize") != NULL
	    && estimated < len)
		return check_fail(check, "whole body of %ld bytes, EstimatedDataSize %ld", len,
				  estimated);
	if (asked == NULL || node_child(asked, "Options") == NULL)
		return true;
	if (!preference(asked, node_text(body, "Type"), &limit))
		return check_fail(check, "body of Type %s was not asked", node_text(body, "Type"));
	if (limit == NO_LIMIT)
		return !truncated || check_fail(check, "body cut although no size was asked");
	if (len > limit)
		return check_fail(check, "body of %ld bytes, %ld asked", len, limit);
	if (truncated && len < limit - (strcmp(node_text(body, "Type"), "2") == 0 ? TAG_SLACK : 3))
		return check_fail(check, "body cut at %ld bytes, %ld asked (R63)", len, limit);
	return true;
}

/* 2.5 has the body among the elements of the class. */
static bool check_old_body(struct check *check, const struct node *data)
{
	bool truncated = strcmp(node_text(data, "BodyTruncated"), "1") == 0;
	const struct node *body = node_child(data, "Body");

	if (!truncated)
		return true;
	return node_number(data, "BodySize") > (body ? (long)body->len : 0)
		|| check_fail(check, "BodyTruncated 1 without a larger BodySize");
}

static bool check_item(struct check *check, const struct node *item, const struct node *asked)
{
	static const char *const needed[] = {"DateReceived", "Read", "MessageClass"};
	const struct node *data = node_child(item, "ApplicationData");
	const struct node *body = node_child(data, "Body");
	bool mail = false;

	for (const struct node *at = data->first; at != NULL; at = at->next)
		mail |= token_page(at->token) == 2;
	for (size_t i = 0; mail && strcmp(item->name, "Add") == 0 && i < 3; i++)
		if (node_child(data, needed[i]) == NULL)
			return check_fail(check, "mail %s without %s", node_text(item, "ServerId"),
					  needed[i]);
	if (check->version < 120)
		return check_old_body(check, data);
	if (mail && strcmp(item->name, "Add") == 0 && body == NULL
	    && node_child(data, "BodyPart") == NULL)
		return check_fail(check, "mail %s without Body", node_text(item, "ServerId"));
	return body == NULL || check_body(check, body, asked);
}

static bool check_commands(struct check *check, const struct node *commands,
	const struct node *asked)
{
	if (commands == NULL)
		return true;
	if (count_children(commands) > (unsigned)window_of(asked))
		return check_fail(check, "%u commands, WindowSize %ld", count_children(commands),
				  window_of(asked));
	for (const struct node *at = commands->first; at != NULL; at = at->next)
		if (node_child(at, "ApplicationData") != NULL && !check_item(check, at, asked))
			return false;
	return check_unique(check, commands);
}

static bool was_asked(const struct node *asked, const struct node *response)
{
	bool add = strcmp(response->name, "Add") == 0;
	const char *name = add ? "ClientId" : "ServerId";
	const struct node *at = node_child(node_child(asked, "Commands"), response->name);

	while (at != NULL && strcmp(node_text(at, name), node_text(response, name)) != 0)
		at = node_sibling(at, response->name);
	return at != NULL;
}

static bool check_response(struct check *check, const struct node *at, const struct node *asked)
{
	bool done = strcmp(node_text(at, "Status"), "1") == 0;
	bool add = strcmp(at->name, "Add") == 0;
	bool fetch = strcmp(at->name, "Fetch") == 0;

	if (asked != NULL && !was_asked(asked, at))
		return check_fail(check, "%s answered that was not asked", at->name);
	if (add && done && node_child(at, "ServerId") == NULL)
		return check_fail(check, "Add done, but no ServerId");
	if (fetch && done != (node_child(at, "ApplicationData") != NULL))
		return check_fail(check, "Fetch: ApplicationData does not fit Status %s",
				  node_text(at, "Status"));
	if (fetch && done)
		return check_item(check, at, asked);
	if (!add && !fetch && done && check->version < 160)
		return check_fail(check, "%s done needs no answer", at->name);
	return true;
}

/* iOS crashes on a Fetch answer and a Delete of the same item (R5). */
static bool check_responses(struct check *check, const struct node *collection,
	const struct node *asked)
{
	const struct node *responses = node_child(collection, "Responses");
	const struct node *commands = node_child(collection, "Commands");

	for (const struct node *at = responses ? responses->first : NULL; at; at = at->next) {
		const struct node *gone = node_child(commands, "Delete");

		if (!check_response(check, at, asked))
			return false;
		if (strcmp(at->name, "Fetch") != 0)
			continue;
		for (; gone != NULL; gone = node_sibling(gone, "Delete"))
			if (strcmp(node_text(gone, "ServerId"), node_text(at, "ServerId")) == 0)
				return check_fail(check, "Fetch and Delete of one item (R5)");
	}
	return true;
}

static bool check_collection(struct check *check, const struct node *collection)
{
	const struct node *asked = asked_for(check, node_text(collection, "CollectionId"));

	if (check->version <= 120 && node_child(collection, "Class") == NULL)
		return check_fail(check, "Collection without Class (R60)");
	if (strcmp(node_text(collection, "Status"), "1") != 0)
		return (node_child(collection, "Commands") == NULL
			&& node_child(collection, "MoreAvailable") == NULL)
			|| check_fail(check, "changes in a collection that failed");
	if (node_child(collection, "SyncKey") == NULL)
		return check_fail(check, "Collection without SyncKey");
	return check_quiet(check, collection, asked)
		&& check_commands(check, node_child(collection, "Commands"), asked)
		&& check_responses(check, collection, asked);
}

bool check_sync(struct check *check, const struct node *document)
{
	const struct node *at = node_path(document, "Collections/Collection");
	const char *status = node_text(document, "Status");
	bool limit = strcmp(status, "14") == 0 || strcmp(status, "15") == 0;

	if (document->first == NULL)
		return check_fail(check, "empty Sync document");
	if (at == NULL && (*status == '\0' || strcmp(status, "1") == 0))
		return check_fail(check, "Sync without collections (R7)");
	if (limit != (node_child(document, "Limit") != NULL))
		return check_fail(check, "Limit does not fit Status \"%s\"", status);
	for (; at != NULL; at = node_sibling(at, "Collection"))
		if (!check_collection(check, at))
			return false;
	return true;
}
