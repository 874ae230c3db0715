/*
 * Where secrets stand in a text, so that what other detectors quote of it can leave them
 * out. A PEM or PGP block reaches to its last line.
 */
#include "detect/secret/region.h"

enum { BLOCK_BYTES_MAX = 64 << 10 };

/* Behind the line that ends the block; the text's or the limit's end where none does. */
static void reach_block_end(struct str text, struct secret_span *span)
{
	struct str rest = str_sub(text, span->end, BLOCK_BYTES_MAX);
	size_t end = str_find(rest, STR("-----END")), line;

	if (end == STR_NPOS)
		return;
	line = str_chr(str_sub(rest, end, rest.n), '\n');
	end = line == STR_NPOS ? rest.n : end + line;
	for (size_t i = 0; i < end; i++)
		span->end_line += rest.p[i] == '\n';
	span->end += end;
}

/* Hits come in the order in which they begin. */
static bool add_span(struct secret_spans *spans, struct secret_span span, struct arena *arena)
{
	struct secret_span *last = spans->n > 0 ? &spans->p[spans->n - 1] : NULL;

	if (!last || span.start > last->end)
		return vec_push(spans, arena, span);
	last->end = MAX_OF(last->end, span.end);
	last->end_line = MAX_OF(last->end_line, span.end_line);
	return true;
}

int secret_find_spans(struct secret_scanner *scanner, struct str text, enum secret_spans_of which,
    struct arena *arena, struct secret_spans *ret, struct err *err)
{
	struct secret_region region = {.text = text,
	    .keep_to = text.n,
	    .start = TEXT_CURSOR_START,
	    .leave = which == SECRET_SPANS_SPECIFIC ? SECRET_LEAVE_GENERIC : SECRET_LEAVE_NONE,
	    .view = {.generous = true}};
	struct secret_spans spans = {.complete = true};
	struct secret_hits hits = {.full = false};

	arena_clear(&scanner->arena);
	if (secret_region_scan(scanner, &region, arena, &hits, err) != 0)
		return -1;
	spans.complete = !hits.full && !hits.gave_up;
	for (size_t i = 0; i < hits.list.n; i++) {
		const struct secret_hit *hit = &hits.list.p[i];
		struct secret_span span = {hit->from.at, hit->to.at, hit->from.line, hit->to.line};

		if (scanner->engine->compiled[hit->rule].rule->check == SECRET_CHECK_PEM)
			reach_block_end(text, &span);
		if (!add_span(&spans, span, arena))
			return arena_err(arena, err);
	}
	*ret = spans;
	return 0;
}
