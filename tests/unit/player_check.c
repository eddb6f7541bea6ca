/* SPDX-License-Identifier: ISC */
/*
 * The checker of the test phone must refuse what phones of the field cannot take.  Each case is
 * a request, an answer, and a part of the reason; NULL where the answer is a good one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bridge/base/arena.h"
#include "tests/player/check.h"
#include "tests/player/node.h"
#include "tests/player/notation.h"
#include "tests/player/wire.h"

#define COLLECTION(content) "Sync { Collections { Collection { " content " } } }"
#define ASK(content) COLLECTION("SyncKey 1 CollectionId 5 " content)
#define GOOD(content) COLLECTION("SyncKey 2 CollectionId 5 Status 1 " content)
#define DATE "DateReceived 2026-01-05T10:00:00.000Z "
#define MAIL(body) "ApplicationData { " DATE "Read 0 MessageClass IPM.Note " body " }"
#define BODY1 "Body { Type 1 EstimatedDataSize 2 Data hi } "
#define OPTIONS1 "Options { BodyPreference { Type 1 TruncationSize 500 } }"

struct sample {
	const char *command;
	unsigned version;
	const char *asked, *answer;
	const char *reason;
};

static const struct sample sync_samples[] = {
	{"Sync", 141, ASK(""), GOOD("Commands { Add { ServerId 5:1 " MAIL(BODY1) " } }"), NULL},
	{"Sync", 141, ASK(""), GOOD(""), NULL},
	{"Sync", 141, ASK(""), "Sync { Status 12 }", NULL},
	{"Sync", 141, ASK(""), COLLECTION("SyncKey 2 CollectionId 5 Status 3"), NULL},
	{"Sync", 120, COLLECTION("Class Email SyncKey 1 CollectionId 5"),
		COLLECTION("Class Email SyncKey 2 CollectionId 5 Status 1"), NULL},
	/* structure */
	{"Sync", 141, ASK(""), "Sync { Collections~ }", "empty container"},
	{"Sync", 141, ASK(""), "Sync~", "empty container"},
	{"Sync", 141, ASK(""), "Sync { Status 1 }", "without collections"},
	{"Sync", 141, ASK(""), GOOD("Commands~"), "empty container"},
	{"Sync", 141, ASK(""), GOOD("Responses~"), "empty container"},
	{"Sync", 141, ASK(""), COLLECTION("CollectionId 5 Status 1"), "SyncKey"},
	{"Sync", 141, ASK(""), COLLECTION("CollectionId 5 SyncKey 2 Status 1"), "out of order"},
	{"Sync", 141, ASK(""), GOOD("Commands { Add { ServerId 5:1 " MAIL(BODY1) " } } "
		"MoreAvailable~"), "out of order"},
	{"Sync", 141, ASK(""), GOOD("Ping:Folder 5"), "does not belong"},
	{"Sync", 141, ASK(""), GOOD("Status 1"), "more than once"},
	{"Sync", 141, ASK(""), COLLECTION("Class Email SyncKey 2 CollectionId 5 Status 1"),
		"not allowed in version"},
	{"Sync", 120, ASK(""), GOOD(""), "without Class"},
	{"Sync", 141, ASK(""), COLLECTION("SyncKey 2 CollectionId 5 Status yes"), "is not: int"},
	{"Sync", 141, ASK(""), COLLECTION("SyncKey 2 CollectionId 5 Status 01"), "is not: int"},
	{"Sync", 141, ASK(""), COLLECTION("SyncKey 2 CollectionId "
		"12345678901234567890123456789012345678901234567890123456789012345 Status 1"),
		"is not: text"},
	{"Sync", 141, ASK(""), GOOD("MoreAvailable 1 Commands { Delete { ServerId 5:1 } }"),
		"is not: none"},
	{"Sync", 141, ASK(""), GOOD("Commands { Add { ServerId 5:1 ApplicationData { "
		"DateReceived 20260105T100000Z Read 0 MessageClass IPM.Note " BODY1 "} } }"),
		"is not: dashed"},
	{"Sync", 141, ASK(""), GOOD("Commands { Add { ServerId 5:1 ApplicationData { "
		"DateReceived 2026-01-05T10:00:00Z Read 0 MessageClass IPM.Note " BODY1 "} } }"),
		"is not: dashed"},
	{"Sync", 141, ASK(""), GOOD("Commands { Add { ServerId 5:1 ApplicationData { " DATE
		"Read true MessageClass IPM.Note " BODY1 "} } }"), "is not: one of"},
	{"Sync", 120, COLLECTION("Class Email SyncKey 1 CollectionId 5"), COLLECTION("Class Email "
		"SyncKey 2 CollectionId 5 Status 1 Commands { Add { ServerId 5:1 "
		MAIL(BODY1 "Categories { Category x }") " } }"), "not allowed in version"},
	{"Sync", 141, ASK(""), GOOD("Commands { Add { ServerId 5:1 " MAIL(BODY1
		"Email2:ConversationId x\"0102\"") " } }"), "is not: opaque"},
	/* what the request decides */
	{"Sync", 141, COLLECTION("SyncKey 0 CollectionId 5"),
		GOOD("Commands { Delete { ServerId 5:1 } }"), "R59"},
	{"Sync", 141, ASK("GetChanges 0"), GOOD("Commands { Delete { ServerId 5:1 } }"), "R54"},
	{"Sync", 141, ASK(""), GOOD("MoreAvailable~"), "R13"},
	{"Sync", 141, ASK(""), COLLECTION("SyncKey 1 CollectionId 5 Status 1 MoreAvailable~ "
		"Commands { Delete { ServerId 5:1 } }"), "R13"},
	{"Sync", 141, ASK("WindowSize 1"), GOOD("Commands { Delete { ServerId 5:1 } "
		"Delete { ServerId 5:2 } }"), "WindowSize"},
	{"Sync", 141, ASK(""), GOOD("Commands { Delete { ServerId 5:1 } Change { ServerId 5:1 "
		"ApplicationData { Read 1 } } }"), "twice"},
	{"Sync", 141, ASK(""), GOOD("Commands { Add { ServerId 5:1 ApplicationData { Read 0 "
		"MessageClass IPM.Note " BODY1 "} } }"), "without DateReceived"},
	{"Sync", 141, ASK(""), GOOD("Commands { Add { ServerId 5:1 " MAIL("") " } }"),
		"without Body"},
	{"Sync", 141, ASK(""), COLLECTION("SyncKey 2 CollectionId 5 Status 3 Commands { "
		"Delete { ServerId 5:1 } }"), "failed"},
	{"Sync", 141, ASK(""), "Sync { Status 14 }", "Limit"},
	{"Sync", 141, ASK(""), "Sync { Status 110 }", "R2"},
	{"Sync", 121, ASK(""), "Sync { Status 142 }", "Status 142"},
	{"Sync", 141, ASK(""), GOOD("Responses { Delete { ClientId 1 Status 8 } }"),
		"does not belong"},
	{"Sync", 141, ASK("Commands { Delete { ServerId 5:1 } }"),
		GOOD("Responses { Delete { ServerId 5:1 Status 8 } }"), NULL},
	{"Sync", 141, ASK("Commands { Delete { ServerId 5:1 } }"),
		GOOD("Responses { Delete { ServerId 5:1 Status 1 } }"), "needs no answer"},
	{"Sync", 141, ASK(""), GOOD("Responses { Delete { ServerId 5:1 Status 8 } }"),
		"not asked"},
	{"Sync", 141, ASK("Commands { Fetch { ServerId 5:1 } }"), GOOD("Responses { Fetch { "
		"ServerId 5:1 Status 8 } } Commands { Delete { ServerId 5:1 } }"), "R5"},
	{"Sync", 141, ASK("Commands { Fetch { ServerId 5:1 } }"), GOOD("Responses { Fetch { "
		"ServerId 5:1 Status 1 } }"), "does not fit"},
};

