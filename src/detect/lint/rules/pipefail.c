#include "detect/lint/rule.h"

static bool has_pipefail(const struct docker_instruction *shell)
{
	for (size_t i = 0; shell && i < shell->n_words; i++)
		if (str_eq(shell->words[i].text, STR("pipefail")))
			return true;
	return false;
}

/* What cannot fail, or ends before it by being cut off. */
static bool is_harmless(const struct shell_command *c)
{
	static const char *const names[] = {"echo", "printf", "yes", "true", ":", "seq", NULL};

	return lint_is_any(c->name, names);
}

/* The first command of a pipe that may fail; NULL: none. */
static const struct shell_command *find_left(const struct shell_script *script)
{
	for (size_t i = 1; i < script->commands.n; i++) {
		const struct shell_command *c = &script->commands.p[i];
		size_t left = i;

		if (c->join != SHELL_PIPE)
			continue;
		while (left > 0 && script->commands.p[left - 1].depth > c->depth)
			left--;
		if (left > 0 && !is_harmless(&script->commands.p[left - 1]))
			return &script->commands.p[left - 1];
	}
	return NULL;
}

static void check_pipefail(struct lint *l, const struct docker_step *step)
{
	const struct shell_command *left;

	if (!lint_step_is(step, DOCKER_RUN) || !step->script || step->script->pipes.n == 0 ||
	    step->script->pipefail || step->instruction->exec_form || has_pipefail(step->shell) ||
	    (step->stage && !step->stage->shipped && !step->stage->needed))
		return;
	left = find_left(step->script);
	if (left)
		lint_command(l, left, "if it fails, the pipe and the build go on");
}

/* ---- as hadolint has it ---- */

static bool is_good_shell(const struct docker_instruction *in)
{
	static const char *const foreign[] = {"pwsh", "powershell", "cmd"};
	static const char *const shells[] = {"bash", "zsh", "ash", NULL};
	struct str first = in->n_words > 0 ? in->words[0].text : in->args;
	bool option = false, word = false;

	for (size_t i = 0; i < ARRAY_LEN(foreign); i++)
		if (str_starts(first, str_of(foreign[i])))
			return true;
	for (size_t i = 1; i < in->n_words; i++) {
		struct str text = in->words[i].text;

		option |= text.n > 1 && text.p[0] == '-' && text.p[1] != '-' &&
			  str_chr(text, 'o') != STR_NPOS;
		word |= str_eq(text, STR("pipefail"));
	}
	return lint_is_any(str_base_name(first), shells) && option && word;
}

static void judge(struct lint *l, const struct hado_pass *pass)
{
	bool good = false;

	for (size_t i = 0; i < pass->n_steps; i++) {
		const struct hado_step *step = &pass->steps[i];

		if (step->in->kind == DOCKER_FROM)
			good = false;
		if (step->in->kind == DOCKER_SHELL)
			good = is_good_shell(step->in);
		if (step->in->kind == DOCKER_RUN && step->pipes && !good)
			hado_report(l, step->line);
	}
}

const struct lint_rule rule_pipefail = {
    .id = "DL4006",
    .title = "a pipe whose beginning may fail unnoticed",
    .why = "A pipe ends as its last command does: if the one before it fails, the build "
	   "goes on with half of its output.",
    .fix = "say SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"] before (Alpine: /bin/ash), or, "
	   "if the shell knows it, set -o pipefail in the RUN",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "warning",
    .references = {"https://docs.docker.com/build/building/best-practices/#using-pipes"},
    .severity = SEVERITY_LOW,
    .step = check_pipefail,
    .hadolint = {.pass = judge},
};
