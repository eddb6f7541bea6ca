/* SPDX-License-Identifier: ISC */
/*
 * What is said on a watching connection.
 *
 * With NOTIFY (RFC 5465) one registration covers all personal mailboxes and the
 * server speaks up by itself.  Without it the connection idles (RFC 2177) on the
 * INBOX, or on the first folder wanted, and leaves IDLE for a moment every poll
 * interval to ask for the rest.  Without either it asks for all of them.
 *
 * Whatever hints at a change (an untagged line of the idle folder, a STATUS that
 * says too little) only marks the folder unread; its state is then asked for by
 * the same STATUS that the store's probe uses, so stamps of both compare byte by
 * byte, and the state goes to the watch, which knows who waits for what.  A
 * NOTIFY registration that the server gave up (NOTIFICATIONOVERFLOW) is not
 * tried again, since Dovecot falls silent after a second NOTIFY SET.
 * Process: watch.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backends/imap/watcher.h"
#include "bridge/base/date.h"
#include "bridge/base/log.h"

#define NOTIFY_SET \
	"NOTIFY SET (personal (MessageNew MessageExpunge FlagChange))"

/* --- commands --- */

void
dialogue_send(struct imap_watcher *watcher, enum watch_command command,
    struct wanted *folder, const char *text)
{
	unsigned at = (watcher->first_due + watcher->n_due) % WATCH_PIPELINE;

	if (watcher->n_due == WATCH_PIPELINE) {
		watch_lose(watcher, BUG, "too many commands");
		return;
	}
	watcher->due[at].tag = ++watcher->tag;
	watcher->due[at].command = command;
	watcher->due[at].folder = folder;
	watcher->n_due++;
	buf_printf(&watcher->out, "w%u %s\r\n", watcher->tag, text);
}

static void
send_about(struct imap_watcher *watcher, enum watch_command command, struct wanted *folder,
    const char *verb, const char *rest)
{
	struct buf text;

	buf_init(&text, 16384);
	buf_printf(&text, "%s \"", verb);
	for (const char *at = folder->name; *at; at++) {
		if (*at == '"' || *at == '\\')
			buf_putc(&text, '\\');
		buf_putc(&text, *at);
	}
	buf_printf(&text, "\"%s", rest);
	dialogue_send(watcher, command, folder, buf_str(&text));
	buf_free(&text);
}

static struct wanted *
folder_to_idle_on(struct imap_watcher *watcher)
{
	for (struct wanted *folder = watcher->folders; folder; folder = folder->next)
		if (!strcasecmp(folder->name, "INBOX"))
			return folder;
	return watcher->folders;
}

static void
selection_set(struct imap_watcher *watcher, const char *name)
{
	free(watcher->selected);
	watcher->selected = name ? strdup(name) : NULL;
}

static void
watching_begin(struct imap_watcher *watcher, enum watch_mode mode)
{
	watcher->mode = mode;
	watcher->phase = PHASE_WATCHING;
	watcher->poll_at_ms = now_ms() + (mode == MODE_NOTIFY ? WATCH_COVERED_MS :
	    watcher->poll_ms);
	wanted_unread_all(watcher);
	log_event(LEVEL_DEBUG, NULL, "watching", "user=%s mode=%s", watcher->account,
	    watcher->base.ops->mode(&watcher->base));
	dialogue_pump(watcher);
}

static void
setup(struct imap_watcher *watcher)
{
	watcher->phase = PHASE_SETUP;
	/* as the store does: both then spell mailbox names alike */
	if (watcher->has_utf8)
		dialogue_send(watcher, COMMAND_ENABLE, NULL, "ENABLE UTF8=ACCEPT");
	if (watcher->has_notify && !watcher->is_notify_spent) {
		watcher->is_notify_spent = true;
		dialogue_send(watcher, COMMAND_NOTIFY, NULL, NOTIFY_SET);
	} else {
		watching_begin(watcher, watcher->has_idle ? MODE_IDLE : MODE_POLL);
	}
}

static void
status_send(struct imap_watcher *watcher, struct wanted *folder)
{
	folder->is_unread = false;
	folder->is_asked = true;
	folder->is_answered = false;
	send_about(watcher, COMMAND_STATUS, folder, "STATUS", watcher->has_condstore ?
	    " (" STAMP_STATUS_CONDSTORE ")" : " (" STAMP_STATUS_PLAIN ")");
}

/* Enters IDLE on the right folder. */
static void
idle_begin(struct imap_watcher *watcher)
{
	struct wanted *folder = folder_to_idle_on(watcher);

	if (!folder)
		return;
	if (!watcher->selected || strcmp(watcher->selected, folder->name)) {
		selection_set(watcher, folder->name);
		send_about(watcher, COMMAND_EXAMINE, folder, "EXAMINE", "");
		/* what came in between two looks must not be missed */
		status_send(watcher, folder);
		return;
	}
	watcher->idle_since_ms = now_ms();
	dialogue_send(watcher, COMMAND_IDLE, NULL, "IDLE");
}

