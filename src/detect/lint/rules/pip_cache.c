#include "detect/lint/rule.h"

static bool is_on(struct str value)
{
	static const char *const words[] = {
	    "1", "true", "True", "TRUE", "on", "On", "ON", "yes", "Yes", "YES", NULL};

	return lint_is_any(value, words);
}

/* pip itself takes what Python takes for true, and on any other word keeps no cache either; only
 * words for false keep it. */
static bool is_off(struct str value)
{
	static const char *const words[] = {"", "0", "false", "off", "no", "n", "f"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_eq_nocase(value, str_of(words[i])))
			return true;
	return false;
}

/* What ENV, or ARG, of the stage says above the step; what it begins with is over by then. */
static bool is_set_before(const struct docker_step *step)
{
	static const struct str name = STR_INIT("PIP_NO_CACHE_DIR");
	const struct docker_value *value = NULL;

	if (!step->stage)
		return false;
	for (const struct docker_step *s = step; !lint_step_is(s, DOCKER_FROM); s--) {
		const struct docker_instruction *in = s->instruction;

		if (in->kind != DOCKER_ENV && in->kind != DOCKER_ARG)
			continue;
		for (size_t i = in->n_pairs; i-- > 0;)
			if (in->pairs[i].has_value && str_eq(in->pairs[i].name.text, name))
				return !is_off(in->pairs[i].value.text);
	}
	if (step->stage->parent)
		value = docker_value_get(step->stage->parent, name);
	return value && !is_off(value->text);
}

static bool is_set(const struct docker_step *step, const struct shell_command *c)
{
	if (is_set_before(step))
		return true;
	for (size_t i = 0; i < c->n_assigns; i++) {
		struct str name, text;

		if (str_split(c->assigns[i].text, '=', &name, &text) &&
		    str_eq(name, STR("PIP_NO_CACHE_DIR")) && !is_off(text))
			return true;
	}
	for (const struct shell_command *before = step->script->commands.p; before < c; before++)
		if (shell_is(before, "export") && before->n_words > 1 &&
		    str_starts(before->words[1].text, STR("PIP_NO_CACHE_DIR=")))
			return true;
	return false;
}

static bool is_removed(const struct docker_step *step, const struct shell_command *c)
{
	const struct shell_command *end = step->script->commands.p + step->script->commands.n;

	for (const struct shell_command *later = c + 1; later < end; later++) {
		if (shell_is(later, "pip") && shell_has_arg(later, "cache") &&
		    shell_has_arg(later, "purge"))
			return true;
		for (size_t i = 1; shell_is(later, "rm") && i < later->n_words; i++)
			if (str_has(later->words[i].text, STR(".cache")))
				return true;
	}
	return false;
}

static void check_pip_cache(
    struct lint *l, const struct docker_step *step, const struct shell_command *c)
{
	static const char *const install[] = {"install", NULL};
	struct shell_command pip;
	struct text_range at;

	if (!lint_pip(c, &pip) || shell_is(c, "uv") || !lint_verb(&pip, install, NULL) ||
	    (step->stage && !step->stage->shipped) || shell_has_flag(&pip, "no-cache-dir") ||
	    is_set(step, c) || is_removed(step, c) ||
	    docker_has_cache_mount(step->instruction, STR("/root/.cache/pip")))
		return;
	at = shell_word_range(&pip, &pip.words[1]);
	at.offset = at.end;
	lint_edit(l, EDIT_SAFE, at, STR(" --no-cache-dir"));
	lint_command(l, c, "what pip keeps for its next run stays in the image");
}

/* ENV PIP_NO_CACHE_DIR earlier in the stage, or in that of the name which it builds on. */
static bool env_says_so(const struct hado_pass *pass, size_t at)
{
	struct str parent = pass->steps[at].from ? pass->steps[at].from->text : STR_NONE;
	size_t stage = pass->steps[at].stage;

	for (size_t i = at; i-- > 0 && stage > 0;) {
		const struct hado_step *step = &pass->steps[i];

		if (step->stage != stage) {
			if (!step->from || !str_eq(step->from->alias, parent))
				continue;
			stage = step->stage;
		}
		for (size_t k = 0; step->in->kind == DOCKER_ENV && k < step->in->n_pairs; k++)
			if (str_eq(step->in->pairs[k].name.text, STR("PIP_NO_CACHE_DIR")))
				return is_on(step->in->pairs[k].value.text);
	}
	return false;
}

static bool script_says_so(struct str script)
{
	static const struct str name = STR_INIT("PIP_NO_CACHE_DIR=");
	size_t at = str_find(script, name);
	size_t end = 0;

	if (at == STR_NPOS)
		return false;
	script = str_sub(script, at + name.n, script.n);
	while (end < script.n && byte_is_alnum(script.p[end]))
		end++;
	return is_on(str_sub(script, 0, end));
}

static bool keeps_cache(const struct hado_step *step)
{
	for (size_t i = 0; i < step->n_commands; i++) {
		const struct hado_command *c = &step->commands[i];

		if (hado_is_pip_install(c) && !str_has(c->name, STR("pipx")) &&
		    !hado_has_arg(c, "--no-cache-dir"))
			return !hado_has_mount(step, ".cache/pip");
	}
	return false;
}

static void judge(struct lint *l, const struct hado_pass *pass)
{
	for (size_t i = 0; i < pass->n_steps; i++) {
		const struct hado_step *step = &pass->steps[i];

		if (keeps_cache(step) && !script_says_so(step->script) && !env_says_so(pass, i))
			hado_report(l, step->line);
	}
}

const struct lint_rule rule_pip_cache = {
    .id = "DL3042",
    .title = "the cache of pip is kept",
    .why = "What pip keeps for its next run is of no use in the image, and makes it "
	   "larger.",
    .fix = "add --no-cache-dir, set PIP_NO_CACHE_DIR=1, or use a cache mount on "
	   "/root/.cache/pip",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "warning",
    .references = {"https://pip.pypa.io/en/stable/topics/caching/"},
    .severity = SEVERITY_INFO,
    .command = check_pip_cache,
    .hadolint = {.pass = judge, .onbuild = true},
};
