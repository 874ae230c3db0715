#include "detect/lint/rule.h"

static void check_shell_unread(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_step *step = &view->steps[i];

		if (!step->script || !step->script->incomplete)
			continue;
		if (step->script->limited)
			lint_report(l, step->script->incomplete_at, step->instruction->text.text,
			    "make it less deep and shorter, or put it into a file of its own",
			    "the script is nested too deeply or is too long: no rule sees what "
			    "stands from here on");
		else
			lint_report(l, step->script->incomplete_at, step->instruction->text.text,
			    NULL, "what stands from here on is not a complete shell script");
	}
}

const struct lint_rule rule_shell_unread = {
    .id = "PL1004",
    .title = "the shell text cannot be read to its end",
    .why =
	"A quote, a bracket or a block that is not closed: the shell stops there, and no rule sees what stands behind it. So it is with a script that is nested more deeply, or is longer, than any that people write.",
    .fix = "close what is open, or put the script into a file of its own",
    .threat = "image",
    .since = "2026-11-24",
    .peer = "",
    .references = {"https://docs.docker.com/reference/dockerfile/#run"},
    .severity = SEVERITY_MEDIUM,
    .dockerfile = check_shell_unread,
};
