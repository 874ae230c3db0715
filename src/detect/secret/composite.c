#include "detect/secret/composite.h"

#include "detect/secret/terms.h"

enum { LINE_MOST = 4096 };

struct str secret_lines_of(struct str text, size_t start, size_t end)
{
	size_t from = start, to = end;

	while (from > 0 && start - from < LINE_MOST && text.p[from - 1] != '\n')
		from--;
	while (to < text.n && to - end < LINE_MOST && text.p[to] != '\n')
		to++;
	return str_sub(text, from, to - from);
}

bool secret_line_asks(struct str line)
{
	static const struct str marks[] = {STR_INIT("gitleaks:allow"),
	    STR_INIT("betterleaks:allow"), STR_INIT("trufflehog:ignore")};

	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		if (str_has(line, marks[i]))
			return true;
	}
	return false;
}

/* ---- rules that need others ---- */

static long lines_between(struct str text, size_t a, size_t b)
{
	long lines = 0;

	for (size_t i = MIN_OF(a, b); i < MAX_OF(a, b); i++)
		lines += text.p[i] == '\n';
	return lines;
}

static long column_of(struct str text, size_t at)
{
	return (long)(at - 1 - str_rchr(str_sub(text, 0, at), '\n'));
}

static bool is_near(const struct secret_required *required, struct str text,
    const struct judged *one, const struct judged *other)
{
	size_t a = one->match.start, b = other->match.start;

	if (required->within_lines >= 0 && lines_between(text, a, b) > required->within_lines)
		return false;
	if (required->within_columns >= 0) {
		long apart = column_of(text, a) - column_of(text, b);

		return (apart < 0 ? -apart : apart) <= required->within_columns;
	}
	return true;
}

static bool has_required(const struct secret_engine *engine, struct str text,
    const struct judged_list *all, const struct judged *one, const struct secret_required *required)
{
	for (size_t i = 0; i < all->list.n; i++) {
		const struct judged *other = &all->list.p[i];

		if (str_eq(engine->compiled[other->match.rule].rule->id, required->rule) &&
		    is_near(required, text, one, other))
			return true;
	}
	return false;
}

static bool has_all_required(const struct secret_engine *engine, struct str text,
    const struct judged_list *all, const struct judged *one)
{
	const struct secret_terms *terms = engine->compiled[one->match.rule].rule->terms;

	for (size_t i = 0; i < terms->required.n; i++) {
		if (!has_required(engine, text, all, one, &terms->required.p[i]))
			return false;
	}
	return true;
}

/* ---- generic rules ---- */

static struct str value_of(struct str text, const struct judged *one)
{
	return str_sub(text, one->match.value_start, one->match.value_end - one->match.value_start);
}

static bool is_better(const struct secret_engine *engine, struct str text, const struct judged *one,
    const struct judged *other)
{
	return !engine->compiled[other->match.rule].rule->generic &&
	       str_has(value_of(text, other), value_of(text, one));
}

/* One that is not generic has the same secret, or more of it, on the same line. They are in the
 * order of the text. */
static bool is_known_better(const struct secret_engine *engine, struct str text,
    const struct judged_list *all, const struct judged *one)
{
	size_t at = (size_t)(one - all->list.p);

	for (size_t i = at; i > 0; i--) {
		const struct judged *other = &all->list.p[i - 1];

		if (lines_between(text, one->match.start, other->match.start) > 0)
			break;
		if (is_better(engine, text, one, other))
			return true;
	}
	for (size_t i = at + 1; i < all->list.n; i++) {
		const struct judged *other = &all->list.p[i];

		if (lines_between(text, one->match.start, other->match.start) > 0)
			break;
		if (is_better(engine, text, one, other))
			return true;
	}
	return false;
}

static bool is_reported(const struct secret_engine *engine, struct str text,
    const struct judged_list *all, const struct judged *one)
{
	const struct secret_rule *rule = engine->compiled[one->match.rule].rule;

	if (!rule->terms)
		return true;
	if (rule->terms->hidden || !has_all_required(engine, text, all, one))
		return false;
	return rule->own || !rule->generic || !is_known_better(engine, text, all, one);
}

void secret_compose(const struct secret_engine *engine, struct str text, struct judged_list *judged)
{
	size_t kept = 0, n = judged->list.n;

	/* Each is asked while all are there; one that is worth nothing goes. */
	for (size_t i = 0; i < n; i++)
		judged->list.p[i].value.worth =
		    is_reported(engine, text, judged, &judged->list.p[i])
			? judged->list.p[i].value.worth
			: WORTH_NOTHING;
	for (size_t i = 0; i < n; i++) {
		if (judged->list.p[i].value.worth != WORTH_NOTHING)
			judged->list.p[kept++] = judged->list.p[i];
	}
	judged->list.n = kept;
}
