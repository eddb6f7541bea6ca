/* SPDX-License-Identifier: ISC */
/*
 * easphone play first-day: the whole first day of a phone against a running bridge, one line in
 * plain words for each step, with its time.  contrib/quickstart shows it to newcomers.
 * easphone sync: one folder, once or until quiet, as a workload.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "bridge/base/date.h"
#include "tests/player/flavour.h"
#include "tests/player/mail.h"
#include "tests/player/node.h"
#include "tests/player/notation.h"
#include "tests/player/phone.h"
#include "tests/player/programs.h"
#include "tests/player/script.h"
#include "tests/player/steps.h"

struct play {
	const struct options *options;
	struct phone *phone;
	struct folder *inbox;
	const char *mail_id;	/* of the mail that came */
	int64_t started;	/* of the step at hand */
	unsigned n;
};

static void say(struct play *play, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct play *play, const char *format, ...)
{
	va_list args;

	printf("%2u. %5lld ms  ", ++play->n, (long long)(now_ms() - play->started));
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

static bool send_text(struct phone *phone, const char *command, const char *text)
{
	struct notation notation = {.arena = phone->arena, .dir = ""};
	struct sending sending = {.command = command};

	sending.document = notation_element(&notation, &text);
	if (sending.document == NULL)
		return phone_fail(phone, "%s", notation.error);
	return phone_send(phone, &sending);
}

static bool receive(struct phone *phone, int64_t ms)
{
	struct request *request = phone_request(phone, NULL);

	if (phone_receive(phone, request, now_ms() + ms, READ_FULLY) == WIRE_TIMEOUT)
		return phone_fail(phone, "no answer in %lld ms", (long long)ms);
	if (phone->error == NULL && phone->answer.status != 200)
		return phone_fail(phone, "HTTP %d", phone->answer.status);
	return phone->error == NULL;
}

static bool play_options(struct play *play)
{
	struct phone *phone = play->phone;
	struct sending sending = {.method = "OPTIONS"};
	const char *versions;

	if (!phone_ask(phone, &sending))
		return false;
	versions = answer_header(&phone->answer, "MS-ASProtocolVersions");
	if (versions == NULL)
		return phone_fail(phone, "no MS-ASProtocolVersions");
	say(play, "The phone asks what the server can do: protocol versions %s.", versions);
	return true;
}

static bool play_provision(struct play *play)
{
	if (!step_provision(play->phone))
		return false;
	say(play, "It asks for a security policy: %s.", strcmp(play->phone->policy_key, "0") == 0
	    ? "none is set, the phone stays its owner's" : "accepted");
	return true;
}

static bool play_folders(struct play *play)
{
	struct phone *phone = play->phone;

	if (!step_folders(phone, "0"))
		return false;
	play->inbox = phone_folder(phone, "INBOX");
	if (play->inbox == NULL)
		return phone_fail(phone, "no INBOX among the folders");
	say(play, "It fetches the folder list: %zu folders.", map_count(&phone->folders));
	return true;
}

static bool play_sync(struct play *play)
{
	struct sync_wish wish = SYNC_WISH_DEFAULT;

	wish.until_quiet = true;
	if (!step_sync(play->phone, play->inbox, &wish))
		return false;
	say(play, "It syncs the INBOX: %ld mails in %ld requests.", wish.adds, wish.rounds);
	return true;
}

static const char *deliver(struct play *play, const char *subject)
{
	struct phone *phone = play->phone;
	const char *port = script_env_get(play->options->script, "LMTP_PORT");
	const char *mail = arena_printf(phone->arena,
		"From: A friend <friend@example.net>\r\nTo: %s\r\nSubject: %s\r\n"
		"Message-ID: <%lld.first-day@example.net>\r\nMIME-Version: 1.0\r\n"
		"Content-Type: text/plain; charset=utf-8\r\n\r\nHello from the other side.\r\n",
		phone->user, subject, (long long)now_wall_ms());
	const char *problem = "no LMTP_PORT in the environment file";

	if (port != NULL && lmtp_deliver(phone->arena, (uint16_t)strtol(port, NULL, 10),
					 phone->user, mail, strlen(mail), &problem))
		return NULL;
	return problem;
}

static bool play_push(struct play *play)
{
	struct phone *phone = play->phone;
	const char *subject = arena_printf(phone->arena, "Hello %lld", (long long)now_s());
	const char *problem;
	struct timespec pause = {1, 500000000};

	if (!send_text(phone, "Ping", arena_printf(phone->arena,
		"Ping { HeartbeatInterval 600 Folders { Folder { Id \"%s\" Class Email } } }",
		play->inbox->id)))
		return false;
	nanosleep(&pause, NULL);
	say(play, "It holds a Ping: \"tell me when something comes\".  It waits.");
	problem = deliver(play, subject);
	if (problem != NULL)
		return phone_fail(phone, "delivery: %s", problem);
	play->started = now_ms();
	if (!receive(phone, 30000))
		return false;
	if (strcmp(node_text(phone->document, "Status"), "2") != 0)
		return phone_fail(phone, "Ping: Status %s", node_text(phone->document, "Status"));
	say(play, "A mail is delivered to the mail server; so long after it the Ping is answered.");
	return true;
}

static bool play_news(struct play *play)
{
	struct phone *phone = play->phone;
	struct sync_wish wish = SYNC_WISH_DEFAULT;
	const struct node *add;

	if (!step_sync(phone, play->inbox, &wish))
		return false;
	add = node_path(phone->document, "Collections/Collection/Commands/Add");
	if (add == NULL)
		return phone_fail(phone, "the new mail did not come");
	play->mail_id = node_text(add, "ServerId");
	say(play, "It fetches the mail: \"%s\" from %s.", node_text(add, "ApplicationData/Subject"),
	    node_text(add, "ApplicationData/From"));
	return true;
}

static bool play_reply(struct play *play)
{
	struct phone *phone = play->phone;
	bool old = phone->version < 140;
	const char *mime = arena_printf(phone->arena,
		"From: %s\r\nTo: friend@example.net\r\nSubject: Re: Hello\r\n"
		"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
		"Thank you!\r\n", phone->user);
	struct sending sending = {.command = "SmartReply", .bytes = mime, .len = strlen(mime),
				  .content_type = "message/rfc822"};

	sending.query = arena_printf(phone->arena, "SaveInSent=T&CollectionId=%s&ItemId=%s",
				     play->inbox->id, play->mail_id);
	if (old ? !phone_send(phone, &sending) : !send_text(phone, "SmartReply",
		arena_printf(phone->arena, "SmartReply { ClientId \"reply%lld\" Source { "
			"FolderId \"%s\" ItemId \"%s\" } SaveInSentItems~ Mime opaque \"%s\" }",
			(long long)now_wall_ms(), play->inbox->id, play->mail_id, mime)))
		return false;
	if (!receive(phone, 60000))
		return false;
	if (phone->answer.len > 0)
		return phone_fail(phone, "SmartReply: Status %s",
				  node_text(phone->document, "Status"));
	say(play, "It replies; the bridge quotes the mail and hands all to the SMTP server.");
	return true;
}

static int fail(const struct phone *phone)
{
	struct buf out;

	fprintf(stderr, "failed: %s\n", phone->error ? phone->error : "?");
	if (phone->document == NULL)
		return 1;
	buf_init(&out, 1 << 20);
	node_print(&out, phone->document, 200);
	fprintf(stderr, "%s", buf_str(&out));
	buf_free(&out);
	return 1;
}

struct phone *options_phone(const struct options *options)
{
	struct script *script = options->script;
	const struct flavour *flavour = flavour_find(options->kind);
	const char *url = script_env_get(script, "EAS_URL");
	struct phone *phone;

	if (flavour == NULL || url == NULL) {
		fprintf(stderr, "easphone: %s\n", flavour ? "no EAS_URL" : "no such kind of phone");
		return NULL;
	}
	phone = phone_new(script->arena, "phone", flavour);
	phone->user = options->user ? options->user : "alice";
	phone->password = options->password ? options->password : "secret";
	if (options->version != NULL)
		phone->version = version_of(options->version);
	if (!wire_target_parse(script->arena, url, &phone->target) || phone->version == 0) {
		fprintf(stderr, "easphone: bad URL or version\n");
		return NULL;
	}
	phone->target.ca_file = script_env_get(script, "EAS_CA_FILE");
	return phone;
}

int program_play(struct options *options)
{
	static bool (*const steps[])(struct play *) = {
		play_options, play_provision, play_folders, play_sync, play_push, play_news,
		play_reply,
	};
	struct play play = {.options = options, .phone = options_phone(options)};

	if (play.phone == NULL)
		return 2;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		play.started = now_ms();
		if (!steps[i](&play))
			return fail(play.phone);
	}
	phone_close(play.phone);
	return 0;
}

