/* SPDX-License-Identifier: ISC */
/*
 * Writer of sync.log lines: "2026-01-05T10:00:00.123Z id=... user=... ...".  The order of the
 * fields is a promise (easbridge-sync.log(5)): new ones go to the end.
 */
#include "bridge/synclog.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>

#include "bridge/base/buf.h"
#include "bridge/base/date.h"
#include "bridge/base/limits.h"
#include "bridge/base/log.h"

enum kind { TEXT, CODE, NUMBER, EXTRA };

/* width: most bytes of a text, quotes included; together they fit in LIMIT_LOG_LINE. */
static const struct field {
	const char *name;
	enum kind kind;
	size_t offset;
	size_t width;
} fields[] = {
	{ "id", TEXT, offsetof(struct synclog, id), 32 },
	{ "user", TEXT, offsetof(struct synclog, user), LIMIT_USER + 32 },
	{ "device", TEXT, offsetof(struct synclog, device), LIMIT_DEVICE_ID + 32 },
	{ "type", TEXT, offsetof(struct synclog, type), LIMIT_DEVICE_TYPE + 32 },
	{ "version", TEXT, offsetof(struct synclog, version), 16 },
	{ "cmd", TEXT, offsetof(struct synclog, cmd), 48 },
	{ "collections", TEXT, offsetof(struct synclog, collections), 1024 },
	{ "in", TEXT, offsetof(struct synclog, in), 256 },
	{ "out", TEXT, offsetof(struct synclog, out), 256 },
	{ "status", CODE, offsetof(struct synclog, status), 0 },
	{ "http", CODE, offsetof(struct synclog, http), 0 },
	{ "ms", NUMBER, offsetof(struct synclog, ms), 0 },
	{ "up_ms", NUMBER, offsetof(struct synclog, up_ms), 0 },
	{ "bytes_in", NUMBER, offsetof(struct synclog, bytes_in), 0 },
	{ "bytes_out", NUMBER, offsetof(struct synclog, bytes_out), 0 },
	{ "reason", TEXT, offsetof(struct synclog, reason), 512 },
	{ "event", EXTRA, offsetof(struct synclog, event), 32 },
	{ "peer", EXTRA, offsetof(struct synclog, peer), 64 },
};

static void
field_put_text(struct buf *out, const struct field *field, const char *text)
{
	char quoted[1024];

	if (!text || !*text) {
		if (field->kind != EXTRA)
			buf_printf(out, " %s=-", field->name);
		return;
	}
	buf_printf(out, " %s=%s", field->name, log_quote(text, quoted, field->width));
}

static void
field_put_number(struct buf *out, const struct field *field, int64_t value)
{
	bool known = field->kind == CODE ? value > 0 : value >= 0;

	if (known)
		buf_printf(out, " %s=%" PRId64, field->name, value);
	else
		buf_printf(out, " %s=-", field->name);
}

static void
field_put(struct buf *out, const struct field *field, const struct synclog *line)
{
	const char *at = (const char *)line + field->offset;

	switch (field->kind) {
	case TEXT:
	case EXTRA:
		field_put_text(out, field, *(const char *const *)(const void *)at);
		break;
	case CODE:
		field_put_number(out, field, *(const int *)(const void *)at);
		break;
	case NUMBER:
		field_put_number(out, field, *(const int64_t *)(const void *)at);
		break;
	}
}

static void
stamp_put(struct buf *out)
{
	int64_t now = now_wall_ms();
	struct date_parts at;

	date_to_parts(now / 1000, &at);
	buf_printf(out, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", at.year, at.month, at.day, at.hour,
	    at.minute, at.second, (int)(now % 1000));
}

void
synclog_write(const struct synclog *line)
{
	struct buf out;

	buf_init(&out, LIMIT_LOG_LINE);
	stamp_put(&out);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		field_put(&out, &fields[i], line);
	synclog_line(buf_str(&out));
	buf_free(&out);
}
