/* SPDX-License-Identifier: ISC */
/* Logging in without waiting: one command, whichever the server takes.  Process: watch. */
#include <stdlib.h>
#include <string.h>

#include "backends/imap/watcher.h"
#include "bridge/base/codec.h"
#include "bridge/base/crypto.h"

enum { COMMAND_MAX = 8192 };

static bool
is_quotable(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || (unsigned char)*text >= 0x7f)
			return false;
	return true;
}

static void
put_quoted(struct buf *out, const char *text)
{
	buf_putc(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			buf_putc(out, '\\');
		buf_putc(out, *text);
	}
	buf_putc(out, '"');
}

/* NUL user NUL password in base64 (RFC 4616). */
static void
put_plain(struct buf *out, const struct imap_watcher *watcher)
{
	size_t n_user = strlen(watcher->user), n_password = strlen(watcher->password);
	size_t n = n_user + n_password + 2;
	char *raw = calloc(1, n), *text = malloc(base64_size(n) + 1);

	if (raw && text) {
		memcpy(raw + 1, watcher->user, n_user);
		memcpy(raw + 2 + n_user, watcher->password, n_password);
		base64_encode(raw, n, text);
		buf_puts(out, text);
		crypto_wipe(text, strlen(text));
	}
	if (raw)
		crypto_wipe(raw, n);
	free(raw);
	free(text);
}

void
dialogue_login(struct imap_watcher *watcher)
{
	struct buf command;

	watcher->phase = PHASE_LOGIN;
	buf_init(&command, COMMAND_MAX);
	if (watcher->has_plain && watcher->has_sasl_ir) {
		buf_puts(&command, "AUTHENTICATE PLAIN ");
		put_plain(&command, watcher);
	} else if (!watcher->is_login_disabled && is_quotable(watcher->user) &&
	    is_quotable(watcher->password)) {
		buf_puts(&command, "LOGIN ");
		put_quoted(&command, watcher->user);
		buf_putc(&command, ' ');
		put_quoted(&command, watcher->password);
	} else {
		buf_puts(&command, "AUTHENTICATE PLAIN");
	}
	if (command.failed)
		watch_lose(watcher, DENIED, "login too long");
	else
		dialogue_send(watcher, COMMAND_LOGIN, NULL, buf_str(&command));
	crypto_wipe(command.data, command.len);
	buf_free(&command);
}

void
dialogue_continue_login(struct imap_watcher *watcher)
{
	put_plain(&watcher->out, watcher);
	buf_puts(&watcher->out, "\r\n");
}
