#include "detect/lint/rule.h"

static void check_windows_mount(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_step *step = &view->steps[i];
		const struct docker_flag *mount = docker_flag_get(step->instruction, "mount");

		if (lint_step_is(step, DOCKER_RUN) && mount && step->stage &&
		    lint_windows(view, step->stage) == WINDOWS_CERTAIN)
			lint_report(l, docker_range(step->instruction, mount->raw), mount->raw,
			    NULL, "a step on Windows gets no mount");
	}
}

const struct lint_rule rule_windows_mount = {
    .id = "PL1044",
    .title = "RUN --mount on Windows",
    .why =
	"Mounts of build steps are for Linux: a builder of Windows images refuses them, or the step runs without what it should see.",
    .fix = "copy what the step needs, and remove it in the same step",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/reference/dockerfile/#run---mount"},
    .severity = SEVERITY_LOW,
    .dockerfile = check_windows_mount,
};
