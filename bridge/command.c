/* SPDX-License-Identifier: ISC */
/*
 * The table of commands, and the frame round every handler: who is it, which
 * device, may this version do that, and what a fault looks like to this phone.
 *
 * Up to 12.1 common failures are HTTP codes, from 14.0 on a Status in the
 * command's own top element ([MS-ASCMD] 2.2.2, [MS-ASHTTP] 2.2.2.1.2).  A server
 * behind us that does not answer is never 500 and never Status 110: phones
 * would throw their folders away (R2).  Worker.
 */
#include "bridge/command.h"

#include <string.h>
#include <strings.h>

#include "bridge/account.h"
#include "bridge/base/arena.h"
#include "bridge/base/date.h"
#include "bridge/base/log.h"
#include "bridge/ipc.h"
#include "bridge/request.h"
#include "bridge/response.h"
#include "bridge/state/state.h"

enum { RETRY_AFTER_S = 30, DEVICE_TOUCH_S = 600 };

static const struct status_of sync_statuses[] = {
	{ BAD_INPUT, 4 }, { STALE, 3 }, { FOLDER_GONE, 12 }, { TRY_LATER, 16 }, { CANNOT, 5 },
	{ OK, 0 },
};
static const struct status_of folder_sync_statuses[] = {
	{ BAD_INPUT, 10 }, { STALE, 9 }, { TRY_LATER, 6 }, { CANNOT, 6 }, { OK, 0 },
};
static const struct status_of folder_edit_statuses[] = {
	{ BAD_INPUT, 10 }, { STALE, 9 }, { FOLDER_GONE, 4 }, { FOLDER_EXISTS, 2 },
	{ TRY_LATER, 6 }, { CANNOT, 6 }, { NO_SPACE, 6 }, { REFUSED, 6 }, { OK, 0 },
};
static const struct status_of estimate_statuses[] = {
	{ BAD_INPUT, 103 }, { FOLDER_GONE, 2 }, { STALE, 4 }, { OK, 0 },
};
static const struct status_of move_statuses[] = {
	{ BAD_INPUT, 103 }, { FOLDER_GONE, 2 }, { ITEM_GONE, 1 }, { TRY_LATER, 7 }, { OK, 0 },
};
static const struct status_of send_statuses[] = {
	{ BAD_INPUT, 107 }, { ITEM_GONE, 150 }, { FOLDER_GONE, 150 }, { TOO_BIG, 122 },
	{ NO_SPACE, 113 }, { REFUSED, 120 }, { CANNOT, 120 }, { OK, 0 },
};
static const struct status_of operations_statuses[] = {
	{ BAD_INPUT, 2 }, { TRY_LATER, 3 }, { CANNOT, 3 }, { OK, 0 },
};
static const struct status_of settings_statuses[] = {
	{ BAD_INPUT, 2 }, { TRY_LATER, 4 }, { OK, 0 },
};
static const struct status_of ping_statuses[] = {
	{ BAD_INPUT, 4 }, { STALE, 3 }, { FOLDER_GONE, 7 }, { TRY_LATER, 8 }, { CANNOT, 8 },
	{ OK, 0 },
};
static const struct status_of provision_statuses[] = {
	{ BAD_INPUT, 2 }, { TRY_LATER, 3 }, { OK, 0 },
};
static const struct status_of no_statuses[] = { { OK, 0 } };