static const struct sample body_samples[] = {
	{"Sync", 141, ASK(OPTIONS1), GOOD("Commands { Add { ServerId 5:1 " MAIL(BODY1) " } }"),
		NULL},
	{"Sync", 141, ASK(OPTIONS1), GOOD("Commands { Add { ServerId 5:1 " MAIL("Body { Type 2 "
		"EstimatedDataSize 2 Data hi }") " } }"), "was not asked"},
	{"Sync", 141, ASK(OPTIONS1), GOOD("Commands { Add { ServerId 5:1 " MAIL("Body { Type 1 "
		"EstimatedDataSize 900 Truncated 1 Data hi }") " } }"), "R63"},
	{"Sync", 141, ASK(OPTIONS1), GOOD("Commands { Add { ServerId 5:1 " MAIL("Body { Type 1 "
		"EstimatedDataSize 600 Data size 600 }") " } }"), "500 asked"},
	{"Sync", 141, ASK(OPTIONS1), GOOD("Commands { Add { ServerId 5:1 " MAIL("Body { Type 1 "
		"EstimatedDataSize 900 Truncated 1 Data size 499 }") " } }"), NULL},
	{"Sync", 141, ASK(OPTIONS1), GOOD("Commands { Add { ServerId 5:1 " MAIL("Body { Type 1 "
		"EstimatedDataSize 500 Truncated 1 Data size 500 }") " } }"), "R62"},
	{"Sync", 141, ASK(OPTIONS1), GOOD("Commands { Add { ServerId 5:1 " MAIL("Body { Type 1 "
		"Truncated 1 Data size 500 }") " } }"), "R62"},
	{"Sync", 141, ASK(OPTIONS1), GOOD("Commands { Add { ServerId 5:1 " MAIL("Body { Type 1 "
		"EstimatedDataSize 1 Data hi }") " } }"), "whole body"},
	{"Sync", 141, ASK(OPTIONS1), GOOD("Commands { Add { ServerId 5:1 " MAIL("Body { Type 1 "
		"EstimatedDataSize 2 Truncated 0 Data hi }") " } }"), "is not: one of"},
	{"Sync", 141, ASK("Options { BodyPreference { Type 2 } }"), GOOD("Commands { Add { "
		"ServerId 5:1 " MAIL("Body { Type 2 EstimatedDataSize 9 Truncated 1 Data hi }")
		" } }"), "no size was asked"},
	{"Sync", 141, ASK("Options { BodyPreference { Type 2 } }"), GOOD("Commands { Add { "
		"ServerId 5:1 " MAIL("Body { EstimatedDataSize 2 Type 2 Data hi }") " } }"),
		"out of order"},
	{"Sync", 25, COLLECTION("Class Email SyncKey 1 CollectionId 5"), COLLECTION("Class Email "
		"SyncKey 2 CollectionId 5 Status 1 Commands { Add { ServerId 5:1 "
		MAIL("Email:Body hi Email:BodySize 900 Email:BodyTruncated 1") " } }"), NULL},
	{"Sync", 25, COLLECTION("Class Email SyncKey 1 CollectionId 5"), COLLECTION("Class Email "
		"SyncKey 2 CollectionId 5 Status 1 Commands { Add { ServerId 5:1 "
		MAIL("Email:Body hi Email:BodySize 2 Email:BodyTruncated 1") " } }"),
		"BodyTruncated"},
	{"Sync", 25, COLLECTION("Class Email SyncKey 1 CollectionId 5"), COLLECTION("Class Email "
		"SyncKey 2 CollectionId 5 Status 1 Commands { Add { ServerId 5:1 " MAIL(BODY1)
		" } }"), "not allowed in version"},
	{"Sync", 141, ASK(""), GOOD("Commands { Add { ServerId 5:1 " MAIL(BODY1
		"Attachments { Attachment { FileReference f Method 1 EstimatedDataSize 1 } }")
		" } }"), "lacks DisplayName"},
};

