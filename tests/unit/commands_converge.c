/* SPDX-License-Identifier: ISC */
/*
 * Two phones and a mail server do thousands of random things to one mailbox while
 * answers get lost, requests cross, the state refuses to save and the server goes
 * away in the middle.  The phones are strict: an item that comes twice, a change
 * of an item they do not have, or a void key that nobody caused, ends the test.
 * At last all must agree.  Deterministic: a failure names its seed.
 */
#include <setjmp.h> /* cmocka wants it */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/base/log.h"
#include "bridge/sync/options.h"
#include "tests/stage/stage.c"
#include "tests/stage/store.c"
#include "wbxml/reader.h"

enum { SEEDS = 60, STEPS = 250, PHONES = 2, UIDS = 3000, TEXT = 60000, DAY = 86400 };

/* What a phone shows of a mail, and what it has still to send. */
struct shown_mail {
	bool held;
	uint32_t mark;                /* MARK_READ and MARK_FLAGGED */
	bool is_changed, is_deleted;  /* by its user, not answered yet */
	bool is_sent;                 /* in the request at hand, and what it said */
	bool sent_deleted;
	uint32_t sent_mark;
};

struct phone {
	char device[16], key[80], folder[16];
	struct shown_mail mails[UIDS];
	unsigned filter, wants_filter;
	bool in_flight;               /* a request was sent whose answer was lost */
	char last[TEXT];              /* that request, for phones that repeat exactly */
	unsigned resets, stray;
};

static struct phone phones[PHONES];
static struct box *inbox;
static unsigned seed, step_no;
static bool may_reset;
static struct {
	struct phone *phone;
	struct told told;
	bool has_told;
} crossing;

static unsigned
dice(unsigned n)
{
	static uint64_t state;

	if (!n) {
		state = seed * 0x9e3779b97f4a7c15ull + 1;
		return 0;
	}
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 33) % n;
}

#define REFUSE(phone, ...) do { \
	print_error("seed %u step %u %s: ", seed, step_no, (phone)->device); \
	print_error(__VA_ARGS__); \
	fail_msg("seed %u", seed); \
} while (0)

/* --- the phone reads --- */

static uint32_t
uid_of(const char *server_id)
{
	const char *colon = strchr(server_id, ':');

	return colon ? (uint32_t)strtoul(colon + 1, NULL, 10) : 0;
}

static void
data_read(struct phone *phone, struct reader *reader, struct shown_mail *mail, uint32_t uid)
{
	enum token token;

	reader_into(reader);
	while (reader_child(reader, &token)) {
		uint32_t bit = token == Email_Read ? MARK_READ :
		    token == Email_Flag ? MARK_FLAGGED : 0;
		bool on = token == Email_Read && reader_bool(reader);

		if (token == Email_Subject && *reader_text(reader) == 's' &&
		    strtoul(reader_text(reader) + 1, NULL, 10) != uid)
			REFUSE(phone, "subject of %u is %s\n", uid, reader_text(reader));
		if (token == Email_Flag) {
			reader_into(reader);
			while (reader_child(reader, &token))
				if (token == Email_Status)
					on = reader_int(reader, 0, 9) == 2;
		}
		mail->mark = on ? mail->mark | bit : mail->mark & ~bit;
	}
}

static void
command_read(struct phone *phone, struct reader *reader, enum token kind)
{
	struct shown_mail *mail = NULL;
	uint32_t uid = 0;
	enum token token;

	reader_into(reader);
	while (reader_child(reader, &token)) {
		if (token == AirSync_ServerId) {
			uid = uid_of(reader_text(reader));
			mail = &phone->mails[uid];
			if (kind == AirSync_Add && mail->held)
				REFUSE(phone, "%u added twice\n", uid);
			if (kind == AirSync_Change && !mail->held)
				REFUSE(phone, "%u changed, but not there\n", uid);
			if (kind == AirSync_Add)
				*mail = (struct shown_mail){ .held = true };
		} else if (token == AirSync_ApplicationData && mail) {
			data_read(phone, reader, mail, uid);
		}
	}
	if (!uid || uid >= UIDS || !mail)
		REFUSE(phone, "command without item\n");
	if (kind == AirSync_Delete || kind == AirSync_SoftDelete) {
		phone->stray += !mail->held;
		*mail = (struct shown_mail){ 0 };
	}
}

