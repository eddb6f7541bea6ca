/* SPDX-License-Identifier: ISC */
/*
 * What a handler says: an answer, or "nothing yet" (PARK) with the folders to
 * watch and the answer to give when the deadline comes.  Worker.
 */
#ifndef BRIDGE_RESPONSE_H
#define BRIDGE_RESPONSE_H

#include <stdbool.h>
#include <stdint.h>

#include "bridge/base/body.h"
#include "bridge/store.h"
#include "wbxml/writer.h"

struct request;

enum verdict { ANSWER, PARK };

struct watched {
	const char *folder; /* the store's id */
	struct stamp stamp;
};

struct response {
	enum verdict verdict;
	int http;                 /* 200 unless said otherwise */
	const char *content_type; /* default application/vnd.ms-sync.wbxml */
	struct body body;         /* ANSWER: this.  PARK: this, when the deadline comes */
	struct writer writer;     /* into body; begun by response_init; command_run ends it */
	bool is_raw;              /* the handler filled body itself: the writer is not ended */
	unsigned retry_after;     /* seconds, 0: none */
	bool version_headers;     /* add MS-ASProtocolVersions/Commands (OPTIONS, FolderSync 0) */
	bool rp_header;           /* add X-MS-RP */
	int64_t deadline_ms;      /* PARK: monotonic */
	const char *store;        /* PARK: name of the store that is watched */
	struct watched *watched;
	unsigned n_watched;
};

void response_init(struct response *response, struct request *request);

/* An answer without body and with that HTTP status; what was written so far is dropped. */
void response_http(struct response *response, int http);

/* Drops what was written; the writer starts anew. */
void response_restart(struct response *response, struct request *request);

/* Makes it a PARK; watched[n] must live in the request's arena. */
void response_park(struct response *response, int64_t deadline_ms, struct watched *watched,
    unsigned n);

/* Tells the front that this request may take long (R52): after some seconds it sends 200, the
 * WBXML prologue and pads.  From then on an answer must be WBXML, so a handler that has used
 * more than RESPONSE_PATIENCE_MS answers in WBXML, never with an empty body or another status. */
enum { RESPONSE_PATIENCE_MS = 8000 };
void response_hold(struct request *request);

#endif