static void set_long(long *ret, const char *text)
{
	if (text != NULL)
		*ret = strtol(text, NULL, 10);
}

int program_sync(struct options *options)
{
	struct phone *phone = options_phone(options);
	struct sync_wish wish = SYNC_WISH_DEFAULT;
	struct folder *folder;
	int64_t start = now_ms();
	long rounds = 1;

	if (phone == NULL)
		return 2;
	set_long(&wish.window, options->window);
	set_long(&wish.body, options->body);
	set_long(&wish.size, options->size);
	set_long(&wish.filter, options->filter);
	set_long(&rounds, options->rounds);
	wish.until_quiet = true;
	if (!step_folders(phone, "0"))
		return fail(phone);
	folder = phone_folder(phone, options->folder);
	if (folder == NULL) {
		phone_fail(phone, "no folder %s", options->folder);
		return fail(phone);
	}
	for (long i = 0; i < rounds; i++) {
		start = now_ms();
		wish.rounds = wish.adds = 0;
		if (!step_sync(phone, folder, &wish))
			return fail(phone);
		printf("items=%zu adds=%ld requests=%ld ms=%lld last_ms=%lld\n",
		       map_count(&folder->items), wish.adds, wish.rounds,
		       (long long)(now_ms() - start), (long long)phone->took_ms);
	}
	phone_close(phone);
	return 0;
}