static void
idle_end(struct imap_watcher *watcher)
{
	if (!watcher->is_idling || watcher->is_ending_idle)
		return;
	watcher->is_ending_idle = true;
	buf_puts(&watcher->out, "DONE\r\n");
}

static bool
is_in_idle(const struct imap_watcher *watcher)
{
	return watcher->n_due && watcher->due[watcher->first_due].command == COMMAND_IDLE;
}

void
dialogue_pump(struct imap_watcher *watcher)
{
	if (watcher->phase != PHASE_WATCHING)
		return;
	if (is_in_idle(watcher)) {
		if (wanted_has_unread(watcher))
			idle_end(watcher);
		return;
	}
	for (struct wanted *folder = watcher->folders; folder; folder = folder->next)
		if (folder->is_unread && !folder->is_asked && watcher->n_due < WATCH_PIPELINE / 2)
			status_send(watcher, folder);
	if (watcher->mode == MODE_IDLE && !watcher->n_due)
		idle_begin(watcher);
}

void
dialogue_begin(struct imap_watcher *watcher)
{
	watcher->phase = watcher->phase == PHASE_STARTTLS ? PHASE_CAPABILITY : PHASE_GREETING;
	if (watcher->phase == PHASE_CAPABILITY)
		dialogue_send(watcher, COMMAND_CAPABILITY, NULL, "CAPABILITY");
}

/* --- answers --- */

static const struct {
	const char *name;
	size_t member;
} abilities[] = {
	{ "NOTIFY", offsetof(struct imap_watcher, has_notify) },
	{ "IDLE", offsetof(struct imap_watcher, has_idle) },
	{ "CONDSTORE", offsetof(struct imap_watcher, has_condstore) },
	{ "QRESYNC", offsetof(struct imap_watcher, has_condstore) },
	{ "AUTH=PLAIN", offsetof(struct imap_watcher, has_plain) },
	{ "SASL-IR", offsetof(struct imap_watcher, has_sasl_ir) },
	{ "STARTTLS", offsetof(struct imap_watcher, has_starttls) },
	{ "UTF8=ACCEPT", offsetof(struct imap_watcher, has_utf8) },
	{ "UTF8=ONLY", offsetof(struct imap_watcher, has_utf8) },
	{ "LOGINDISABLED", offsetof(struct imap_watcher, is_login_disabled) },
};

enum { N_ABILITIES = sizeof(abilities) / sizeof(abilities[0]) };

static void
abilities_read(struct imap_watcher *watcher, const struct imap_value *list)
{
	watcher->has_abilities = true;
	for (size_t i = 0; i < N_ABILITIES; i++)
		*((bool *)watcher + abilities[i].member) = false;
	for (; list; list = list->next)
		for (size_t i = 0; i < N_ABILITIES; i++)
			if (imap_is(list, abilities[i].name))
				*((bool *)watcher + abilities[i].member) = true;
}

static void
status_read(struct imap_watcher *watcher, const struct imap_response *response)
{
	const char *name;
	struct imap_state state;
	struct stamp stamp;
	struct wanted *folder;
	bool is_whole = stamp_from_status(response, &name, &state);

	if (!is_whole)
		name = imap_text(response->values);
	folder = name ? wanted_find(watcher, name) : NULL;
	if (!folder)
		return;
	/* in a NOTIFY event UNSEEN may be missing, so only an answer to our own question counts */
	if (!is_whole || !folder->is_asked) {
		folder->is_unread = true;
		return;
	}
	folder->is_answered = true;
	stamp_print(&state, &stamp);
	watcher->dirty(watcher->ctx, folder->name, &stamp);
}

static void
selected_changed(struct imap_watcher *watcher)
{
	struct wanted *folder = watcher->selected ? wanted_find(watcher, watcher->selected) : NULL;

	if (folder && is_in_idle(watcher))
		folder->is_unread = true;
}

static void
untagged(struct imap_watcher *watcher, const struct imap_response *response)
{
	static const char *const movements[] = { "EXISTS", "EXPUNGE", "FETCH", "VANISHED" };

	if (!strcmp(response->code, "CAPABILITY"))
		abilities_read(watcher, response->args);
	if (!strcmp(response->code, "NOTIFICATIONOVERFLOW"))
		watching_begin(watcher, watcher->has_idle ? MODE_IDLE : MODE_POLL);
	if (!strcmp(response->word, "CAPABILITY"))
		abilities_read(watcher, response->values);
	else if (!strcmp(response->word, "STATUS"))
		status_read(watcher, response);
	else if (!strcmp(response->word, "BYE"))
		watch_lose(watcher, TRY_LATER, response->text);
	for (size_t i = 0; i < sizeof(movements) / sizeof(movements[0]); i++)
		if (!strcmp(response->word, movements[i]))
			selected_changed(watcher);
}

