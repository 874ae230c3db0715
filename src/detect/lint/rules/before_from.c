#include "detect/lint/rule.h"

static void check_before_from(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_step *step = &view->steps[i];

		/* An unknown instruction is reported as such. */
		if (step->stage)
			break;
		if (!lint_step_is(step, DOCKER_ARG) && !lint_step_is(step, DOCKER_UNKNOWN))
			lint_instruction(l, step->outer, "%s before the first FROM",
			    docker_kind_word(step->outer->kind));
	}
}

static bool is_before_from(struct lint *l, const struct hado_step *step)
{
	(void)l;
	return step->stage == 0 && step->in->kind != DOCKER_ARG;
}

const struct lint_rule rule_before_from = {
    .id = "DL3061",
    .title = "an instruction stands before the first FROM",
    .why = "Before the first FROM there is no image to work on: a build accepts only ARG there.",
    .fix = "begin with FROM; only ARG may stand before it",
    .threat = "image",
    .since = "2026-11-24",
    .peer = "error",
    .references = {"https://docs.docker.com/reference/dockerfile/#from"},
    .severity = SEVERITY_HIGH,
    .dockerfile = check_before_from,
    .hadolint = {.step = is_before_from},
};
