/* SPDX-License-Identifier: ISC */
/*
 * The steps of message_convert, one file each: header fields (messagehead.c), class and
 * conversation (messageclass.c), body (messagebody.c), attachments (messageparts.c).  Not for
 * callers outside of this room.  Worker.
 */
#ifndef BACKENDS_FORMATS_STEPS_H
#define BACKENDS_FORMATS_STEPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backends/formats/choice.h"
#include "backends/formats/message.h"
#include "bridge/store.h"

/* Everything about the message at hand that several steps need. */
struct conversion {
	struct arena *arena;
	const struct message_source *source;
	const struct body_wish *wish;
	const struct message_texts *texts;
	struct email *email;
	enum protection protection;
	const struct mime_part *calendar; /* the invitation; NULL: no meeting mail */
	const char *calendar_text;	/* its content, decoded; NULL: not fetched */
	size_t calendar_len;
	const char *html;		/* the HTML shown or turned into text; NULL: none */
	size_t html_len;
	struct message_needs economy;	/* what a plan asks for at first */
};

/* The preference that decides, tried in turn: [0, n) in the order of trying. */
struct preferences {
	struct body_preference list[5];
	unsigned n;
};
void preferences_order(const struct message_source *source, const struct body_wish *wish,
    struct preferences *ret);

/* The fetched bytes of a section; NULL: not fetched. */
const struct message_text *text_find(const struct message_texts *texts, const char *section);

/*
 * A text part as clean UTF-8.  A part that is shorter than the server said it would be is whole:
 * some servers count wrongly.  Cut is only what we did not ask for.
 */
struct part_text {
	char *text;
	size_t len;
	bool is_cut;	/* there is more of it than was asked for */
	bool has_more;	/* ... and a plan for all would bring it */
	double scale;	/* whole part : fetched part */
};
/* false: its bytes are not there. */
bool text_read(const struct conversion *conversion, const struct mime_part *part,
    struct part_text *ret);

void message_fill_head(struct conversion *conversion);
void message_fill_flags(struct conversion *conversion);
void message_fill_class(struct conversion *conversion);
void message_fill_conversation(struct conversion *conversion);
bool message_fill_body(struct conversion *conversion);
void message_fill_attachments(struct conversion *conversion);
void message_fill_meeting(struct conversion *conversion);

#endif
