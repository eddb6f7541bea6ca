/* SPDX-License-Identifier: ISC */
/* Opening an IMAP connection up to the log-in, and its selected mailbox.  Worker. */
#include "backends/imap/connection.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "backends/imap/command.h"
#include "backends/imap/login.h"
#include "backends/imap/transport.h"
#include "backends/imap/uidset.h"
#include "bridge/base/arena.h"
#include "bridge/base/date.h"
#include "bridge/base/log.h"
#include "bridge/base/stream.h"
#include "bridge/config.h"
#include "bridge/store.h"

enum { COMMANDS_MAX = 1024 * 1024 };	/* bytes of commands not yet flushed */

static const struct {
	const char *word;
	unsigned caps;
} capabilities[] = {
	{ "IMAP4REV2", CAP_IMAP4REV2 | CAP_ENABLE | CAP_NAMESPACE | CAP_UIDPLUS | CAP_MOVE |
	    CAP_ESEARCH | CAP_UNSELECT | CAP_SASL_IR },
	{ "LITERAL+", CAP_LITERAL_PLUS },
	{ "LITERAL-", CAP_LITERAL_MINUS },
	{ "SASL-IR", CAP_SASL_IR },
	{ "AUTH=PLAIN", CAP_AUTH_PLAIN },
	{ "LOGINDISABLED", CAP_LOGIN_DISABLED },
	{ "STARTTLS", CAP_STARTTLS },
	{ "ID", CAP_ID },
	{ "ENABLE", CAP_ENABLE },
	{ "NAMESPACE", CAP_NAMESPACE },
	{ "CONDSTORE", CAP_CONDSTORE },
	{ "QRESYNC", CAP_QRESYNC | CAP_CONDSTORE | CAP_ENABLE },
	{ "UIDPLUS", CAP_UIDPLUS },
	{ "MOVE", CAP_MOVE },
	{ "ESEARCH", CAP_ESEARCH },
	{ "LIST-EXTENDED", CAP_LIST_EXTENDED },
	{ "SPECIAL-USE", CAP_SPECIAL_USE },
	{ "CREATE-SPECIAL-USE", CAP_CREATE_SPECIAL_USE },
	{ "XLIST", CAP_XLIST },
	{ "OBJECTID", CAP_OBJECTID },
	{ "UTF8=ACCEPT", CAP_UTF8 },
	{ "UTF8=ONLY", CAP_UTF8 },
	{ "UNSELECT", CAP_UNSELECT },
};

bool
imap_has(const struct imap *imap, enum imap_cap cap)
{
	return (imap->caps & cap) != 0;
}

static void
cap_add(struct imap *imap, const char *word)
{
	for (size_t i = 0; i < sizeof(capabilities) / sizeof(capabilities[0]); i++)
		if (strcasecmp(word, capabilities[i].word) == 0)
			imap->caps |= capabilities[i].caps;
	if (strncasecmp(word, "APPENDLIMIT=", 12) == 0)
		imap->append_limit = strtoull(word + 12, NULL, 10);
}

static void
caps_set(struct imap *imap, const struct imap_value *words)
{
	imap->caps = 0;
	imap->caps_fresh = true;
	for (const struct imap_value *v = words; v; v = v->next)
		if (imap_text(v))
			cap_add(imap, imap_text(v));
}

/* What libetpan has learnt, from the greeting or by asking. */
void
imap_caps_take(struct imap *imap)
{
	struct mailimap_connection_info *info = imap->session->imap_connection_info;

	imap->caps = 0;
	if (!info || !info->imap_capability)
		return;
	for (clistiter *i = clist_begin(info->imap_capability->cap_list); i; i = clist_next(i)) {
		struct mailimap_capability *cap = clist_content(i);

		if (cap->cap_type == MAILIMAP_CAPABILITY_NAME && cap->cap_data.cap_name) {
			cap_add(imap, cap->cap_data.cap_name);
		} else if (cap->cap_data.cap_auth_type &&
		    strcasecmp(cap->cap_data.cap_auth_type, "PLAIN") == 0) {
			imap->caps |= CAP_AUTH_PLAIN;
		}
	}
}

static void
selection_forget(struct imap *imap)
{
	free(imap->selected.name);
	imap->selected = (struct selected){ 0 };
}