#define FOLDER(id, type) "Add { ServerId " id " ParentId 0 DisplayName F" id " Type " type " } "
#define FIVE FOLDER("1", "2") FOLDER("2", "3") FOLDER("3", "4") FOLDER("4", "5") FOLDER("5", "6")

static const struct sample other_samples[] = {
	{"FolderSync", 141, "FolderSync { SyncKey 0 }", "FolderSync { Status 1 SyncKey 1 Changes { "
		"Count 5 " FIVE "} }", NULL},
	{"FolderSync", 141, "FolderSync { SyncKey 0 }", "FolderSync { Status 1 SyncKey 1 Changes { "
		"Count 1 " FOLDER("1", "2") "} }", "R51"},
	{"FolderSync", 141, "FolderSync { SyncKey 1 }", "FolderSync { Status 1 SyncKey 1 Changes { "
		"Count 0 } }", NULL},
	{"FolderSync", 141, "FolderSync { SyncKey 1 }", "FolderSync { Status 1 SyncKey 1 }",
		"lacks Changes"},
	{"FolderSync", 141, "FolderSync { SyncKey 1 }", "FolderSync { Status 9 SyncKey 1 }",
		"has SyncKey"},
	{"FolderSync", 141, "FolderSync { SyncKey 1 }", "FolderSync { Status 1 SyncKey 1 Changes { "
		"Count 1 Add { ServerId 1 DisplayName F ParentId 0 Type 12 } } }", "out of order"},
	{"FolderSync", 141, "FolderSync { SyncKey 1 }", "FolderSync { Status 1 SyncKey 1 Changes { "
		"Count 1 Add { ServerId 1 ParentId 0 DisplayName \"\" Type 12 } } }",
		"is not: text"},
	{"FolderCreate", 141, "FolderCreate { SyncKey 1 ParentId 0 DisplayName n Type 12 }",
		"FolderCreate { Status 1 SyncKey 2 }", "lacks ServerId"},
	{"Ping", 141, "Ping { Folders { Folder { Id 5 Class Email } } }", "Ping { Status 2 "
		"Folders { Folder 5 } }", NULL},
	{"Ping", 141, "Ping { Folders { Folder { Id 5 Class Email } } }", "Ping { Status 2 }",
		"lacks Folders"},
	{"Ping", 141, "Ping { Folders { Folder { Id 5 Class Email } } }", "Ping { Status 2 "
		"Folders { Folder 6 } }", "not asked"},
	{"Ping", 141, "Ping { HeartbeatInterval 60 }", "Ping { Status 1 Folders { Folder 5 } }",
		"has Folders"},
	{"Ping", 141, "Ping { HeartbeatInterval 10 }", "Ping { Status 5 }", "lacks Heartbeat"},
	{"MoveItems", 141, "MoveItems { Move { SrcMsgId 5:1 SrcFldId 5 DstFldId 6 } }",
		"MoveItems { Response { SrcMsgId 5:1 Status 3 DstMsgId 6:1 } }", NULL},
	{"MoveItems", 141, "MoveItems { Move { SrcMsgId 5:1 SrcFldId 5 DstFldId 6 } }",
		"MoveItems { Response { SrcMsgId 5:1 Status 3 } }", "lacks DstMsgId"},
	{"MoveItems", 141, "MoveItems { Move { SrcMsgId 5:1 SrcFldId 5 DstFldId 6 } "
		"Move { SrcMsgId 5:2 SrcFldId 5 DstFldId 6 } }",
		"MoveItems { Response { SrcMsgId 5:1 Status 3 DstMsgId 6:1 } }",
		"not one Response"},
	{"SendMail", 141, "SendMail { ClientId 1 }", "SendMail { Status 120 }", NULL},
	{"SendMail", 141, "SendMail { ClientId 1 }", "SendMail { Status 1 }", "is not: int"},
	{"ItemOperations", 141, "ItemOperations { Fetch { Store Mailbox FileReference f } }",
		"ItemOperations { Status 1 Response { Fetch { Status 1 AirSyncBase:FileReference f "
		"Properties { AirSyncBase:ContentType a/b Data aGk= } } } }", NULL},
	{"ItemOperations", 141, "ItemOperations { Fetch { Store Mailbox FileReference f } }",
		"ItemOperations { Status 1 Response { Fetch { Status 1 AirSyncBase:FileReference f "
		"Properties { AirSyncBase:ContentType a/b Data \"a b\" } } } }", "is not: base64"},
	{"ItemOperations", 141, "ItemOperations { Fetch { Store Mailbox FileReference f } }",
		"ItemOperations { Status 1 Response { Fetch { Status 1 AirSyncBase:FileReference f "
		"Properties { AirSyncBase:ContentType a/b Part 1 } } } }", "without parts"},
	{"ItemOperations", 141, "ItemOperations { Fetch { Store Mailbox FileReference f } }",
		"ItemOperations { Status 1 }", "0 answered"},
	{"Settings", 141, "Settings { UserInformation { Get~ } DeviceInformation { Set { Model m } "
		"} }", "Settings { Status 1 UserInformation { Status 1 Get { Accounts { Account { "
		"EmailAddresses { SMTPAddress a@b PrimarySmtpAddress a@b } } } } } "
		"DeviceInformation { Status 1 } }", NULL},
	{"Settings", 141, "Settings { UserInformation { Get~ } DeviceInformation { Set { Model m } "
		"} }", "Settings { Status 1 DeviceInformation { Status 1 } UserInformation { "
		"Status 1 } }", "was asked"},
	{"Settings", 140, "Settings { UserInformation { Get~ } }", "Settings { Status 1 "
		"UserInformation { Status 1 Get { Accounts { Account { EmailAddresses { "
		"SMTPAddress a@b } } } } } }", "not allowed in version"},
	{"Provision", 141, "Provision { Policies { Policy { PolicyType MS-EAS-Provisioning-WBXML } "
		"} }", "Provision { Status 1 Policies { Policy { PolicyType "
		"MS-EAS-Provisioning-WBXML Status 1 PolicyKey 0 } } }", "is not: int"},
	{"GetItemEstimate", 141, "GetItemEstimate { Collections { Collection { as:SyncKey 1 "
		"CollectionId 5 } } }", "GetItemEstimate { Response { Status 1 Collection { "
		"CollectionId 5 Estimate 3 } } }", NULL},
	{"GetItemEstimate", 141, "GetItemEstimate { Collections { Collection { as:SyncKey 1 "
		"CollectionId 5 } } }", "GetItemEstimate { Response { Status 1 } }", "Collection"},
	{"Ping", 141, "Ping~", "Sync { Status 5 }", "answered by"},
};