/* What follows once it is known what the server can do, before the login. */
static void
greeted(struct imap_watcher *watcher)
{
	if (!watcher->has_abilities) {
		watcher->phase = PHASE_CAPABILITY;
		dialogue_send(watcher, COMMAND_CAPABILITY, NULL, "CAPABILITY");
	} else if (watcher->needs_starttls && !stream_is_tls(watcher->stream)) {
		watcher->phase = PHASE_STARTTLS;
		if (watcher->has_starttls)
			dialogue_send(watcher, COMMAND_STARTTLS, NULL, "STARTTLS");
		else
			watch_lose(watcher, TRY_LATER, "STARTTLS is not offered");
	} else {
		dialogue_login(watcher);
	}
}

/* Codes that say "not now" rather than "wrong password" (RFC 5530). */
static bool
is_temporary(const char *code)
{
	static const char *const codes[] = { "UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG",
		"CONTACTADMIN" };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (!strcmp(code, codes[i]))
			return true;
	return false;
}

static void
logged_in(struct imap_watcher *watcher, const struct imap_response *response, bool is_ok)
{
	if (!is_ok) {
		watch_lose(watcher, is_temporary(response->code) ? TRY_LATER : DENIED,
		    response->text);
		return;
	}
	watcher->has_abilities = false;
	if (!strcmp(response->code, "CAPABILITY")) {
		abilities_read(watcher, response->args);
		setup(watcher);
		return;
	}
	watcher->phase = PHASE_ABILITIES;
	dialogue_send(watcher, COMMAND_CAPABILITY, NULL, "CAPABILITY");
}

/* A folder that STATUS refuses is gone: whoever waits for it shall look. */
static void
status_done(struct imap_watcher *watcher, struct wanted *folder)
{
	static const struct stamp none;

	if (!folder)
		return;
	folder->is_asked = false;
	if (!folder->is_answered)
		watcher->dirty(watcher->ctx, folder->name, &none);
}

static void
starttls_done(struct imap_watcher *watcher, bool is_ok)
{
	if (!is_ok) {
		watch_lose(watcher, TRY_LATER, "STARTTLS refused");
		return;
	}
	watcher->has_abilities = false;
	if (stream_begin_tls(watcher->stream) == STREAM_FAILED)
		watch_lose(watcher, TRY_LATER, stream_error(watcher->stream));
}

static void
tagged(struct imap_watcher *watcher, const struct imap_response *response)
{
	bool is_ok = !strcmp(response->word, "OK");
	unsigned at = watcher->first_due;
	enum watch_command command = watcher->due[at].command;
	struct wanted *folder = watcher->due[at].folder;
	char tag[16];

	snprintf(tag, sizeof(tag), "w%u", watcher->due[at].tag);
	if (!watcher->n_due || strcmp(tag, response->tag)) {
		watch_lose(watcher, TRY_LATER, "answer with a foreign tag");
		return;
	}
	watcher->first_due = (at + 1) % WATCH_PIPELINE;
	watcher->n_due--;
	switch (command) {
	case COMMAND_STARTTLS:
		starttls_done(watcher, is_ok);
		break;
	case COMMAND_CAPABILITY:
		if (watcher->phase == PHASE_ABILITIES)
			setup(watcher);
		else if (watcher->has_abilities)
			greeted(watcher);
		else
			watch_lose(watcher, TRY_LATER, "no capabilities");
		break;
	case COMMAND_LOGIN:
		logged_in(watcher, response, is_ok);
		break;
	case COMMAND_ENABLE:
		break;
	case COMMAND_NOTIFY:
		watching_begin(watcher, is_ok ? MODE_NOTIFY :
		    watcher->has_idle ? MODE_IDLE : MODE_POLL);
		break;
	case COMMAND_EXAMINE:
		if (!is_ok)
			watcher->mode = MODE_POLL;
		break;
	case COMMAND_STATUS:
		status_done(watcher, folder);
		break;
	case COMMAND_IDLE:
		watcher->is_idling = watcher->is_ending_idle = false;
		if (!is_ok)
			watcher->mode = MODE_POLL;
		break;
	}
}

static void
continuation(struct imap_watcher *watcher)
{
	if (watcher->phase == PHASE_LOGIN)
		dialogue_continue_login(watcher);
	else if (is_in_idle(watcher))
		watcher->is_idling = true;
}

void
dialogue_response(struct imap_watcher *watcher, const struct imap_response *response)
{
	if (response->type == IMAP_UNTAGGED)
		untagged(watcher, response);
	else if (response->type == IMAP_TAGGED)
		tagged(watcher, response);
	else
		continuation(watcher);
	if (watcher->phase == PHASE_GREETING && response->type == IMAP_UNTAGGED)
		greeted(watcher);
}
