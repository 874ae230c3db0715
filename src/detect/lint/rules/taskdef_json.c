#include "detect/lint/rule.h"

static void check_taskdef_json(struct lint *l, const struct syntax_tree *tree)
{
	for (size_t i = 0; i < tree->problems.n; i++) {
		const struct syntax_problem *p = &tree->problems.p[i];
		struct text_range range = {(uint32_t)p->offset, (uint32_t)p->end};

		lint_report(l, range, str_of(p->what), NULL, "%s", p->what);
	}
}

const struct lint_rule rule_taskdef_json = {
    .id = "PL2000",
    .title = "the task definition cannot be read",
    .why =
	"A task definition that is neither JSON nor YAML is refused when it is registered, after "
	"everything else has passed.",
    .fix = "correct the text at this place",
    .threat = "runtime",
    .since = "2026-11-23",
    .peer = "",
    .references =
	{"https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html"},
    .severity = SEVERITY_HIGH,
    .taskdef = check_taskdef_json,
};
