/* SPDX-License-Identifier: ISC */
/* Stamps of IMAP folders, printed and parsed.  Worker and watch. */
#include "backends/imap/stamp.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "backends/imap/scanner.h"
#include "bridge/store.h"

void
stamp_print(const struct imap_state *state, struct stamp *ret_stamp)
{
	char *text = (char *)ret_stamp->bytes;
	size_t size = sizeof(ret_stamp->bytes);
	int n;

	memset(ret_stamp, 0, sizeof(*ret_stamp));
	if (state->modseq)
		n = snprintf(text, size, "v%u n%u c%u m%" PRIu64, state->uidvalidity,
		    state->uidnext, state->messages, state->modseq);
	else
		n = snprintf(text, size, "v%u n%u c%u u%u", state->uidvalidity,
		    state->uidnext, state->messages, state->unseen);
	ret_stamp->len = (uint8_t)n;
}

/* " n123": the head, then a number within max; *text moves behind it. */
static bool
field_parse(const char **text, const char *head, uint64_t max, uint64_t *ret_value)
{
	size_t n = strlen(head);
	const char *t = *text + n;
	uint64_t value = 0;

	if (strncmp(*text, head, n) != 0 || *t < '0' || *t > '9')
		return false;
	for (; *t >= '0' && *t <= '9'; t++) {
		if (value > (max - (uint64_t)(*t - '0')) / 10)
			return false;
		value = value * 10 + (uint64_t)(*t - '0');
	}
	*text = t;
	*ret_value = value;
	return true;
}

bool
stamp_parse(const struct stamp *stamp, struct imap_state *ret_state)
{
	char copy[sizeof(stamp->bytes) + 1] = "";
	const char *text = copy;
	uint64_t v, n, c, last;

	if (stamp->len == 0 || stamp->len > sizeof(stamp->bytes))
		return false;
	memcpy(copy, stamp->bytes, stamp->len);
	if (!field_parse(&text, "v", UINT32_MAX, &v) ||
	    !field_parse(&text, " n", UINT32_MAX, &n) || !field_parse(&text, " c", UINT32_MAX, &c))
		return false;
	struct imap_state state = { .uidvalidity = (uint32_t)v, .uidnext = (uint32_t)n,
		.messages = (uint32_t)c };
	if (field_parse(&text, " m", INT64_MAX, &last))
		state.modseq = last;
	else if (field_parse(&text, " u", UINT32_MAX, &last))
		state.unseen = (uint32_t)last;
	else
		return false;
	if (*text)
		return false;
	*ret_state = state;
	return true;
}

bool
stamp_from_status(const struct imap_response *response, const char **ret_mailbox,
    struct imap_state *ret_state)
{
	struct imap_state state = { 0 };
	const struct imap_value *items;
	uint64_t n;

	if (response->type != IMAP_UNTAGGED || strcmp(response->word, "STATUS") != 0 ||
	    !response->values || !imap_text(response->values))
		return false;
	items = imap_list(response->values->next);
	if (imap_number(imap_find(items, "UIDVALIDITY"), UINT32_MAX, &n))
		state.uidvalidity = (uint32_t)n;
	if (imap_number(imap_find(items, "UIDNEXT"), UINT32_MAX, &n))
		state.uidnext = (uint32_t)n;
	if (imap_number(imap_find(items, "UNSEEN"), UINT32_MAX, &n))
		state.unseen = (uint32_t)n;
	if (imap_number(imap_find(items, "HIGHESTMODSEQ"), INT64_MAX, &n))
		state.modseq = n;
	if (!imap_number(imap_find(items, "MESSAGES"), UINT32_MAX, &n) || !state.uidvalidity)
		return false;
	state.messages = (uint32_t)n;
	*ret_mailbox = response->values->text;
	*ret_state = state;
	return true;
}
