#include "detect/lint/rule.h"

static bool has_capital(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] != byte_lower(name.p[i]))
			return true;
	return false;
}

/* Whoever names the stage may write it either way: builders compare without case. */
static void check_stage_casing(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_stages; i++) {
		const struct docker_stage *s = &view->stages[i];
		struct text_range range;

		if (!has_capital(s->name))
			continue;
		range = docker_range(s->from, s->from->words[2].raw);
		if (str_eq(s->name, s->from->words[2].raw))
			lint_recase(l, range, s->name, LINT_LOWER);
		lint_report(l, range, s->name, NULL,
		    "the stage's name " STR_FMT " has capital letters", STR_ARG(s->name));
	}
}

const struct lint_rule rule_stage_casing = {
    .id = "StageNameCasing",
    .title = "a stage's name has capital letters",
    .why = "Names of stages are compared without case. One that is written in small letters, as "
	   "names of images must be, reads the same wherever it is used.",
    .fix = "write the stage's name in small letters",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/reference/build-checks/stage-name-casing/"},
    .severity = SEVERITY_INFO,
    .dockerfile = check_stage_casing,
};
