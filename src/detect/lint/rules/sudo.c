#include "detect/lint/rule.h"

static void check_sudo(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_step *step = &view->steps[i];

		if (!lint_step_is(step, DOCKER_RUN) || !step->script)
			continue;
		for (size_t k = 0; k < step->script->commands.n; k++) {
			const struct shell_command *c = &step->script->commands.p[k];

			if (shell_is(c, "sudo"))
				lint_word(l, c, &c->words[0], "sudo in a build step");
		}
	}
}

const struct lint_rule rule_sudo = {
    .id = "DL3004",
    .title = "sudo in a build",
    .why = "A build step is root already, and an image that carries sudo lets whoever gets "
	   "in become root.",
    .fix = "leave sudo out; switch with USER if a step needs another user",
    .threat = "host",
    .since = "2026-11-23",
    .peer = "error",
    .references = {"https://docs.docker.com/build/building/best-practices/#user"},
    .severity = SEVERITY_MEDIUM,
    .dockerfile = check_sudo,
};
