/* SPDX-License-Identifier: ISC */
/*
 * Rules on whole answers that no table of elements can say, a function for each command; those
 * of Sync are in check_sync.c.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/base/arena.h"
#include "tests/player/check.h"
#include "tests/player/check_sync.h"
#include "tests/player/node.h"

static bool is(const struct node *node, const char *path, const char *text)
{
	return strcmp(node_text(node, path), text) == 0;
}

/* Before 14.0 the common status codes are HTTP codes. */
static bool check_statuses(struct check *check, const struct node *node)
{
	bool good = true;

	if (strcmp(node->name, "Status") == 0 && node->text != NULL) {
		long value = strtol(node->text, NULL, 10);

		if (value >= 101 && check->version < 140)
			return check_fail(check, "Status %ld in version %u", value, check->version);
		if (value == 110)
			return check_fail(check, "Status 110 makes iOS reload the folder (R2)");
	}
	for (const struct node *at = node->first; good && at != NULL; at = at->next)
		good = check_statuses(check, at);
	return good;
}

/* A child that must be there with this Status, and must not with others. */
static bool only_with(struct check *check, const struct node *node, const char *child,
	const char *status)
{
	bool has = node_child(node, child) != NULL;

	if (has == is(node, "Status", status))
		return true;
	return check_fail(check, "%s with Status %s %s %s", node->name, node_text(node, "Status"),
			  has ? "has" : "lacks", child);
}

static bool is_listed(const struct node *list, const char *child, const char *path, const char *id)
{
	const struct node *at = node_child(list, child);

	while (at != NULL && !is(at, path, id))
		at = node_sibling(at, child);
	return at != NULL;
}

static bool check_ping(struct check *check, const struct node *document)
{
	const struct node *asked = node_child(check->asked, "Folders");
	const struct node *told = node_path(document, "Folders/Folder");

	if (!only_with(check, document, "Folders", "2")
	    || !only_with(check, document, "HeartbeatInterval", "5")
	    || !only_with(check, document, "MaxFolders", "6"))
		return false;
	for (; told != NULL; told = node_sibling(told, "Folder"))
		if (asked != NULL && !is_listed(asked, "Folder", "Id", told->text))
			return check_fail(check, "Ping tells of folder %s, not asked", told->text);
	return true;
}

static bool check_folder_sync(struct check *check, const struct node *document)
{
	static const char *const wanted[] = {"2", "3", "4", "5", "6"};
	const struct node *changes = node_child(document, "Changes");

	if (!only_with(check, document, "SyncKey", "1")
	    || !only_with(check, document, "Changes", "1"))
		return false;
	if (changes == NULL || !is(check->asked, "SyncKey", "0"))
		return true;
	if (node_child(changes, "Update") || node_child(changes, "Delete"))
		return check_fail(check, "FolderSync 0 with Update or Delete");
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (!is_listed(changes, "Add", "Type", wanted[i]))
			return check_fail(check, "FolderSync 0 without a folder of type %s (R51)",
					  wanted[i]);
	return true;
}

static bool check_folder_create(struct check *check, const struct node *document)
{
	return only_with(check, document, "SyncKey", "1")
		&& only_with(check, document, "ServerId", "1");
}

static bool check_folder_edit(struct check *check, const struct node *document)
{
	return only_with(check, document, "SyncKey", "1");
}

static bool check_estimate(struct check *check, const struct node *document)
{
	const struct node *at = node_child(document, "Response");

	if (at == NULL && is(document, "Status", "1"))
		return check_fail(check, "GetItemEstimate without any Response");
	for (; at != NULL; at = node_sibling(at, "Response"))
		if (is(at, "Status", "1") && node_child(at, "Collection") == NULL)
			return check_fail(check, "estimate without its Collection");
	return true;
}

static bool check_moves(struct check *check, const struct node *document)
{
	const struct node *asked = node_child(check->asked, "Move");
	const struct node *at = node_child(document, "Response");

	if (node_child(document, "Status") != NULL)
		return at == NULL || check_fail(check, "global Status beside Responses");
	for (; at != NULL && asked != NULL; at = node_sibling(at, "Response"),
	     asked = node_sibling(asked, "Move")) {
		if (!is(at, "SrcMsgId", node_text(asked, "SrcMsgId")))
			return check_fail(check, "MoveItems answers %s where %s was asked",
					  node_text(at, "SrcMsgId"), node_text(asked, "SrcMsgId"));
		if (!only_with(check, at, "DstMsgId", "3"))
			return false;
	}
	return (at == NULL && asked == NULL)
		|| check_fail(check, "MoveItems: not one Response for each Move");
}

