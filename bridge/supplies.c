/* SPDX-License-Identifier: ISC */
/*
 * Certificates are looked at here, before any role gets them: a renewal that
 * went wrong must end as a line in the log, not as a front without TLS.
 */
#include "bridge/supplies.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/x509.h>

#include "bridge/base/buf.h"
#include "bridge/base/proc.h"

enum { FILE_MAX = 16 * 1024 * 1024, NAMES_MAX = 64 * 1024 };

/* Where mistakes go. */
struct report {
	config_mistake_fn *fn;
	void *ctx;
	const char *path;
};

static bool
refuse(const struct report *report, const char *key, const char *file, const char *reason)
{
	char text[1000];

	snprintf(text, sizeof(text), "%s: %s", file, reason);
	report->fn(report->ctx, report->path, 0, key, text);
	return false;
}

struct content {
	char *data;
	size_t len;
};

static void
content_free(struct content *content)
{
	if (content->data != NULL)
		explicit_bzero(content->data, content->len);
	free(content->data);
	content->data = NULL;
}

/* All of a file's bytes; NULL data: errno. */
static struct content
content_read(const char *path)
{
	struct content content = { NULL, 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat status;
	ssize_t got = -1;

	if (fd < 0)
		return content;
	if (fstat(fd, &status) == 0 && status.st_size <= FILE_MAX) {
		content.len = (size_t)status.st_size;
		content.data = malloc(content.len + 1);
		got = content.data != NULL ? read(fd, content.data, content.len) : -1;
	} else {
		errno = EFBIG;
	}
	if (got != (ssize_t)content.len) {
		int saved = got >= 0 ? EIO : errno;

		content_free(&content);
		errno = saved;
	}
	close(fd);
	return content;
}

/* A pem_password_cb: nobody is there to type one. */
static int
no_password(char *ret_password, int size, int writing, void *ctx)
{
	(void)ret_password;
	(void)size;
	(void)writing;
	(void)ctx;
	return -1;
}

/* Do the two belong together?  NULL: yes, else why not. */
static const char *
pair_fault(const struct content *certificate, const struct content *key)
{
	BIO *from = BIO_new_mem_buf(certificate->data, (int)certificate->len);
	X509 *x509 = PEM_read_bio_X509(from, NULL, no_password, NULL);
	EVP_PKEY *private_key;
	const char *fault = NULL;

	BIO_free(from);
	from = BIO_new_mem_buf(key->data, (int)key->len);
	private_key = PEM_read_bio_PrivateKey(from, NULL, no_password, NULL);
	BIO_free(from);
	if (x509 == NULL)
		fault = "is no PEM certificate";
	else if (private_key == NULL)
		fault = "its key is no PEM private key, or has a passphrase";
	else if (X509_check_private_key(x509, private_key) != 1)
		fault = "the key is not that of this certificate";
	X509_free(x509);
	EVP_PKEY_free(private_key);
	return fault;
}

/* A certificate with its key, under a name, as the next two memory files. */
struct pair {
	const char *name, *certificate, *key;
};

static bool
pair_add(struct supplies *supplies, const struct pair *pair, const struct report *report)
{
	struct content certificate = content_read(pair->certificate), key = { NULL, 0 };
	const char *fault;

	if (certificate.data == NULL)
		return refuse(report, "tls_certificate", pair->certificate, strerror(errno));
	key = content_read(pair->key);
	if (key.data == NULL) {
		content_free(&certificate);
		return refuse(report, "tls_key", pair->key, strerror(errno));
	}
	fault = pair_fault(&certificate, &key);
	if (fault == NULL) {
		int *fds = supplies->fds + supplies->n_fds;

		fds[0] = proc_memfd("certificate", certificate.data, certificate.len);
		fds[1] = proc_memfd("key", key.data, key.len);
		supplies->n_fds += 2;
		if (fds[0] < 0 || fds[1] < 0)
			fault = "no memory file to be had";
	}
	content_free(&certificate);
	content_free(&key);
	return fault == NULL || refuse(report, "tls_certificate", pair->certificate, fault);
}

/* Certificates: the server's as "*", then those of domains that differ from [domain *]. */
static bool
pairs_add(struct supplies *supplies, const struct report *report)
{
	const struct server_config *server = &supplies->config->server;
	const struct domain_config *domains = supplies->config->domains;
	struct pair pair = { "*", server->tls_certificate, server->tls_key };
	struct buf names;
	bool ok = true;

	buf_init(&names, NAMES_MAX);
	for (unsigned i = 0; i < supplies->config->n_domains; i++) {
		if (i > 0)
			pair = (struct pair) { domains[i].name, domains[i].tls_certificate,
				domains[i].tls_key };
		else if (pair.certificate[0] == '\0')
			pair = (struct pair) { "*", domains[0].tls_certificate,
				domains[0].tls_key };
		if (pair.certificate[0] == '\0' ||
			(i > 0 && strcmp(pair.certificate, domains[0].tls_certificate) == 0))
			continue;
		ok = pair_add(supplies, &pair, report) && ok;
		buf_printf(&names, "%s%s", names.len > 0 ? "," : "", pair.name);
	}
	supplies->names = strdup(buf_str(&names));
	ok = ok && !names.failed && supplies->names != NULL;
	buf_free(&names);
	return ok;
}

/* Files of certificate authorities are read by workers later; here it shows if they are there. */
static bool
ca_files_check(const struct config *checked, const struct report *report)
{
	bool ok = true;

	for (unsigned i = 0; i < checked->n_domains; i++) {
		const struct domain_config *domain = &checked->domains[i];
		const struct {
			const char *key;
			const struct url *url;
		} urls[] = {
			{ "imap", &domain->imap }, { "smtp", &domain->smtp },
			{ "caldav", &domain->caldav }, { "carddav", &domain->carddav },
			{ "sieve", &domain->sieve }, { "ldap", &domain->ldap },
		};

		for (size_t j = 0; j < sizeof(urls) / sizeof(urls[0]); j++) {
			const char *file = urls[j].url->ca_file;

			if (file != NULL && access(file, R_OK) != 0)
				ok = refuse(report, urls[j].key, file, strerror(errno));
		}
	}
	return ok;
}

struct supplies *
supplies_load(const char *path, config_mistake_fn *fn, void *ctx)
{
	const struct report report = { fn, ctx, path };
	struct supplies *supplies = calloc(1, sizeof(*supplies));
	struct content text = content_read(path);
	bool ok = false;

	if (supplies == NULL || text.data == NULL) {
		fn(ctx, path, 0, "", strerror(errno));
	} else {
		supplies->config = config_parse(text.data, text.len, path, fn, ctx);
		supplies->fds[0] = proc_memfd("configuration", text.data, text.len);
		supplies->n_fds = 1;
		ok = supplies->config != NULL && supplies->fds[0] >= 0;
		ok = ok && ca_files_check(supplies->config, &report);
		ok = ok && pairs_add(supplies, &report);
	}
	content_free(&text);
	if (!ok && supplies != NULL)
		supplies_free(&supplies);
	return supplies;
}

void
supplies_free(struct supplies **supplies)
{
	struct supplies *freed = *supplies;

	*supplies = NULL;
	if (freed == NULL)
		return;
	for (unsigned i = 0; i < freed->n_fds; i++) {
		if (freed->fds[i] >= 0)
			close(freed->fds[i]);
	}
	config_free(&freed->config);
	free(freed->names);
	free(freed);
}
