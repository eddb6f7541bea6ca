/* SPDX-License-Identifier: ISC */
/*
 * What phones want of the HTTP answer itself: a type they know (never text/html), a length, a
 * body where one is due and none where it is forbidden, and the headers that some codes need.
 */
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "tests/player/check.h"
#include "tests/player/wire.h"

static const char *header(const struct check *check, const char *name)
{
	const char *value = answer_header(check->answer, name);

	return value != NULL ? value : "";
}

static bool check_code(struct check *check)
{
	static const struct {
		int status;
		const char *needs, *prefix;
	} table[] = {
		{401, "WWW-Authenticate", "Basic "},
		{451, "X-MS-Location", "http"},
		{503, "Retry-After", ""},
	};
	int status = check->answer->status;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const char *value = answer_header(check->answer, table[i].needs);

		if (status != table[i].status)
			continue;
		if (value == NULL || strncmp(value, table[i].prefix, strlen(table[i].prefix)) != 0)
			return check_fail(check, "HTTP %d without a usable %s", status,
					  table[i].needs);
	}
	if (status == 449 && check->version >= 140)
		return check_fail(check, "HTTP 449 to a client of 14.0 or later");
	return true;
}

static bool may_be_empty(const struct check *check)
{
	static const char *const silent[] = {
		"", "raw", "SendMail", "SmartReply", "SmartForward", "GetAttachment",
	};

	for (size_t i = 0; i < sizeof(silent) / sizeof(silent[0]); i++)
		if (strcmp(check->command, silent[i]) == 0)
			return true;
	return strcmp(check->command, "Sync") == 0 && check->version >= 121;
}

static bool check_type(struct check *check, const struct node *document)
{
	const char *type = header(check, "Content-Type");
	bool command = *check->command != '\0' && strcmp(check->command, "raw") != 0
		&& strcmp(check->command, "GetAttachment") != 0;

	if (strcasestr(type, "text/html") != NULL)
		return check_fail(check, "an answer of type text/html");
	if (check->answer->status != 200 || !command)
		return true;
	if (check->n_parts > 0 && strcmp(check->command, "ItemOperations") != 0)
		return check_fail(check, "multipart answer to %s", check->command);
	if (check->n_parts == 0 && strcasecmp(type, "application/vnd.ms-sync.wbxml") != 0)
		return check_fail(check, "Content-Type is \"%s\"", type);
	if (document == NULL && check->answer->len > 0)
		return check_fail(check, "a body that is no WBXML");
	return true;
}

bool check_http(struct check *check, const struct node *document)
{
	const struct answer *answer = check->answer;

	if (!answer->has_length && !answer->chunked && answer->status != 204)
		return check_fail(check, "neither Content-Length nor chunks");
	if (answer->has_length && answer->chunked)
		return check_fail(check, "Content-Length and chunks in one answer");
	if (!check_code(check) || !check_type(check, document))
		return false;
	if (answer->status == 200 && answer->len == 0 && !may_be_empty(check))
		return check_fail(check, "empty answer to %s", check->command);
	return true;
}
