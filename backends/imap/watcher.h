/* SPDX-License-Identifier: ISC */
/*
 * One account watched: a connection of its own, driven by events, that never
 * blocks.  Shared by the files watch*.c of this folder only.  Process: watch.
 */
#ifndef BACKENDS_IMAP_WATCHER_H
#define BACKENDS_IMAP_WATCHER_H

#include "backends/imap/scanner.h"
#include "backends/imap/stamp.h"
#include "bridge/base/buf.h"
#include "bridge/base/stream.h"
#include "bridge/store.h"

/* In order of time; every phase up to WATCHING has a deadline. */
enum watch_phase {
	PHASE_CONNECT,    /* socket and, with imaps, TLS */
	PHASE_GREETING,
	PHASE_STARTTLS,   /* asked for, or the handshake is going on */
	PHASE_CAPABILITY, /* before the login */
	PHASE_LOGIN,
	PHASE_ABILITIES,  /* after the login, if the server did not say */
	PHASE_SETUP,      /* NOTIFY, or EXAMINE for IDLE */
	PHASE_WATCHING,
	PHASE_LOST,
};

enum watch_mode { MODE_NONE, MODE_NOTIFY, MODE_IDLE, MODE_POLL };

/* What the tagged answer of a command means. */
enum watch_command {
	COMMAND_STARTTLS, COMMAND_CAPABILITY, COMMAND_LOGIN, COMMAND_ENABLE, COMMAND_NOTIFY,
	COMMAND_EXAMINE, COMMAND_STATUS, COMMAND_IDLE,
};

enum {
	WATCH_PIPELINE = 64,
	WATCH_COVERED_MS = 300000, /* between looks at all folders although NOTIFY covers them */
};

struct wanted {
	struct wanted *next;
	char *name;
	bool is_unread; /* its state is to be asked for */
	bool is_asked;  /* STATUS is on its way */
	bool is_answered; /* ... and came */
};

struct imap_watcher {
	struct watcher base;
	enum watch_phase phase;
	enum watch_mode mode;
	enum fault fault;
	struct stream *stream;
	struct imap_scanner *scanner;
	struct buf out;

	dirty_fn *dirty;
	void *ctx;
	char *account, *user, *password, *host;
	bool needs_starttls;
	int poll_ms;

	bool has_notify, has_idle, has_condstore, has_plain, has_sasl_ir, has_starttls,
	    has_utf8, has_abilities, is_login_disabled;
	bool is_notify_spent;   /* a second NOTIFY SET would silence Dovecot */
	bool is_idling;         /* "+" has come */
	bool is_ending_idle;    /* DONE was sent */
	struct wanted *folders; /* in the order of their coming */
	char *selected;         /* folder under IDLE */

	/* commands whose tagged answer is due, in order: a ring */
	struct {
		unsigned tag;
		enum watch_command command;
		struct wanted *folder;
	} due[WATCH_PIPELINE];
	unsigned first_due, n_due;
	unsigned tag;

	int64_t progress_ms;    /* last byte from the server */
	int64_t poll_at_ms;     /* next look at what nothing announces */
	int64_t idle_since_ms;
};

/* watch_folders.c */
struct wanted *wanted_find(struct imap_watcher *watcher, const char *name);
struct wanted *wanted_add(struct imap_watcher *watcher, const char *name);
void wanted_drop(struct imap_watcher *watcher, const char *name);
void wanted_drop_all(struct imap_watcher *watcher);
/* Every folder is to be looked at. */
void wanted_unread_all(struct imap_watcher *watcher);
bool wanted_has_unread(const struct imap_watcher *watcher);

/* watch_dialogue.c: what to say next, and what an answer means. */
void dialogue_begin(struct imap_watcher *watcher);
void dialogue_response(struct imap_watcher *watcher, const struct imap_response *response);
/* Sends whatever is due in WATCHING: STATUS of unread folders, IDLE, its end. */
void dialogue_pump(struct imap_watcher *watcher);
void dialogue_login(struct imap_watcher *watcher);
/* The server's "+" within the login: now the credentials. */
void dialogue_continue_login(struct imap_watcher *watcher);
/* Puts a command into the buffer; its tagged answer is awaited. */
void dialogue_send(struct imap_watcher *watcher, enum watch_command command,
    struct wanted *folder, const char *text);
void watch_lose(struct imap_watcher *watcher, enum fault fault, const char *why);

#endif