/* The answer settles all that was sent; a refused change may come back by itself. */
static void
pending_settle(struct phone *phone)
{
	for (unsigned i = 0; i < UIDS; i++) {
		struct shown_mail *mail = &phone->mails[i];

		if (!mail->is_sent)
			continue;
		mail->is_sent = false;
		if (mail->sent_deleted)
			*mail = (struct shown_mail){ 0 };
		else if (mail->mark == mail->sent_mark)
			mail->is_changed = false;
	}
}

static bool
has_pending(const struct phone *phone)
{
	for (unsigned i = 0; i < UIDS; i++)
		if (phone->mails[i].is_sent)
			return true;
	return false;
}

static void
reset(struct phone *phone)
{
	if (!may_reset)
		REFUSE(phone, "status 3 without a cause\n");
	memset(phone->mails, 0, sizeof(phone->mails));
	snprintf(phone->key, sizeof(phone->key), "%s", "0");
	phone->resets++;
}

/* One Collection.  False: the server could not; nothing has happened. */
static bool
collection_apply(struct phone *phone, struct reader *reader)
{
	char key[80] = "";
	unsigned commands = 0;
	bool more = false;
	enum token token;
	long status = 0;

	while (reader_child(reader, &token))
		switch (token) {
		case AirSync_SyncKey:
			snprintf(key, sizeof(key), "%s", reader_text(reader));
			break;
		case AirSync_Status:
			status = reader_int(reader, 0, 999);
			if (status == 3) {
				reset(phone);
				return true;
			}
			if (status == 16 || status == 5)
				return false;
			if (status != 1)
				REFUSE(phone, "status %ld\n", status);
			break;
		case AirSync_MoreAvailable:
			more = true;
			break;
		case AirSync_Commands:
			pending_settle(phone);
			reader_into(reader);
			while (reader_child(reader, &token)) {
				command_read(phone, reader, token);
				commands++;
			}
			break;
		default:
			break;
		}
	if (more && !commands)
		REFUSE(phone, "more, but nothing came\n");
	if (commands && !strcmp(key, phone->key))
		REFUSE(phone, "commands under the old key\n");
	pending_settle(phone);
	snprintf(phone->key, sizeof(phone->key), "%s", key);
	return true;
}

/* True if there was something in it. */
static bool
answer_apply(struct phone *phone, const struct told *told)
{
	struct reader reader;
	enum token token;

	if (told->http == 503)
		return false;
	if (told->http != 200)
		REFUSE(phone, "HTTP %d\n", told->http);
	if (!told->len) {
		if (has_pending(phone))
			REFUSE(phone, "changes were not answered\n");
		phone->in_flight = false;
		return false;
	}
	reader_init(&reader, told->data, told->len, (struct reader_memory){ NULL, NULL });
	if (!reader_enter(&reader, AirSync_Sync))
		REFUSE(phone, "no Sync\n");
	while (reader_child(&reader, &token)) {
		if (token == AirSync_Status && reader_int(&reader, 0, 999) == 16)
			return false;
		if (token != AirSync_Collections)
			continue;
		reader_into(&reader);
		while (reader_child(&reader, &token)) {
			reader_into(&reader);
			if (!collection_apply(phone, &reader))
				return false;
			phone->in_flight = false;
			return true;
		}
	}
	return false;
}

/* --- the phone writes --- */

static void
request_make(struct phone *phone, char *text, unsigned window, bool get_changes)
{
	char *end = text + TEXT;

	text += snprintf(text, 300,
		"Sync { Collections { Collection { SyncKey \"%s\" CollectionId %s ", phone->key,
		phone->folder);
	if (strcmp(phone->key, "0") != 0) {
		text += snprintf(text, 300, "DeletesAsMoves 0 GetChanges %d WindowSize %u Options { "
		    "FilterType %u Conflict %u } Commands { ", get_changes, window,
		    phone->wants_filter, dice(2));
		if (get_changes)
			phone->filter = phone->wants_filter;
		for (unsigned i = 0; i < UIDS && text < end - 300; i++) {
			struct shown_mail *mail = &phone->mails[i];

			mail->is_sent = mail->is_deleted || mail->is_changed;
			mail->sent_deleted = mail->is_deleted;
			mail->sent_mark = mail->mark;
			if (mail->is_deleted)
				text += snprintf(text, 300, "Delete { ServerId \"%s:%u\" } ",
				    phone->folder, i);
			else if (mail->is_changed)
				text += snprintf(text, 300,
					"Change { ServerId \"%s:%u\" "
					"ApplicationData { Email:Read %d Email:Flag { Email:Status "
				        "%d } } } ",
					phone->folder, i, (mail->mark & MARK_READ) != 0,
					mail->mark & MARK_FLAGGED ? 2 : 0);
		}
		text += snprintf(text, 300, "} ");
	}
	snprintf(text, 300, "} } }");
}

