/* SPDX-License-Identifier: ISC */
/*
 * session_open: from a URL and credentials to a session that may send: connection, TLS, EHLO,
 * AUTH.  A password leaves only over TLS, to a loopback address, or where the administrator has
 * said "plain".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "backends/smtp/session.h"
#include "bridge/base/codec.h"
#include "bridge/base/crypto.h"
#include "bridge/base/log.h"
#include "bridge/base/stream.h"
#include "bridge/config.h"
#include "bridge/store.h"

enum {
	CREDENTIAL_MAX = 2048,	/* bytes of user or password */
	QUOTE = 300,
};

static bool
is_loopback(const char *host)
{
	return strcasecmp(host, "localhost") == 0 || strncmp(host, "127.", 4) == 0 ||
	    strcmp(host, "::1") == 0;
}

static bool
needs_starttls(const struct url *url)
{
	return url->scheme != URL_SMTPS &&
	    (url->starttls || !(url->plain || is_loopback(url->host)));
}

static enum fault
complain(const struct session *session, const struct url *url, const char *step, const char *why)
{
	char quoted[QUOTE];

	log_event(LEVEL_WARN, session->request_id, "smtp-open", "server=%s step=%s reason=%s",
	    url->host, step, log_quote(why, quoted, sizeof(quoted)));
	return TRY_LATER;
}

/* The line of the EHLO answer that begins with this word. */
static bool
has_keyword(const char *response, const char *keyword)
{
	size_t n = strlen(keyword);

	while (response != NULL) {
		if (strncasecmp(response, keyword, n) == 0 && (response[n] == '\n' ||
		    response[n] == '\0' || response[n] == ' ' || response[n] == '\r'))
			return true;
		response = strchr(response, '\n');
		response += response != NULL;
	}
	return false;
}

static enum fault
say_hello(struct session *session, const struct url *url)
{
	int outcome;

	session_touch(session);
	session->received = 0;
	outcome = mailesmtp_ehlo(session->smtp);
	session->has_utf8 = outcome == MAILSMTP_NO_ERROR &&
	    has_keyword(session->smtp->response, "SMTPUTF8");
	if (outcome != MAILSMTP_NO_ERROR && !session->has_failed)
		outcome = mailsmtp_helo(session->smtp);
	if (outcome == MAILSMTP_NO_ERROR)
		return OK;
	return complain(session, url, "ehlo", session->has_failed ?
	    stream_error(session->stream) : mailsmtp_strerror(outcome));
}

static enum fault
start_tls(struct session *session, const struct url *url)
{
	int outcome;

	session_touch(session);
	session->received = 0;
	outcome = mailesmtp_starttls(session->smtp);
	if (outcome == MAILSMTP_ERROR_STARTTLS_NOT_SUPPORTED) {
		complain(session, url, "starttls", "not offered, and plain text is not allowed");
		return CANNOT;
	}
	/* whatever came behind the answer was not encrypted and could be anyone's */
	if (outcome != MAILSMTP_NO_ERROR || session->smtp->stream->read_buffer_len != 0)
		return complain(session, url, "starttls", mailsmtp_strerror(outcome));
	if (!stream_start_tls(session->stream))
		return complain(session, url, "tls", stream_error(session->stream));
	return say_hello(session, url);
}

/* Sends a secret line in base64 and wipes it. */
static void
send_secret(struct session *session, const void *data, size_t n, struct reply *ret_reply)
{
	char line[CREDENTIAL_MAX * 3 + 8];

	memset(ret_reply, 0, sizeof(*ret_reply));
	if (base64_size(n) + 3 > sizeof(line))
		return;
	base64_encode(data, n, line);
	memcpy(line + strlen(line), "\r\n", 3);
	session_command(session, line, ret_reply);
	crypto_wipe(line, sizeof(line));
}

