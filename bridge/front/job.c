/* SPDX-License-Identifier: ISC */
/* The head's fields that matter are copied once into one block; the rest of the head is gone. */
#include "bridge/front/job.h"

#include <stdlib.h>
#include <string.h>

#include "bridge/base/date.h"
#include "bridge/base/limits.h"

/* Header field -> member of struct ipc_request. */
static const struct job_field {
	const char *name;
	size_t offset;
} job_fields[] = {
	{ "Host", offsetof(struct ipc_request, host) },
	{ "Authorization", offsetof(struct ipc_request, authorization) },
	{ "MS-ASProtocolVersion", offsetof(struct ipc_request, version) },
	{ "X-MS-PolicyKey", offsetof(struct ipc_request, policy_key) },
	{ "Content-Type", offsetof(struct ipc_request, content_type) },
	{ "Content-Encoding", offsetof(struct ipc_request, content_encoding) },
	{ "User-Agent", offsetof(struct ipc_request, user_agent) },
	{ "Accept-Encoding", offsetof(struct ipc_request, accept_encoding) },
	{ "MS-ASAcceptMultiPart", offsetof(struct ipc_request, accept_multipart) },
	{ "Accept-Language", offsetof(struct ipc_request, accept_language) },
};

enum { N_FIELDS = sizeof(job_fields) / sizeof(job_fields[0]) };

/* Copies text into the block at *at and moves on. */
static const char *
block_put(char **at, const char *text)
{
	char *put = *at;
	size_t n = strlen(text) + 1;

	memcpy(put, text, n);
	*at += n;
	return put;
}

static void
job_fill(struct job *job, const struct http_head *head, const struct job_facts *facts,
    const char *const values[N_FIELDS])
{
	char *at = job->block;

	job->request.peer = block_put(&at, facts->peer);
	job->request.method = block_put(&at, head->method);
	job->request.target = block_put(&at, head->target);
	for (size_t i = 0; i < N_FIELDS; i++) {
		const char **member = (const char **)(void *)((char *)&job->request +
		    job_fields[i].offset);

		*member = block_put(&at, values[i]);
	}
}

struct job *
job_new(const struct http_head *head, const struct job_facts *facts)
{
	const char *values[N_FIELDS];
	size_t len = strlen(facts->peer) + strlen(head->method) + strlen(head->target) + 3;
	struct job *job = calloc(1, sizeof(*job));

	if (job == NULL)
		return NULL;
	for (size_t i = 0; i < N_FIELDS; i++) {
		const char *value = http_field(head, job_fields[i].name);

		values[i] = value != NULL ? value : "";
		len += strlen(values[i]) + 1;
	}
	job->block = malloc(len);
	if (job->block == NULL) {
		free(job);
		return NULL;
	}
	job->block_len = len;
	memcpy(job->id, facts->id, sizeof(job->id) - 1);
	job->request.serial = facts->serial;
	job->request.id = job->id;
	job->request.is_tls = facts->is_tls;
	job_fill(job, head, facts, values);
	body_init(&job->body, NULL, 0);
	return job;
}

void
job_free(struct job **job)
{
	if (*job == NULL)
		return;
	body_close(&(*job)->body);
	crypto_wipe((*job)->block, (*job)->block_len);
	free((*job)->block);
	free(*job);
	*job = NULL;
}

void
job_set_body(struct job *job, struct body *body)
{
	body_close(&job->body);
	job->body = *body;
	body_init(body, NULL, 0);
	job->request.received_ms = (uint64_t)now_ms();
}

void
job_compact(struct job *job)
{
	struct body small;
	const void *data;
	size_t len;

	if (job->body.fd >= 0 || job->body.cap <= job->body.len ||
	    !body_view(&job->body, &data, &len))
		return;
	/* A growing body takes memory in doubling steps; one written whole takes what it needs. */
	body_init(&small, NULL, len);
	small.data = malloc(len > 0 ? len : 1);
	if (small.data == NULL)
		return;
	if (len > 0)
		memcpy(small.data, data, len);
	small.len = len;
	small.cap = len > 0 ? len : 1;
	body_close(&job->body);
	job->body = small;
}

bool
job_send(struct job *job, struct ipc_end *end)
{
	struct ipc_request *request = &job->request;
	bool is_file = job->body.fd >= 0;
	bool sent;

	request->body_len = body_len(&job->body);
	request->body = (struct ipc_data) { NULL, 0 };
	if (!is_file)
		request->body = (struct ipc_data) { job->body.data, job->body.len };
	sent = ipc_send_request(end, request, &job->body.fd, is_file ? 1 : 0);
	request->body = (struct ipc_data) { NULL, 0 };
	return sent;
}

void
job_digest(const struct job *job, uint8_t ret_digest[SHA256_SIZE])
{
	struct crypto_hash *hash = crypto_hash_new();
	uint64_t len = body_len(&job->body);
	uint8_t piece[4096];
	size_t at = 0;
	ssize_t got;

	crypto_hash_add(hash, job->credentials, sizeof(job->credentials));
	crypto_hash_add(hash, job->request.target, strlen(job->request.target) + 1);
	crypto_hash_add(hash, &len, sizeof(len));
	while (at < LIMIT_BODY_MEMORY &&
	    (got = body_read_at(&job->body, at, piece, sizeof(piece))) > 0) {
		crypto_hash_add(hash, piece, (size_t)got);
		at += (size_t)got;
	}
	crypto_hash_end(&hash, ret_digest);
}
