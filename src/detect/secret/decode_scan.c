#include "detect/secret/decode_scan.h"

#include <stdlib.h>

enum { LEVEL_BYTES = 48 << 20 };

/* A text that the one before was decoded to. */
struct decode_level {
	const struct decode_level *before; /* NULL: the region's */
	struct decoded decoded;
	unsigned n; /* from 1 */
};

/* A hit in a decoded text, or a blob, by where it stands in the region's. */
struct outcome {
	size_t from, to;
	struct secret_hit hit; /* rule is not set for a blob */
};

struct run_of_scan {
	const struct decode_scan *scan;
	VEC(struct outcome) outcomes;
	bool full;
};

/* ---- where ---- */

/* From text of `level` to the region's. */
static void to_region(const struct decode_level *level, size_t *from, size_t *to)
{
	for (; level; level = level->before)
		decoded_source(&level->decoded, *from, *to, from, to);
}

/* Adds what decoded[from, to) of the level was encoded with; `last` is what its own piece is. */
static void add_names(
    const struct decode_level *level, size_t from, size_t to, const char *last, struct buf *out)
{
	const struct decode_piece *piece = NULL;
	char name[32] = "";

	if (level->before) {
		size_t f, t;

		decoded_source(&level->decoded, from, to, &f, &t);
		if (t > f && decoded_touches(&level->before->decoded, f, t, &piece))
			(void)decode_piece_name(piece, name);
		add_names(level->before, f, MAX_OF(t, f + 1), name, out);
	}
	if (*last)
		buf_addf(out, "%s%s", out->n > 0 ? "," : "", last);
}

static struct str encoding_of(const struct run_of_scan *r, const struct decode_level *level,
    size_t from, size_t to, const char *last)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(512);

	buf_add(&out, r->scan->encoding);
	add_names(level, from, to, last, &out);
	return buf_ok(&out) ? arena_str(r->scan->arena, buf_str(&out)) : STR_NONE;
}

/* ---- which ---- */

static bool overlap(const struct secret_hit *a, size_t from, size_t to)
{
	return a->from.at < to && from < a->to.at;
}

/* Whether a hit in the text as it is says all that this one does. If it says less, it goes. */
static bool is_known(
    const struct run_of_scan *r, const struct secret_hit *hit, size_t from, size_t to)
{
	const struct decode_scan *scan = r->scan;
	const struct compiled_rule *rules = scan->scanner->engine->compiled;
	struct secret_hits *hits = scan->hits;
	bool known = false;

	for (size_t i = scan->first; i < hits->list.n;) {
		const struct secret_hit *plain = &hits->list.p[i];

		if (!overlap(plain, from, to)) {
			i++;
		} else if ((plain->warns && !hit->warns) ||
			   (rules[plain->rule].rule->generic && !rules[hit->rule].rule->generic)) {
			memmove(&hits->list.p[i], &hits->list.p[i + 1],
			    (hits->list.n - i - 1) * sizeof *plain);
			hits->list.n--;
		} else {
			known = true;
			i++;
		}
	}
	for (size_t i = 0; i < r->outcomes.n && !known; i++) {
		const struct outcome *other = &r->outcomes.p[i];

		known = from < other->to && other->from < to && other->hit.rule == hit->rule &&
			memcmp(other->hit.hash, hit->hash, sizeof hit->hash) == 0;
	}
	return known;
}

static int add_outcome(struct run_of_scan *r, const struct decode_level *level,
    const struct secret_hit *hit, struct err *err)
{
	const struct secret_region *region = r->scan->region;
	const struct decode_piece *piece = NULL;
	size_t from = hit->from.at, to = hit->to.at;
	size_t value_to = hit->value_at + MAX_OF(hit->value_n, hit->length_bytes);
	struct secret_where *where;
	struct outcome one = {.hit = *hit};
	char name[32];

	if (!decoded_touches(&level->decoded, hit->value_at, value_to, &piece))
		return 0;
	to_region(level, &from, &to);
	if (from < region->keep_from || from >= region->keep_to || is_known(r, hit, from, to))
		return 0;
	where = arena_new(r->scan->arena, struct secret_where);
	if (!where)
		return arena_err(r->scan->arena, err);
	where->encoding =
	    encoding_of(r, level, hit->value_at, value_to, decode_piece_name(piece, name));
	one.from = from;
	one.to = to;
	one.hit.where = where;
	vec_push(&r->outcomes, r->scan->arena, one);
	return arena_check(r->scan->arena, err);
}

