#include "detect/lint/fix.h"

#include "read/syntax/dockerfile.h"

#include <stdlib.h>

/* What is known of one finding, in the file as it is or with edits made. */
struct found {
	struct str rule, identity;
	uint64_t offset; /* of its first edit; without one of its line */
	uint32_t line;
	uint32_t importance;
	struct finding_edit *edits;
	size_t n_edits;
	enum lint_fix_end end;
};

struct found_list {
	struct sink sink;
	struct arena *arena;
	VEC(struct found) all;
};

struct fixing {
	const struct unit *unit;
	const struct lint_opts *opts;
	struct arena *arena;
	struct err *err;
	struct found_list before;
	struct dockerfile file;
	struct found **candidates; /* the most important first */
	size_t n_candidates;
	struct arena trial; /* of one proof */
};

/* ---- what is found ---- */

static int keep(struct sink *sink, const struct finding *f, struct err *err)
{
	struct found_list *list = container_of(sink, struct found_list, sink);
	struct finding copy;
	struct found found = {.end = LINT_FIX_UNPROVED};

	if (finding_copy(f, list->arena, &copy, err) != 0)
		return -1;
	found.rule = copy.rule;
	found.identity = copy.identity;
	found.line = copy.n_places > 0 ? copy.places[0].line : 0;
	/* What a comment asks to leave is left. */
	if (copy.fix && copy.fix->n_edits > 0 && copy.request.n == 0) {
		found.edits = copy.fix->edits;
		found.n_edits = copy.fix->n_edits;
		found.offset = found.edits[0].offset;
		found.importance = found.edits[0].importance;
	}
	vec_push(&list->all, list->arena, found);
	return arena_check(list->arena, err);
}

static const struct sink_ops keep_ops = {.finding = keep};

static int find(struct fixing *f, struct str bytes, struct arena *arena, struct found_list *ret)
{
	struct lint_opts opts = *f->opts;
	struct unit unit = *f->unit;
	const struct lint_kind *kind;

	/* Proofs are many, and no edit is ShellCheck's. */
	opts.checker = NULL;
	unit.bytes = bytes;
	*ret = (struct found_list){.sink = {.ops = &keep_ops}, .arena = arena};
	return lint_unit(&unit, &opts, arena, &ret->sink, &kind, f->err);
}

static int by_identity(const void *a, const void *b)
{
	const struct found *x = a, *y = b;
	int order = str_cmp(x->rule, y->rule);

	return order != 0 ? order : str_cmp(x->identity, y->identity);
}

/* ---- edits ---- */

static int by_offset(const void *a, const void *b)
{
	const struct lint_change *x = a, *y = b;

	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return (x->end > y->end) - (x->end < y->end);
}

/* The edits of those that are made. Two insertions at one place have no order: they overlap. */
static bool gather(
    const struct fixing *f, struct arena *arena, struct lint_change **ret, size_t *ret_n)
{
	size_t n = 0, most = 0;
	struct lint_change *edits;

	for (size_t i = 0; i < f->n_candidates; i++)
		most += f->candidates[i]->end == LINT_FIXED ? f->candidates[i]->n_edits : 0;
	edits = arena_array(arena, most, sizeof *edits);
	for (size_t i = 0; edits && i < f->n_candidates; i++) {
		const struct found *c = f->candidates[i];

		for (size_t k = 0; c->end == LINT_FIXED && k < c->n_edits; k++)
			edits[n++] = (struct lint_change){
			    c->edits[k].offset, c->edits[k].end, c->edits[k].text};
	}
	if (n > 1)
		qsort(edits, n, sizeof *edits, by_offset);
	*ret = edits;
	*ret_n = n;
	for (size_t i = 1; i < n; i++)
		if (edits[i].offset < edits[i - 1].end || edits[i].offset == edits[i - 1].offset)
			return false;
	return true;
}

struct str lint_apply(
    struct str text, const struct lint_change *edits, size_t n, struct arena *arena)
{
	size_t size = text.n, at = 0, used = 0;
	char *out;

