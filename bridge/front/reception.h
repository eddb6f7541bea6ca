/* SPDX-License-Identifier: ISC */
/*
 * How a request comes in: PROXY header, TLS handshake, head, body.  Steps of a client's state
 * machine: each does what it can and says whether the state has changed.  Process: front.
 */
#ifndef BRIDGE_FRONT_RECEPTION_H
#define BRIDGE_FRONT_RECEPTION_H

#include <stdbool.h>

struct client;

bool reception_proxy(struct client *client);
bool reception_handshake(struct client *client);
bool reception_head(struct client *client);
bool reception_body(struct client *client);

#endif
