/* SPDX-License-Identifier: ISC */
/*
 * What the mail server cannot know: devices, SyncKeys, what each device holds.
 * A state store is dumb on purpose: it loads, saves and forgets blobs by name,
 * and knows devices as rows so that an administrator can list them.  What the
 * blobs mean is the business of bridge/sync.  Worker; one handle a process.
 *
 * Names within (user, device): "hierarchy", "c/<id>" and so on.  Device "" is
 * the user's own (ids of folders, journal of sent mail), user "" the server's.
 */
#ifndef BRIDGE_STATE_STATE_H
#define BRIDGE_STATE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bridge/fault.h"

struct arena;

struct state_key {
	const char *user;   /* user@domain */
	const char *device; /* case-folded device id */
	const char *name;
};

/* One row of the devices table ([MS-ASPROV], [MS-ASCMD] DeviceInformation).  Strings are never
 * NULL after loading. */
struct device {
	const char *id;             /* case folded */
	const char *id_as_given;
	const char *type, *user_agent, *model, *imei, *friendly_name, *os, *os_language,
	    *phone_number, *mobile_operator;
	uint32_t version;           /* enum version last spoken */
	uint32_t policy_key;        /* 0: none given */
	uint32_t temporary_key;
	int64_t first_seen, last_seen; /* seconds UTC */
	bool is_new;                /* not in the store yet */
};

struct state {
	const struct state_ops *ops;
	/* the store's own members follow */
};

struct state_ops {
	const char *name;
	/* where: what follows "sqlite:" in the setting.  TRY_LATER; CANNOT: damaged or written
	 * by a newer version (logged); nothing is overwritten then. */
	enum fault (*open)(const char *where, struct state **ret_state);
	void (*close)(struct state **state);
	/* One transaction at a time; save, forget and device_put outside of one stand alone. */
	enum fault (*begin)(struct state *state);
	enum fault (*commit)(struct state *state);
	void (*rollback)(struct state *state);
	/* ITEM_GONE: nothing of that name.  Memory from the arena. */
	enum fault (*load)(struct state *state, struct arena *arena, const struct state_key *key,
	    void **ret_data, size_t *ret_len);
	enum fault (*save)(struct state *state, const struct state_key *key, const void *data,
	    size_t len);
	/* Forgets the name and, if it ends in '/', everything below it; name "": all of the device. */
	enum fault (*forget)(struct state *state, const struct state_key *key);
	enum fault (*device_get)(struct state *state, struct arena *arena, const char *user,
	    const char *device, struct device *ret_device);
	enum fault (*device_put)(struct state *state, const char *user,
	    const struct device *device);
};

extern const struct state_ops sqlite_state_ops;
extern const struct state_ops memory_state_ops;

/* Opens what the setting says ("sqlite:PATH", "memory:"). */
enum fault state_open(const char *setting, struct state **ret_state);

#endif
