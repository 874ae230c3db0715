#include "detect/lint/fix.h"

#include "read/syntax/dockerfile.h"

#include <stdlib.h>

/* What is known of one finding, in the file as it is or with edits made. */
struct found {
	struct str rule;
	uint64_t offset; /* of its first edit */
	uint32_t line;
	size_t at; /* the instruction that it is about, by its number in the file before */
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
	struct found **before_sorted;
	struct dockerfile file;
	struct found **candidates; /* the most important first */
	size_t n_candidates, n_left;
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

/* By rule and instruction. */
static int order_found(const struct found *x, const struct found *y)
{
	int order = str_cmp(x->rule, y->rule);

	return order != 0 ? order : (x->at > y->at) - (x->at < y->at);
}

static int by_instruction(const void *a, const void *b)
{
	return order_found(*(struct found *const *)a, *(struct found *const *)b);
}

/* The last instruction that begins on that line or before it. */
static size_t instruction_of_line(const struct dockerfile *file, uint32_t line)
{
	size_t low = 0, high = file->instructions.n;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (line_index_line(&file->lines, file->instructions.p[middle].offset) <= line)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* The findings by rule and instruction; NULL if the arena is full. */
static struct found **sort_found(
    struct found_list *list, const struct dockerfile *file, struct arena *arena)
{
	struct found **sorted = arena_array(arena, list->all.n, sizeof(struct found *));

	for (size_t i = 0; sorted && i < list->all.n; i++) {
		list->all.p[i].at = instruction_of_line(file, list->all.p[i].line);
		sorted[i] = &list->all.p[i];
	}
	if (sorted && list->all.n > 1)
		qsort(sorted, list->all.n, sizeof(struct found *), by_instruction);
	return sorted;
}

/* ---- edits ---- */

/* A command behind the one that ends there, and not a word of that one. */
static bool is_command_behind(const struct lint_change *edit)
{
	return edit->offset == edit->end && str_starts(edit->text, STR(" && "));
}

static int by_offset(const void *a, const void *b)
{
	const struct lint_change *x = a, *y = b;

	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	if (x->end != y->end)
		return x->end < y->end ? -1 : 1;
	if (is_command_behind(x) != is_command_behind(y))
		return is_command_behind(x) ? 1 : -1;
	return str_cmp(x->text, y->text);
}

/* Of two insertions at one place a word stands before a command behind it, and of two such commands
 * either may be the first. */
static bool overlap(const struct lint_change *x, const struct lint_change *y)
{
	if (y->offset != x->offset)
		return y->offset < x->end;
	return x->end != x->offset || !is_command_behind(y) || str_eq(x->text, y->text);
}

/* The edits of those that are made; false if two overlap. */
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
		if (overlap(&edits[i - 1], &edits[i]))
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

/* What an edit may make of an instruction: the same one, what MAINTAINER and ADD are better written
 * as, and of a misspelt one any. */
static bool may_become(enum docker_kind before, enum docker_kind after)
{
	return before == after || (before == DOCKER_UNKNOWN && after != DOCKER_UNKNOWN) ||
	       (before == DOCKER_MAINTAINER && after == DOCKER_LABEL) ||
	       (before == DOCKER_ADD && after == DOCKER_COPY);
}

/* A USER that an edit puts in, in the text with the edits made. */
static bool is_put_in(
    const struct docker_instruction *in, const struct lint_change *edits, size_t n)
{
	uint64_t longer = 0, shorter = 0; /* by the edits before */

	for (size_t i = 0; i < n; i++) {
		uint64_t from = edits[i].offset + longer - shorter;

		if (edits[i].offset == edits[i].end && in->offset >= from &&
		    in->end <= from + edits[i].text.n)
			return in->kind == DOCKER_USER;
		longer += edits[i].text.n;
		shorter += edits[i].end - edits[i].offset;
	}
	return false;
}

/* Takes what is put in out of *after, and of what was found what was found on it. */
static void leave_out(
    struct dockerfile *after, struct found_list *found, const struct lint_change *edits, size_t n)
{
	size_t kept = 0, kept_found = 0;

	for (size_t i = 0; i < found->all.n; i++) {
		size_t at = instruction_of_line(after, found->all.p[i].line);

		if (at >= after->instructions.n || !is_put_in(&after->instructions.p[at], edits, n))
			found->all.p[kept_found++] = found->all.p[i];
	}
	for (size_t i = 0; i < after->instructions.n; i++)
		if (!is_put_in(&after->instructions.p[i], edits, n))
			after->instructions.p[kept++] = after->instructions.p[i];
	found->all.n = kept_found;
	after->instructions.n = kept;
}

/* The same instructions, in the same words unless an edit touches them, and no more mistakes. */
static bool has_same_instructions(const struct dockerfile *before, const struct dockerfile *after,
    const struct lint_change *edits, size_t n)
{
	if (after->problems.n > before->problems.n || after->comments.n < before->comments.n ||
	    after->instructions.n != before->instructions.n)
		return false;
	for (size_t i = 0; i < before->instructions.n; i++) {
		const struct docker_instruction *a = &before->instructions.p[i];
		const struct docker_instruction *b = &after->instructions.p[i];

		if (is_touched(a, edits, n)
			? !may_become(a->kind, b->kind)
			: a->kind != b->kind || !str_eq(a->text.text, b->text.text))
			return false;
	}
	return true;
}

/* How many of a rule and an instruction may still be found: as many as before, less those that are
 * cured. */
static size_t most_of(const struct fixing *f, const struct found *like)
{
	size_t low = 0, high = f->before.all.n, n = 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (order_found(f->before_sorted[middle], like) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < f->before.all.n && order_found(f->before_sorted[low], like) == 0; low++)
		n += f->before_sorted[low]->end != LINT_FIXED;
	return n;
}

/* Of no rule more is found on an instruction than was, and what is cured is gone. An instruction
 * that was edited has other words, so its findings are counted. */
static bool finds_nothing_new(const struct fixing *f, struct found *const *after, size_t n)
{
	for (size_t i = 0, next; i < n; i = next) {
		for (next = i + 1; next < n && order_found(after[next], after[i]) == 0;)
			next++;
		if (next - i > most_of(f, after[i]))
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
	struct found **sorted;
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
	if (find(f, text, &f->trial, &found) != 0)
		return -1;
	leave_out(&after, &found, edits, n);
	if (!has_same_instructions(&f->file, &after, edits, n))
		return 0;
	sorted = sort_found(&found, &after, &f->trial);
	if (!sorted)
		return arena_err(&f->trial, f->err);
	*ret_end = finds_nothing_new(f, sorted, found.all.n) ? LINT_FIXED : LINT_FIX_FINDS;
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
	f->before_sorted = sort_found(&f->before, &f->file, f->arena);
	if (!f->before_sorted)
		return arena_err(f->arena, f->err);
	for (size_t i = 0; i < f->before.all.n; i++) {
		if (!is_wanted(&f->before.all.p[i], level, rules))
			continue;
		if (f->n_candidates < LINT_FIX_MAX)
			f->candidates[f->n_candidates++] = &f->before.all.p[i];
		else
			f->n_left++;
	}
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
	ret->n_left = f->n_left;
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
