#include "base/buf.h"
#include "detect/lint/rule.h"

bool lint_is_any(struct str text, const char *const *words)
{
	/* Most differ in their first byte. */
	for (; words && *words && text.n > 0; words++)
		if (**words == text.p[0] && str_eq(text, str_of(*words)))
			return true;
	return false;
}

/* ---- operands ---- */

/* "-t", "-qt", "--target-release": the next word is its value. */
static bool takes_next(struct str option, const char *const *valued)
{
	if (str_chr(option, '=') != STR_NPOS)
		return false;
	for (; valued && *valued; valued++) {
		struct str name = str_of(*valued);

		if (str_starts(option, STR("--"))
			? str_eq(str_sub(option, 2, option.n), name)
			: name.n == 1 && option.p[option.n - 1] == name.p[0])
			return true;
	}
	return false;
}

static const struct shell_word *next_word(
    const struct shell_command *c, const char *const *valued, size_t *at)
{
	while (*at < c->n_words) {
		const struct shell_word *word = &c->words[(*at)++];
		struct str text = word->text;

		if (text.n < 2 || text.p[0] != '-')
			return word;
		*at += takes_next(text, valued);
	}
	return NULL;
}

bool lint_next_operand(const struct shell_command *c, const char *const *verbs,
    const char *const *valued, size_t *at, const struct shell_word **ret_word)
{
	if (*at == 0) {
		const struct shell_word *verb;

		*at = 1;
		verb = verbs ? next_word(c, valued, at) : NULL;
		if (verbs && (!verb || !lint_is_any(verb->text, verbs))) {
			*at = c->n_words;
			return false;
		}
	}
	*ret_word = next_word(c, valued, at);
	return *ret_word != NULL;
}

const struct shell_word *lint_verb(
    const struct shell_command *c, const char *const *verbs, const char *const *valued)
{
	size_t at = 1;
	const struct shell_word *verb = next_word(c, valued, &at);

	return verb && lint_is_any(verb->text, verbs) ? verb : NULL;
}

/* ---- pip ---- */

static bool is_pip(struct str name)
{
	return str_starts(name, STR("pip")) && (name.n == 3 || byte_is_digit(name.p[3]));
}

bool lint_pip(const struct shell_command *c, struct shell_command *ret)
{
	size_t skip = 0;

	if (shell_is(c, "uv") && c->n_words > 1 && str_eq(c->words[1].text, STR("pip")))
		skip = 1;
	else if (str_starts(c->name, STR("python")) && c->n_words > 2 &&
		 str_eq(c->words[1].text, STR("-m")) && str_eq(c->words[2].text, STR("pip")))
		skip = 2;
	else if (!is_pip(c->name))
		return false;
	*ret = *c;
	ret->words += skip;
	ret->n_words -= skip;
	return ret->n_words > 1;
}

bool hado_is_pip_install(const struct hado_command *c)
{
	if (str_starts(c->name, STR("pip")) && !str_starts(c->name, STR("pipenv")))
		return hado_has_arg(c, "install");
	for (size_t i = 0; str_starts(c->name, STR("python")) && i + 2 < c->n_args; i++)
		if (str_eq(c->args[i], STR("-m")) && str_eq(c->args[i + 1], STR("pip")) &&
		    str_eq(c->args[i + 2], STR("install")))
			return true;
	return false;
}

/* ---- versions ---- */

/* "${NAME}" and nothing else; *ret_text is what the file sets it to. */
static bool is_variable(
    const struct docker_step *step, struct str text, bool *ret_known, struct str *ret_text)
{
	const struct docker_value *value;

	if (!str_starts(text, STR("${")) || str_chr(text, '}') != text.n - 1)
		return false;
	value = docker_value_get(step->stage, str_sub(text, 2, text.n - 3));
	*ret_known = value && value->known && value->text.n > 0;
	*ret_text = *ret_known ? value->text : STR_NONE;
	return true;
}

static bool has_unpinned(const struct docker_step *step, const struct shell_word *word,
    const struct lint_pins *pins, struct str *ret_package)
{
	struct str rest = STR_NONE, one;
	bool known = false;

	*ret_package = word->text;
	if (!(word->flags & SHELL_WORD_EXPANDS) || !is_variable(step, word->text, &known, &rest))
		return word->text.n > 0 && !str_has(word->text, STR("$()")) &&
		       !pins->is_pinned(word->text);
	while (known && str_cut(&rest, ' ', &one)) {
		*ret_package = one;
		if (one.n > 0 && !pins->is_pinned(one))
			return true;
	}
	return false;
}

void lint_check_pins(struct lint *l, const struct docker_step *step, const struct shell_command *c,
    const struct lint_pins *pins)
{
	const struct shell_word *word;
	struct str package;
	size_t at = 0;

	if (pins->managers && !lint_is_any(c->name, pins->managers))
		return;
	while (lint_next_operand(c, pins->verbs, pins->valued, &at, &word)) {
		if (has_unpinned(step, word, pins, &package)) {
			lint_word(l, c, word, STR_FMT " is installed in no particular version",
			    STR_ARG(package));
			return;
		}
	}
}

bool lint_is_unpinned(const struct hado_command *c, const struct lint_pins *pins)
{
	struct str word;
	size_t at = 0;

	if (!hado_is_any(c, pins->managers) || !hado_has_any_arg(c, pins->verbs))
		return false;
	while (hado_next_word(c, pins->valued, &at, &word))
		if (!lint_is_any(word, pins->verbs) && !pins->is_pinned(word))
			return true;
	return false;
}

/* ---- caches ---- */

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

static bool fetches(const struct shell_command *c, const struct lint_cache *cache)
{
	return lint_is_any(c->name, cache->managers) &&
	       (lint_installs(c) || shell_has_arg(c, "update") || shell_has_arg(c, "upgrade"));
}

/* Removing path empties the folder: it names it, what is in it, or a folder above it. */
static bool is_emptied(struct str folder, struct str path)
{
	if (str_has(path, folder))
		return true;
	if (str_ends(path, STR("/*")))
		path.n--;
	if (str_ends(path, STR("/")))
		path.n--;
	return path.n > 0 && str_starts(folder, path) && folder.p[path.n] == '/';
}

static bool cleans(const struct shell_command *c, const struct lint_cache *cache)
{
	if (lint_is_any(c->name, cache->cleaners))
		return shell_has_arg(c, "clean") || shell_has_arg(c, "cc");
	if (!shell_is(c, "rm"))
		return false;
	for (size_t i = 1; i < c->n_words; i++)
		for (const char *const *folder = cache->folders; *folder; folder++)
			if (is_emptied(str_of(*folder), c->words[i].text))
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
	/* Behind sudo the last command of the RUN has another user than the one that fetches. */
	if (lint_can_append(step, &at) && buf_ok(&edit))
		lint_edit(l, fetch->wrapped ? EDIT_SUGGESTED : EDIT_SAFE, at, buf_str(&edit));
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
