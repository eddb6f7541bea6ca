/* SPDX-License-Identifier: ISC */
/*
 * The envelope dialogue and the data phase of one mail.  Worker.
 */
#ifndef BACKENDS_SMTP_SUBMIT_H
#define BACKENDS_SMTP_SUBMIT_H

#include <stdbool.h>

#include "bridge/fault.h"

struct body;
struct envelope;
struct refusals;
struct session;

/* As send_ops.submit.  Nothing is sent unless every recipient is accepted. */
enum fault submit(struct session *session, const struct envelope *envelope, struct body *message,
    struct refusals *ret, bool *ret_sent);

#endif
