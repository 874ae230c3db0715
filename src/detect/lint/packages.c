#include "base/buf.h"
#include "detect/lint/rule.h"

bool lint_installs(const struct shell_command *command)
{
	static const char *const managers[] = {"yum", "dnf", "microdnf", "apt-get", "apt",
	    "aptitude", "apk", "zypper", "pacman", "tdnf"};
	static const char *const verbs[] = {
	    "install", "add", "in", "-S", "groupinstall", "localinstall", "reinstall"};
	bool manager = false;

	for (size_t i = 0; i < ARRAY_LEN(managers); i++)
		manager |= shell_is(command, managers[i]);
	if (!manager)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		if (shell_has_arg(command, verbs[i]))
			return true;
	}
	return false;
}

static bool is_any(struct str text, const char *const *words)
{
	for (; *words; words++)
		if (str_eq(text, str_of(*words)))
			return true;
	return false;
}

static bool fetches(const struct shell_command *c, const struct lint_cache *cache)
{
	return is_any(c->name, cache->managers) &&
	       (lint_installs(c) || shell_has_arg(c, "update") || shell_has_arg(c, "upgrade"));
}

static bool cleans(const struct shell_command *c, const struct lint_cache *cache)
{
	if (is_any(c->name, cache->managers))
		return shell_has_arg(c, "clean");
	if (!shell_is(c, "rm"))
		return false;
	for (size_t i = 1; i < c->n_words; i++)
		for (const char *const *folder = cache->folders; *folder; folder++)
			if (str_has(c->words[i].text, str_of(*folder)))
				return true;
	return false;
}

bool lint_can_append(const struct docker_step *step, struct text_range *ret_at)
{
	const struct shell_script *script = step->script;
	const struct shell_command *last;
	struct text_range range;

	if (!script || script->commands.n == 0 || script->incomplete ||
	    step->instruction->exec_form || step->instruction->n_heredocs > 0)
		return false;
	last = &script->commands.p[script->commands.n - 1];
	range = shell_command_range(last);
	if (last->depth > 0 || last->wrapped || last->condition ||
	    last->source->text.p != step->instruction->args.p ||
	    range.end != step->instruction->end)
		return false;
	*ret_at = (struct text_range){range.end, range.end};
	return true;
}

static void check_script(
    struct lint *l, const struct docker_step *step, const struct lint_cache *cache)
{
	struct buf edit CLEANUP(buf_release) = BUF_INIT(256);
	const struct shell_command *fetch = NULL;
	struct text_range at;

	for (size_t i = 0; i < step->script->commands.n; i++) {
		const struct shell_command *c = &step->script->commands.p[i];

		if (fetches(c, cache))
			fetch = c;
		else if (cleans(c, cache))
			fetch = NULL;
	}
	if (!fetch)
		return;
	buf_addf(&edit, " && " STR_FMT " clean all", STR_ARG(fetch->name));
	/* The last command of the RUN may have another user than the one that fetches. */
	if (lint_can_append(step, &at) && buf_ok(&edit))
		lint_edit(l, EDIT_SUGGESTED, at, buf_str(&edit));
	lint_command(l, fetch, "the caches that " STR_FMT " fills here stay in the image",
	    STR_ARG(fetch->name));
}

void lint_check_cache(
    struct lint *lint, const struct docker_view *view, const struct lint_cache *cache)
{
	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_step *step = &view->steps[i];
		bool mounted = false;

		if (!lint_step_is(step, DOCKER_RUN) || !step->script)
			continue;
		for (const char *const *folder = cache->folders; *folder; folder++)
			mounted |= docker_has_cache_mount(step->instruction, str_of(*folder));
		if (!mounted)
			check_script(lint, step, cache);
	}
}
