#include "detect/lint/rule.h"

static bool is_manager(const struct shell_command *c)
{
	return shell_is(c, "yum");
}

static bool fetches(const struct shell_command *c)
{
	return is_manager(c) &&
	       (lint_installs(c) || shell_has_arg(c, "update") || shell_has_arg(c, "upgrade"));
}

static bool cleans(const struct shell_command *c)
{
	if (is_manager(c))
		return shell_has_arg(c, "clean");
	if (!shell_is(c, "rm"))
		return false;
	for (size_t i = 1; i < c->n_words; i++) {
		if (str_has(c->words[i].text, STR("/var/cache/yum")))
			return true;
	}
	return false;
}

static void check_script(struct lint *l, const struct docker_step *step)
{
	const struct shell_command *fetch = NULL;

	for (size_t i = 0; i < step->script->commands.n; i++) {
		const struct shell_command *c = &step->script->commands.p[i];

		if (fetches(c))
			fetch = c;
		else if (cleans(c))
			fetch = NULL;
	}
	if (fetch)
		lint_command(l, step, fetch,
		    "the caches that " STR_FMT " fills here stay in the image",
		    STR_ARG(fetch->name));
}

static void check_yum_cache(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_step *step = &view->steps[i];

		if (!lint_step_is(step, DOCKER_RUN) || !step->script ||
		    docker_has_cache_mount(step->instruction, STR("/var/cache/yum")))
			continue;
		check_script(l, step);
	}
}

const struct lint_rule rule_yum_cache = {
    .id = "DL3032",
    .title = "the caches of yum are kept",
    .why = "What yum fetches to install a package stays in the layer, and a later RUN "
	   "cannot take it out again.",
    .fix = "end the same RUN with yum clean all, or use a cache mount",
    .threat = "image",
    .since = "2026-11-23",
    .peer = "warning",
    .references = {"https://docs.docker.com/build/building/best-practices/"},
    .severity = SEVERITY_LOW,
    .dockerfile = check_yum_cache,
};
