/* SPDX-License-Identifier: ISC */
/*
 * Settings ([MS-ASCMD] 2.2.1.18): several properties in one request, each
 * answered in the order asked, with a status of its own (R116).  Worker.
 */
#include "bridge/account.h"
#include "bridge/command.h"
#include "bridge/commands/device_information.h"
#include "bridge/request.h"
#include "bridge/response.h"

enum {
	STATUS_OK = 1, STATUS_PROTOCOL = 2, STATUS_DENIED = 3, STATUS_SERVER = 4,
	STATUS_BY_POLICY = 7, STATUS_NO_RIGHTS_MANAGEMENT = 168,
};

typedef void property_fn(struct request *request, struct reader *reader, struct writer *writer);

static void
device_information(struct request *request, struct reader *reader, struct writer *writer)
{
	bool is_kept = device_information_read(request, reader) == OK;

	writer_int(writer, Settings_Status, is_kept ? STATUS_OK : STATUS_SERVER);
}

static void
addresses_write(struct request *request, struct writer *writer)
{
	writer_open(writer, Settings_EmailAddresses);
	writer_text(writer, Settings_SMTPAddress, request->account->address);
	if (request->version >= EAS_14_1)
		writer_text(writer, Settings_PrimarySmtpAddress, request->account->address);
	writer_close(writer);
}

static void
user_information(struct request *request, struct reader *reader, struct writer *writer)
{
	(void)reader;
	writer_int(writer, Settings_Status, STATUS_OK);
	writer_open(writer, Settings_Get);
	if (request->version < EAS_14_1) {
		addresses_write(request, writer);
	} else {
		writer_open(writer, Settings_Accounts);
		writer_open(writer, Settings_Account);
		addresses_write(request, writer);
		writer_close(writer);
		writer_close(writer);
	}
	writer_close(writer);
}

/* Nothing behind the bridge answers for absent users yet: off, and not to be set. */
static void
out_of_office(struct request *request, struct reader *reader, struct writer *writer)
{
	bool is_set = false;
	enum token token;

	(void)request;
	reader_into(reader);
	while (reader_child(reader, &token))
		is_set |= token == Settings_Set;
	writer_int(writer, Settings_Status, is_set ? STATUS_DENIED : STATUS_OK);
	if (is_set)
		return;
	writer_open(writer, Settings_Get);
	writer_int(writer, Settings_OofState, 0);
	writer_close(writer);
}

static void
device_password(struct request *request, struct reader *reader, struct writer *writer)
{
	(void)request;
	(void)reader;
	writer_int(writer, Settings_Status, STATUS_BY_POLICY);
}

static void
rights_management(struct request *request, struct reader *reader, struct writer *writer)
{
	(void)request;
	(void)reader;
	writer_int(writer, Settings_Status, STATUS_NO_RIGHTS_MANAGEMENT);
}

static const struct {
	enum token token;
	property_fn *run;
} properties[] = {
	{ Settings_DeviceInformation, device_information },
	{ Settings_UserInformation, user_information },
	{ Settings_Oof, out_of_office },
	{ Settings_DevicePassword, device_password },
	{ Settings_RightsManagementInformation, rights_management },
};

enum { N_PROPERTIES = sizeof(properties) / sizeof(properties[0]) };

static void
property_run(struct request *request, struct reader *reader, struct writer *writer,
    enum token token)
{
	for (size_t i = 0; i < N_PROPERTIES; i++) {
		if (properties[i].token != token)
			continue;
		writer_open(writer, token);
		properties[i].run(request, reader, writer);
		writer_close(writer);
	}
}

enum fault
settings_run(struct request *request, struct response *response)
{
	struct writer *writer = &response->writer;
	struct reader reader;
	enum token token;
	bool has_body;
	enum fault fault = request_reader(request, &reader, &has_body);

	if (fault != OK || !has_body || !reader_enter(&reader, Settings_Settings))
		return fault != OK ? fault : BAD_INPUT;
	writer_open(writer, Settings_Settings);
	writer_int(writer, Settings_Status, STATUS_OK);
	while (reader_child(&reader, &token))
		property_run(request, &reader, writer, token);
	writer_close(writer);
	request->log.status = STATUS_OK;
	return reader_fault(&reader) == READER_OK ? OK : BAD_INPUT;
}
