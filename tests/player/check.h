/* SPDX-License-Identifier: ISC */
/*
 * The checker: is this answer one that every phone can take?  Structure by the table schema.def
 * (allowed elements, parent, order, number, text form, by version), then the rules that no
 * table says: what phones of the field crash on, loop on or misread (eas/clients.md).
 */
#ifndef TESTS_PLAYER_CHECK_H
#define TESTS_PLAYER_CHECK_H

#include <stdbool.h>
#include <stddef.h>

struct answer;
struct arena;
struct node;

struct check {
	struct arena *arena;
	const char *command;	/* "Sync"; "" for OPTIONS and other things */
	unsigned version;	/* times ten */
	const struct node *asked;	/* the request; NULL: none or no WBXML */
	const struct answer *answer;
	unsigned n_parts;	/* multipart: parts, the first being the document */
	const size_t *part_len;
	const char *reason;	/* set when it fails */
};

/* document NULL: the body is empty or no WBXML. */
bool check_answer(struct check *check, const struct node *document);

/* The parts, also for unit tests.  Each returns false with check->reason. */
bool schema_check(struct check *check, const struct node *document);
bool check_http(struct check *check, const struct node *document);
bool check_rules(struct check *check, const struct node *document);

bool check_fail(struct check *check, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
