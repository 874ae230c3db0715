#include "detect/lint/rule.h"

static const char *const commands[] = {
    "free", "kill", "mount", "ps", "service", "shutdown", "ssh", "top", "vim", NULL};

static bool has_ssh_mount(const struct docker_instruction *run)
{
	struct str type = STR_NONE;

	for (size_t i = 0; i < run->n_flags; i++)
		if (str_eq(run->flags[i].name, STR("mount")) && run->flags[i].has_value &&
		    docker_mount_option(run->flags[i].value.text, "type", &type) &&
		    str_eq(type, STR("ssh")))
			return true;
	return false;
}

/* "vim +PlugInstall +qall", "vim -es": it does what it is told, and ends. */
static bool is_scripted(const struct shell_command *c)
{
	for (size_t i = 1; i < c->n_words; i++)
		if (str_starts(c->words[i].text, STR("+")))
			return true;
	return shell_has_flag(c, "c") || shell_has_flag(c, "s");
}

/* Some command behind the first start of a service may talk to it. */
static bool is_service_used(const struct shell_script *script)
{
	bool started = false;

	for (size_t i = 0; i < script->commands.n; i++) {
		bool is_service = shell_is(&script->commands.p[i], "service");

		if (started && !is_service)
			return true;
		started |= is_service;
	}
	return false;
}

static bool has_use(const struct docker_step *step, const struct shell_command *c)
{
	if (shell_is(c, "ssh"))
		return has_ssh_mount(step->instruction);
	if (shell_is(c, "vim"))
		return is_scripted(c);
	if (shell_is(c, "service"))
		return is_service_used(step->script);
	/* A step sees its own processes only: what it ends, a command before has started. */
	if (shell_is(c, "kill"))
		return c != step->script->commands.p;
	/* Enabling a unit writes files; nothing is started. */
	return shell_is(c, "systemctl") &&
	       (shell_has_arg(c, "enable") || shell_has_arg(c, "disable") ||
		   shell_has_arg(c, "mask") || shell_has_arg(c, "set-default"));
}

static void check_host_command(
    struct lint *l, const struct docker_step *step, const struct shell_command *c)
{
	static const char *const more[] = {
	    "ifconfig", "systemctl", "reboot", "halt", "nvidia-smi", NULL};

	if ((!lint_is_any(c->name, commands) && !lint_is_any(c->name, more)) || has_use(step, c))
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