	for (size_t i = 0; i < n; i++) {
		if (edits[i].offset < at || edits[i].end < edits[i].offset ||
		    edits[i].end > text.n || edits[i].text.n > SIZE_MAX / 2 - size)
			return STR_NONE;
		size += edits[i].text.n;
		at = (size_t)edits[i].end;
	}
	out = arena_alloc(arena, size + 1);
	at = 0;
	for (size_t i = 0; out && i <= n; i++) {
		size_t next = i < n ? (size_t)edits[i].offset : text.n;

		memcpy(out + used, text.p + at, next - at);
		used += next - at;
		if (i == n)
			break;
		if (edits[i].text.n > 0)
			memcpy(out + used, edits[i].text.p, edits[i].text.n);
		used += edits[i].text.n;
		at = (size_t)edits[i].end;
	}
	return str_make(out, out ? used : 0);
}

/* ---- the proof ---- */

static bool is_touched(
    const struct docker_instruction *in, const struct lint_change *edits, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (edits[i].offset <= in->end && edits[i].end >= in->offset)
			return true;
	return false;
}

/* The same instructions, in the same words unless an edit touches them, and no more mistakes. */
static bool has_same_instructions(const struct dockerfile *before, const struct dockerfile *after,
    const struct lint_change *edits, size_t n)
{
	if (after->problems.n > before->problems.n ||
	    after->instructions.n != before->instructions.n)
		return false;
	for (size_t i = 0; i < before->instructions.n; i++) {
		const struct docker_instruction *a = &before->instructions.p[i];
		const struct docker_instruction *b = &after->instructions.p[i];

		if (!is_touched(a, edits, n) &&
		    (a->kind != b->kind || !str_eq(a->text.text, b->text.text)))
			return false;
		if (b->kind == DOCKER_UNKNOWN && a->kind != DOCKER_UNKNOWN)
			return false;
	}
	return true;
}

static bool is_rule_made(const struct fixing *f, struct str rule)
{
	for (size_t i = 0; i < f->n_candidates; i++)
		if (f->candidates[i]->end == LINT_FIXED && str_eq(f->candidates[i]->rule, rule))
			return true;
	return false;
}

static size_t count_rule(const struct found_list *list, struct str rule)
{
	size_t n = 0;

	for (size_t i = 0; i < list->all.n; i++)
		n += str_eq(list->all.p[i].rule, rule);
	return n;
}

static size_t count_made(const struct fixing *f, struct str rule)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n_candidates; i++)
		n += f->candidates[i]->end == LINT_FIXED && str_eq(f->candidates[i]->rule, rule);
	return n;
}

/* Of each rule no more is found than before, and of those that are made so many less as are cured.
 * An instruction that was edited has other words, so findings are counted by rule. */
static bool finds_nothing_new(const struct fixing *f, const struct found_list *after)
{
	for (size_t i = 0; i < after->all.n; i++) {
		struct str rule = after->all.p[i].rule;
		size_t most = count_rule(&f->before, rule);

		if (i > 0 && str_eq(rule, after->all.p[i - 1].rule))
			continue;
		if (is_rule_made(f, rule))
			most -= MIN_OF(most, count_made(f, rule));
		if (count_rule(after, rule) > most)
			return false;
	}
	return true;
}

/* With all that are made now. Leaves what went wrong in *ret_end; -1: limits and memory. */
static int prove(struct fixing *f, enum lint_fix_end *ret_end)
{
	struct lint_change *edits;
	struct dockerfile after;
	struct found_list found;
	struct str text;
	size_t n;

	arena_clear(&f->trial);
	*ret_end = LINT_FIX_OVERLAPS;
	if (!gather(f, &f->trial, &edits, &n))
		return arena_check(&f->trial, f->err);
	*ret_end = LINT_FIX_UNPROVED;
	text = lint_apply(f->unit->bytes, edits, n, &f->trial);
	if (!text.p)
		return arena_check(&f->trial, f->err);
	if (dockerfile_parse(text, &f->trial, &after, f->err) != 0)
		return -1;
	if (!has_same_instructions(&f->file, &after, edits, n))
		return 0;
	if (find(f, text, &f->trial, &found) != 0)
		return -1;
	if (found.all.n > 1)
		qsort(found.all.p, found.all.n, sizeof *found.all.p, by_identity);
	*ret_end = finds_nothing_new(f, &found) ? LINT_FIXED : LINT_FIX_FINDS;
	return 0;
}

