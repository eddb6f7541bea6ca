/* SPDX-License-Identifier: ISC */
/*
 * MoveItems ([MS-ASCMD] 2.2.1.13).  Moves between the same two folders that
 * follow each other go to the server as one command.  The new ids come from the
 * server's own answer; they are remembered for a while, so that a phone that
 * lost our answer gets the same one again (R72).  Worker.
 */
#include <string.h>

#include "bridge/account.h"
#include "bridge/base/arena.h"
#include "bridge/base/date.h"
#include "bridge/command.h"
#include "bridge/quirks.h"
#include "bridge/request.h"
#include "bridge/response.h"
#include "bridge/state/state.h"
#include "bridge/sync/hierarchy.h"
#include "bridge/sync/notes.h"

enum {
	MOVES_MAX = 1000,      /* [MS-ASCMD] 3.1.5.8 */
	REMEMBERED_MAX = 512,
	BAD_SOURCE = 1, BAD_TARGET = 2, MOVED = 3, SAME_FOLDER = 4, FAILED = 5, LOCKED = 7,
};

struct move {
	const char *source_id, *target_folder;
	const struct collection *source, *target;
	struct item_ref ref;
	uint32_t new_num;
	int status;
};

/* One move done lately; the state holds an array of them, newest last. */
struct remembered {
	uint32_t source, source_num, target, target_num;
	int64_t when;
};

static bool
moves_read(struct reader *reader, struct move *moves, unsigned *ret_n)
{
	enum token token;

	while (reader_child(reader, &token)) {
		struct move *move = &moves[*ret_n];

		if (token != Move_Move)
			continue;
		if (++*ret_n > MOVES_MAX)
			return false;
		*move = (struct move){ .source_id = "", .target_folder = "" };
		reader_into(reader);
		while (reader_child(reader, &token)) {
			if (token == Move_SrcMsgId)
				move->source_id = reader_text(reader);
			else if (token == Move_DstFldId)
				move->target_folder = reader_text(reader);
		}
	}
	return *ret_n > 0 && reader_fault(reader) == READER_OK;
}

/* Finds both ends; a move that cannot be gets its status here. */
static enum fault
move_resolve(struct request *request, struct move *move)
{
	enum fault fault = hierarchy_item(request, move->source_id, &move->source, &move->ref);

	if (fault != OK && fault != BAD_INPUT && fault != FOLDER_GONE)
		return fault;
	if (fault != OK) {
		move->status = BAD_SOURCE;
		return OK;
	}
	fault = hierarchy_find(request, move->target_folder, &move->target);
	if (fault != OK && fault != FOLDER_GONE)
		return fault;
	if (fault != OK || !move->target->can_hold_items ||
	    move->target->class != move->source->class)
		move->status = BAD_TARGET;
	else if (move->target->id == move->source->id)
		move->status = SAME_FOLDER;
	return OK;
}

/* Moves a run of items that share both folders. */
static enum fault
run_move(struct store *store, struct arena *arena, struct move *moves, unsigned n)
{
	struct item_ref *refs = arena_alloc(arena, n * sizeof(*refs));
	uint32_t *nums = arena_alloc(arena, n * sizeof(*nums));
	enum fault fault;

	for (unsigned i = 0; i < n; i++)
		refs[i] = moves[i].ref;
	if (!store->ops->move)
		return CANNOT;
	fault = store->ops->move(store, refs, n, moves[0].target->folder, nums);
	for (unsigned i = 0; i < n; i++) {
		moves[i].new_num = fault == OK ? nums[i] : 0;
		moves[i].status = moves[i].new_num ? MOVED : BAD_SOURCE;
		if (fault == FOLDER_GONE)
			moves[i].status = BAD_TARGET;
		else if (fault == TRY_LATER)
			moves[i].status = LOCKED;
		else if (fault != OK)
			moves[i].status = FAILED;
	}
	return fault;
}

static enum fault
moves_run(struct request *request, struct move *moves, unsigned n)
{
	for (unsigned i = 0, end; i < n; i = end) {
		struct store *store;
		enum fault fault;

		end = i + 1;
		if (moves[i].status)
			continue;
		while (end < n && !moves[end].status &&
		    moves[end].source->id == moves[i].source->id &&
		    moves[end].target->id == moves[i].target->id)
			end++;
		fault = account_store(request, moves[i].source->class, &store);
		if (fault != OK)
			return fault;
		fault = run_move(store, request->arena, &moves[i], end - i);
		if (fault == FOLDER_GONE)
			hierarchy_expire(request);
		if (fault == DENIED)
			return fault;
	}
	return OK;
}

