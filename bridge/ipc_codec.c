/* SPDX-License-Identifier: ISC */
/*
 * A packet is the type and then the fields in their order, in the machine's own
 * byte order (both ends are one host): numbers as they are, a string as length,
 * bytes and NUL, data as length, padding to 8 and bytes, a list as count and
 * elements.  The reader believes nothing: a length beyond the packet, a NUL
 * inside a string or bytes left over make it say no.
 */
#include "bridge/ipc_codec.h"

#include <stdalign.h>
#include <string.h>

enum kind { KIND_END, KIND_U32, KIND_U64, KIND_STR, KIND_DATA, KIND_WATCHED };

struct field {
	enum kind kind;
	size_t offset; /* in struct ipc_X */
};

/* A struct of the same members as struct ipc_X, under one name, gives the offsets. */
#define MEMBER(kind, member) IPC_TYPE_##kind member;
#define ROW(kind, member) { KIND_##kind, offsetof(struct same, member) },
#define FIELDS(NAME, name)                                              \
	static const struct field *name##_fields(void)                   \
	{                                                                \
		struct same { IPC_FIELDS_##NAME(MEMBER) };               \
		static const struct field fields[] = {                   \
			IPC_FIELDS_##NAME(ROW) { KIND_END, 0 }           \
		};                                                       \
		_Static_assert(sizeof(struct same) == sizeof(struct ipc_##name), #name); \
		return fields;                                           \
	}
IPC_MESSAGES(FIELDS)

struct shape {
	const char *name;
	const struct field *(*fields)(void);
};

#define SHAPE(NAME, name) [IPC_##NAME] = { #NAME, name##_fields },
static const struct shape shapes[N_IPC_TYPES] = { IPC_MESSAGES(SHAPE) };

struct fd_range {
	unsigned min, max;
};

/* What is not listed carries none. */
static const struct fd_range fd_ranges[N_IPC_TYPES] = {
	[IPC_CONFIG] = { 1, IPC_FDS },
	[IPC_LISTEN] = { 1, 1 },
	[IPC_PEER] = { 1, 1 },
	[IPC_REQUEST] = { 0, 1 },
	[IPC_ANSWER] = { 0, 1 },
};

const char *
ipc_type_name(enum ipc_type type)
{
	if ((unsigned)type >= N_IPC_TYPES || shapes[type].name == NULL)
		return "NONE";
	return shapes[type].name;
}

bool
ipc_may_carry(enum ipc_type type, unsigned n)
{
	return n >= fd_ranges[type].min && n <= fd_ranges[type].max;
}

/* Writing: after the first thing that does not fit, `failed` sticks. */
struct packer {
	uint8_t *packet;
	size_t len;
	bool failed;
};

static void
pack(struct packer *packer, const void *data, size_t n)
{
	if (packer->failed || n > IPC_MAX - packer->len) {
		packer->failed = true;
		return;
	}
	if (n > 0)
		memcpy(packer->packet + packer->len, data, n);
	packer->len += n;
}

static void
pack_count(struct packer *packer, size_t n)
{
	uint32_t count = (uint32_t)n;

	if (n > IPC_MAX)
		packer->failed = true;
	pack(packer, &count, sizeof(count));
}

static void
pack_string(struct packer *packer, const char *text)
{
	if (text == NULL)
		text = "";
	pack_count(packer, strlen(text));
	pack(packer, text, strlen(text) + 1);
}

static void
pack_data(struct packer *packer, const struct ipc_data *data)
{
	static const uint8_t zeros[8];

	pack_count(packer, data->len);
	pack(packer, zeros, -packer->len % 8);
	pack(packer, data->data, data->len);
}

static void
pack_watched(struct packer *packer, const struct ipc_watched_list *watched)
{
	if (watched->n > IPC_WATCHED_MAX)
		packer->failed = true;
	pack_count(packer, watched->n);
	for (uint32_t i = 0; i < watched->n && !packer->failed; i++) {
		pack_string(packer, watched->list[i].folder);
		pack_data(packer, &watched->list[i].stamp);
	}
}

static void
pack_field(struct packer *packer, enum kind kind, const void *slot)
{
	switch (kind) {
	case KIND_U32:
		pack(packer, slot, sizeof(uint32_t));
		break;
	case KIND_U64:
		pack(packer, slot, sizeof(uint64_t));
		break;
	case KIND_STR:
		pack_string(packer, *(const char *const *)slot);
		break;
	case KIND_DATA:
		pack_data(packer, slot);
		break;
	case KIND_WATCHED:
		pack_watched(packer, slot);
		break;
	case KIND_END:
		break;
	}
}

size_t
ipc_encode(enum ipc_type type, const void *message, uint8_t *ret_packet)
{
	struct packer packer = { .packet = ret_packet };
	uint32_t number = type;

	pack(&packer, &number, sizeof(number));
	for (const struct field *f = shapes[type].fields(); f->kind != KIND_END; f++)
		pack_field(&packer, f->kind, (const uint8_t *)message + f->offset);
	return packer.failed ? 0 : packer.len;
}

/* Reading: a failed take gives zeros, and `failed` sticks. */
struct taker {
	struct ipc_message *message;
	size_t at;
	bool failed;
};

static const void *
take(struct taker *taker, size_t n)
{
	const void *data = taker->message->packet + taker->at;

	if (taker->failed || n > taker->message->packet_len - taker->at) {
		taker->failed = true;
		return NULL;
	}
	taker->at += n;
	return data;
}

static void
take_number(struct taker *taker, void *ret_number, size_t size)
{
	const void *data = take(taker, size);

	if (data != NULL)
		memcpy(ret_number, data, size);
	else
		memset(ret_number, 0, size);
}

static size_t
take_count(struct taker *taker)
{
	uint32_t count;

	take_number(taker, &count, sizeof(count));
	return count;
}

static void
take_string(struct taker *taker, const char **ret_text)
{
	size_t len = take_count(taker);
	const char *text = take(taker, len + 1);

	*ret_text = "";
	if (text == NULL)
		return;
	if (memchr(text, '\0', len + 1) != text + len)
		taker->failed = true;
	else
		*ret_text = text;
}

static void
take_data(struct taker *taker, struct ipc_data *ret_data)
{
	size_t len = take_count(taker);

	take(taker, -taker->at % 8);
	ret_data->data = take(taker, len);
	ret_data->len = ret_data->data != NULL ? len : 0;
	if (ret_data->data == NULL)
		ret_data->data = "";
}

static void
take_watched(struct taker *taker, struct ipc_watched_list *ret_watched)
{
	struct ipc_watched *space = taker->message->watched_space;
	size_t n = take_count(taker);

	ret_watched->list = space;
	ret_watched->n = 0;
	if (n > IPC_WATCHED_MAX)
		taker->failed = true;
	for (size_t i = 0; i < n && !taker->failed; i++) {
		take_string(taker, &space[i].folder);
		take_data(taker, &space[i].stamp);
		ret_watched->n++;
	}
}

static void
take_field(struct taker *taker, enum kind kind, void *slot)
{
	switch (kind) {
	case KIND_U32:
		take_number(taker, slot, sizeof(uint32_t));
		break;
	case KIND_U64:
		take_number(taker, slot, sizeof(uint64_t));
		break;
	case KIND_STR:
		take_string(taker, slot);
		break;
	case KIND_DATA:
		take_data(taker, slot);
		break;
	case KIND_WATCHED:
		take_watched(taker, slot);
		break;
	case KIND_END:
		break;
	}
}

bool
ipc_decode(struct ipc_message *message)
{
	struct taker taker = { .message = message };
	size_t type = take_count(&taker);

	message->type = IPC_NONE;
	if (taker.failed || type >= N_IPC_TYPES || shapes[type].name == NULL)
		return false;
	for (const struct field *f = shapes[type].fields(); f->kind != KIND_END; f++)
		take_field(&taker, f->kind, (uint8_t *)&message->ready + f->offset);
	if (taker.failed || taker.at != message->packet_len ||
		!ipc_may_carry((enum ipc_type)type, message->n_fds))
		return false;
	message->type = (enum ipc_type)type;
	return true;
}
