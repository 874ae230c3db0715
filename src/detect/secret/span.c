/*
 * Where secrets stand in a text, so that what other detectors quote of it can leave them
 * out. A PEM or PGP block reaches to its last line.
 */
#include "detect/secret/region.h"

#include <stdlib.h>

enum { BLOCK_BYTES_MAX = 64 << 10 };

/* Lines of base64, as the body of a key has them: no shorter line is one for sure. */
enum { BODY_LINE_MIN = 48 };

static bool is_base64(struct str line)
{
	for (size_t i = 0; i < line.n; i++) {
		char c = line.p[i];

		if (!byte_is_alnum(c) && c != '+' && c != '/' && c != '=')
			return false;
	}
	return line.n > 0;
}

static bool is_body_line(struct str line)
{
	bool upper = false, lower = false, digit = false;

	for (size_t i = 0; i < line.n; i++) {
		upper |= line.p[i] >= 'A' && line.p[i] <= 'Z';
		lower |= line.p[i] >= 'a' && line.p[i] <= 'z';
		digit |= byte_is_digit(line.p[i]);
	}
	return line.n >= BODY_LINE_MIN && upper && lower && digit && is_base64(line);
}

/* Behind the line that ends the block; if none does, behind the lines that may be of its body. */
static void reach_block_end(struct str text, struct secret_span *span)
{
	struct str rest = str_sub(text, span->end, BLOCK_BYTES_MAX), line;
	size_t end = str_find(rest, STR("-----END")), next;

	if (end != STR_NPOS) {
		next = str_chr(str_sub(rest, end, rest.n), '\n');
		end = next == STR_NPOS ? rest.n : end + next;
	} else {
		next = str_chr(rest, '\n');
		end = next == STR_NPOS ? rest.n : next;
		while (end < rest.n) {
			next = str_chr(str_sub(rest, end + 1, rest.n), '\n');
			next = next == STR_NPOS ? rest.n : end + 1 + next;
			line = str_trim(str_sub(rest, end + 1, next - end - 1));
			if (!is_base64(line))
				break;
			end = next;
		}
	}
	for (size_t i = 0; i < end; i++)
		span->end_line += rest.p[i] == '\n';
	span->end += end;
}

/* A key's body without its first line, as `tail` prints it. One line alone may be a path. */
static int add_bodies(
    struct str text, struct secret_spans *found, struct arena *arena, struct err *err)
{
	struct str rest = text, line;
	uint32_t number = 0;

	if (str_chr(text, '\n') == STR_NPOS)
		return 0;
	while (str_cut(&rest, '\n', &line)) {
		struct str body = str_trim(line);
		size_t start = (size_t)(body.p - text.p);

		number++;
		if (is_body_line(body) &&
		    !vec_push(found, arena,
			((struct secret_span){start, start + body.n, number, number})))
			return arena_err(arena, err);
	}
	return 0;
}

static int by_start(const void *a, const void *b)
{
	const struct secret_span *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

/* Ascending, none in another. */
static void join_spans(struct secret_spans *spans)
{
	size_t n = 0;

	if (spans->n > 1)
		qsort(spans->p, spans->n, sizeof *spans->p, by_start);
	for (size_t i = 0; i < spans->n; i++) {
		struct secret_span *last = n > 0 ? &spans->p[n - 1] : NULL;

		if (!last || spans->p[i].start > last->end) {
			spans->p[n++] = spans->p[i];
			continue;
		}
		last->end = MAX_OF(last->end, spans->p[i].end);
		last->end_line = MAX_OF(last->end_line, spans->p[i].end_line);
	}
	spans->n = n;
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
	spans.values = arena_array(arena, hits.list.n, sizeof *spans.values);
	for (size_t i = 0; i < hits.list.n; i++) {
		const struct secret_hit *hit = &hits.list.p[i];
		struct secret_span span = {hit->from.at, hit->to.at, hit->from.line, hit->to.line};

		if (scanner->engine->compiled[hit->rule].rule->check == SECRET_CHECK_PEM)
			reach_block_end(text, &span);
		vec_push(&spans, arena, span);
		if (spans.values)
			spans.values[spans.n_values++] = str_sub(text, hit->value_at, hit->value_n);
	}
	if (which == SECRET_SPANS_SPECIFIC && add_bodies(text, &spans, arena, err) != 0)
		return -1;
	join_spans(&spans);
	*ret = spans;
	return arena_check(arena, err);
}

/* The lines of spans that are in order. */
static void count_lines(struct str text, struct secret_spans *spans)
{
	uint32_t line = 1;
	size_t at = 0;

	for (size_t i = 0; i < spans->n; i++) {
		for (; at < spans->p[i].start; at++)
			line += text.p[at] == '\n';
		spans->p[i].line = line;
		for (; at < spans->p[i].end; at++)
			line += text.p[at] == '\n';
		spans->p[i].end_line = line;
	}
}

int secret_add_repeats(struct str text, const struct str *values, size_t n_values,
    struct arena *arena, struct secret_spans *spans, struct err *err)
{
	size_t before = spans->n;

	for (size_t i = 0; i < n_values; i++) {
		size_t at = 0, next;

		while (values[i].n >= SECRET_REPEAT_MIN &&
		       (next = str_find(str_sub(text, at, text.n), values[i])) != STR_NPOS) {
			struct secret_span span = {at + next, at + next + values[i].n, 0, 0};

			if (spans->n - before == SECRET_REPEATS_MAX)
				spans->complete = false;
			else
				vec_push(spans, arena, span);
			if (!spans->complete)
				return arena_check(arena, err);
			at = span.end;
		}
	}
	if (spans->n > before) {
		join_spans(spans);
		count_lines(text, spans);
	}
	return arena_check(arena, err);
}
