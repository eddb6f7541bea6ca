/* SPDX-License-Identifier: ISC */
/*
 * Content-Transfer-Encoding both ways, as streams: feed pieces of any size, get bytes.  Decoders
 * take what real mail holds (junk between base64 digits, missing padding, several padded runs,
 * QP with bare LF, trailing blanks, lower-case or broken escapes) and never fail.  Linear time,
 * constant memory.  Worker.
 */
#ifndef BACKENDS_FORMATS_TRANSFER_H
#define BACKENDS_FORMATS_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

enum transfer_kind { TRANSFER_IDENTITY, TRANSFER_BASE64, TRANSFER_QP, TRANSFER_UU };

/* By the value of Content-Transfer-Encoding, any letter case; unknown or NULL: identity. */
enum transfer_kind transfer_kind(const char *encoding);

struct transfer_decoder {
	enum transfer_kind kind;
	uint32_t bits;		/* base64: digits gathered */
	unsigned n_bits;
	uint8_t held[80];	/* QP: "=", "=4", or blanks whose line end is not yet seen */
	unsigned n_held;
	bool active;		/* uu: between begin and end */
	char line[128];		/* uu: the line being gathered */
	unsigned n_line;
};

void transfer_init(struct transfer_decoder *decoder, enum transfer_kind kind);

/* Appends decoded bytes to out.  false: out is full (failed). */
bool transfer_feed(struct transfer_decoder *decoder, const void *data, size_t n, struct buf *out);

/* What was held back; call once at the end of a complete part. */
bool transfer_finish(struct transfer_decoder *decoder, struct buf *out);

/*
 * Quoted-printable of text with CRLF or LF line ends, which become CRLF.  Lines of at most 76.
 * Whole text at once.
 */
bool transfer_put_qp(struct buf *out, const char *text, size_t n);

#endif
