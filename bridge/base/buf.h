/* SPDX-License-Identifier: ISC */
/*
 * Growable byte buffer, born with its maximum.  Failure sticks: after one put did not fit (or
 * memory ran out) `failed` stays true, later puts do nothing, and the content up to then stays
 * readable.  So writers put without checks and look at `failed` once.
 * Used in every process; memory is malloc'ed, or from an arena (then nothing needs freeing).
 */
#ifndef BRIDGE_BASE_BUF_H
#define BRIDGE_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

struct buf {
	uint8_t *data;		/* first live byte; NULL while empty and unused */
	size_t len;		/* live bytes */
	size_t cap;		/* bytes usable from data on, the terminator not counted */
	size_t max;		/* len never exceeds this */
	bool failed;
	struct arena *arena;	/* NULL: malloc */
	size_t skip;		/* consumed bytes before data, still in the allocation */
};

/* No allocation happens before the first put. */
void buf_init(struct buf *buf, size_t max);
void buf_init_arena(struct buf *buf, struct arena *arena, size_t max);

/* Gives the memory back (malloc form) and leaves an empty buffer with the same maximum. */
void buf_free(struct buf *buf);

/* All return false when the buffer has failed, now or earlier. */
bool buf_put(struct buf *buf, const void *data, size_t n);
bool buf_puts(struct buf *buf, const char *text);
bool buf_putc(struct buf *buf, char c);
bool buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool buf_vprintf(struct buf *buf, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

/*
 * Room for n more bytes behind the content, for a read() straight into the buffer:
 *	uint8_t *at = buf_space(b, 4096);  if (at) buf_grown(b, (size_t)read(fd, at, 4096));
 * NULL: failed.
 */
uint8_t *buf_space(struct buf *buf, size_t n);
void buf_grown(struct buf *buf, size_t n);

/* Empties it, keeps the memory and forgets the failure. */
void buf_reset(struct buf *buf);

/* Drops n bytes (at most len) from the front; amortised constant time a byte. */
void buf_consume(struct buf *buf, size_t n);

/* The content as a string: terminated behind len, never NULL, borrowed until the next put. */
const char *buf_str(struct buf *buf);

#endif
