/* SPDX-License-Identifier: ISC */
/* Puts one HTTP request of a phone together: query in either form, headers, body. */
#ifndef TESTS_PLAYER_REQUEST_H
#define TESTS_PLAYER_REQUEST_H

struct buf;
struct phone;
struct sending;

void request_build(const struct phone *phone, const struct sending *sending, struct buf *out);

#endif
