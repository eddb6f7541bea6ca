/* SPDX-License-Identifier: ISC */
/*
 * Parameters of Content-Type and Content-Disposition: parsing the raw value, and reading one with
 * RFC 2231 (charset, percent escapes, continuations) or the wrong but usual RFC 2047 and raw 8-bit
 * forms.  Linear time, bounded number.  Worker.
 */
#ifndef BACKENDS_FORMATS_PARAMS_H
#define BACKENDS_FORMATS_PARAMS_H

#include "backends/formats/mime.h"

/*
 * Splits "token; name=value; ..." (unfolded).  ret_token: what stands before the first semicolon,
 * lower case, trimmed.  At most 100 parameters.
 */
void params_parse(struct arena *arena, const char *value, const char **ret_token,
    struct mime_params *ret_params);

/* The decoded value, UTF-8; NULL: not there. */
char *params_get(struct arena *arena, const struct mime_params *params, const char *name);

#endif
