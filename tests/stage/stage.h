/* SPDX-License-Identifier: ISC */
/*
 * Plays requests through the worker's whole way (request_parse to command_run)
 * against the server of stage/store.h, with state in memory that can be made to
 * fail.  Requests and answers are the readable text of wbxml/text.h.
 */
#ifndef TESTS_STAGE_STAGE_H
#define TESTS_STAGE_STAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bridge/response.h"

struct ask {
	const char *command, *version, *device; /* NULL: Sync, 14.1, "phone" */
	const char *type;                       /* of the device; NULL: "Test" */
	const char *text;                       /* NULL or "": no body */
	bool rerun;
	int64_t received_ms;                    /* 0: now */
};

/* An answer; valid until the next one but stage_keep of them. */
struct told {
	int http;
	enum verdict verdict;
	int64_t deadline_ms;
	unsigned n_watched;
	bool rp_header;
	size_t len;
	uint8_t *data;
	char *text;      /* one line, "" if empty */
};

void stage_open_state(void);
void stage_close_state(void);

/* Asks; the caller frees with told_free. */
struct told stage_ask(const struct ask *ask);
void told_free(struct told *told);

/* What the state store does wrong: the nth commit or save from now on fails; 0: none. */
void stage_fail_commit(unsigned nth);

/* Formats a text and asks Sync with it. */
struct told stage_sync(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Value of the first element of that name in a printed answer, "" if none; static memory. */
const char *told_value(const struct told *told, const char *element);
unsigned told_count(const struct told *told, const char *element);

#endif
