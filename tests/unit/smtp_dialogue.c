/* SPDX-License-Identifier: ISC */
/*
 * Submission against scripted servers: a child process plays each script (what it wants to read,
 * what it answers) on a loopback port.  Covers what a well-behaved server never does: lost ends,
 * injected answers, refusals at every step.
 */
#include <arpa/inet.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "bridge/base/arena.h"
#include "bridge/base/body.h"
#include "bridge/base/date.h"
#include "bridge/base/log.h"
#include "bridge/config.h"
#include "bridge/send.h"
#include "bridge/store.h"

extern const struct send_ops smtp_send_ops;

static struct config settings = {
	.server = { .connect_timeout = 1, .upstream_timeout = 1 },
};
struct config *config = &settings;

/* One exchange: a line that must begin so (NULL: speak first), then what is said.  "HANG" waits
 * for ever, "FLOOD" writes one reply line after the other, NULL closes. */
struct exchange {
	const char *want, *say;
};

enum { EXCHANGES = 16, EXIT_WRONG = 3 };

struct script {
	const char *name;
	struct exchange exchanges[EXCHANGES];
	enum fault opened, submitted;
	bool sent, starttls, needs_utf8;
	int code; /* of the first refusal; 0: none */
};

#define GREET { NULL, "220 hi\r\n" }
#define HELLO { "EHLO", "250-me\r\n250-8BITMIME\r\n250-SIZE 1000000\r\n250 AUTH PLAIN LOGIN\r\n" }
#define BARE { "EHLO", "250 me\r\n" }
#define PLAIN { "AUTH PLAIN", "334 \r\n" }, { "AGFsaWNlQGV4LnRlc3QAc2VjcmV0", "235 ok\r\n" }
#define MAIL { "MAIL FROM:<alice@ex.test>", "250 ok\r\n" }
#define RCPT { "RCPT TO:<bob@ex.test>", "250 ok\r\n" }
#define DATA { "DATA", "354 go\r\n" }
#define RSET { "RSET", "250 ok\r\n" }
#define TEXT { "Subject: x", "" }, { "", "" }, { "x", "" }

