/* SPDX-License-Identifier: ISC */
/*
 * What one value alone cannot tell: settings that need each other, words out
 * of a list, absolute paths, templates.  Whether files are there is for the
 * parent to see, which may read them.
 */
#include "bridge/config_draft.h"

#include <string.h>

#include "bridge/base/log.h"
#include "bridge/config_value.h"
#include "bridge/ipc.h"

static void
check_listeners(struct config_draft *draft, const struct server_config *server)
{
	const struct draft_section *section = &draft->server;

	if (server->listen.n == 0)
		draft_mistake(draft, section, "listen",
			"missing: phones have nowhere to connect to");
	for (unsigned i = 0; i < server->listen.n; i++) {
		if (server->listen.list[i].tls && server->tls_certificate[0] == '\0') {
			draft_mistake(draft, section, "tls_certificate",
				"missing: %s is to speak TLS", server->listen.list[i].text);
			break;
		}
	}
}

/* A certificate and its key come together. */
static void
check_pair(struct config_draft *draft, const struct draft_section *section,
	const char *certificate, const char *key)
{
	if (certificate[0] != '\0' && key[0] == '\0')
		draft_mistake(draft, section, "tls_key", "missing beside tls_certificate");
	if (certificate[0] == '\0' && key[0] != '\0')
		draft_mistake(draft, section, "tls_certificate", "missing beside tls_key");
}

static void
check_path(struct config_draft *draft, const struct draft_section *section, const char *key,
	const char *value)
{
	if (value[0] != '\0' && value[0] != '/')
		draft_mistake(draft, section, key, "must be an absolute path");
}

static void
check_words(struct config_draft *draft, const struct server_config *server)
{
	static const char *const versions[] = { "2.5", "12.0", "12.1", "14.0", "14.1" };
	const struct draft_section *section = &draft->server;
	enum log_level level;
	bool known = false;

	if (!log_level_parse(server->log_level, &level))
		draft_mistake(draft, section, "log_level",
			"must be error, warn, info, debug or wire");
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		known = known || strcmp(server->max_version, versions[i]) == 0;
	if (!known)
		draft_mistake(draft, section, "max_version",
			"must be 2.5, 12.0, 12.1, 14.0 or 14.1");
	if (strncmp(server->state, "sqlite:/", 8) != 0 && strcmp(server->state, "memory:") != 0)
		draft_mistake(draft, section, "state", "must be sqlite:PATH (absolute) or memory:");
	if (server->admin_listen[0] != '\0' && strncmp(server->admin_listen, "unix:/", 6) != 0)
		draft_mistake(draft, section, "admin_listen", "must be unix:PATH");
	if (server->default_domain[0] != '\0' && !config_name_is_valid(server->default_domain))
		draft_mistake(draft, section, "default_domain", "not a domain name");
	if (server->group[0] != '\0' && server->user[0] == '\0')
		draft_mistake(draft, section, "group", "means nothing without user");
}

static void
check_server(struct config_draft *draft, const struct server_config *server)
{
	const struct draft_section *section = &draft->server;

	check_listeners(draft, server);
	check_pair(draft, section, server->tls_certificate, server->tls_key);
	check_path(draft, section, "tls_certificate", server->tls_certificate);
	check_path(draft, section, "tls_key", server->tls_key);
	check_path(draft, section, "sync_log", server->sync_log);
	check_path(draft, section, "log", server->log);
	check_path(draft, section, "pid_file", server->pid_file);
	check_path(draft, section, "spool_dir", server->spool_dir);
	check_words(draft, server);
}

static void
check_template(struct config_draft *draft, const struct draft_section *section, const char *key,
	const char *value)
{
	for (const char *at = strchr(value, '%'); at != NULL; at = strchr(at + 2, '%')) {
		if (at[1] == '\0' || strchr("und%", at[1]) == NULL) {
			draft_mistake(draft, section, key, "after %% comes u, n, d or another %%");
			return;
		}
	}
}

/* What a domain inherits was checked in [domain *]. */
static bool
is_own(const struct draft_section *section, const char *key)
{
	return strcmp(section->name, "*") == 0 || draft_entry_find(section, key) != NULL;
}

static void
check_domain_values(struct config_draft *draft, const struct draft_section *section,
	const struct domain_config *domain)
{
	const struct {
		const char *key, *value;
		bool is_path;
	} checked[] = {
		{ "tls_certificate", domain->tls_certificate, true },
		{ "tls_key", domain->tls_key, true },
		{ "login", domain->login, false },
		{ "smtp_login", domain->smtp_login, false },
		{ "address", domain->address, false },
	};

	for (size_t i = 0; i < sizeof(checked) / sizeof(checked[0]); i++) {
		if (!is_own(section, checked[i].key))
			continue;
		if (checked[i].is_path)
			check_path(draft, section, checked[i].key, checked[i].value);
		else
			check_template(draft, section, checked[i].key, checked[i].value);
	}
	if (is_own(section, "login") && domain->login[0] == '\0')
		draft_mistake(draft, section, "login", "must not be empty");
}

static void
check_domain(struct config_draft *draft, const struct draft_section *section,
	const struct domain_config *domain)
{
	bool is_default = strcmp(domain->name, "*") == 0;

	check_domain_values(draft, section, domain);
	if (is_own(section, "tls_certificate") || is_own(section, "tls_key"))
		check_pair(draft, section, domain->tls_certificate, domain->tls_key);
	if (domain->heartbeat_min > domain->heartbeat_max &&
		(is_own(section, "heartbeat_min") || is_own(section, "heartbeat_max")))
		draft_mistake(draft, section, "heartbeat_min", "is greater than heartbeat_max (%d)",
			domain->heartbeat_max);
	/* where every domain has its own, the defaults need none */
	if (is_default && draft->domains->next != NULL)
		return;
	if (domain->imap.scheme == URL_NONE)
		draft_mistake(draft, section, "imap", "missing in [domain %s]%s", domain->name,
			is_default ? "" : " and [domain *]");
	if (domain->smtp.scheme == URL_NONE)
		draft_mistake(draft, section, "smtp", "missing in [domain %s]%s", domain->name,
			is_default ? "" : " and [domain *]");
}

void
config_check(struct config_draft *draft, const struct config *checked)
{
	unsigned certificates = 1;

	check_server(draft, &checked->server);
	for (unsigned i = 0; i < checked->n_domains; i++) {
		const struct domain_config *domain = &checked->domains[i];
		const struct draft_section *section = map_get(&draft->by_name, domain->name);

		check_domain(draft, section, domain);
		certificates += draft_entry_find(section, "tls_certificate") != NULL;
	}
	if (certificates > IPC_NAMES_MAX)
		draft_mistake(draft, &draft->server, "tls_certificate",
			"more than %d certificates in all", IPC_NAMES_MAX);
}