static void
code_observe(struct imap *imap, const struct imap_response *r)
{
	struct selected *s = &imap->selected;
	uint64_t n;

	if (strcmp(r->code, "CAPABILITY") == 0)
		caps_set(imap, r->args);
	else if (strcmp(r->code, "UIDVALIDITY") == 0 && imap_number(r->args, UINT32_MAX, &n))
		s->state.uidvalidity = (uint32_t)n;
	else if (strcmp(r->code, "UIDNEXT") == 0 && imap_number(r->args, UINT32_MAX, &n))
		s->state.uidnext = (uint32_t)n;
	else if (strcmp(r->code, "HIGHESTMODSEQ") == 0 && imap_number(r->args, INT64_MAX, &n))
		s->state.modseq = n;
	else if (strcmp(r->code, "NOMODSEQ") == 0)
		s->no_modseq = true;
	else if (strcmp(r->code, "READ-ONLY") == 0)
		s->read_only = true;
	else if (strcmp(r->code, "PERMANENTFLAGS") == 0)
		for (const struct imap_value *v = imap_list(r->args); v; v = v->next)
			s->keywords |= imap_is(v, "\\*");
}

static void
vanished_observe(struct imap *imap, const struct imap_value *first)
{
	struct arena *arena;
	struct uid_set set;
	uint64_t gone = 0;

	if (!first || first->kind != IMAP_ATOM)	/* (EARLIER): not news */
		return;
	imap->selected.status_holds = false;
	arena = arena_new(0);
	uidset_init(&set, arena);
	if (uidset_parse(&set, first->text))
		gone = uidset_count(&set);
	arena_free(&arena);
	imap->selected.state.messages -= gone < imap->selected.state.messages ?
	    (uint32_t)gone : imap->selected.state.messages;
}

void
imap_observe(struct imap *imap, const struct imap_response *r)
{
	if (*r->code)
		code_observe(imap, r);
	if (r->type != IMAP_UNTAGGED)
		return;
	if (strcmp(r->word, "EXISTS") == 0) {
		imap->selected.state.messages = r->number;
		imap->selected.status_holds = false;
	} else if (strcmp(r->word, "EXPUNGE") == 0) {
		if (imap->selected.state.messages)
			imap->selected.state.messages--;
		imap->selected.status_holds = false;
	} else if (strcmp(r->word, "VANISHED") == 0) {
		vanished_observe(imap, r->values);
	} else if (strcmp(r->word, "FETCH") == 0) {
		/* ours or news: to tell them apart is not worth the trouble */
		imap->selected.status_holds = false;
	} else if (strcmp(r->word, "CAPABILITY") == 0) {
		caps_set(imap, r->values);
	} else if (strcmp(r->word, "BYE") == 0) {
		imap_die(imap, *r->text ? r->text : "BYE");
	}
}

enum fault
imap_unselect(struct imap *imap)
{
	if (!imap->selected.name)
		return imap->dead ? TRY_LATER : OK;
	selection_forget(imap);
	/* without UNSELECT: a SELECT that fails leaves nothing selected (RFC 9051 6.3.2) */
	imap_run(imap, NULL, imap_has(imap, CAP_UNSELECT) ? "UNSELECT" : "SELECT \"\"");
	return imap->dead ? TRY_LATER : OK;
}

enum fault
imap_select(struct imap *imap, const char *mailbox)
{
	struct imap_reader reader = { .no = FOLDER_GONE };
	struct arena *arena;
	enum fault fault;

	if (imap->dead)
		return TRY_LATER;
	if (imap->selected.name && strcmp(imap->selected.name, mailbox) == 0)
		return OK;
	selection_forget(imap);
	arena = arena_new(0);
	fault = imap_run(imap, &reader, "SELECT %s%s", imap_quote(arena, mailbox),
	    imap_has(imap, CAP_CONDSTORE) && !imap->condstore ? " (CONDSTORE)" : "");
	arena_free(&arena);
	if (fault == REFUSED || fault == CANNOT)
		fault = FOLDER_GONE;
	if (fault != OK) {
		selection_forget(imap);
		return fault;
	}
	imap->selected.name = strdup(mailbox);
	imap->selected.since_ms = now_ms();
	return OK;
}

/* A server that turns us away at the door: libetpan 1.9.4 loses memory over that greeting, and we
 * can say why. */
static bool
is_turned_away(const struct imap *imap)
{
	static const char bye[] = "* BYE";

	return mailstream_feed_read_buffer(imap->stream) >= (ssize_t)strlen(bye) &&
	    strncasecmp(imap->stream->read_buffer, bye, strlen(bye)) == 0;
}

static enum fault
farewell(struct imap *imap)
{
	size_t used;

	if (imap_scan(imap->scanner, imap->stream->read_buffer, imap->stream->read_buffer_len,
	    &used) == SCAN_DONE)
		imap_observe(imap, &imap->scanner->response);
	return imap_die(imap, "BYE");
}