static bool check_part(struct check *check, const struct node *holder)
{
	const struct node *part = node_child(holder, "Part");

	if (part == NULL)
		return check->n_parts == 0 || node_child(holder, "Data") == NULL
			|| check_fail(check, "inline Data in a multipart answer");
	if (check->n_parts == 0)
		return check_fail(check, "Part in an answer without parts");
	if (node_child(holder, "Data") != NULL)
		return check_fail(check, "Data beside Part");
	return (unsigned long)strtol(part->text, NULL, 10) < check->n_parts
		|| check_fail(check, "Part %s does not exist", part->text);
}

static bool check_fetched(struct check *check, const struct node *fetch)
{
	const struct node *properties = node_child(fetch, "Properties");
	const struct node *body = node_child(properties, "Body");

	if (!only_with(check, fetch, "Properties", "1"))
		return false;
	if (!is(fetch, "Status", "9") && node_child(fetch, "FileReference") == NULL &&
		node_child(fetch, "ServerId") == NULL && node_child(fetch, "LongId") == NULL &&
		node_child(fetch, "LinkId") == NULL)
		return check_fail(check, "Fetch does not say what it answers");
	if (properties != NULL && !check_part(check, properties))
		return false;
	return body == NULL || check_part(check, body);
}

static bool check_operations(struct check *check, const struct node *document)
{
	const struct node *response = node_child(document, "Response");
	unsigned asked = node_count(check->asked, "Fetch");

	if (is(document, "Status", "1") && check->asked != NULL
	    && node_count(response, "Fetch") != asked)
		return check_fail(check, "ItemOperations: %u Fetch asked, %u answered", asked,
				  node_count(response, "Fetch"));
	for (const struct node *at = node_child(response, "Fetch"); at != NULL;
	     at = node_sibling(at, "Fetch"))
		if (!check_fetched(check, at))
			return false;
	return true;
}

static bool check_provision(struct check *check, const struct node *document)
{
	const struct node *policy = node_path(document, "Policies/Policy");

	if (policy == NULL)
		return true;
	if (!only_with(check, policy, "PolicyKey", "1"))
		return false;
	if (node_path(check->asked, "Policies/Policy/PolicyKey") != NULL
	    && node_child(policy, "Data") != NULL)
		return check_fail(check, "the answer to an acknowledgement holds a policy");
	return true;
}

/* One answer for each property asked, in the order of the request. */
static bool check_settings(struct check *check, const struct node *document)
{
	const struct node *asked = check->asked == NULL ? NULL : check->asked->first;
	const struct node *at = document->first == NULL ? NULL : document->first->next;

	if (!is(document, "Status", "1"))
		return at == NULL || check_fail(check, "failed Settings with properties");
	for (; asked != NULL && at != NULL; asked = asked->next, at = at->next)
		if (asked->token != at->token)
			return check_fail(check, "Settings answers %s where %s was asked",
					  at->name, asked->name);
	return (asked == NULL && at == NULL)
		|| check_fail(check, "Settings: not one answer for each property");
}

static const struct {
	const char *command;
	bool (*run)(struct check *check, const struct node *document);
} rules[] = {
	{"Sync", check_sync}, {"Ping", check_ping}, {"FolderSync", check_folder_sync},
	{"FolderCreate", check_folder_create}, {"FolderDelete", check_folder_edit},
	{"FolderUpdate", check_folder_edit}, {"GetItemEstimate", check_estimate},
	{"MoveItems", check_moves}, {"ItemOperations", check_operations},
	{"Provision", check_provision}, {"Settings", check_settings},
};

bool check_rules(struct check *check, const struct node *document)
{
	const char *top = strcmp(check->command, "GetHierarchy") == 0 ? "Folders" : check->command;

	if (*top != '\0' && strcmp(document->name, top) != 0)
		return check_fail(check, "%s answered by %s", check->command, document->name);
	if (!check_statuses(check, document))
		return false;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (strcmp(rules[i].command, check->command) == 0)
			return rules[i].run(check, document);
	return true;
}
