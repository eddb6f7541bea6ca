/* SPDX-License-Identifier: ISC */
/*
 * From a line of query and some headers to a request.  Both forms of the query
 * end in the same table of parameters, so nothing behind this file knows which
 * one the phone used ([MS-ASHTTP] 2.2.1.1.1).  Worker.
 */
#include "bridge/request.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "bridge/base/arena.h"
#include "bridge/base/codec.h"
#include "bridge/base/date.h"
#include "bridge/base/limits.h"
#include "bridge/command.h"
#include "bridge/ipc.h"

/* One parameter: its name in the plain form, its tag in the base64 form (-1: none). */
static const struct {
	const char *name;
	int tag;
	size_t member;
} parameters[] = {
	{ "User", 8, offsetof(struct request, query_user) },
	{ "DeviceId", -1, offsetof(struct request, device_id) },
	{ "DeviceType", -1, offsetof(struct request, device_type) },
	{ "AttachmentName", 0, offsetof(struct request, attachment_name) },
	{ "CollectionId", 1, offsetof(struct request, collection_id) },
	{ "ItemId", 3, offsetof(struct request, item_id) },
	{ "LongId", 4, offsetof(struct request, long_id) },
	{ "Occurrence", 6, offsetof(struct request, occurrence) },
};

enum { N_PARAMETERS = sizeof(parameters) / sizeof(parameters[0]), TAG_OPTIONS = 7 };

/* Bits of the Options parameter of the base64 form. */
enum { OPTION_SAVE_IN_SENT = 0x01, OPTION_ACCEPT_MULTIPART = 0x02 };

static const enum version versions[] = {
	EAS_2_5, EAS_12_0, EAS_12_1, EAS_14_0, EAS_14_1, EAS_16_0, EAS_16_1,
};

static enum fault
bad(struct request *request, const char *reason)
{
	request->log.reason = reason;
	return BAD_INPUT;
}

static void
parameter_set(struct request *request, size_t i, const char *value)
{
	*(const char **)(void *)((char *)request + parameters[i].member) = value;
}

static bool
version_parse(const char *text, enum version *ret_version)
{
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		unsigned number = versions[i];
		char name[16];

		snprintf(name, sizeof(name), "%u.%u", number / 10, number % 10);
		if (!strcmp(name, text)) {
			*ret_version = versions[i];
			return true;
		}
	}
	return false;
}

/* --- the plain form: Cmd=Sync&User=... in any order --- */

static enum fault
plain_parameter(struct request *request, char *name, char *value)
{
	size_t len;

	if (!url_decode(value, strlen(value), value, &len) || memchr(value, 0, len))
		return bad(request, "query value does not decode");
	value[len] = 0;
	if (!strcasecmp(name, "Cmd")) {
		request->log.cmd = value;
		request->command = command_by_name(value);
	} else if (!strcasecmp(name, "SaveInSent")) {
		request->save_in_sent = toupper((unsigned char)*value) == 'T';
	}
	for (size_t i = 0; i < N_PARAMETERS; i++)
		if (!strcasecmp(name, parameters[i].name))
			parameter_set(request, i, value);
	return OK;
}

static enum fault
query_plain(struct request *request, char *query)
{
	for (char *next; query; query = next) {
		char *value;
		enum fault fault;

		next = strchr(query, '&');
		if (next)
			*next++ = 0;
		value = strchr(query, '=');
		if (!value)
			continue;
		*value++ = 0;
		fault = plain_parameter(request, query, value);
		if (fault != OK)
			return fault;
	}
	return OK;
}

/* --- the base64 form ([MS-ASHTTP] 2.2.1.1.1.1) --- */

struct octets {
	const uint8_t *at;
	size_t left;
};

/* A length byte and so many bytes.  False: cut. */
static bool
octets_take(struct octets *octets, const uint8_t **ret_data, size_t *ret_len)
{
	size_t len;

	if (!octets->left || octets->left - 1 < (len = octets->at[0]))
		return false;
	*ret_data = octets->at + 1;
	*ret_len = len;
	octets->at += 1 + len;
	octets->left -= 1 + len;
	return true;
}

/* Device ids are text or, from Windows, a GUID: bytes that are no letters and digits become
 * hexadecimal, so that log and state show something readable (R34). */
static const char *
device_id_text(struct arena *arena, const uint8_t *data, size_t len)
{
	char *text;

	for (size_t i = 0; i < len; i++) {
		if (isalnum(data[i]) || data[i] == '-' || data[i] == '_')
			continue;
		text = arena_alloc(arena, 2 * len + 1);
		hex_encode(data, len, text);
		return text;
	}
	return arena_strndup(arena, (const char *)data, len);
}

static bool
octets_policy_key(struct request *request, struct octets *octets)
{
	const uint8_t *key;
	size_t len;

	if (!octets_take(octets, &key, &len) || (len && len != 4))
		return false;
	request->has_policy_key = len == 4;
	if (len)
		request->policy_key = (uint32_t)key[0] | (uint32_t)key[1] << 8 |
		    (uint32_t)key[2] << 16 | (uint32_t)key[3] << 24;
	return true;
}

static bool
octets_parameters(struct request *request, struct octets *octets)
{
	while (octets->left) {
		unsigned tag = *octets->at++;
		const uint8_t *value;
		size_t len;

		octets->left--;
		if (!octets_take(octets, &value, &len))
			return false;
		if (tag == TAG_OPTIONS && len) {
			request->save_in_sent = value[0] & OPTION_SAVE_IN_SENT;
			request->accepts_multipart = value[0] & OPTION_ACCEPT_MULTIPART;
		}
		for (size_t i = 0; i < N_PARAMETERS; i++)
			if (parameters[i].tag == (int)tag && !memchr(value, 0, len))
				parameter_set(request, i, arena_strndup(request->arena,
				    (const char *)value, len));
	}
	return true;
}

