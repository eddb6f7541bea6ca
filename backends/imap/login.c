/* SPDX-License-Identifier: ISC */
/* Capabilities, STARTTLS, authentication.  Worker. */
#include "backends/imap/login.h"

#include <stdlib.h>
#include <string.h>

#include "backends/imap/command.h"
#include "backends/imap/connection.h"
#include "backends/imap/transport.h"
#include "bridge/base/codec.h"
#include "bridge/base/crypto.h"
#include "bridge/base/limits.h"
#include "bridge/base/log.h"
#include "bridge/config.h"
#include "bridge/store.h"

enum { PLAIN_MAX = LIMIT_USER + LIMIT_PASSWORD + 2 };

static enum fault
capabilities_ask(struct imap *imap)
{
	struct mailimap_capability_data *data = NULL;

	imap_settle(imap);
	if (mailimap_capability(imap->session, &data) != MAILIMAP_NO_ERROR)
		return imap_die(imap, *imap->transport->error ? imap->transport->error :
		    "CAPABILITY refused");
	mailimap_capability_data_free(data);
	imap_caps_take(imap);
	return OK;
}

/*
 * Whatever an attacker put behind the answer to STARTTLS in plain text must not be taken for an
 * answer within TLS (CVE-2020-15953): the buffer has to be empty, and capabilities are asked anew.
 */
static enum fault
tls_start(struct imap *imap)
{
	if (!imap_has(imap, CAP_STARTTLS)) {
		imap_die(imap, "server offers no STARTTLS");
		return TRY_LATER;
	}
	imap_settle(imap);
	if (mailimap_starttls(imap->session) != MAILIMAP_NO_ERROR)
		return imap_die(imap, "STARTTLS refused");
	if (imap->stream->read_buffer_len)
		return imap_die(imap, "plain text injected before TLS");
	if (!transport_start_tls(imap->transport))
		return imap_die(imap, imap->transport->error);
	return capabilities_ask(imap);
}

/* The log line of a login that the server did not take; fail2ban and admins read it. */
static enum fault
refused(struct imap *imap, const struct login *login, const struct imap_reader *reader,
    enum fault fault)
{
	char account[128], user[128], host[128], reason[256];

	if (imap->dead)
		return TRY_LATER;
	if (strcmp(reader->code, "LIMIT") == 0)	/* too many connections */
		fault = TRY_LATER;
	if (strcmp(reader->code, "PRIVACYREQUIRED") == 0)
		fault = CANNOT;
	log_event(LEVEL_WARN, imap->transport->request_id, "imap-login",
	    "user=%s login=%s host=%s result=%s reason=%s",
	    log_quote(imap->account, account, sizeof(account)),
	    log_quote(login->user, user, sizeof(user)),
	    log_quote(imap->host, host, sizeof(host)), fault_name(fault),
	    log_quote(reader->text, reason, sizeof(reason)));
	return fault;
}

static size_t
plain_make(const struct login *login, char ret_plain[PLAIN_MAX])
{
	size_t n_user = strlen(login->user), n_password = strlen(login->password);

	if (n_user > LIMIT_USER || n_password > LIMIT_PASSWORD)
		return 0;
	ret_plain[0] = '\0';
	memcpy(ret_plain + 1, login->user, n_user);
	ret_plain[1 + n_user] = '\0';
	memcpy(ret_plain + 2 + n_user, login->password, n_password);
	return 2 + n_user + n_password;
}

/* RFC 4616, with the initial response of RFC 4959 where the server takes it. */
static enum fault
authenticate_plain(struct imap *imap, const struct login *login, struct imap_reader *reader)
{
	char plain[PLAIN_MAX], text[PLAIN_MAX / 3 * 4 + 8];
	size_t n = plain_make(login, plain);
	unsigned tag = imap_begin(imap);
	enum fault fault = OK;

	base64_encode(plain, n, text);
	imap_printf(imap, "AUTHENTICATE PLAIN");
	if (imap_has(imap, CAP_SASL_IR)) {
		imap_printf(imap, " %s", text);
	} else {
		imap_end(imap);
		fault = imap_wait_continue(imap, tag, reader);
		if (fault == OK)
			imap_printf(imap, "%s", text);
	}
	if (fault == OK) {
		imap_end(imap);
		imap->transport->secret = true;
		fault = imap_wait(imap, tag, reader);
		imap->transport->secret = false;
	}
	crypto_wipe(plain, sizeof(plain));
	crypto_wipe(text, sizeof(text));
	return fault;
}

