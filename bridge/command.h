/* SPDX-License-Identifier: ISC */
/*
 * The commands, one row each: code and name on the wire, versions, what must
 * hold before the handler runs (so that no handler repeats it), and how its
 * faults become statuses.  Worker.
 */
#ifndef BRIDGE_COMMAND_H
#define BRIDGE_COMMAND_H

#include <stddef.h>
#include <stdint.h>

#include "bridge/fault.h"
#include "bridge/version.h"
#include "wbxml/tokens.h"

struct arena;
struct request;
struct response;

enum {
	COMMAND_NEEDS_POLICY = 1 << 0, /* 449 or 142-144 first, where a policy is in force */
	COMMAND_MAY_PARK = 1 << 1,
	COMMAND_IS_MIME = 1 << 2,      /* up to 12.1 the body is a message, not WBXML */
	COMMAND_EMPTY_OK = 1 << 3,     /* an empty body has a meaning */
	COMMAND_MAY_BE_LONG = 1 << 4,  /* the front may have to send signs of life (R52) */
};

/* Handlers return OK once the response stands (whatever status it carries), or a fault, which
 * command_run turns into the row's status or an HTTP code by version. */
typedef enum fault command_fn(struct request *request, struct response *response);

/* Status of a fault in the command's own top element. */
struct status_of {
	enum fault fault;
	int status;
};

struct command {
	uint8_t code;
	const char *name;
	command_fn *run;
	enum version since, until;
	unsigned flags;
	enum token root;               /* of request and answer */
	const struct status_of *statuses; /* ends with { OK, 0 } */
};

const struct command *command_by_name(const char *name);
const struct command *command_by_code(unsigned code);

/* Comma-separated names for MS-ASProtocolCommands, and versions ("2.5,12.0,..."). */
const char *command_names(struct arena *arena);
const char *command_versions(struct arena *arena);

/* Checks, runs, turns faults into answers.  The response always stands afterwards. */
void command_run(struct request *request, struct response *response);

/* The EAS status by which a command's row tells a fault; 0 if the row has none. */
int command_status(const struct command *command, enum fault fault);

/* The answer is the command's top element with this Status and nothing else. */
void command_answer_status(struct request *request, struct response *response, int status);

command_fn sync_run, folder_sync_run, folder_create_run, folder_delete_run, folder_update_run,
    estimate_run, ping_run;
command_fn provision_run, settings_run, item_operations_run, get_attachment_run, move_items_run,
    send_mail_run, smart_reply_run, smart_forward_run, get_hierarchy_run;

#endif
