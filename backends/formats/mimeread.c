/* SPDX-License-Identifier: ISC */
/*
 * A line-driven machine: in a header, or in a body.  The multiparts that are open stand on a stack
 * with their boundaries; a line "--boundary" closes all that lies deeper.  A boundary line is also
 * believed inside a header, so a part without empty line does not swallow the next.
 */
#include "backends/formats/mimeread.h"

#include <stdlib.h>
#include <string.h>

#include "backends/formats/headers.h"
#include "backends/formats/lines.h"
#include "backends/formats/params.h"
#include "bridge/base/arena.h"
#include "bridge/base/body.h"
#include "bridge/base/buf.h"
#include "bridge/base/limits.h"

enum { BOUNDARY_MAX = 250 };

struct open_part {
	struct mime_part *part;
	struct mime_part *last;	/* last child */
	const char *boundary;
	size_t boundary_len;
};

struct machine {
	struct arena *arena;
	struct mimeread *ret;
	struct lines lines;
	struct open_part stack[LIMIT_MIME_DEPTH];
	unsigned depth;
	struct mime_part *part;	/* being read; NULL: preamble or epilogue */
	bool in_header;
	bool in_inner;		/* in the header of an enclosed message, looking for Subject */
	struct buf header;
	size_t last_end;	/* bytes of the line end before this line */
	uint64_t lines_in_part;
};

void
mimeread_fields(struct arena *arena, const char *header, size_t len, struct mime_part *part)
{
	const char *value = header_raw(arena, header, len, "Content-Type");
	const char *token;
	char *slash;

	if (value != NULL) {
		params_parse(arena, value, &token, &part->params);
		slash = strchr(token, '/');
		if (slash != NULL && slash != token && slash[1] != '\0') {
			part->type = arena_strndup(arena, token, (size_t)(slash - token));
			part->subtype = slash + 1;
		}
	}
	value = header_raw(arena, header, len, "Content-Transfer-Encoding");
	if (value != NULL && value[0] != '\0')
		part->encoding = mime_lower(arena, value);
	value = header_raw(arena, header, len, "Content-Disposition");
	if (value != NULL)
		params_parse(arena, value, &part->disposition, &part->disposition_params);
	part->id = header_raw(arena, header, len, "Content-ID");
	part->description = header_raw(arena, header, len, "Content-Description");
	part->md5 = header_raw(arena, header, len, "Content-MD5");
	part->language = header_raw(arena, header, len, "Content-Language");
	part->location = header_raw(arena, header, len, "Content-Location");
}

static void
part_start(struct machine *machine, uint64_t at)
{
	struct open_part *above = machine->depth > 0 ? &machine->stack[machine->depth - 1] : NULL;
	struct mime_part *part = mime_new(machine->arena);

	machine->ret->n_parts++;
	part->header_at = at;
	if (above != NULL) {
		part->parent = above->part;
		if (above->last == NULL)
			above->part->child = part;
		else
			above->last->next = part;
		above->last = part;
		if (strcmp(above->part->subtype, "digest") == 0) {
			part->type = "message";
			part->subtype = "rfc822";
		}
	}
	machine->part = part;
	machine->in_header = true;
	buf_reset(&machine->header);
}

/* The header of the part is complete; its body starts at `at`. */
static void
header_end(struct machine *machine, uint64_t at)
{
	struct mime_part *part = machine->part;
	const char *boundary;

	mimeread_fields(machine->arena, buf_str(&machine->header), machine->header.len, part);
	part->body_at = at;
	machine->in_header = false;
	machine->lines_in_part = 0;
	if (part == machine->ret->root) {
		machine->ret->header_len = machine->header.len;
		machine->ret->header = arena_memdup(machine->arena, buf_str(&machine->header),
		    machine->header.len + 1);
	}
	machine->in_inner = mime_is(part, "message", "rfc822");
	buf_reset(&machine->header);
	boundary = mime_param(&part->params, "boundary");
	if (!mime_is(part, "multipart", NULL) || boundary == NULL || boundary[0] == '\0' ||
	    strlen(boundary) > BOUNDARY_MAX)
		return;
	if (machine->depth == LIMIT_MIME_DEPTH) {
		machine->ret->is_cut = true;
		return;
	}
	machine->stack[machine->depth++] = (struct open_part){ .part = part, .boundary = boundary,
		.boundary_len = strlen(boundary) };
}

/* The header of an enclosed message is complete. */
static void
inner_end(struct machine *machine)
{
	machine->part->subject = header_raw(machine->arena, buf_str(&machine->header),
	    machine->header.len, "Subject");
	machine->in_inner = false;
	buf_reset(&machine->header);
}

/* The part ends at `end` (the line end before a boundary belongs to the boundary). */
static void
part_end(struct machine *machine, uint64_t end)
{
	struct mime_part *part = machine->part;

	if (part == NULL)
		return;
	if (machine->in_header) /* a boundary at once has its line end before the part began */
		header_end(machine, end > part->header_at ? end : part->header_at);
	if (machine->in_inner)
		inner_end(machine);
	part->octets = end > part->body_at ? end - part->body_at : 0;
	part->lines = machine->lines_in_part;
	machine->part = NULL;
}

