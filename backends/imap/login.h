/* SPDX-License-Identifier: ISC */
/*
 * From the greeting to a usable session: capabilities, STARTTLS, authentication, ENABLE and ID.
 * Nothing secret is sent before TLS stands where it was asked for.  Worker.
 */
#ifndef BACKENDS_IMAP_LOGIN_H
#define BACKENDS_IMAP_LOGIN_H

#include "bridge/fault.h"

struct imap;
struct login;

/* OK, DENIED (this password is wrong), TRY_LATER, CANNOT.  Logs failures. */
enum fault login_run(struct imap *imap, const struct login *login);

/* Takes over the capabilities libetpan has heard of. */
void imap_caps_take(struct imap *imap);

#endif
