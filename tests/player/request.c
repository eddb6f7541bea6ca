/* SPDX-License-Identifier: ISC */
/*
 * Request building.  Defaults come from the phone, then what a transcript says replaces them; a
 * header line of the transcript removes the default of the same name.
 */
#include "tests/player/request.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "bridge/base/codec.h"
#include "tests/player/flavour.h"
#include "tests/player/node.h"
#include "tests/player/phone.h"

/* [MS-ASHTTP] 2.2.1.1.1.1.2; commands without a code have the plain form only */
static const char *const codes[] = {
	"Sync", "SendMail", "SmartForward", "SmartReply", "GetAttachment", NULL, NULL, NULL, NULL,
	"FolderSync", "FolderCreate", "FolderDelete", "FolderUpdate", "MoveItems",
	"GetItemEstimate", "MeetingResponse", "Search", "Settings", "Ping", "ItemOperations",
	"Provision", "ResolveRecipients", "ValidateCert", "Find",
};

struct draft {
	const struct phone *phone;
	const struct sending *sending;
	unsigned version;
	struct buf *out;
};

static bool is_replaced(const struct draft *d, const char *name)
{
	const char *at = d->sending->headers;
	size_t len = strlen(name);

	for (; at != NULL && *at != '\0'; at += strcspn(at, "\n"), at += *at == '\n')
		if (strncasecmp(at, name, len) == 0 && at[len] == ':')
			return true;
	return false;
}

static void put_header(struct draft *d, const char *name, const char *value)
{
	if (value != NULL && !is_replaced(d, name))
		buf_printf(d->out, "%s: %s\r\n", name, value);
}

/* The transcript's own lines; "Name:" without a value only removed a default. */
static void put_own_headers(struct draft *d)
{
	const char *at = d->sending->headers;

	while (at != NULL && *at != '\0') {
		size_t len = strcspn(at, "\r\n");

		if (at[len - 1] != ':') {
			buf_put(d->out, at, len);
			buf_puts(d->out, "\r\n");
		}
		at += strcspn(at, "\n");
		at += *at == '\n';
	}
}

static void put_plain_query(struct draft *d)
{
	const struct phone *phone = d->phone;
	struct buf *out = d->out;
	bool last = phone->flavour->query == QUERY_CMD_LAST;

	if (!last)
		buf_printf(out, "Cmd=%s&", d->sending->command);
	buf_puts(out, "User=");
	url_encode(d->sending->user ? d->sending->user : phone->user, out);
	buf_puts(out, "&DeviceId=");
	url_encode(phone->device_id, out);
	buf_puts(out, "&DeviceType=");
	url_encode(phone->device_type, out);
	if (last)
		buf_printf(out, "&Cmd=%s", d->sending->command);
	if (d->sending->query != NULL)
		buf_printf(out, "&%s", d->sending->query);
}

static void put_bytes(struct buf *out, const char *bytes, size_t len)
{
	buf_putc(out, (char)len);
	buf_put(out, bytes, len);
}

static void put_device(const struct draft *d, struct buf *raw)
{
	const char *id = d->phone->device_id;
	size_t len = strlen(id);
	char bytes[64];

	if (len <= 64 && len % 2 == 0 && hex_decode(id, len, bytes))
		put_bytes(raw, bytes, len / 2);
	else
		put_bytes(raw, id, len);
}

/* "T=name" parameters of the base64 form: query "CollectionId=5&ItemId=5:1" */
static void put_parameters(const char *query, struct buf *raw)
{
	static const char *const tags[] = {
		"AttachmentName", "CollectionId", "CollectionName", "ItemId", "LongId", "ParentId",
		"Occurrence", "Options", "User",
	};

	while (query != NULL && *query != '\0') {
		size_t name = strcspn(query, "=");
		size_t len = strcspn(query, "&");

		for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]) && name < len; i++)
			if (strlen(tags[i]) == name && strncmp(query, tags[i], name) == 0) {
				buf_putc(raw, (char)i);
				if (i == 7) {
					buf_putc(raw, 1);
					buf_putc(raw, (char)strtol(query + name + 1, NULL, 10));
				} else {
					put_bytes(raw, query + name + 1, len - name - 1);
				}
			}
		if (name + 2 == len && strncmp(query, "SaveInSent=T", len) == 0)
			buf_put(raw, "\x07\x01\x01", 3);
		query += len + (query[len] == '&');
	}
}

static void put_base64_query(struct draft *d)
{
	struct buf raw;
	char *text;
	unsigned code = 0;
	unsigned long key = d->phone->policy_key ? strtoul(d->phone->policy_key, NULL, 10) : 0;

	while (code < sizeof(codes) / sizeof(codes[0])
	       && (codes[code] == NULL || strcmp(codes[code], d->sending->command) != 0))
		code++;
	buf_init_arena(&raw, d->phone->arena, 4096);
	buf_putc(&raw, (char)d->version);
	buf_putc(&raw, (char)code);
	buf_put(&raw, "\x07\x04", 2);
	put_device(d, &raw);
	if (d->phone->policy_key == NULL)
		buf_putc(&raw, 0);
	else
		put_bytes(&raw, (char[]){(char)key, (char)(key >> 8), (char)(key >> 16),
					 (char)(key >> 24)}, 4);
	put_bytes(&raw, d->phone->device_type, strlen(d->phone->device_type));
	put_parameters(d->sending->query, &raw);
	text = arena_alloc(d->phone->arena, base64_size(raw.len) + 1);
	base64_encode(raw.data, raw.len, text);
	buf_puts(d->out, text);
}

