/* SPDX-License-Identifier: ISC */
/* Lines are composed on the stack and leave in one write(2): no lock, no buffer, all processes. */
#include "bridge/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bridge/base/date.h"
#include "bridge/base/limits.h"

/* One of the two files. */
struct log_file {
	char *path;
	int fd;
};

static struct {
	struct log_file events;
	struct log_file sync;
	enum log_level level;
} logs = { { NULL, STDERR_FILENO }, { NULL, -1 }, LEVEL_INFO };

static const char *const level_names[] = {
	[LEVEL_ERROR] = "error",
	[LEVEL_WARN] = "warn",
	[LEVEL_INFO] = "info",
	[LEVEL_DEBUG] = "debug",
	[LEVEL_WIRE] = "wire",
};

static int
log_file_open(const char *path)
{
	return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
}

/* Puts fd and path in the place of what was there. */
static void
log_file_set(struct log_file *file, const char *path, int fd)
{
	if (file->fd > STDERR_FILENO)
		close(file->fd);
	free(file->path);
	file->path = path != NULL ? strdup(path) : NULL;
	file->fd = fd;
}

bool
log_open(enum log_target target, const char *path, enum log_level level)
{
	int fd = STDERR_FILENO;

	if (target == LOG_TO_FILE) {
		fd = log_file_open(path);
		if (fd < 0)
			return false;
	}
	log_file_set(&logs.events, target == LOG_TO_FILE ? path : NULL, fd);
	logs.level = level;
	return true;
}

bool
synclog_open(const char *path)
{
	bool is_file = path != NULL && path[0] != '\0';
	int fd = path != NULL ? STDERR_FILENO : -1;

	if (is_file) {
		fd = log_file_open(path);
		if (fd < 0)
			return false;
	}
	log_file_set(&logs.sync, is_file ? path : NULL, fd);
	return true;
}

/* A rotated file is left; dup2 keeps the descriptor's number. */
static bool
log_file_reopen(const struct log_file *file)
{
	int fd;
	bool ok;

	if (file->path == NULL)
		return true;
	fd = log_file_open(file->path);
	if (fd < 0)
		return false;
	ok = dup3(fd, file->fd, O_CLOEXEC) >= 0;
	close(fd);
	return ok;
}

bool
log_reopen(void)
{
	bool events = log_file_reopen(&logs.events);
	bool sync = log_file_reopen(&logs.sync);

	return events && sync;
}

void
log_set_level(enum log_level level)
{
	logs.level = level;
}

enum log_level
log_get_level(void)
{
	return logs.level;
}

bool
log_is_on(enum log_level level)
{
	return level <= logs.level;
}

bool
log_level_parse(const char *text, enum log_level *ret_level)
{
	for (unsigned i = 0; i <= LEVEL_WIRE; i++) {
		if (strcmp(text, level_names[i]) == 0) {
			*ret_level = (enum log_level)i;
			return true;
		}
	}
	return false;
}

/* Nothing sensible can be done about a full disk here: the line is lost. */
static void
log_write(int fd, const char *line, size_t len)
{
	int saved = errno;
	ssize_t done;

	if (fd < 0)
		return;
	do
		done = write(fd, line, len);
	while (done < 0 && errno == EINTR);
	errno = saved;
}

/* Control characters would end the line or drive the reader's terminal. */
static void
log_clean(char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			text[i] = '?';
}

/* Bytes of text before a cut character at its end, so that a cut line is still UTF-8. */
static size_t
log_whole(const char *text, size_t len)
{
	size_t back = 0;

	while (back < 3 && back < len && ((unsigned char)text[len - 1 - back] & 0xc0) == 0x80)
		back++;
	if (back < len && (unsigned char)text[len - 1 - back] >= 0xc0)
		return len - 1 - back;
	return len;
}

/* Start of a line: time, level, id, event.  Returns its length. */
static size_t
log_start(char *line, enum log_level level, const char *id, const char *event)
{
	int64_t ms = now_wall_ms();
	char stamp[DATE_TEXT];
	int len;

	date_print_dashed(ms / 1000, stamp);
	len = snprintf(line, LIMIT_LOG_LINE, "%.19s.%03dZ %s %.64s %.64s", stamp, (int)(ms % 1000),
		level_names[level], id != NULL && id[0] != '\0' ? id : "-", event);
	return len > 0 ? (size_t)len : 0;
}

