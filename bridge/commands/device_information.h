/* SPDX-License-Identifier: ISC */
/*
 * What a device tells of itself, in Settings and, from 14.1 on, in Provision
 * ([MS-ASCMD] 2.2.3.46).  Worker.
 */
#ifndef BRIDGE_COMMANDS_DEVICE_INFORMATION_H
#define BRIDGE_COMMANDS_DEVICE_INFORMATION_H

#include "bridge/fault.h"
#include "wbxml/reader.h"

struct request;

/* Reads the DeviceInformation element just returned and keeps what it says in the device's row.
 * Elements that are absent stay as they were. */
enum fault device_information_read(struct request *request, struct reader *reader);

#endif
