/* SPDX-License-Identifier: ISC */
/* Memory first, then an unlinked spool file; reading maps the file privately. */
#include "bridge/base/body.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bridge/base/arena.h"
#include "bridge/base/limits.h"
#include "bridge/base/proc.h"

enum { BODY_FIRST = 1024 };

/* set once at start, before any body exists */
static char spool_dir[4096];

void
body_spool_dir_set(const char *dir)
{
	snprintf(spool_dir, sizeof(spool_dir), "%s", dir);
}

static const char *
spool_dir_get(void)
{
	const char *tmp = getenv("TMPDIR");

	if (spool_dir[0] != '\0')
		return spool_dir;
	return tmp != NULL && tmp[0] == '/' ? tmp : "/tmp";
}

int
body_spool_open(void)
{
	char path[sizeof(spool_dir) + 32];
	int fd = open(spool_dir_get(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0)
		return fd;
	/* file systems without O_TMPFILE */
	snprintf(path, sizeof(path), "%s/easbridge-XXXXXX", spool_dir_get());
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

void
body_init(struct body *body, struct arena *arena, size_t limit)
{
	*body = (struct body) { .arena = arena, .limit = limit, .fd = -1 };
}

void
body_from_memory(struct body *body, const void *data, size_t len)
{
	*body = (struct body) { .len = len, .limit = len, .fd = -1 };
	body->data = (uint8_t *)(uintptr_t)data;
}

void
body_from_fd(struct body *body, int fd, size_t len)
{
	*body = (struct body) { .len = len, .limit = len, .fd = fd };
}

static bool
body_fail(struct body *body)
{
	body->failed = true;
	return false;
}

static void
body_memory_drop(struct body *body)
{
	if (body->arena == NULL && body->cap > 0)
		free(body->data);
	body->data = NULL;
	body->cap = 0;
}

static void
body_unmap(struct body *body)
{
	if (body->map != NULL)
		munmap(body->map, body->len);
	body->map = NULL;
}

bool
body_spill(struct body *body)
{
	if (body->failed || body->fd >= 0)
		return !body->failed;
	body->fd = body_spool_open();
	if (body->fd < 0 || !proc_write_all(body->fd, body->data, body->len))
		return body_fail(body);
	body_memory_drop(body);
	return true;
}

static bool
body_grow(struct body *body, size_t want)
{
	size_t cap = body->cap * 2 > BODY_FIRST ? body->cap * 2 : BODY_FIRST;
	uint8_t *data;

	if (cap < want)
		cap = want;
	if (body->arena != NULL) {
		data = arena_alloc(body->arena, cap);
		if (body->len > 0)
			memcpy(data, body->data, body->len);
	} else {
		data = realloc(body->data, cap);
	}
	if (data == NULL)
		return body_fail(body);
	body->data = data;
	body->cap = cap;
	return true;
}

/* The position of a file that was read or passed on is anywhere, so each write says where. */
static bool
body_write_file(struct body *body, const void *data, size_t n)
{
	const uint8_t *bytes = data;

	body_unmap(body);
	while (n > 0) {
		ssize_t done = pwrite(body->fd, bytes, n, (off_t)body->len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return body_fail(body);
		bytes += done;
		n -= (size_t)done;
		body->len += (size_t)done;
	}
	return true;
}

bool
body_write(struct body *body, const void *data, size_t n)
{
	if (body->failed)
		return false;
	if (n > body->limit - body->len) {
		body->too_big = true;
		return body_fail(body);
	}
	if (body->fd < 0 && body->len + n > LIMIT_BODY_MEMORY && !body_spill(body))
		return false;
	if (body->fd >= 0)
		return body_write_file(body, data, n);
	if (body->len + n > body->cap && !body_grow(body, body->len + n))
		return false;
	if (n > 0)
		memcpy(body->data + body->len, data, n);
	body->len += n;
	return true;
}

bool
body_puts(struct body *body, const char *text)
{
	return body_write(body, text, strlen(text));
}

size_t
body_len(const struct body *body)
{
	return body->len;
}

/* A mapping beyond the end of the file would be SIGBUS, so the size is asked first. */
static bool
body_map(struct body *body)
{
	struct stat st;
	void *map;

	if (fstat(body->fd, &st) != 0 || st.st_size < 0 || (uintmax_t)st.st_size < body->len)
		return false;
	map = mmap(NULL, body->len, PROT_READ | PROT_WRITE, MAP_PRIVATE, body->fd, 0);
	if (map == MAP_FAILED)
		return false;
	body->map = map;
	return true;
}

bool
body_view(struct body *body, const void **ret_data, size_t *ret_len)
{
	const void *data = body->data;

	if (body->fd >= 0 && body->len > 0) {
		if (body->map == NULL && !body_map(body))
			return false;
		data = body->map;
	}
	*ret_data = data != NULL ? data : "";
	*ret_len = body->len;
	return true;
}

ssize_t
body_read_at(const struct body *body, size_t offset, void *data, size_t n)
{
	size_t left = offset < body->len ? body->len - offset : 0;

	if (n > left)
		n = left;
	if (n == 0)
		return 0;
	if (body->fd >= 0) {
		ssize_t got;

		do
			got = pread(body->fd, data, n, (off_t)offset);
		while (got < 0 && errno == EINTR);
		return got;
	}
	memcpy(data, body->data + offset, n);
	return (ssize_t)n;
}

int
body_take_fd(struct body *body)
{
	int fd = body->fd;

	if (fd < 0)
		return -1;
	body_unmap(body);
	body->fd = -1;
	body->len = 0;
	return fd;
}

void
body_close(struct body *body)
{
	body_unmap(body);
	if (body->fd >= 0)
		close(body->fd);
	body_memory_drop(body);
	body->fd = -1;
	body->len = 0;
	body->limit = 0;
}
