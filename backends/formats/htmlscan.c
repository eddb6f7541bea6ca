/* SPDX-License-Identifier: ISC */
/*
 * The tokenizer.  What makes naive ones quadratic is searching for an end that is not there again
 * and again ("<!--" without "-->", a quote never closed): each such search that failed is
 * remembered for the rest of the text.
 */
#include "backends/formats/htmlscan.h"

#include <string.h>
#include <strings.h>

static bool
is_letter(char c)
{
	return (c | 32) >= 'a' && (c | 32) <= 'z';
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f';
}

void
html_scan_init(struct html_scan *scan, const char *html, size_t n)
{
	memset(scan, 0, sizeof(*scan));
	scan->at = html != NULL ? html : ""; /* an empty buffer has no memory */
	scan->end = scan->at + n;
}

/* Elements whose content is no text for a reader and no markup either. */
static const char *
raw_element(const char *name)
{
	static const char *const names[] = { "style", "script", "title", "textarea", "xmp",
		"noembed", "iframe", "svg" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return names[i];
	return NULL;
}

/* Does markup start at `at`?  "<3" and "<me@example.net>" do not. */
static bool
is_markup(const char *at, const char *end)
{
	const char *stop;

	if (end - at < 2)
		return false;
	if (at[1] == '!' || at[1] == '?')
		return true;
	at += at[1] == '/' ? 2 : 1;
	if (at >= end || !is_letter(*at))
		return false;
	for (stop = at; stop < end && stop - at < 64; stop++)
		if (*stop == '@' || (*stop == ':' && stop + 1 < end && stop[1] == '/'))
			return false; /* an address in brackets */
		else if (is_blank(*stop) || *stop == '>' || *stop == '/')
			break;
	return true;
}

/* Behind the closing quote; NULL: it is not there. */
static const char *
skip_quoted(struct html_scan *scan, const char *at)
{
	bool *none = &scan->no_quote[*at == '"'];
	const char *close;

	if (*none)
		return NULL;
	close = memchr(at + 1, *at, (size_t)(scan->end - at - 1));
	*none = close == NULL;
	return close == NULL ? NULL : close + 1;
}

/* Behind the '>' of the tag at `at`, minding quoted attribute values. */
static const char *
tag_end(struct html_scan *scan, const char *at)
{
	bool after_equals = false;

	for (at++; at < scan->end; at++) {
		if (*at == '>')
			return at + 1;
		if (after_equals && (*at == '"' || *at == '\'')) {
			const char *behind = skip_quoted(scan, at);

			if (behind != NULL)
				at = behind - 1;
		}
		after_equals = *at == '=' || (after_equals && is_blank(*at));
	}
	return scan->end;
}

static const char *
comment_end(struct html_scan *scan, const char *at)
{
	const char *end = NULL;

	if (scan->end - at >= 4 && memcmp(at, "<!--", 4) == 0 && !scan->no_comment_end) {
		/* "<!-->" is a whole comment */
		end = memmem(at + 2, (size_t)(scan->end - at - 2), "-->", 3);
		scan->no_comment_end = end == NULL;
		if (end != NULL)
			return end + 3;
	}
	if (scan->no_tag_end)
		return scan->end;
	end = memchr(at, '>', (size_t)(scan->end - at));
	scan->no_tag_end = end == NULL;
	return end == NULL ? scan->end : end + 1;
}

/* The start of </name, or the end. */
static const char *
raw_end(const struct html_scan *scan)
{
	size_t n = strlen(scan->raw);
	const char *at = scan->at;

	while ((at = memchr(at, '<', (size_t)(scan->end - at))) != NULL) {
		if ((size_t)(scan->end - at) > n + 1 && at[1] == '/' &&
		    strncasecmp(at + 2, scan->raw, n) == 0)
			return at;
		at++;
	}
	return scan->end;
}

static void
read_name(struct html_token *token)
{
	const char *at = token->text + (token->kind == HTML_CLOSE ? 2 : 1);
	const char *end = token->text + token->len;
	size_t n = 0;

	for (; at < end && n < sizeof(token->name) - 1; at++) {
		if (!is_letter(*at) && !(*at >= '0' && *at <= '9'))
			break;
		token->name[n++] = *at >= 'A' && *at <= 'Z' ? (char)(*at + 32) : *at;
	}
	token->name[n] = '\0';
}

static const char *
text_end(const struct html_scan *scan)
{
	const char *at = scan->at;

	while ((at = memchr(at, '<', (size_t)(scan->end - at))) != NULL) {
		if (is_markup(at, scan->end))
			return at;
		at++;
	}
	return scan->end;
}

bool
html_scan_next(struct html_scan *scan, struct html_token *ret_token)
{
	const char *start = scan->at;

	if (start >= scan->end)
		return false;
	ret_token->text = start;
	ret_token->name[0] = '\0';
	if (scan->raw != NULL && (scan->at = raw_end(scan)) > start) {
		ret_token->kind = HTML_HIDDEN;
	} else if (*start != '<' || !is_markup(start, scan->end)) {
		ret_token->kind = HTML_TEXT;
		scan->at = text_end(scan);
	} else if (start[1] == '!' || start[1] == '?') {
		ret_token->kind = HTML_HIDDEN;
		scan->at = comment_end(scan, start);
	} else {
		ret_token->kind = start[1] == '/' ? HTML_CLOSE : HTML_OPEN;
		scan->at = tag_end(scan, start);
	}
	ret_token->len = (size_t)(scan->at - start);
	if (ret_token->kind == HTML_TEXT || ret_token->kind == HTML_HIDDEN)
		return true;
	read_name(ret_token);
	scan->raw = ret_token->kind == HTML_OPEN && ret_token->text[ret_token->len - 2] != '/' ?
	    raw_element(ret_token->name) : NULL;
	return true;
}

/* Reads one attribute at *at: its name, and its value if there is one. */
static void
read_attribute(const char **at, const char *end, size_t *ret_name_len, const char **ret_value,
    size_t *ret_len)
{
	const char *name = *at;
	char quote;

	while (*at < end && !is_blank(**at) && **at != '=' && **at != '>')
		(*at)++;
	*ret_name_len = (size_t)(*at - name);
	*ret_value = "";
	*ret_len = 0;
	while (*at < end && is_blank(**at))
		(*at)++;
	if (*at >= end || **at != '=')
		return;
	for ((*at)++; *at < end && is_blank(**at);)
		(*at)++;
	quote = *at < end && (**at == '"' || **at == '\'') ? **at : '\0';
	*at += quote != '\0';
	*ret_value = *at;
	while (*at < end && (quote != '\0' ? **at != quote : !is_blank(**at) && **at != '>'))
		(*at)++;
	*ret_len = (size_t)(*at - *ret_value);
	if (quote != '\0' && *at < end)
		(*at)++;
}

bool
html_attribute(const struct html_token *token, const char *name, const char **ret_value,
    size_t *ret_len)
{
	const char *at = token->text + 1;
	const char *end = token->text + token->len;

	while (at < end && !is_blank(*at))
		at++;
	while (at < end) {
		const char *start = at, *value;
		size_t name_len, len;

		if (is_blank(*at) || *at == '/' || *at == '>' || *at == '=') {
			at++;
			continue;
		}
		read_attribute(&at, end, &name_len, &value, &len);
		if (name_len == strlen(name) && strncasecmp(start, name, name_len) == 0) {
			*ret_value = value;
			*ret_len = len;
			return true;
		}
	}
	return false;
}
