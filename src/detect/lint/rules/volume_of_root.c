#include "detect/lint/rule.h"

static void check_volume_of_root(struct lint *l, const struct docker_view *view)
{
	const struct docker_stage *built = view->built;

	if (!built ||
	    (built->user_step && (!built->user_known || !docker_user_is_root(built->user))) ||
	    (!built->user_step && built->outside && !docker_user_is_root(built->outside->user)) ||
	    lint_windows(view, built) != WINDOWS_NO)
		return;
	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_step *step = &view->steps[i];

		if (lint_step_is(step, DOCKER_VOLUME) && !step->onbuild && step->stage &&
		    step->stage->shipped)
			lint_instruction(l, step->instruction,
			    "the image's user is root, and owns what is written here");
	}
}

const struct lint_rule rule_volume_of_root = {
    .id = "PL1027",
    .title = "root writes into a volume",
    .why =
	"What the image writes there belongs to root also on the host, in a folder that is mounted: other users cannot read or remove it, and one flaw in the program writes as root into what outlives the container.",
    .fix = "give the folder to a user of its own before VOLUME, and end with USER",
    .threat = "host",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/reference/dockerfile/#volume",
	"https://docs.docker.com/build/building/best-practices/#user"},
    .clauses = {NIST("4.1.2"), PCI("7.2.5"), CIS("4.1")},
    .severity = SEVERITY_INFO,
    .opt_in = true,
    .dockerfile = check_volume_of_root,
};
