/* SPDX-License-Identifier: ISC */
/* Reading the trees that the scanner makes.  Worker and watch. */
#include <string.h>
#include <strings.h>

#include "backends/imap/scanner.h"

bool
imap_is(const struct imap_value *value, const char *atom)
{
	return value && value->kind == IMAP_ATOM && strcasecmp(value->text, atom) == 0;
}

const char *
imap_text(const struct imap_value *value)
{
	if (!value || (value->kind != IMAP_ATOM && value->kind != IMAP_STRING))
		return NULL;
	return imap_is(value, "NIL") ? NULL : value->text;
}

bool
imap_number(const struct imap_value *value, uint64_t max, uint64_t *ret_number)
{
	uint64_t number = 0;

	if (!value || value->kind != IMAP_ATOM || value->len == 0 || value->len > 19)
		return false;
	for (size_t i = 0; i < value->len; i++) {
		if (value->text[i] < '0' || value->text[i] > '9')
			return false;
		number = number * 10 + (uint64_t)(value->text[i] - '0');
	}
	if (number > max)
		return false;
	*ret_number = number;
	return true;
}

struct imap_value *
imap_list(const struct imap_value *value)
{
	return value && value->kind == IMAP_LIST ? value->first : NULL;
}

const struct imap_value *
imap_find(const struct imap_value *first, const char *key)
{
	for (const struct imap_value *v = first; v && v->next; v = v->next->next)
		if (imap_is(v, key))
			return v->next;
	return NULL;
}
