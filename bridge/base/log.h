/* SPDX-License-Identifier: ISC */
/*
 * The log: one event a line, "time level id event key=value ...", each line one write(2) to a file
 * opened with O_APPEND, so all processes share it.  And sync.log, one line a command, composed by
 * its caller.  No value can break a line: control characters are replaced.  Never pass secrets.
 */
#ifndef BRIDGE_BASE_LOG_H
#define BRIDGE_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

enum log_level {
	LEVEL_ERROR,	/* an administrator must act */
	LEVEL_WARN,	/* something failed, service goes on */
	LEVEL_INFO,	/* one line for what a user did */
	LEVEL_DEBUG,
	LEVEL_WIRE,	/* decoded bodies, secrets masked */
};

enum log_target {
	LOG_TO_STDERR,
	LOG_TO_FILE,
};

/* Before log_open events go to stderr at LEVEL_INFO.  false: errno; the old target stays. */
bool log_open(enum log_target target, const char *path, enum log_level level);

/* After rotation: opens the paths of both logs anew; keeps the old file where that fails.  Safe in
 * a signal handler. */
bool log_reopen(void);

void log_set_level(enum log_level level);
enum log_level log_get_level(void);
bool log_is_on(enum log_level level);

/* "error" .. "wire"; false: no such level. */
bool log_level_parse(const char *text, enum log_level *ret_level);

/*
 * id: request or object the event belongs to, NULL or "" prints "-".  event: one word.  format:
 * "user=%s ms=%d"; text from outside goes through log_quote.  NULL format: no pairs.
 */
void log_event(enum log_level level, const char *id, const char *event, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/*
 * A value made safe: as it is when it is one plain word, else in double quotes with control
 * characters, quotes and backslashes escaped, cut to the size of ret_text.  Returns ret_text.
 * NULL prints "-".
 */
const char *log_quote(const char *value, char *ret_text, size_t size);

/* Text of several lines at LEVEL_WIRE, each as its own event line "... wire tag | text". */
void log_wire(const char *id, const char *tag, const char *text);

/* sync.log; "": standard error, NULL: none.  A line gets its newline here. */
bool synclog_open(const char *path);
void synclog_line(const char *line);

#endif
