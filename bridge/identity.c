/* SPDX-License-Identifier: ISC */
/* Users and groups by name, and the order of calls that gives privileges up for good. */
#include "bridge/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

bool
identity_find(const struct config *from, config_mistake_fn *fn, void *ctx,
	struct identity *ret_identity)
{
	const struct server_config *server = &from->server;
	struct identity found = { .changes = true };
	const struct passwd *user;
	const struct group *group;

	memset(ret_identity, 0, sizeof(*ret_identity));
	if (geteuid() != 0 || server->user[0] == '\0')
		return true;
	user = getpwnam(server->user);
	if (user == NULL || strlen(server->user) >= sizeof(found.user)) {
		fn(ctx, from->path, 0, "user", "there is no such user");
		return false;
	}
	memcpy(found.user, server->user, strlen(server->user) + 1);
	found.uid = user->pw_uid;
	found.gid = user->pw_gid;
	if (server->group[0] != '\0') {
		group = getgrnam(server->group);
		if (group == NULL) {
			fn(ctx, from->path, 0, "group", "there is no such group");
			return false;
		}
		found.gid = group->gr_gid;
	}
	*ret_identity = found;
	return true;
}

bool
identity_assume(const struct identity *identity)
{
	if (!identity->changes)
		return true;
	if (initgroups(identity->user, identity->gid) != 0 ||
		setresgid(identity->gid, identity->gid, identity->gid) != 0 ||
		setresuid(identity->uid, identity->uid, identity->uid) != 0)
		return false;
	/* it must not be possible to go back */
	return identity->uid == 0 || setuid(0) != 0;
}

bool
identity_make_file(const struct identity *identity, const char *path)
{
	int fd;

	if (path[0] == '\0')
		return true;
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0)
		return errno == EEXIST;
	if (identity->changes && fchown(fd, identity->uid, identity->gid) != 0) {
		close(fd);
		return false;
	}
	close(fd);
	return true;
}
