/* SPDX-License-Identifier: ISC */
/*
 * Keys are derived from user, device and the document that this version sees, so
 * they need no storage, hold over restarts, and change exactly when the policy
 * does (R29).  Worker.
 */
#include "bridge/policy/policy.h"

#include <string.h>

#include "bridge/base/crypto.h"

static const struct {
	enum token token;
	const char *value;
	enum version since;
} policies[] = {
#define POLICY(element, permissive, since) { Provision_##element, permissive, since },
#include "bridge/policy/policy.def"
#undef POLICY
};

enum { N_POLICIES = sizeof(policies) / sizeof(policies[0]) };

void
policy_write(struct writer *writer, enum version version)
{
	for (size_t i = 0; i < N_POLICIES; i++)
		if (version >= policies[i].since)
			writer_text(writer, policies[i].token, policies[i].value);
}

const char *
policy_wap_document(void)
{
	/* 4131: a password is not required; 4133: nothing is enforced by desktop */
	return "<wap-provisioningdoc><characteristic type=\"SecurityPolicy\">"
	       "<parm name=\"4131\" value=\"1\"/><parm name=\"4133\" value=\"1\"/>"
	       "</characteristic></wap-provisioningdoc>";
}

uint32_t
policy_key(const char *user, const char *device, enum version version, enum policy_phase phase)
{
	struct crypto_hash *hash = crypto_hash_new();
	uint8_t digest[SHA256_SIZE];
	uint32_t key;

	crypto_hash_add(hash, user, strlen(user) + 1);
	crypto_hash_add(hash, device, strlen(device) + 1);
	for (size_t i = 0; i < N_POLICIES; i++)
		if (version >= policies[i].since)
			crypto_hash_add(hash, policies[i].value, strlen(policies[i].value) + 1);
	crypto_hash_end(&hash, digest);
	memcpy(&key, digest, sizeof(key));
	/* the lowest bit tells the phases apart, the second keeps both off zero */
	return (key & ~1u) | 2u | (phase == POLICY_FINAL);
}
