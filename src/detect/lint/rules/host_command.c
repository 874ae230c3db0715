#include "detect/lint/rule.h"

static const char *const commands[] = {
    "free", "kill", "mount", "ps", "service", "shutdown", "ssh", "top", "vim", NULL};

/* What the step itself started in the background it may end. */
static bool has_background(const struct shell_script *script)
{
	for (size_t i = 0; i < script->commands.n; i++)
		if (script->commands.p[i].join == SHELL_BACKGROUND)
			return true;
	return false;
}

static void check_host_command(
    struct lint *l, const struct docker_step *step, const struct shell_command *c)
{
	static const char *const more[] = {"ifconfig", "systemctl", "reboot", "halt", NULL};

	if (!lint_is_any(c->name, commands) && !lint_is_any(c->name, more))
		return;
	if (shell_is(c, "kill") && has_background(step->script))
		return;
	/* Enabling a unit writes files; nothing is started. */
	if (shell_is(c, "systemctl") &&
	    (shell_has_arg(c, "enable") || shell_has_arg(c, "disable") ||
		shell_has_arg(c, "mask") || shell_has_arg(c, "set-default")))
		return;
	lint_word(l, c, &c->words[0], STR_FMT " has no use in a build", STR_ARG(c->name));
}

static bool is_one(const struct hado_command *c)
{
	return hado_is_any(c, commands);
}

const struct lint_rule rule_host_command = {
    .id = "DL3001",
    .title = "a command that has no use in a build",
    .why = "Such a command manages a machine or talks to a person: in a build there is "
	   "neither, and what it starts is gone when the step ends.",
    .fix = "leave it out, or do it when the container starts",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "info",
    .references = {"https://docs.docker.com/build/building/best-practices/#decouple-applications"},
    .severity = SEVERITY_INFO,
    .command = check_host_command,
    .hadolint = {.command = is_one, .onbuild = true},
};
