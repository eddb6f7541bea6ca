/* SPDX-License-Identifier: ISC */
/*
 * The text/calendar part of a mail, as far as mail needs it: its METHOD, the class of message it
 * makes, and the MeetingRequest of an invitation.  Own reading of content lines, linear and
 * bounded; recurrences are translated, never expanded.  Worker.
 */
#ifndef BACKENDS_FORMATS_CALENDARMAIL_H
#define BACKENDS_FORMATS_CALENDARMAIL_H

#include <stddef.h>

struct arena;
struct meeting_request;

/* The METHOD property; NULL: none. */
const char *calendar_method(struct arena *arena, const char *text, size_t n);

/* MessageClass for that METHOD (any letter case); NULL: an ordinary mail. */
const char *calendar_class(struct arena *arena, const char *method, const char *text, size_t n);

/* The first event (a series' master before its exceptions).  NULL: none that can be shown. */
struct meeting_request *calendar_meeting(struct arena *arena, const char *text, size_t n);

/* DESCRIPTION of the first event, for mails without any other text; NULL: none. */
char *calendar_description(struct arena *arena, const char *text, size_t n);

#endif
