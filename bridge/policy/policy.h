/* SPDX-License-Identifier: ISC */
/*
 * Device policies ([MS-ASPROV]).  As long as none is configured the bridge asks
 * no phone for anything, and a phone that asks for a policy by itself gets one
 * that restricts nothing, so that none demands device administration (R25, R32).
 * Worker.
 */
#ifndef BRIDGE_POLICY_POLICY_H
#define BRIDGE_POLICY_POLICY_H

#include <stdint.h>

#include "bridge/version.h"
#include "wbxml/writer.h"

/* The elements of EASProvisionDoc for this version, within the open element. */
void policy_write(struct writer *writer, enum version version);

/* The document for 2.5, as text ([MS-ASPROV] 2.2.2.56 of old: wap-provisioningdoc). */
const char *policy_wap_document(void);

/* The two keys of a device for the policy in force at this version: never 0, never alike, the
 * same each time, so that an acknowledgement of any recent phase 1 fits (R30, R31). */
enum policy_phase { POLICY_TEMPORARY, POLICY_FINAL };
uint32_t policy_key(const char *user, const char *device, enum version version,
    enum policy_phase phase);

#endif
