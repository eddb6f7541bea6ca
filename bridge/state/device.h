/* SPDX-License-Identifier: ISC */
/*
 * The columns of the devices table, once: SQLite makes its statements from them,
 * the memory store its rows.  Private to bridge/state.  Worker.
 */
#ifndef BRIDGE_STATE_DEVICE_H
#define BRIDGE_STATE_DEVICE_H

#define DEVICE_TEXTS(X)  \
	X(id_as_given)   \
	X(type)          \
	X(user_agent)    \
	X(model)         \
	X(imei)          \
	X(friendly_name) \
	X(os)            \
	X(os_language)   \
	X(phone_number)  \
	X(mobile_operator)

#define DEVICE_NUMBERS(X)       \
	X(uint32_t, version)       \
	X(uint32_t, policy_key)    \
	X(uint32_t, temporary_key) \
	X(int64_t, first_seen)     \
	X(int64_t, last_seen)

#endif
