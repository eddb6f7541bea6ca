/* SPDX-License-Identifier: ISC */
/* Push for IMAP stores, by NOTIFY, IDLE or polling.  Process: watch. */
#ifndef BACKENDS_IMAP_WATCH_H
#define BACKENDS_IMAP_WATCH_H

#include "bridge/store.h"

extern const struct watch_ops imap_watch_ops;

#endif