static const struct script scripts[] = {
	{ .name = "all well", .exchanges = { GREET, HELLO, PLAIN, MAIL, RCPT, DATA, TEXT,
	    { ".", "250 kept\r\n" } }, .sent = true },
	{ .name = "no auth offered", .exchanges = { GREET, BARE, MAIL, RCPT, DATA, TEXT,
	    { ".", "250 kept\r\n" } }, .sent = true },
	{ .name = "only LOGIN", .exchanges = { GREET, { "EHLO", "250 AUTH LOGIN\r\n" },
	    { "AUTH LOGIN", "334 VXNlcm5hbWU6\r\n" }, { "YWxpY2VAZXgudGVzdA==",
	    "334 UGFzcw==\r\n" },
	    { "c2VjcmV0", "235 ok\r\n" }, MAIL, RCPT, DATA, TEXT, { ".", "250 kept\r\n" } },
	    .sent = true },
	{ .name = "HELO", .exchanges = { GREET, { "EHLO", "502 what\r\n" }, { "HELO",
	    "250 me\r\n" },
	    MAIL, RCPT, DATA, TEXT, { ".", "250 kept\r\n" } }, .sent = true },
	{ .name = "pipelining", .exchanges = { GREET, { "EHLO", "250 PIPELINING\r\n" }, MAIL, RCPT,
	    DATA, TEXT, { ".", "250 kept\r\n" } }, .sent = true },
	{ .name = "greeting 554", .exchanges = { { NULL, "554 no\r\n" } }, .opened = TRY_LATER },
	{ .name = "greeting missing", .exchanges = { { NULL, NULL } }, .opened = TRY_LATER },
	{ .name = "greeting hangs", .exchanges = { { NULL, "HANG" } }, .opened = TRY_LATER },
	{ .name = "greeting without end", .exchanges = { { NULL, "FLOOD" } }, .opened = TRY_LATER },
	{ .name = "wrong password", .exchanges = { GREET, HELLO, { "AUTH PLAIN", "334 \r\n" },
	    { "AGFs", "535 5.7.8 no\r\n" } }, .opened = DENIED },
	{ .name = "auth later", .exchanges = { GREET, HELLO, { "AUTH PLAIN", "334 \r\n" },
	    { "AGFs", "454 4.7.0 database\r\n" } }, .opened = TRY_LATER },
	{ .name = "no STARTTLS", .exchanges = { GREET, HELLO }, .starttls = true,
	    .opened = CANNOT },
	{ .name = "injected behind STARTTLS", .exchanges = { GREET, { "EHLO", "250 STARTTLS\r\n" },
	    { "STARTTLS", "220 go\r\n250 AUTH PLAIN\r\n" } }, .starttls = true,
	    .opened = TRY_LATER },
	{ .name = "sender refused", .exchanges = { GREET, BARE, { "MAIL", "553 5.7.1 not you\r\n" },
	    RSET }, .submitted = REFUSED, .code = 553 },
	{ .name = "sender needs login", .exchanges = { GREET, BARE, { "MAIL", "530 login\r\n" },
	    RSET }, .submitted = DENIED },
	{ .name = "too big by MAIL", .exchanges = { GREET, BARE, { "MAIL", "552 5.3.4 big\r\n" },
	    RSET }, .submitted = TOO_BIG },
	{ .name = "disk full", .exchanges = { GREET, BARE, { "MAIL", "452 4.3.1 disk\r\n" }, RSET },
	    .submitted = NO_SPACE },
	{ .name = "recipient refused", .exchanges = { GREET, BARE, MAIL,
	    { "RCPT", "550-no such\r\n550 user\r\n" }, RSET }, .submitted = REFUSED, .code = 550 },
	{ .name = "recipient later", .exchanges = { GREET, BARE, MAIL, { "RCPT", "450 grey\r\n" },
	    RSET }, .submitted = TRY_LATER, .code = 450 },
	{ .name = "closed with 421", .exchanges = { GREET, BARE, MAIL, { "RCPT", "421 bye\r\n" } },
	    .submitted = TRY_LATER },
	{ .name = "lost in RCPT", .exchanges = { GREET, BARE, MAIL, { "RCPT", NULL } },
	    .submitted = TRY_LATER },
	{ .name = "DATA refused", .exchanges = { GREET, BARE, MAIL, RCPT, { "DATA", "554 no\r\n" },
	    RSET }, .submitted = REFUSED, .code = 554 },
	{ .name = "refused after data", .exchanges = { GREET, BARE, MAIL, RCPT, DATA, TEXT,
	    { ".", "554 5.7.1 spam\r\n" }, RSET }, .submitted = REFUSED, .code = 554 },
	{ .name = "too big after data", .exchanges = { GREET, BARE, MAIL, RCPT, DATA, TEXT,
	    { ".", "552 5.2.3 big\r\n" }, RSET }, .submitted = TOO_BIG },
	{ .name = "mailbox full after data", .exchanges = { GREET, BARE, MAIL, RCPT, DATA, TEXT,
	    { ".", "552 5.2.2 full\r\n" }, RSET }, .submitted = NO_SPACE },
	{ .name = "later after data", .exchanges = { GREET, BARE, MAIL, RCPT, DATA, TEXT,
	    { ".", "451 later\r\n" }, RSET }, .submitted = TRY_LATER },
	{ .name = "lost after the dot", .exchanges = { GREET, BARE, MAIL, RCPT, DATA, TEXT,
	    { ".", NULL } }, .submitted = TRY_LATER, .sent = true },
	{ .name = "hangs after the dot", .exchanges = { GREET, BARE, MAIL, RCPT, DATA, TEXT,
	    { ".", "HANG" } }, .submitted = TRY_LATER, .sent = true },
	{ .name = "nonsense after the dot", .exchanges = { GREET, BARE, MAIL, RCPT, DATA, TEXT,
	    { ".", "what?\r\n" } }, .submitted = TRY_LATER, .sent = true },
	{ .name = "endless reply", .exchanges = { GREET, BARE, MAIL, { "RCPT", "FLOOD" } },
	    .submitted = TRY_LATER },
	{ .name = "no SMTPUTF8", .exchanges = { GREET, BARE }, .needs_utf8 = true,
	    .submitted = REFUSED, .code = 553 },
};