static char *to_latin1(struct arena *arena, const char *text)
{
	char *out = arena_strdup(arena, text);
	char *to = out;

	for (; *text != '\0'; text++) {
		if ((*text & 0xfc) == 0xc0 && (text[1] & 0xc0) == 0x80) {
			*to++ = (char)((*text & 0x03) << 6 | (text[1] & 0x3f));
			text++;
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
	return out;
}

static void put_authorization(struct draft *d)
{
	const char *user = d->sending->user ? d->sending->user : d->phone->user;
	const char *password = d->sending->password ? d->sending->password : d->phone->password;
	char *pair = arena_printf(d->phone->arena, "%s:%s", user, password);
	char *text;

	if (d->sending->no_auth)
		return;
	if (d->phone->habits & HABIT_LATIN1)
		pair = to_latin1(d->phone->arena, pair);
	text = arena_alloc(d->phone->arena, base64_size(strlen(pair)) + 1);
	base64_encode(pair, strlen(pair), text);
	put_header(d, "Authorization", arena_printf(d->phone->arena, "Basic %s", text));
}

static void put_policy_key(struct draft *d)
{
	const struct phone *phone = d->phone;

	if (phone->base64 || phone->policy_key == NULL || phone->habits & HABIT_NO_KEY)
		return;
	if (phone->habits & HABIT_NO_PING_KEY && strcmp(d->sending->command, "Ping") == 0)
		return;
	put_header(d, "X-MS-PolicyKey", phone->policy_key);
}

static void put_body(struct draft *d, const char *body, size_t len)
{
	if (!d->sending->chunked) {
		buf_put(d->out, body, len);
		return;
	}
	while (len > 0) { /* two pieces at least, so that joining them is tested */
		size_t piece = len > 1 ? (len + 1) / 2 : len;

		buf_printf(d->out, "%zx\r\n", piece);
		buf_put(d->out, body, piece);
		buf_puts(d->out, "\r\n");
		body += piece;
		len -= piece;
	}
	buf_puts(d->out, "0\r\n\r\n");
}

static void put_request_line(struct draft *d)
{
	const struct sending *s = d->sending;

	buf_printf(d->out, "%s %s", s->method ? s->method : "POST",
		   s->path ? s->path : "/Microsoft-Server-ActiveSync");
	if (s->raw_query != NULL) {
		buf_printf(d->out, "%s%s", *s->raw_query ? "?" : "", s->raw_query);
	} else if (s->command != NULL) {
		buf_putc(d->out, '?');
		if (d->phone->base64)
			put_base64_query(d);
		else
			put_plain_query(d);
	}
	buf_printf(d->out, " HTTP/1.1\r\n");
}

static const char *content_type(const struct draft *d)
{
	if (d->sending->content_type != NULL)
		return d->sending->content_type;
	return d->phone->habits & HABIT_SHORT_TYPE ? "application/vnd.ms-sync"
		: "application/vnd.ms-sync.wbxml";
}

void request_build(const struct phone *phone, const struct sending *s, struct buf *out)
{
	struct draft d = {phone, s, s->version ? s->version : phone->version, out};
	struct buf wbxml;
	const char *body = s->bytes;
	size_t len = s->len;

	if (s->document != NULL) {
		buf_init_arena(&wbxml, phone->arena, 256 << 20);
		node_encode(&wbxml, s->document);
		body = (const char *)wbxml.data;
		len = wbxml.len;
	}
	put_request_line(&d);
	put_header(&d, "Host", arena_printf(phone->arena, "%s:%u", phone->target.host,
					    phone->target.port));
	put_authorization(&d);
	put_header(&d, "User-Agent", phone->flavour->user_agent);
	if (s->command != NULL && !phone->base64)
		put_header(&d, "MS-ASProtocolVersion", version_text(d.version));
	if (s->command != NULL)
		put_policy_key(&d);
	if (phone->habits & HABIT_GZIP)
		put_header(&d, "Accept-Encoding", "gzip, deflate, br");
	buf_puts(out, phone->flavour->headers);
	if (body != NULL)
		put_header(&d, "Content-Type", content_type(&d));
	if (s->chunked)
		put_header(&d, "Transfer-Encoding", "chunked");
	else
		put_header(&d, "Content-Length", arena_printf(phone->arena, "%zu", len));
	put_own_headers(&d);
	buf_puts(out, "\r\n");
	if (body != NULL)
		put_body(&d, body, len);
}
