/*
 * Asks of each match what it is worth, leaves of those that are about the same bytes the
 * most specific, hashes what is left and works out lines and columns in one pass.
 */
#include "detect/secret/region.h"

#include "base/hash.h"
#include "base/utf8.h"
#include "detect/secret/composite.h"
#include "detect/secret/terms.h"
#include "detect/secret/value.h"

enum { COUNT_BYTES = 240 }; /* at once, so that the count fits a byte */

static uint32_t count_lines(struct str s)
{
	uint32_t lines = 0;

	for (size_t from = 0, to; from < s.n; from = to) {
		uint8_t some = 0;

		to = from + MIN_OF(s.n - from, (size_t)COUNT_BYTES);
		for (size_t i = from; i < to; i++)
			some = (uint8_t)(some + (s.p[i] == '\n'));
		lines += some;
	}
	return lines;
}

void text_cursor_move(struct text_cursor *cursor, struct str text, size_t to)
{
	struct str piece = str_sub(text, cursor->at, to - cursor->at);
	size_t last = str_rchr(piece, '\n');

	if (last != STR_NPOS) {
		cursor->line += count_lines(str_sub(piece, 0, last + 1));
		cursor->column = 1;
		piece = str_sub(piece, last + 1, piece.n);
	}
	cursor->column += (uint32_t)utf8_count(piece);
	cursor->at = to;
}

static int by_place(const void *a, const void *b)
{
	const struct secret_match *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->end != y->end)
		return x->end < y->end ? -1 : 1;
	if (x->rule != y->rule)
		return x->rule < y->rule ? -1 : 1;
	return x->value_start < y->value_start ? -1 : x->value_start > y->value_start;
}

static int add_hit(struct secret_scanner *scanner, const struct secret_region *region,
    const struct judged *judged, struct text_cursor *cursor, struct arena *arena,
    struct secret_hits *hits, struct err *err)
{
	const struct secret_match *match = &judged->match;
	const struct secret_value *value = &judged->value;
	unsigned char mac[SHA256_BYTES];
	struct secret_hit hit;

	text_cursor_move(cursor, region->text, match->start);
	hit = (struct secret_hit){
	    .rule = match->rule,
	    .from = *cursor,
	    .to = *cursor,
	    .value_at = cursor->at + (match->value_start - match->start),
	    .value_n = match->value_end - match->value_start,
	    .length_bytes = value->length_bytes,
	    .remark = value->remark ? arena_cstr(arena, str_of(value->remark)) : NULL,
	    .warns = value->worth == WORTH_WARNING,
	};
	text_cursor_move(&hit.to, region->text, match->end);
	hit.asked = secret_line_asks(secret_lines_of(region->text, match->start, match->end));
	hmac_sha256(region->key, value->hashed, mac);
	memcpy(hit.hash, mac, sizeof hit.hash);
	memcpy(hit.prefix, value->prefix, sizeof hit.prefix);
	if (hits->list.n >= scanner->engine->hits_max) {
		hits->full = true;
		return 0;
	}
	return vec_push(&hits->list, arena, hit) ? 0 : arena_err(arena, err);
}

static void note_limits(
    const struct secret_region *region, const struct secret_matches *m, struct secret_hits *hits)
{
	struct text_cursor cursor = region->start;

	hits->full = hits->full || m->full;
	if (!m->gave_up || hits->gave_up)
		return;
	text_cursor_move(&cursor, region->text, m->gave_up_at);
	hits->gave_up = true;
	hits->gave_up_rule = m->gave_up_rule;
	hits->gave_up_line = cursor.line;
}

/* As gitleaks has it: line ends around a match are not of it. */
static void trim_match(struct str text, struct secret_match *m)
{
	bool whole = m->value_start == m->start && m->value_end == m->end;

	while (m->start < m->end && text.p[m->start] == '\n')
		m->start++;
	while (m->end > m->start && text.p[m->end - 1] == '\n')
		m->end--;
	if (whole) {
		m->value_start = m->start;
		m->value_end = m->end;
	}
}

/* line: of the match. */
static bool is_wanted(struct secret_scanner *scanner, const struct secret_region *region,
    const struct secret_rule *rule, const struct secret_match *m, uint32_t line)
{
	static const struct origin nowhere = {.path = {NULL, 0}};
	struct secret_seen seen = {
	    .secret = str_sub(region->text, m->value_start, m->value_end - m->value_start),
	    .match = str_sub(region->text, m->start, m->end - m->start),
	    .line = secret_lines_of(region->text, m->start, m->end),
	    .origin = scanner->origin ? scanner->origin : &nowhere};

	if (scanner->origin && secret_terms_need_grep(rule->terms))
		seen.grep = arena_fmt(&scanner->arena, STR_FMT ":%u:" STR_FMT,
		    STR_ARG(seen.origin->path), line, STR_ARG(seen.line));
	return secret_terms_want(rule->terms, &seen);
}