/* Level + 1 of the open multipart whose boundary this line is; 0: none. */
static unsigned
match_boundary(const struct machine *machine, const struct line *line, bool *ret_closes)
{
	size_t len = line->len;

	if (!line->is_start || len < 3 || line->text[0] != '-' || line->text[1] != '-')
		return 0;
	while (len > 2 && (line->text[len - 1] == ' ' || line->text[len - 1] == '\t'))
		len--;
	for (unsigned level = machine->depth; level > 0; level--) {
		const struct open_part *open = &machine->stack[level - 1];
		size_t rest = len - 2 - open->boundary_len;

		if (len - 2 < open->boundary_len || rest > 2 || rest == 1 ||
		    memcmp(line->text + 2, open->boundary, open->boundary_len) != 0)
			continue;
		*ret_closes = rest == 2;
		if (rest == 0 || memcmp(line->text + len - 2, "--", 2) == 0)
			return level;
	}
	return 0;
}

/* Closes multiparts from the deepest down to `level` (kept open), which end at `end`. */
static void
close_above(struct machine *machine, unsigned level, uint64_t end)
{
	part_end(machine, end);
	while (machine->depth > level) {
		struct mime_part *part = machine->stack[--machine->depth].part;

		part->octets = end > part->body_at ? end - part->body_at : 0;
	}
}

static bool
take_boundary(struct machine *machine, const struct line *line)
{
	bool closes = false;
	unsigned level = match_boundary(machine, line, &closes);
	uint64_t end = line->at - machine->last_end;
	struct mime_part *part;

	if (level == 0)
		return false;
	if (machine->ret->n_parts >= LIMIT_MIME_PARTS && !closes) {
		machine->ret->is_cut = true;
		return false;
	}
	close_above(machine, level, end);
	if (!closes) {
		part_start(machine, line->at + line->len + line->end_len);
		return true;
	}
	part = machine->stack[--machine->depth].part;
	part->octets = line->at + line->len - part->body_at;
	return true;
}

static void
take_line(struct machine *machine, const struct line *line)
{
	uint64_t behind = line->at + line->len + line->end_len;

	if (take_boundary(machine, line) || machine->part == NULL)
		return;
	if (machine->in_header && line->is_start && line->len == 0) {
		header_end(machine, behind);
		return;
	}
	if (machine->in_inner && line->is_start && line->len == 0)
		inner_end(machine);
	if (machine->in_header || machine->in_inner) {
		if (machine->header.len + line->len + 2 > MIMEREAD_HEADER_MAX) {
			machine->ret->is_cut |= machine->in_header;
			return;
		}
		buf_put(&machine->header, line->text, line->len);
		if (line->end_len > 0)
			buf_puts(&machine->header, "\r\n");
	}
	machine->lines_in_part += line->end_len > 0;
}

/* Looks for bytes that a line of text should not have. */
static void
inspect(struct mimeread *ret, const struct line *line)
{
	uint8_t all = 0;

	for (size_t i = 0; i < line->len; i++)
		all |= (uint8_t)line->text[i];
	ret->has_8bit |= all > 127;
	ret->has_bare |= line->end_len == 1 || memchr(line->text, '\r', line->len) != NULL ||
	    memchr(line->text, '\0', line->len) != NULL;
}

/* A multipart in which no part was found is shown as the text it holds. */
static void
repair(struct mime_part *root)
{
	for (struct mime_part *part = root; part != NULL; part = mime_next(root, part))
		if (part->child == NULL && mime_is(part, "multipart", NULL)) {
			part->type = "text";
			part->subtype = "plain";
		}
}

bool
mimeread(struct arena *arena, const struct body *body, struct mimeread *ret)
{
	struct machine *machine = calloc(1, sizeof(*machine));
	struct line line;
	bool is_good;

	memset(ret, 0, sizeof(*ret));
	if (machine == NULL)
		return false;
	machine->arena = arena;
	machine->ret = ret;
	buf_init(&machine->header, MIMEREAD_HEADER_MAX + 2);
	lines_init(&machine->lines, body, 0, UINT64_MAX);
	part_start(machine, 0);
	ret->root = machine->part;
	while (lines_next(&machine->lines, &line)) {
		inspect(ret, &line);
		take_line(machine, &line);
		machine->last_end = line.end_len;
	}
	close_above(machine, 0, body_len(body));
	repair(ret->root);
	mime_number(arena, ret->root);
	is_good = !machine->lines.failed;
	buf_free(&machine->header);
	free(machine);
	return is_good;
}

bool
mimeread_header(const struct body *body, const struct mime_part *part, struct buf *out)
{
	uint64_t n = part->body_at - part->header_at;
	uint8_t *to;
	ssize_t got;

	if (n > MIMEREAD_HEADER_MAX)
		n = MIMEREAD_HEADER_MAX;
	to = buf_space(out, (size_t)n);
	got = to == NULL ? -1 : body_read_at(body, (size_t)part->header_at, to, (size_t)n);
	if (got > 0)
		buf_grown(out, (size_t)got);
	return got >= 0;
}
