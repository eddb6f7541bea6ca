/* SPDX-License-Identifier: ISC */
/*
 * The kinds of phone the test phone can be: header sets, query order and habits, one row each in
 * flavour.def.  Constant data.
 */
#ifndef TESTS_PLAYER_FLAVOUR_H
#define TESTS_PLAYER_FLAVOUR_H

enum flavour_query {
	QUERY_CMD_FIRST,	/* Cmd, User, DeviceId, DeviceType */
	QUERY_CMD_LAST,		/* User, DeviceId, DeviceType, Cmd */
	QUERY_BASE64,
};

enum flavour_habit {
	HABIT_NONE = 0,
	HABIT_NO_PING_KEY = 1,	/* X-MS-PolicyKey is not sent with Ping */
	HABIT_NO_KEY = 2,	/* ... never sent */
	HABIT_MOVES = 4,	/* applies MoveItems to its own store (R73) */
	HABIT_GZIP = 8,
	HABIT_LATIN1 = 16,	/* Basic credentials in ISO-8859-1 */
	HABIT_SHORT_TYPE = 32,	/* Content-Type application/vnd.ms-sync */
};

struct flavour {
	const char *name;
	const char *user_agent;	/* NULL: none sent */
	const char *device_type, *device_id;
	unsigned version;	/* default, times ten */
	enum flavour_query query;
	unsigned habits;
	const char *headers;	/* more lines, each ended by CR LF */
};

const struct flavour *flavour_find(const char *name);

#endif