/* code, name, handler, since, until, flags, top element, statuses */
static const struct command commands[] = {
	{ 0, "Sync", sync_run, EAS_2_5, EAS_ANY, COMMAND_NEEDS_POLICY | COMMAND_MAY_PARK |
	    COMMAND_EMPTY_OK | COMMAND_MAY_BE_LONG, AirSync_Sync, sync_statuses },
	{ 1, "SendMail", send_mail_run, EAS_2_5, EAS_ANY, COMMAND_NEEDS_POLICY | COMMAND_IS_MIME,
	    ComposeMail_SendMail, send_statuses },
	{ 2, "SmartForward", smart_forward_run, EAS_2_5, EAS_ANY, COMMAND_NEEDS_POLICY |
	    COMMAND_IS_MIME, ComposeMail_SmartForward, send_statuses },
	{ 3, "SmartReply", smart_reply_run, EAS_2_5, EAS_ANY, COMMAND_NEEDS_POLICY |
	    COMMAND_IS_MIME, ComposeMail_SmartReply, send_statuses },
	{ 4, "GetAttachment", get_attachment_run, EAS_2_5, EAS_12_1, COMMAND_NEEDS_POLICY |
	    COMMAND_EMPTY_OK, TOKEN_NONE, no_statuses },
	{ 255, "GetHierarchy", get_hierarchy_run, EAS_2_5, EAS_12_1, COMMAND_NEEDS_POLICY |
	    COMMAND_EMPTY_OK, FolderHierarchy_Folders, no_statuses },
	{ 9, "FolderSync", folder_sync_run, EAS_2_5, EAS_ANY, COMMAND_NEEDS_POLICY,
	    FolderHierarchy_FolderSync, folder_sync_statuses },
	{ 10, "FolderCreate", folder_create_run, EAS_2_5, EAS_ANY, COMMAND_NEEDS_POLICY,
	    FolderHierarchy_FolderCreate, folder_edit_statuses },
	{ 11, "FolderDelete", folder_delete_run, EAS_2_5, EAS_ANY, COMMAND_NEEDS_POLICY,
	    FolderHierarchy_FolderDelete, folder_edit_statuses },
	{ 12, "FolderUpdate", folder_update_run, EAS_2_5, EAS_ANY, COMMAND_NEEDS_POLICY,
	    FolderHierarchy_FolderUpdate, folder_edit_statuses },
	{ 13, "MoveItems", move_items_run, EAS_2_5, EAS_ANY, COMMAND_NEEDS_POLICY,
	    Move_MoveItems, move_statuses },
	{ 14, "GetItemEstimate", estimate_run, EAS_2_5, EAS_ANY, COMMAND_NEEDS_POLICY,
	    GetItemEstimate_GetItemEstimate, estimate_statuses },
	{ 17, "Settings", settings_run, EAS_12_0, EAS_ANY, COMMAND_NEEDS_POLICY,
	    Settings_Settings, settings_statuses },
	{ 18, "Ping", ping_run, EAS_2_5, EAS_ANY, COMMAND_MAY_PARK | COMMAND_EMPTY_OK,
	    Ping_Ping, ping_statuses },
	{ 19, "ItemOperations", item_operations_run, EAS_12_0, EAS_ANY, COMMAND_NEEDS_POLICY |
	    COMMAND_MAY_BE_LONG, ItemOperations_ItemOperations, operations_statuses },
	{ 20, "Provision", provision_run, EAS_2_5, EAS_ANY, COMMAND_EMPTY_OK,
	    Provision_Provision, provision_statuses },
};

enum { N_COMMANDS = sizeof(commands) / sizeof(commands[0]), CODE_NONE = 255 };

