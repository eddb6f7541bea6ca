/* SPDX-License-Identifier: ISC */
/*
 * The steps: each builds its requests as notation text, sends them and reads the answers.
 */
#include "tests/player/steps.h"

#include <string.h>

#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "tests/player/node.h"
#include "tests/player/notation.h"
#include "tests/player/phone.h"

enum { ROUNDS_MAX = 2000 };

static bool ask(struct phone *phone, const char *command, const char *text)
{
	struct notation notation = {.arena = phone->arena, .dir = ""};
	struct sending sending = {.command = command};

	sending.document = notation_element(&notation, &text);
	if (sending.document == NULL)
		return phone_fail(phone, "%s", notation.error);
	return phone_ask(phone, &sending);
}

bool step_folders(struct phone *phone, const char *key)
{
	if (!ask(phone, "FolderSync", arena_printf(phone->arena, "FolderSync { SyncKey \"%s\" }",
						    key)))
		return false;
	if (strcmp(node_text(phone->document, "Status"), "1") != 0)
		return phone_fail(phone, "FolderSync: Status %s",
				  node_text(phone->document, "Status"));
	return true;
}

static const char *policy_type(const struct phone *phone)
{
	return phone->version < 120 ? "MS-WAP-Provisioning-XML" : "MS-EAS-Provisioning-WBXML";
}

bool step_provision(struct phone *phone)
{
	const char *device = phone->version < 141 ? "" :
		"Settings:DeviceInformation { Set { Model Test OS Test UserAgent Test } } ";
	const char *key;

	if (!ask(phone, "Provision", arena_printf(phone->arena,
		"Provision { %sPolicies { Policy { PolicyType %s } } }", device,
		policy_type(phone))))
		return false;
	if (strcmp(node_text(phone->document, "Status"), "1") != 0)
		return phone_fail(phone, "Provision: Status %s",
				  node_text(phone->document, "Status"));
	key = node_text(phone->document, "Policies/Policy/PolicyKey");
	if (*key == '\0')
		return true; /* no policy for this user: nothing to acknowledge */
	phone->policy_key = key;
	if (!ask(phone, "Provision", arena_printf(phone->arena,
		"Provision { Policies { Policy { PolicyType %s PolicyKey \"%s\" Status 1 } } }",
		policy_type(phone), key)))
		return false;
	if (strcmp(node_text(phone->document, "Policies/Policy/PolicyKey"), key) == 0)
		return phone_fail(phone, "Provision: the final key is the temporary one");
	phone->policy_key = node_text(phone->document, "Policies/Policy/PolicyKey");
	return true;
}

static void put_number(struct buf *out, const char *name, long value)
{
	if (value >= 0)
		buf_printf(out, "%s %ld ", name, value);
}

/* [MS-ASCMD] Truncation of 2.5: the step nearest above the size */
static long truncation_25(long size)
{
	static const long steps[] = {0, 512, 1024, 2048, 5120, 10240, 20480, 51200, 102400};
	long step = 0;

	while (step < 9 && steps[step] < size)
		step++;
	return size < 0 ? 9 : step;
}

static void put_options(struct buf *out, const struct phone *phone, const struct sync_wish *wish)
{
	if (wish->bare)
		return;
	if (wish->filter < 0 && wish->mime < 0 && wish->body < 0)
		return;
	buf_puts(out, "Options { ");
	put_number(out, "FilterType", wish->filter);
	if (phone->version < 120)
		put_number(out, "Truncation", truncation_25(wish->size));
	put_number(out, "MIMESupport", wish->mime);
	if (wish->body >= 0 && phone->version >= 120) {
		buf_printf(out, "AirSyncBase:BodyPreference { Type %ld ", wish->body);
		put_number(out, "TruncationSize", wish->size);
		buf_puts(out, "} ");
	}
	buf_puts(out, "} ");
}

static const char *sync_text(struct phone *phone, const struct folder *folder,
	const struct sync_wish *wish)
{
	bool first = strcmp(folder->key, "0") == 0;
	struct buf out;

	buf_init_arena(&out, phone->arena, 65536);
	buf_puts(&out, "Sync { Collections { Collection { ");
	if (phone->version <= 120)
		buf_puts(&out, "Class Email ");
	buf_printf(&out, "SyncKey \"%s\" CollectionId \"%s\" ", folder->key, folder->id);
	put_number(&out, "DeletesAsMoves", wish->moves);
	if (!first && wish->changes >= 0)
		put_number(&out, "GetChanges", wish->changes);
	else if (!first)
		buf_puts(&out, "GetChanges~ ");
	if (!first)
		put_number(&out, "WindowSize", wish->window);
	put_options(&out, phone, wish);
	buf_puts(&out, "} } }");
	return buf_str(&out);
}

/* One exchange.  *ret_quiet: nothing came and nothing is left. */
static bool one_round(struct phone *phone, struct folder *folder, struct sync_wish *wish,
	bool *ret_quiet)
{
	const struct node *collection;
	const char *status;

	if (!ask(phone, "Sync", sync_text(phone, folder, wish)))
		return false;
	wish->rounds++;
	*ret_quiet = true;
	if (phone->document == NULL)
		return true;
	collection = node_path(phone->document, "Collections/Collection");
	status = node_text(collection ? collection : phone->document, "Status");
	if (strcmp(status, "1") != 0)
		return phone_fail(phone, "Sync of %s: Status %s", folder->name, status);
	wish->adds += node_count(node_child(collection, "Commands"), "Add");
	*ret_quiet = node_child(collection, "Commands") == NULL
		&& node_child(collection, "MoreAvailable") == NULL;
	return true;
}

bool step_sync(struct phone *phone, struct folder *folder, struct sync_wish *wish)
{
	bool quiet = false;

	if (strcmp(folder->key, "0") == 0) {
		if (!one_round(phone, folder, wish, &quiet))
			return false;
		if (!quiet)
			return phone_fail(phone, "Sync with key 0 brought items (R59)");
	}
	do {
		if (!one_round(phone, folder, wish, &quiet))
			return false;
		if (wish->rounds > ROUNDS_MAX)
			return phone_fail(phone, "Sync of %s never ends", folder->name);
	} while (wish->until_quiet && !quiet);
	return true;
}
