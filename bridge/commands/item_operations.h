/* SPDX-License-Identifier: ISC */
/* What else needs to find an attachment.  Worker. */
#ifndef BRIDGE_COMMANDS_ITEM_OPERATIONS_H
#define BRIDGE_COMMANDS_ITEM_OPERATIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "bridge/fault.h"
#include "bridge/store.h"

struct request;

/* "5:1234:2.1" to "5:1234" and "2.1". */
bool file_reference_parse(struct request *request, const char *reference, const char **ret_item,
    const char **ret_part);

/* Bytes [first, last] of the attachment into ret_part->data.  Faults as store_ops.part. */
enum fault attachment_load(struct request *request, const char *reference,
    const uint64_t range[2], struct part *ret_part);

#endif