static void
say(int fd, const char *text)
{
	if (text == NULL)
		_exit(0);
	if (strcmp(text, "HANG") == 0)
		pause();
	while (strcmp(text, "FLOOD") == 0)
		if (write(fd, "250-more\r\n", 10) < 0)
			_exit(0);
	if (write(fd, text, strlen(text)) < 0)
		_exit(0);
}

/* The child: plays the script on one connection; ends with EXIT_WRONG if the client differs. */
static void
play(int listener, const struct script *script)
{
	int fd = accept(listener, NULL, NULL);
	FILE *in = fdopen(fd, "r");
	char line[4096];

	signal(SIGPIPE, SIG_IGN);
	for (int i = 0; i < EXCHANGES; i++) {
		const struct exchange *exchange = &script->exchanges[i];

		if (exchange->want == NULL && exchange->say == NULL && i > 0)
			break;
		if (exchange->want != NULL) {
			if (fgets(line, sizeof(line), in) == NULL)
				_exit(EXIT_WRONG);
			if (strncasecmp(line, exchange->want, strlen(exchange->want)) != 0)
				_exit(EXIT_WRONG);
		}
		say(fd, exchange->say);
	}
	while (fgets(line, sizeof(line), in) != NULL) /* QUIT, or the client is gone */
		if (strncmp(line, "QUIT", 4) != 0)
			_exit(EXIT_WRONG);
	_exit(0);
}

static pid_t
start(const struct script *script, uint16_t *ret_port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t child;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &len), 0);
	*ret_port = ntohs(address.sin_port);
	child = fork();
	if (child == 0)
		play(listener, script);
	close(listener);
	return child;
}

static void
submit(const struct script *script, struct sender *sender)
{
	const char *to[] = { script->needs_utf8 ? "j\xc3\xbc@ex.test" : "bob@ex.test" };
	struct envelope envelope = { .from = "alice@ex.test", .to = to, .n_to = 1,
		.needs_utf8 = script->needs_utf8 };
	struct arena *arena = arena_new(0);
	struct refusals refusals;
	struct body body;
	bool sent;

	sender->arena = arena;
	body_from_memory(&body, "Subject: x\r\n\r\nx\r\n", 17);
	assert_int_equal(smtp_send_ops.submit(sender, &envelope, &body, &refusals, &sent),
	    script->submitted);
	assert_int_equal(sent, script->sent);
	assert_int_equal(refusals.n, script->code != 0);
	if (refusals.n > 0)
		assert_int_equal(refusals.list[0].code, script->code);
	arena_free(&arena);
}

static void
run(const struct script *script)
{
	struct url url = { .scheme = URL_SMTP, .host = "127.0.0.1", .starttls = script->starttls };
	struct login login = { .url = &url, .user = "alice@ex.test", .password = "secret" };
	struct sender *sender = NULL;
	int64_t begun = now_ms();
	int status;
	pid_t child = start(script, &url.port);

	assert_int_equal(smtp_send_ops.open(&login, &sender), script->opened);
	if (script->opened == OK) {
		submit(script, sender);
		smtp_send_ops.close(&sender);
	}
	assert_null(sender);
	assert_true(now_ms() - begun < 8000);
	if (strstr(script->name, "hangs") != NULL)
		kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
}

static void
test_scripts(void **state)
{
	(void)state;
	log_set_level(LEVEL_ERROR);
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		print_message("%s\n", scripts[i].name);
		run(&scripts[i]);
	}
}

/* A connection kept for later says that it is dead once the server has said goodbye. */
static void
test_alive(void **state)
{
	static const struct script script = { .name = "closes when idle",
	    .exchanges = { GREET, BARE,
	    MAIL, RCPT, DATA, TEXT, { ".", "250 kept\r\n421 idle too long\r\n" } }, .sent = true };
	struct url url = { .scheme = URL_SMTP, .host = "127.0.0.1" };
	struct login login = { .url = &url, .user = "alice@ex.test", .password = "secret" };
	struct sender *sender = NULL;
	int status;
	pid_t child = start(&script, &url.port);

	(void)state;
	assert_int_equal(smtp_send_ops.open(&login, &sender), OK);
	assert_true(smtp_send_ops.is_alive(sender));
	submit(&script, sender);
	usleep(50 * 1000);
	assert_false(smtp_send_ops.is_alive(sender));
	smtp_send_ops.close(&sender);
	waitpid(child, &status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scripts),
		cmocka_unit_test(test_alive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
