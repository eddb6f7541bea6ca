/* SPDX-License-Identifier: ISC */
/*
 * An IMAP server of a few fixed answers in a child process, for tests of what honest servers do not
 * say.  It serves one connection after the other and writes down what clients sent.
 */
#ifndef TESTS_HELPER_IMAP_SCRIPT_H
#define TESTS_HELPER_IMAP_SCRIPT_H

#include <stdint.h>
#include <sys/types.h>

/* The first row whose word is in the line answers it; '$' in the reply is the line's tag.  "!close"
 * as reply ends the connection, "!hang" says nothing.  No row: "$ OK done". */
struct script_row {
	const char *word, *reply;
};

struct script {
	const char *greeting;		/* NULL: none */
	const struct script_row *rows;	/* word NULL ends */
	/* filled in by script_start */
	pid_t child;
	uint16_t port;
	char log[64];			/* file of what came, removed by script_stop */
};

void script_start(struct script *script);
void script_stop(struct script *script);

/* What clients have sent so far; static memory. */
const char *script_heard(const struct script *script);

#endif
