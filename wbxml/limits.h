/* SPDX-License-Identifier: ISC */
/*
 * Bounds of everything the WBXML room reads or writes.  They hold from the first byte on, so
 * that a hostile document costs time and memory in proportion to its length and no more.
 */
#ifndef WBXML_LIMITS_H
#define WBXML_LIMITS_H

/* Elements inside each other; the deepest schema (attendees of an exception) needs 12. */
#define WBXML_DEPTH_MAX 32

/* Bytes of one document. */
#define WBXML_DOCUMENT_MAX (128UL * 1024 * 1024)

/* Bytes of one text or opaque value: a mail with its attachments, base64 coded. */
#define WBXML_TEXT_MAX (128UL * 1024 * 1024)

/* Bytes of a string table.  ActiveSync has none, so what comes is an oddity of some client. */
#define WBXML_TABLE_MAX 4096

/* Bytes that references into the string table may stand for, all together. */
#define WBXML_EXPANSION_MAX (1024UL * 1024)

/* Pages and tags per page; a token is page << 8 | code. */
#define WBXML_PAGES 26
#define WBXML_CODES 64

#endif
