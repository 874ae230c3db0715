#include "detect/lint/rule.h"

static bool cleans(const struct shell_command *c)
{
	if (shell_is(c, "yarn"))
		return shell_has_arg(c, "cache") && shell_has_arg(c, "clean");
	for (size_t i = 1; shell_is(c, "rm") && i < c->n_words; i++)
		if (str_has(c->words[i].text, STR(".cache")) ||
		    str_has(c->words[i].text, STR("yarn")))
			return true;
	return false;
}

/* `yarn` alone installs too. */
static bool installs(const struct shell_command *c)
{
	static const char *const verbs[] = {"install", "add", NULL};
	const struct shell_word *first = shell_arg(c, 0);

	if (!shell_is(c, "yarn") || shell_has_flag(c, "version") || shell_has_flag(c, "help"))
		return false;
	return !first || lint_is_any(first->text, verbs);
}

static void check_yarn_cache(struct lint *l, const struct docker_step *step)
{
	const struct shell_command *install = NULL;

	if (!lint_step_is(step, DOCKER_RUN) || !step->script ||
	    (step->stage && !step->stage->shipped) ||
	    docker_has_cache_mount(step->instruction, STR("/usr/local/share/.cache/yarn")) ||
	    docker_has_cache_mount(step->instruction, STR("/root/.cache/yarn")) ||
	    docker_has_cache_mount(step->instruction, STR("/root/.yarn")))
		return;
	for (size_t i = 0; i < step->script->commands.n; i++) {
		const struct shell_command *c = &step->script->commands.p[i];

		if (installs(c))
			install = c;
		else if (cleans(c))
			install = NULL;
	}
	if (install)
		lint_command(l, install, "what yarn keeps for its next run stays in the image");
}

static bool keeps(const struct hado_step *step)
{
	static const char *const words[] = {"cache", "clean", NULL};
	size_t installed = SIZE_MAX, cleaned = SIZE_MAX;

	for (size_t i = step->n_commands; i-- > 0;) {
		const struct hado_command *c = &step->commands[i];

		if (hado_is(c, "yarn") && hado_has_arg(c, "install"))
			installed = i;
		if (hado_is(c, "yarn") && hado_has_any_arg(c, words))
			cleaned = i;
	}
	return installed != SIZE_MAX && (cleaned == SIZE_MAX || cleaned < installed) &&
	       !hado_has_mount(step, ".cache/yarn");
}

static void judge(struct lint *l, const struct hado_pass *pass)
{
	for (size_t i = 0; i < pass->n_steps; i++)
		if (keeps(&pass->steps[i]) && hado_is_kept(pass, &pass->steps[i]))
			hado_report(l, pass->steps[i].line);
}

const struct lint_rule rule_yarn_cache = {
    .id = "DL3060",
    .title = "the cache of yarn is kept",
    .why = "What yarn keeps for its next run is of no use in the image, and makes it "
	   "larger.",
    .fix = "run yarn cache clean in the same RUN, or use a cache mount",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "info",
    .references = {"https://classic.yarnpkg.com/lang/en/docs/cli/cache/"},
    .severity = SEVERITY_INFO,
    .step = check_yarn_cache,
    .hadolint = {.pass = judge, .onbuild = true},
};
