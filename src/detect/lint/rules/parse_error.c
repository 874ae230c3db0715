#include "detect/lint/rule.h"

static void check_parse_error(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->file->problems.n; i++) {
		const struct docker_problem *p = &view->file->problems.p[i];
		struct text_range range = {(uint32_t)p->offset, (uint32_t)p->end};

		lint_report(l, range, str_sub(view->file->text, p->offset, p->end - p->offset),
		    p->fix, "%s", p->what);
	}
}

const struct lint_rule rule_parse_error = {
    .id = "DL1000",
    .title = "the instruction cannot be read",
    .why = "An instruction that cannot be read does not do what its author meant, and a "
	   "builder stops at it. Everything else in the file is judged all the same.",
    .fix = "correct the instruction; the message says what was expected",
    .threat = "image",
    .since = "2026-11-23",
    .peer = "error",
    .references = {"https://docs.docker.com/reference/dockerfile/"},
    .severity = SEVERITY_HIGH,
    .dockerfile = check_parse_error,
};
