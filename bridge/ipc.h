/* SPDX-License-Identifier: ISC */
/*
 * Typed messages between the roles, over SOCK_SEQPACKET pairs, one message a
 * packet, with file descriptors where a body is large.  Strings are never NULL
 * after decoding ("" instead) and are borrowed from the packet.  A message that
 * does not decode, or that the receiver does not expect from this peer, ends
 * the peer.  All processes.
 *
 *   parent -> any      CONFIG (fds), LISTEN (fd), PEER (fd), LOST, DRAIN
 *   any    -> parent   READY, STATUS
 *   front  -> worker   REQUEST (fd)
 *   worker -> front    ANSWER (fd), PARK, HOLD
 *   front  -> watch    SUBSCRIBE, UNSUBSCRIBE
 *   watch  -> front    CHANGED
 */
#ifndef BRIDGE_IPC_H
#define BRIDGE_IPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	IPC_MAX = 192 * 1024,      /* bytes of one packet */
	IPC_INLINE_MAX = 64 * 1024, /* bodies up to here travel inside the packet */
	IPC_FDS = 129,             /* CONFIG: the text and two for each of IPC_NAMES_MAX names */
	IPC_NAMES_MAX = 64,
};

enum ipc_type {
	IPC_NONE,
	IPC_READY,
	IPC_STATUS,
	IPC_CONFIG,
	IPC_LISTEN,
	IPC_PEER,
	IPC_LOST,
	IPC_DRAIN,
	IPC_REQUEST,
	IPC_ANSWER,
	IPC_PARK,
	IPC_HOLD,
	IPC_SUBSCRIBE,
	IPC_UNSUBSCRIBE,
	IPC_CHANGED,
	N_IPC_TYPES
};

enum role { ROLE_PARENT, ROLE_FRONT, ROLE_WORKER, ROLE_WATCH, N_ROLES };

struct ipc_data {
	const void *data;
	size_t len;
};

/* A folder watched: the backend's name of it and the stamp it had. */
struct ipc_watched {
	const char *folder;
	struct ipc_data stamp;
};

enum { IPC_WATCHED_MAX = 1024 };

struct ipc_watched_list {
	struct ipc_watched *list; /* decoded: points into the message */
	uint32_t n;
};

/* X(C type kind, member).  Kinds: U32, U64, STR, DATA, WATCHED. */
#define IPC_FIELDS_READY(X) X(U32, pid)
#define IPC_FIELDS_STATUS(X) X(STR, text)
/* fds: [0] text of the configuration, then certificate and key per name in `names`
 * (comma separated: "*" is the default, else a domain), two each, as memory files; only the
 * front gets those.  Read them from offset 0 (pread, mmap): the offset is shared.  The first
 * one is taken by main; a later one (reload) is for role_config_renew. */
#define IPC_FIELDS_CONFIG(X) X(STR, path) X(STR, names) X(U32, generation)
/* fds: [0] listening socket, non-blocking; number: index in config.server.listen, n of them.
 * After a CONFIG all n come again; with the last one (number n - 1) the front closes those of
 * the time before. */
#define IPC_FIELDS_LISTEN(X) X(U32, number) X(U32, n)
/* fds: [0] our end of a pair with another role's process.  A second PEER of the same role and
 * slot comes when that process is replaced or new: the front hands nothing more to the older one
 * and closes that pair once its work in hand is done; LOST with the older pid follows when it has
 * gone.  Worker and watch get one PEER, the front's; its end means work is over: exit. */
#define IPC_FIELDS_PEER(X) X(U32, role) X(U32, slot) X(U32, pid)
/* A peer's process ended (sent to the front).  status: as waitpid(2) gives it.  breadcrumb:
 * what it worked on ("" if idle). */
#define IPC_FIELDS_LOST(X) X(U32, role) X(U32, slot) X(U32, pid) X(U32, status) X(STR, breadcrumb)
/* Finish work in hand, answer held requests over `seconds`, exit. */
#define IPC_FIELDS_DRAIN(X) X(U32, seconds)

/* serial names the client (slot and serial), never a descriptor.  A body larger than
 * IPC_INLINE_MAX comes as fds[0] with body_len bytes. */
#define IPC_FIELDS_REQUEST(X)                                                       \
	X(U64, serial) X(STR, id)                                                   \
	X(U64, received_ms)   /* monotonic; on a rerun still that of the first run */ \
	X(U32, rerun) X(U32, is_tls) X(U32, proof) /* enum ipc_proof */              \
	X(U32, deaths)        /* workers that died over this request so far */       \
	X(STR, peer) X(STR, method) X(STR, target) X(STR, host)                      \
	X(STR, authorization) X(STR, version) X(STR, policy_key)                     \
	X(STR, content_type) X(STR, content_encoding) X(STR, user_agent)             \
	X(STR, accept_encoding) X(STR, accept_multipart) X(STR, accept_language)     \
	X(U64, body_len) X(DATA, body)

enum ipc_proof { IPC_PROOF_NONE, IPC_PROOF_ACCEPTED, IPC_PROOF_REFUSED };

/* headers: further lines "Name: value\r\n".  A body larger than IPC_INLINE_MAX is fds[0].
 * proof: what the front may remember of these credentials, for proof_seconds. */
