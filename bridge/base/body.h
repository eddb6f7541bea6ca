/* SPDX-License-Identifier: ISC */
/*
 * A body is memory or a file.  A writer appends and does not care: up to LIMIT_BODY_MEMORY the
 * bytes stay in memory, then they move to an unlinked file in the spool directory, which can
 * travel to another process as a descriptor.  A reader sees the whole content in one piece.
 * Whoever owns the body calls body_close, also when its memory is an arena's: it closes the file.
 */
#ifndef BRIDGE_BASE_BODY_H
#define BRIDGE_BASE_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct arena;

struct body {
	struct arena *arena;	/* memory comes from here; NULL: malloc */
	uint8_t *data;		/* content while in memory */
	size_t len;
	size_t cap;		/* 0: data is borrowed */
	size_t limit;
	int fd;			/* -1: in memory */
	void *map;		/* private mapping made by body_view */
	bool failed;		/* sticky: over the limit, disk full, no memory */
	bool too_big;		/* the failure was the limit */
};

/* Directory of spool files, once at start; without it TMPDIR or /tmp.  Copied. */
void body_spool_dir_set(const char *dir);

/* A fresh file without a name, open for reading and writing, close-on-exec.  -1: errno. */
int body_spool_open(void);

/* limit: most bytes it may ever hold.  arena may be NULL (front). */
void body_init(struct body *body, struct arena *arena, size_t limit);

/* Appends.  false: failed, now or earlier. */
bool body_write(struct body *body, const void *data, size_t n);
bool body_puts(struct body *body, const char *text);

/* A readable body on borrowed bytes, which must outlive it.  Nothing can be appended. */
void body_from_memory(struct body *body, const void *data, size_t len);

/* A readable body on a file of len bytes; the body owns fd from here on. */
void body_from_fd(struct body *body, int fd, size_t len);

size_t body_len(const struct body *body);

/*
 * The whole content in one piece, borrowed until the body is written to or closed.  An empty body
 * gives a valid pointer and 0.  false: the file could not be mapped or is shorter than it claims.
 */
bool body_view(struct body *body, const void **ret_data, size_t *ret_len);

/* As pread(2): bytes read, 0 at the end, -1 with errno. */
ssize_t body_read_at(const struct body *body, size_t offset, void *data, size_t n);

/* The file of a spilled body, now the caller's; the body is empty after that.  -1: in memory. */
int body_take_fd(struct body *body);

/* Moves the content to a file even when small (to send it as a descriptor). */
bool body_spill(struct body *body);

/* Gives back file, mapping and malloc'ed memory.  Safe on a closed body. */
void body_close(struct body *body);

#endif