static void
auth_plain(struct session *session, const struct login *login, struct reply *ret_reply)
{
	size_t n_user = strlen(login->user), n_password = strlen(login->password);
	char secret[2 * CREDENTIAL_MAX + 2];

	session_command(session, "AUTH PLAIN\r\n", ret_reply);
	if (ret_reply->code != 334)
		return;
	secret[0] = '\0';
	memcpy(secret + 1, login->user, n_user + 1);
	memcpy(secret + n_user + 2, login->password, n_password);
	send_secret(session, secret, n_user + n_password + 2, ret_reply);
	crypto_wipe(secret, sizeof(secret));
}

static void
auth_login(struct session *session, const struct login *login, struct reply *ret_reply)
{
	session_command(session, "AUTH LOGIN\r\n", ret_reply);
	if (ret_reply->code == 334)
		send_secret(session, login->user, strlen(login->user), ret_reply);
	if (ret_reply->code == 334)
		send_secret(session, login->password, strlen(login->password), ret_reply);
}

static enum fault
authenticate(struct session *session, const struct login *login)
{
	int offered = session->smtp->auth;
	struct reply reply;

	if (login->user == NULL || login->password == NULL || (offered &
	    (MAILSMTP_AUTH_PLAIN | MAILSMTP_AUTH_LOGIN)) == 0)
		return OK; /* a relay that knows us by our address */
	if (strlen(login->user) >= CREDENTIAL_MAX || strlen(login->password) >= CREDENTIAL_MAX)
		return DENIED;
	if ((offered & MAILSMTP_AUTH_PLAIN) != 0)
		auth_plain(session, login, &reply);
	else
		auth_login(session, login, &reply);
	if (reply.code == 235)
		return OK;
	complain(session, login->url, "auth", reply.code == 0 ? stream_error(session->stream) :
	    reply.text);
	/* 454 is the server's trouble; all other refusals mean these credentials */
	return reply.code >= 500 ? DENIED : TRY_LATER;
}

static enum fault
connect_and_greet(struct session *session, const struct url *url)
{
	mailstream *mail;
	int outcome;

	session_touch(session);
	if (!stream_open(session->stream))
		return complain(session, url, "connect", stream_error(session->stream));
	mail = session_mailstream(session);
	session->smtp = mailsmtp_new(0, NULL);
	if (mail == NULL || session->smtp == NULL)
		return BUG;
	outcome = mailsmtp_connect(session->smtp, mail);
	if (outcome != MAILSMTP_NO_ERROR) { /* libetpan has closed and forgotten the stream */
		session->has_failed = true;
		return complain(session, url, "greeting", mailsmtp_strerror(outcome));
	}
	return say_hello(session, url);
}

static struct session *
session_new(const struct login *login)
{
	const struct url *url = login->url;
	struct stream_options options = {
		.host = url->host,
		.port = url->port,
		.tls = url->scheme == URL_SMTPS,
		.starttls_later = needs_starttls(url),
		.ca_file = url->ca_file,
	};
	struct session *session = calloc(1, sizeof(*session));

	if (session == NULL)
		return NULL;
	session->timeout_ms = (int64_t)config->server.connect_timeout * 1000;
	snprintf(session->request_id, sizeof(session->request_id), "%s",
	    login->request_id == NULL ? "" : login->request_id);
	session->stream = stream_new(&options);
	if (session->stream == NULL)
		session_close(&session);
	return session;
}

enum fault
session_open(const struct login *login, struct session **ret_session)
{
	struct session *session = session_new(login);
	enum fault fault;

	if (session == NULL)
		return TRY_LATER;
	fault = connect_and_greet(session, login->url);
	if (fault == OK && needs_starttls(login->url))
		fault = start_tls(session, login->url);
	if (fault == OK)
		fault = authenticate(session, login);
	if (fault != OK) {
		session_close(&session);
		return fault;
	}
	session->timeout_ms = (int64_t)config->server.upstream_timeout * 1000;
	*ret_session = session;
	return OK;
}