/* ---- choosing ---- */

static bool is_wanted(const struct found *found, enum edit_level level, struct str_list rules)
{
	bool named = rules.n == 0;

	for (size_t i = 0; i < rules.n; i++)
		named |= str_eq(rules.p[i], found->rule);
	for (size_t i = 0; i < found->n_edits; i++)
		if (found->edits[i].level > level)
			return false;
	return named && found->n_edits > 0;
}

static int by_importance(const void *a, const void *b)
{
	const struct found *x = *(struct found *const *)a, *y = *(struct found *const *)b;

	if (x->importance != y->importance)
		return x->importance > y->importance ? -1 : 1;
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return str_cmp(x->rule, y->rule);
}

static int by_place(const void *a, const void *b)
{
	const struct lint_fix *x = a, *y = b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return str_cmp(x->rule, y->rule);
}

static int choose_candidates(struct fixing *f, enum edit_level level, struct str_list rules)
{
	f->candidates = arena_array(f->arena, f->before.all.n, sizeof(struct found *));
	if (!f->candidates)
		return arena_err(f->arena, f->err);
	for (size_t i = 0; i < f->before.all.n && f->n_candidates < LINT_FIX_MAX; i++)
		if (is_wanted(&f->before.all.p[i], level, rules))
			f->candidates[f->n_candidates++] = &f->before.all.p[i];
	if (f->n_candidates > 1)
		qsort(f->candidates, f->n_candidates, sizeof(struct found *), by_importance);
	return 0;
}

static void set_all(struct fixing *f, size_t from, size_t to, enum lint_fix_end end)
{
	for (size_t i = from; i < to; i++)
		f->candidates[i]->end = end;
}

/* Those from..to on top of what is made: all at once, and if that cannot be proved each half. */
static int take(struct fixing *f, size_t from, size_t to)
{
	enum lint_fix_end end;

	if (from == to)
		return 0;
	set_all(f, from, to, LINT_FIXED);
	if (prove(f, &end) != 0)
		return -1;
	if (end == LINT_FIXED)
		return 0;
	set_all(f, from, to, end);
	if (to - from == 1)
		return 0;
	if (take(f, from, from + (to - from) / 2) != 0)
		return -1;
	return take(f, from + (to - from) / 2, to);
}

static int answer(struct fixing *f, struct lint_fixes *ret)
{
	ret->fixes = arena_array(f->arena, f->n_candidates, sizeof *ret->fixes);
	for (size_t i = 0; ret->fixes && i < f->n_candidates; i++) {
		const struct found *c = f->candidates[i];

		ret->fixes[ret->n_fixes++] = (struct lint_fix){c->rule, c->line, c->end};
	}
	if (ret->n_fixes > 1)
		qsort(ret->fixes, ret->n_fixes, sizeof *ret->fixes, by_place);
	(void)gather(f, f->arena, &ret->edits, &ret->n_edits);
	return arena_check(f->arena, f->err);
}

static void fixing_release(struct fixing *f)
{
	arena_release(&f->trial);
}

int lint_fix(const struct unit *unit, const struct lint_opts *opts, enum edit_level level,
    struct str_list rules, struct arena *arena, struct lint_fixes *ret, struct err *err)
{
	struct fixing f CLEANUP(fixing_release) = {
	    .unit = unit, .opts = opts, .arena = arena, .err = err};

	*ret = (struct lint_fixes){0};
	arena_init(&f.trial, MIB(256));
	if (dockerfile_parse(unit->bytes, arena, &f.file, err) != 0 ||
	    find(&f, unit->bytes, arena, &f.before) != 0 ||
	    choose_candidates(&f, level, rules) != 0 || take(&f, 0, f.n_candidates) != 0)
		return -1;
	return answer(&f, ret);
}
