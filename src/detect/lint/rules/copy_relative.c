#include "detect/lint/rule.h"

static bool is_absolute(struct str target)
{
	return str_starts(target, STR("/")) || str_starts(target, STR("$")) ||
	       (target.n > 1 && byte_is_alpha(target.p[0]) && target.p[1] == ':');
}

static struct str target_of(const struct docker_instruction *in)
{
	struct str target = in->n_words > 0 ? in->words[in->n_words - 1].text : STR_NONE;

	if (target.n > 1 && (target.p[0] == '"' || target.p[0] == '\'') &&
	    target.p[target.n - 1] == target.p[0])
		target = str_sub(target, 1, target.n - 2);
	return target;
}

/* Many images of languages set a folder of their own: what is not known only warns. */
static void check_copy_relative(struct lint *l, const struct docker_step *step)
{
	struct str target = target_of(step->instruction);

	if (!lint_step_is(step, DOCKER_COPY) || !step->stage || step->onbuild || target.n == 0 ||
	    is_absolute(target) || step->workdir.n > 0)
		return;
	lint_weigh(l, WEIGHT_WARNS);
	lint_instruction(l, step->instruction, STR_FMT " is relative, and no WORKDIR is above it",
	    STR_ARG(target));
}

/* In the stage above the step, or in that of the name which it builds on, and so on. */
static bool has_workdir(const struct hado_pass *pass, size_t at)
{
	size_t stage = pass->steps[at].stage;
	struct str parent = pass->steps[at].from ? pass->steps[at].from->text : STR_NONE;

	for (size_t i = at; i-- > 0;) {
		const struct hado_step *step = &pass->steps[i];

		if (step->stage != stage && step->from && parent.n > 0 &&
		    str_eq(step->from->alias, parent)) {
			stage = step->stage;
			parent = step->from->text;
		}
		if (step->stage == stage && step->in->kind == DOCKER_WORKDIR)
			return true;
	}
	return false;
}

static bool is_relative(const struct hado_step *step)
{
	return step->in->kind == DOCKER_COPY && step->in->n_words > 0 &&
	       !is_absolute(target_of(step->in));
}

static void judge(struct lint *l, const struct hado_pass *pass)
{
	for (size_t i = 0; i < pass->n_steps; i++)
		if (is_relative(&pass->steps[i]) && !has_workdir(pass, i))
			hado_report(l, pass->steps[i].line);
}

const struct lint_rule rule_copy_relative = {
    .id = "DL3045",
    .title = "COPY to a relative place without WORKDIR",
    .why = "Where the file lands depends on the base image: the next version of it may put "
	   "it elsewhere.",
    .fix = "say WORKDIR before, or an absolute place",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "warning",
    .references = {"https://docs.docker.com/reference/dockerfile/#copy"},
    .severity = SEVERITY_INFO,
    .step = check_copy_relative,
    .hadolint = {.pass = judge},
};
