#include "detect/lint/rule.h"

static void check_onbuild_nested(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_step *step = &view->steps[i];

		if (step->onbuild &&
		    (lint_step_is(step, DOCKER_ONBUILD) || lint_step_is(step, DOCKER_FROM) ||
			lint_step_is(step, DOCKER_MAINTAINER)))
			lint_instruction(l, step->outer, "ONBUILD of %s",
			    docker_kind_word(step->instruction->kind));
	}
}

static bool is_nested(struct lint *l, const struct hado_step *step)
{
	const struct docker_instruction *inner = step->in->inner;

	(void)l;
	return inner && (inner->kind == DOCKER_ONBUILD || inner->kind == DOCKER_FROM ||
			    inner->kind == DOCKER_MAINTAINER);
}

const struct lint_rule rule_onbuild_nested = {
    .id = "DL3043",
    .title = "ONBUILD holds an instruction that it may not hold",
    .why =
	"ONBUILD cannot trigger FROM, MAINTAINER or another ONBUILD: the build of the child image stops.",
    .fix = "write the instruction without ONBUILD",
    .threat = "image",
    .since = "2026-11-24",
    .peer = "error",
    .references = {"https://docs.docker.com/reference/dockerfile/#onbuild"},
    .severity = SEVERITY_MEDIUM,
    .dockerfile = check_onbuild_nested,
    .hadolint = {.step = is_nested},
};
