/* SPDX-License-Identifier: ISC */
/* One function a form, and the table that names them. */
#include "tests/player/form.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/base/codec.h"
#include "tests/player/node.h"

/* "1..64": both ends; a single number stands for both */
static void read_bounds(const char *text, unsigned long long *ret_min, unsigned long long *ret_max)
{
	char *end;

	*ret_min = strtoull(text, &end, 10);
	*ret_max = strncmp(end, "..", 2) == 0 ? strtoull(end + 2, NULL, 10) : *ret_min;
	if (*text == '\0')
		*ret_max = ~0ULL;
}

static bool is_none(const char *bounds, const struct node *node)
{
	(void)bounds;
	return node->text == NULL;
}

static bool is_text(const char *bounds, const struct node *node)
{
	unsigned long long min, max, n = 0;

	read_bounds(bounds, &min, &max);
	for (size_t i = 0; i < node->len; i++)
		n += (node->text[i] & 0xc0) != 0x80;
	return !node->opaque && n >= min && n <= max;
}

static bool is_int(const char *bounds, const struct node *node)
{
	unsigned long long min, max;
	int64_t value;

	read_bounds(bounds, &min, &max);
	return node->text != NULL && (node->len == 1 || node->text[0] != '0')
		&& number_parse(node->text, (int64_t)min, (int64_t)max, &value);
}

static bool is_one_of(const char *words, const struct node *node)
{
	const char *at = words + strlen("of ");

	while (node->text != NULL && *at != '\0') {
		size_t len = strcspn(at, " ");

		if (len == node->len && memcmp(at, node->text, len) == 0)
			return true;
		at += len + (at[len] == ' ');
	}
	return false;
}

/* 0 in the mask is a digit, all else stands for itself */
static bool has_shape(const struct node *node, const char *mask)
{
	if (node->text == NULL || node->len != strlen(mask))
		return false;
	for (size_t i = 0; i < node->len; i++) {
		bool digit = isdigit((unsigned char)node->text[i]);

		if (mask[i] == '0' ? !digit : mask[i] != node->text[i])
			return false;
	}
	return true;
}

static bool in_range(const char *digits, int n, int min, int max)
{
	int value = 0;

	for (int i = 0; i < n; i++)
		value = value * 10 + (digits[i] - '0');
	return value >= min && value <= max;
}

static bool is_date(const char *d, const int at[5])
{
	return in_range(d + at[0], 2, 1, 12) && in_range(d + at[1], 2, 1, 31)
		&& in_range(d + at[2], 2, 0, 23) && in_range(d + at[3], 2, 0, 59)
		&& in_range(d + at[4], 2, 0, 59);
}

/* Always with milliseconds: HTC phones crash without (R66). */
static bool is_dashed(const char *bounds, const struct node *node)
{
	static const int at[5] = {5, 8, 11, 14, 17};

	(void)bounds;
	return has_shape(node, "0000-00-00T00:00:00.000Z") && is_date(node->text, at);
}

static bool is_compact(const char *bounds, const struct node *node)
{
	static const int at[5] = {4, 6, 9, 11, 13};

	(void)bounds;
	return has_shape(node, "00000000T000000Z") && is_date(node->text, at);
}

/* Decoded size, or -1. */
static long base64_len(const struct node *node)
{
	size_t pad = 0;

	if (node->text == NULL || node->len % 4 != 0)
		return -1;
	for (size_t i = 0; i < node->len; i++) {
		unsigned char c = (unsigned char)node->text[i];

		if (c == '=' && i + 2 >= node->len)
			pad++;
		else if (pad > 0 || (!isalnum(c) && c != '+' && c != '/'))
			return -1;
	}
	return (long)(node->len / 4 * 3 - pad);
}

static bool is_base64(const char *bounds, const struct node *node)
{
	(void)bounds;
	return base64_len(node) >= 0;
}

static bool is_size(const char *bounds, const struct node *node)
{
	return base64_len(node) == strtol(bounds, NULL, 10);
}

static bool is_opaque(const char *bounds, const struct node *node)
{
	unsigned long long min, max;

	read_bounds(bounds, &min, &max);
	return node->opaque && node->len >= min && node->len <= max;
}

static bool is_range(const char *bounds, const struct node *node)
{
	char *end;
	unsigned long first, last;

	(void)bounds;
	if (node->text == NULL || !isdigit((unsigned char)node->text[0]))
		return false;
	first = strtoul(node->text, &end, 10);
	if (*end != '-' || !isdigit((unsigned char)end[1]))
		return false;
	last = strtoul(end + 1, &end, 10);
	return *end == '\0' && last >= first;
}

static const struct {
	const char *word;
	bool (*fits)(const char *rest, const struct node *node);
} forms[] = {
	{"none", is_none}, {"text", is_text}, {"int", is_int}, {"one", is_one_of},
	{"dashed", is_dashed}, {"compact", is_compact}, {"base64", is_base64},
	{"size", is_size}, {"opaque", is_opaque}, {"range", is_range},
};

bool form_fits(const char *form, const struct node *node)
{
	size_t len = strcspn(form, " ");
	const char *rest = form + len + (form[len] == ' ');

	if (node->first != NULL)
		return false;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (strlen(forms[i].word) == len && memcmp(forms[i].word, form, len) == 0)
			return forms[i].fits(rest, node);
	return false;
}