/* --- the memory of moves --- */

static const struct remembered *
remembered_load(struct request *request, const struct state_key *key, size_t *ret_n)
{
	void *data;
	size_t len;

	*ret_n = 0;
	if (request->state->ops->load(request->state, request->arena, key, &data, &len) != OK)
		return NULL;
	*ret_n = len / sizeof(struct remembered);
	return data;
}

/* A source that is not there any more, but that we moved there before: the same answer. */
static void
answers_recall(struct move *move, const struct remembered *list, size_t n)
{
	for (size_t i = n; i-- > 0 && move->status == BAD_SOURCE && move->source && move->target;)
		if (list[i].source == move->source->id && list[i].source_num == move->ref.num &&
		    list[i].target == move->target->id) {
			move->new_num = list[i].target_num;
			move->status = MOVED;
		}
}

static enum fault
remembered_save(struct request *request, const struct state_key *key,
    const struct remembered *old, size_t n_old, const struct move *moves, unsigned n)
{
	struct remembered *list = arena_alloc(request->arena, (n_old + n) * sizeof(*list));
	size_t n_list = n_old;

	if (n_old)
		memcpy(list, old, n_old * sizeof(*list));
	for (unsigned i = 0; i < n; i++)
		if (moves[i].status == MOVED)
			list[n_list++] = (struct remembered){ moves[i].source->id,
			    moves[i].ref.num, moves[i].target->id, moves[i].new_num, now_s() };
	if (n_list == n_old)
		return OK;
	if (n_list > REMEMBERED_MAX) {
		list += n_list - REMEMBERED_MAX;
		n_list = REMEMBERED_MAX;
	}
	return request->state->ops->save(request->state, key, list, n_list * sizeof(*list));
}

static enum fault
echo_prevent(struct request *request, const struct move *moves, unsigned n)
{
	enum fault fault = OK;

	if (!quirk_has(request, MOVES_BY_ITSELF))
		return OK;
	for (unsigned i = 0; i < n && fault == OK; i++)
		if (moves[i].status == MOVED)
			fault = notes_holds(request, moves[i].target, moves[i].new_num, 0);
	return fault;
}

static void
answer_write(struct request *request, struct writer *writer, const struct move *moves,
    unsigned n)
{
	writer_open(writer, Move_MoveItems);
	for (unsigned i = 0; i < n; i++) {
		writer_open(writer, Move_Response);
		writer_text(writer, Move_SrcMsgId, moves[i].source_id);
		writer_int(writer, Move_Status, moves[i].status);
		if (moves[i].status == MOVED)
			writer_text(writer, Move_DstMsgId, item_id_print(request->arena,
			    moves[i].target->id, moves[i].new_num));
		writer_close(writer);
	}
	writer_close(writer);
}

enum fault
move_items_run(struct request *request, struct response *response)
{
	struct move *moves = arena_alloc(request->arena, (MOVES_MAX + 1) * sizeof(*moves));
	struct state_key key = { request->account->login, request->device_id, "moves" };
	const struct remembered *old;
	struct reader reader;
	unsigned n = 0;
	size_t n_old;
	bool has_body;
	enum fault fault = request_reader(request, &reader, &has_body);

	if (fault == OK && (!reader_enter(&reader, Move_MoveItems) ||
	    !moves_read(&reader, moves, &n)))
		fault = BAD_INPUT;
	for (unsigned i = 0; i < n && fault == OK; i++)
		fault = move_resolve(request, &moves[i]);
	if (fault == OK)
		fault = moves_run(request, moves, n);
	if (fault != OK)
		return fault;
	old = remembered_load(request, &key, &n_old);
	for (unsigned i = 0; i < n; i++)
		answers_recall(&moves[i], old, n_old);
	/* the mails have moved: what fails now must not hide that from the phone */
	if (remembered_save(request, &key, old, n_old, moves, n) != OK ||
	    echo_prevent(request, moves, n) != OK)
		request->log.reason = "moved, but not remembered";
	answer_write(request, &response->writer, moves, n);
	request->log.in = arena_printf(request->arena, "move=%u", n);
	request->log.status = n ? moves[0].status : 0;
	return OK;
}
