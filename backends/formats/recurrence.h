/* SPDX-License-Identifier: ISC */
/*
 * RRULE to the recurrence of EAS ([MS-ASEMAIL] 2.2.2.60).  Translation only, no expansion.  Worker.
 */
#ifndef BACKENDS_FORMATS_RECURRENCE_H
#define BACKENDS_FORMATS_RECURRENCE_H

#include <stdbool.h>
#include <stdint.h>

struct recurrence;

/* start: DTSTART, for what the rule leaves open.  false: EAS cannot express it. */
bool recurrence_from_rule(const char *rule, int64_t start, struct recurrence *ret);

#endif
