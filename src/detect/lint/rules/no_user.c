#include "detect/lint/rule.h"

static void check_no_user(struct lint *l, const struct docker_view *view)
{
	const struct docker_stage *last = view->n_stages ? &view->stages[view->n_stages - 1] : NULL;

	if (!last || last->user_step)
		return;
	lint_instruction(l, last->from,
	    "there is no USER in the final stage: the image runs as its base's user, mostly root");
}

const struct lint_rule rule_no_user = {
    .id = "PL1001",
    .title = "the image runs as root: there is no USER",
    .why = "Without USER the process runs as the base image's user, and that is root "
	   "nearly always.",
    .fix = "add a user and end with it, such as USER 10001",
    .threat = "host",
    .since = "2026-11-23",
    .peer = "",
    .references = {"https://docs.docker.com/build/building/best-practices/#user",
		   "https://www.cisecurity.org/benchmark/docker"},
    .severity = SEVERITY_HIGH,
    .dockerfile = check_no_user,
};