/* libetpan's session over our transport; reads the greeting. */
static enum fault
session_open(struct imap *imap)
{
	mailstream *stream = transport_mailstream(imap->transport);
	int r;

	imap->session = mailimap_new(0, NULL);
	imap->scanner = imap_scanner_new();
	if (!imap->session || !imap->scanner || !stream || !imap->done) {
		if (stream)
			mailstream_close(stream);
		return imap_die(imap, "no memory");
	}
	imap->stream = stream;
	if (is_turned_away(imap))
		return farewell(imap);
	r = mailimap_connect(imap->session, stream);
	imap->session->imap_stream = stream;
	if (r == MAILIMAP_NO_ERROR_NON_AUTHENTICATED || r == MAILIMAP_NO_ERROR_AUTHENTICATED)
		return OK;
	if (*imap->transport->error)
		return imap_die(imap, imap->transport->error);
	return imap_die(imap, imap->session->imap_response ? imap->session->imap_response :
	    "no IMAP greeting");
}

static bool
is_loopback(const struct imap *imap)
{
	struct sockaddr_storage peer;
	const struct sockaddr_in *v4 = (const void *)&peer;
	const struct sockaddr_in6 *v6 = (const void *)&peer;

	if (!stream_peer(imap->transport->stream, &peer))
		return false;
	if (peer.ss_family == AF_INET)
		return (ntohl(v4->sin_addr.s_addr) >> 24) == 127;
	return peer.ss_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

/* What must hold before any secret is sent. */
static enum fault
encryption_check(struct imap *imap, const struct login *login)
{
	if (url_is_tls(login->url) || login->url->starttls || login->url->plain ||
	    is_loopback(imap))
		return OK;
	imap_die(imap, "plain text to another machine is not allowed: add starttls or plain");
	return CANNOT;
}

static enum fault
opening_run(struct imap *imap, const struct login *login)
{
	enum fault fault = session_open(imap);

	if (fault == OK)
		fault = encryption_check(imap, login);
	if (fault == OK)
		fault = login_run(imap, login);
	return fault;
}

static void
opened_log(const struct imap *imap, int64_t begun)
{
	char account[128], host[128];

	log_event(LEVEL_INFO, imap->transport->request_id, "imap-login", "user=%s host=%s ms=%d",
	    log_quote(imap->account, account, sizeof(account)),
	    log_quote(imap->host, host, sizeof(host)), (int)(now_ms() - begun));
}

static void
unreachable_log(const struct login *login, const char *why)
{
	char account[128], host[128], reason[256];

	log_event(LEVEL_WARN, login->request_id, "imap-error", "user=%s host=%s reason=%s",
	    log_quote(login->account, account, sizeof(account)),
	    log_quote(login->url->text, host, sizeof(host)),
	    log_quote(why, reason, sizeof(reason)));
}

enum fault
imap_open(const struct login *login, struct imap **ret_imap)
{
	struct imap *imap = calloc(1, sizeof(*imap));
	int64_t begun = now_ms();
	char why[256] = "";
	enum fault fault;

	if (!imap)
		return TRY_LATER;
	imap->account = strdup(login->account ? login->account : login->user);
	imap->host = strdup(login->url->text);
	imap->done = calloc(IMAP_DONE_MAX, sizeof(*imap->done));
	buf_init(&imap->out, COMMANDS_MAX);
	imap->transport = transport_open(login, why, sizeof(why));
	if (!imap->transport) {
		unreachable_log(login, why);
		imap_close(&imap);
		return TRY_LATER;
	}
	fault = opening_run(imap, login);
	if (fault != OK) {
		imap_close(&imap);
		return fault;
	}
	imap->transport->timeout = (int64_t)config->server.upstream_timeout * 1000;
	opened_log(imap, begun);
	*ret_imap = imap;
	return OK;
}

void
imap_close(struct imap **imap)
{
	struct imap *i = *imap;

	if (!i)
		return;
	if (i->stream) {
		/* said into the socket, not waited for */
		if (!i->dead && mailstream_write(i->stream, "bye LOGOUT\r\n", 12) == 12)
			mailstream_flush(i->stream);
		i->session->imap_stream = NULL;
		mailstream_close(i->stream);
	}
	if (i->session)
		mailimap_free(i->session);
	imap_scanner_free(&i->scanner);
	transport_free(&i->transport);
	selection_forget(i);
	buf_free(&i->out);
	free(i->account);
	free(i->host);
	free(i->done);
	free(i);
	*imap = NULL;
}