/* The same request arrives a second time while the first is at work. */
static void
cross(void)
{
	struct ask ask = { .device = crossing.phone->device, .text = crossing.phone->last };

	world.hook = NULL;
	crossing.told = stage_ask(&ask);
	crossing.has_told = true;
}

static struct told
phone_send(struct phone *phone)
{
	struct ask ask = { .device = phone->device, .text = phone->last };
	struct told told;

	crossing.phone = phone;
	crossing.has_told = false;
	if (!dice(12))
		stage_fail_commit(1 + dice(3));
	if (!dice(12))
		world.fetch_fails_after = 1 + dice(6);
	if (!dice(8))
		world.hook = cross;
	told = stage_ask(&ask);
	stage_fail_commit(0);
	world.fetch_fails_after = 0;
	world.hook = NULL;
	if (!crossing.has_told)
		return told;
	if (dice(2)) { /* the phone hears one of the two */
		told_free(&told);
		return crossing.told;
	}
	told_free(&crossing.told);
	return told;
}

static bool
phone_sync(struct phone *phone, bool is_calm)
{
	struct told told;
	bool had;

	if (!phone->in_flight || is_calm || dice(2))
		request_make(phone, phone->last, is_calm ? 100 : 1 + dice(12), is_calm || dice(6));
	if (is_calm) {
		struct ask ask = { .device = phone->device, .text = phone->last };

		told = stage_ask(&ask);
	} else {
		told = phone_send(phone);
	}
	if (!is_calm && !dice(4)) {
		phone->in_flight = true;
		told_free(&told);
		return false;
	}
	had = answer_apply(phone, &told);
	if (!had && told.http != 200)
		phone->in_flight = true;
	told_free(&told);
	return had;
}

static void
phone_act(struct phone *phone)
{
	unsigned uid = dice(inbox->next);
	struct shown_mail *mail = &phone->mails[uid];

	/* a request under way is repeated as it was, or with more in it, but never with less */
	if (!mail->held || mail->is_deleted)
		return;
	if (!dice(4)) {
		mail->is_deleted = true;
		mail->is_changed = false;
	} else {
		mail->mark ^= dice(2) ? MARK_READ : MARK_FLAGGED;
		mail->is_changed = true;
	}
}

/* --- the others --- */

static void
server_act(void)
{
	struct mail *mail;
	unsigned uid;

	if (dice(2) && inbox->next < UIDS - 2) {
		mail = world_deliver(inbox, now_s() - (int64_t)dice(60) * DAY);
		mail->mark = dice(16);
		mail->is_bad = !dice(20);
		return;
	}
	uid = 1 + dice(inbox->next);
	mail = world_mail(inbox, uid);
	if (!mail)
		return;
	if (!dice(3))
		world_expunge(inbox, mail);
	else
		world_mark(inbox, mail, mail->mark ^ 1u << dice(4));
}

static void
ask_aside(struct phone *phone)
{
	char text[300];
	struct ask ask = { .device = phone->device, .text = text };
	struct told told;

	if (dice(2)) {
		ask.command = "Ping";
		snprintf(text, sizeof(text), "Ping { HeartbeatInterval 300 Folders { Folder { Id %s "
		    "Class Email } } }", phone->folder);
	} else {
		ask.command = "GetItemEstimate";
		snprintf(text, sizeof(text), "GetItemEstimate { Collections { Collection { "
		    "AirSync:SyncKey \"%s\" CollectionId %s } } }", phone->key, phone->folder);
	}
	told = stage_ask(&ask);
	if (told.http != 200)
		REFUSE(phone, "aside: HTTP %d\n", told.http);
	told_free(&told);
}