static struct node *parse(struct arena *arena, const char *text)
{
	struct notation notation = {.arena = arena, .dir = "", .line = 1};
	struct node *node = notation_element(&notation, &text);

	if (node == NULL)
		fail_msg("%s", notation.error);
	return node;
}

static void run_samples(const struct sample *samples, size_t n)
{
	static const struct answer answer = {.status = 200, .has_length = true, .len = 1,
		.headers = {{"Content-Type", "application/vnd.ms-sync.wbxml"}}, .n_headers = 1};
	struct arena *arena = arena_new(0);

	for (size_t i = 0; i < n; i++) {
		const struct sample *s = &samples[i];
		struct check check = {.arena = arena, .command = s->command, .answer = &answer,
				      .version = s->version, .asked = parse(arena, s->asked)};
		bool good = check_answer(&check, parse(arena, s->answer));

		if (good != (s->reason == NULL))
			fail_msg("sample %zu (%s): %s", i, s->answer,
				 good ? "accepted" : check.reason);
		if (!good && strstr(check.reason, s->reason) == NULL)
			fail_msg("sample %zu (%s): \"%s\" lacks \"%s\"", i, s->answer,
				 check.reason, s->reason);
	}
	arena_free(&arena);
}

static void sync_answers(void **state)
{
	(void)state;
	run_samples(sync_samples, sizeof(sync_samples) / sizeof(sync_samples[0]));
}

