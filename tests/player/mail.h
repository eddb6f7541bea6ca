/* SPDX-License-Identifier: ISC */
/*
 * The smallest IMAP and LMTP clients that the test phone needs to play the rest of the world.
 * Plain connections on loopback to servers of the test suite, blocking, ten seconds a step.
 */
#ifndef TESTS_PLAYER_MAIL_H
#define TESTS_PLAYER_MAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

struct imap {
	struct arena *arena;
	int fd;
	unsigned tag;
	char buffer[65536];
	size_t used;
};

/* Each false with *ret_problem or *ret_reply telling why. */
bool lmtp_deliver(struct arena *arena, uint16_t port, const char *user, const char *data,
	size_t len, const char **ret_problem);
bool imap_login(struct imap *imap, struct arena *arena, uint16_t port, const char *user,
	const char *password, const char **ret_problem);
/* *ret_reply: all lines of the answer, the tagged one too. */
bool imap_command(struct imap *imap, const char *command, const char **ret_reply);
bool imap_append(struct imap *imap, const char *mailbox, const char *flags, const char *data,
	size_t len, const char **ret_reply);
void imap_close(struct imap *imap);

#endif
