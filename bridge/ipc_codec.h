/* SPDX-License-Identifier: ISC */
/*
 * Packets of the messages in ipc.h: one field table drives both directions.
 * Only ipc.c and tests use this.  Pure functions over memory.
 */
#ifndef BRIDGE_IPC_CODEC_H
#define BRIDGE_IPC_CODEC_H

#include "bridge/ipc.h"

/*
 * Writes the packet of a message (a struct ipc_X that fits type) to ret_packet, IPC_MAX bytes.
 * NULL strings travel as "".  0: it does not fit, or has more watched folders than allowed.
 */
size_t ipc_encode(enum ipc_type type, const void *message, uint8_t *ret_packet);

/*
 * Fills type and fields from message->packet (packet_len bytes); n_fds must be set.  Strings
 * borrow from the packet.  False: not a packet that ipc_encode writes.
 */
bool ipc_decode(struct ipc_message *message);

/* True if a message of this type may carry n descriptors. */
bool ipc_may_carry(enum ipc_type type, unsigned n);

#endif