const struct command *
command_by_name(const char *name)
{
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (!strcasecmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

const struct command *
command_by_code(unsigned code)
{
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (commands[i].code == code && code != CODE_NONE)
			return &commands[i];
	return NULL;
}

int
command_status(const struct command *command, enum fault fault)
{
	for (const struct status_of *row = command->statuses; row->fault != OK; row++)
		if (row->fault == fault)
			return row->status;
	return 0;
}

const char *
command_names(struct arena *arena)
{
	const char *names = "";

	for (size_t i = 0; i < N_COMMANDS; i++)
		names = arena_printf(arena, "%s%s%s", names, i ? "," : "", commands[i].name);
	return names;
}

/* --- faults become answers --- */

/* HTTP code of a fault where no Status can carry it. */
static int
http_of(enum fault fault, enum version version)
{
	switch (fault) {
	case BAD_INPUT:
		return 400;
	case DENIED:
		return 401;
	case TOO_BIG:
		return 413;
	case NO_SPACE:
		return 507;
	case CANNOT:
		return 501;
	case ITEM_GONE:
	case FOLDER_GONE:
	case ITEM_BAD:
	case REFUSED:
		return version >= EAS_14_0 ? 400 : 500; /* [MS-ASHTTP] 2.2.2.1.2: 500 to 12.1 */
	default:
		return 503;
	}
}

/* Common statuses (101 and up) exist from 14.0 on; before they are HTTP codes. */
static bool
status_can_be_told(const struct request *request, int status)
{
	if (!status || request->command->root == TOKEN_NONE)
		return false;
	return request->version >= EAS_14_0 || status <= 100;
}

void
command_answer_status(struct request *request, struct response *response, int status)
{
	enum token root = request->command->root;

	response_restart(response, request);
	writer_open(&response->writer, root);
	writer_int(&response->writer, token_find(token_page_name((unsigned)root >> 8), "Status"),
	    status);
	writer_close(&response->writer);
	request->log.status = status;
}

static void
answer_fault(struct request *request, struct response *response, enum fault fault)
{
	int status = request->command ? command_status(request->command, fault) : 0;

	response->verdict = ANSWER;
	if (!request->log.reason)
		request->log.reason = fault_text(fault);
	if (fault == BUG)
		log_event(LEVEL_ERROR, request->id, "bug", "cmd=%s", request->log.cmd);
	if (request->common_status)
		status = request->common_status;
	else if (fault == BAD_INPUT && request->version >= EAS_14_0 && !status)
		status = 103;
	if (fault != DENIED && request->command && status_can_be_told(request, status)) {
		command_answer_status(request, response, status);
		return;
	}
	response_http(response, http_of(fault, request->version));
	if (response->http == 503)
		response->retry_after = RETRY_AFTER_S;
}

/* --- what must hold before a handler runs --- */

static const struct {
	enum version version;
	const char *text;
} offered[] = {
	{ EAS_2_5, "2.5" }, { EAS_12_0, "12.0" }, { EAS_12_1, "12.1" }, { EAS_14_0, "14.0" },
	{ EAS_14_1, "14.1" },
};

static enum version
command_max_version(void)
{
	for (size_t i = 0; i < sizeof(offered) / sizeof(offered[0]); i++)
		if (!strcmp(offered[i].text, config->server.max_version))
			return offered[i].version;
	return EAS_14_1;
}

const char *
command_versions(struct arena *arena)
{
	const char *text = "";

	for (size_t i = 0; i < sizeof(offered) / sizeof(offered[0]); i++)
		if (offered[i].version <= command_max_version())
			text = arena_printf(arena, "%s%s%s", text, i ? "," : "", offered[i].text);
	return text;
}

static bool
version_is_offered(enum version version)
{
	return version && version <= command_max_version();
}

static enum fault
check_version(struct request *request)
{
	const struct command *command = request->command;

	if (!version_is_offered(request->version)) {
		request->log.reason = "protocol version not offered";
		request->common_status = 138;
		return BAD_INPUT;
	}
	if (request->version < command->since || request->version > command->until) {
		request->log.reason = "command not in this protocol version";
		request->common_status = 138;
		return CANNOT;
	}
	return OK;
}

static bool
body_is_expected(const struct request *request)
{
	return !(request->command->flags & COMMAND_EMPTY_OK) || body_len(&request->body) > 0;
}

static enum fault
check_form(struct request *request)
{
	if (!request->device_id || !*request->device_id) {
		request->log.reason = "DeviceId missing";
		request->common_status = 108;
		return BAD_INPUT;
	}
	if (!body_len(&request->body) && body_is_expected(request)) {
		request->log.reason = "body missing";
		request->common_status = 101;
		return BAD_INPUT;
	}
	return OK;
}

static void
device_new(struct device *device, const struct request *request)
{
	*device = (struct device){
		.id = request->device_id, .id_as_given = request->device_id,
		.type = request->device_type ? request->device_type : "",
		.user_agent = request->user_agent,
		.model = "", .imei = "", .friendly_name = "", .os = "", .os_language = "",
		.phone_number = "", .mobile_operator = "",
		.first_seen = now_s(), .is_new = true,
	};
}

/* The row of this device, made at its first request and touched now and then. */
static enum fault
device_load(struct request *request)
{
	const struct state_ops *ops = request->state->ops;
	struct device *device = arena_alloc(request->arena, sizeof(*device));
	enum fault fault = ops->device_get(request->state, request->arena,
	    request->account->login, request->device_id, device);
	bool is_changed;

	if (fault != OK && fault != ITEM_GONE)
		return fault;
	if (fault == ITEM_GONE)
		device_new(device, request);
	is_changed = device->version != request->version ||
	    strcmp(device->user_agent, request->user_agent) != 0;
	device->version = request->version;
	device->user_agent = request->user_agent;
	request->device = device;
	if (!device->is_new && !is_changed && device->last_seen > now_s() - DEVICE_TOUCH_S)
		return OK;
	device->last_seen = now_s();
	return ops->device_put(request->state, request->account->login, device);
}

static enum fault
run(struct request *request, struct response *response)
{
	enum fault fault = account_login(request);

	if (fault == CANNOT) {
		request->log.reason = "no mail server is configured for this domain";
		response_http(response, 403);
		return OK;
	}
	if (fault != OK)
		return fault;
	if (!request->command) {
		request->log.reason = request->log.cmd ? "unknown command" : "no command";
		return request->log.cmd ? CANNOT : BAD_INPUT;
	}
	fault = check_version(request);
	if (fault == OK)
		fault = check_form(request);
	if (fault == OK)
		fault = device_load(request);
	if (fault != OK)
		return fault;
	if (request->command->flags & COMMAND_MAY_BE_LONG && !request->accepts_multipart)
		response_hold(request);
	return request->command->run(request, response);
}

void
command_run(struct request *request, struct response *response)
{
	enum fault fault = run(request, response);

	if (fault == OK && response->http == 200 && !response->is_raw &&
	    !writer_end(&response->writer))
		fault = BUG;
	if (fault != OK)
		answer_fault(request, response, fault);
	if (fault != OK && response->http == 200)
		writer_end(&response->writer);
}