static void
anybody_acts(void)
{
	struct phone *phone = &phones[dice(PHONES)];

	switch (dice(12)) {
	case 0: case 1: case 2:
		server_act();
		break;
	case 3: case 4:
		phone_act(phone);
		break;
	case 5:
		ask_aside(phone);
		break;
	case 6:
		if (!dice(8))
			phone->wants_filter = dice(6);
		break;
	case 7:
		if (!dice(20))
			clock_set_offset(now_wall_ms() ? (int64_t)dice(20) * DAY * 1000 : 0);
		break;
	default:
		phone_sync(phone, false);
		break;
	}
}

/* --- begin and end --- */

static void
phone_begin(struct phone *phone, unsigned number)
{
	struct ask ask = { .command = "FolderSync", .text = "FolderSync { SyncKey 0 }" };
	struct told told;

	memset(phone, 0, sizeof(*phone));
	snprintf(phone->device, sizeof(phone->device), "phone%u", number);
	snprintf(phone->key, sizeof(phone->key), "%s", "0");
	phone->wants_filter = dice(2) ? 0 : dice(6);
	ask.device = phone->device;
	told = stage_ask(&ask);
	/* the inbox is the first */
	snprintf(phone->folder, sizeof(phone->folder), "%s", told_value(&told, "ServerId"));
	told_free(&told);
}

static void
compare(struct phone *phone)
{
	int64_t since = sync_options_since((uint8_t)phone->filter, now_s());

	for (uint32_t uid = 1; uid < inbox->next; uid++) {
		const struct mail *mail = world_mail(inbox, uid);
		const struct shown_mail *shown = &phone->mails[uid];
		bool should = mail && mail->date >= since;

		if (should != shown->held)
			REFUSE(phone, "%u %s (filter %u)\n", uid, should ? "lost" : "left over",
			    phone->filter);
		if (should && shown->mark != (mail->mark & (MARK_READ | MARK_FLAGGED)))
			REFUSE(phone, "%u shows %x, is %x\n", uid, shown->mark, mail->mark);
	}
}

static void
agree(void)
{
	for (unsigned i = 0; i < PHONES; i++)
		for (unsigned n = 0; phone_sync(&phones[i], true) && n < 2000; n++)
			;
	/* the first hears what the second had still to say */
	for (unsigned n = 0; phone_sync(&phones[0], true) && n < 2000; n++)
		;
	for (unsigned i = 0; i < PHONES; i++)
		compare(&phones[i]);
}

static void
ping_is_quiet(struct phone *phone)
{
	char text[300];
	struct ask ask = { .command = "Ping", .device = phone->device, .text = text };
	struct told told;

	snprintf(text, sizeof(text), "Ping { HeartbeatInterval 300 Folders { Folder { Id %s Class "
	    "Email } } }", phone->folder);
	told = stage_ask(&ask);
	if (told.verdict != PARK)
		REFUSE(phone, "all agree, but Ping says %s\n", told.text);
	told_free(&told);
	world_deliver(inbox, now_s());
	told = stage_ask(&ask);
	if (strcmp(told_value(&told, "Status"), "2") != 0)
		REFUSE(phone, "new mail, but Ping says %s\n", told.text);
	told_free(&told);
	world_expunge(inbox, &inbox->mails[inbox->n - 1]);
}

static void
play(void)
{
	dice(0);
	clock_set_offset(0);
	world_clear();
	may_reset = false;
	world.has_tokens = seed % 2;
	inbox = world_box("INBOX", FOLDER_INBOX);
	world_box("Trash", FOLDER_TRASH);
	for (unsigned i = 0; i < 30; i++)
		server_act();
	stage_open_state();
	for (unsigned i = 0; i < PHONES; i++)
		phone_begin(&phones[i], i);
	for (step_no = 0; step_no < STEPS; step_no++)
		anybody_acts();
	agree();
	ping_is_quiet(&phones[0]);
	if (seed % 5 == 0) { /* the server throws its ids away */
		may_reset = true;
		inbox->validity++;
		agree();
		assert_int_equal(phones[0].resets, 1);
	}
	stage_close_state();
}

static void
test_converge(void **unused)
{
	const char *one = getenv("SEED"), *many = getenv("SEEDS");
	unsigned n = many ? (unsigned)strtoul(many, NULL, 10) : SEEDS;

	(void)unused;
	log_set_level(LEVEL_ERROR);
	for (unsigned i = 1; i <= n; i++) {
		seed = one ? (unsigned)strtoul(one, NULL, 10) : i;
		play();
		if (one)
			return;
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(test_converge) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
