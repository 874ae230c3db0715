#include "detect/lint/rule.h"

static bool is_apt(const struct shell_command *c)
{
	return shell_is(c, "apt-get") || shell_is(c, "apt") || shell_is(c, "aptitude");
}

static bool removes_lists(const struct shell_command *c)
{
	if (is_apt(c))
		return shell_has_arg(c, "dist-clean") || shell_has_arg(c, "distclean");
	if (!shell_is(c, "rm"))
		return false;
	for (size_t i = 1; i < c->n_words; i++)
		if (str_has(c->words[i].text, STR("/var/lib/apt")))
			return true;
	return false;
}

/* It installs from lists that an earlier RUN fetched. */
static bool needs_lists(const struct docker_step *step)
{
	if (!lint_step_is(step, DOCKER_RUN) || !step->script)
		return false;
	for (size_t i = 0; i < step->script->commands.n; i++) {
		const struct shell_command *c = &step->script->commands.p[i];

		if (is_apt(c) && shell_has_arg(c, "update"))
			return false;
		if (is_apt(c) && !removes_lists(c) && !shell_has_arg(c, "clean"))
			return true;
	}
	return false;
}

static void check_script(struct lint *l, const struct docker_step *step, bool needed_later)
{
	const struct shell_command *update = NULL;
	struct text_range at;

	for (size_t i = 0; i < step->script->commands.n; i++) {
		const struct shell_command *c = &step->script->commands.p[i];

		if (is_apt(c) && shell_has_arg(c, "update"))
			update = c;
		else if (removes_lists(c))
			update = NULL;
	}
	if (!update)
		return;
	if (lint_can_append(step, &at))
		lint_edit(l, needed_later || update->wrapped ? EDIT_SUGGESTED : EDIT_SAFE, at,
		    STR(" && rm -rf /var/lib/apt/lists/*"));
	lint_command(l, update, "the lists that apt fetches here stay in the image");
}

/* A stage that only lends files to others leaves its lists behind. */
static void check_apt_lists(struct lint *l, const struct docker_view *view)
{
	size_t last_needing = 0;

	for (size_t i = 0; i < view->n_steps; i++)
		if (needs_lists(&view->steps[i]))
			last_needing = i;
	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_step *step = &view->steps[i];

		if (lint_step_is(step, DOCKER_RUN) && step->script &&
		    (!step->stage || step->stage->shipped) &&
		    !docker_has_cache_mount(step->instruction, STR("/var/lib/apt/lists")))
			check_script(l, step, i < last_needing);
	}
}

/* Any removal by "-rf" passes. */
static bool keeps(const struct hado_step *step)
{
	static const char *const tools[] = {"apt", "apt-get", "aptitude", NULL};
	static const char *const removed[] = {"-rf", "/var/lib/apt/lists/*", NULL};
	bool updates = false;

	for (size_t i = 0; i < step->n_commands; i++) {
		const struct hado_command *c = &step->commands[i];

		if (hado_is(c, "rm") && hado_has_any_arg(c, removed))
			return false;
		updates |= hado_is_any(c, tools) && hado_has_arg(c, "update");
	}
	return updates && !hado_has_mount(step, "/var/lib/apt/lists") &&
	       !(hado_has_mount(step, "/var/lib/apt") && hado_has_mount(step, "/var/cache/apt"));
}

static void judge(struct lint *l, const struct hado_pass *pass)
{
	for (size_t i = 0; i < pass->n_steps; i++)
		if (keeps(&pass->steps[i]) && hado_is_kept(pass, &pass->steps[i]))
			hado_report(l, pass->steps[i].line);
}

const struct lint_rule rule_apt_lists = {
    .id = "DL3009",
    .title = "the package lists of apt are kept",
    .why = "What apt-get update fetches is of no use in the image, makes it larger, and "
	   "tells a scanner of packages that are not there.",
    .fix = "end the same RUN with rm -rf /var/lib/apt/lists/*, or use a cache mount",
    .threat = "image",
    .since = "2026-11-23",
    .peer = "info",
    .references = {"https://docs.docker.com/build/building/best-practices/#apt-get"},
    .severity = SEVERITY_INFO,
    .dockerfile = check_apt_lists,
    .hadolint = {.pass = judge, .onbuild = true},
};
