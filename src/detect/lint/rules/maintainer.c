#include "detect/lint/rule.h"

static void check_maintainer(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_steps; i++) {
		if (lint_step_is(&view->steps[i], DOCKER_MAINTAINER))
			lint_instruction(
			    l, view->steps[i].instruction, "MAINTAINER is deprecated: use a label");
	}
}

const struct lint_rule rule_maintainer = {
    .id = "DL4000",
    .title = "MAINTAINER is deprecated",
    .why = "Builders warn of it, and the name it sets is not where tools look for it.",
    .fix = "LABEL org.opencontainers.image.authors=\"…\"",
    .threat = "image",
    .since = "2026-11-23",
    .peer = "error",
    .references = {"https://docs.docker.com/reference/dockerfile/#maintainer-deprecated"},
    .severity = SEVERITY_INFO,
    .dockerfile = check_maintainer,
};
