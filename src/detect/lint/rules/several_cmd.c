#include "detect/lint/rule.h"

static void check_several_cmd(struct lint *l, const struct docker_view *view)
{
	const struct docker_step *before = NULL;

	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_step *step = &view->steps[i];

		if (step->onbuild || !lint_step_is(step, DOCKER_CMD))
			continue;
		if (before && before->stage == step->stage)
			lint_report(l,
			    (struct text_range){
				step->instruction->offset, step->instruction->head_end},
			    STR("a second CMD"), NULL,
			    "a second CMD in this stage: the one on line %u does nothing",
			    line_index_line(&view->file->lines, before->instruction->offset));
		before = step;
	}
}

static void judge(struct lint *l, const struct hado_pass *pass)
{
	hado_report_second(l, pass, DOCKER_CMD);
}

const struct lint_rule rule_several_cmd = {
    .id = "DL4003",
    .alias = {"MultipleInstructionsDisallowed"},
    .title = "a second CMD in one stage",
    .why = "Only the last CMD counts; the one before it does nothing, and a reader "
	   "believes that it does.",
    .fix = "keep one CMD",
    .threat = "runtime",
    .since = "2026-11-23",
    .peer = "warning",
    .references = {"https://docs.docker.com/reference/dockerfile/#cmd"},
    .severity = SEVERITY_LOW,
    .dockerfile = check_several_cmd,
    .hadolint = {.pass = judge},
};
