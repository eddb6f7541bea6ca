/* SPDX-License-Identifier: ISC */
/*
 * Every fixed maximum of the bridge in one list.  Those an administrator can set are defaults in
 * config.def and are not here; wbxml/ keeps its own (it knows nothing of us).  Bytes unless said.
 */
#ifndef BRIDGE_BASE_LIMITS_H
#define BRIDGE_BASE_LIMITS_H

/* HTTP from clients */
#define LIMIT_HTTP_TARGET	(8u * 1024)	/* request target; longer: 414 */
#define LIMIT_HTTP_HEAD		(16u * 1024)	/* request line and fields; more: 431 */
#define LIMIT_HTTP_FIELDS	100u		/* field lines; more: 431 */
#define LIMIT_HTTP_CHUNK_LINE	256u		/* chunk size with extensions */
#define LIMIT_HTTP_TRAILERS	(4u * 1024)	/* all trailers of a chunked body */
#define LIMIT_PROXY_HEAD	1024u		/* PROXY header, TLVs included */

/* bodies and memory */
#define LIMIT_BODY_MEMORY	(64u * 1024)	/* above this a body becomes a file */
#define LIMIT_PARKED_REQUEST	(16u * 1024)	/* a longer request is answered, not held */
#define LIMIT_RESPONSE		(256u * 1024 * 1024) /* one answer; beyond memory it is a file */
#define LIMIT_ARENA_REQUEST	(256u * 1024 * 1024) /* memory of one request in a worker */
#define LIMIT_INFLATE_FREE	(64u * 1024)	/* inflated size up to which the ratio is free */
#define LIMIT_INFLATE_RATIO	200u		/* inflated : deflated above that */

/* names from clients */
#define LIMIT_USER		320u		/* login name */
#define LIMIT_PASSWORD		1024u
#define LIMIT_DEVICE_ID		64u		/* [MS-ASHTTP] says 32; real ones are longer */
#define LIMIT_DEVICE_TYPE	64u
#define LIMIT_USER_AGENT	256u

/* upstream servers */
#define LIMIT_UPSTREAM_LINE	(1024u * 1024)	/* one line of an IMAP or SMTP server */
#define LIMIT_UPSTREAM_NESTING	200u		/* parentheses in one IMAP response */
#define LIMIT_UPSTREAM_LITERAL	(256u * 1024 * 1024) /* one IMAP literal */
#define LIMIT_ADDRESSES		16u		/* addresses of one host that are tried */

/* mail */
#define LIMIT_MIME_DEPTH	100u
#define LIMIT_MIME_PARTS	2000u
#define LIMIT_MAIL_HEADER	(1024u * 1024)	/* header block of one message */

/* log */
#define LIMIT_LOG_LINE		4096u		/* longer lines are cut */

#endif
