/* SPDX-License-Identifier: ISC */
/*
 * Packets between the roles: whatever decodes must encode again to a packet of
 * the same length, which reads every string and every list on the way.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/ipc_codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ipc_message message;
	static uint8_t packet[IPC_MAX];

	if (size > IPC_MAX)
		return 0;
	for (unsigned n = 0; n < 2; n++) {
		memcpy(message.packet, data, size);
		message.packet_len = size;
		message.n_fds = n;
		if (!ipc_decode(&message))
			continue;
		if (ipc_encode(message.type, &message.ready, packet) != size)
			abort();
	}
	return 0;
}