static enum fault
authenticate_login(struct imap *imap, const struct login *login, struct imap_reader *reader)
{
	unsigned tag = imap_begin(imap);
	enum fault fault;

	imap->transport->secret = true;
	imap_printf(imap, "LOGIN ");
	imap_put_string(imap, login->user);
	imap_printf(imap, " ");
	imap_put_string(imap, login->password);
	imap_end(imap);
	fault = imap_wait(imap, tag, reader);
	imap->transport->secret = false;
	return fault;
}

static enum fault
authenticate(struct imap *imap, const struct login *login)
{
	struct imap_reader reader = { .no = DENIED };
	enum fault fault;

	if (strlen(login->user) > LIMIT_USER || strlen(login->password) > LIMIT_PASSWORD)
		return DENIED;
	if (imap_has(imap, CAP_AUTH_PLAIN)) {
		fault = authenticate_plain(imap, login, &reader);
	} else if (!imap_has(imap, CAP_LOGIN_DISABLED)) {
		fault = authenticate_login(imap, login, &reader);
	} else {
		imap_die(imap, "server offers neither PLAIN nor LOGIN");
		return CANNOT;
	}
	/* a password with a NUL or a line end is BAD to some servers, wrong to all */
	if (fault == CANNOT && reader.status == IMAP_BAD)
		fault = DENIED;
	if (fault != OK)
		return refused(imap, login, &reader, fault);
	crypto_wipe(imap->out.data, imap->out.cap);
	imap->session->imap_state = MAILIMAP_STATE_AUTHENTICATED;
	return OK;
}


static void
enabled_read(void *ctx, const struct imap_response *r)
{
	struct imap *imap = ctx;

	if (strcmp(r->word, "ENABLED") != 0)
		return;
	for (const struct imap_value *v = r->values; v; v = v->next) {
		imap->qresync |= imap_is(v, "QRESYNC");
		imap->condstore |= imap_is(v, "QRESYNC") || imap_is(v, "CONDSTORE");
		imap->utf8 |= imap_is(v, "UTF8=ACCEPT");
	}
}

/* ENABLE and ID in one round trip; both may fail without harm. */
static enum fault
enable(struct imap *imap)
{
	const char *modseq = imap_has(imap, CAP_QRESYNC) ? " QRESYNC" :
	    imap_has(imap, CAP_CONDSTORE) ? " CONDSTORE" : "";
	const char *utf8 = imap_has(imap, CAP_UTF8) ? " UTF8=ACCEPT" : "";
	struct imap_reader reader = { .fn = enabled_read, .ctx = imap };
	unsigned enable_tag = 0, id_tag = 0;

	if (imap_has(imap, CAP_ENABLE) && (*modseq || *utf8))
		enable_tag = imap_send(imap, "ENABLE%s%s", modseq, utf8);
	if (imap_has(imap, CAP_ID) && *imap->transport->request_id) {
		id_tag = imap_begin(imap);
		imap_printf(imap, "ID (\"name\" \"easbridge\" \"x-request-id\" ");
		imap_put_string(imap, imap->transport->request_id);
		imap_printf(imap, ")");
		imap_end(imap);
	}
	if (enable_tag)
		imap_wait(imap, enable_tag, &reader);
	if (id_tag)
		imap_wait(imap, id_tag, NULL);
	return imap->dead ? TRY_LATER : OK;
}

enum fault
login_run(struct imap *imap, const struct login *login)
{
	bool preauth = imap->session->imap_state == MAILIMAP_STATE_AUTHENTICATED;
	enum fault fault = OK;

	imap_caps_take(imap);
	if (!imap->caps)
		fault = capabilities_ask(imap);
	if (fault == OK && login->url->starttls)
		fault = preauth ? imap_die(imap, "PREAUTH leaves no room for STARTTLS") :
		    tls_start(imap);
	if (fault != OK)
		return fault;
	imap->caps_fresh = false;
	if (!preauth)
		fault = authenticate(imap, login);
	if (fault == OK && !imap->caps_fresh)
		fault = imap_run(imap, NULL, "CAPABILITY");
	return fault == OK ? enable(imap) : fault;
}