#define IPC_FIELDS_ANSWER(X)                                            \
	X(U64, serial) X(U32, status) X(STR, content_type) X(STR, headers) \
	X(U32, proof) X(U32, proof_seconds) X(U32, close)                \
	X(U64, body_len) X(DATA, body)

/* Nothing to say yet.  When a folder moves the same request is run again; at deadline_ms
 * (monotonic) the answer given here is sent.  device: key under which a newer request
 * ends an older one ("account/device/command").  login: what the watch needs. */
#define IPC_FIELDS_PARK(X)                                                \
	X(U64, serial) X(U64, deadline_ms) X(U32, latency_ms)             \
	X(STR, device) X(STR, account) X(STR, login) X(STR, password)      \
	X(STR, store) X(DATA, address) /* struct sockaddr of the upstream */ \
	X(U32, proof) X(U32, proof_seconds)                               \
	X(WATCHED, watched)                                               \
	X(U32, status) X(STR, content_type) X(STR, headers) X(DATA, body)

/* This request may take long: if no answer is there after after_ms, send 200 with
 * `head` (chunked, or until close for HTTP/1.0), then `pad` each every_ms; of the answer's
 * body the first `skip` bytes are then left out.  (eas/clients R52) */
#define IPC_FIELDS_HOLD(X)                                             \
	X(U64, serial) X(U32, after_ms) X(U32, every_ms) X(U32, skip)  \
	X(STR, content_type) X(DATA, head) X(DATA, pad)

#define IPC_FIELDS_SUBSCRIBE(X)                                          \
	X(U64, park) X(STR, account) X(STR, login) X(STR, password)      \
	X(STR, store) X(DATA, address) X(U32, latency_ms) X(WATCHED, watched)
#define IPC_FIELDS_UNSUBSCRIBE(X) X(U64, park)
/* The subscription is over with this message.  reason: "folder NAME", "lost", "denied". */
#define IPC_FIELDS_CHANGED(X) X(U64, park) X(STR, reason)

#define IPC_MESSAGES(M)            \
	M(READY, ready)            \
	M(STATUS, status)          \
	M(CONFIG, config)          \
	M(LISTEN, listen)          \
	M(PEER, peer)              \
	M(LOST, lost)              \
	M(DRAIN, drain)            \
	M(REQUEST, request)        \
	M(ANSWER, answer)          \
	M(PARK, park)              \
	M(HOLD, hold)              \
	M(SUBSCRIBE, subscribe)    \
	M(UNSUBSCRIBE, unsubscribe) \
	M(CHANGED, changed)

#define IPC_TYPE_U32 uint32_t
#define IPC_TYPE_U64 uint64_t
#define IPC_TYPE_STR const char *
#define IPC_TYPE_DATA struct ipc_data
#define IPC_TYPE_WATCHED struct ipc_watched_list
#define IPC_MEMBER(kind, member) IPC_TYPE_##kind member;
#define IPC_STRUCT(NAME, name) struct ipc_##name { IPC_FIELDS_##NAME(IPC_MEMBER) };
IPC_MESSAGES(IPC_STRUCT)
#undef IPC_STRUCT
#undef IPC_MEMBER

/* A received message: the union member that fits `type` is filled.  Large: keep it off the stack.
 * Data (struct ipc_data) lies aligned to 8 in the packet.  The number of descriptors fits the
 * type, but whether fds[0] is there where body_len exceeds the data is the receiver's to check. */
struct ipc_message {
	enum ipc_type type;
	unsigned n_fds;
	int fds[IPC_FDS]; /* owned by the receiver; take one by setting it to -1 */
	size_t packet_len;
	union {
#define IPC_UNION(NAME, name) struct ipc_##name name;
		IPC_MESSAGES(IPC_UNION)
#undef IPC_UNION
	};
	struct ipc_watched watched_space[IPC_WATCHED_MAX];
	_Alignas(8) uint8_t packet[IPC_MAX];
};

/* An end of a pair; keeps what could not be sent yet (non-blocking roles). */
struct ipc_end;

struct ipc_end *ipc_end_new(int fd, bool nonblocking);
void ipc_end_close(struct ipc_end **end);
int ipc_end_fd(const struct ipc_end *end);
/* Packets waiting because the peer is slow; bounded, beyond it sending fails. */
bool ipc_end_has_backlog(const struct ipc_end *end);
bool ipc_end_flush(struct ipc_end *end);

/* ipc_send_ready(end, &message, fds, n_fds) ...  The fds stay the caller's.  False: the
 * peer is gone or the message is too large. */
#define IPC_SENDER(NAME, name)                                              \
	bool ipc_send_##name(struct ipc_end *end, const struct ipc_##name *message, \
	    const int *fds, unsigned n_fds);
IPC_MESSAGES(IPC_SENDER)
#undef IPC_SENDER

enum ipc_got { IPC_GOT, IPC_AGAIN, IPC_CLOSED, IPC_BROKEN };

/* Reads and decodes one message.  A blocking end waits; a non-blocking one says IPC_AGAIN. */
enum ipc_got ipc_receive(struct ipc_end *end, struct ipc_message *ret_message);
/* Closes the descriptors that were not taken and wipes the packet: it may hold a password.
 * Safe to repeat. */
void ipc_message_done(struct ipc_message *message);
const char *ipc_type_name(enum ipc_type type);

#endif
