#include "detect/lint/rule.h"

/* The second of the two, at its first use in a stage of the image. */
static void check_wget_and_curl(struct lint *l, const struct docker_view *view)
{
	for (size_t s = 0; s < view->n_stages; s++) {
		const struct docker_stage *stage = &view->stages[s];
		const char *first = NULL;
		bool done = !stage->shipped;

		for (size_t i = 0; i < stage->n_steps && !done; i++) {
			const struct docker_step *step = &view->steps[stage->first_step + i];

			for (size_t k = 0; lint_step_is(step, DOCKER_RUN) && step->script &&
					   k < step->script->commands.n && !done;
			    k++) {
				const struct shell_command *c = &step->script->commands.p[k];
				const char *tool = shell_is(c, "curl")	 ? "curl"
						   : shell_is(c, "wget") ? "wget"
									 : NULL;

				if (tool && first && tool != first) {
					lint_command(
					    l, c, "%s, where %s is used above", tool, first);
					done = true;
				}
				if (tool && !first)
					first = tool;
			}
		}
	}
}

static void judge(struct lint *l, const struct hado_pass *pass)
{
	bool curl = false, wget = false;
	size_t stage = 0;

	for (size_t i = 0; i < pass->n_steps; i++) {
		const struct hado_step *step = &pass->steps[i];
		bool uses = false;

		if (step->stage != stage)
			curl = wget = false;
		stage = step->stage;
		for (size_t k = 0; k < step->n_commands; k++) {
			bool is_curl = hado_is(&step->commands[k], "curl");
			bool is_wget = hado_is(&step->commands[k], "wget");

			curl |= is_curl;
			wget |= is_wget;
			uses |= is_curl || is_wget;
		}
		if (uses && curl && wget)
			hado_report(l, step->line);
	}
}

const struct lint_rule rule_wget_and_curl = {
    .id = "DL4001",
    .title = "wget and curl in one image",
    .why = "Two tools that do the same make the image larger, and one more of them may "
	   "have a hole.",
    .fix = "use one of them",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "warning",
    .references =
	{"https://docs.docker.com/build/building/best-practices/#dont-install-unnecessary-packages"},
    .severity = SEVERITY_INFO,
    .dockerfile = check_wget_and_curl,
    .hadolint = {.pass = judge, .onbuild = true},
};