/* Cleans and ends the line; len may be what snprintf wanted rather than what fitted. */
static void
log_end(char *line, size_t len)
{
	if (len > LIMIT_LOG_LINE - 2)
		len = log_whole(line, LIMIT_LOG_LINE - 2);
	log_clean(line, len);
	line[len++] = '\n';
	log_write(logs.events.fd, line, len);
}

void
log_event(enum log_level level, const char *id, const char *event, const char *format, ...)
{
	int saved = errno;
	char line[LIMIT_LOG_LINE];
	va_list args;
	size_t len;
	int more = 0;

	if (!log_is_on(level))
		return;
	len = log_start(line, level, id, event);
	if (format != NULL) {
		line[len++] = ' ';
		errno = saved;	/* for %m */
		va_start(args, format);
		more = vsnprintf(line + len, sizeof(line) - len, format, args);
		va_end(args);
	}
	log_end(line, len + (more > 0 ? (size_t)more : 0));
	errno = saved;
}

void
log_wire(const char *id, const char *tag, const char *text)
{
	if (!log_is_on(LEVEL_WIRE))
		return;
	while (*text != '\0') {
		size_t len, n = strcspn(text, "\n"), show = n;
		char line[LIMIT_LOG_LINE];
		int more;

		if (show > 0 && text[show - 1] == '\r')
			show--;
		if (show > LIMIT_LOG_LINE)
			show = LIMIT_LOG_LINE;
		len = log_start(line, LEVEL_WIRE, id, "wire");
		more = snprintf(line + len, sizeof(line) - len, " %.64s | %.*s", tag, (int)show,
			text);
		log_end(line, len + (more > 0 ? (size_t)more : 0));
		text += n + (text[n] != '\0');
	}
}

/* A word needs no quotes. */
static bool
log_is_word(const char *value)
{
	if (value[0] == '\0')
		return false;
	for (; *value != '\0'; value++)
		if ((unsigned char)*value <= ' ' || *value == 0x7f ||
			strchr("\"\\=", *value) != NULL)
			return false;
	return true;
}

/* One byte as it appears between quotes; returns its length, at most 4. */
static size_t
log_escape(unsigned char c, char ret_text[4])
{
	static const char digits[] = "0123456789abcdef";

	if (c < 0x20 || c == 0x7f) {
		ret_text[0] = '\\';
		ret_text[1] = 'x';
		ret_text[2] = digits[c >> 4];
		ret_text[3] = digits[c & 15];
		return 4;
	}
	if (c == '"' || c == '\\') {
		ret_text[0] = '\\';
		ret_text[1] = (char)c;
		return 2;
	}
	ret_text[0] = (char)c;
	return 1;
}

const char *
log_quote(const char *value, char *ret_text, size_t size)
{
	size_t len = 0;

	if (value == NULL || size < 8) {
		snprintf(ret_text, size, "-");
		return ret_text;
	}
	if (log_is_word(value) && strlen(value) < size) {
		memcpy(ret_text, value, strlen(value) + 1);
		return ret_text;
	}
	ret_text[len++] = '"';
	for (; *value != '\0'; value++) {
		char escaped[4];
		size_t n = log_escape((unsigned char)*value, escaped);

		if (len + n + 2 > size)
			break;
		memcpy(ret_text + len, escaped, n);
		len += n;
	}
	if (*value != '\0')
		len = log_whole(ret_text, len);
	ret_text[len++] = '"';
	ret_text[len] = '\0';
	return ret_text;
}

void
synclog_line(const char *line)
{
	char text[LIMIT_LOG_LINE];
	size_t len = strlen(line);

	if (logs.sync.fd < 0)
		return;
	if (len > sizeof(text) - 1)
		len = log_whole(line, sizeof(text) - 1);
	memcpy(text, line, len);
	log_clean(text, len);
	text[len] = '\n';
	log_write(logs.sync.fd, text, len + 1);
}
