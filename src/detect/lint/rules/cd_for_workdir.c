#include "detect/lint/rule.h"

static bool is_removed(const struct shell_command *c, struct str folder)
{
	for (size_t i = 1; shell_is(c, "rm") && i < c->n_words; i++) {
		struct str path = c->words[i].text;

		if (str_ends(path, STR("/")))
			path.n--;
		if (str_eq(path, folder))
			return true;
	}
	return false;
}

/* WORKDIR can take its place only if all of the RUN stands behind it, in that folder: it is the
 * first command, at the top, and neither left again nor removed. */
static void check_cd_for_workdir(struct lint *l, const struct docker_step *step)
{
	const struct shell_script *script = step->script;
	const struct shell_command *first;
	struct str folder;

	if (!lint_step_is(step, DOCKER_RUN) || !script || !script->source || script->commands.n < 2)
		return;
	first = &script->commands.p[0];
	if (!shell_is(first, "cd") || first->words[0].raw.p != script->source->text.p ||
	    first->depth > 0 || first->condition || first->wrapped || first->n_words != 2 ||
	    !str_starts(first->words[1].text, STR("/")))
		return;
	folder = first->words[1].text;
	if (folder.n > 1 && str_ends(folder, STR("/")))
		folder.n--;
	for (size_t i = 1; i < script->commands.n; i++)
		if (shell_is(&script->commands.p[i], "cd") ||
		    is_removed(&script->commands.p[i], folder))
			return;
	lint_command(l, first, "all of this RUN runs in one folder");
}

static bool is_cd(const struct hado_command *c)
{
	return hado_is(c, "cd");
}

const struct lint_rule rule_cd_for_workdir = {
    .id = "DL3003",
    .title = "cd where WORKDIR would do",
    .why = "A RUN that begins with cd is read twice to know where it runs, and the next "
	   "one starts elsewhere again; WORKDIR says it once for all that follow.",
    .fix = "put WORKDIR before the RUN",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "warning",
    .references = {"https://docs.docker.com/build/building/best-practices/#workdir"},
    .severity = SEVERITY_INFO,
    .step = check_cd_for_workdir,
    .hadolint = {.command = is_cd},
};
