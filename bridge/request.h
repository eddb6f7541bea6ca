/* SPDX-License-Identifier: ISC */
/*
 * One command of one device.  It lives in its arena, with everything a handler
 * allocates; the worker forgets all of it after the answer.  Worker.
 */
#ifndef BRIDGE_REQUEST_H
#define BRIDGE_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "bridge/base/body.h"
#include "bridge/fault.h"
#include "bridge/synclog.h"
#include "bridge/version.h"
#include "wbxml/reader.h"

struct account;
struct arena;
struct command;
struct device;
struct hierarchy;
struct ipc_request;
struct state;
struct response;
struct worker;

struct request {
	struct arena *arena;
	const char *id;               /* in every log line */
	const struct command *command;
	enum version version;
	struct account *account;
	struct state *state;
	struct device *device;        /* loaded by command_run; never NULL in a handler */

	const char *device_id;        /* as given, case folded for keys; at most 64 bytes */
	const char *device_type;
	const char *user_agent;
	bool has_policy_key;
	uint32_t policy_key;
	bool is_base64;               /* the base64 query form */
	bool accepts_multipart;
	bool accepts_gzip;
	const char *content_type;
	/* parameters of the query; NULL where absent */
	const char *query_user, *attachment_name, *collection_id, *item_id, *long_id, *occurrence;
	bool save_in_sent;

	struct body body;
	int common_status; /* 101..184 that tells a refusal better than its fault does; 0 */
	bool rerun;                   /* woken from the park: no effects, only a look */
	int64_t received_ms;          /* monotonic, of the first run */
	bool is_idle_known;           /* a handler may use it: nothing applied so far */
	struct hierarchy *hierarchy;  /* of bridge/sync: the folder list once it was asked for */

	const struct ipc_request *ipc;
	struct worker *worker;        /* NULL in tests */
	int64_t waited_before_ms;     /* stream_waited_ms at the start */
	struct synclog log;           /* counters of the line in sync.log */
};

/* Reads query (plain or base64, [MS-ASHTTP] 2.2.1.1.1) and headers.  BAD_INPUT with
 * request->log.reason set. */
enum fault request_parse(const struct ipc_request *ipc, struct arena *arena,
    struct request *ret_request);

/* The body as a checked WBXML document, memory from the request's arena.  BAD_INPUT (reason
 * logged) if it is malformed.  An empty body: false in *ret_has_body, OK. */
enum fault request_reader(struct request *request, struct reader *ret_reader, bool *ret_has_body);

/* Milliseconds since the phone's request arrived. */
int64_t request_age_ms(const struct request *request);

#endif
