/* SPDX-License-Identifier: ISC */
/* Order matters: path, method, credentials, way of arrival, size. */
#include "bridge/front/admit.h"

#include <string.h>
#include <strings.h>

const char admit_wbxml[] = "application/vnd.ms-sync.wbxml";

static const char eas_path[] = "/microsoft-server-activesync";

/* Phones and their users write the path in any letter case and with odd ends. */
static bool
is_eas_path(const char *path, size_t len)
{
	static const char *const ends[] = { "", "/", "/default.eas" };
	size_t n = sizeof(eas_path) - 1;

	if (len < n || strncasecmp(path, eas_path, n) != 0)
		return false;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (len - n == strlen(ends[i]) && strncasecmp(path + n, ends[i], len - n) == 0)
			return true;
	}
	return false;
}

static bool
is_method(const struct http_head *head, const char *method)
{
	return strcmp(head->method, method) == 0;
}

static struct admit
admit_refusal(int status, const char *headers, const char *reason)
{
	return (struct admit) { status, admit_wbxml, headers, "", reason };
}

static struct admit
admit_other_path(const struct http_head *head)
{
	static const char health[] = "/healthz";

	if (head->path_len == sizeof(health) - 1 &&
	    memcmp(head->target, health, head->path_len) == 0 &&
	    (is_method(head, "GET") || is_method(head, "HEAD")))
		return (struct admit) { 200, "text/plain", "", "ok\n", "health" };
	return (struct admit) { 404, "", "", "", "no such path" };
}

struct admit
admit_request(const struct http_head *head, const struct admit_rules *rules)
{
	const char *authorization = http_field(head, "Authorization");

	if (!is_eas_path(head->target, head->path_len))
		return admit_other_path(head);
	if (!is_method(head, "POST") && !is_method(head, "OPTIONS"))
		return admit_refusal(405, "Allow: OPTIONS, POST\r\n", "method");
	if (authorization == NULL || authorization[0] == '\0')
		return admit_refusal(401, "WWW-Authenticate: Basic realm=\"easbridge\"\r\n",
		    "no credentials");
	if (!rules->encrypted && !rules->near && !rules->allow_plain)
		return admit_refusal(403, "", "password over an unencrypted connection");
	if (head->content_length > 0 && (uint64_t)head->content_length > rules->max_body)
		return admit_refusal(413, "", "body over max_body");
	return (struct admit) { .status = 0, .content_type = "", .headers = "", .body = "" };
}