static void bodies(void **state)
{
	(void)state;
	run_samples(body_samples, sizeof(body_samples) / sizeof(body_samples[0]));
}

static void other_answers(void **state)
{
	(void)state;
	run_samples(other_samples, sizeof(other_samples) / sizeof(other_samples[0]));
}

static void http_answers(void **state)
{
	static const struct {
		const char *command;
		unsigned version;
		struct answer answer;
		bool good;
	} cases[] = {
#define TYPE(t) .headers = {{"Content-Type", t}}, .n_headers = 1
#define WBXML TYPE("application/vnd.ms-sync.wbxml")
		{"Sync", 141, {.status = 200, .has_length = true, WBXML}, true},
		{"Sync", 141, {.status = 200, .has_length = true, TYPE("text/html")}, false},
		{"Sync", 141, {.status = 200, .has_length = true}, false},
		{"Sync", 141, {.status = 200, WBXML}, false},
		{"Sync", 120, {.status = 200, .has_length = true, WBXML}, false},
		{"Ping", 141, {.status = 200, .has_length = true, WBXML}, false},
		{"SendMail", 141, {.status = 200, .has_length = true, WBXML}, true},
		{"Sync", 141, {.status = 200, .has_length = true, .len = 5, WBXML}, false},
		{"Sync", 141, {.status = 401, .has_length = true}, false},
		{"Sync", 141, {.status = 401, .has_length = true,
			.headers = {{"www-authenticate", "Basic realm=x"}}, .n_headers = 1}, true},
		{"Sync", 141, {.status = 503, .has_length = true}, false},
		{"Sync", 121, {.status = 449, .has_length = true}, true},
		{"Sync", 141, {.status = 449, .has_length = true}, false},
	};
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct check check = {.arena = arena, .command = cases[i].command,
				      .version = cases[i].version, .answer = &cases[i].answer};

		if (check_http(&check, NULL) != cases[i].good)
			fail_msg("case %zu: %s", i, check.reason ? check.reason : "accepted");
	}
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sync_answers),
		cmocka_unit_test(bodies),
		cmocka_unit_test(other_answers),
		cmocka_unit_test(http_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
