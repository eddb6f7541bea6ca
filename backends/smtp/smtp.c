/* SPDX-License-Identifier: ISC */
/*
 * The operations of mail submission as the bridge calls them (bridge/send.h).  Worker.
 */
#include "backends/formats/compose.h"
#include "backends/smtp/session.h"
#include "backends/smtp/submit.h"
#include "bridge/send.h"

extern const struct send_ops smtp_send_ops;

static enum fault
smtp_open(const struct login *login, struct sender **ret_sender)
{
	struct session *session;
	enum fault fault = session_open(login, &session);

	if (fault != OK)
		return fault;
	session->sender.ops = &smtp_send_ops;
	*ret_sender = &session->sender;
	return OK;
}

static void
smtp_close(struct sender **sender)
{
	struct session *session = (struct session *)*sender;

	*sender = NULL;
	session_close(&session);
}

static bool
smtp_is_alive(struct sender *sender)
{
	return session_is_alive((struct session *)sender);
}

static enum fault
smtp_submit(struct sender *sender, const struct envelope *envelope, struct body *message,
    struct refusals *ret, bool *ret_sent)
{
	return submit((struct session *)sender, envelope, message, ret, ret_sent);
}

const struct send_ops smtp_send_ops = {
	.name = "smtp",
	.compose = compose,
	.open = smtp_open,
	.close = smtp_close,
	.is_alive = smtp_is_alive,
	.submit = smtp_submit,
};
