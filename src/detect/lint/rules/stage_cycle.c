#include "detect/lint/rule.h"

static void check_stage_cycle(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->sources.n; i++) {
		const struct docker_source *source = &view->sources.p[i];

		if (source->closes_cycle)
			lint_report(l, docker_range(source->step->instruction, source->raw),
			    source->raw.n > 0 ? source->raw : STR("from"), NULL,
			    "stage " STR_FMT " needs this one itself", STR_ARG(source->name));
	}
}

const struct lint_rule rule_stage_cycle = {
    .id = "PL1028",
    .title = "stages need each other in a circle",
    .why =
	"A stage that takes files from a later one, which in turn needs it, cannot be built: BuildKit stops, and other builders take the name for an image.",
    .fix = "move what both need to a stage of its own, above them",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/build/building/multi-stage/",
	"https://docs.docker.com/reference/dockerfile/#copy---from"},
    .severity = SEVERITY_MEDIUM,
    .dockerfile = check_stage_cycle,
};
