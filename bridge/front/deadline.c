/* SPDX-License-Identifier: ISC */
/* Binary heap with the place of each member kept in the member, so that it can move and leave. */
#include "bridge/front/deadline.h"

#include <stddef.h>
#include <stdlib.h>

bool
deadlines_init(struct deadlines *deadlines, uint32_t cap)
{
	*deadlines = (struct deadlines) { .cap = cap };
	deadlines->heap = calloc((size_t)cap + 1, sizeof(*deadlines->heap));
	return deadlines->heap != NULL;
}

void
deadlines_free(struct deadlines *deadlines)
{
	free(deadlines->heap);
	*deadlines = (struct deadlines) { 0 };
}

static void
heap_put(struct deadlines *deadlines, uint32_t place, struct deadline *deadline)
{
	deadlines->heap[place] = deadline;
	deadline->place = place;
}

static void
heap_up(struct deadlines *deadlines, uint32_t place)
{
	struct deadline *moved = deadlines->heap[place];

	while (place > 1 && deadlines->heap[place / 2]->at > moved->at) {
		heap_put(deadlines, place, deadlines->heap[place / 2]);
		place /= 2;
	}
	heap_put(deadlines, place, moved);
}

static void
heap_down(struct deadlines *deadlines, uint32_t place)
{
	struct deadline *moved = deadlines->heap[place];

	for (uint32_t child; (child = 2 * place) <= deadlines->n; place = child) {
		if (child < deadlines->n &&
		    deadlines->heap[child + 1]->at < deadlines->heap[child]->at)
			child++;
		if (deadlines->heap[child]->at >= moved->at)
			break;
		heap_put(deadlines, place, deadlines->heap[child]);
	}
	heap_put(deadlines, place, moved);
}

void
deadline_set(struct deadlines *deadlines, struct deadline *deadline, int64_t at)
{
	int64_t before = deadline->at;

	deadline->at = at;
	if (deadline->place == 0) {
		if (deadlines->n == deadlines->cap)
			abort(); /* a table larger than its heap: a mistake at start */
		heap_put(deadlines, ++deadlines->n, deadline);
		before = INT64_MAX;
	}
	if (at < before)
		heap_up(deadlines, deadline->place);
	else
		heap_down(deadlines, deadline->place);
}

void
deadline_clear(struct deadlines *deadlines, struct deadline *deadline)
{
	uint32_t place = deadline->place;
	struct deadline *last;

	if (place == 0)
		return;
	last = deadlines->heap[deadlines->n--];
	deadline->place = 0;
	if (last == deadline)
		return;
	heap_put(deadlines, place, last);
	heap_up(deadlines, place);
	heap_down(deadlines, last->place);
}

struct deadline *
deadlines_due(struct deadlines *deadlines, int64_t now)
{
	struct deadline *first = deadlines->n > 0 ? deadlines->heap[1] : NULL;

	if (first == NULL || first->at > now)
		return NULL;
	deadline_clear(deadlines, first);
	return first;
}

int64_t
deadlines_next(const struct deadlines *deadlines)
{
	return deadlines->n > 0 ? deadlines->heap[1]->at : INT64_MAX;
}
