/* What is installed in the image and left there. */
#include "detect/lint/rule.h"

/* "gcc=12.2", "gcc-12", "python3-pip" */
static bool is_one(struct str word, const struct lint_left *left)
{
	struct str name = word, version;
	size_t dash;

	(void)str_split(word, '=', &name, &version);
	if (lint_is_any(name, left->packages) || (left->is_more && left->is_more(name)))
		return true;
	dash = str_rchr(name, '-');
	return dash != STR_NPOS && dash + 1 < name.n && byte_is_digit(name.p[dash + 1]) &&
	       lint_is_any(str_sub(name, 0, dash), left->packages);
}

static const struct shell_word *find_one(
    const struct shell_command *c, const struct lint_left *left)
{
	for (size_t i = 1; lint_installs(c) && i < c->n_words; i++)
		if (is_one(c->words[i].text, left))
			return &c->words[i];
	return NULL;
}

/* "apt-get purge", "apk del", "yum remove": what they name is not asked, one removal is meant for
 * what was installed before. */
static bool removes(const struct shell_command *c)
{
	static const char *const managers[] = {"apt-get", "apt", "aptitude", "apk", "yum", "dnf",
	    "microdnf", "zypper", "pacman", "dpkg", "rpm", "tdnf", NULL};
	static const char *const verbs[] = {"purge", "remove", "autoremove", "auto-remove", "del",
	    "erase", "-R", "-Rs", "-Rns", "-P", "-e", "rm", "--purge", "history", NULL};

	if (!lint_is_any(c->name, managers))
		return false;
	for (size_t i = 1; i < c->n_words; i++)
		if (lint_is_any(c->words[i].text, verbs))
			return true;
	return false;
}

/* Names of stages and images that are for building. */
static bool is_for_building(struct str name)
{
	static const char *const words[] = {"build", "builder", "buildbase", "sdk", "compile",
	    "compiler", "dev", "devel", "devcontainer", "devcontainers", "toolchain", "cross",
	    "jdk", "lint", "workspace", "notebook", "buildpack", "runner", "agent"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (lint_name_says(name, words[i]))
			return true;
	return false;
}

/* They hold such tools themselves: what is added is no news. */
static bool has_its_own(const struct docker_reference *image, const struct lint_left *left)
{
	struct str name = image->repository;

	if (str_starts(name, STR("library/")))
		name = str_sub(name, 8, name.n);
	if (lint_is_any(name, left->bases))
		return true;
	return lint_is_any(name, left->full_bases) && !lint_name_says(image->tag, "slim") &&
	       !str_has(image->tag, STR("alpine"));
}

static bool is_exempt(
    struct lint *l, const struct docker_stage *built, const struct lint_left *left)
{
	struct str path = built->lowest->base.repository, name;

	if (lint_is_for_development(l, built) || has_its_own(&built->lowest->base, left))
		return true;
	for (const struct docker_stage *s = built; s; s = s->parent)
		if (is_for_building(s->name))
			return true;
	while (str_cut(&path, '/', &name))
		if (is_for_building(name))
			return true;
	return is_for_building(built->lowest->base.tag);
}

static void check_run(
    struct lint *l, const struct shell_script *script, const struct lint_left *left)
{
	const struct shell_command *at = NULL;
	const struct shell_word *found = NULL;

	for (size_t i = 0; i < script->commands.n; i++) {
		const struct shell_command *c = &script->commands.p[i];
		const struct shell_word *word = find_one(c, left);

		if (word && !found && !c->condition) {
			found = word;
			at = c;
		} else if (removes(c)) {
			found = NULL;
		}
	}
	if (found)
		lint_word(l, at, found, STR_FMT " stays in the image", STR_ARG(found->text));
}

/* What the image runs is such a tool itself. */
static bool is_run(const struct shell_script *script, const struct lint_left *left)
{
	for (size_t i = 0; i < script->commands.n; i++)
		if (is_one(script->commands.p[i].name, left) ||
		    lint_is_any(script->commands.p[i].name, left->programs))
			return true;
	return false;
}

void lint_check_left(struct lint *l, const struct docker_view *view, const struct lint_left *left)
{
	bool done = !view->built || is_exempt(l, view->built, left);

	for (size_t i = 0; !done && i < view->n_steps; i++) {
		const struct docker_step *step = &view->steps[i];

		if (step->script && step->stage && step->stage->shipped && !step->onbuild &&
		    (lint_step_is(step, DOCKER_CMD) || lint_step_is(step, DOCKER_ENTRYPOINT)))
			done = is_run(step->script, left);
	}
	for (size_t i = 0; !done && i < view->n_steps; i++) {
		const struct docker_step *step = &view->steps[i];

		if (lint_step_is(step, DOCKER_RUN) && !step->onbuild && step->script &&
		    step->stage && step->stage->shipped)
			check_run(l, step->script, left);
	}
}