/* ---- one text after the other ---- */

static int scan_level(struct run_of_scan *r, const struct decode_level *level, struct err *err)
{
	const struct decode_scan *scan = r->scan;
	struct secret_region region = *scan->region;
	struct secret_hits hits = {.full = false};

	region.text = buf_str(&level->decoded.text);
	region.keep_from = 0;
	region.keep_to = region.text.n;
	region.start = TEXT_CURSOR_START;
	arena_clear(&scan->scanner->arena);
	if (secret_region_scan(scan->scanner, &region, scan->arena, &hits, err) != 0)
		return -1;
	scan->hits->full |= hits.full;
	r->full |= hits.gave_up;
	for (size_t i = 0; i < hits.list.n; i++) {
		if (add_outcome(r, level, &hits.list.p[i], err) != 0)
			return -1;
	}
	return 0;
}

/* What `text`, which is `before`'s or the region's, says. */
static int decode_level(
    struct run_of_scan *r, struct str text, const struct decode_level *before, struct err *err)
{
	struct decode_level level = {.before = before, .n = before ? before->n + 1 : 1};
	struct arena arena CLEANUP(arena_release) = {0};
	int failed;

	if (r->scan->depth + level.n > DECODE_DEPTH)
		return 0;
	arena_init(&arena, LEVEL_BYTES);
	if (decode_text(text, before ? &before->decoded : NULL, &arena, &level.decoded, err) != 0)
		return -1;
	r->full |= level.decoded.full;
	failed = level.decoded.text.n > 0 &&
		 (scan_level(r, &level, err) != 0 ||
		     decode_level(r, buf_str(&level.decoded.text), &level, err) != 0);
	decoded_release(&level.decoded);
	return failed ? -1 : 0;
}

/* ---- */

static int by_place(const void *a, const void *b)
{
	const struct outcome *x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return x->to < y->to ? -1 : x->to > y->to;
}

static int tell_outcomes(struct run_of_scan *r, struct err *err)
{
	const struct decode_scan *scan = r->scan;
	struct text_cursor cursor = scan->region->start;

	if (r->outcomes.n > 1)
		qsort(r->outcomes.p, r->outcomes.n, sizeof *r->outcomes.p, by_place);
	for (size_t i = 0; i < r->outcomes.n; i++) {
		struct outcome *one = &r->outcomes.p[i];

		text_cursor_move(&cursor, scan->region->text, one->from);
		one->hit.from = one->hit.to = cursor;
		text_cursor_move(&one->hit.to, scan->region->text, one->to);
		if (scan->hits->list.n >= scan->scanner->engine->hits_max)
			scan->hits->full = true;
		else
			vec_push(&scan->hits->list, scan->arena, one->hit);
	}
	return arena_check(scan->arena, err);
}

int decode_scan(const struct decode_scan *scan, bool *ret_full, struct err *err)
{
	struct run_of_scan r = {.scan = scan};

	if (decode_level(&r, scan->region->text, NULL, err) != 0 || tell_outcomes(&r, err) != 0)
		return -1;
	*ret_full = *ret_full || r.full;
	return 0;
}

int decode_glance(struct str text, bool *ret_any, bool *ret_far, struct err *err)
{
	struct arena arena CLEANUP(arena_release) = {0};
	struct decoded decoded;

	arena_init(&arena, LEVEL_BYTES);
	if (decode_text(text, NULL, &arena, &decoded, err) != 0)
		return -1;
	*ret_far = decoded.full || decoded.far || decoded.blobs.n > 0;
	*ret_any = *ret_far || decoded.text.n > 0;
	decoded_release(&decoded);
	return 0;
}
