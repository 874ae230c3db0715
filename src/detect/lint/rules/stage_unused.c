#include "detect/lint/rule.h"

/* A stage with a name may be somebody's --target, but for names of what is meant for another stage.
 */
static bool may_be_target(const struct docker_stage *stage)
{
	static const char *const names[] = {"build", "builder", "building", "compile", "compiler",
	    "deps", "dependencies", "install", NULL};

	return stage->name.n > 0 && !lint_is_any(stage->name, names);
}

static void check_stage_unused(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i + 1 < view->n_stages; i++) {
		const struct docker_stage *stage = &view->stages[i];

		if (!stage->used && stage != view->built && !may_be_target(stage))
			lint_instruction(l, stage->from,
			    "no other stage takes files from this one or builds on it");
	}
}

const struct lint_rule rule_stage_unused = {
    .id = "PL1029",
    .title = "a stage that nothing uses",
    .why =
	"What the last stage does not need is not built by BuildKit, and is built for nothing by other builders: a check in it never runs, and what it holds is no longer looked after.",
    .fix = "remove the stage, or copy from it; give it a name if it is built by --target",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/build/building/multi-stage/"},
    .severity = SEVERITY_INFO,
    .dockerfile = check_stage_unused,
};