static bool
octets_read(struct request *request, struct octets octets)
{
	const uint8_t *value;
	size_t len;

	if (octets.left < 4)
		return false;
	request->version = octets.at[0];
	request->command = command_by_code(octets.at[1]);
	octets.at += 4; /* two bytes of locale follow: answers hold no localised text */
	octets.left -= 4;
	if (!octets_take(&octets, &value, &len) || !len)
		return false;
	request->device_id = device_id_text(request->arena, value, len);
	if (!octets_policy_key(request, &octets) || !octets_take(&octets, &value, &len))
		return false;
	request->device_type = arena_strndup(request->arena, (const char *)value, len);
	return octets_parameters(request, &octets);
}

static enum fault
query_base64(struct request *request, char *query)
{
	size_t len = strlen(query), n;
	uint8_t *data = arena_alloc(request->arena, len + 4);

	request->is_base64 = true;
	if (!url_decode(query, len, query, &len))
		return bad(request, "query does not decode");
	for (size_t i = 0; i < len; i++)
		if (query[i] == ' ') /* a literal plus, taken for a blank on the way */
			query[i] = '+';
	if (!base64_decode(query, len, data, &n) ||
	    !octets_read(request, (struct octets){ data, n }))
		return bad(request, "base64 query malformed");
	return OK;
}

static enum fault
query_parse(struct request *request, const char *target)
{
	const char *query = strchr(target, '?');
	char *copy;

	if (!query || !query[1])
		return OK;
	if (strlen(query) > LIMIT_HTTP_TARGET)
		return bad(request, "query too long");
	copy = arena_strdup(request->arena, query + 1);
	/* "Cmd=" or any parameter; base64 has '=' only as padding at its end */
	if (strchr(copy, '=') && strchr(copy, '=')[strspn(strchr(copy, '='), "=")])
		return query_plain(request, copy);
	if (strcasestr(copy, "Cmd="))
		return query_plain(request, copy);
	return query_base64(request, copy);
}

/* --- headers --- */

static enum fault
version_from_header(struct request *request, const struct ipc_request *ipc)
{
	if (request->is_base64)
		return OK;
	if (!*ipc->version)
		return OK; /* OPTIONS has none; command_run refuses the others */
	if (!version_parse(ipc->version, &request->version))
		return bad(request, "MS-ASProtocolVersion unknown");
	return OK;
}

static enum fault
policy_key_from_header(struct request *request, const struct ipc_request *ipc)
{
	int64_t key;

	if (request->is_base64 || !*ipc->policy_key)
		return OK;
	request->has_policy_key = true;
	if (number_parse(ipc->policy_key, 0, UINT32_MAX, &key))
		request->policy_key = (uint32_t)key;
	return OK; /* an unreadable key is a wrong key, no error (R25) */
}

/* The key of all state: letters folded, length capped (R34); odd characters pass. */
static enum fault
device_fold(struct request *request)
{
	char *id;

	if (!request->device_id || !*request->device_id)
		return OK;
	id = arena_strndup(request->arena, request->device_id, LIMIT_DEVICE_ID);
	for (char *at = id; *at; at++) {
		if ((unsigned char)*at < ' ' || *at == 0x7f || *at == '/')
			return bad(request, "DeviceId has control characters or slashes");
		*at = (char)tolower((unsigned char)*at);
	}
	request->device_id = id;
	request->log.device = id;
	return OK;
}

static void
headers_read(struct request *request, const struct ipc_request *ipc)
{
	request->content_type = ipc->content_type;
	request->user_agent = ipc->user_agent;
	request->accepts_gzip = strcasestr(ipc->accept_encoding, "gzip") != NULL;
	if (!request->is_base64)
		request->accepts_multipart =
		    toupper((unsigned char)*ipc->accept_multipart) == 'T';
	request->rerun = ipc->rerun;
	request->received_ms = (int64_t)ipc->received_ms;
	request->log.bytes_in = (int64_t)ipc->body_len;
	request->log.type = request->device_type;
	request->log.version = request->version ? arena_printf(request->arena, "%d.%d",
	    request->version / 10, request->version % 10) : NULL;
	if (request->command)
		request->log.cmd = request->command->name;
}

enum fault
request_parse(const struct ipc_request *ipc, struct arena *arena, struct request *ret_request)
{
	struct request *request = ret_request;
	enum fault fault;

	*request = (struct request){ .arena = arena, .id = ipc->id, .ipc = ipc };
	request->log.id = ipc->id;
	request->log.status = 0;
	fault = query_parse(request, ipc->target);
	if (fault == OK)
		fault = version_from_header(request, ipc);
	if (fault == OK)
		fault = policy_key_from_header(request, ipc);
	if (fault == OK)
		fault = device_fold(request);
	headers_read(request, ipc);
	return fault;
}

static void *
reader_alloc(void *arena, size_t size)
{
	return arena_alloc(arena, size);
}

enum fault
request_reader(struct request *request, struct reader *ret_reader, bool *ret_has_body)
{
	const void *data;
	size_t len;
	enum reader_fault fault;

	*ret_has_body = body_len(&request->body) > 0;
	if (!*ret_has_body)
		return OK;
	if (!body_view(&request->body, &data, &len))
		return TRY_LATER;
	fault = wbxml_check(data, len);
	if (fault != READER_OK) {
		request->log.reason = arena_printf(request->arena, "WBXML %s",
		    reader_fault_name(fault));
		return BAD_INPUT;
	}
	reader_init(ret_reader, data, len,
	    (struct reader_memory){ reader_alloc, request->arena });
	return OK;
}

int64_t
request_age_ms(const struct request *request)
{
	return now_ms() - request->received_ms;
}
