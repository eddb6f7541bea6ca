/* SPDX-License-Identifier: ISC */
/* The scanner's response as one line of text, for unit and fuzz tests. */
#ifndef TESTS_HELPER_IMAP_DUMP_H
#define TESTS_HELPER_IMAP_DUMP_H

struct buf;
struct imap_response;

/* "* FETCH 12 (UID 3 FLAGS (\Seen) BODY[] "text")"; strings in quotes, streamed literals <n>. */
void imap_dump(const struct imap_response *response, struct buf *out);

#endif
