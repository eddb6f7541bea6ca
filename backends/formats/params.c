/* SPDX-License-Identifier: ISC */
/*
 * "filename*0*=utf-8''a%20; filename*1=b": the pieces are put together by number, each decoded by
 * its own kind, and the charset of the first is applied to the bytes of all.
 */
#include "backends/formats/params.h"

#include <string.h>
#include <strings.h>

#include "backends/formats/charset.h"
#include "backends/formats/headers.h"
#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "bridge/base/codec.h"

enum {
	PARAMS_MAX = 100,
	VALUE_MAX = 64 * 1024,
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static const char *
skip_blanks(const char *at)
{
	while (is_blank(*at))
		at++;
	return at;
}

static char *
trimmed(struct arena *arena, const char *start, const char *end)
{
	while (end > start && is_blank(end[-1]))
		end--;
	return arena_strndup(arena, start, (size_t)(end - start));
}

/* Quoted (closed or not) or up to the semicolon; *at moves behind it. */
static char *
read_value(struct arena *arena, const char **at)
{
	const char *start = *at;
	char *text, *to;

	if (*start != '"') {
		*at += strcspn(start, ";");
		return trimmed(arena, start, *at);
	}
	text = to = arena_alloc(arena, strlen(start) + 1);
	for ((*at)++; **at != '\0' && **at != '"'; (*at)++) {
		/* a backslash before an ordinary character is a path of some old mailer */
		if (**at == '\\' && ((*at)[1] == '"' || (*at)[1] == '\\'))
			(*at)++;
		*to++ = **at;
	}
	*to = '\0';
	*at += strcspn(*at, ";");
	return text;
}

void
params_parse(struct arena *arena, const char *value, const char **ret_token,
    struct mime_params *ret_params)
{
	const char *at = value + strcspn(value, ";");

	*ret_token = mime_lower(arena, trimmed(arena, skip_blanks(value), at));
	ret_params->list = NULL;
	ret_params->n = 0;
	if (*at == '\0')
		return;
	ret_params->list = arena_array(arena, PARAMS_MAX, sizeof(*ret_params->list));
	while (*at == ';' && ret_params->n < PARAMS_MAX) {
		struct mime_param *param = &ret_params->list[ret_params->n];
		const char *name = skip_blanks(at + 1);

		at = name + strcspn(name, "=;");
		if (*at != '=')
			continue;
		param->name = mime_lower(arena, trimmed(arena, name, at));
		at = skip_blanks(at + 1);
		param->value = read_value(arena, &at);
		ret_params->n++;
	}
}

/* The bytes of value with %xx resolved. */
static void
put_percent(struct buf *out, const char *value)
{
	for (; *value != '\0'; value++) {
		char byte;

		if (*value == '%' && value[1] != '\0' && value[2] != '\0' &&
		    hex_decode((char[]){ value[1], value[2], '\0' }, 2, &byte)) {
			buf_putc(out, byte);
			value += 2;
		} else {
			buf_putc(out, *value);
		}
	}
}

/* name*: charset'language'text; charset goes to ret_charset, the text is returned. */
static const char *
split_extended(struct arena *arena, const char *value, const char **ret_charset)
{
	const char *first = strchr(value, '\'');
	const char *second = first == NULL ? NULL : strchr(first + 1, '\'');

	if (second == NULL)
		return value;
	*ret_charset = arena_strndup(arena, value, (size_t)(first - value));
	return second + 1;
}

/* The parameter called name, then suffix; NULL: none. */
static const char *
find_suffixed(struct arena *arena, const struct mime_params *params, const char *name,
    const char *suffix)
{
	return mime_param(params, arena_printf(arena, "%s%s", name, suffix));
}

static char *
get_continued(struct arena *arena, const struct mime_params *params, const char *name)
{
	const char *charset = NULL;
	struct buf bytes;
	char *text;

	buf_init(&bytes, VALUE_MAX);
	for (unsigned i = 0; i < params->n && i < PARAMS_MAX; i++) {
		const char *star = arena_printf(arena, "*%u*", i);
		const char *value = find_suffixed(arena, params, name, star);

		if (value != NULL && i == 0)
			value = split_extended(arena, value, &charset);
		if (value != NULL) {
			put_percent(&bytes, value);
			continue;
		}
		value = find_suffixed(arena, params, name, arena_printf(arena, "*%u", i));
		if (value == NULL)
			break;
		buf_puts(&bytes, value);
	}
	text = charset_string(arena, charset, bytes.data, bytes.len);
	if (charset == NULL)
		text = header_decode(arena, text, strlen(text));
	buf_free(&bytes);
	return text;
}

static char *
get_extended(struct arena *arena, const char *value)
{
	const char *charset = NULL;
	struct buf bytes;
	char *text;

	value = split_extended(arena, value, &charset);
	buf_init(&bytes, VALUE_MAX);
	put_percent(&bytes, value);
	text = charset_string(arena, charset, bytes.data, bytes.len);
	buf_free(&bytes);
	return text;
}

char *
params_get(struct arena *arena, const struct mime_params *params, const char *name)
{
	const char *value = find_suffixed(arena, params, name, "*");

	if (params->n == 0)
		return NULL;
	if (value != NULL)
		return get_extended(arena, value);
	if (find_suffixed(arena, params, name, "*0") != NULL ||
	    find_suffixed(arena, params, name, "*0*") != NULL)
		return get_continued(arena, params, name);
	value = mime_param(params, name);
	return value == NULL ? NULL : header_decode(arena, value, strlen(value));
}
