/* SPDX-License-Identifier: ISC */
/*
 * Provision ([MS-ASPROV] 3.1.5): two phases, the document with a temporary key
 * and, when the phone says that it took it, the final key.  Worker.
 */
#include <stdlib.h>
#include <string.h>

#include "bridge/account.h"
#include "bridge/command.h"
#include "bridge/commands/device_information.h"
#include "bridge/policy/policy.h"
#include "bridge/request.h"
#include "bridge/response.h"
#include "bridge/state/state.h"

enum { STATUS_OK = 1, POLICY_UNKNOWN_TYPE = 3, POLICY_WRONG_KEY = 5 };

#define TYPE_WBXML "MS-EAS-Provisioning-WBXML"
#define TYPE_WAP "MS-WAP-Provisioning-XML"

/* What the phone sent. */
struct asked {
	bool has_policy, has_information, has_status;
	const char *type;
	uint32_t key;
};

static void
policy_read(struct reader *reader, struct asked *asked)
{
	enum token token;

	asked->has_policy = true;
	reader_into(reader);
	while (reader_child(reader, &token)) {
		if (token == Provision_PolicyType)
			asked->type = reader_text(reader);
		else if (token == Provision_PolicyKey)
			asked->key = (uint32_t)strtoul(reader_text(reader), NULL, 10);
		else if (token == Provision_Status)
			asked->has_status = true;
	}
}

static enum fault
provision_read(struct request *request, struct reader *reader, struct asked *asked)
{
	enum fault fault = OK;
	enum token token;

	if (!reader_enter(reader, Provision_Provision))
		return BAD_INPUT;
	while (reader_child(reader, &token)) {
		if (token == Settings_DeviceInformation) {
			asked->has_information = true;
			fault = device_information_read(request, reader);
		} else if (token == Provision_Policies) {
			reader_into(reader);
			while (reader_child(reader, &token))
				if (token == Provision_Policy)
					policy_read(reader, asked);
		}
	}
	return reader_fault(reader) == READER_OK ? fault : BAD_INPUT;
}

static uint32_t
key_of(const struct request *request, enum policy_phase phase)
{
	return policy_key(request->account->login, request->device_id, request->version, phase);
}

static void
document_write(struct writer *writer, enum version version)
{
	if (version < EAS_12_0) {
		writer_text(writer, Provision_Data, policy_wap_document());
		return;
	}
	writer_open(writer, Provision_Data);
	writer_open(writer, Provision_EASProvisionDoc);
	policy_write(writer, version);
	writer_close(writer);
	writer_close(writer);
}

/* An acknowledgement fits the key of any phase 1 since the policy last changed (R31). */
static bool
is_key_right(const struct request *request, uint32_t key)
{
	return key == key_of(request, POLICY_TEMPORARY) || key == key_of(request, POLICY_FINAL);
}

static int
policy_status(const struct request *request, const struct asked *asked)
{
	const char *wanted = request->version < EAS_12_0 ? TYPE_WAP : TYPE_WBXML;

	if (strcmp(asked->type, wanted))
		return POLICY_UNKNOWN_TYPE;
	if (asked->has_status && !is_key_right(request, asked->key))
		return POLICY_WRONG_KEY;
	return STATUS_OK;
}

/* PolicyType stands before Data: Android reads the one by the other (R30). */
static void
policies_write(struct request *request, struct writer *writer, const struct asked *asked)
{
	int status = policy_status(request, asked);

	writer_open(writer, Provision_Policies);
	writer_open(writer, Provision_Policy);
	writer_text(writer, Provision_PolicyType, asked->type);
	writer_int(writer, Provision_Status, status);
	if (status == STATUS_OK)
		writer_int(writer, Provision_PolicyKey, key_of(request, asked->has_status ?
		    POLICY_FINAL : POLICY_TEMPORARY));
	if (status == STATUS_OK && !asked->has_status)
		document_write(writer, request->version);
	writer_close(writer);
	writer_close(writer);
}

enum fault
provision_run(struct request *request, struct response *response)
{
	struct writer *writer = &response->writer;
	struct asked asked = { 0 };
	struct reader reader;
	bool has_body;
	enum fault fault = request_reader(request, &reader, &has_body);

	if (fault == OK && has_body)
		fault = provision_read(request, &reader, &asked);
	if (fault == OK && asked.has_policy && !asked.type)
		fault = BAD_INPUT;
	if (fault != OK)
		return fault;
	writer_open(writer, Provision_Provision);
	if (asked.has_information) {
		writer_open(writer, Settings_DeviceInformation);
		writer_int(writer, Settings_Status, STATUS_OK);
		writer_close(writer);
	}
	writer_int(writer, Provision_Status, STATUS_OK);
	if (asked.has_policy)
		policies_write(request, writer, &asked);
	writer_close(writer);
	request->log.status = STATUS_OK;
	return OK;
}
