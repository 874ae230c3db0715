#include "detect/lint/rule.h"

/* What cannot be read is what makes it the same finding on another line. */
static void check_parse_error(struct lint *l, const struct docker_view *view)
{
	const struct dockerfile *file = view->file;

	for (size_t i = 0; i < file->problems.n; i++) {
		const struct docker_problem *p = &file->problems.p[i];
		struct text_range range = {(uint32_t)p->offset, (uint32_t)p->end};
		struct str identity = str_of(p->what);

		if (p->instruction < file->instructions.n)
			identity = file->instructions.p[p->instruction].text.text;
		lint_report(l, range, identity, p->fix, "%s", p->what);
	}
	if (view->cut)
		lint_report(l, (struct text_range){view->cut->offset, view->cut->head_end},
		    STR("stages"), "split the file",
		    "more than %d stages: what stands from here on is not judged, nor what the "
		    "last stage ships",
		    (int)DOCKER_STAGES_MAX);
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