/* The matches that are worth anything, those in whose place a stand-in is included: what a specific
 * rule knows to be one is none for a generic rule either. */
static int judge_all(struct secret_scanner *scanner, const struct secret_region *region,
    const struct secret_matches *m, struct judged_list *out, struct secret_hits *hits,
    struct err *err)
{
	struct text_cursor cursor = region->start;

	for (size_t i = 0; i < m->found.n; i++) {
		struct judged one = {.match = m->found.p[i]};
		const struct secret_rule *rule = scanner->engine->compiled[one.match.rule].rule;

		if (rule->terms) {
			if (!rule->own)
				trim_match(region->text, &one.match);
			text_cursor_move(&cursor, region->text, MAX_OF(one.match.start, cursor.at));
			if (!is_wanted(scanner, region, rule, &one.match, cursor.line))
				continue;
		}
		if (secret_value_of(rule, region->text, &one.match, &region->view, &scanner->arena,
			&one.value, err))
			return -1;
		if (hits->want_anchors && rule->check == SECRET_CHECK_PEM &&
		    one.match.start >= region->keep_from && one.match.start < region->keep_to)
			vec_push(&hits->anchors, &scanner->arena,
			    ((struct secret_anchor){one.match.start, one.match.end}));
		if (one.value.worth != WORTH_NOTHING)
			vec_push(&out->list, &scanner->arena, one);
		if (arena_check(&scanner->arena, err) != 0)
			return -1;
	}
	return 0;
}

static int by_bytes(const void *a, const void *b)
{
	const struct judged *x = a, *y = b;

	if (x->value.from != y->value.from)
		return x->value.from < y->value.from ? -1 : 1;
	return x->match.rule < y->match.rule ? -1 : x->match.rule > y->match.rule;
}

static int by_match(const void *a, const void *b)
{
	const struct judged *x = a, *y = b;

	return by_place(&x->match, &y->match);
}

/* Our rules stand in the order of how specific they are: of two that take the same bytes, the first
 * is reported. A user's own report each for itself. */
static void drop_overlaps(const struct secret_engine *engine, struct judged_list *m)
{
	struct judged *last = NULL; /* of ours */
	size_t kept = 0;

	qsort(m->list.p, m->list.n, sizeof *m->list.p, by_bytes);
	for (size_t i = 0; i < m->list.n; i++) {
		struct judged one = m->list.p[i];
		bool own = engine->compiled[one.match.rule].rule->own;

		if (own && last && one.value.from < last->value.to &&
		    one.match.rule != last->match.rule) {
			if (one.match.rule < last->match.rule)
				*last = one;
			continue;
		}
		m->list.p[kept] = one;
		if (own)
			last = &m->list.p[kept];
		kept++;
	}
	m->list.n = kept;
	qsort(m->list.p, m->list.n, sizeof *m->list.p, by_match);
}

int secret_region_scan(struct secret_scanner *scanner, const struct secret_region *region,
    struct arena *arena, struct secret_hits *hits, struct err *err)
{
	struct text_cursor cursor = region->start;
	struct judged_list judged = {.list = {0}};
	struct secret_matches m;

	if (secret_match_text(scanner, region->text, region->leave, &m, err))
		return -1;
	note_limits(region, &m, hits);
	if (m.found.n == 0)
		return 0;
	qsort(m.found.p, m.found.n, sizeof *m.found.p, by_place);
	if (judge_all(scanner, region, &m, &judged, hits, err))
		return -1;
	if (judged.list.n > 1)
		drop_overlaps(scanner->engine, &judged);
	if (scanner->origin) /* else what is around is not all there */
		secret_compose(scanner->engine, region->text, &judged);
	for (size_t i = 0; i < judged.list.n; i++) {
		const struct judged *one = &judged.list.p[i];

		if (one->match.start < region->keep_from || one->match.start >= region->keep_to ||
		    one->value.worth == WORTH_STAND_IN)
			continue;
		if (add_hit(scanner, region, one, &cursor, arena, hits, err))
			return -1;
	}
	return 0;
}
