#include "detect/lint/rule.h"

static bool is_apt(const struct shell_command *c)
{
	return shell_is(c, "apt-get") || shell_is(c, "apt") || shell_is(c, "aptitude");
}

static bool is_update(const struct shell_command *c)
{
	return (is_apt(c) || shell_is(c, "apk")) && shell_has_arg(c, "update");
}

/* What neither installs nor may. */
static bool is_idle(const struct shell_command *c)
{
	static const char *const names[] = {"rm", "echo", "true", ":", "set", "sleep", NULL};

	return lint_is_any(c->name, names) || is_update(c) ||
	       (is_apt(c) && (shell_has_arg(c, "clean") || shell_has_arg(c, "autoclean") ||
				 shell_has_arg(c, "autoremove")));
}

static void check_update_alone(struct lint *l, const struct docker_step *step)
{
	const struct shell_command *update = NULL;

	if (!lint_step_is(step, DOCKER_RUN) || !step->script || step->script->incomplete ||
	    docker_flag_get(step->instruction, "mount"))
		return;
	for (size_t i = 0; i < step->script->commands.n; i++) {
		const struct shell_command *c = &step->script->commands.p[i];

		if (lint_is_wrapper(step, c))
			continue;
		if (is_update(c))
			update = c;
		else if (update && !is_idle(c))
			return;
	}
	if (update)
		lint_command(l, update,
		    "nothing in this step uses the lists that " STR_FMT " fetches",
		    STR_ARG(update->name));
}

const struct lint_rule rule_update_alone = {
    .id = "PL1041",
    .title = "package lists are fetched in a step of their own",
    .why =
	"The step is kept in the builder's cache: what a later step installs comes from lists that may be months old, and misses the corrections since.",
    .fix = "fetch and install in one RUN: apt-get update && apt-get install …",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/build/building/best-practices/#apt-get",
	"https://www.cisecurity.org/benchmark/docker"},
    .clauses = {NIST("4.1.1"), PCI("6.3.3"), CIS("4.7")},
    .severity = SEVERITY_LOW,
    .step = check_update_alone,
};
