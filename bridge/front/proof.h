/* SPDX-License-Identifier: ISC */
/*
 * What is known about credentials seen lately: accepted until, or refused until, a moment.  Keyed
 * digests of the Authorization header are kept, never the header; the key is made at start and dies
 * with the process.  Fixed size: a full bucket makes room.  Process: front.
 */
#ifndef BRIDGE_FRONT_PROOF_H
#define BRIDGE_FRONT_PROOF_H

#include <stdint.h>

#include "bridge/base/crypto.h"
#include "bridge/ipc.h"

struct proof;

/* entries: at least so many verdicts are kept.  NULL: no memory. */
struct proof *proof_new(uint32_t entries);
void proof_free(struct proof **proof);

/* The digest by which these credentials are known. */
void proof_digest(const struct proof *proof, const char *authorization,
    uint8_t ret_digest[SHA256_SIZE]);

/* The verdict that holds at this moment. */
enum ipc_proof proof_find(const struct proof *proof, const uint8_t digest[SHA256_SIZE]);

/* Holds for so many seconds from now.  IPC_PROOF_NONE or no seconds: nothing is learnt. */
void proof_learn(struct proof *proof, const uint8_t digest[SHA256_SIZE], enum ipc_proof verdict,
    uint32_t seconds);

/* After a reload what was refused may be right. */
void proof_forget_refused(struct proof *proof);

#endif
