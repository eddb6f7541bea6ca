/* SPDX-License-Identifier: ISC */
/* Growable buffer.  The allocation holds skip consumed bytes, then cap bytes and a terminator. */
#include "bridge/base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/base/arena.h"

enum { BUF_FIRST = 256 };

void
buf_init(struct buf *buf, size_t max)
{
	*buf = (struct buf) { .max = max < SIZE_MAX / 4 ? max : SIZE_MAX / 4 };
}

void
buf_init_arena(struct buf *buf, struct arena *arena, size_t max)
{
	buf_init(buf, max);
	buf->arena = arena;
}

void
buf_free(struct buf *buf)
{
	if (buf->arena == NULL && buf->data != NULL)
		free(buf->data - buf->skip);
	*buf = (struct buf) { .max = buf->max, .arena = buf->arena };
}

/* Moves the content to the start of the allocation. */
static void
buf_slide(struct buf *buf)
{
	if (buf->data == NULL || buf->skip == 0)
		return;
	memmove(buf->data - buf->skip, buf->data, buf->len);
	buf->data -= buf->skip;
	buf->cap += buf->skip;
	buf->skip = 0;
}

/* A new allocation for want bytes of content. */
static bool
buf_grow(struct buf *buf, size_t want)
{
	size_t cap = buf->cap * 2 > BUF_FIRST ? buf->cap * 2 : BUF_FIRST;
	uint8_t *data;

	if (cap < want)
		cap = want;
	if (cap > buf->max)
		cap = buf->max;
	buf_slide(buf);
	if (buf->arena != NULL) {
		data = arena_alloc(buf->arena, cap + 1);
		if (buf->data != NULL)
			memcpy(data, buf->data, buf->len);
	} else {
		data = realloc(buf->data, cap + 1);
	}
	if (data == NULL)
		return false;
	buf->data = data;
	buf->cap = cap;
	return true;
}

static bool
buf_has_room(const struct buf *buf, size_t n)
{
	return buf->data != NULL && n <= buf->cap - buf->len;
}

static bool
buf_reserve(struct buf *buf, size_t n)
{
	if (buf->failed)
		return false;
	if (n > buf->max - buf->len) {
		buf->failed = true;
		return false;
	}
	if (buf_has_room(buf, n))
		return true;
	/* sliding pays only when at least half of the allocation is gap: amortised constant */
	if (buf->skip >= buf->len)
		buf_slide(buf);
	if (buf_has_room(buf, n))
		return true;
	if (!buf_grow(buf, buf->len + n))
		buf->failed = true;
	return !buf->failed;
}

bool
buf_put(struct buf *buf, const void *data, size_t n)
{
	if (!buf_reserve(buf, n))
		return false;
	if (n > 0)
		memcpy(buf->data + buf->len, data, n);
	buf->len += n;
	return true;
}

bool
buf_puts(struct buf *buf, const char *text)
{
	return buf_put(buf, text, strlen(text));
}

bool
buf_putc(struct buf *buf, char c)
{
	return buf_put(buf, &c, 1);
}

bool
buf_vprintf(struct buf *buf, const char *format, va_list args)
{
	va_list again;
	int len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (len < 0)
		buf->failed = true;
	if (len < 0 || !buf_reserve(buf, (size_t)len))
		return false;
	vsnprintf((char *)buf->data + buf->len, (size_t)len + 1, format, args);
	buf->len += (size_t)len;
	return true;
}

bool
buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args;
	bool ok;

	va_start(args, format);
	ok = buf_vprintf(buf, format, args);
	va_end(args);
	return ok;
}

uint8_t *
buf_space(struct buf *buf, size_t n)
{
	return buf_reserve(buf, n) ? buf->data + buf->len : NULL;
}

void
buf_grown(struct buf *buf, size_t n)
{
	size_t room = buf->cap - buf->len;

	buf->len += n < room ? n : room;
}

void
buf_reset(struct buf *buf)
{
	buf->len = 0;
	buf->failed = false;
	buf_slide(buf);
}

void
buf_consume(struct buf *buf, size_t n)
{
	if (n > buf->len)
		n = buf->len;
	if (n == 0)
		return;
	buf->data += n;
	buf->skip += n;
	buf->len -= n;
	buf->cap -= n;
	if (buf->len == 0)
		buf_slide(buf);
}

const char *
buf_str(struct buf *buf)
{
	if (buf->data == NULL)
		return "";
	buf->data[buf->len] = '\0';
	return (const char *)buf->data;
}
