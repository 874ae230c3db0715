#include "detect/lint/rule.h"

static bool has_same_flags(const struct docker_instruction *a, const struct docker_instruction *b)
{
	if (a->n_flags != b->n_flags)
		return false;
	for (size_t i = 0; i < a->n_flags; i++)
		if (!str_eq(a->flags[i].raw, b->flags[i].raw))
			return false;
	return true;
}

static bool is_small(const struct docker_step *step)
{
	return lint_step_is(step, DOCKER_RUN) && !step->onbuild && step->script &&
	       step->script->commands.n == 1 && step->instruction->n_heredocs == 0;
}

/* Layers of a stage that only lends files are in no image, and serve the next build's cache. */
static void check_consecutive_runs(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 1; i < view->n_steps; i++) {
		const struct docker_step *one = &view->steps[i - 1], *next = &view->steps[i];

		if (is_small(one) && is_small(next) && next->stage && next->stage == one->stage &&
		    next->stage->shipped &&
		    one->instruction->exec_form == next->instruction->exec_form &&
		    has_same_flags(one->instruction, next->instruction))
			lint_instruction(
			    l, next->instruction, "it could be one layer with the RUN above");
	}
}

static void judge(struct lint *l, const struct hado_pass *pass)
{
	const struct hado_step *before = NULL;

	for (size_t i = 0; i < pass->n_steps; i++) {
		const struct hado_step *step = &pass->steps[i];

		if (step->in->kind != DOCKER_RUN) {
			before = NULL;
			continue;
		}
		if (before && before->n_commands < 2 && step->n_commands < 2 &&
		    has_same_flags(before->in, step->in))
			hado_report(l, step->line);
		else
			before = step;
	}
}

const struct lint_rule rule_consecutive_runs = {
    .id = "DL3059",
    .title = "a RUN behind a RUN",
    .why = "Each RUN is a layer: two of one command each can be one.",
    .fix = "join them with &&",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "info",
    .references = {"https://docs.docker.com/build/building/best-practices/#run"},
    .severity = SEVERITY_INFO,
    .dockerfile = check_consecutive_runs,
    .hadolint = {.pass = judge},
};
