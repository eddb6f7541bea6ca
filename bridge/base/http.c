/* SPDX-License-Identifier: ISC */
/*
 * The head is parsed once it is complete: the end is searched incrementally, then the lines are cut
 * in place.  What the fields mean for the connection is decided in one go behind that.
 */
#include "bridge/base/http.h"

#include <string.h>
#include <strings.h>

enum {
	METHOD_MOST = 32,
	REQUEST_LINE_MOST = LIMIT_HTTP_TARGET + METHOD_MOST + 16,
};

void
http_head_init(struct http_head *head)
{
	memset(head, 0, sizeof(*head));
	head->content_length = -1;
}

static enum http_result
head_bad(struct http_head *head, int status, const char *reason)
{
	head->status = status;
	head->reason = reason;
	return HTTP_BAD;
}

/* RFC 9110, 5.6.2 */
static bool
is_token_char(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') ||
		(c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool
is_token(const char *text)
{
	if (*text == '\0')
		return false;
	while (is_token_char(*text))
		text++;
	return *text == '\0';
}

/* Bytes of empty lines at the start. */
static size_t
skip_empty_lines(const char *data, size_t len)
{
	size_t i = 0;

	while (i < len) {
		if (data[i] == '\n')
			i++;
		else if (data[i] == '\r' && i + 1 < len && data[i + 1] == '\n')
			i += 2;
		else
			break;
	}
	return i;
}

/* Behind the blank line; 0: not there yet. */
static size_t
head_find_end(struct http_head *head, const char *data, size_t len)
{
	size_t at = head->scanned;
	const char *newline;

	while (at < len && (newline = memchr(data + at, '\n', len - at)) != NULL) {
		head->has_line = true;
		at = (size_t)(newline - data) + 1;
		if (at < len && data[at] == '\n')
			return at + 1;
		if (at + 1 < len && data[at] == '\r' && data[at + 1] == '\n')
			return at + 2;
	}
	/* the last newline must be seen again once what follows it is there */
	head->scanned = len > 2 ? len - 2 : 0;
	return 0;
}

/*
 * Cuts the line at *at and moves behind it.  NULL: its end is not the kind of the head's first.
 * There is always a newline before the end of the head.
 */
static char *
line_cut(char **at, bool crlf)
{
	char *line = *at, *newline = strchr(line, '\n');

	if (newline == NULL)	/* a NUL byte comes first */
		return NULL;
	if (crlf != (newline > line && newline[-1] == '\r'))
		return NULL;
	newline[crlf ? -1 : 0] = '\0';
	*at = newline + 1;
	return line;
}

/* Cuts the word at *at, which a single space must end; NULL: none does. */
static char *
word_cut(char **at)
{
	char *word = *at, *space = strchr(word, ' ');

	if (space == NULL || space == word)
		return NULL;
	*space = '\0';
	*at = space + 1;
	return word;
}

static enum http_result
version_parse(struct http_head *head, const char *text)
{
	if (strncmp(text, "HTTP/", 5) != 0 || text[5] < '0' || text[5] > '9' || text[6] != '.' ||
		text[7] < '0' || text[7] > '9' || text[8] != '\0')
		return head_bad(head, 400, "request line");
	if (text[5] != '1')
		return head_bad(head, 505, "HTTP version");
	head->minor = text[7] == '0' ? 0 : 1;
	return HTTP_DONE;
}

/* The absolute form (RFC 9112, 3.2.2) without scheme and authority; NULL: a broken one. */
static const char *
target_origin(const char *target)
{
	size_t scheme = 0, authority;

	if (strncasecmp(target, "http://", 7) == 0)
		scheme = 7;
	else if (strncasecmp(target, "https://", 8) == 0)
		scheme = 8;
	if (scheme == 0)
		return target;
	authority = strcspn(target + scheme, "/?");
	if (authority == 0 || target[scheme + authority] == '?')
		return NULL;
	target += scheme + authority;
	return *target != '\0' ? target : "/";
}

static bool
target_is_clean(const char *target)
{
	for (; *target != '\0'; target++)
		if ((unsigned char)*target <= ' ' || *target == 0x7f || *target == '#')
			return false;
	return true;
}

static enum http_result
target_parse(struct http_head *head, const char *target)
{
	if (strlen(target) > LIMIT_HTTP_TARGET)
		return head_bad(head, 414, "target too long");
	if (!target_is_clean(target))
		return head_bad(head, 400, "target");
	target = target_origin(target);
	if (target == NULL || (target[0] != '/' && strcmp(target, "*") != 0))
		return head_bad(head, 400, "target");
	head->target = target;
	head->path_len = strcspn(target, "?");
	head->query = target[head->path_len] == '?' ? target + head->path_len + 1 : NULL;
	return HTTP_DONE;
}

static enum http_result
request_line_parse(struct http_head *head, char *line)
{
	const char *target;

	head->method = word_cut(&line);
	target = head->method != NULL ? word_cut(&line) : NULL;
	if (target == NULL || !is_token(head->method) || strlen(head->method) > METHOD_MOST)
		return head_bad(head, 400, "request line");
	if (version_parse(head, line) != HTTP_DONE)
		return HTTP_BAD;
	return target_parse(head, target);
}

/* White space off both ends, in place. */
static char *
trim(char *text)
{
	size_t len;

	text += strspn(text, " \t");
	len = strlen(text);
	while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t'))
		len--;
	text[len] = '\0';
	return text;
}

static bool
value_is_clean(const char *value)
{
	for (; *value != '\0'; value++)
		if (((unsigned char)*value < ' ' && *value != '\t') || *value == 0x7f)
			return false;
	return true;
}

static enum http_result
field_parse(struct http_head *head, char *line)
{
	char *colon = strchr(line, ':');
	struct http_line *field;

	if (line[0] == ' ' || line[0] == '\t')
		return head_bad(head, 400, "folded field");
	if (colon == NULL)
		return head_bad(head, 400, "field without colon");
	if (head->n_lines == LIMIT_HTTP_FIELDS)
		return head_bad(head, 431, "too many fields");
	*colon = '\0';
	field = &head->lines[head->n_lines];
	field->name = line;
	field->value = trim(colon + 1);
	if (!is_token(field->name) || !value_is_clean(field->value))
		return head_bad(head, 400, "field");
	head->n_lines++;
	return HTTP_DONE;
}

/* Digits only, and not more than fit. */
static int64_t
length_parse(const char *text)
{
	int64_t length = 0;
	size_t n = strlen(text);

	if (n == 0 || n > 18 || strspn(text, "0123456789") != n)
		return -1;
	for (; *text != '\0'; text++)
		length = length * 10 + (*text - '0');
	return length;
}

static enum http_result
content_length_take(struct http_head *head, const char *value)
{
	int64_t length = length_parse(value);

	if (length < 0)
		return head_bad(head, 400, "Content-Length");
	if (head->content_length >= 0 && head->content_length != length)
		return head_bad(head, 400, "two Content-Lengths");
	head->content_length = length;
	return HTTP_DONE;
}

static enum http_result
transfer_encoding_take(struct http_head *head, const char *value)
{
	if (head->minor == 0 || head->chunked)
		return head_bad(head, 400, "Transfer-Encoding");
	if (strcasecmp(value, "chunked") != 0)
		return head_bad(head, 501, "Transfer-Encoding");
	head->chunked = true;
	return HTTP_DONE;
}

static enum http_result
expect_take(struct http_head *head, const char *value)
{
	if (strcasecmp(value, "100-continue") != 0)
		return head_bad(head, 417, "Expect");
	head->expect_continue = head->minor > 0;
	return HTTP_DONE;
}

static enum http_result
host_take(struct http_head *head, const char *value)
{
	if (http_field(head, "Host") != value)
		return head_bad(head, 400, "two Hosts");
	return HTTP_DONE;
}

/* Fields that decide about framing. */
static const struct {
	const char *name;
	enum http_result (*take)(struct http_head *, const char *);
} framing[] = {
	{ "Content-Length", content_length_take },
	{ "Transfer-Encoding", transfer_encoding_take },
	{ "Expect", expect_take },
	{ "Host", host_take },
};

static enum http_result
field_weigh(struct http_head *head, const struct http_line *line)
{
	for (size_t i = 0; i < sizeof(framing) / sizeof(framing[0]); i++)
		if (strcasecmp(line->name, framing[i].name) == 0)
			return framing[i].take(head, line->value);
	return HTTP_DONE;
}

static enum http_result
head_weigh(struct http_head *head)
{
	for (unsigned i = 0; i < head->n_lines; i++)
		if (field_weigh(head, &head->lines[i]) != HTTP_DONE)
			return HTTP_BAD;
	if (head->chunked && head->content_length >= 0)
		return head_bad(head, 400, "Content-Length and chunked");
	if (head->minor > 0 && http_field(head, "Host") == NULL)
		return head_bad(head, 400, "no Host");
	head->keep_alive = !http_field_lists(head, "Connection", "close") &&
		(head->minor > 0 || http_field_lists(head, "Connection", "keep-alive"));
	return HTTP_DONE;
}

/* The lines of a complete head, from `at` on; `end` is behind the blank line. */
static enum http_result
head_cut(struct http_head *head, char *at, const char *end)
{
	const char *first = memchr(at, '\n', (size_t)(end - at));
	bool crlf = first > at && first[-1] == '\r';
	char *line = line_cut(&at, crlf);

	if (line == NULL)
		return head_bad(head, 400, "line end");
	if (request_line_parse(head, line) != HTTP_DONE)
		return HTTP_BAD;
	while (at < end) {
		line = line_cut(&at, crlf);
		if (line == NULL)
			return head_bad(head, 400, "line end");
		if (*line == '\0')
			break;
		if (field_parse(head, line) != HTTP_DONE)
			return HTTP_BAD;
	}
	return at == end ? head_weigh(head) : head_bad(head, 400, "line end");
}

static enum http_result
head_wait(struct http_head *head, size_t len)
{
	if (!head->has_line && len > REQUEST_LINE_MOST)
		return head_bad(head, 414, "request line too long");
	if (len > LIMIT_HTTP_HEAD)
		return head_bad(head, 431, "head too long");
	return HTTP_MORE;
}

enum http_result
http_head_parse(struct http_head *head, char *data, size_t len)
{
	size_t start = skip_empty_lines(data, len);
	size_t end;

	if (start > LIMIT_HTTP_HEAD)
		return head_bad(head, 400, "empty lines");
	if (head->scanned < start)
		head->scanned = start;
	if (start == len || (data[start] == '\r' && start + 1 == len))
		return HTTP_MORE;
	if (!is_token_char(data[start]))
		return head_bad(head, 400, "not HTTP");
	end = head_find_end(head, data, len);
	if (end == 0)
		return head_wait(head, len - start);
	if (end - start > LIMIT_HTTP_HEAD)
		return head_bad(head, 431, "head too long");
	head->size = end;
	return head_cut(head, data + start, data + end);
}

const char *
http_field(const struct http_head *head, const char *name)
{
	for (unsigned i = 0; i < head->n_lines; i++)
		if (strcasecmp(head->lines[i].name, name) == 0)
			return head->lines[i].value;
	return NULL;
}

/* ";q=0", ";q=0.000": present, yet unwanted. */
static bool
weight_is_zero(const char *parameters, size_t len)
{
	size_t i = strspn(parameters, "; \t");

	if (i + 2 >= len || (parameters[i] | 32) != 'q' || parameters[i + 1] != '=')
		return false;
	for (i += 2; i < len && parameters[i] != ' ' && parameters[i] != '\t'; i++)
		if (parameters[i] != '0' && parameters[i] != '.')
			return false;
	return true;
}

static bool
list_has(const char *list, const char *token)
{
	size_t want = strlen(token);

	while (*list != '\0') {
		size_t item, word;

		list += strspn(list, ", \t");
		item = strcspn(list, ",");
		word = strcspn(list, ",; \t");
		if (word == want && strncasecmp(list, token, want) == 0)
			return !weight_is_zero(list + word, item - word);
		list += item;
	}
	return false;
}

bool
http_field_lists(const struct http_head *head, const char *name, const char *token)
{
	for (unsigned i = 0; i < head->n_lines; i++)
		if (strcasecmp(head->lines[i].name, name) == 0 &&
			list_has(head->lines[i].value, token))
			return true;
	return false;
}

const char *
http_reason(int status)
{
	static const struct {
		int status;
		const char *text;
	} reasons[] = {
		{ 100, "Continue" },
		{ 200, "OK" },
		{ 301, "Moved Permanently" },
		{ 302, "Found" },
		{ 307, "Temporary Redirect" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 408, "Request Timeout" },
		{ 409, "Conflict" },
		{ 411, "Length Required" },
		{ 413, "Content Too Large" },
		{ 414, "URI Too Long" },
		{ 415, "Unsupported Media Type" },
		{ 417, "Expectation Failed" },
		{ 429, "Too Many Requests" },
		{ 431, "Request Header Fields Too Large" },
		{ 449, "Retry after sending a PROVISION command" },
		{ 451, "Redirect" },	/* [MS-ASHTTP] 3.1.5.2.2, not RFC 7725 */
		{ 456, "Blocked Device" },
		{ 500, "Internal Server Error" },
		{ 501, "Not Implemented" },
		{ 502, "Bad Gateway" },
		{ 503, "Service Unavailable" },
		{ 504, "Gateway Timeout" },
		{ 505, "HTTP Version Not Supported" },
		{ 507, "Insufficient Storage" },
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].status == status)
			return reasons[i].text;
	return "Unknown";
}
