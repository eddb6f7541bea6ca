/* SPDX-License-Identifier: ISC */
/*
 * The token table: spot checks against [MS-ASWBXML], and rules that every row keeps.
 */
#include "wbxml/tokens.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wbxml/limits.h"

static void
known_tokens(void **state)
{
	static const struct {
		enum token token;
		unsigned value;
		const char *page, *tag;
		unsigned since;
		bool is_opaque;
		enum token_privacy privacy;
	} cases[] = {
		{ AirSync_Sync, 0x0005, "AirSync", "Sync", 25, false, TOKEN_OPEN },
		{ AirSync_HeartbeatInterval, 0x0029, "AirSync", "HeartbeatInterval", 140, false,
		  TOKEN_OPEN },
		{ Contacts_Birthday, 0x0108, "Contacts", "Birthday", 25, false, TOKEN_OPEN },
		{ Email_Flag, 0x023a, "Email", "Flag", 120, false, TOKEN_OPEN },
		{ Calendar_ClientUid, 0x043c, "Calendar", "ClientUid", 160, false, TOKEN_OPEN },
		{ FolderHierarchy_FolderSync, 0x0716, "FolderHierarchy", "FolderSync", 25, false,
		  TOKEN_OPEN },
		{ Ping_Ping, 0x0d05, "Ping", "Ping", 25, false, TOKEN_OPEN },
		{ AirSyncBase_Body, 0x110a, "AirSyncBase", "Body", 120, false, TOKEN_OPEN },
		{ AirSyncBase_Data, 0x110b, "AirSyncBase", "Data", 120, false, TOKEN_CONTENT },
		{ AirSyncBase_Content, 0x111f, "AirSyncBase", "Content", 160, true, TOKEN_CONTENT },
		{ Settings_Password, 0x1215, "Settings", "Password", 120, false, TOKEN_SECRET },
		{ ComposeMail_Mime, 0x1510, "ComposeMail", "Mime", 140, true, TOKEN_CONTENT },
		{ Email2_ConversationId, 0x1609, "Email2", "ConversationId", 140, true,
		  TOKEN_OPEN },
		{ Find_Picture, 0x1922, "Find", "Picture", 161, false, TOKEN_OPEN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum token token = cases[i].token;

		assert_int_equal(token, cases[i].value);
		assert_string_equal(token_name(token), cases[i].tag);
		assert_string_equal(token_page_name(token_page(token)), cases[i].page);
		assert_int_equal(token_find(cases[i].page, cases[i].tag), token);
		assert_int_equal(token_since(token), cases[i].since);
		assert_int_equal(token_is_opaque(token), cases[i].is_opaque);
		assert_int_equal(token_privacy(token), cases[i].privacy);
	}
}

static void
every_row(void **state)
{
	static const unsigned versions[] = { 25, 120, 121, 140, 141, 160, 161 };
	unsigned rows = 0;

	(void)state;
	for (unsigned value = 0; value < WBXML_PAGES << 8; value++) {
		enum token token = (enum token)value;
		const char *name = token_name(token);
		size_t known = 0;

		if (!name) {
			assert_int_equal(token_since(token), 0);
			assert_int_equal(token_privacy(token), TOKEN_OPEN);
			continue;
		}
		rows++;
		assert_in_range(token_code(token), 5, 0x3f);
		/* finds itself, so no name stands twice on one page */
		assert_int_equal(token_find(token_page_name(token_page(token)), name), token);
		while (known < 7 && versions[known] != token_since(token))
			known++;
		assert_true(known < 7);
		if (token_is_opaque(token))
			assert_true(token_since(token) >= 140);
	}
	assert_int_equal(rows, 656);
}

static void
lookups_that_fail(void **state)
{
	(void)state;
	assert_int_equal(token_find("AirSync", "sync"), TOKEN_NONE);
	assert_int_equal(token_find("airsync", "Sync"), TOKEN_NONE);
	assert_int_equal(token_find("AirSync", ""), TOKEN_NONE);
	assert_int_equal(token_find(NULL, "Nothing"), TOKEN_NONE);
	assert_int_equal(token_find(NULL, "Status"), TOKEN_NONE); /* on many pages */
	assert_int_equal(token_find(NULL, "MoreAvailable"), AirSync_MoreAvailable);
	assert_null(token_name(TOKEN_NONE));
	assert_null(token_name((enum token)0xfe05));
	assert_null(token_name((enum token)0xffffff));
	assert_null(token_name((enum token)0x00ff));
	assert_null(token_page_name(WBXML_PAGES));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_tokens),
		cmocka_unit_test(every_row),
		cmocka_unit_test(lookups_that_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
